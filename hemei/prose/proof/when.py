"""Dates as stories write them, and what days they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from hemei.prose.proof.numerals import number

_DAY = re.compile(r"月([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:日|号(?![线楼院门井台馆厅机炉车桥令文]))")
_BEFORE = re.compile(
    r"(?:((?<![0-9])[0-9]{4}|[一二][〇零○九0-9][〇零○一二三四五六七八九]{2}|[今去明前])年)?"
    r"((?<![0-9])[0-9]{1,2}|(?<![一二三四五六七八九十])[一二三四五六七八九十]{1,3})$"
)
_LUNAR = ("农历", "阴历", "旧历", "夏历", "闰")
_SAID = {"今": 0, "去": -1, "明": 1, "前": -2}
SPAN = re.compile(r"\s?(?:[—–～~-]|至|到)")
"""What follows the first date of a span."""


class Written(NamedTuple):
    """A date in a text: where it stands and what it says."""

    start: int
    end: int
    year: str | None
    month: int
    day: int

    @property
    def short(self) -> str:
        return f"{self.month}月{self.day}日"


def written(text: str) -> Iterator[Written]:
    """Every month with a day, but for those that are said to be lunar."""
    for found in _DAY.finditer(text):
        before = _BEFORE.search(text, max(0, found.start() - 8), found.start())
        if before and not text.endswith(_LUNAR, 0, before.start()):
            month, day = number(before[2]), number(found[1])
            if month is not None and day is not None:
                yield Written(before.start(), found.end(), before[1], month, day)


def year(said: str | None, today: date | None) -> int | None:
    """The year in figures; 今 and 去 are counted from the day of the story."""
    if said is None or (said in _SAID and today is None):
        return None
    return today.year + _SAID[said] if today and said in _SAID else number(said)


def known(year: int, month: int, day: int) -> date | None:
    """The date, if there is such a day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def meant(said: str | None, month: int, day: int, today: date | None) -> list[date]:
    """The days that a date may mean: one with its year, or near the story's own; two when it may well be last year's."""
    if said is not None:
        of = year(said, today)
        exact = known(of, month, day) if of else None
        return [exact] if exact else []
    if today is None:
        return []
    days = [found for of in (today.year - 1, today.year, today.year + 1) if (found := known(of, month, day))]
    near = [each for each in days if abs((each - today).days) <= 100]
    return near or [each for each in days if abs((each - today).days) <= 366]


def text_of(days: list[date]) -> str:
    """The first of them in words."""
    return f"{days[0].year}年{days[0].month}月{days[0].day}日"


def quoted(text: str, at: int) -> bool:
    """Whether this place is somebody's own words, as far as the last few hundred characters of its paragraph say."""
    start = max(text.rfind("\n", max(0, at - 300), at) + 1, at - 300, 0)
    return text.count("“", start, at) > text.count("”", start, at)
