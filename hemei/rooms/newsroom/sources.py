"""来源: looks at feeds when they are due and makes drafts of what their rules want. It prints nothing, ever."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Count, Q
from django.utils import timezone

from hemei.intake.copy import CopyParagraph
from hemei.intake.door import Item, feed
from hemei.intake.errors import Unreadable
from hemei.prose.structure import TooLong
from hemei.rooms.newsroom import actions, alikes
from hemei.rooms.newsroom.fetching import Fetched, NotFetched, fetch
from hemei.rooms.newsroom.incoming import Arrival, Source
from hemei.rooms.newsroom.models import Story
from hemei.sqlite import swap

LOOK_EVERY = 60.0
"""Seconds between looks for a source that is due."""
MOST_AT_ONCE = 20
"""Drafts from one source at one look; the rest waits for the next."""
STALE = timedelta(days=7)
"""An item that was published longer ago is no news."""
ALIKE = 0.85
MOST_PAUSE = timedelta(hours=12)
Fetch = Callable[[str, str, str], Fetched]
log = logging.getLogger("hemei.sources")


def fetched(address: str, etag: str, modified: str) -> Fetched:
    return fetch(address, etag=etag, modified=modified, private=settings.SOURCES_PRIVATE)


def look(source: Source, now: datetime, get: Fetch = fetched) -> list[Story]:
    """Look at one source now; the drafts that came of it. What went wrong is kept with the source, in Chinese."""
    made: list[Story] = []
    error, etag, modified = "", source.etag, source.modified
    try:
        answer = get(source.address, etag, modified)
        etag, modified = answer.etag, answer.modified
        if answer.data is not None:
            made, more = _taken(source, feed(answer.data), now)
            if more:  # what is left is to come again
                etag = modified = ""
    except (NotFetched, Unreadable) as refused:
        error = str(refused)
    failures = min(source.failures + 1, 1000) if error else 0
    pause = timedelta(minutes=source.every) * 2 ** min(failures, 8)
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            looked=now, due=now + min(pause, max(MOST_PAUSE, timedelta(minutes=source.every))) if error
            else now + timedelta(minutes=source.every),
            error=error[:300], failures=failures, etag=etag, modified=modified,
        )  # fmt: skip
    return made


def _taken(source: Source, items: list[Item], now: datetime) -> tuple[list[Story], bool]:
    """The drafts made of what is new, and whether more is waiting."""
    names = [_guid(item) for item in items]
    known = set(Arrival.objects.filter(source=source, guid__in=names).values_list("guid", flat=True))
    made: list[Story] = []
    for item, name in zip(items, names, strict=True):
        if name in known:
            continue
        if len(made) >= MOST_AT_ONCE:
            return made, True
        known.add(name)
        with transaction.atomic():
            fate, story = _fate(source, item, now)
            Arrival.objects.create(
                source=source, guid=name, title=item.title[:200], link=item.link[:500], time=now, fate=fate, story=story
            )
        if story is not None and fate == str(Arrival.Fate.TAKEN):
            made.append(story)
    return made, False


def _fate(source: Source, item: Item, now: datetime) -> tuple[str, Story | None]:
    words = "\n".join(p.text for p in item.copy.paragraphs)
    text = f"{item.title}\n{words}"
    if not wanted(text, source.wanted, source.unwanted) or is_stale(item.date, now):
        return str(Arrival.Fate.UNWANTED), None
    near = alikes.near(words)
    if near and near[0][1] >= ALIKE:
        return str(Arrival.Fate.ALIKE), near[0][0]
    told = f"来自来源“{source.name}”{'：' + item.link if item.link else ''}。请核对事实和能不能转载，再用。"
    paragraphs = item.copy.paragraphs
    if item.title and not any(p.text.strip() == item.title for p in paragraphs[:1]):
        paragraphs = (CopyParagraph(item.title, style="Title"), *paragraphs)
    read = replace(
        item.copy, name=(item.title or "消息")[:100], paragraphs=paragraphs, warnings=(told, *item.copy.warnings)
    )
    try:
        stories = actions.file_copy(read=read, original=text.encode(), by=source.reader, now=now, source=source)
    except (actions.Refused, TooLong):
        return str(Arrival.Fate.EMPTY), None
    return str(Arrival.Fate.TAKEN), stories[0]


def _guid(item: Item) -> str:
    return hashlib.sha256(item.guid.encode("utf-8", "replace")).hexdigest()


def wanted(text: str, words: str, unwanted: str) -> bool:
    """Whether the rules of a source let a text in."""
    split = [[word for word in re.split(r"[\s、,，;；]+", rule) if word] for rule in (words, unwanted)]
    return (not split[0] or any(word in text for word in split[0])) and not any(word in text for word in split[1])


def is_stale(date: str, now: datetime) -> bool:
    """Whether an item says that it is older than STALE; one that does not say, or not in a way we know, is not."""
    try:
        said = datetime.fromisoformat(date) if date[:4].isdigit() else parsedate_to_datetime(date)
        return now - (said if said.tzinfo else said.replace(tzinfo=UTC)) > STALE
    except (ValueError, TypeError, IndexError, OverflowError):
        return False


def due(now: datetime) -> list[Source]:
    """The sources whose time has come, the longest waiting first."""
    waiting = Source.objects.filter(active=True).filter(Q(due=None) | Q(due__lte=now))
    return list(waiting.select_related("reader", "section").order_by("due")[:50])


@dataclass(frozen=True, slots=True)
class State:
    """A source as the list shows it."""

    source: Source
    taken: int
    passed: int
    """Items of the last thirty days that became drafts, and that did not."""


def states(now: datetime) -> list[State]:
    """Every source with its counts of the last thirty days."""
    month = Arrival.objects.filter(time__gte=now - timedelta(days=30)).values_list("source", "fate")
    counts = {(source, fate): many for source, fate, many in month.annotate(many=Count("id"))}
    made = []
    for source in Source.objects.select_related("reader", "section"):
        taken = counts.get((source.pk, Arrival.Fate.TAKEN), 0)
        made.append(State(source, taken, sum(n for (pk, _), n in counts.items() if pk == source.pk) - taken))
    return made


def watch(stop: threading.Event) -> None:
    """Looks at what is due, until told to stop: a thread of the desk's own process."""
    while not stop.wait(LOOK_EVERY):
        try:
            for source in due(timezone.now()):
                if stop.is_set():
                    return
                look(source, timezone.now())
        except (DatabaseError, OSError, swap().Error):
            log.exception("the sources could not be looked at; tried again in a minute")
        finally:
            close_old_connections()
