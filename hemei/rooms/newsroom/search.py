"""Stories by what they say, their state, section, filer and day; and which story shows which picture.

Both are kept beside the stories and brought up to date from the rows that changed (`hemei.sqlite.words`): with the save
in the editor, and before they are asked, so that an answer never knows less than the stories do.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from typing import Any, Final

from django.db import OperationalError, transaction
from django.utils import timezone

from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom.models import Shown, Story
from hemei.sqlite import words
from hemei.sqlite.words import Said, WordIndex, mark

INDEX: Final = WordIndex("newsroom_story")
MOST: Final = 1000
"""Stories that one question lists; who needs older ones asks more closely."""
AT_ONCE: Final = 200
"""Changed stories that are read before one question is answered; about a tenth of a second."""
HEAD: Final = ("kicker", "headline", "deck", "byline", "tags")
REST: Final = ("dateline", "editor", "source", "gist", "lead_caption", "lead_credit", "lead_alt", "correction")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is left empty narrows nothing."""

    words: str = ""
    states: Collection[str] = ()
    sections: Collection[str] = ()
    filer: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The newest stories that fit, `MOST` at the most."""

    ids: list[int]
    more: bool
    """Whether there are older ones, too."""
    behind: bool
    """Whether some that changed just now could not be read yet."""


def find(asked: Asked) -> Found:
    """The stories that say every word and fit everything else, the newest first. Raises ValueError when nothing is asked."""
    behind = _caught_up()
    said = words.words(asked.words)
    if asked.words.strip() and not said:
        return Found([], more=False, behind=behind)
    marks = [
        [mark("state", one) for one in asked.states],
        [mark("section", one) for one in asked.sections],
        [mark("filer", asked.filer)] if asked.filer is not None else [],
        days(asked.since, asked.until) if asked.since or asked.until else [],
    ]
    ids = INDEX.find(said, marks, MOST + 1)
    return Found(ids[:MOST], more=len(ids) > MOST, behind=behind)


def _caught_up() -> bool:
    try:
        return settle() > 0
    except OperationalError:  # somebody writes for a long time: better an answer without the last minute than none
        return True


def days(since: date | None, until: date | None) -> list[str]:
    """The marks that cover the days from one to the other: whole years and months where they fit."""
    day, last = max(since or FIRST_DAY, FIRST_DAY), min(until or LAST_DAY, LAST_DAY)
    made = []
    while day <= last:
        month_ends = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        year_ends = date(day.year, 12, 31)
        if (day.month, day.day) == (1, 1) and year_ends <= last:
            made.append(mark("day", day.year))
            day = year_ends
        elif day.day == 1 and month_ends <= last:
            made.append(mark("day", f"{day:%Y-%m}"))
            day = month_ends
        else:
            made.append(mark("day", day))
        day += timedelta(days=1)
    return made or [mark("day", "none")]


def settle(most: int = AT_ONCE) -> int:
    """Read stories that changed, the newest first and so many at the most. Returns 1 when more are left, else 0."""
    if not INDEX.waiting(1):
        return 0
    with transaction.atomic():
        changed = INDEX.waiting(most + 1)
        left, changed = len(changed) > most, changed[:most]
        stories = {row["id"]: row for row in Story.objects.filter(pk__in=changed).values(*_READ)}
        INDEX.put({pk: _said(stories[pk]) if pk in stories else None for pk in changed})
        _note_pictures(changed, stories)
    return int(left)


def settle_all(progress: Callable[[str], None] | None = None) -> None:
    """Read every story that changed: after an upgrade, or when an answer must not miss one."""
    done = 0
    while settle():
        done += AT_ONCE
        if progress and done % (AT_ONCE * 25) == 0:
            progress(f"编制稿件检索：{done} 篇")


_READ: Final = ("id", *HEAD, *REST, "body", "state", "section_id", "filed_by_id", "date", "created", "lead_id")


def _said(story: Mapping[str, Any]) -> Said:
    day = story["date"] or timezone.localtime(story["created"]).date()
    marks = [mark("state", story["state"]), mark("filer", story["filed_by_id"]), mark("day", day),
             mark("day", f"{day:%Y-%m}"), mark("day", day.year)]  # fmt: skip
    if story["section_id"]:
        marks.append(mark("section", story["section_id"]))
    rest = [line for name in REST for line in story[name].splitlines()]
    return Said([story[name] for name in HEAD], [*rest, *body_lines(story["body"])], marks)


_ENDS: Final = re.compile(r"</?(?:p|h\d|li|ul|ol|blockquote|br)\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")


def body_lines(body: Any) -> Iterator[str]:
    """The words of a stored body, line by line."""
    for value in _values(body):
        for text in value.values() if isinstance(value, dict) else [value]:
            if isinstance(text, str):
                marked = "<" in text and not isinstance(value, dict)
                shown = unescape(_TAG.sub("", _ENDS.sub("\n", text))) if marked else text
                yield from (line for line in shown.splitlines() if line.strip())


def _values(body: Any) -> list[Any]:
    blocks = json.loads(body or "[]") if isinstance(body, str) else getattr(body, "raw_data", body or [])
    return [block["value"] for block in blocks]


def _note_pictures(changed: Collection[int], stories: Mapping[int, Mapping[str, Any]]) -> None:
    shown = {(pk, picture) for pk, story in stories.items() for picture in _pictures(story)}
    Shown.objects.filter(story_id__in=changed).delete()
    if shown:
        there = set(Picture.objects.filter(pk__in={picture for _, picture in shown}).values_list("pk", flat=True))
        Shown.objects.bulk_create(Shown(story_id=pk, picture_id=each) for pk, each in sorted(shown) if each in there)


def _pictures(story: Mapping[str, Any]) -> set[int]:
    used = {value.get("picture") for value in _values(story["body"]) if isinstance(value, dict)}
    return {each for each in (*used, story["lead_id"]) if isinstance(each, int)}
