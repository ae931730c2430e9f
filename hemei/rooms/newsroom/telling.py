"""Whom to tell what: read off the ledger, so that no deed waits for a notice and none is forgotten."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import board, content, releases, rules
from hemei.rooms.newsroom.models import Story
from hemei.rooms.notices import actions as notices
from hemei.rooms.notices.actions import Telling
from hemei.rooms.notices.courier import Courier, tidy
from hemei.rooms.notices.mail import Mailer
from hemei.rooms.notices.models import Round
from hemei.rooms.notices.webpush import Pusher, house_key
from hemei.rooms.people import queries as people
from hemei.rooms.review.rules import STAGES

LOOK_EVERY = 2.0
"""Seconds between looks at the ledger."""
AT_ONCE = 200
TURNS = ("turn", "again")
MOVES = frozenset({"送审", "取消定时", *STAGES.values()})
"""Deeds after which it is somebody's turn."""
BACK = {"退稿": "退稿了", "毙稿": "毙稿了"}
OUT = {"签发": "已签发", "定时签发": "已定时签发", "撤稿": "已撤稿", releases.AT_ITS_END: "已到期撤下"}
NEVER = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger("hemei.notices")


def look(now: datetime) -> int:
    """Go through what was entered since the last look, and put what is to be told into the outbox; how many notices.

    The first look of all begins at the end of the ledger: nobody is told of what was before.
    """
    reached = Round.objects.first()
    last = Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if reached is not None and reached.entry >= last:
        return 0
    with transaction.atomic():
        reached = Round.objects.select_for_update().first() or Round(entry=last)
        made = 0
        for entry in Entry.objects.filter(number__gt=reached.entry).order_by("number")[:AT_ONCE]:
            made += _told(entry, now)
            reached.entry = entry.number
        reached.save()
    return made


def _told(entry: Entry, now: datetime) -> int:
    kind, _, number = entry.piece.partition(":")
    story = Story.objects.filter(pk=int(number)).first() if kind == "story" and number.isdigit() else None
    if story is None:
        return 0
    if entry.deed in MOVES or entry.deed in BACK or entry.deed in OUT:
        notices.overtaken(piece=story.key, kinds=TURNS)
    tellings = [one for one in _whom(story, entry, now) if one.person != entry.person]
    return notices.tell(tellings=tellings, piece=story.key, title=str(story), entry=entry.number, now=now)


def _whom(story: Story, entry: Entry, now: datetime) -> Iterator[Telling]:
    authors = {*story.hands, *([story.filed_by.get_username()] if story.filed_by else [])}
    if entry.deed in MOVES:
        yield from turns(story, now)
    elif entry.deed in BACK:
        yield from (Telling(person, "returned", BACK[entry.deed]) for person in authors)
    elif entry.deed in OUT:
        yield from (Telling(person, "released", OUT[entry.deed]) for person in authors)
    named = entry.detail.get("told", [])
    if isinstance(named, list):
        yield from (Telling(str(person), "mentioned", "有人提到你") for person in named[:50])


def turns(story: Story, now: datetime) -> Iterator[Telling]:
    """Everybody who may act on the story now, as their boards show it."""
    if story.state not in (Story.State.REVIEW, Story.State.READY):
        return
    roster = people.roster()
    names = [(one.person, one.name) for one in roster.people]
    barred = rules.in_byline(content.plain(story.byline), names) | frozenset(story.hands)
    stamps = board.stamps_of([story]).get(story.key, [])
    for one in roster.people:
        posts = frozenset(post.post for post in one.posts if roster.holds(one.person, post.post, now))
        step, again, mine, mended = board.turn(story, stamps, one.person, posts, barred)
        if mine:
            yield Telling(
                one.person, "again" if mended else "turn", board.STEPS[step] + ("（改后再审）" if again else "")
            )


def courier() -> Courier:
    """The one who carries notices out of this house, by the settings."""
    mailer = Mailer(settings.MAIL) if settings.MAIL else None
    subject = f"mailto:{settings.MAIL.sender}" if settings.MAIL else settings.DESK
    return Courier(mailer, Pusher(house_key(settings.HOME), subject), settings.DESK)


def go_round(stop: threading.Event) -> None:
    """Look and deliver until told to end. What goes wrong is tried again at the next round: the desk never waits for it."""
    carrier, tidied = None, NEVER
    while not stop.wait(LOOK_EVERY):
        try:
            carrier = carrier or courier()
            now = timezone.now()
            look(now)
            while carrier.deliver(timezone.now()):
                pass
            if now.date() != tidied.date():
                tidy(now)
                tidied = now
        except (DatabaseError, OSError):
            log.exception("通知暂时发不出")
            close_old_connections()


def start() -> threading.Thread:
    """Go round in a thread of the desk's own process, which ends with it."""
    thread = threading.Thread(target=go_round, args=(threading.Event(),), daemon=True, name="notices")
    thread.start()
    return thread
