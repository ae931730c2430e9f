"""What the press was given to print: each piece as it stands now, and as it stood before each edition."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache

from hemei.press.book import Connection, compact
from hemei.press.errors import Refused
from hemei.press.pieces import NotAPiece, Story, read_setting, read_story
from hemei.press.site import read_site
from hemei.seal import fields
from hemei.seal.digest import Digest, digest
from hemei.seal.errors import NotAStatement
from hemei.seal.keys import Signed, read_object
from hemei.seal.proof import LARGEST as LARGEST_PROOF
from hemei.seal.statement import Stamp, Withdrawal


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


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a piece out of every page. `proof` is the signed withdrawal."""

    order: str
    key: str
    proof: bytes


Order = Admit | Withdraw


@dataclass(frozen=True, slots=True)
class Standing:
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
    """The pieces in the book. Every change goes down in the history of the edition that it becomes part of."""

    def __init__(self, db: Connection, site: str) -> None:
        self._db = db
        self._site = site

    def standing(self, key: str) -> Standing | None:
        found = self._db.execute("SELECT * FROM pieces WHERE key = ?", (key,)).fetchone()
        return Standing(*found) if found else None

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

    def barred(self, key: str, version: Digest) -> bool:
        """Whether a withdrawal has taken this version out for good."""
        return bool(
            self._db.execute(
                "SELECT 1 FROM versions WHERE key = ? AND version = ? AND barred", (key, version)
            ).fetchone()
        )

    def admit(self, order: Admit, edition: int) -> Standing:
        """Take a version in. Raises Refused when it may not be, with nothing changed."""
        stamps = self._checked(order)
        version, released, proof = digest(order.content), fields.shown(order.released), digest(order.proof)
        before = self.standing(order.key)
        if self.barred(order.key, version):
            raise Refused("这一定稿已经撤下，不能再印。请改出新的定稿，重新审签、签发。")
        if before and before.state == "withdrawn" and released <= before.withdrawn:
            raise Refused("签发在撤稿之前，不能再印。请重新签发。")
        if before and before.state == "admitted" and released < before.released:
            raise Refused("已经印出更晚签发的一份，这份旧的不再印。")
        if before is None or not before.first_released:
            after = Standing(order.key, "admitted", version, proof, stamps, released, released, self._next(order.key))
        else:
            after = replace(
                before, state="admitted", version=version, proof=proof, stamps=stamps, released=released,
                withdrawal="", withdrawn="",
            )  # fmt: skip
        self._db.execute(
            "INSERT INTO versions(key, version, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (order.key, version, order.content),
        )
        head = order.proof.removesuffix(order.content + b"}")
        self._db.execute("INSERT INTO proofs VALUES (?, ?) ON CONFLICT DO NOTHING", (proof, head))
        self.put(after, edition)
        return after

    def withdraw(self, order: Withdraw, edition: int) -> Standing:
        """Take a story out. Raises Refused when the order is for another piece."""
        before = self.standing(order.key)
        if not order.key.startswith("story:"):
            raise Refused("只有稿件可以撤；设置请改出新的一份，重新签发。")
        try:
            signed = Signed.from_json(order.proof)
            said = Withdrawal.read(signed.document)
        except NotAStatement as error:
            raise Refused(f"这份撤稿不合格式（{error}），请重新撤稿") from error
        if said.piece != order.key or said.site != self._site:
            raise Refused("这份撤稿写的是另一篇稿件或另一个站点，请重新撤稿")
        if before and before.state == "withdrawn":
            return before
        withdrawal = digest(signed.content)
        self._db.execute("INSERT INTO proofs VALUES (?, ?) ON CONFLICT DO NOTHING", (withdrawal, order.proof))
        self._db.execute("UPDATE versions SET barred = 1 WHERE key = ?", (order.key,))
        # Of a story that was never printed too: the release that it overtook may still be on its way.
        known = before or Standing(order.key, "withdrawn", "", "", "[]", "", "", 0)
        # Clocks differ, and a withdrawal never fails for that: what was released by then stays out either way.
        time = max(fields.shown(said.time), known.released)
        after = replace(known, state="withdrawn", withdrawal=withdrawal, withdrawn=time)
        self.put(after, edition)
        return after

    def put(self, after: Standing, edition: int) -> None:
        """Let a piece stand so, and remember how it stood before this edition."""
        before = self.standing(after.key)
        self._db.execute(
            "INSERT INTO history VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (edition, after.key, compact(asdict(before)) if before else None),
        )
        self._db.execute(
            "INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", tuple(asdict(after).values())
        )

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
                was = replace(now, state="absent")
            was = replace(was, first_released=now.first_released, sequence=now.sequence)
            if was != now:
                yield was

    def _next(self, key: str) -> int:
        if not key.startswith("story:"):
            return 0
        return int(self._db.execute("SELECT coalesce(max(sequence), 0) FROM pieces").fetchone()[0]) + 1

    def _checked(self, order: Admit) -> str:
        """The stamps, once the piece is in a format that we print, is what its key says, and its proof shows it."""
        try:
            site, key = _named(order.content)
            proof = fields.exactly(read_object(order.proof, LARGEST_PROOF), "format version stamps release", "proof")
            stamps = [Stamp.read(Signed.from_plain(each).document) for each in fields.items(proof["stamps"], "stamps")]
            same = proof["format"] == "hemei-proof/1" and order.proof.endswith(b'"version":' + order.content + b"}")
        except (NotAPiece, NotAStatement) as error:
            raise Refused("内容不合付印的格式，请退稿后重新送审。") from error
        if (site, key) != (self._site, order.key):
            raise Refused("签发的不是这个站点的这件内容，不能付印。请核对后重新签发。")
        if not same:
            raise Refused("审签证明里的定稿与付印的不同，不能付印。请重新签发。")
        return compact([[each.stage, each.person, fields.shown(each.time)] for each in stamps])


def _named(content: bytes) -> tuple[str, str]:
    """(site, key) of a piece's content. Raises NotAPiece."""
    if content.startswith(b'{"body":'):
        story = read_story(content)
        return story.site, f"story:{story.number}"
    site, name, value = read_setting(content)
    if name == "site":
        read_site(value)
    return site, f"setting:{name}"


@lru_cache(maxsize=64)
def story_in(content: bytes) -> Story:
    """The story in these admitted bytes; the last ones are kept at hand, for a printing reads each several times."""
    return read_story(content, known=True)
