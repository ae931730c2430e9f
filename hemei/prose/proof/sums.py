"""Sums in one sentence: parts and wholes, shares, growth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.numerals import MYRIADS
from hemei.prose.proof.rule import Doubt, rule

_UNITS = "平方公里|平方米|立方米|公里|公斤|公顷|人次|千瓦时|千瓦|美元|元|人|名|户|亩|米|吨|斤|家|所|处|件|条|项|座|辆|台|起|例|只|头|株|棵|间|场|篇|个村|个"
_FIGURE = r"([0-9]{1,12}(?:,[0-9]{3}){0,3}(?:[.·][0-9]{1,6})?)"
_THINGS = (*"家所处件条项座辆台起例只头株棵间场篇个", "个村")
"""Counting words that say nothing of what they count."""
_STOP = re.compile(r"[。！？；\n]")
_QUANTITY = re.compile(rf"(?<![第0-9.,·]){_FIGURE}([余多]?)(万亿|万|亿|)([余多]?)({_UNITS})(?![均以])")
_NO_PART = re.compile("[比较增减升降均每超累计目标原年月其从由至于次后再又另]")
_CHANGE = re.compile("增|减|降|升|少|高|多|均|每|比|较")
_OF_EACH = re.compile("平均|[每均]|[台套座条个根辆艘只组]$")
"""So much each: 两台33万千瓦的机组."""
_REST = re.compile("(?:其余|其他|剩余|剩下|另外)(?:的)?(?:为|是|有)?[^，。；、0-9]{0,6}$")
_SEXES = re.compile(
    r"男(?:性|生|职工|选手|教师|队员)?(?:为|有)?([0-9]+)[人名][，、,和]女(?:性|生|职工|选手|教师|队员)?(?:为|有)?([0-9]+)[人名]"
)
_SHARE = re.compile(r"占(?:比|总数|全县|总量|总面积|其中)?的?(?:约|为|了|到)?([0-9]+(?:\.[0-9]+)?)[%％]")
_SHARE_OF_REST = re.compile(
    r"(?:其余|其他|剩余|剩下)(?:的)?[^，。；、0-9]{0,6}占(?:比|总数|总量)?的?(?:约|为)?([0-9]+(?:\.[0-9]+)?)[%％]"
)
_EACH_SHARE = re.compile(r"分别占(?:比|总数|总量|全县|总面积)?的?((?:[0-9.]+[%％][、和，及]){2,8}[0-9.]+[%％])")
_UP = "增加|增长|提高|提升|上升|扩大|攀升|增|升"
_DOWN = "减少|下降|降低|缩减|降"
_GROWTH = re.compile(
    rf"(?:从|由)(?:[^，。；、\n]{{0,12}}?(?<![0-9.,])){_FIGURE}(万亿|万|亿|)({_UNITS}|)(?:左右)?(?:{_UP}|{_DOWN})(?:到|至|为)了?(?:[^，。；、\n0-9约近超]{{0,6}}){_FIGURE}(万亿|万|亿|)({_UNITS})"
    rf"[，,（(](?:(?:{_UP}|增幅|涨幅)|({_DOWN}|降幅))(?:了|达到?|为|是)?{_FIGURE}([%％]|倍)"
)
_TWICE = re.compile(
    r"万万|亿亿|亿万元|万亿万|元元(?![旦宵月气件素])|%%|％％|℃℃|公里公里|公斤公斤|千米千米|厘米厘米|平方米平方米|立方米立方米|公顷公顷|万元万元|亿元亿元|万人万人|万亩万亩|万吨万吨"
)
_SAME = re.compile(rf"亿元[（(](?:即|合|约合|折合)?{_FIGURE}万元[）)]")
_FIGURE_LAST = re.compile(rf"(?<![0-9.,·]){_FIGURE}$")


class Quantity(NamedTuple):
    """So much of something, and where that stands."""

    start: int
    end: int
    value: Decimal
    unit: str
    exact: bool
    before: str
    """The words before it, from the last mark on."""
    noun: str
    """What is counted: the two characters after it."""


def _value(figure: str) -> Decimal:
    return Decimal(figure.replace(",", "").replace("·", "."))


def _quantities(text: str, start: int, end: int) -> list[Quantity]:
    return [
        Quantity(
            found.start(),
            found.end(),
            _value(found[1]) * MYRIADS[found[3]],
            found[5].replace("名", "人"),
            not (found[2] or found[4] or text[max(start, found.start() - 1) : found.start()] in tuple("约近超逾达")),
            re.split("[，、：（(,]", text[max(start, found.start() - 16) : found.start()])[-1],
            text[found.end() : found.end() + 2],
        )
        for found in _QUANTITY.finditer(text, start, end)
    ]


@rule("U06", "warn")
def sums(copy: Copy) -> Iterator[Doubt]:
    """数字之间算不拢：部分大于整体、占比合计不对、增长率不对、“万”“亿”或单位重复。

    同一句里的数互相核算，允许四舍五入的出入。

    错：全村共有320人，其中党员350人。
    错：共来客120人，其中男70人、女60人。
    错：共修渠30公里，其中新修12公里，其余17公里是加固。
    错：桃树占60%，李树占25%，其余占25%。
    错：三类分别占50%、30%和25%。
    错：产值从1200万元增加到1500万元，增长35%。
    错：收入3万万元，支出12万元万元。
    错：投资1.5亿元（1500万元）。
    对：全村共有320人，其中党员35人，比上年增加400人。
    对：产值从1.2亿元增加到1.5亿元，增长25%；户数由100户增加到300户，增长两倍。
    对：共来客120人，其中男70人、女50人；投资1.5亿元（15000万元）。
    """
    text = copy.text
    for found in re.finditer("其中", text):
        yield from _parts(text, found.start())
    yield from _shares(text)
    for found in _GROWTH.finditer(text):
        yield from _growth(found)
    for found in _TWICE.finditer(text):
        if text[found.start() - 1 : found.start()].isdecimal():
            yield found.start(), found.end(), None, "“万”“亿”或单位重复"
    for found in _SAME.finditer(text):
        figure = _FIGURE_LAST.search(text, max(0, found.start() - 14), found.start())
        if figure and not _about(figure[1], Decimal(10000)).holds(_value(found[1])):
            yield figure.start(), found.end(), None, f"{figure[1]}亿元不是{found[1]}万元"


def _parts(text: str, at: int) -> Iterator[Doubt]:
    """The parts after 其中 against the whole before it, in one sentence."""
    start = max(at - 120, 0, text.rfind("其中", max(0, at - 120), at) + 2)
    start = max((found.end() for found in _STOP.finditer(text, start, at)), default=start)
    stop = _STOP.search(text, at, at + 120)
    end = min(stop.start() if stop else at + 120, (text.find("其中", at + 2, at + 120) + 1 or at + 121) - 1)
    parts = _quantities(text, at, end)
    wholes = _quantities(text, start, at) if parts else []
    for unit in {each.unit for each in parts}:
        of = [each for each in wholes if each.unit == unit]
        if not of:
            continue
        whole = max(of, key=lambda each: each.value)
        if (
            at - whole.end > 20
            or _CHANGE.search(whole.before)
            or _OF_EACH.search(text, max(start, whole.start - 12), whole.start)
        ):
            continue
        mine = [each for each in parts if each.unit == unit and (unit not in _THINGS or each.noun == whole.noun)]
        for part in mine:
            if part.value > whole.value and not _NO_PART.search(part.before.removeprefix("其中")):
                yield part.start, part.end, None, f"部分比整体（{text[whole.start : whole.end]}）还多"
                return
        if not (whole.exact and whole is of[-1] and at - whole.end <= 2):
            continue
        if unit == "人" and (sexes := _SEXES.search(text, at, min(end, at + 24))):
            if int(sexes[1]) + int(sexes[2]) != whole.value:
                yield sexes.start(), sexes.end(), None, f"男女合计{int(sexes[1]) + int(sexes[2])}，不是{whole.value}"
        elif len(mine) == 2 and _REST.search(text, mine[0].end, mine[1].start) and all(each.exact for each in mine):
            if _NO_PART.search(mine[0].before.removeprefix("其中")):
                continue
            total = mine[0].value + mine[1].value
            if total != whole.value:
                yield mine[0].start, mine[1].end, None, f"两部分合计与整体（{text[whole.start : whole.end]}）不符"


def _shares(text: str) -> Iterator[Doubt]:
    """Shares of a whole that are more or less than all of it."""
    for found in _EACH_SHARE.finditer(text):
        total = sum(float(each) for each in re.findall(r"[0-9]+(?:\.[0-9]+)?", found[1]))
        if total > 101:
            yield found.start(), found.end(), None, f"占比合计{total:g}%"
    for rest in _SHARE_OF_REST.finditer(text):
        start = max(
            (each.end() for each in _STOP.finditer(text, max(0, rest.start() - 120), rest.start())),
            default=max(0, rest.start() - 120),
        )
        shares = [float(each[1]) for each in _SHARE.finditer(text, start, rest.start())]
        total = sum(shares) + float(rest[1])
        if shares and abs(total - 100) > 1 and "分别" not in text[start : rest.start()]:
            yield rest.start(), rest.end(), None, f"占比合计{total:g}%"


class About(NamedTuple):
    """What a rounded figure may stand for."""

    least: Decimal
    most: Decimal

    def holds(self, value: Decimal) -> bool:
        return self.least <= value <= self.most


def _about(figure: str, times: Decimal) -> About:
    value = _value(figure)
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return About((value - half) * times, (value + half) * times)


def _growth(found: re.Match[str]) -> Iterator[Doubt]:
    """从X增加到Y，增长Z%: whether any X, Y that round to these figures give it."""
    first, first_times, first_unit, last, last_times, last_unit, down, said, sign = found.groups()
    if first_unit not in ("", last_unit):
        return
    since = _about(first, Decimal(MYRIADS[first_times if first_times or first_unit else last_times]))
    until = _about(last, Decimal(MYRIADS[last_times]))
    if since.least <= 0:
        return
    scale = 100 if sign != "倍" else 1
    low, high = (until.least / since.most - 1) * scale, (until.most / since.least - 1) * scale
    if down:
        low, high = -high, -low
    claimed = _about(said, Decimal(1))
    slack = claimed.most - claimed.least  # figures that were cut, not rounded
    if claimed.most + slack < low or claimed.least - slack > high:
        exact = (low + high) / 2
        yield found.start(8), found.end(), None, f"按这两个数算，{'下降' if down else '增长'}约{exact:.1f}{sign}"
