"""签发, 撤稿 and 更正: what is signed for the press, at once or for a moment to come; and what the press says of it later.

A release for later is signed now and carried out by the press when it is due, which asks the law again then. It is
called off by a signed recall: whoever can only write to the database brings it no sooner and no longer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.rooms.ledger.actions import enter, order
from hemei.rooms.ledger.queries import orders_of
from hemei.rooms.newsroom import content, correcting, rules, timing
from hemei.rooms.newsroom.actions import Refused, barred, current_digest
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people import queries as people
from hemei.rooms.people.actions import sign
from hemei.rooms.review import queries as reviewed
from hemei.rooms.review.rules import Given, fit_to_print
from hemei.seal import fields
from hemei.seal.errors import NotAStatement
from hemei.seal.keys import Signed
from hemei.seal.statement import NOTICES, Recall, Release, Withdrawal

MOST_CORRECTION = 300
"""Characters of one correction."""
EXPLAINED = 4
"""So few characters say neither what was wrong nor what is right."""
AT_ITS_END = "到期撤下"
SOON = timedelta(minutes=1)
"""By so much several orders of one moment may follow each other."""
Wake = Callable[[], None]


def release(
    *,
    story: Story,
    by: AbstractBaseUser,
    pin: str,
    now: datetime,
    wake: Wake,
    at: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """签发: sign the order to print exactly the version that three people stamped; not before a moment, when one is given.

    With `until` the order to withdraw it at that moment is signed along.
    """
    story = Story.objects.get(pk=story.pk)
    if story.state != Story.State.READY:
        raise Refused(f"这篇稿子{story.get_state_display()}，不能签发。三审齐了才能签发。")
    _may_release(story, by, now, at, until)
    signing = _Signing(story, by, pin, now)
    signed = [("release", signing.release(at))]
    if until:
        signed = signing.end(until) + signed
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if (fresh.state, fresh.version) != (story.state, story.version):
            raise Refused("稿子刚有变化，请重新打开再签发。")
        if at:
            fresh.state, fresh.due = Story.State.TIMED, at
        else:
            fresh.state, fresh.live_version, fresh.due = Story.State.RELEASED, fresh.version, None
        fresh.until = until or fresh.until
        fresh.urgent, fresh.urgent_at, fresh.correcting = "", None, False
        fresh.save()
        said = {"version": fresh.version} | _when(at, until)
        enter(person=_id(by), deed="定时签发" if at else "签发", piece=fresh.key, now=now, detail=said)
        _send(fresh, signed, now, wake)


def move(*, story: Story, by: AbstractBaseUser, pin: str, now: datetime, wake: Wake, at: datetime | None) -> None:
    """改时间: call a timed release off and sign it anew for another moment, in one deed."""
    story = _timed(story)
    if at is None:
        raise Refused("请填写新的刊出时间。要立即刊出，请先取消定时，再签发。")
    _may_release(story, by, now, at, story.until)
    signing = _Signing(story, by, pin, now)
    signed = [("recall", signing.recall("release")), ("release", signing.release(at))]
    with transaction.atomic():
        fresh = _timed(story)
        fresh.due = at
        fresh.save()
        enter(person=_id(by), deed="改定时", piece=fresh.key, now=now, detail={"version": fresh.version} | _when(at))
        _send(fresh, signed, now, wake)


def call_off(*, story: Story, by: AbstractBaseUser, pin: str, now: datetime, wake: Wake) -> None:
    """取消定时: sign that it is not to be printed. The story waits for its release again, with its three stamps."""
    story = _timed(story)
    _may_recall(by, now)
    never = not story.live_version  # nothing is in print that an end could still be meant for
    signing = _Signing(story, by, pin, now)
    signed = [("recall", signing.recall("release"))]
    if story.until and never:
        signed.append(("recall", signing.recall("withdrawal")))
    with transaction.atomic():
        fresh = _timed(story)
        fresh.state, fresh.due = Story.State.READY, None
        fresh.until = None if never else fresh.until
        fresh.save()
        enter(person=_id(by), deed="取消定时", piece=fresh.key, now=now, detail={"version": fresh.version})
        _send(fresh, signed, now, wake)


def end_at(*, story: Story, by: AbstractBaseUser, pin: str, now: datetime, wake: Wake, until: datetime | None) -> None:
    """到期撤下: sign when a story is to be withdrawn, in place of what was signed before; None lets it stay in print."""
    story = Story.objects.get(pk=story.pk)
    person = _id(by)
    if not people.WITHDRAWERS & people.posts(person, now):
        raise Refused("你没有撤稿岗位，不能定到期撤下。请找审稿人。")
    if not story.live_version and story.state != Story.State.TIMED:
        raise Refused("这篇稿子没有在刊，不用定撤下的时间。签发时可以一起定。")
    if not until and not story.until:
        raise Refused("请填写撤下的时间。")
    if why := timing.why_not_out(at=story.due, until=until, embargo=None, now=now):
        raise Refused(why)
    signing = _Signing(story, by, pin, now)
    signed = signing.end(until) if until else [("recall", signing.recall("withdrawal"))]
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if (fresh.live_version, fresh.until, fresh.due) != (story.live_version, story.until, story.due):
            raise Refused("稿子刚有变化，请重新打开再定。")
        fresh.until = until
        fresh.save()
        deed = "定到期撤下" if until else "取消到期撤下"
        enter(person=person, deed=deed, piece=fresh.key, now=now, detail=_when(until=until))
        _send(fresh, signed, now, wake)


def withdraw(
    *, story: Story, by: AbstractBaseUser, pin: str, reason: str, now: datetime, wake: Wake, notice: str = ""
) -> None:
    """撤稿: one editor, a reason, at once and everywhere. `notice`: what readers are told on the page of corrections."""
    person, reason = _id(by), reason.strip()[:300]
    if not reason:
        raise Refused("请写明撤稿理由。")
    if notice and notice not in NOTICES:
        raise Refused("没有认出撤稿说明，请重新选择。")
    if not people.WITHDRAWERS & people.posts(person, now):
        raise Refused("你没有撤稿岗位。请立即联系值班编辑。")
    if not Story.objects.get(pk=story.pk).live_version:
        raise Refused("这篇稿子没有在刊，不用撤。")
    signed = _Signing(story, by, pin, now).withdrawal(reason, notice=notice)
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        fresh.state, fresh.live_version, fresh.due, fresh.until = Story.State.WITHDRAWN, "", None, None
        fresh.correcting = False
        fresh.save()
        detail = {"reason": reason} | ({"notice": notice} if notice else {})
        enter(person=person, deed="撤稿", piece=fresh.key, now=now, detail=detail)
        _send(fresh, [("withdraw", signed)], now, wake)


def correct(*, story: Story, by: AbstractBaseUser, line: str, now: datetime) -> None:
    """更正: open a story in print again, with the line that will say what was wrong and what is right."""
    person, line = _id(by), content.plain(line).replace("\n", " ")
    if len(line) <= EXPLAINED:
        raise Refused("请写明更正说明：哪里错了，应当是什么。读者会在文末和更正页看到它。")
    if len(line) > MOST_CORRECTION:
        raise Refused(f"更正说明有 {len(line)} 字，最多 {MOST_CORRECTION} 字，请写得短些。")
    if not rules.EDITING & people.posts(person, now):
        raise Refused("你没有采编岗位，不能更正。请告诉值班编辑。")
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if not fresh.live_version:
            raise Refused("这篇稿子没有在刊，直接修改就行，不用更正。")
        if fresh.state not in (Story.State.RELEASED, Story.State.DRAFT):
            raise Refused(f"这篇稿子{fresh.get_state_display()}，现在不能更正。请先退稿或取消定时。")
        if line in {each.text for each in correcting.printed(fresh)}:
            raise Refused("这条更正说明已经刊出过。请写这一次改了什么。")
        fresh.state, fresh.correction, fresh.correcting, fresh.corrected = Story.State.DRAFT, line, True, None
        fresh.hands = sorted({*fresh.hands, person})
        fresh.save()
        fresh.save_revision(user=by)
        enter(person=person, deed="更正", piece=fresh.key, now=now, detail={"reason": line})


# What the press says later; called in the transaction of its answer


def why_not_now(*, piece: str, version: str, now: datetime) -> str | None:
    """None when nothing on the desk speaks against a timed release that is due; else what changed since it was signed."""
    story = _of(piece)
    if story is None:
        return "采编后台没有这篇稿子，不能付印。请告诉管理员。"
    if story.embargo and now < story.embargo:
        return f"签发之后改了限时，{timing.shown(story.embargo, now)} 以后才能刊出。请重新定时。"
    kept = reviewed.versions(piece)
    if story.version != version or not kept or kept[-1].digest != version:
        return "签发之后稿子另有新的定稿，这一份不再付印。请核对后重新签发。"
    try:
        same = current_digest(story) == version
    except Refused as error:
        return str(error)
    return None if same else "签发之后稿子的字句有了改动，不能付印。请退稿后重新送审。"


def came_out(*, piece: str, version: str, now: datetime) -> None:
    """A timed release is in print."""
    story = _of(piece)
    if story is None or story.version != version or story.live_version == version:
        return
    story.state, story.live_version, story.due = Story.State.RELEASED, version, None
    story.save()
    enter(person="press", deed="刊出", piece=piece, now=now, detail={"version": version})


def stayed_out(*, piece: str, version: str) -> None:
    """A timed release was refused when it was due: the story waits for its release again."""
    story = _of(piece)
    if story is not None and story.state == Story.State.TIMED and story.version == version:
        story.state, story.due = Story.State.READY, None
        story.save()


def went_out(*, piece: str, now: datetime) -> None:
    """A withdrawal is carried out: of one that came due, the desk hears only now."""
    story = _of(piece)
    if story is None or not story.live_version:
        return
    if story.state == Story.State.RELEASED:
        story.state = Story.State.WITHDRAWN
    story.live_version, story.until = "", None
    story.save()
    enter(person="press", deed=AT_ITS_END, piece=piece, now=now)


class _Signing:
    """Signs documents about one story, one after the other: a recall covers what was signed before, not what follows."""

    def __init__(self, story: Story, by: AbstractBaseUser, pin: str, now: datetime) -> None:
        self._story, self._by, self._pin, self._now = story, by, pin, now
        self._site = people.site()
        # A row that claims a time to come was not made here; nobody is made to sign for a time that is not now.
        covered = (each for each in _covered(story.key) if each <= now + SOON)
        self._moment = max([now.replace(microsecond=0), *covered])

    def release(self, at: datetime | None) -> str:
        return self._signed(Release(self._site, self._story.key, self._story.version, _id(self._by), self._moment, at))

    def withdrawal(self, reason: str, at: datetime | None = None, notice: str = "") -> str:
        return self._signed(Withdrawal(self._site, self._story.key, _id(self._by), self._moment, reason, at, notice))

    def recall(self, what: str) -> str:
        made = self._signed(Recall(self._site, self._story.key, what, _id(self._by), self._moment))
        self._moment += timedelta(seconds=1)
        return made

    def end(self, until: datetime) -> list[tuple[str, str]]:
        """The withdrawal at that moment, and that another is not meant any more."""
        before = [("recall", self.recall("withdrawal"))] if self._story.until else []
        return [*before, ("withdraw", self.withdrawal(AT_ITS_END, until))]

    def _signed(self, said: Release | Withdrawal | Recall) -> str:
        return sign(user=self._by, pin=self._pin, document=said.document(), now=self._now).to_json().decode()


def _covered(piece: str) -> list[datetime]:
    """For each recall and withdrawal of a piece, the first second that it does not cover."""
    made = []
    for signed in orders_of(piece, "recall", "withdraw")[:20]:
        try:
            said = Signed.from_json(signed.encode("utf-8", "replace")).document
            made.append(fields.time(said.get("time"), "time") + timedelta(seconds=1))
        except (NotAStatement, OverflowError):
            continue  # the press believes it no more than we do
    return made


def _may_release(
    story: Story, by: AbstractBaseUser, now: datetime, at: datetime | None, until: datetime | None
) -> None:
    """Raises Refused for what stands in the way of a release at this moment."""
    posts = people.posts(_id(by), now)
    if "release" not in posts:
        raise Refused("你没有签发岗位。")
    if until and not people.WITHDRAWERS & posts:
        raise Refused("你没有撤稿岗位，不能定到期撤下。请只签发，到期撤下由审稿人来定。")
    if why := timing.why_not_out(at=at, until=until or story.until, embargo=story.embargo, now=now):
        raise Refused(why)
    given = [Given(story.key, s.version_id, s.stage, s.person) for s in reviewed.stamps(story.version)]
    why = fit_to_print(story.key, story.version, given, barred(story))
    if why:
        raise Refused(why)
    if current_digest(story) != story.version:
        raise Refused("稿子的字句与三审的定稿不同，不能签发。请退稿后重新送审，并告诉管理员。")


def _may_recall(by: AbstractBaseUser, now: datetime) -> None:
    if not (people.WITHDRAWERS | {"release"}) & people.posts(_id(by), now):
        raise Refused("你没有签发或撤稿岗位，不能取消定时。请找签发人或审稿人。")


def _timed(story: Story) -> Story:
    fresh: Story = Story.objects.get(pk=story.pk)
    if fresh.state != Story.State.TIMED or (fresh.due, fresh.version) != (story.due, story.version):
        raise Refused("这篇稿子不在定时等待中，或者刚有变化。请重新打开看看。")
    return fresh


def _send(story: Story, signed: list[tuple[str, str]], now: datetime, wake: Wake) -> None:
    for kind, document in signed:
        order(kind=kind, piece=story.key, signed=document, now=now)
    transaction.on_commit(wake)


def _when(at: datetime | None = None, until: datetime | None = None) -> dict[str, Any]:
    """What the record says of moments, for people to read."""
    said = [f"{timing.shown(at)} 刊出"] if at else []
    said += [f"{timing.shown(until)} 撤下"] if until else []
    return {"reason": "，".join(said)} if said else {}


def _of(piece: str) -> Story | None:
    kind, _, number = piece.partition(":")
    if kind != "story" or not (number.isascii() and number.isdigit()):
        return None
    found: Story | None = Story.objects.select_for_update().filter(pk=int(number)).first()
    return found


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())
