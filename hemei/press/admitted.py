"""What the press was given to print: each piece as it stands now, and as it stood before each edition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from hemei.press.book import Connection
from hemei.press.pieces import Story, read_story
from hemei.seal.digest import Digest


@dataclass(frozen=True, slots=True)
class Admit:
    """Print this version of a piece. Its signatures were checked where the order came from."""

    order: str
    """Names the order: the same one is carried out once."""
    key: str
    content: bytes
    proof: bytes
    """The bytes of proof.json: format hemei-proof/1, its version being the content."""
    released: datetime
    """When it comes out: what readers are told."""
    signed: datetime | None = None
    """When its release was signed, if that was before it came out."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a piece out of every page. `proof` is the signed withdrawal."""

    order: str
    key: str
    proof: bytes


Order = Admit | Withdraw


class Standing(NamedTuple):
    """How a piece stands: its row in the book, column for column."""

    key: str
    state: str
    version: Digest
    proof: Digest
    stamps: str
    """JSON: [[stage, person, time], …]"""
    released: str
    first_released: str
    sequence: int
    """Its place in the order of first releases, never changed; 0 for a setting."""
    withdrawal: Digest = ""
    withdrawn: str = ""


class Admitted:
    """The pieces in the book."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def standing(self, key: str) -> Standing | None:
        return self.standings([key]).get(key)

    def standings(self, keys: Iterable[str]) -> dict[str, Standing]:
        """How these stand, by key, in one look; those that were never heard of are left out."""
        found = self._db.execute(
            "SELECT p.* FROM json_each(?) j CROSS JOIN pieces p ON p.key = j.value", (json.dumps(list(keys)),)
        )
        return {row[0]: Standing(*row) for row in found}

    def all(self, state: str = "admitted") -> Iterator[Standing]:
        """Every piece in this state, by key."""
        for found in self._db.execute("SELECT * FROM pieces WHERE state = ? ORDER BY key", (state,)):
            yield Standing(*found)

    def stories(self) -> Iterator[int]:
        """Numbers of the stories that are admitted, by key: in the order of the paths of their pages."""
        for (key,) in self._db.execute(
            "SELECT key FROM pieces WHERE key > 'story:' AND key < 'story;' AND state = 'admitted' ORDER BY key"
        ):
            yield int(key[6:])

    def told(self, keys: Sequence[str]) -> Iterator[tuple[str, list[str], bytes, bytes]]:
        """Of each of these that is admitted: its key, what was signed about it, its content, and the head of its proof.json."""
        for key, version, stamps, released, first, content, head in self._db.execute(
            "SELECT p.key, p.version, p.stamps, p.released, p.first_released, v.content, f.head FROM json_each(?) j "
            "CROSS JOIN pieces p ON p.key = j.value JOIN versions v ON (v.key, v.version) = (p.key, p.version) "
            "JOIN proofs f ON f.digest = p.proof WHERE p.state = 'admitted'",
            (json.dumps(keys),),
        ):
            yield key, [version, stamps, released, first], content, head

    def content(self, standing: Standing) -> bytes:
        found = self._db.execute(
            "SELECT content FROM versions WHERE key = ? AND version = ?", (standing.key, standing.version)
        ).fetchone()
        return bytes(found[0])

    def proof(self, standing: Standing) -> bytes:
        """The bytes of its proof.json."""
        found = self._db.execute("SELECT head FROM proofs WHERE digest = ?", (standing.proof,)).fetchone()
        return bytes(found[0]) + self.content(standing) + b"}"

    def withdrawal(self, standing: Standing) -> bytes | None:
        """The signed order by which it was withdrawn; None of one in a book's first format, which did not keep them."""
        found = self._db.execute("SELECT head FROM proofs WHERE digest = ?", (standing.withdrawal,)).fetchone()
        return bytes(found[0]) if found else None

    def barred(self, key: str, version: Digest) -> bool:
        """Whether a withdrawal has taken this version out for good."""
        return bool(
            self._db.execute(
                "SELECT 1 FROM versions WHERE key = ? AND version = ? AND barred", (key, version)
            ).fetchone()
        )

    def newest(self) -> int:
        """The place of the newest first release in the order of these; 0 before the first."""
        return int(self._db.execute("SELECT coalesce(max(sequence), 0) FROM pieces").fetchone()[0])

    def back(self, number: int) -> Iterator[Standing]:
        """How each piece that changed since edition `number` is to stand again: as then, but nothing withdrawn since."""
        then: dict[str, str | None] = {}
        for key, before in self._db.execute(
            "SELECT key, before FROM history WHERE edition > ? ORDER BY edition DESC", (number,)
        ):
            then[key] = before
        for key, before in sorted(then.items()):
            now = self.standing(key)
            was = Standing(**json.loads(before)) if before else None
            if now is None or now.state == "withdrawn":
                continue
            if was is None or (was.state == "admitted" and self.barred(key, was.version)):
                was = now._replace(state="absent")
            was = was._replace(first_released=now.first_released, sequence=now.sequence)
            if was != now:
                yield was


@lru_cache(maxsize=64)
def story_in(content: bytes) -> Story:
    """The story in these admitted bytes; the last ones are kept at hand, for a printing reads each several times."""
    return read_story(content, known=True)
