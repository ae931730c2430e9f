"""What the newsroom does: every write, one deed a function, one transaction, one ledger entry."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from hemei.intake.copy import Copy as Read
from hemei.intake.picture import Cleaned
from hemei.prose import house_rules
from hemei.prose.proof import RULES
from hemei.prose.runs import Run, runs
from hemei.prose.structure import Filed, Line, structure
from hemei.rooms.ledger.actions import enter
from hemei.rooms.ledger.queries import entries_of
from hemei.rooms.newsroom import alikes, content, correcting, drafts, house, proofing, readings, rules, search
from hemei.rooms.newsroom.incoming import Attachment, Source
from hemei.rooms.newsroom.models import Copy, Story
from hemei.rooms.newsroom.together import blanks
from hemei.rooms.people import queries as people
from hemei.rooms.people.actions import sign
from hemei.rooms.review import actions as review
from hemei.rooms.review import queries as reviewed
from hemei.rooms.review.rules import NEEDED, STAGES, may_stamp, next_stage
from hemei.seal.digest import digest
from hemei.seal.statement import Stamp


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
        search.settle()
    return stories


def begin(
    *,
    by: AbstractBaseUser,
    headline: str,
    byline: str,
    section: str | None,
    deadline: datetime | None,
    detail: Mapping[str, Any],
    now: datetime,
) -> Story:
    """An empty draft for something that was planned, with what is known of it. ``detail`` says from what, in the ledger."""
    if not rules.EDITING & people.posts(_id(by), now):
        raise Refused("你没有采编岗位，不能建稿。请用“来稿”交稿。")
    with transaction.atomic():
        story = Story.objects.create(
            headline=headline[: ROOM["headline"]],
            byline=byline[: ROOM["byline"]],
            section_id=section,
            deadline=deadline,
            source=SOURCE,
            hands=[_id(by)],
            filed_by=by,
        )
        story.save_revision(user=by)
        enter(person=_id(by), deed="建稿", piece=story.key, now=now, detail=dict(detail))
    return story


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

SOURCE = "青棠县融媒体中心"
"""Where a story is from until an editor says otherwise."""


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
        source=copy.source.name if copy.source else SOURCE,
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


A_FEW = 5
"""Stories that are put into the index with a save: one's own, and what deeds without new words left; not a whole archive."""


def edited(*, story: Story, by: AbstractBaseUser, now: datetime, detail: dict[str, Any] | None = None) -> None:
    """Note a save that was made: who edits before submission has a hand in it, and may not stamp it."""
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if fresh.state in (Story.State.RELEASED, Story.State.WITHDRAWN):
            fresh.state = Story.State.DRAFT
        if fresh.state == Story.State.DRAFT and _id(by) not in fresh.hands:
            fresh.hands = [*fresh.hands, _id(by)]
        Story.objects.filter(pk=fresh.pk).update(state=fresh.state, hands=fresh.hands)
        enter(person=_id(by), deed="改稿", piece=story.key, now=now, detail=detail)
        search.settle(A_FEW)


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
        correcting.settle(fresh, now)
        version = _freeze(fresh, by, now)
        fresh.state, fresh.submitted_at, fresh.returned = Story.State.REVIEW, now, ""
        fresh.save()
        alikes.remember(fresh)
        enter(person=_id(by), deed="送审", piece=fresh.key, now=now, detail={"version": version})
    return version


def _freeze(story: Story, by: AbstractBaseUser, now: datetime) -> str:
    if story.correcting and not content.plain(story.correction):
        raise Refused("这次是更正，更正说明不能空着。请写明哪里错了，应当是什么。")
    earlier = reviewed.versions(story.key)
    previous = earlier[-1].digest if earlier else None
    try:
        made = content.frozen(story, site=people.site(), previous=previous)
    except content.NotReady as error:
        raise Refused(str(error)) from error
    past, said = entries_of(story.key), json.loads(made)
    waived = proofing.waivers(past)
    doubts = proofing.doubts(said, waived, blanks.asked(past))
    asked = house.doubts(said, waived, house.now().asked, timezone.localdate(now))
    if why := proofing.unsettled([*asked, *doubts]):
        raise Refused(why)
    story.version = review.freeze(piece=story.key, content=made, by=_id(by), now=now).digest
    readings.keep(version=story.version, content=said, doubts=[*asked, *doubts])
    return str(story.version)


def waive(*, story: Story, by: AbstractBaseUser, rule: str, mark: str, text: str, reason: str, now: datetime) -> None:
    """放行: the words stand as they are, for this reason. It goes into the record, and holds while they stand so."""
    if not rules.EDITING & people.posts(_id(by), now):
        raise Refused("你没有采编岗位，不能放行。")
    if not reason.strip():
        raise Refused("请写明放行的理由。")
    if rule not in {*RULES, *house_rules.KINDS, blanks.RULE} or not 0 < len(mark) <= proofing.MOST_MARK:
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
    amended = bool(story.version) and current_digest(story) != story.version
    lapsed = any(
        kept
        for v in reviewed.versions(story.key)
        if v.digest != story.version and story.submitted_at and v.made >= story.submitted_at
        for kept in reviewed.stamps(v.digest)
    )
    needed = NEEDED["story"]
    return rules.stage_to_give(needed=needed, given=given, posts=posts, lapsed=amended or lapsed) or needed[-1]


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


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())


def characters(story: Story) -> int:
    """The length of the body as Chinese newsrooms count it."""
    return readings.characters(content.content(story, site="", previous=None))
