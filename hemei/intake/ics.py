"""A calendar file (RFC 5545) as events on the county's clock: VEVENT, its zones, and simple repetition.

Bytes in, events out, with bounds on everything that a stranger's file could make long: bytes, events, dates of repetition,
characters of a text. What is not understood is told in a warning and never guessed in silence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hemei.intake.copy import visible
from hemei.intake.errors import Broken, Empty, TooBig, WrongKind
from hemei.intake.repeat import Budget, NotSimple, Rule, days, rule

COUNTY = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Fixed: China has had no summer time since 1991, and calendars of earlier years are no news."""

MOST_BYTES = 5 << 20
MOST_EVENTS = 10_000
MOST_WARNINGS = 12
_GARBLED = "认不出这个日历文件的文字编码。请重新导出，编码选 UTF-8，再传一次。"
_DEEPEST = 8
_WANTED = frozenset({
    "UID", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE",
    "RECURRENCE-ID", "STATUS",
})  # fmt: skip
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?")
_LONG = re.compile(r"(-?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}")
_WINDOWS = {
    "China Standard Time": "Asia/Shanghai", "Taipei Standard Time": "Asia/Taipei", "Tokyo Standard Time": "Asia/Tokyo",
    "Singapore Standard Time": "Asia/Singapore", "Korea Standard Time": "Asia/Seoul", "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris", "Russian Standard Time": "Europe/Moscow",
    "Eastern Standard Time": "America/New_York", "Central Standard Time": "America/Chicago",
    "Pacific Standard Time": "America/Los_Angeles", "AUS Eastern Standard Time": "Australia/Sydney", "UTC": "UTC",
}  # fmt: skip
"""What Outlook calls its zones; Unicode CLDR windowsZones."""


@dataclass(frozen=True, slots=True)
class Event:
    """One happening. Times are the county's; an all-day event ends at the midnight after its last day."""

    key: str
    """SHA-256 of its UID and of which repetition it is: the same in a later file of the same calendar."""
    title: str
    starts: datetime
    ends: datetime | None
    all_day: bool
    place: str
    host: str
    about: str
    told: str
    """What the calendar itself says when that is another zone's clock: "America/New_York 11月25日 09:00"."""
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar as far as it touches the days that were asked for."""

    name: str
    events: tuple[Event, ...]
    outside: int
    """How many events lie before or after those days."""
    warnings: tuple[str, ...]


Property = tuple[Mapping[str, str], str]
When = date | datetime
"""A whole day, or a moment with its zone."""


@dataclass(slots=True)
class _Raw:
    """A file taken apart: the properties of its events, its zones' offsets, and what is said of the whole."""

    name: str = ""
    zone: str = ""
    events: list[dict[str, list[Property]]] = field(default_factory=list)
    offsets: dict[str, list[timedelta]] = field(default_factory=dict)


def read(data: bytes, *, since: date, until: date) -> Calendar:
    """Every event between two days, both included, in the order of time. Raises Unreadable."""
    raw = _taken_apart(_text(data))
    reading = _Reading(raw)
    found: dict[str, Event] = {}
    outside = 0
    for properties in raw.events:
        for event in reading.events(properties, since, until):
            if event is None:
                outside += 1
            else:
                found[event.key] = event
    events = sorted(found.values(), key=lambda one: (one.starts, one.title, one.key))
    return Calendar(raw.name, tuple(events), outside, tuple(reading.warnings))


def _text(data: bytes) -> str:
    if not data.strip():
        raise Empty("empty", "这个日历文件是空的。请检查是否选错了文件。")
    if len(data) > MOST_BYTES:
        raise TooBig("big-calendar", "这个日历文件超过 5 MB。请在日历软件里按时间段导出，分几次收。")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Broken("garbled-calendar", _GARBLED)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() != b"BEGIN:VCALENDAR" or b"\0" in data:
        raise WrongKind("not-calendar", "这不是日历文件。请在日历软件里选“导出”，得到 .ics 文件再传。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Broken("garbled-calendar", _GARBLED)


def _unfolded(text: str) -> Iterator[str]:
    """The content lines: a line that starts with a blank goes on the one before."""
    parts: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        if parts:
            yield "".join(parts)
        parts = [line]
    yield "".join(parts)


def _taken_apart(text: str) -> _Raw:
    raw, inside, zone = _Raw(), [""], ""
    for line in _unfolded(text):
        name, parameters, value = _property(line)
        if name == "BEGIN":
            if len(inside) > _DEEPEST:
                raise Broken("broken-calendar", "这个日历文件的结构不对，读不出来。请重新导出一份再传。")
            inside.append(value.strip().upper())
            if inside[-1] == "VEVENT":
                raw.events.append({})
            if len(raw.events) > MOST_EVENTS:
                raise TooBig("many-events", "日历里的活动超过一万场。请在日历软件里按时间段导出，分几次收。")
        elif name == "END":
            if len(inside) > 1:
                inside.pop()
        elif inside[-1] == "VEVENT" and name in _WANTED:
            kept = raw.events[-1].setdefault(name, [])
            if len(kept) < 200:
                kept.append((parameters, value))
        elif inside[-1] == "VTIMEZONE" and name == "TZID":
            zone = value[:100]
        elif inside[-1] in ("STANDARD", "DAYLIGHT") and name == "TZOFFSETTO" and (offset := _offset(value)) is not None:
            known = raw.offsets.setdefault(zone, [])
            if len(known) < 20 and len(raw.offsets) < 500:
                known.insert(0 if inside[-1] == "STANDARD" else len(known), offset)
        elif inside[-1] == "VCALENDAR" and name in ("X-WR-CALNAME", "X-WR-TIMEZONE"):
            setattr(raw, "name" if name.endswith("NAME") else "zone", _said(value, 60))
    return raw


def _property(line: str) -> tuple[str, dict[str, str], str]:
    """(name, parameters, value) of a content line; a colon in quotes is part of a parameter."""
    quoted, colon = False, -1
    for at, character in enumerate(line[:2000]):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            colon = at
            break
    if colon < 0:
        return "", {}, ""
    name, *pairs = line[:colon].split(";")
    parameters = {pair.partition("=")[0].upper(): pair.partition("=")[2].strip('"') for pair in pairs[:20]}
    return name.upper(), parameters, line[colon + 1 : colon + 20_001]


def _said(value: str, most: int, lines: bool = False) -> str:
    """A text value as it reads: escapes undone, nothing in it that cannot be seen, cut where it is endless."""
    text = re.sub(r"\\([nN,;\\])", lambda found: "\n" if found[1] in "nN" else found[1], value)
    text = visible(text)[0]
    return text.strip()[:most].strip() if lines else " ".join(text.split())[:most].strip()


def _offset(value: str) -> timedelta | None:
    found = _OFFSET.match(value.strip())
    if not found or int(found[2]) > 15 or int(found[3]) > 59:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -offset if found[1] == "-" else offset


class _Reading:
    """What is known while one file is read: its zones, the repetitions that were moved, and what to tell the editor."""

    def __init__(self, raw: _Raw) -> None:
        self.raw = raw
        self.warnings: list[str] = []
        self.budget = Budget()
        self.zones: dict[str, tzinfo] = {}
        self.moved: dict[str, set[When]] = {}
        for one in raw.events:
            if "RECURRENCE-ID" in one and (when := self._when(one["RECURRENCE-ID"][0])) is not None:
                self.moved.setdefault(_first(one, "UID"), set()).add(_moment(when))

    def warn(self, words: str) -> None:
        if words not in self.warnings and len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(words)

    def events(self, said: Mapping[str, Sequence[Property]], since: date, until: date) -> Iterator[Event | None]:
        """This event's happenings between two days; None for each of those that are known and lie outside."""
        title = _said(_first(said, "SUMMARY"), 100) or "（没有标题的活动）"
        starts = self._when(said["DTSTART"][0]) if said.get("DTSTART") else None
        if starts is None:
            self.warn(f"“{title}”的时间读不懂，没有收。")
            return
        length = self._length(said, starts)
        within = False
        for when in self._all(said, title, starts, since - timedelta(days=length.days + 1), until):
            event = self._event(said, title, when, length)
            last = event.ends - timedelta(seconds=1) if event.ends else event.starts
            if event.starts.date() <= until and last.date() >= since:
                within = True
                yield event
        if not within:
            yield None

    def _all(
        self, said: Mapping[str, Sequence[Property]], title: str, starts: When, since: date, until: date
    ) -> Iterator[When]:
        """Its start, or the starts of its repetitions, less those that were called off or moved."""
        if "RECURRENCE-ID" in said:
            yield starts
            return
        if "RDATE" in said:
            self.warn(f"“{title}”另有单独加的日子，没有收，请自己补。")
        if "RRULE" not in said:
            yield starts
            return
        try:
            repeats = rule(said["RRULE"][0][1])
        except NotSimple:
            self.warn(f"“{title}”的重复规则读不懂，只收了第一次。")
            yield starts
            return
        skipped = self._skipped(said)
        for when in self._repeated(repeats, starts, since - timedelta(days=2), until + timedelta(days=2)):
            if _moment(when) not in skipped:
                yield when

    def _skipped(self, said: Mapping[str, Sequence[Property]]) -> set[When]:
        skipped = set(self.moved.get(_first(said, "UID"), ()))
        for parameters, values in said.get("EXDATE", ()):
            for value in values.split(",")[:1000]:
                when = self._when((parameters, value))
                if when is not None:
                    skipped.add(_moment(when))
        return skipped

    def _repeated(self, repeats: Rule, starts: When, since: date, until: date) -> Iterator[When]:
        if not isinstance(starts, datetime):
            last = min(until, repeats.until.date()) if repeats.until else until
            yield from days(starts, repeats, since=since, until=last, budget=self.budget)
            return
        for day in days(starts.date(), repeats, since=since, until=until, budget=self.budget):
            when = datetime.combine(day, starts.timetz())  # the same hour on the zone's clock, summer or winter
            if repeats.until and _after(when, repeats.until, repeats.whole_day):
                return
            yield when

    def _event(self, said: Mapping[str, Sequence[Property]], title: str, when: When, length: timedelta) -> Event:
        repeated = (
            self._when(said["RECURRENCE-ID"][0]) if "RECURRENCE-ID" in said else when if "RRULE" in said else None
        )
        mark = str(_moment(repeated)) if repeated is not None else ""
        key = hashlib.sha256(f"{_first(said, 'UID') or title + str(when)}\n{mark}".encode(errors="replace")).hexdigest()
        if isinstance(when, datetime):
            starts, all_day = when.astimezone(COUNTY), False
        else:
            starts, all_day = datetime.combine(when, time(), COUNTY), True
        ends = starts + length if length else None
        host = {**said["ORGANIZER"][0][0]}.get("CN", "") if said.get("ORGANIZER") else ""
        return Event(
            key, title, starts, ends, all_day,
            place=_said(_first(said, "LOCATION"), 100),
            host=_said(host, 100),
            about=_said(_first(said, "DESCRIPTION"), 1000, lines=True),
            told="" if all_day else self._told(when),
            cancelled=_first(said, "STATUS").strip().upper() == "CANCELLED",
        )  # fmt: skip

    def _told(self, when: When) -> str:
        if not isinstance(when, datetime) or when.utcoffset() == COUNTY.utcoffset(None):
            return ""
        if when.tzinfo is UTC and self.raw.zone in ("Asia/Shanghai", "PRC", "Asia/Chongqing"):
            return ""  # its clock is ours, and it was only written down in UTC
        return f"{when.tzinfo} {when.month}月{when.day}日 {when:%H:%M}"

    def _length(self, said: Mapping[str, Sequence[Property]], starts: When) -> timedelta:
        """How long it takes; 0 when that is not said. At most 31 days: longer ones are seasons and not events."""
        length = timedelta(0) if isinstance(starts, datetime) else timedelta(days=1)
        if said.get("DTEND"):
            ends = self._when(said["DTEND"][0])
            if ends is not None and isinstance(ends, datetime) == isinstance(starts, datetime):
                length = max(length, _moment(ends) - _moment(starts))
        elif found := _LONG.fullmatch(_first(said, "DURATION").strip()):
            week, day, hour, minute, second = (int(each or 0) for each in found.groups()[1:])
            if not found[1]:
                length = max(
                    length, timedelta(weeks=week, days=day, hours=hour, minutes=minute, seconds=second)
                )  # fmt: skip
        return min(length, timedelta(days=31))

    def _when(self, said: Property) -> When | None:
        """A DATE or DATE-TIME value; None when it is neither, or so far away that clocks of other zones have no such day."""
        parameters, value = said
        found = _TIME.fullmatch(value.strip())
        if not found or not 1900 <= int(found[1]) <= 2199:
            return None
        numbers = [int(each) for each in found.groups()[:6] if each]
        try:
            if found[4] is None:
                return date(*numbers)
            if found[7]:
                return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]
            return datetime(*numbers, tzinfo=self._zone(parameters.get("TZID", "")))  # type: ignore[misc,arg-type]
        except ValueError:
            return None

    def _zone(self, name: str) -> tzinfo:
        if name not in self.zones:
            if len(self.zones) > 100:
                return COUNTY
            self.zones[name] = self._found(name[:100])
        return self.zones[name]

    def _found(self, name: str) -> tzinfo:
        """The zone of this name; a time without a zone is the county's own."""
        if not name:
            return COUNTY
        plain = "/".join(name.split("/")[-2:]) if name.startswith("/") else name
        known = _WINDOWS.get(plain, plain)
        if _ZONE.fullmatch(known):
            try:
                return ZoneInfo(known)
            except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
                pass
        offsets = self.raw.offsets.get(name, [])
        if offsets:
            if len(set(offsets)) > 1:
                self.warn(f"时区“{_said(name, 40)}”有夏令时，名字认不出，一律按标准时间换算，请核对。")
            return timezone(offsets[0], _said(name, 40))
        self.warn(f"不认得时区“{_said(name, 40)}”，按北京时间收下，请核对。")
        return COUNTY


def _first(said: Mapping[str, Sequence[Property]], name: str) -> str:
    return said[name][0][1] if said.get(name) else ""


def _moment(when: When) -> When:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def _after(when: datetime, until: datetime, whole_day: bool) -> bool:
    """Whether a repetition lies after the rule's last moment, or after the last day where it names a day."""
    return when.date() > until.date() if whole_day else when.astimezone(UTC) > until
