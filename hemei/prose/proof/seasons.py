"""Festivals, solar terms and the lunar calendar beside dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from hemei.prose.proof import almanac
from hemei.prose.proof.copy import Copy
from hemei.prose.proof.numerals import number
from hemei.prose.proof.rule import Doubt, rule
from hemei.prose.proof.when import SPAN, Written, known, meant, quoted, text_of, written, year

_NAME = "|".join(sorted(almanac.NAMES, key=len, reverse=True))
_OF = r"(?:农历|我国|全国|中国|世界|国际|“?三八”?|“?五四”?|“?五一”?|“?六一”?|“?八一”?|“?七一”?|二十四节气(?:中|里|之一)?的?|第[^，。；（）\n]{1,6}?个|传统节日|传统节气|北方|南方|的){0,3}[“‘]?"
_BRACKETED = re.compile(rf"[（(]{_OF}({_NAME})[”’]?(节气|节)?(?=[）)，,])")
_IS = re.compile(
    rf"(?:当天|这天|这一天)?[，,]?(?:正|恰|正好|恰好)?是{_OF}({_NAME})[”’]?(节气|节)?(?!前|后|假|期|小|长|黄|放|来|到|即|的前|的后|天气|以|之|过|与|和|、|系列|主题|活动|国际|里|中)"
)
_DIRECT = re.compile(
    rf"[，,]?(?:第[^，。；（）\n]{{1,6}}?个)?(?:({_NAME})[”’]?(节气|节)?(?:当天|当日|这天|这一天|当晚|之?夜(?![市里间经校班]))|({'|'.join(almanac.TERMS)})(节气)?(?=[，。]))"
)
_BEFORE_DATE = re.compile(rf"({_NAME})[”’]?(节气|节)?(?:当天|当日)?(?:[（(]|是)(?:公历|阳历)?$")
_TODAY = re.compile(rf"(今天|今日|昨天|昨日|明天|明日)，?(?:(是){_OF})?({_NAME})(节气|节)?(?=[，。！；）])")
_AWAY = {"今": 0, "昨": -1, "明": 1}
_WEATHER = ("小雪", "大雪")
"""Terms that are weather too: only with 节气."""
_OURS = ("青年节", "教师节", "记者节")
"""Those of the world are on other days."""
_YEAR_BEFORE = re.compile(r"([0-9]{4}|[今去明前])年的?(?:农历|阴历)?[“‘]?$")
_LONG = ("国庆", "春节", "元旦", "劳动节")
"""The name of a day and of the holiday around it: only in brackets."""
_ENDS = re.compile("[，。；]")
_LUNAR_MONTH = "(?:(闰)?([正一二三四五六七八九十冬腊]|十[一二])月)"
_LUNAR_DAY = "(初[一二三四五六七八九十]|十[一二三四五六七八九]|二十[一二三四五六七八九]?|廿[一二三四五六七八九]|三十)"
_LUNAR = re.compile(
    rf"[（(，,]?\s?(?:即|是|也就是)?(农历|阴历)?[^，。（）\n一二三四五六七八九十正冬腊闰0-9]{{0,5}}?{_LUNAR_MONTH}{_LUNAR_DAY}(?!\s?(?:[—～~至到、和-]))"
)
_LUNAR_BEFORE = re.compile(
    rf"(?:(农历|阴历)[^，。（）\n一二三四五六七八九十正冬腊闰0-9]{{0,5}}?)?(?<![至到—～~、和-]){_LUNAR_MONTH}{_LUNAR_DAY}[（(](?:公历|阳历|即)?$"
)


@rule("D04", "warn")
def season(copy: Copy) -> Iterator[Doubt]:
    """节日、节气、农历和公历日期对不上。

    节气按太阳视黄经推算，农历按历表核对（GB/T 33661-2017《农历的编算和颁行》）；没有写年份的，按稿件日期推算。

    错：2026年12月21日（冬至），村里吃汤圆。
    错：2026年2月16日是春节。
    错：中秋节（2026年9月24日）当晚有灯会。
    错：12月25日（冬至）吃汤圆。
    错：9月11日是第四十二个教师节。
    错：2026年12月21日，冬至，村里吃汤圆。
    错（2026-11-22）：12月1日（农历十月十三）开街。
    错（2026-11-21）：今日小雪节气，山里降温。
    对：2026年12月22日（冬至），村里吃汤圆；2026年2月17日是春节。
    对（2026-11-22）：11月22日（农历十月十四）是小雪节气，10月2日（国庆节假期）有灯会。
    """
    text, today = copy.text, copy.date
    for each in written(text):
        if SPAN.match(text, each.end):
            continue
        spanned = text[each.start - 1 : each.start] in tuple("至到—～~-")
        for found in () if spanned else (form.match(text, each.end) for form in (_BRACKETED, _IS, _DIRECT)):
            if found and (found.re is not _IS or not found[1].startswith(_LONG) or _ENDS.match(text, found.end())):
                yield from _named(copy, each, found, each.start, found.end())
        if found := _BEFORE_DATE.search(text, max(0, each.start - 18), each.start):
            yield from _named(copy, each, found, found.start(), each.end)
        found = None if spanned else _LUNAR.match(text, each.end)
        found = found or _LUNAR_BEFORE.search(text, max(0, each.start - 16), each.start)
        if found and (found[1] or found[3] in "正冬腊" or found[4][0] in "初廿"):
            yield from _reckoned(copy, each, found)
    if not today:
        return
    for found in _TODAY.finditer(text):
        name, day = found[3], today + timedelta(days=_AWAY[found[1][0]])
        certain = found[4] == "节气" or (name not in _WEATHER and (found[2] or name in almanac.TERMS))
        those = almanac.days(name, day.year)
        if certain and those and day not in those and not quoted(text, found.start()):
            yield found.start(), found.end(), None, _why(name, those)


def _named(copy: Copy, at: Written, found: re.Match[str], start: int, end: int) -> Iterator[Doubt]:
    """A doubt when the day that is named is another one."""
    name, suffix = (found[1], found[2]) if found[1] else (found[3], found[4])
    if (name in _WEATHER and suffix != "节气") or (name in _OURS and re.search("世界|国际", found[0])):
        return
    days = _days(copy, at, found)
    if not days:
        ever = almanac.ever(name)
        if not at.year and ever and (at.month, at.day) not in ever:
            yield start, end, None, f"{name}不会在{at.short}"
        return
    those = frozenset[date]().union(*(almanac.days(name, day.year) for day in days))
    if those and not those.intersection(days):
        yield start, end, None, _why(name, almanac.days(name, days[0].year) or those)


def _days(copy: Copy, at: Written, found: re.Match[str]) -> list[date]:
    """The days that a date may mean beside words that may have the year: 2025年中秋节（10月6日）, 2025年腊月初八（1月26日）."""
    of = None if at.year else _YEAR_BEFORE.search(copy.text, max(0, found.start() - 9), found.start())
    said = year(of[1], copy.date) if of else None
    if said is None:
        return meant(at.year, at.month, at.day, copy.date)
    later = found.re is _LUNAR_BEFORE or found[1] in (*almanac.LUNAR, "除夕")  # the twelfth month ends in the next year
    return [day for each in range(said, said + 1 + later) if (day := known(each, at.month, at.day))]


def _why(name: str, days: frozenset[date]) -> str:
    return f"{min(days).year}年的{name}是" + "、".join(f"{each.month}月{each.day}日" for each in sorted(days))


def _reckoned(copy: Copy, at: Written, found: re.Match[str]) -> Iterator[Doubt]:
    """A doubt when the lunar date beside a date is another one's."""
    days = [each for each in _days(copy, at, found) if almanac.lunar(each)]
    month = {"正": 1, "冬": 11, "腊": 12}.get(found[3]) or number(found[3])
    day = number(found[4].replace("初", "").replace("廿", "二十"))
    lunar = [said for each in days if (said := almanac.lunar(each))]
    if lunar and not any(said[:2] == (month, day) for said in lunar):
        of, which, leap = lunar[0]
        yield (
            min(at.start, found.start()),
            max(at.end, found.end()),
            None,
            f"{text_of(days)}是农历{'闰' if leap else ''}{_MONTHS[of - 1]}月{_DAYS[which - 1]}",
        )


_MONTHS = ("正", *"二三四五六七八九十", "冬", "腊")
_DAYS = (
    *(f"初{each}" for each in "一二三四五六七八九十"),
    *(f"十{each}" for each in "一二三四五六七八九"),
    "二十",
    *(f"廿{each}" for each in "一二三四五六七八九"),
    "三十",
)
