"""Taking calendars in, taking that back, and giving the newsroom's own calendar out (RFC 5545)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.intake import ics
from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.content import plain
from hemei.rooms.newsroom.rules import EDITING
from hemei.rooms.plan import actions, queries, rules
from hemei.rooms.plan.models import Calendar, Topic
from hemei.seal.roster import COUNTY

MOST_TAKEN = 500
"""Topics that one calendar makes: more than anybody looks through, and more than a county has in two months."""
LONGEST_WINDOW = 400
MOST_READ = ics.MOST_BYTES + 1
"""Bytes of a file that are looked at: one more than is taken, so that the reader sees that it is too large."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a calendar."""

    calendar: Calendar
    new: int
    moved: int
    same: int
    called_off: tuple[str, ...]
    """Titles of topics that the calendar calls off: a person decides what to do with them."""
    warnings: tuple[str, ...]
    outside: int


def take_in(*, by: AbstractBaseUser, name: str, data: bytes, since: date, until: date, now: datetime) -> Taken:
    """导入日历: a proposal for each event between two days; events that came before are moved where the calendar moved them.

    Raises Unreadable for a file that is no calendar; nothing is half taken.
    """
    viewer = queries.viewer(str(by.get_username()), now)
    if not EDITING & viewer.posts:
        raise Refused("导入日历要有采编岗位。")
    if until < since or (until - since).days > LONGEST_WINDOW:
        raise Refused("请把“从哪天”“到哪天”填对：最长一年，结束不能早于开始。")
    read = ics.read(data, since=since, until=until)
    events = [event for event in read.events if not event.cancelled]
    if len(events) > MOST_TAKEN:
        raise Refused(f"这段时间里有 {len(events)} 场活动，一次最多收 {MOST_TAKEN} 场。请把“到哪天”提前，分几次收。")
    with transaction.atomic():
        title = read.name or plain(name)[:100] or "日历"
        calendar = Calendar.objects.create(name=title, digest=hashlib.sha256(data).hexdigest(), by=by, time=now)
        known = _known(event.key for event in read.events)
        moved = sum(_moved(known[event.key], event, viewer.person, now) for event in events if event.key in known)
        new = [event for event in events if event.key not in known]
        Topic.objects.bulk_create(_topic(event, calendar, viewer.person, now) for event in new)
        off = [known[each.key] for each in read.events if each.cancelled and each.key in known]
        called_off = tuple(topic.title for topic in off if topic.state in rules.OPEN)[:20]
        detail = {"name": title, "digest": calendar.digest, "new": len(new), "moved": moved}
        enter(person=viewer.person, deed="导入日历", piece=f"calendar:{calendar.pk}", now=now, detail=detail)
    same = len(events) - len(new) - moved
    return Taken(calendar, len(new), moved, same, called_off, read.warnings, read.outside)


def _known(keys: Iterable[str]) -> dict[str, Topic]:
    """The topics that came from these events before."""
    wanted, found = list(keys), {}
    for at in range(0, len(wanted), 500):
        for topic in Topic.objects.filter(event__in=wanted[at : at + 500]).order_by("pk"):
            found[topic.event] = topic
    return found


def _facts(event: ics.Event) -> actions.Facts:
    about = event.about[:2000]
    return actions.Facts(
        event.title,
        about,
        starts=event.starts,
        ends=event.ends,
        all_day=event.all_day,
        place=event.place,
        host=event.host,
    )


def _topic(event: ics.Event, calendar: Calendar, person: str, now: datetime) -> Topic:
    said = _facts(event).values()
    times = {"starts": event.starts, "ends": event.ends, "busy_until": rules.busy(event.starts, event.ends)}
    words = {name: said[name] for name in ("title", "brief", "all_day", "place", "host", "outlets")}
    return Topic(
        **words, **times, proposed_by=person, proposed_at=now, changed=now, calendar=calendar, event=event.key, told=event.told
    )  # fmt: skip


def _moved(topic: Topic, event: ics.Event, person: str, now: datetime) -> bool:
    """Whether the calendar has another time or place for a topic that is still open; then the topic has it too."""
    said = _facts(event).values()
    values = {name: said[name] for name in ("starts", "ends", "all_day", "place")}
    before = topic.revision
    if topic.state in rules.OPEN:
        actions.moved(topic=topic, person=person, values=values, now=now)
    if topic.revision == before:
        return False
    Topic.objects.filter(pk=topic.pk).update(told=event.told)
    return True


def take_back(*, calendar: Calendar, by: AbstractBaseUser, now: datetime) -> int:
    """撤回导入: the proposals that it made and that nobody has touched are gone; the ledger keeps how many. How many."""
    viewer = queries.viewer(str(by.get_username()), now)
    if calendar.by_id != by.pk and not viewer.decides:
        raise Refused("只有导入这份日历的人或编辑可以撤回。")
    with transaction.atomic():
        untouched = calendar.topics.filter(revision=1, state=Topic.State.PROPOSED)
        count = int(untouched.count())
        untouched.delete()
        enter(
            person=viewer.person, deed="撤回导入", piece=f"calendar:{calendar.pk}", now=now,
            detail={"name": calendar.name, "topics": count},
        )  # fmt: skip
    return count


# the newsroom's own calendar


def written(topics: Iterable[Topic], *, site: str, now: datetime) -> bytes:
    """The topics as an iCalendar file: moments in UTC, which every calendar turns into its own clock; whole days as days."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hemei//Plan//ZH", "CALSCALE:GREGORIAN",
             "X-WR-CALNAME:选题", "X-WR-TIMEZONE:Asia/Shanghai"]  # fmt: skip
    for topic in topics:
        lines += _event(topic, site, now)
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"]).encode()


def _event(topic: Topic, site: str, now: datetime) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:topic-{topic.pk}@{site}", f"DTSTAMP:{_utc(now)}", f"SEQUENCE:{topic.revision}"]
    if topic.all_day:
        first, last = (when.astimezone(COUNTY) for when in (topic.starts, topic.ends or topic.busy_until))
        lines += [f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{last:%Y%m%d}"]
    else:
        lines.append(f"DTSTART:{_utc(topic.starts)}")
        if topic.ends:
            lines.append(f"DTEND:{_utc(topic.ends)}")
    lines.append(f"SUMMARY:{_escaped(topic.title)}")
    words = [
        topic.brief,
        *(f"{label}：{said}" for label, said in (("主办", topic.host), ("联系人", topic.contact)) if said),
    ]
    for name, said in (("LOCATION", topic.place), ("DESCRIPTION", "\n".join(word for word in words if word))):
        if said:
            lines.append(f"{name}:{_escaped(said)}")
    return [*lines, "STATUS:" + ("TENTATIVE" if topic.state == "proposed" else "CONFIRMED"), "END:VEVENT"]


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """A content line of at most 75 octets a piece, no character torn apart."""
    pieces, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > 74:
            pieces.append("")
            size = 0
        pieces[-1] += character
        size += octets
    return "\r\n ".join(pieces) + "\r\n"
