"""The register and the other lists, read from the rows of a spreadsheet. All is taken, or nothing: every row with a problem
is told."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from hemei.prose.register import (
    House,
    Organisation,
    Person,
    Phrase,
    Place,
    Register,
    Term,
    core,
    held_by_one,
    in_words,
    office,
)

Row = Sequence[object] | Mapping[str, object]
SHEETS: dict[str, tuple[str, ...]] = {
    "人员": ("姓名", "区分", "单位", "职务", "排序", "起", "止"),
    "机构": ("全称", "简称"),
    "地名": ("名称", "上级"),
    "提法": ("提法", "成员"),
    "采编": ("姓名",),
}
"""The sheets and their columns, whose order is free; the first column has to be filled."""
MOST = 200_000
"""Rows of one sheet."""
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]{2,6}(?:·[\u3400-\u9fff]{1,12})*")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?|月?)")
_NUMERALS = {each: nth for nth, each in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Problem:
    sheet: str
    row: int
    """As the spreadsheet counts: the heads of the columns are row 1."""
    words: str

    def __str__(self) -> str:
        return f"{self.sheet}第{self.row}行：{self.words}"


class Unread(ValueError):
    """Why nothing was taken: `problems`, in the order of the rows."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def comma_separated(text: str) -> list[list[str]]:
    """The rows of a .csv."""
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


def house(sheets: Mapping[str, Iterable[Row]]) -> House:
    """The lists that these sheets hold, each its rows with the heads first or a mapping a row. `Unread` says what is wrong."""
    reading = _Reading()
    for name in sheets:
        if name not in SHEETS:
            reading.problem(name, 1, f"没有叫“{name}”的表；可用的表：{'、'.join(SHEETS)}")
    rows = {name: list(reading.rows(name, sheets.get(name, ()))) for name in SHEETS}
    made = House(
        Register(
            reading.people(rows["人员"]),
            reading.organisations(rows["机构"]),
            reading.places(rows["地名"]),
        ),
        reading.phrases(rows["提法"]),
        reading.staff(rows["采编"]),
    )
    if reading.problems:
        order = {name: nth for nth, name in enumerate(SHEETS)}
        raise Unread(sorted(reading.problems, key=lambda each: (order.get(each.sheet, len(order)), each.row)))
    return made


_Cells = tuple[int, dict[str, object]]


class _Reading:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, sheet: str, row: int, words: str) -> None:
        self.problems.append(Problem(sheet, row, words))

    def rows(self, sheet: str, rows: Iterable[Row]) -> Iterator[_Cells]:
        """The rows that are not empty, with their numbers, by the heads of the columns."""
        heads: list[str] | None = None
        for number, row in enumerate(rows, 1):
            if number > MOST:
                self.problem(sheet, number, f"一张表最多{MOST}行，后面的没有读")
                return
            if isinstance(row, Mapping):
                if heads is None:
                    heads = []
                cells: dict[str, object] = {str(head).strip(): cell for head, cell in row.items()}
            elif heads is None:
                heads = [_text(cell) for cell in row]
                if missing := [head for head in SHEETS[sheet] if head not in heads and head not in ("区分", "单位")]:
                    self.problem(sheet, 1, f"缺少这一列：{'、'.join(missing)}")
                    return
                continue
            else:
                cells = dict(zip(heads, row, strict=False))
            if not any(_text(cell) for cell in cells.values()):
                continue
            first = SHEETS[sheet][0]
            if _text(cells.get(first)):
                yield number + (not heads), cells
            else:
                self.problem(sheet, number + (not heads), f"{first}没有填")

    def people(self, rows: list[_Cells]) -> tuple[Person, ...]:
        terms: dict[tuple[str, str], list[Term]] = {}
        held: dict[str, list[tuple[Term, str, int]]] = {}
        for row, cells in rows:
            name, mark = _text(cells.get("姓名")).replace(" ", "").replace("\u3000", ""), _text(cells.get("区分"))
            if not _NAME.fullmatch(name):
                self.problem("人员", row, f"“{name}”不像姓名")
                continue
            mine = terms.setdefault((name, mark), [])
            since, until = self.day(row, cells, "起"), self.day(row, cells, "止", last=True)
            if since and until and until < since:
                self.problem("人员", row, f"{name}的任期止于{in_words(until)}，早于起始的{in_words(since)}")
                continue
            rank = self.number(row, cells)
            unit = _text(cells.get("单位"))
            for words in filter(None, re.split("[、,，;；]", _text(cells.get("职务")))):
                term = Term(*_whole(unit, *office(words.strip())), since, until, rank)
                mine.append(term)
                held.setdefault(term.office, []).append((term, f"{name}（{mark}）" if mark else name, row))
        for words, each in held.items():
            self.overlaps(words, each)
        return tuple(Person(name, mark, tuple(each)) for (name, mark), each in terms.items())

    def overlaps(self, words: str, held: list[tuple[Term, str, int]]) -> None:
        """Two in one post, or the same one twice. The day of handing over may belong to both."""
        if len(held) < 2:
            return
        groups = [held]
        if not held_by_one(held[0][0].post):
            people: dict[str, list[tuple[Term, str, int]]] = {}
            for each in held:
                people.setdefault(each[1], []).append(each)
            groups = list(people.values())
        for group in groups:
            group.sort(key=lambda each: each[0].since or date.min)
            for (one, who, row), (two, other, number) in pairwise(group):
                if (one.until or date.max) > (two.since or date.min) or one == two:
                    told = f"{who}与{other}同时任{words}" if who != other else f"{who}的{words}重复，任期重叠"
                    self.problem("人员", max(row, number), f"{told}，另见第{min(row, number)}行")

    def organisations(self, rows: list[_Cells]) -> tuple[Organisation, ...]:
        found: list[Organisation] = []
        once = self.once("机构", "名称")
        for row, cells in rows:
            name = _text(cells.get("全称"))
            shorts = _several(cells.get("简称"))
            if all([once(row, each) for each in (name, *shorts)]):
                found.append(Organisation(name, shorts))
        return tuple(found)

    def places(self, rows: list[_Cells]) -> tuple[Place, ...]:
        once = self.once("地名", "地名")
        found: list[tuple[int, Place]] = []
        for row, cells in rows:
            place = Place(_text(cells.get("名称")), _text(cells.get("上级")))
            if once(row, f"{place.parent}{place.name}"):
                found.append((row, place))
        register = Register(places=tuple(place for _, place in found))
        for row, place in found:
            if place.parent and place.parent not in register.parents:
                self.problem("地名", row, f"{place.name}的上级“{place.parent}”不在表里")
            elif place.parent and (place.parent == place.name or register.inside(place.parent, place.name)):
                self.problem("地名", row, f"{place.name}与{place.parent}互为上级")
        return register.places

    def phrases(self, rows: list[_Cells]) -> tuple[Phrase, ...]:
        once = self.once("提法", "提法")
        found: list[Phrase] = []
        for row, cells in rows:
            phrase = Phrase(_text(cells.get("提法")), _several(cells.get("成员")))
            told = next((_NUMERALS[each] for each in phrase.name[:2] if each in _NUMERALS), 0)
            if phrase.members and told > 1 and told != len(phrase.members):
                self.problem("提法", row, f"“{phrase.name}”应有{told}项，表里是{len(phrase.members)}项")
            if len(set(phrase.members)) < len(phrase.members):
                self.problem("提法", row, f"“{phrase.name}”的成员有重复")
            if once(row, phrase.name):
                found.append(phrase)
        return tuple(found)

    def staff(self, rows: list[_Cells]) -> frozenset[str]:
        once = self.once("采编", "姓名")
        return frozenset(name for row, cells in rows if once(row, name := _text(cells.get("姓名")).replace(" ", "")))

    def once(self, sheet: str, what: str) -> Callable[[int, str], bool]:
        """Tells a second one of the same words."""
        seen: dict[str, int] = {}

        def new(row: int, words: str) -> bool:
            if (first := seen.setdefault(words, row)) != row:
                self.problem(sheet, row, f"{what}“{words}”与第{first}行重复")
            return first == row

        return new

    def day(self, row: int, cells: Mapping[str, object], head: str, *, last: bool = False) -> date | None:
        """A day; of a month without one its first, or its last where that is asked."""
        cell = cells.get(head)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        words = _text(cell)
        if not words or words in ("至今", "今", "现任"):
            return None
        if found := _DATE.fullmatch(words.removesuffix(" 00:00:00")):
            year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
            try:
                if last and not found[3]:
                    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
                return date(year, month, day)
            except ValueError:
                pass
        self.problem("人员", row, f"“{head}”写的“{words}”不是日期，请写成2026-11-22")
        return None

    def number(self, row: int, cells: Mapping[str, object]) -> int | None:
        words = _text(cells.get("排序")).removesuffix(".0")
        if not words:
            return None
        if words.isascii() and words.isdecimal() and len(words) < 9:
            return int(words)
        self.problem("人员", row, f"“排序”写的“{words}”不是数字")
        return None


def _whole(unit: str, own: str, post: str) -> tuple[str, str]:
    """The unit of its column before that which the office names itself; 县长 and 县水利局局长 need none."""
    return (own if (own or core(post))[:1] in "省市县区" or (own and own.startswith(unit)) else unit + own), post


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _several(cell: object) -> tuple[str, ...]:
    return tuple(each.strip() for each in re.split("[、;；\n]", _text(cell)) if each.strip())
