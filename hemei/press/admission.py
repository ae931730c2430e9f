"""Admission 收印: each order is decided on alone, and what all of them come to goes down in the book at once."""

from __future__ import annotations

from collections.abc import Iterable

from hemei.press.admitted import Admit, Admitted, Order, Standing, Withdraw, story_in
from hemei.press.book import Connection, compact
from hemei.press.errors import Refused
from hemei.press.pieces import NotAPiece, check_canonical, read_setting
from hemei.press.site import read_site
from hemei.seal import fields
from hemei.seal.digest import Digest, digest
from hemei.seal.errors import NotAStatement
from hemei.seal.keys import Signed
from hemei.seal.proof import stamps_over
from hemei.seal.statement import Withdrawal


class Admission:
    """The pieces that one edition takes in and out. Every change goes down in the history of that edition.

    Deciding changes nothing, so that a refused order leaves no trace. What was taken in counts at once for the orders
    that follow; it is in the book after `write`.
    """

    def __init__(self, db: Connection, site: str, edition: int) -> None:
        self._db = db
        self._site = site
        self._edition = edition
        self._admitted = Admitted(db)
        self._standing: dict[str, Standing | None] = {}
        """How pieces stand, of those that were looked up."""
        self._newest: int | None = None
        self._versions: list[tuple[str, Digest, bytes]] = []
        self._proofs: list[tuple[Digest, bytes]] = []
        self._before: dict[str, Standing | None] = {}
        """How the pieces stood that were changed and not written down yet."""

    def look_up(self, keys: Iterable[str]) -> None:
        """See in one look how pieces stand that will be asked for."""
        keys = [key for key in keys if key not in self._standing]
        if keys:
            found = self._admitted.standings(keys)
            self._standing.update((key, found.get(key)) for key in keys)

    def standing(self, key: str) -> Standing | None:
        self.look_up([key])
        return self._standing[key]

    def decide(self, order: Order) -> Standing:
        """How a piece would stand after this order. Raises Refused when it may not."""
        return self._admitting(order) if isinstance(order, Admit) else self._withdrawing(order)

    def take(self, order: Order, after: Standing) -> None:
        """Do what was decided."""
        if isinstance(order, Admit):
            self._versions.append((order.key, after.version, order.content))
            self._proofs.append((after.proof, order.proof.removesuffix(order.content + b"}")))
        elif after != self.standing(order.key):
            self._proofs.append((after.withdrawal, order.proof))
            self.write()
            self._db.execute("UPDATE versions SET barred = 1 WHERE key = ?", (order.key,))
        self.put(after)

    def put(self, after: Standing) -> None:
        """Let a piece stand so, and remember how it stood before this edition."""
        before = self.standing(after.key)
        if after != before:
            self._before.setdefault(after.key, before)
            self._standing[after.key] = after
            self._newest = max(self._last(), after.sequence)

    def write(self) -> None:
        """Put down in the book what was taken in and out so far."""
        self._db.executemany(
            "INSERT INTO versions(key, version, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", self._versions
        )
        self._db.executemany("INSERT INTO proofs VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(self._proofs))
        self._db.executemany(
            "INSERT INTO history VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(self._edition, key, compact(was._asdict()) if was else None) for key, was in self._before.items()],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [now for key in self._before if (now := self._standing[key])],
        )
        self._versions.clear()
        self._proofs.clear()
        self._before.clear()

    def _admitting(self, order: Admit) -> Standing:
        stamps = self._checked(order)
        version, released, proof = digest(order.content), fields.shown(order.released), digest(order.proof)
        before = self.standing(order.key)
        if before and self._admitted.barred(order.key, version):
            raise Refused("这一定稿已经撤下，不能再印。请改出新的定稿，重新审签、签发。")
        signed = fields.shown(order.signed or order.released)
        if before and before.state == "withdrawn" and signed <= before.withdrawn:
            raise Refused("签发在撤稿之前，不能再印。请重新签发。")
        if before and before.state == "admitted" and signed < before.released:
            raise Refused("已经印出更晚签发的一份，这份旧的不再印。")
        if before is None or not before.first_released:
            place = self._last() + 1 if order.key.startswith("story:") else 0
            return Standing(order.key, "admitted", version, proof, stamps, released, released, place)
        return before._replace(
            state="admitted",
            version=version,
            proof=proof,
            stamps=stamps,
            released=released,
            withdrawal="",
            withdrawn="",
        )

    def _withdrawing(self, order: Withdraw) -> Standing:
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
        # Of a story that was never printed too: the release that it overtook may still be on its way.
        known = before or Standing(order.key, "withdrawn", "", "", "[]", "", "", 0)
        # Clocks differ, and a withdrawal never fails for that: what was released by then stays out either way.
        time = max(fields.shown(said.not_before or said.time), known.released)
        return known._replace(state="withdrawn", withdrawal=digest(signed.content), withdrawn=time)

    def _last(self) -> int:
        """The place of the newest first release."""
        if self._newest is None:
            self._newest = self._admitted.newest()
        return self._newest

    def _checked(self, order: Admit) -> str:
        """The stamps, once the piece is in a format that we print, is what its key says, and its proof shows it."""
        try:
            site, key = _named(order.content)
            stamps = stamps_over(order.content, order.proof)
        except (NotAPiece, NotAStatement) as error:
            raise Refused("内容不合付印的格式，请退稿后重新送审。") from error
        if (site, key) != (self._site, order.key):
            raise Refused("签发的不是这个站点的这件内容，不能付印。请核对后重新签发。")
        if stamps is None:
            raise Refused("审签证明里的定稿与付印的不同，不能付印。请重新签发。")
        return compact([[each.stage, each.person, fields.shown(each.time)] for each in stamps])


def _named(content: bytes) -> tuple[str, str]:
    """(site, key) of a piece's content. Raises NotAPiece."""
    if content.startswith(b'{"body":'):
        story = story_in(content)
        check_canonical(story, content)
        return story.site, f"story:{story.number}"
    site, name, value = read_setting(content)
    if name == "site":
        read_site(value)
    return site, f"setting:{name}"
