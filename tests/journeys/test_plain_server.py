"""The exported folder under plain nginx and plain Caddy, set up as docs/run.md says, with nothing of ours running."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import os
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from PIL import Image

from demo import stories as county
from hemei.press.compiler import Admit, Press
from hemei.press.serve import KINDS, SAFE, Server
from hemei.press.switch import export
from hemei.seal import command
from hemei.seal import keys as sealing
from hemei.seal.digest import canonical, digest
from hemei.seal.roster import Keys, PersonKey, Roster
from hemei.seal.statement import Release, Stamp

ROOT = bytes([7]) * 32
SITE = sealing.site_id(sealing.public(ROOT))
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ORIGIN = "http://qingtang.invalid"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo county, printed and exported; pictures are small stand-ins, for it is addresses that count here."""
    home = tmp_path_factory.mktemp("home")
    (home / "keys").mkdir()
    (home / "keys" / "root.pub").write_text(sealing.public_hex(ROOT))
    roster = Roster(SITE, 1, NOW, ())
    (home / "keys" / "roster.json").write_bytes(sealing.sign(ROOT, roster.document()).to_json())

    def certify(public: str, moment: datetime) -> bytes:
        keys = Keys(SITE, 1, moment, sealing.public_hex(ROOT), (PersonKey(public, moment, None),))
        return sealing.sign(ROOT, keys.document()).to_json()

    masters, pictures = {}, {}
    for at, name in enumerate(county.picture_files()):
        out = io.BytesIO()
        Image.new("RGB", (90 + at, 60), (at * 5, 90, 120)).save(out, "JPEG")
        masters[digest(out.getvalue())] = out.getvalue()
        pictures[name] = county.Master(digest(out.getvalue()), 90 + at, 60)
    orders = [_admit("setting:site", canonical(_setting()), NOW)]
    for story in county.stories():
        content = county.content(story, site=SITE, number=story.number, hands=story.hands, pictures=pictures)
        orders.append(_admit(f"story:{story.number}", canonical(content), story.released))
    press = Press(home, masters=masters.__getitem__, certify=certify, clock=lambda: NOW)
    issued, refused = press.publish(orders)
    press.close()
    assert issued is not None
    assert refused == {}
    export(home, home / "out")
    return home / "out"


def _setting() -> dict[str, object]:
    return {"format": "hemei-setting/1", "site": SITE, "name": "site", "value": county.site_value(ORIGIN)}


def _admit(key: str, content: bytes, released: datetime) -> Admit:
    # Who may sign was checked where orders come from; here the root key stands in for all hands.
    version = digest(content)
    stamps = [Stamp(SITE, key, version, stage, stage, released) for stage in ("first", "second", "final")]
    proof = canonical({
        "format": "hemei-proof/1",
        "version": json.loads(content),
        "stamps": [sealing.sign(ROOT, stamp.document()).plain() for stamp in stamps],
        "release": sealing.sign(ROOT, Release(SITE, key, version, "final", released).document()).plain(),
    })  # fmt: skip
    return Admit(f"order-{key}", key, content, proof, released)


BOOK = (Path(__file__).resolve().parents[2] / "docs/run.md").read_text()


def setup(kind: str, place: str, listen: tuple[str, str], folder: Path) -> str:
    """What the book says for this server, with a port and a folder of ours."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", BOOK, re.DOTALL)
    (said,) = [block for block in blocks if place in block]
    assert said.count(listen[0]) == said.count(place) == 1
    return str(said.replace(place, place.replace("/srv/www/news", str(folder))).replace(*listen))


def nginx(place: Path, port: int, folder: Path) -> list[str]:
    said = setup("nginx", "root /srv/www/news;", ("listen 80;", f"listen 127.0.0.1:{port};"), folder)
    (place / "nginx.conf").write_text(
        f"""daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1;
        {"user root;" if Path("/root").stat().st_uid == 0 else ""}
        events {{ worker_connections 64; }}
        http {{ access_log off; client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
          uwsgi_temp_path {place}; scgi_temp_path {place};
          {said} }}"""
    )
    return ["/usr/sbin/nginx", "-c", f"{place}/nginx.conf", "-e", f"{place}/error.log"]


def caddy(place: Path, port: int, folder: Path) -> list[str]:
    said = setup("caddy", "root * /srv/www/news\n", ("news.example.cn {", f"http://127.0.0.1:{port} {{"), folder)
    (place / "Caddyfile").write_text(f"{{\n\tadmin off\n}}\n{said}")
    return ["caddy", "run", "--config", f"{place}/Caddyfile", "--adapter", "caddyfile"]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=lambda kind: kind.__name__)
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The exported folder behind the server, whose process knows nothing of ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = folder.parent / request.param.__name__
    place.mkdir()
    command = request.param(place, port, folder)
    alone = {"PATH": os.environ["PATH"], "HOME": str(place)}
    with (place / "said").open("wb") as said:
        running = subprocess.Popen(command, stdout=said, stderr=said, env=alone)
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            continue
    assert running.poll() is None, (place / "said").read_text()
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(10)


def ask(url: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The path as it is, with no client that tidies it or follows where it leads."""
    line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        line.endheaders()
        answer = line.getresponse()
        names = [name.lower() for name, _ in answer.getheaders()]
        twice = {name for name in names if names.count(name) > 1} - {"vary"}
        assert twice == set(), path
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


def _get(url: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, "", error.read()


def _links(kind: str, body: bytes) -> set[str]:
    if kind == "text/html":
        tree = html5lib.parse(body, namespaceHTMLElements=False)
        found = {value for node in tree.iter() for name, value in node.attrib.items() if name in ("href", "src")}
        sets = [node.attrib["srcset"] for node in tree.iter() if "srcset" in node.attrib]
        return found | {part.split()[0] for one in sets for part in one.split(",")}
    if kind == "application/xml":
        return set(re.findall(r"<(?:loc|link|guid)[^>]*>(http[^<]+)<", body.decode()))
    return set()


def test_a_crawler_finds_no_dead_link_and_reaches_every_file(folder: Path, server: str) -> None:
    waiting = ["/", "/robots.txt", "/sitemap.xml"]
    seen: dict[str, int] = {}
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        status, kind, body = _get(server + path)
        seen[path] = status
        for link in _links(kind, body):
            joined = urllib.parse.urljoin(f"{ORIGIN}{path}", link)
            if joined.startswith(ORIGIN):
                waiting.append(urllib.parse.urlsplit(joined).path)
    assert {path: status for path, status in seen.items() if status != 200} == {}
    files = {f"/{file.relative_to(folder)}" for file in folder.rglob("*") if file.is_file()}
    reached = {f"{path}index.html" if path.endswith("/") else path for path in seen}
    hidden = {path for path in files - reached if not path.startswith("/.well-known/")}
    # archive pages hang together page by page; only the page that stands in for missing ones is linked from nowhere
    assert hidden <= {"/404.html"}
    assert sum(path.startswith("/a/") and path.endswith("/") for path in seen) == len(county.stories())


def test_a_stranger_verifies_the_plain_server_and_an_altered_file_is_found(folder: Path, server: str) -> None:
    key = folder.parent / "keys" / "root.pub"
    assert command.main([server, "--key", str(key)], folder.parent / "elsewhere") == 0
    page = folder / "a" / "1" / "index.html"
    kept = page.read_bytes()
    try:
        page.write_bytes(kept.replace("。".encode(), "！".encode(), 1))
        assert command.main([server, "--key", str(key)], folder.parent / "elsewhere") == 1
    finally:
        page.write_bytes(kept)


def test_a_missing_address_gets_the_page_that_says_so(server: str) -> None:
    status, _, body = _get(f"{server}/a/999999/")
    assert status == 404
    assert "青棠融媒" in body.decode()


SAID = ("cache-control", "content-type", "access-control-allow-origin", *(name for name, _ in SAFE))


def test_every_kind_of_file_is_sent_as_our_own_server_sends_it(folder: Path, server: str) -> None:
    ours = Server(folder.parent)
    kinds: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            path = file.relative_to(folder).as_posix()
            kinds.setdefault(f"{path.partition('/')[0]} {file.suffix} {path.count('tree/')}", path)
    asked = ["/", "/a/1/", "/news/", "/a/999999/", "/p/none.webp", "/.well-known/hemei/tree/none", "/a/", "/p/"]
    asked += [f"/{path}" for path in kinds.values()]
    assert len(asked) > 20
    for path in asked:
        status, headers, body = ask(server, path)
        own = ours.answer("GET", path, {})
        assert (path, status, body) == (path, own.status, own.body)
        said = dict(own.headers)
        assert (path, {name: headers.get(name) for name in SAID}) == (path, {name: said.get(name) for name in SAID})


def test_every_kind_of_file_that_we_know_is_known_to_both(folder: Path, server: str) -> None:
    place = folder / "kinds"
    place.mkdir()
    try:
        for kind, said in KINDS.items():
            (place / f"one.{kind}").write_bytes(b"x" * 300)
            assert (kind, ask(server, f"/kinds/one.{kind}")[1]["content-type"].lower()) == (kind, said)
    finally:
        shutil.rmtree(place)


def test_pages_are_packed_and_what_a_reader_holds_is_not_sent_again(server: str) -> None:
    status, headers, body = ask(server, "/", accept_encoding="gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "accept-encoding" in headers["vary"].lower()
    assert gzip.decompress(body) == ask(server, "/")[2]
    status, headers, body = ask(server, "/", if_none_match=ask(server, "/")[1]["etag"])
    assert (status, body) == (304, b"")
    assert headers["content-security-policy"] == dict(SAFE)["content-security-policy"]
    status, headers, body = ask(server, "/", range="bytes=0-3")
    assert (status, len(body)) == (206, 4)


@pytest.mark.parametrize(
    "path",
    [
        "/../keys/root.pub", "/a/../../keys/root.pub", "/%2e%2e/keys/root.pub", "/..%2fkeys%2froot.pub", "/a/%00",
        "//etc/passwd", "/.hemei-new/half.html", "/.hemei-new/", "/p/..%5c..%5ckeys", "/assets/",
    ],
)  # fmt: skip
def test_no_trick_of_a_path_gets_anything_and_no_folder_is_listed(folder: Path, server: str, path: str) -> None:
    aside = folder / ".hemei-new"
    aside.mkdir()
    (aside / "half.html").write_text("half")
    try:
        status, _, body = ask(server, path)
    finally:
        shutil.rmtree(aside)
    assert status in (400, 404) or (status, path) == (500, "/a/%00"), "Caddy takes this one for a fault of its own"
    assert b"half" not in body
    assert b"root" not in body


def test_nobody_writes(server: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PROPFIND"):
        assert ask(server, "/", method)[0] == 405


def test_a_folder_without_its_stroke_leads_to_the_one_with_it(server: str) -> None:
    status, headers, _ = ask(server, "/a/1")
    assert (status in (301, 308), headers["location"]) == (True, "/a/1/")
