"""What people look up when they work together: notes, who is here, a story's whole history, what was spiked."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q
from wagtail.admin.models import EditingSession
from wagtail.models import Revision

from hemei.rooms.ledger.models import Entry
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import content, rules
from hemei.rooms.newsroom.blocks import CROPS
from hemei.rooms.newsroom.models import Story
from hemei.rooms.newsroom.together import merge, notes
from hemei.rooms.newsroom.together.models import Mention, Note
from hemei.rooms.people import queries as people
from hemei.rooms.review import queries as reviewed
from hemei.rooms.review.rules import STAGES

HERE = timedelta(seconds=75)
"""How long somebody who was not heard of still counts as here: a browser in the background speaks once a minute."""
TEMPLATE_FIELDS = ("kicker", "headline", "deck", "dateline", "byline", "source", "tags", "gist")
MOMENTS = 100
"""States of a story on one screen of its history."""
MOST_PLACES = 300
"""Paragraphs that the form for a note lists."""
SPIKED = 30
"""Spiked stories on one screen."""


def colleagues(now: datetime) -> list[tuple[str, str]]:
    """(id, name) of everybody who may edit today: whom one can mention."""
    known = people.roster()
    ids = dict.fromkeys(one.person for one in known.people)
    return [(person, known.name(person)) for person in ids if rules.EDITING & people.posts(person, now)]


# the words


def kept_now(story: Story) -> dict[str, Any]:
    """A story's words as a revision would keep them; also those of a form that was not saved."""
    plain: dict[str, Any] = json.loads(json.dumps(story.serializable_data(), cls=DjangoJSONEncoder))
    return plain


def state(story: Story) -> merge.State:
    """The story's words as they are merged."""
    return merge.State.of(kept_now(story))


def words(story: Story) -> notes.Words:
    """The story's words as notes are tied to them."""
    kept = kept_now(story)
    return notes.Words.of(kept, json.loads(kept["body"]))


def state_name(story: Story) -> str:
    """By what the latest draft of a story is known: whoever saves makes another one of it."""
    latest = story.latest_revision
    return f"{latest.pk} {latest.created_at.isoformat()}" if latest else ""


def base_of(story: Story, *, revision: str, time: str, own: bool) -> merge.State:
    """The state from which an edit began: the named draft as it was then, or the last that is surely older.

    A draft that was saved over since (autosave does) is gone; any older state is an ancestor of both texts as well,
    and only makes more to decide. ``own``: the draft is one that this very edit has saved.
    """
    found = _revision(story, f"r{revision}")
    if found is None:
        return merge.State({}, ())
    if not own and found.created_at.isoformat() != time:
        found = story.revisions.filter(pk__lt=found.pk).order_by("-pk").first()
    return merge.State.of(found.content) if found else merge.State({}, ())


# notes


@dataclass(frozen=True, slots=True)
class Thread:
    """A note with its answers, as it is shown."""

    note: Note
    who: str
    place: notes.Place
    replies: tuple[tuple[Note, str], ...]

    @property
    def about(self) -> str:
        return notes.FIELDS.get(self.note.field, "")

    def as_json(self) -> dict[str, Any]:
        def one(note: Note, who: str) -> dict[str, Any]:
            return {"who": who, "text": note.text, "time": note.time.astimezone().strftime("%m-%d %H:%M")}

        return {
            "id": self.note.pk, "quote": self.note.quote, "field": self.note.field, "about": self.about,
            "place": self.place, "settled": people.name(self.note.settled_by) if self.note.settled else "",
            "said": [one(self.note, self.who), *(one(each, who) for each, who in self.replies)],
        }  # fmt: skip


def threads(story: Story) -> list[Thread]:
    """The notes on a story: the open ones first, each kind in the order of the words they are about, as far as known."""
    said = words(story)
    first: list[Note] = []
    replies: dict[int, list[tuple[Note, str]]] = defaultdict(list)
    names = _Names()
    for note in Note.objects.filter(story=story)[: notes.MOST_NOTES]:
        if note.answers_id:
            replies[note.answers_id].append((note, names[note.person]))
        else:
            first.append(note)
    order = {name: at for at, (name, _) in enumerate(said.blocks)}
    first.sort(key=lambda note: (bool(note.settled), -1 if note.field else order.get(note.block, len(order)), note.pk))
    return [
        Thread(note, names[note.person], notes.place(said, block=note.block, field=note.field, quote=note.quote),
               tuple(replies[note.pk]))
        for note in first
    ]  # fmt: skip


def places(story: Story) -> list[tuple[str, str]]:
    """Where a note may be put on the reviewers' screen: (what the form sends, how it is called)."""
    said = words(story)
    made = [(f"field:{name}", f"{notes.FIELDS[name]}：{text[:24]}") for name, text in said.fields.items() if text]
    for name, text in said.blocks:
        for line in text.splitlines() or [""]:
            made.append((f"quote:{name}:{line[:60]}", f"正文：{line[:24]}"))
    return made[:MOST_PLACES]


class _Names(dict[str, str]):
    """Names by id, each looked up once."""

    def __missing__(self, person: str) -> str:
        self[person] = people.name(person)
        return self[person]


def open_notes(story: Story) -> int:
    """How many notes on a story wait to be settled."""
    return Note.objects.filter(story=story, answers=None, settled=None).count()


@dataclass(frozen=True, slots=True)
class Told:
    """A mention of somebody, as a line of a list."""

    mention: Mention
    who: str

    @property
    def note(self) -> Note:
        return self.mention.note

    @property
    def settled(self) -> bool:
        return bool((self.note.answers or self.note).settled)


def mentions(person: str, most: int = 50) -> list[Told]:
    """Where somebody is mentioned: what was not seen first, then the latest; settled ones that were seen come last."""
    found = Mention.objects.filter(person=person).select_related("note__story", "note__answers")
    unseen = list(found.filter(seen=None)[:most])
    rest = list(found.exclude(seen=None)[: most - len(unseen)])
    names = _Names()
    told = [Told(each, names[each.note.person]) for each in unseen + rest]
    return sorted(told, key=lambda one: (one.mention.seen is not None, one.mention.seen is not None and one.settled))


def unseen(person: str) -> int:
    """How many mentions somebody has not seen."""
    return Mention.objects.filter(person=person, seen=None).count()


def with_open_notes(stories: Collection[int]) -> dict[int, int]:
    """Open notes of each of these stories that has some."""
    found = Note.objects.filter(story__in=stories, answers=None, settled=None).order_by()
    return dict(found.values_list("story").annotate(Count("pk")))


# who is here


def here(stories: Iterable[int], *, now: datetime, but: str = "") -> dict[int, list[str]]:
    """Who has each of these stories open now, in words: ["李记者在改", "王编辑在看"]. ``but``: not this person."""
    wanted = [str(pk) for pk in stories]
    if not wanted:
        return {}
    found = EditingSession.objects.filter(
        content_type=ContentType.objects.get_for_model(Story), object_id__in=wanted, last_seen_at__gte=now - HERE
    ).order_by("pk")
    doing: dict[int, dict[str, bool]] = defaultdict(dict)
    for story, person, editing in found.values_list("object_id", "user__username", "is_editing"):
        if person != but:
            doing[int(story)][person] = doing[int(story)].get(person, False) or editing
    names = _Names()
    return {
        story: [f"{names[person]}{'在改' if editing else '在看'}" for person, editing in those.items()]
        for story, those in doing.items()
    }


# the whole history


@dataclass(frozen=True, slots=True)
class Moment:
    """One state of a story that was kept: a draft, or a version that was frozen."""

    name: str
    """"r12" for a draft, "v…" for a version."""
    label: str
    time: datetime
    who: str
    stamps: tuple[str, ...] = ()
    live: bool = False
    now: bool = False


def moments(story: Story, *, before: int | None = None) -> list[Moment]:
    """A story's states, the latest first: all its versions, and so many of its drafts. ``before``: drafts older than this."""
    names = _Names()
    drafts = story.revisions.order_by("-pk").defer("content").select_related("user")
    if before:
        drafts = drafts.filter(pk__lt=before)
    found = [_draft(each, story, names) for each in drafts[:MOMENTS]]
    last = found[-1].time if len(found) == MOMENTS else None
    first = found[0].time if found and before else None
    for version in reviewed.versions(story.key):
        if (last is None or version.made >= last) and (first is None or version.made <= first):
            found.append(_version(version, story, names))
    return sorted(found, key=lambda one: (one.time, one.name), reverse=True)


def _draft(draft: Revision, story: Story, names: _Names) -> Moment:
    who = names[draft.user.get_username()] if draft.user else ""
    return Moment(f"r{draft.pk}", "草稿", draft.created_at, who, now=draft.pk == story.latest_revision_id)


def _version(version: Any, story: Story, names: _Names) -> Moment:
    stamps = tuple(f"{STAGES[each.stage]} {names[each.person]}" for each in reviewed.stamps(version.digest))
    live = version.digest == story.live_version
    return Moment(
        f"v{version.digest}", f"定稿第 {version.number} 稿", version.made, names[version.person], stamps, live
    )


def moment(story: Story, name: str) -> Moment | None:
    """The state of this name, if the story has one."""
    if name[:1] == "v":
        version = reviewed.version(name[1:])
        return _version(version, story, _Names()) if version and version.piece == story.key else None
    draft = _revision(story, name)
    return _draft(draft, story, _Names()) if draft else None


def _revision(story: Story, name: str) -> Revision | None:
    number = name[1:]
    if name[:1] != "r" or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return story.revisions.filter(pk=int(number)).select_related("user").first()


def said(story: Story, name: str) -> dict[str, Any] | None:
    """What the story said in this state, as it would be frozen."""
    if moment(story, name) is None:
        return None
    if name[0] == "v":
        frozen: dict[str, Any] = json.loads(bytes(reviewed.version(name[1:]).content))  # type: ignore[union-attr]
        return frozen
    draft = _revision(story, name)
    return content.content(draft.as_object(), site="", previous=None) if draft else None


def kept(story: Story, name: str) -> dict[str, Any]:
    """The words of this state as a revision keeps them; call it for one that ``moment`` finds."""
    if name[0] == "v":
        return _thawed(said(story, name) or {})
    draft = _revision(story, name)
    return dict(draft.content) if draft else {}


def _thawed(frozen: dict[str, Any]) -> dict[str, Any]:
    """A frozen version as the words of a draft. A picture that the library no longer has stays away."""
    shown = [one["master"] for one in [frozen["lead"], *frozen["body"]] if one and "master" in one]
    ids = dict(Picture.objects.filter(master__in=shown).values_list("master", "pk"))
    blocks = [one for one in frozen["body"] if "master" not in one or one["master"] in ids]
    stream = content.stream(blocks, ids)
    pictures = (one for one in blocks if "master" in one)
    for part in stream:
        if part["type"] == "picture":
            part["value"]["crop"] = _ratio(next(pictures))
    fields = {name: frozen.get(name) or "" for name in merge.FIELDS if not name.startswith("lead")}
    lead = frozen["lead"] or {}
    return {
        **fields, "tags": "、".join(frozen["tags"]), "gist": "\n".join(frozen["gist"]),
        "lead": ids.get(lead.get("master", "")), "lead_alt": lead.get("alt", ""),
        "lead_caption": lead.get("caption", ""), "lead_credit": lead.get("credit", ""), "body": json.dumps(stream),
    }  # fmt: skip


def _ratio(picture: dict[str, Any]) -> str:
    """The crop that an editor chose, from the window that it made."""
    for ratio, _ in CROPS:
        if content.window(picture["width"], picture["height"], ratio, picture["focus"]) == picture["crop"]:
            return ratio
    return ""


# spiked


@dataclass(frozen=True, slots=True)
class Spiked:
    """A story that was spiked: by whom, when and why."""

    story: Story
    who: str
    when: datetime | None
    reason: str


def spiked(sought: str, *, page: int) -> tuple[list[Spiked], int]:
    """The spiked stories that say all these words, in their titles, text or reason, the latest first; and how many."""
    found = Story.objects.filter(state=Story.State.SPIKED)
    for word in sought.split()[:8]:
        inside = Q(body__regex=re.escape(json.dumps(word)[1:-1]))  # the body is stored as JSON in ASCII
        said_in = ("kicker", "headline", "deck", "byline", "tags", "returned")
        for name in said_in:
            inside |= Q(**{f"{name}__contains": word})
        found = found.filter(inside)
    total = found.count()
    shown = list(
        found.defer("body").select_related("section").order_by("-updated")[page * SPIKED : (page + 1) * SPIKED]
    )
    deeds = {
        each.piece: each
        for each in Entry.objects.filter(deed="毙稿", piece__in=[story.key for story in shown]).order_by("number")
    }
    names = _Names()
    made = []
    for story in shown:
        deed = deeds.get(story.key)
        made.append(Spiked(story, names[deed.person] if deed else "", deed.time if deed else None, story.returned))
    return made, total
