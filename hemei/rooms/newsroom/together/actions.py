"""What people do together with one story: notes, merging, restoring, templates. One deed, one transaction, one entry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import actions as desk
from hemei.rooms.newsroom import locks, rules
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.newsroom.together import blanks, merge, notes, queries
from hemei.rooms.newsroom.together.models import Mention, Note, Template
from hemei.rooms.people import queries as people


class Changed(Refused):
    """Somebody saved meanwhile: what was decided was decided about other words."""


def note(
    *, story: Story, by: AbstractBaseUser, text: str, now: datetime, quote: str = "", field: str = "", block: str = ""
) -> Note:
    """批注 on some words of a paragraph or a field, or on the whole story."""
    said = _said(text)
    _may_note(by, now)
    if field and field not in notes.FIELDS:
        raise Refused("没有认出要批注的地方，请刷新页面再试。")
    quoted = quote.strip()[: notes.MOST_QUOTE]
    with transaction.atomic():
        _room(story)
        if quoted and not field and not block:
            block = notes.block_of(queries.words(story), quoted)
        made = Note.objects.create(
            story=story, block=block[:36], field=field, quote=quoted, text=said, person=_id(by), time=now
        )
        told = _mention(made, by, now)
        detail = {"note": made.pk, "quote": quoted, "text": said, "told": told}
        enter(person=_id(by), deed="批注", piece=story.key, now=now, detail=detail)
    return made


def reply(*, to: Note, by: AbstractBaseUser, text: str, now: datetime) -> Note:
    """Answer a note that is not settled."""
    said = _said(text)
    _may_note(by, now)
    with transaction.atomic():
        first = Note.objects.select_for_update().get(pk=to.answers_id or to.pk)
        if first.settled:
            raise Refused("这条批注已经办结。要接着说，请先重开。")
        _room(first.story)
        made = Note.objects.create(story=first.story, answers=first, text=said, person=_id(by), time=now)
        told = _mention(made, by, now)
        detail = {"note": first.pk, "text": said, "told": told}
        enter(person=_id(by), deed="回复批注", piece=first.story.key, now=now, detail=detail)
    return made


def settle(*, note: Note, by: AbstractBaseUser, now: datetime, again: bool = False) -> None:
    """办结 a note, or 重开 it."""
    _may_note(by, now)
    with transaction.atomic():
        fresh = Note.objects.select_for_update().get(pk=note.pk)
        if fresh.answers_id or bool(fresh.settled) != again:
            raise Refused("这条批注刚有变化，请刷新再看。")
        fresh.settled, fresh.settled_by = (None, "") if again else (now, _id(by))
        fresh.save()
        deed = "重开批注" if again else "办结批注"
        enter(person=_id(by), deed=deed, piece=fresh.story.key, now=now, detail={"note": fresh.pk})


def have_seen(*, story: Story, person: str, now: datetime) -> None:
    """Who is mentioned in a story's notes has now seen them. No deed: nothing of it goes into the ledger."""
    waiting = Mention.objects.filter(note__story=story, person=person, seen=None)
    if waiting.exists():
        waiting.update(seen=now)


def _may_note(by: AbstractBaseUser, now: datetime) -> None:
    if not rules.EDITING & people.posts(_id(by), now):
        raise Refused("你没有采编岗位，不能批注。")


def _said(text: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise Refused("请写下要说的话。")
    if len(said) > notes.MOST_TEXT:
        raise Refused(f"一条批注最多 {notes.MOST_TEXT} 字，这条有 {len(said)} 字。请分成几条。")
    return said


def _room(story: Story) -> None:
    if Note.objects.filter(story=story).count() >= notes.MOST_NOTES:
        raise Refused(f"这篇稿子的批注已有 {notes.MOST_NOTES} 条，不能再添。请直接改稿，或者当面商量。")


def _mention(made: Note, by: AbstractBaseUser, now: datetime) -> list[str]:
    told = sorted(notes.mentioned(made.text, queries.colleagues(now)) - {_id(by)})
    Mention.objects.bulk_create(Mention(note=made, person=person) for person in told)
    return told


def save_merged(
    *,
    story: Story,
    by: AbstractBaseUser,
    fields: Mapping[str, Any],
    body: Iterable[merge.Unit],
    seen: str,
    other: str,
    now: datetime,
) -> None:
    """Keep what two people's texts were merged to. ``seen``: the draft that it was merged with; Changed if there is a later one."""
    with transaction.atomic():
        fresh = _mine_to_edit(story, by)
        if queries.state_name(fresh) != seen:
            raise Changed("合稿期间又有人存过这篇稿子，已经照新的文字重新合过，你选好的都还在。请再看一遍。")
        _put(fresh, fields, merge.stream(body), by)
        desk.edited(story=fresh, by=by, now=now, detail={"merged": other})


def restore(*, story: Story, by: AbstractBaseUser, name: str, now: datetime) -> str:
    """An earlier state becomes the draft again. Returns the name of the draft before, which brings everything back."""
    with transaction.atomic():
        fresh = _mine_to_edit(story, by)
        moment = queries.moment(fresh, name)
        if moment is None:
            raise Refused("没有找到要恢复的那一稿，请刷新页面再选。")
        kept = queries.kept(fresh, name)
        before = fresh.latest_revision
        if before is None or merge.State.of(before.content) != queries.state(fresh):
            before = fresh.save_revision(user=by, clean=False)  # what stands there now must not be lost
        _put(fresh, kept, json.loads(kept["body"]), by)
        desk.edited(story=fresh, by=by, now=now, detail={"restored": moment.label})
    return f"r{before.pk}"


def _mine_to_edit(story: Story, by: AbstractBaseUser) -> Story:
    fresh = Story.objects.select_for_update().get(pk=story.pk)
    lock = fresh.get_lock()
    why = locks.why_not_edit(fresh, by) or (lock.get_message(by) if lock and lock.for_user(by) else None)
    if why:
        raise Refused(str(why))
    return fresh


def _put(story: Story, fields: Mapping[str, Any], body: list[dict[str, Any]], by: AbstractBaseUser) -> None:
    """These words become the story's, and a new draft."""
    for name in merge.FIELDS:
        value = fields.get(name)
        if name == "section":
            story.section = Section.objects.filter(pk=value).first() if value else None
        elif name == "lead":
            story.lead = Picture.objects.filter(pk=value).first() if value else None
        elif name == "date":
            story.date = date.fromisoformat(value) if value else None
        else:
            setattr(story, name, str(value or ""))
    story.body = json.dumps(body)
    try:
        story.full_clean()
        story.save()
        story.save_revision(user=by)
    except ValidationError as error:
        raise Refused(f"没有保存：{_explained(error)}") from error


def _explained(error: ValidationError) -> str:
    said = []
    for name, problems in getattr(error, "message_dict", {}).items():
        field = next((each for each in Story._meta.fields if each.name == name), None)
        said.append(f"“{field.verbose_name if field else name}”：{'；'.join(problems)}")
    return "　".join(said) or "有一处内容不合要求，请回编辑器里改。"


def template_of(*, story: Story, by: AbstractBaseUser, name: str, now: datetime) -> Template:
    """存为模板: a story's words as a template; what changes from time to time is then put in 【】 by hand."""
    _may_note(by, now)
    called = name.strip()[:40]
    if not called:
        raise Refused("请给模板起个名字。")
    said = {field: getattr(story, field) for field in queries.TEMPLATE_FIELDS}
    body = [{"type": part["type"], "value": part["value"]} for part in story.body.get_prep_value()]
    try:
        with transaction.atomic():
            made = Template.objects.create(
                **said, name=called, section=story.section, body=json.dumps(body), made_by=by
            )
            enter(person=_id(by), deed="存为模板", piece=story.key, now=now, detail={"template": called})
    except IntegrityError as error:
        raise Refused(f"已经有叫“{called}”的模板。请换个名字。") from error
    return made


def write_from(*, template: Template, by: AbstractBaseUser, now: datetime) -> Story:
    """用模板写稿: a draft with the template's words; what it left to be filled in must be, before it is submitted."""
    if not rules.EDITING & people.posts(_id(by), now):
        raise Refused("你没有采编岗位，不能用模板写稿。")
    said = {field: getattr(template, field) for field in queries.TEMPLATE_FIELDS}
    body = template.body.get_prep_value()
    for part in body:
        part.pop("id", None)
    with transaction.atomic():
        story = Story(
            **said,
            section=template.section,
            body=json.dumps(body),
            filed_by=by,
            hands=[_id(by)],
            state=Story.State.DRAFT,
        )
        story.save()
        story.save_revision(user=by)
        texts = [*(str(value) for value in said.values()), *(unit.words for unit in merge.units(body))]
        texts += [unit.value for unit in merge.units(body) if unit.kind != "text"]
        detail = {"template": template.name, "places": blanks.places(texts)}
        enter(person=_id(by), deed=blanks.USED, piece=story.key, now=now, detail=detail)
    return story


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())
