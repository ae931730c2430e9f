"""Simple repetition: daily, weekly, monthly, with interval, count, until, days of the week or month (RFC 5545, 3.3.10)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hemei.intake.errors import TooBig

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"})
_LAST = date(2199, 12, 31)


class NotSimple(ValueError):
    """A rule of repetition that this does not follow."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A repetition. ``freq``: daily, weekly or monthly."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    """The last moment, in UTC; the last day at 00:00 where `whole_day`."""
    whole_day: bool = False
    weekdays: tuple[tuple[int, int], ...] = ()
    """(which of the month or 0, weekday with Monday as 0)."""
    monthdays: tuple[int, ...] = ()
    """Days of the month; from its end where negative."""
    week_starts: int = 0


class Budget:
    """How many dates may be looked at for one file, so that a small file cannot ask for endless work."""

    def __init__(self, most: int = 200_000) -> None:
        self.left = most

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooBig("many-repetitions", "日历里重复的活动太多，没有读完，什么都没有收。请按时间段导出后再传。")


def rule(text: str) -> Rule:
    """The rule that an RRULE's value tells. Raises NotSimple for what is wrong or beyond this module."""
    parts = dict(each.partition("=")[::2] for each in text.strip().upper().split(";")[:20] if each)
    if set(parts) - _KNOWN or parts.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY"):
        raise NotSimple(text[:100])
    until, whole_day = _until(parts["UNTIL"]) if "UNTIL" in parts else (None, False)
    made = Rule(
        parts["FREQ"].lower(),
        _number(parts.get("INTERVAL", "1"), 1, 1000),
        _number(parts["COUNT"], 1, 1_000_000) if "COUNT" in parts else None,
        until,
        whole_day,
        tuple(_weekday(each) for each in parts["BYDAY"].split(",")[:30]) if parts.get("BYDAY") else (),
        tuple(_number(each, -31, 31) for each in parts["BYMONTHDAY"].split(",")[:62])
        if parts.get("BYMONTHDAY")
        else (),
        WEEKDAYS.index(parts["WKST"]) if parts.get("WKST") in WEEKDAYS else 0,
    )
    monthly = made.freq == "monthly"
    if (not monthly and (made.monthdays or any(which for which, _ in made.weekdays))) or 0 in made.monthdays:
        raise NotSimple(text[:100])
    return made


def _number(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,7}", text) or not least <= int(text) <= most:
        raise NotSimple(text[:100])
    return int(text)


def _weekday(text: str) -> tuple[int, int]:
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise NotSimple(text[:100])
    return int(found[1] or 0), WEEKDAYS.index(found[2])


def _until(text: str) -> tuple[datetime, bool]:
    for shape in ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC), not text.endswith("Z")
        except ValueError:
            continue
    raise NotSimple(text[:100])


def days(first: date, repeats: Rule, *, since: date, until: date, budget: Budget) -> Iterator[date]:
    """The days of a repetition that starts on ``first``, from ``since`` to ``until``; months without the day are skipped.

    Without a count, what lies before ``since`` is jumped over and costs nothing.
    """
    number = 0
    period = 0 if repeats.count is not None else _period_of(first, repeats, since)
    until = min(until, _LAST)
    while True:
        budget.spend()
        start = _start(first, repeats, period)
        if start is None or start > until:
            return
        for day in _within(first, repeats, start):
            budget.spend()
            if day < first:
                continue
            number += 1
            if day > until or (repeats.count is not None and number > repeats.count):
                return
            if day >= since:
                yield day
        period += 1


def _period_of(first: date, repeats: Rule, since: date) -> int:
    if since <= first:
        return 0
    if repeats.freq == "monthly":
        return max(0, ((since.year - first.year) * 12 + since.month - first.month) // repeats.interval - 1)
    return max(0, (since - first).days // (repeats.interval * (7 if repeats.freq == "weekly" else 1)) - 1)


def _start(first: date, repeats: Rule, period: int) -> date | None:
    """The first day of a period; None beyond the calendar."""
    if repeats.freq == "monthly":
        year, month = divmod(first.year * 12 + first.month - 1 + period * repeats.interval, 12)
        return date(year, month + 1, 1) if year <= _LAST.year else None
    step = period * repeats.interval * (7 if repeats.freq == "weekly" else 1)
    if step > (_LAST - first).days:
        return None
    if repeats.freq == "weekly":
        return first - timedelta(days=(first.weekday() - repeats.week_starts) % 7) + timedelta(days=step)
    return first + timedelta(days=step)


def _within(first: date, repeats: Rule, start: date) -> list[date]:
    """The days of one period that the rule names, in order."""
    wanted = {weekday for _, weekday in repeats.weekdays}
    if repeats.freq == "daily":
        return [start] if not wanted or start.weekday() in wanted else []
    if repeats.freq == "weekly":
        week = [start + timedelta(days=at) for at in range(7)]
        return [day for day in week if day.weekday() in (wanted or {first.weekday()})]
    length = calendar.monthrange(start.year, start.month)[1]
    month = [start + timedelta(days=at) for at in range(length)]
    named = {day if day > 0 else length + 1 + day for day in repeats.monthdays}
    if repeats.weekdays:
        return [d for d in month if _named(d, repeats.weekdays, length) and (not named or d.day in named)]
    return [d for d in month if d.day in (named or {first.day})]


def _named(day: date, weekdays: tuple[tuple[int, int], ...], length: int) -> bool:
    """Whether a day is, say, the second Tuesday of its month, or its last."""
    ahead, behind = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
    return any(weekday == day.weekday() and which in (0, ahead, behind) for which, weekday in weekdays)
