"""The year in a county paper: solar terms by the sun's longitude, the lunar calendar from a table, and the festivals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from math import cos, radians, sin
from typing import NamedTuple

FIRST, LAST = 1950, 2100
"""The years that the almanac knows."""

_NAMED = "小寒大寒立春雨水惊蛰春分清明谷雨立夏小满芒种夏至小暑大暑立秋处暑白露秋分寒露霜降立冬小雪大雪冬至"
TERMS = tuple(_NAMED[at : at + 2] for at in range(0, 48, 2))
FIXED: Mapping[str, tuple[int, int]] = {
    "元旦": (1, 1),
    "中国人民警察节": (1, 10),
    "世界湿地日": (2, 2),
    "学雷锋纪念日": (3, 5),
    "妇女节": (3, 8),
    "植树节": (3, 12),
    "国际消费者权益日": (3, 15),
    "世界水日": (3, 22),
    "世界气象日": (3, 23),
    "世界卫生日": (4, 7),
    "全民国家安全教育日": (4, 15),
    "世界地球日": (4, 22),
    "世界读书日": (4, 23),
    "劳动节": (5, 1),
    "青年节": (5, 4),
    "国际护士节": (5, 12),
    "全国防灾减灾日": (5, 12),
    "国际博物馆日": (5, 18),
    "全国科技工作者日": (5, 30),
    "世界无烟日": (5, 31),
    "儿童节": (6, 1),
    "世界环境日": (6, 5),
    "全国爱眼日": (6, 6),
    "世界献血者日": (6, 14),
    "全国土地日": (6, 25),
    "国际禁毒日": (6, 26),
    "建党节": (7, 1),
    "世界人口日": (7, 11),
    "建军节": (8, 1),
    "全国生态日": (8, 15),
    "中国医师节": (8, 19),
    "教师节": (9, 10),
    "烈士纪念日": (9, 30),
    "国庆节": (10, 1),
    "国庆": (10, 1),
    "世界粮食日": (10, 16),
    "记者节": (11, 8),
    "全国消防日": (11, 9),
    "世界艾滋病日": (12, 1),
    "全国交通安全日": (12, 2),
    "国家宪法日": (12, 4),
    "国家公祭日": (12, 13),
}
LUNAR: Mapping[str, tuple[tuple[int, int], ...]] = {
    "春节": ((1, 1),),
    "元宵": ((1, 15),),
    "三月三": ((3, 3),),
    "端午": ((5, 5),),
    "七夕": ((7, 7),),
    "中元": ((7, 15),),
    "中秋": ((8, 15),),
    "重阳": ((9, 9),),
    "腊八": ((12, 8),),
    "小年": ((12, 23), (12, 24), (12, 25)),  # the day before in the north, some places a day later
}
MOVING: Mapping[str, tuple[int, int, int]] = {"母亲节": (5, 2, 6), "父亲节": (6, 3, 6), "全国助残日": (5, 3, 6)}
"""Month, which of its weeks, and the day of the week (0 Monday) of what falls on the second Sunday and the like."""
NAMES = (*TERMS, *FIXED, *LUNAR, *MOVING, "除夕", "农民丰收节")

_DOUBT = timedelta(minutes=7)
"""The sun's place is out by less than this; a term so close to midnight may fall on either day."""
_YEARS = """
152d7 05360 0aad0 15aa5 05b20 0da50 1d4a3 0d4a0 0a958 0a970 05560 0ab56 0ad50 06d20 0ea54 0ea50 064a0 0c973 0a9b0
155a7 056a0 0b690 17525 0b520 0b250 164b4 0a4b0 14ab8 02ad0 056d0 0b696 0da90 0d920 1d254 0d250 1a4da 0a560 02b60
05b56 06d50 0ea90 1e925 0e920 0d260 0a563 0a570 14d68 035a0 06d50 16c95 07490 06930 152b4 052b0 0a5b0 155a2 056a0
1b557 0ba40 0b490 1a935 0a950 052d0 0aad4 0ab50 15aa9 05d20 0da50 1d4a6 0d4a0 0c950 152e4 05560 0ab50 15b22 06d20
0ea56 07250 064b0 0c975 0cab0 055a0 0ad63 0b690 1752b 0b520 0b250 1a4b6 0a4b0 04ab0 055b5 05ad0 0b6a0 1b522 0d920
1d257 0d250 0a550 14ad5 04b60 05b50 0daa3 0ec90 1e928 0e920 0d260 0a566 0a570 04d60 06d54 07550 07490 0e933 06930
152b7 052b0 0a5b0 155a5 056a0 0b650 174a4 0b4a0 1a958 0a950 052d0 0aad6 0ab50 05aa0 0ba54 0da50 0d4a0 1c953 0c960
194e7 05560 0ab50 15b25 06d20 0ea50 0e4a4 068b0 0c978 04ab0 055b0 0ad66 0b6a0 07520 17254 0b450 0a8b0 149b2 04ab0
"""
"""The lunar years from 1949 on: the last digit is the month that comes twice (0: none); of the bits before it the lowest
says whether the first month has 30 days, the next whether the second has, and so on."""


class Month(NamedTuple):
    """A month of the lunar calendar."""

    year: int
    month: int
    leap: bool
    start: date
    days: int


@cache
def months() -> tuple[Month, ...]:
    """All lunar months that the almanac knows, in order."""
    found: list[Month] = []
    start = date(1949, 1, 29)
    for year, code in enumerate((int(each, 16) for each in _YEARS.split()), 1949):
        twice = code & 15
        for nth in range(13 if twice else 12):
            late = bool(twice) and nth >= twice
            days = 29 + (code >> 4 + nth & 1)
            found.append(Month(year, nth + 1 - late, late and nth == twice, start, days))
            start += timedelta(days=days)
    return tuple(found)


def lunar(day: date) -> tuple[int, int, bool] | None:
    """The lunar month and day of a date, and whether its month is the second of its number."""
    if not FIRST <= day.year <= LAST:
        return None
    each = months()[bisect_right(months(), day, key=lambda month: month.start) - 1]
    return each.month, (day - each.start).days + 1, each.leap


def _longitude(days: float) -> float:
    """The sun's apparent longitude, in degrees, so many days after noon of 1 January 2000 (Meeus, Astronomical Formulae)."""
    t = days / 36525 + 1
    m = radians(358.47583 + 35999.04975 * t - 0.00015 * t * t)
    return (
        279.69668
        + (36000.76892 + 0.0003025 * t) * t
        + (1.91946 - 0.004789 * t) * sin(m)
        + 0.020094 * sin(2 * m)
        + 0.000293 * sin(3 * m)
        + 0.00134 * cos(radians(153.23 + 22518.7541 * t))
        + 0.00154 * cos(radians(216.57 + 45037.5082 * t))
        + 0.002 * cos(radians(312.69 + 32964.3577 * t))
        + 0.00179 * sin(radians(350.74 + 445267.1142 * t))
        + 0.00178 * sin(radians(231.19 + 20.2 * t))
        - 0.00569
        - 0.00479 * sin(radians(259.18 - 1934.142 * t))
    )


@cache
def term(year: int, nth: int) -> frozenset[date]:
    """On what day in China the nth solar term (of TERMS) falls; two days where the reckoning cannot tell."""
    days = (year - 2000) * 365.2422 + 4 + nth * 15.2184
    for _ in range(4):
        days += ((285 + 15 * nth - _longitude(days) + 180) % 360 - 180) * 1.014562
    at = datetime(2000, 1, 1, 12) + timedelta(days=days, hours=8, seconds=-69)  # noqa: DTZ001 what a clock in China says
    return frozenset({(at - _DOUBT).date(), (at + _DOUBT).date()})


@cache
def days(name: str, year: int) -> frozenset[date]:
    """The days of a year on which this term or festival may be; none where the almanac does not know."""
    if name in FIXED:
        return frozenset({date(year, *FIXED[name])})
    if not FIRST <= year <= LAST:
        return frozenset()
    if name in TERMS:
        return term(year, TERMS.index(name))
    if name == "农民丰收节":
        return term(year, TERMS.index("秋分"))
    if name in MOVING:
        month, week, weekday = MOVING[name]
        first = date(year, month, 1)
        return frozenset({first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))})
    if name == "除夕":
        return frozenset(each - timedelta(days=1) for each in days("春节", year))
    found = {
        each.start + timedelta(days=day - 1)
        for each in months()
        for month, day in LUNAR[name]
        if each.month == month and not each.leap and each.year in (year - 1, year)
    }
    return frozenset(each for each in found if each.year == year)


@cache
def ever(name: str) -> frozenset[tuple[int, int]]:
    """Every month and day on which it may be in some year."""
    return frozenset((each.month, each.day) for year in range(FIRST, LAST + 1) for each in days(name, year))
