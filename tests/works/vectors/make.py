"""Makes the test vectors beside it: `python -m tests.works.vectors.make`. Keys and times are fixed, so are the bytes.

`Site` is also the small sealed site on which the tests of the seal practise their tampering.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hemei.seal.branch import prove
from hemei.seal.bundles import bundles
from hemei.seal.digest import Digest, canonical, digest
from hemei.seal.keys import Signed, public, public_hex, sign, site_id
from hemei.seal.roster import Keys, Person, PersonKey, Post, Revoked, Roster, keys_file, rotate
from hemei.seal.statement import Edition, Freshness, Release, Stamp
from hemei.seal.tree import RESERVED, Kept, Leaf, root, root_of, update

ROOT, NEW_ROOT, PRESS, THIEF = (bytes([number]) * 32 for number in (1, 2, 3, 4))
CAST = {"wang": bytes([11]) * 32, "zhou": bytes([12]) * 32, "zhao": bytes([13]) * 32}
NAMES = {"wang": "王编辑", "zhou": "周主任", "zhao": "赵总编"}
POSTS = {"wang": ("first",), "zhou": ("second",), "zhao": ("final", "release", "withdraw")}
SITE = site_id(public(ROOT))
START = datetime(2025, 3, 1, 0, 0, 0, tzinfo=UTC)
SEALED = datetime(2025, 3, 5, 1, 30, 0, tzinfo=UTC)
NOW = datetime(2025, 3, 5, 2, 0, 0, tzinfo=UTC)
HERE = Path(__file__).parent


def key_of(private: bytes, since: datetime = START, until: datetime | None = None) -> PersonKey:
    return PersonKey(public_hex(private), since, until)


def roster(number: int = 1) -> Roster:
    people = tuple(
        Person(who, NAMES[who], tuple(Post(post, date(2025, 1, 1), None) for post in POSTS[who]), (key_of(private),))
        for who, private in CAST.items()
    )
    return Roster(SITE, number, START, people)


KEYS = Keys(SITE, 1, START, public_hex(ROOT), (key_of(PRESS),))

VERSION: dict[str, Any] = {
    "format": "hemei-story/1", "site": SITE, "story": 1, "previous": None, "kicker": "", "headline": "青棠河新桥通车",
    "deck": "", "dateline": "", "byline": "李记者", "editor": "", "source": "", "date": "2025-03-05", "section": "news",
    "tags": [], "gist": [], "lead": None, "body": [{"kind": "paragraph", "runs": [{"t": "五日清晨，桥通了。"}]}],
    "correction": "", "hands": ["li"],
}  # fmt: skip


def stamped(version: Mapping[str, Any] = VERSION, people: tuple[str, str, str] = ("wang", "zhou", "zhao")) -> bytes:
    """A proof.json with three stamps and a release."""
    piece, content = f"story:{version['story']}", digest(canonical(version))
    stamps = [
        sign(CAST[who], Stamp(SITE, piece, content, stage, who, START + timedelta(days=2, hours=hour)).document())
        for hour, (stage, who) in enumerate(zip(("first", "second", "final"), people, strict=True))
    ]
    release = sign(CAST["zhao"], Release(SITE, piece, content, "zhao", START + timedelta(days=3)).document())
    listed = [each.plain() for each in stamps]
    return canonical({"format": "hemei-proof/1", "version": version, "stamps": listed, "release": release.plain()})


FILES: dict[str, bytes] = {
    "index.html": "<!doctype html><title>青棠融媒</title>".encode(),
    "404.html": "<!doctype html><title>没有这一页</title>".encode(),
    "a/1/index.html": "<!doctype html><title>青棠河新桥通车</title>".encode(),
    "a/1/proof.json": stamped(),
    "assets/site.0123456789.css": b"body{line-height:1.8}",
}
ENTRIES: dict[str, Digest] = {
    "!admitted/story:1": digest(canonical(VERSION)),
    "!withdrawn/story:2": digest(b"what was withdrawn"),
    "!theme": digest(b"the theme"),
}


@dataclass
class Site:
    """A sealed site in memory: change a part, and `sealed` gives the files of an honest edition of it."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    entries: dict[str, Digest] = field(default_factory=lambda: dict(ENTRIES))
    number: int = 1
    time: datetime = SEALED
    previous: Digest | None = None
    keys: bytes = keys_file(sign(ROOT, KEYS.document()))
    roster: Signed = field(default_factory=lambda: sign(ROOT, roster().document()))
    press: bytes = PRESS
    fresh: datetime | None = SEALED

    def leaves(self) -> dict[str, Leaf]:
        found = {path: Leaf(path, len(data), digest(data)) for path, data in self.files.items()}
        return found | {path: Leaf(path, 0, content) for path, content in self.entries.items()}

    def root(self) -> Digest:
        return root(self.leaves().values())

    def edition(self) -> Edition:
        size = sum(map(len, self.files.values()))
        return Edition(SITE, self.number, self.root(), self.previous, len(self.files), size, self.time)

    def sealed(self) -> dict[str, bytes]:
        """Every file of the site by path, those under /.well-known/hemei/ included."""
        nodes = Kept()
        update(nodes, self.leaves())
        edition = self.edition()
        known = {
            "keys.json": self.keys,
            "roster.json": self.roster.to_json(),
            "edition.json": sign(self.press, edition.document()).to_json(),
        }
        if self.fresh:
            fresh = Freshness(SITE, self.number, edition.root, self.fresh, self.fresh + timedelta(days=7))
            known["freshness.json"] = sign(self.press, fresh.document()).to_json()
        known |= {f"tree/{name}": data for name, data in bundles(nodes)}
        return self.files | {RESERVED + name: data for name, data in known.items()}

    def write(self, folder: Path) -> Path:
        """Write the sealed site into a folder."""
        lay(folder, self.sealed())
        return folder


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical_vectors() -> dict[str, Any]:
    values: list[Any] = [
        {"b": 1, "a": [True, None, "和媒"]}, {"": "\n\t\"\\/\u007f\u2028", "é": 2**53 - 1},
        {"\U0001f600": 1, "\uffff": 2}, [], {}, [[], {}, ""], {"n": [-1, 0, 10]},
    ]  # fmt: skip
    refused = [b'{"a":1.0}', b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"9007199254740992", b'"\\u0061"', b"1\n"]
    good = [{"bytes": _text(canonical(value)), "sha256": digest(canonical(value))} for value in values]
    return {"canonical": good, "refused": [_text(each) for each in refused]}


def tree_vectors() -> dict[str, Any]:
    sets: dict[str, list[Leaf]] = {
        "none": [],
        "one": [Leaf("index.html", 5, digest(b"hello"))],
        "two": [Leaf("index.html", 5, digest(b"hello")), Leaf("404.html", 0, digest(b""))],
        "shared first digits": [Leaf(f"a/{n}/index.html", n, digest(b"%d" % n)) for n in (1, 2, 3, 5, 8, 13, 21, 34)],
        "chinese path and entries": [Leaf("专题/桥.html", 7, digest("桥".encode())), Leaf("!theme", 0, digest(b""))],
        "256": [Leaf(f"a/{n}/index.html", n, digest(b"%d" % n)) for n in range(256)],
        "257": [Leaf(f"a/{n}/index.html", n, digest(b"%d" % n)) for n in range(257)],
        "3000": [Leaf(f"a/{n}/index.html", n, digest(b"%d" % n)) for n in range(3000)],
    }
    made = []
    for name, leaves in sets.items():
        nodes = Kept()
        update(nodes, {leaf.path: leaf for leaf in leaves})
        found = dict(bundles(nodes))
        # The large sets follow the rule above: path a/N/index.html, size N, the digest of N in decimal.
        listed = {"leaves": [[leaf.path, leaf.size, leaf.digest] for leaf in leaves]} if len(leaves) < 20 else {}
        sealed = {"bundles": len(found), "bundles_sha256": digest("".join(sorted(found)).encode())}
        proofs = {
            path: prove(nodes, path).hex()
            for path in ("a/8/index.html", "index.html", "nowhere.html", "elsewhere.html")
        }
        made.append({"name": name, "count": len(leaves), **listed, "root": root_of(nodes), **sealed, "proofs": proofs})
    return {"trees": made}


Case = tuple[str, dict[str, bytes | None], dict[str, Any]]


def cases() -> list[Case]:
    """Named changes to the site's files, and what a verifier must say: ok, current, and the paths that are bad."""
    good = Site().sealed()
    edition, fresh, keys, listed = (f"{RESERVED}{name}.json" for name in ("edition", "freshness", "keys", "roster"))
    bundle = f"{RESERVED}tree/{Site().root()}"
    later = Site(files=FILES | {"index.html": b"a later home page"}, number=2, previous=Site().root()).sealed()
    longer = {"index.html": FILES["index.html"] + b" "}
    revoked = replace(KEYS, number=2, revoked=(Revoked(public_hex(PRESS), NOW, "密钥文件外泄"),))
    rotated = replace(KEYS, number=2, root=public_hex(NEW_ROOT))
    broken = rotate(rotated, ROOT, NEW_ROOT)
    broken["signatures"] = broken["signatures"][1:]
    new_roster = sign(NEW_ROOT, roster(2).document()).to_json()
    dotted = Site(files=FILES | {"../outside.html": b"x"})
    seen = {"site": SITE, "key": public_hex(ROOT), "number": 7, "root": "0" * 64, "keys": 1, "roster": 1}

    def bad(*paths: str, current: bool = False) -> dict[str, Any]:
        return {"ok": False, "current": current, "bad": sorted(paths)}

    fine = {"ok": True, "current": True, "bad": []}
    stale: dict[str, Any] = {"ok": True, "current": False, "bad": []}
    expired = Site(time=START, fresh=START).sealed()
    return [
        ("good", {}, fine),
        ("altered", {"a/1/index.html": FILES["a/1/index.html"].replace(b"<", b"[", 1)}, bad("a/1/index.html")),
        ("truncated", {"index.html": FILES["index.html"][:-1]}, bad("index.html")),
        ("longer", {**longer}, bad("index.html")),
        ("missing", {"404.html": None}, bad("404.html")),
        ("extra", {"b.html": b"x"}, bad("b.html")),
        ("extra beside the seal", {f"{RESERVED}note.txt": b"x"}, bad(f"{RESERVED}note.txt")),
        ("two files swapped", {"index.html": FILES["404.html"], "404.html": FILES["index.html"]},
         bad("index.html", "404.html")),
        ("bundle missing", {bundle: None}, bad(bundle)),
        ("bundle altered", {bundle: good[bundle].replace(b"!theme", b"!thema")}, bad(bundle)),
        ("mixed editions", {edition: later[edition]}, bad(f"{RESERVED}tree/{_root(later[edition])}")),
        ("freshness of a later edition", {fresh: later[fresh]}, stale),
        ("no freshness", {fresh: None}, stale),
        ("freshness out of date", {path: expired[path] for path in (edition, fresh)},
         {**stale, "now": "2025-03-09T00:00:00Z"}),
        ("freshness altered", {fresh: good[fresh].replace(b"2025-03-12", b"2025-03-11")}, bad(fresh)),
        ("sealed by a key that is not listed", {edition: Site(press=THIEF).sealed()[edition]}, bad(edition)),
        ("sealed by a revoked key", {keys: keys_file(sign(ROOT, revoked.document()))}, bad(edition)),
        ("keys signed by another root", {keys: keys_file(sign(THIEF, KEYS.document()))}, bad(keys)),
        ("root rotated", {keys: keys_file(rotate(rotated, ROOT, NEW_ROOT)), listed: new_roster}, fine),
        ("root rotated without the old root's hand", {keys: keys_file(broken), listed: new_roster}, bad(keys)),
        ("roster not signed by the root", {listed: sign(THIEF, roster().document()).to_json()}, bad(listed)),
        ("a path that climbs out", _difference(good, dotted.sealed()), bad("../outside.html", bundle)),
        ("rolled back", {}, {**bad(edition), "remembered": seen}),
        ("one number, two roots", {}, {**bad(edition), "remembered": seen | {"number": 1}}),
        ("edition remembered", {}, {**fine, "remembered": seen | {"number": 1, "root": Site().root()}}),
    ]  # fmt: skip


def _root(edition: bytes) -> Digest:
    return str(Signed.from_json(edition).document["root"])


def _difference(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> dict[str, bytes | None]:
    # The first site's bundle stays where it was, to be found as one that nothing leads to.
    return {path: data for path, data in other.items() if one.get(path) != data and not path.startswith("..")}


def site_vectors() -> dict[str, Any]:
    privates = {"root": ROOT, "new_root": NEW_ROOT, "press": PRESS, "thief": THIEF, **CAST}
    named = {name: {"private": private.hex(), "public": public_hex(private)} for name, private in privates.items()}
    files = {path: _text(data) for path, data in sorted(Site().sealed().items())}
    listed = [
        {"name": name, "files": {path: data and _text(data) for path, data in changes.items()}, **said}
        for name, changes, said in cases()
    ]
    head = {"site": SITE, "now": "2025-03-05T02:00:00Z", "root_key": public_hex(ROOT), "keys": named}
    return {**head, "root": Site().root(), "files": files, "cases": listed}


MADE: dict[str, Callable[[], dict[str, Any]]] = {
    "canonical.json": canonical_vectors,
    "tree.json": tree_vectors,
    "site.json": site_vectors,
}


def text(name: str) -> str:
    """What the file with this name must hold."""
    return json.dumps(MADE[name](), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name in MADE:
        (HERE / name).write_text(text(name), "utf-8")
