"""What the newsroom does: every write, one deed a function, one transaction, one ledger entry."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.intake.copy import Copy as Read
from hemei.intake.picture import Cleaned
from hemei.prose.count import count
from hemei.prose.proof import RULES
from hemei.prose.runs import Run, runs
from hemei.prose.structure import Filed, Line, structure
from hemei.rooms.ledger.actions import enter, order
from hemei.rooms.ledger.queries import entries_of
from hemei.rooms.newsroom import alikes, content, drafts, proofing, rules
from hemei.rooms.newsroom.incoming import Attachment, Source
from hemei.rooms.newsroom.models import Copy, Story
from hemei.rooms.people import queries as people
from hemei.rooms.people.actions import sign
from hemei.rooms.review import actions as review
from hemei.rooms.review import queries as reviewed
from hemei.rooms.review.rules import NEEDED, STAGES, Given, fit_to_print, may_stamp, next_stage
from hemei.seal.digest import digest
from hemei.seal.statement import Release, Stamp, Withdrawal


class Refused(Exception):
    """A deed that the rules forbid; the message tells the person why and what to do next."""


def file_copy(
    *,
    read: Read,
    original: bytes,
    by: AbstractBaseUser,
    now: datetime,
    sent: str | None = None,
    notes: Sequence[Note] = (),
    source: Source | None = None,
) -> list[Story]:
    """Make a draft of every story found in a copy that was read. The original bytes are on the disk before any row is.

    ``sent``: what the form calls this copy; one that comes twice is taken once. ``notes``: voice notes beside it.
    ``source``: the feed it came from; nobody had a hand in it then.
    """
    lines = [Line(*fields) for fields in read.lines]
    filed = structure(lines, read.warnings)
    if not filed:
        raise Refused("来稿里没有找到文字。请检查文件，或直接粘贴文字。")
    if already := taken(sent, by):
        return already
    for data in (original, *(each.data for each in notes)):
        _keep_original(data)
    pictures = drafts.cleaned(read)
    with transaction.atomic():
        if already := taken(sent, by):  # while this one was read
            return already
        place = {"digest": digest(original), "name": read.name, "size": len(original)}
        copy = Copy.objects.create(**place, by=by, time=now, sent=sent, source=source)
        for each in notes:
            place = {"digest": digest(each.data), "name": each.name[:200], "size": len(each.data)}
            Attachment.objects.create(copy=copy, kind=each.kind, **place)
        carried = runs(filed, lines, [p.marks for p in read.paragraphs])
        stories = [_draft(one, words, read, pictures, copy, by) for one, words in zip(filed, carried, strict=True)]
        for story in stories:
            alikes.note(story)
            detail = {"copy": copy.digest, "name": read.name}
            who = f"来源 {source.name}" if source else _id(by)
            enter(person=who, deed="来稿", piece=story.key, now=now, detail=detail)
    return stories


@dataclass(frozen=True, slots=True)
class Note:
    """A voice note as it came."""

    name: str
    kind: str
    data: bytes


def taken(sent: str | None, by: AbstractBaseUser) -> list[Story]:
    """What an earlier sending of the same form by the same person became."""
    copy = Copy.objects.filter(sent=sent, by=by).first() if sent else None
    return list(copy.stories.order_by("pk")) if copy else []


def original_path(name: str) -> Path:
    """Where the original of a copy lies, by its digest."""
    return Path(settings.HOME) / "data" / "copies" / name[:2] / name


def _keep_original(data: bytes) -> None:
    place = original_path(digest(data))
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    made = place.with_name(f"{place.name}.{os.getpid()}.new")
    with made.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    made.rename(place)


ROOM = {"kicker": 100, "headline": 200, "deck": 300, "dateline": 100, "byline": 200}
"""Characters that the fields of a story have room for; the original keeps the rest."""


def _draft(
    filed: Filed,
    words: list[list[Run]],
    read: Read,
    pictures: Mapping[int, Cleaned | str],
    copy: Copy,
    by: AbstractBaseUser,
) -> Story:
    warnings = list(filed.warnings)
    said = filed.proposed()
    if read.title and not said["headline"]:
        said["headline"] = read.title
        warnings.append("来稿里没有标题，用了邮件主题或网页标题，请核对。")
    story = Story(
        **{name: said.get(name, "")[:most] for name, most in ROOM.items()},
        source=copy.source.name if copy.source else "青棠县融媒体中心",
        section=copy.source.section if copy.source else None,
        body=drafts.body(filed, words, read, pictures, warnings),
        state=Story.State.DRAFT,
        hands=[] if copy.source else [_id(by)],
        filed_by=None if copy.source else by,
        people=[{"name": name, "title": title} for name, title in filed.people],
        copy=copy,
    )
    story.warnings = warnings
    story.save()
    story.save_revision(user=by)
    return story


def edited(*, story: Story, by: AbstractBaseUser, now: datetime) -> None:
    """Note a save that the form has made: who edits before submission has a hand in it, and may not stamp it."""
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if fresh.state in (Story.State.RELEASED, Story.State.WITHDRAWN):
            fresh.state = Story.State.DRAFT
        if fresh.state == Story.State.DRAFT and _id(by) not in fresh.hands:
            fresh.hands = [*fresh.hands, _id(by)]
        Story.objects.filter(pk=fresh.pk).update(state=fresh.state, hands=fresh.hands)
        enter(person=_id(by), deed="改稿", piece=story.key, now=now)


def submit(*, story: Story, by: AbstractBaseUser, now: datetime) -> str:
    """Freeze the words as they stand and hand them to the reviewers. Returns the version's digest."""
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if fresh.state != Story.State.DRAFT:
            raise Refused(f"这篇稿子{fresh.get_state_display()}，不能送审。")
        if not rules.EDITING & people.posts(_id(by), now):
            raise Refused("你没有采编岗位，不能送审。请采编人员编辑后送审。")
        if _id(by) not in fresh.hands:
            fresh.hands = [*fresh.hands, _id(by)]
        version = _freeze(fresh, by, now)
        fresh.state, fresh.submitted_at, fresh.returned = Story.State.REVIEW, now, ""
        fresh.save()
        alikes.remember(fresh)
        enter(person=_id(by), deed="送审", piece=fresh.key, now=now, detail={"version": version})
    return version


def _freeze(story: Story, by: AbstractBaseUser, now: datetime) -> str:
    earlier = reviewed.versions(story.key)
    previous = earlier[-1].digest if earlier else None
    try:
        made = content.frozen(story, site=people.site(), previous=previous)
    except content.NotReady as error:
        raise Refused(str(error)) from error
    if why := proofing.unsettled(proofing.doubts(json.loads(made), proofing.waivers(entries_of(story.key)))):
        raise Refused(why)
    story.version = review.freeze(piece=story.key, content=made, by=_id(by), now=now).digest
    return str(story.version)


def waive(*, story: Story, by: AbstractBaseUser, rule: str, mark: str, text: str, reason: str, now: datetime) -> None:
    """放行: the words stand as they are, for this reason. It goes into the record, and holds while they stand so."""
    if not rules.EDITING & people.posts(_id(by), now):
        raise Refused("你没有采编岗位，不能放行。")
    if not reason.strip():
        raise Refused("请写明放行的理由。")
    if rule not in RULES or not 0 < len(mark) <= proofing.MOST_MARK:
        raise Refused("没有认出要放行的地方，请刷新校对后再试。")
    detail = {"rule": rule, "mark": mark, "text": text[:100], "reason": reason.strip()[:200]}
    with transaction.atomic():
        enter(person=_id(by), deed=proofing.WAIVED, piece=story.key, now=now, detail=detail)


def stamp(*, story: Story, by: AbstractBaseUser, pin: str, now: datetime, seen: str) -> str:
    """审签: sign the version that was seen; when the reviewer amended it, freeze the amended words first. Returns the stage.

    ``seen`` is the digest of the words on the reviewer's screen, so that nobody signs what somebody else just changed.
    """
    site = people.site()
    document = _stamp_document(
        story, by, now, seen, site
    )  # decided on a first look: a wrong PIN must not cost a version
    signed = sign(user=by, pin=pin, document=document.document(), now=now)
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        again = _stamp_document(fresh, by, now, seen, site)
        if again != document:
            raise Refused("你看稿的时候稿子有了变化，请重新打开再审。")
        if fresh.version != document.version and _freeze(fresh, by, now) != document.version:
            raise Refused("你看稿的时候稿子有了变化，请重新打开再审。")
        review.keep_stamp(
            version=document.version, stage=document.stage, person=_id(by), time=now, signed=signed.to_json().decode()
        )
        stages = [kept.stage for kept in reviewed.stamps(document.version)]
        fresh.state = Story.State.REVIEW if next_stage(fresh.key, stages) else Story.State.READY
        fresh.save()
        enter(
            person=_id(by), deed=STAGES[document.stage], piece=fresh.key, now=now, detail={"version": document.version}
        )
    return document.stage


def _stamp_document(story: Story, by: AbstractBaseUser, now: datetime, seen: str, site: str) -> Stamp:
    story = Story.objects.get(pk=story.pk)
    if story.state != Story.State.REVIEW:
        raise Refused(f"这篇稿子{story.get_state_display()}，现在不能审签。")
    version = current_digest(story)
    if version != seen:
        raise Refused("你看稿的时候稿子有了变化，请重新打开再审。")
    given = reviewed.stamps(version)
    person, posts = _id(by), people.posts(_id(by), now)
    stage = stage_for(story, person, posts, [kept.stage for kept in given])
    why = may_stamp(stage=stage, person=person, posts=posts, barred=barred(story), stamped=[k.person for k in given])
    if why:
        raise Refused(why)
    return Stamp(site, story.key, version, stage, person, now.replace(microsecond=0))


def stage_for(story: Story, person: str, posts: frozenset[str], given: list[str]) -> str:
    """The stage this person is to give: the next one missing; after an amendment, any missing one whose post is held."""
    following = next_stage(story.key, given)
    missing = [stage for stage in NEEDED["story"] if stage not in given]
    own = [stage for stage in missing if stage in posts]
    amended = bool(story.version) and current_digest(story) != story.version
    lapsed = any(
        kept
        for v in reviewed.versions(story.key)
        if v.digest != story.version and story.submitted_at and v.made >= story.submitted_at
        for kept in reviewed.stamps(v.digest)
    )
    return own[0] if own and (amended or lapsed) else (following or "final")


def current_digest(story: Story) -> str:
    """The digest that the words on the desk would have: the frozen version's own while nobody amended it."""
    if not story.version:
        return ""
    kept = reviewed.version(story.version)
    if kept is None:
        raise Refused("找不到这篇稿子的定稿，请退稿后重新送审，并告诉管理员。")
    frozen = bytes(kept.content)
    if digest(frozen) != story.version:  # else a signature could be had for bytes that nobody was shown
        raise Refused("这一稿定稿的字句被改动过，不能审签。请退稿后重新送审，并告诉管理员。")
    before = json.loads(frozen)
    same = content.content(story, site=before["site"], previous=before["previous"])
    if same == before:
        return str(story.version)
    try:
        return digest(content.frozen(story, site=before["site"], previous=story.version))
    except content.NotReady as error:
        raise Refused(str(error)) from error


def barred(story: Story) -> frozenset[str]:
    """Who may not stamp it: everyone with a hand in it, and everyone in its byline."""
    named = rules.in_byline(content.plain(story.byline), [(one.person, one.name) for one in people.roster().people])
    return named | frozenset(story.hands)


def send_back(*, story: Story, by: AbstractBaseUser, reason: str, now: datetime, spike: bool = False) -> None:
    """退稿 to its editor, or 毙稿: kept and searchable, out of the way. Both need a reason."""
    if not reason.strip():
        raise Refused("请写明理由，好让编辑知道改什么。")
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        why = rules.may_send_back(state=fresh.state, posts=people.posts(_id(by), now))
        if why:
            raise Refused(why)
        # A reviewer's amendment, stamped or not, that goes back becomes part of what will be submitted: a hand in it.
        fresh.hands = sorted({*fresh.hands, *_amenders(fresh)})
        fresh.state = Story.State.SPIKED if spike else Story.State.DRAFT
        fresh.returned = reason.strip()[:500]
        fresh.save()
        enter(
            person=_id(by),
            deed="毙稿" if spike else "退稿",
            piece=fresh.key,
            now=now,
            detail={"reason": fresh.returned},
        )


def _amenders(story: Story) -> set[str]:
    after: set[str] = set()
    for entry in entries_of(story.key):
        if entry.deed == "送审":
            after.clear()
        elif entry.deed == "改稿":
            after.add(entry.person)
    return after


def revive(*, story: Story, by: AbstractBaseUser, now: datetime) -> None:
    """Take a spiked story back as a draft."""
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if fresh.state != Story.State.SPIKED or not rules.EDITING & people.posts(_id(by), now):
            raise Refused("只有采编人员可以恢复已毙的稿子。")
        fresh.state = Story.State.DRAFT
        fresh.save()
        enter(person=_id(by), deed="恢复", piece=fresh.key, now=now)


def release(*, story: Story, by: AbstractBaseUser, pin: str, now: datetime, wake: Callable[[], None]) -> None:
    """签发: sign the order to print exactly the version that three people stamped."""
    story = Story.objects.get(pk=story.pk)
    person = _id(by)
    if story.state != Story.State.READY:
        raise Refused(f"这篇稿子{story.get_state_display()}，不能签发。三审齐了才能签发。")
    if "release" not in people.posts(person, now):
        raise Refused("你没有签发岗位。")
    given = [Given(story.key, s.version_id, s.stage, s.person) for s in reviewed.stamps(story.version)]
    why = fit_to_print(story.key, story.version, given, barred(story))
    if why:
        raise Refused(why)
    if current_digest(story) != story.version:
        raise Refused("稿子的字句与三审的定稿不同，不能签发。请退稿后重新送审，并告诉管理员。")
    document = Release(people.site(), story.key, story.version, person, now.replace(microsecond=0)).document()
    signed = sign(user=by, pin=pin, document=document, now=now)
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if (fresh.state, fresh.version) != (story.state, story.version):
            raise Refused("稿子刚有变化，请重新打开再签发。")
        fresh.state, fresh.live_version = Story.State.RELEASED, fresh.version
        fresh.save()
        enter(person=person, deed="签发", piece=fresh.key, now=now, detail={"version": fresh.version})
        order(kind="release", piece=fresh.key, signed=signed.to_json().decode(), now=now)
        transaction.on_commit(wake)


def withdraw(
    *, story: Story, by: AbstractBaseUser, pin: str, reason: str, now: datetime, wake: Callable[[], None]
) -> None:
    """撤稿: one editor, a reason, at once and everywhere."""
    person = _id(by)
    if not reason.strip():
        raise Refused("请写明撤稿理由。")
    if not people.WITHDRAWERS & people.posts(person, now):
        raise Refused("你没有撤稿岗位。请立即联系值班编辑。")
    if not Story.objects.get(pk=story.pk).live_version:
        raise Refused("这篇稿子没有在刊，不用撤。")
    document = Withdrawal(people.site(), story.key, person, now.replace(microsecond=0), reason.strip()[:300]).document()
    signed = sign(user=by, pin=pin, document=document, now=now)
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        fresh.state, fresh.live_version = Story.State.WITHDRAWN, ""
        fresh.save()
        enter(person=person, deed="撤稿", piece=fresh.key, now=now, detail={"reason": reason.strip()[:300]})
        order(kind="withdraw", piece=fresh.key, signed=signed.to_json().decode(), now=now)
        transaction.on_commit(wake)


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())


def characters(story: Story) -> int:
    """The length of the body as Chinese newsrooms count it."""
    return sum(count(words) for label, words in rules.lines(content.content(story, site="", previous=None))
               if label in ("正文", "小标题", "列项", "引文", "表格"))  # fmt: skip
