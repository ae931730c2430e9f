"""Sealing: the edition key, the two statements, and what lies under ``/.well-known/hemei/``."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from hemei.press.book import Connection
from hemei.press.errors import NotReady
from hemei.press.store import Disk
from hemei.seal import keys as sealing
from hemei.seal.bundles import MOST_LEAVES, changed_bundles
from hemei.seal.digest import Digest
from hemei.seal.errors import NotAStatement
from hemei.seal.keys import Signed
from hemei.seal.roster import Keys, read_keys
from hemei.seal.statement import FRESH, Edition, Freshness
from hemei.seal.tree import Leaf, Node, update

Certify = Callable[[str, datetime], bytes]
"""Given the edition key's public half (hex) and the moment, the bytes of the next keys.json, signed by the root key."""

COPIED = ("keys.json", "roster.json")
"""Documents of the house that are published beside the edition."""
AT_HAND = 4096
"""Nodes of the tree that are kept at hand during a change, or a few more."""
AHEAD = 1000
"""Leaves whose nodes are read at a time."""
KEPT_FOR = 8
"""Editions for which a replaced bundle of the tree stays, for a verifier that is half through."""


class Seal:
    """The press's own key. Made on first use; certified by whoever holds the root key."""

    def __init__(self, home: Path, certify: Certify, now: datetime, random: Callable[[int], bytes], disk: Disk) -> None:
        self._folder = home / "keys"
        place = home / "press" / "edition.key"
        if not place.exists():
            disk.replace(place, sealing.generate(random).hex().encode(), 0o600)
        self._private = bytes.fromhex(place.read_text().strip())
        public = sealing.public_hex(self._private)
        known = self._folder / "keys.json"
        if known.exists() and self._keys().is_revoked(public):
            raise NotReady("印刷间的封印密钥已经吊销；请移走 press/edition.key 后重新启动，会另做一把新的")
        if not known.exists() or not self._keys().seals(public, now):
            disk.replace(known, certify(public, now))
        else:
            disk.sync(self._folder)  # whoever put it there may have died before he could
        keys = self._keys()
        if not keys.seals(public, now):
            raise NotReady("印刷间的封印密钥没有得到根密钥的认可；请用根密钥重新签署 keys.json")
        self.site = keys.site

    def edition(self, number: int, root: Digest, previous: Digest, files: int, size: int, now: datetime) -> bytes:
        """The signed statement of an edition."""
        said = Edition(self.site, number, root, previous or None, files, size, now)
        return sealing.sign(self._private, said.document()).to_json()

    def freshness(self, number: int, root: Digest, now: datetime) -> bytes:
        """The signed statement that this edition is the newest at this moment."""
        said = Freshness(self.site, number, root, now, now + FRESH)
        return sealing.sign(self._private, said.document()).to_json()

    def standing(self, statement: bytes, now: datetime) -> bytes:
        """An edition's statement, sealed anew when the key that sealed it no longer counts: it was revoked since."""
        signed = Signed.from_json(statement)
        said = Edition.read(signed.document)
        if self._keys().seals(signed.key, said.time):
            return statement
        return sealing.sign(self._private, replace(said, time=now).document()).to_json()

    def copied(self) -> Iterator[tuple[str, bytes]]:
        """The house's own documents that are there, as (name, bytes)."""
        for name in COPIED:
            place = self._folder / name
            if place.exists():
                yield name, place.read_bytes()

    def _keys(self) -> Keys:
        trusted = (self._folder / "root.pub").read_text().strip()
        try:
            return read_keys((self._folder / "keys.json").read_bytes(), trusted)
        except NotAStatement as error:
            raise NotReady(f"keys.json 不能用：{error}；请从备份恢复") from error


def well_known(db: Connection, name: str, data: bytes) -> None:
    """Publish a document under /.well-known/hemei/."""
    db.execute("INSERT OR REPLACE INTO wellknown VALUES (?, ?)", (name, data))


class Trunk:
    """The tree's nodes in the book, as hemei.seal.tree wants them; notes which bundles it writes over."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._kept: dict[str, Node | None] = {}
        """Nodes at hand."""
        self._new: dict[str, Node | None] = {}
        """Nodes that were changed or (None) dropped, and are not in the book yet."""
        self._keys: Sequence[str] = ()
        """Keys of the leaves that are about to be changed, in order."""
        self.before: set[Digest] = set()
        """Names of the bundles that the nodes which `change` touched accounted for."""
        self._after: set[Digest] = set()
        """And of those that they account for now."""

    def get(self, prefix: str) -> Node | None:
        if prefix not in self._kept:
            self._fetch(prefix)
        return self._kept[prefix]

    def below(self, prefix: str) -> Iterator[bytes]:
        found = self._db.execute("SELECT data FROM nodes WHERE prefix >= ? AND prefix < ?", (prefix, prefix + "g"))
        return (data for (data,) in found)

    def expect(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def put(self, prefix: str, node: Node, was: Node | None) -> None:
        self.before.update(_names(prefix, was))
        self._after.update(_names(prefix, node))
        self._kept[prefix] = self._new[prefix] = node

    def drop(self, prefix: str, was: Node) -> None:
        self.before.update(_names(prefix, was))
        self._kept[prefix] = self._new[prefix] = None

    def change(self, leaves: dict[str, Leaf | None]) -> Digest:
        """Put the leaves into the tree; the new root."""
        self._after.clear()
        self.before.clear()
        root = update(self, leaves)
        self._write()
        self._keys = ()
        return root

    def replaced(self) -> set[Digest]:
        """Names of bundles that were part of the tree before `change` and no longer are."""
        return self.before - self._after

    def _fetch(self, prefix: str) -> None:
        """Read a node, and with it those on the way to the next leaves that are to be changed."""
        self._write()
        if len(self._kept) >= AT_HAND:
            self._kept.clear()
        at = bisect_left(self._keys, prefix)
        ahead = self._keys[at : at + AHEAD]
        self._read({prefix})
        wanted = {""} if ahead else set()
        for depth in count(1):
            self._read(wanted - self._kept.keys())
            below = ((key[:depth], self._kept[key[: depth - 1]]) for key in ahead if key[: depth - 1] in wanted)
            wanted = {each for each, node in below if node and node.has_below(int(each[-1], 16))}
            if not wanted:
                return

    def _read(self, prefixes: Collection[str]) -> None:
        if prefixes:
            self._kept.update(dict.fromkeys(prefixes))
            for prefix, data in self._db.execute(
                "SELECT n.prefix, n.data FROM json_each(?) j CROSS JOIN nodes n ON n.prefix = j.value",
                (json.dumps(list(prefixes)),),
            ):
                self._kept[prefix] = Node.from_bytes(data)

    def _write(self) -> None:
        new = sorted(self._new.items())
        self._db.executemany("DELETE FROM nodes WHERE prefix = ?", [(prefix,) for prefix, node in new if not node])
        self._db.executemany(
            "INSERT OR REPLACE INTO nodes VALUES (?, ?)", [(prefix, node.to_bytes()) for prefix, node in new if node]
        )
        self._new.clear()


def _names(prefix: str, node: Node | None) -> Iterator[Digest]:
    """What bundles this node accounts for: its own if it is the root, and its children's when it lists them by name."""
    if node and not prefix:
        yield node.hash.hex()
    if node and node.count > MOST_LEAVES:
        yield from (each.hex() for each in node.hashes if each)


def publish_bundles(db: Connection, trunk: Trunk, edition: int) -> None:
    """Publish the tree's new bundles; let go of those that were replaced some editions ago."""

    def known(name: Digest) -> bool:
        return name in trunk.before or bool(
            db.execute("SELECT 1 FROM bundles WHERE name = ? AND gone IS NULL", (name,)).fetchone()
        )

    db.executemany("UPDATE bundles SET gone = ? WHERE name = ?", [(edition, name) for name in trunk.replaced()])
    db.executemany("INSERT OR REPLACE INTO bundles VALUES (?, ?, NULL)", changed_bundles(trunk, known))
    db.execute("DELETE FROM bundles WHERE gone < ?", (edition - KEPT_FOR,))
