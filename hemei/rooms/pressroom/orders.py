"""Orders from the desk's outbox: what each comes to when everybody is asked, and what is written back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hemei.press.compiler import Admit, Press, Withdraw
from hemei.rooms.ledger.actions import enter
from hemei.rooms.ledger.models import Order
from hemei.rooms.newsroom import releases
from hemei.rooms.pressroom import admission
from hemei.rooms.review.models import Stamp, Version
from hemei.seal.digest import digest
from hemei.seal.errors import SealError
from hemei.seal.keys import Signed
from hemei.seal.roster import Roster
from hemei.seal.statement import Recall, Release, Withdrawal

Against = list[tuple[str, str]]
"""Kinds and signed documents of orders."""
AT_ONCE = ("withdraw", "recall")
"""Kinds of orders that wait for no other, and are carried out while the press holds."""
WHAT = {"release": "release", "withdraw": "withdrawal"}
"""What a recall calls the kinds of orders."""


def name(order: Order) -> str:
    """An order is what was signed, whatever its row is called: the same one given again is not carried out again."""
    what = order.kind if order.kind in AT_ONCE else "release"
    return digest(f"{what} {order.signed}".encode())


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about an order: the press's own book, the roster, the desk's rows."""

    press: Press
    roster: Roster
    site: str
    now: datetime

    def checked(self, order: Order) -> Admit | Withdraw:
        """What the press is to do. Raises NotAdmitted, and NotYet."""
        return self._withdrawal(order) if order.kind == "withdraw" else self._release(order)

    def recall(self, order: Order) -> None:
        """Let the press take down what is called off, so that no row can bring it back. Raises NotAdmitted."""
        signed = order.signed.encode()
        said = admission.called_off(signed=signed, roster=self.roster, site=self.site, now=self.now)
        self.press.recall(said.piece, said.what, said.time, signed)

    def _withdrawal(self, order: Order) -> Withdraw:
        signed = order.signed.encode()
        taken = admission.take_out(signed=signed, roster=self.roster, site=self.site, now=self.now)
        made = Withdraw(name(order), taken.piece, taken.proof)
        planned = taken.time > taken.signed and not self._done(order)
        if planned and self._off(taken.piece, "withdrawal", taken.signed, self._against(taken.piece)):
            raise admission.CalledOff("到期撤下已取消。")
        return made

    def _release(self, order: Order) -> Admit:
        signed = order.signed.encode()
        version = Version.objects.filter(digest=admission.released_version(signed)).first()
        if version is None:
            raise admission.NotAdmitted("找不到签发的那一稿定稿，请重新送审。")
        stamps = Stamp.objects.filter(version_id=version.digest).order_by("id").values_list("signed", flat=True)
        evidence = admission.Evidence(bytes(version.content), [stamp.encode() for stamp in stamps])
        made = admission.admit(signed=signed, evidence=evidence, roster=self.roster, site=self.site, now=self.now)
        if not (made.timed and self._done(order)):
            self._meant(made)
        return Admit(name(order), made.piece, made.content, made.proof, made.released, made.signed)

    def _meant(self, made: admission.Admitted) -> None:
        """Raises NotAdmitted for a release that something signed later speaks against, or the desk."""
        against = self._against(made.piece)
        if self._off(made.piece, "release", made.signed, against):
            raise admission.CalledOff("这次签发已取消，不再付印。")
        if self._overtaken(made.piece, made.signed, against):
            raise admission.NotAdmitted("这篇稿子签发之后已经撤稿，不能付印。要印请修改后重新送审。")
        if made.timed:
            why = releases.why_not_now(piece=made.piece, version=made.version, now=self.now)
            if why:
                raise admission.NotAdmitted(why)

    def _done(self, order: Order) -> bool:
        """Whether it was carried out before, and only the answer was lost: what was signed since comes too late."""
        return self.press.handled(name(order)) is not None

    def _against(self, piece: str) -> Against:
        """What was signed to call off or to withdraw a piece, whatever came of it: the press perhaps never saw it."""
        rows = Order.objects.filter(kind__in=("recall", "withdraw"), piece=piece)
        return list(rows.values_list("kind", "signed"))

    def _off(self, piece: str, what: str, signed: datetime, against: Against) -> bool:
        """Whether that was called off since, as the press's own book has it, or a row says that is properly signed."""
        until = self.press.recalled(piece, what)
        if until and signed <= until:
            return True
        for document in (document for kind, document in against if kind == "recall"):
            try:
                said = admission.called_off(signed=document.encode(), roster=self.roster, site=self.site, now=self.now)
            except admission.NotAdmitted:
                continue  # it calls nothing off
            if (said.piece, said.what) == (piece, what) and signed <= said.time:
                return True
        return False

    def _overtaken(self, piece: str, released: datetime, against: Against) -> bool:
        """Whether a withdrawal was signed or came due since."""
        for document in (document for kind, document in against if kind == "withdraw"):
            try:
                taken = admission.take_out(signed=document.encode(), roster=self.roster, site=self.site, now=self.now)
            except (admission.NotAdmitted, admission.NotYet):
                continue  # it withdraws nothing, or not yet
            later = taken.piece == piece and taken.time >= released
            if later and not self._off(piece, "withdrawal", taken.signed, against):
                return True
        return False


def answer(press: Press, orders: Iterable[Order], refused: dict[str, str], off: set[str], now: datetime) -> None:
    """Write back what came of orders, and tell the desk what happened to its stories meanwhile."""
    with transaction.atomic():
        for order in orders:
            why = refused.get(name(order))
            called_off = name(order) in off
            state = Order.State.REFUSED if why else Order.State.PRINTED
            if called_off:
                state = Order.State.RECALLED
            edition = None if why else press.handled(name(order))
            Order.objects.filter(pk=order.pk).update(state=state, edition=edition, answer=why or "")
            if why and not called_off:
                enter(person="press", deed="拒印", piece=order.piece, now=now, detail={"reason": why})
            if order.piece.startswith("story:"):
                _tell(order, now, printed=not why, called_off=called_off)


def _tell(order: Order, now: datetime, *, printed: bool, called_off: bool) -> None:
    """What an answer means on the desk: an order that was signed and done at once is no news there."""
    said = _said(order)
    if isinstance(said, Release) and said.not_before:
        if printed:
            releases.came_out(piece=said.piece, version=said.version, now=now)
        elif not called_off:
            releases.stayed_out(piece=said.piece, version=said.version)
    elif isinstance(said, Withdrawal) and printed:
        if said.not_before:
            releases.went_out(piece=said.piece, now=now)
        else:
            _retire(said.piece, "release", said.time, "签发之后已经撤稿。")
            _retire(said.piece, "withdraw", said.time, "已经先行撤稿。", but=order.pk)
    elif isinstance(said, Recall) and printed:
        kind = next(kind for kind, what in WHAT.items() if what == said.what)
        _retire(said.piece, kind, said.time, "已取消。")


def _retire(piece: str, kind: str, until: datetime, why: str, but: str = "") -> None:
    """Orders for later that are not meant any more wait no longer."""
    for order in Order.objects.filter(state=Order.State.WAITING, kind=kind, piece=piece).exclude(pk=but):
        said = _said(order)
        if isinstance(said, Release | Withdrawal) and said.not_before and said.time <= until:
            Order.objects.filter(pk=order.pk).update(state=Order.State.RECALLED, answer=why)


def _said(order: Order) -> Release | Withdrawal | Recall | None:
    """What a row says, unchecked; None when it says nothing that can be read."""
    if order.kind not in AT_ONCE and '"not_before":"' not in order.signed:
        return None  # signed and done at once: most orders are
    try:
        document = Signed.from_json(order.signed.encode()).document
        if order.kind == "withdraw":
            return Withdrawal.read(document)
        return Recall.read(document) if order.kind == "recall" else Release.read(document)
    except SealError:
        return None
