"""The stranger's verifier of docs/verifier, written from docs/edition.md alone, and ours say the same of every site.

Same verdict and same bad paths, over a folder and over HTTP on loopback. Where they differ, the document was not enough.
"""

import ast
import base64
import importlib.util
import json
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from hemei.seal import branch, fields, tree
from hemei.seal.bundles import bundles
from hemei.seal.digest import canonical, digest
from hemei.seal.errors import NotAStatement
from hemei.seal.keys import Signed, generate, good, public, public_hex, sign, site_id
from hemei.seal.roster import Keys, PersonKey, read_keys
from hemei.seal.sources import Folder, Web
from hemei.seal.statement import Edition
from hemei.seal.tree import RESERVED, Leaf
from hemei.seal.verify import Remembered, Report, verify
from tests.works.vectors.make import (
    CAST,
    FILES,
    HERE,
    NOW,
    PRESS,
    ROOT,
    SEALED,
    START,
    Site,
    lay,
    stamped,
)

STRANGER = Path(__file__).parents[2] / "docs" / "verifier" / "verify.py"
VECTORS = json.loads((HERE / "site.json").read_text("utf-8"))
TREES = json.loads((HERE / "tree.json").read_text("utf-8"))["trees"]
BYTES = json.loads((HERE / "canonical.json").read_text("utf-8"))
EDITION, FRESHNESS = f"{RESERVED}edition.json", f"{RESERVED}freshness.json"

Files = Mapping[str, bytes]
Said = tuple[bool, bool, list[str]]


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("stranger", STRANGER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stranger = _loaded()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        path = unquote(self.path).removeprefix("/")
        how = self.server.hostile.get(path)
        if how == "silent":
            self.server.over.wait()
            self.close_connection = True
            return
        data = self.server.files.get(path)
        self.send_response(404 if data is None and not how else 200)
        if how == "declared":
            self.send_header("Content-Length", str(2**60))
        elif how:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if not how:
            self.wfile.write(data or b"")
        while how and not self.server.over.wait(0.05 if how == "dripping" else 0):
            block = b"x" if how == "dripping" else b"x" * 65536
            self.wfile.write(block if how == "declared" else b"%x\r\n%s\r\n" % (len(block), block))

    def log_message(self, format: str, *args: Any) -> None:
        """The tests' output is quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: Files = {}
        self.hostile: dict[str, str] = {}
        self.over = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on an endless answer does what it should."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server()
    serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield made
    made.over.set()
    made.shutdown()
    serving.join()
    made.server_close()


def ours(report: Report) -> Said:
    return report.ok, report.current, [each.path for each in report.bad]


def theirs(verdict: dict[str, Any]) -> Said:
    return verdict["ok"], verdict["current"], [each["path"] for each in verdict["bad"]]


def in_a_folder(
    folder: Path, now: datetime = NOW, seen: dict[str, Any] | None = None, key: str = public_hex(ROOT)
) -> Said:
    """What both say of a folder, article proofs included."""
    remembered = Remembered(**seen) if seen else None
    mine = verify(Folder(folder), bytes.fromhex(key), now, remembered, proofs=True)
    other = stranger.verify(lambda: stranger.Folder(str(folder)), key, now, seen, True)
    assert ours(mine) == theirs(other)
    assert (mine.edition, mine.root) == (other["edition"], other["root"])
    return ours(mine)


def on_the_web(server: _Server, now: datetime = NOW, seen: dict[str, Any] | None = None) -> Said:
    """What both say of a site on the web, article proofs included."""
    web = Web(server.address, patience=0.3, slowest=10_000_000)
    try:
        mine = verify(web, public(ROOT), now, Remembered(**seen) if seen else None, proofs=True)
    finally:
        web.close()
    other = stranger.verify(lambda: stranger.Web(server.address, 0.3, 10_000_000), public_hex(ROOT), now, seen, True)
    assert ours(mine) == theirs(other)
    return ours(mine)


def everywhere(files: Files, folder: Path, server: _Server, **more: Any) -> tuple[Said, Said]:
    """What both say of these files in a folder, and of the same on the web."""
    lay(folder, files)
    server.files = files
    return in_a_folder(folder, **more), on_the_web(server, **more)


def bad(*paths: str) -> Said:
    return False, False, sorted(paths)


def without(files: Files, *paths: str) -> Files:
    return {path: data for path, data in files.items() if path not in paths}


CURRENT: Said = (True, True, [])
GENUINE: Said = (True, False, [])
GOOD = Site().sealed()
LATER = Site(files=FILES | {"index.html": b"a later home page"}, number=2, previous=Site().root()).sealed()
LATER_ROOT = Signed.from_json(LATER[EDITION]).document["root"]


def test_it_is_one_file_that_needs_the_standard_library_only_and_nothing_of_ours():
    parsed = ast.parse(STRANGER.read_text("utf-8"), feature_version=(3, 9))
    found = {node.module for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom) and node.module}
    found |= {name.name for node in ast.walk(parsed) if isinstance(node, ast.Import) for name in node.names}
    assert "hashlib" in found
    assert {name.split(".")[0] for name in found} <= sys.stdlib_module_names


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_both_say_of_each_vector_what_it_asks(case: dict[str, Any], tmp_path: Path):
    files = {path: data for path, data in {**VECTORS["files"], **case["files"]}.items() if data is not None}
    lay(tmp_path, {path: base64.b64decode(data) for path, data in files.items()})
    now = fields.time(case.get("now", VECTORS["now"]), "now")
    said = in_a_folder(tmp_path, now, case.get("remembered"), VECTORS["root_key"])
    assert said == (case["ok"], case["current"], case["bad"])


def test_the_stranger_reads_and_refuses_the_canonical_vectors():
    for each in BYTES["canonical"]:
        data = base64.b64decode(each["bytes"])
        assert stranger.written(stranger.canonical(data, 1000)) == data
        assert sha256(data).hexdigest() == each["sha256"]
    for each in BYTES["refused"]:
        with pytest.raises(stranger.Refused):
            stranger.canonical(base64.b64decode(each), 1000)


def _holds(root: str, path: str, leaf: Any, proof: bytes) -> bool:
    try:
        stranger.proof_refuses(root, path, leaf, proof)
    except stranger.Refused:
        return False
    return True


@pytest.mark.parametrize("vector", TREES, ids=lambda vector: vector["name"])
def test_the_stranger_computes_the_trees_and_both_accept_the_same_proofs(vector: dict[str, Any]):
    rows = vector.get("leaves") or [[f"a/{n}/index.html", n, digest(b"%d" % n)] for n in range(vector["count"])]
    leaves = {row[0]: stranger.Leaf(*row) for row in rows}
    root = (stranger.stacked([(leaf.key, leaf) for leaf in leaves.values()], 0) or bytes(32)).hex()
    assert root == vector["root"]
    for path, text in vector["proofs"].items():
        proof, leaf = bytes.fromhex(text), leaves.get(path)
        assert _holds(root, path, leaf, proof)
        assert not _holds(root, path, None if leaf else stranger.Leaf(path, 1, "0" * 64), proof)
        for at in range(0, len(proof), 7):
            broken = proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]
            mine = branch.check(broken, Leaf(*leaf), root) if leaf else branch.check_absent(broken, path, root)
            assert (_holds(root, path, leaf, broken), mine) == (False, False)
        assert not _holds(root, path, leaf, proof + b"x")


def test_the_strangers_signatures_agree_with_the_library_on_good_and_bent_ones():
    for number in range(1, 12):
        private = generate(lambda size, number=number: bytes([number]) * size)
        signed = sign(private, {"number": number})
        other = f"{int(signed.signature, 16) ^ 1 << 40 * number:0128x}"
        more = (int.from_bytes(bytes.fromhex(signed.signature)[32:], "little") + stranger.ORDER).to_bytes(32, "little")
        high = signed.signature[:64] + more.hex()
        for signature, holds in [(signed.signature, True), (other, False), (high, False), ("00" * 64, False)]:
            assert good(signed.content, signed.key, signature) == holds
            assert stranger.signed_by(signed.key, signature, b"hemei\n" + signed.content) == holds


def test_a_good_site_is_genuine_and_current(tmp_path: Path, server: _Server):
    assert everywhere(GOOD, tmp_path, server) == (CURRENT, CURRENT)


def test_an_altered_site(tmp_path: Path, server: _Server):
    files = GOOD | {"index.html": GOOD["index.html"].replace(b"<", b"[", 1), "404.html": GOOD["404.html"] + b" "}
    assert everywhere(files, tmp_path, server) == (bad("404.html", "index.html"),) * 2


def test_a_truncated_site(tmp_path: Path, server: _Server):
    files = without(GOOD, "a/1/index.html") | {"index.html": GOOD["index.html"][:-1], "404.html": b""}
    assert everywhere(files, tmp_path, server) == (bad("404.html", "a/1/index.html", "index.html"),) * 2


def test_a_rolled_back_site(tmp_path: Path, server: _Server):
    seen = stranger.verify(lambda: stranger.Folder(str(_laid(tmp_path / "later", LATER))), public_hex(ROOT), NOW)[
        "remember"
    ]
    assert seen == {
        "site": seen["site"],
        "key": public_hex(ROOT),
        "number": 2,
        "root": LATER_ROOT,
        "keys": 1,
        "roster": 1,
    }
    assert everywhere(GOOD, tmp_path / "now", server, seen=seen) == (bad(EDITION),) * 2


def _laid(folder: Path, files: Files) -> Path:
    lay(folder, files)
    return folder


def test_a_site_of_two_editions_mixed(tmp_path: Path, server: _Server):
    bundle = f"{RESERVED}tree/{LATER_ROOT}"
    stays = without(GOOD, f"{RESERVED}tree/{Site().root()}")
    assert everywhere(stays | {EDITION: LATER[EDITION]}, tmp_path / "one", server) == (bad(bundle),) * 2
    half = LATER | {"index.html": GOOD["index.html"]}
    assert everywhere(half, tmp_path / "two", server) == (bad("index.html"),) * 2
    leftover = half | GOOD | {EDITION: LATER[EDITION], FRESHNESS: LATER[FRESHNESS]}
    said = everywhere(leftover, tmp_path / "three", server)
    assert said == (bad("index.html", f"{RESERVED}tree/{Site().root()}"), bad("index.html"))


def test_a_frozen_site_is_genuine_and_not_current(tmp_path: Path, server: _Server):
    assert everywhere(GOOD, tmp_path / "eight days", server, now=NOW + timedelta(days=8)) == (GENUINE, GENUINE)
    frozen = {FRESHNESS: Site(fresh=START).sealed()[FRESHNESS], EDITION: Site(time=START).sealed()[EDITION]}
    assert everywhere(GOOD | frozen, tmp_path / "old", server, now=START + timedelta(days=8)) == (GENUINE, GENUINE)
    edge = SEALED + timedelta(days=7)
    assert everywhere(GOOD, tmp_path / "edge", server, now=edge) == (CURRENT, CURRENT)
    assert everywhere(GOOD, tmp_path / "over", server, now=edge + timedelta(seconds=1)) == (GENUINE, GENUINE)


def test_a_site_that_still_serves_a_withdrawn_story(tmp_path: Path, server: _Server):
    page, proof = "a/2/index.html", "a/2/proof.json"
    files = GOOD | {page: b"what was withdrawn", proof: b"{}"}
    assert everywhere(files, tmp_path, server) == (bad(page, proof),) * 2
    server.hostile = {page: "endless"}
    assert on_the_web(server) == bad(page, proof)
    server.hostile = {}
    note = Site(files=FILES | {page: b"a note in its place"}).sealed()
    assert everywhere(note, tmp_path / "note", server) == (bad(page),) * 2, "it is not extra, but it has no proof"


@pytest.mark.parametrize("how", ["endless", "declared", "dripping", "silent"])
def test_an_endless_site_costs_bounded_time_and_memory(how: str, server: _Server):
    server.files = GOOD
    for path in ("index.html", FRESHNESS, f"{RESERVED}roster.json"):
        server.hostile = {path: how}
        tracemalloc.start()
        said = on_the_web(server)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert said == (GENUINE if path == FRESHNESS else bad(path))
        assert most < 20_000_000


def test_a_site_without_an_end_anywhere_is_given_up(server: _Server):
    files = FILES | {f"b/{n}.html": b"%d" % n for n in range(40)}
    server.files = Site(files=files).sealed()
    server.hostile = dict.fromkeys(files, "silent")
    web = Web(server.address, patience=0.3)
    try:
        mine = verify(web, public(ROOT), NOW)
    finally:
        web.close()
    other = stranger.verify(lambda: stranger.Web(server.address, 0.1), public_hex(ROOT), NOW)
    assert ours(mine) == theirs(other) == bad(*files)


def test_a_server_that_is_gone_is_no_verdict():
    gone = _Server()
    gone.server_close()
    with pytest.raises(stranger.Unanswered):
        stranger.verify(lambda: stranger.Web(gone.address, 1.0), public_hex(ROOT), NOW)


def test_files_with_the_name_of_an_entry_are_extra(tmp_path: Path, server: _Server):
    extra = ["!theme", "!admitted/story:1", "!withdrawn/story:2"]
    folder, _ = everywhere(GOOD | dict.fromkeys(extra, b"not sealed by anybody"), tmp_path, server)
    assert folder == bad(*extra)


def test_a_proof_too_large_to_read_is_no_way_round_it(tmp_path: Path):
    Site(files=FILES | {"a/1/proof.json": stamped() + b" " * (4 << 20)}).write(tmp_path)
    assert in_a_folder(tmp_path) == bad("a/1/proof.json")


def test_links_and_names_that_are_no_text_are_bad_for_both(tmp_path: Path):
    Site().write(tmp_path)
    (tmp_path / "index.html").rename(tmp_path / "home")
    (tmp_path / "index.html").symlink_to("home")
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "a").symlink_to("b")
    beyond = ["a", "a/1/index.html", "a/1/proof.json", "b/1/index.html", "b/1/proof.json", "home", "index.html"]
    assert in_a_folder(tmp_path) == bad(*beyond)


def test_of_a_larger_tree_with_a_bundle_altered_both_name_the_same(tmp_path: Path, server: _Server):
    site = Site(files=FILES | {f"b/{n}/页.html": b"%d" % n for n in range(900)})
    files = site.sealed()
    nodes = tree.Kept()
    tree.update(nodes, site.leaves())
    listed = next(name for name, data in bundles(nodes) if b'"leaves"' in data)
    bundle = f"{RESERVED}tree/{listed}"
    hidden = json.loads(files[bundle])["leaves"][0][0]
    seen = next(path for path in sorted(files) if path.startswith("b/") and path.encode() not in files[bundle])
    files |= {bundle: files[bundle] + b" ", seen: b"x", f"{RESERVED}tree/junk": b"x"}
    said, web = everywhere(without(files, hidden), tmp_path, server)
    assert said == web == bad(bundle, seen)


def test_a_tree_that_is_cut_finer_than_it_must_be_is_bad(tmp_path: Path):
    leaves = sorted(Site().leaves().values(), key=lambda leaf: tree.key(leaf.path))
    slots: list[list[Leaf]] = [[] for _ in range(16)]
    for leaf in leaves:
        slots[int(tree.key(leaf.path)[0], 16)].append(leaf)
    names = [tree.subtree(slot, 1).hex() if slot else None for slot in slots]
    files = GOOD | {
        f"{RESERVED}tree/{Site().root()}": canonical({"children": names, "depth": 0, "format": "hemei-tree/1"})
    }
    for name, slot in zip(names, slots, strict=True):
        if name:
            rows = sorted([leaf.path, leaf.size, leaf.digest] for leaf in slot)
            files[f"{RESERVED}tree/{name}"] = canonical({"depth": 1, "format": "hemei-tree/1", "leaves": rows})
    lay(tmp_path, files)
    assert in_a_folder(tmp_path) == bad(f"{RESERVED}tree/{Site().root()}")


def test_an_edition_from_the_future_and_one_that_miscounts_are_bad_for_both(tmp_path: Path):
    site = Site()
    assert in_a_folder(site.write(tmp_path), SEALED - timedelta(minutes=6)) == bad(EDITION)
    plain = site.edition().document() | {"bytes": 1}
    lay(tmp_path, {EDITION: sign(PRESS, Edition.read(plain).document()).to_json()})
    assert in_a_folder(tmp_path) == bad(EDITION)
    assert in_a_folder(tmp_path, key=public_hex(CAST["wang"])) == bad(f"{RESERVED}keys.json")


def test_a_stranger_runs_it_with_nothing_installed(tmp_path: Path):
    Site().write(tmp_path / "site")
    (tmp_path / "root.pub").write_text(public_hex(ROOT) + "\n")
    memory = tmp_path / "seen.json"
    command = [sys.executable, "-I", "-S", str(STRANGER), str(tmp_path / "site"), "--key", str(tmp_path / "root.pub")]
    command += ["--proofs", "--json", "--remember", str(memory)]

    def run(*more: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or "{}")

    code, said = run("--now", "2025-03-05T02:00:00Z", "--fresh")
    assert (code, said["ok"], said["current"], said["edition"]) == (0, True, True, 1)
    assert json.loads(memory.read_text())["number"] == 1
    assert run()[0] == 0
    assert run("--fresh")[0] == 1
    (tmp_path / "site" / "index.html").write_bytes(b"x")
    assert run()[1]["bad"] == [{"path": "index.html", "why": "another size"}]
    (tmp_path / "root.pub").write_text("no key")
    assert run() == (2, {})


OLD, NEW, LATEST, FOREIGN = (bytes([number]) * 32 for number in (101, 102, 103, 104))


def _keys(number: int, root: bytes) -> dict[str, Any]:
    return Keys(
        site_id(public(OLD)), number, NOW, public_hex(root), (PersonKey(public_hex(OLD), NOW, None),)
    ).document()


def _rotation(number: int, root: bytes, *signers: bytes) -> dict[str, Any]:
    signed = [sign(private, _keys(number, root)).plain() for private in signers]
    return {
        "document": _keys(number, root),
        "signatures": [{name: one[name] for name in ("key", "signature")} for one in signed],
    }


FIRST, SECOND = _rotation(2, NEW, OLD, NEW), _rotation(3, LATEST, LATEST, NEW)
NEWEST = sign(LATEST, _keys(4, LATEST)).plain()


@pytest.mark.parametrize(
    ("links", "trusting"),
    [
        ([FIRST, SECOND, NEWEST], {OLD, NEW, LATEST}),
        ([FIRST, SECOND], {OLD, NEW, LATEST}),
        ([FIRST], {OLD, NEW}),
        ([SECOND, NEWEST], {NEW, LATEST}),
        ([FIRST, NEWEST], {LATEST}),
        ([_rotation(2, OLD, OLD, FOREIGN)], {OLD, FOREIGN}),
        ([sign(OLD, _keys(1, OLD)).plain(), _rotation(2, OLD, OLD, FOREIGN)], {FOREIGN}),
        ([_rotation(2, NEW, OLD, FOREIGN)], set()),
        ([_rotation(2, NEW, OLD), NEWEST], set()),
        ([_rotation(2, NEW, NEW, NEW), SECOND], set()),
        ([_rotation(2, NEW, OLD, NEW, FOREIGN)], set()),
        ([SECOND, FIRST], set()),
    ],
)
def test_both_follow_a_change_of_root_from_whichever_root_the_reader_trusts(links: list[Any], trusting: set[bytes]):
    data = canonical({"chain": links})
    found: list[set[bytes]] = [set(), set()]
    for root in (OLD, NEW, LATEST, FOREIGN):
        with suppress(NotAStatement):
            read_keys(data, public_hex(root))
            found[0].add(root)
        with suppress(stranger.Refused):
            stranger.keys_in_force(data, public_hex(root))
            found[1].add(root)
    assert found == [trusting, trusting]
