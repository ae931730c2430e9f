"""The keys of the house: made on first run, kept outside the database, under HEMEI_HOME/keys."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from hemei.press.store import Disk
from hemei.seal import keys as sealing
from hemei.seal.errors import Refused
from hemei.seal.keys import Signed
from hemei.seal.roster import Person, Roster, certified


@dataclass(frozen=True, slots=True)
class House:
    """The site's identity: its id and its root key's public half."""

    site: str
    root_public: str


def prepare(home: Path, now: datetime) -> House:
    """Make the root key, the PIN secret and an empty roster where they are missing; nothing that exists is touched."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / "root.key").exists():
        Disk().replace(folder / "root.key", os.urandom(32).hex().encode(), 0o600)
    if not (folder / "root.pub").exists():
        Disk().replace(folder / "root.pub", sealing.public_hex(root_private(home)).encode() + b"\n", 0o644)
    if not (folder / "pin-secret").exists():
        Disk().replace(folder / "pin-secret", os.urandom(32).hex().encode(), 0o600)
    if not (folder / "roster.json").exists():
        _sign_roster(home, (), 1, now)
    Disk().sync(home)
    return house(home)


def house(home: Path) -> House:
    """Who this site is. Raises FileNotFoundError before `prepare`."""
    public = (home / "keys" / "root.pub").read_text().strip()
    return House(sealing.site_id(bytes.fromhex(public)), public)


def root_private(home: Path) -> bytes:
    """The root key's private half: for signing the roster and the press's edition key."""
    return bytes.fromhex((home / "keys" / "root.key").read_text().strip())


def pin_secret(home: Path) -> bytes:
    return bytes.fromhex((home / "keys" / "pin-secret").read_text().strip())


def roster(home: Path) -> Roster:
    """The roster, its signature checked against the root key. Raises hemei.seal errors when it was tampered with."""
    path = home / "keys" / "roster.json"
    return _roster(path.read_bytes(), house(home).root_public)


@lru_cache(maxsize=8)
def _roster(data: bytes, root_public: str) -> Roster:
    signed = Signed.from_json(data)
    if not sealing.verify(signed, root_public):
        raise Refused("名册 roster.json 的签名不对：它不是用本站根密钥签的。请从备份恢复。")
    return Roster.read(signed.document)


def enrol(home: Path, people: Sequence[Person], now: datetime) -> None:
    """Sign a new roster in which these people replace or join the earlier ones."""
    current = roster(home)
    known = {person.person: person for person in current.people} | {person.person: person for person in people}
    _sign_roster(home, tuple(known[name] for name in sorted(known)), current.number + 1, now)


def certify(home: Path, public: str, now: datetime, published: bytes | None) -> bytes:
    """The bytes of the next keys.json, in which this edition key seals; ``published`` stands in where the file is lost.

    Raises NotAStatement when what is there cannot be gone on from: nothing that a reader may have seen is taken back.
    """
    place = home / "keys" / "keys.json"
    before = place.read_bytes() if place.exists() else published
    return certified(before, house(home).site, root_private(home), public, now)


def _sign_roster(home: Path, people: tuple[Person, ...], number: int, now: datetime) -> None:
    made = Roster(house(home).site, number, now, people)
    Disk().replace(home / "keys" / "roster.json", sealing.sign(root_private(home), made.document()).to_json(), 0o644)
