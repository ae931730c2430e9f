"""名录 line by line, as its spreadsheets have it: what a line says, which lines can stand together, what new ones change in
those that stand, and the lists that all of them make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hemei.prose.register import House, Organisation, Person, Phrase, Place, Register, Term, held_by_one, in_words

SHEETS: dict[str, tuple[str, ...]] = {
    "人员": ("姓名", "区分", "单位", "职务", "排序", "起", "止"),
    "机构": ("全称", "简称"),
    "地名": ("名称", "上级"),
    "提法": ("提法", "成员"),
    "采编": ("姓名",),
}
"""The sheets and their columns, whose order is free; the first column has to be filled."""
NUMERALS = {each: nth for nth, each in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_WELL_KNOWN = ("县委", "县政府", "县人民政府", "县人大", "县政协", "县纪委", "县监委", "县法院", "县检察院", "县人武部")
"""Units that need stand in no list of organisations."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one sheet, read."""

    sheet: str
    said: tuple[Any, ...]
    """By the columns of its sheet: words, a whole number or None (排序), days or None (起, 止), a tuple of words (简称, 成员)."""
    row: int = 0
    """As the spreadsheet counts; 0 is a line that stands in the register."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What it is about: two lines of one key are one line that says two things."""
        if self.sheet == "人员":
            return (*self.said[:4], self.said[5])
        return self.said if self.sheet == "地名" else self.said[:1]

    @property
    def who(self) -> str:
        return f"{self.said[0]}（{self.said[1]}）" if self.said[1] else str(self.said[0])

    @property
    def term(self) -> Term:
        _, _, unit, post, rank, since, until = self.said
        return Term(unit, post, since, until, rank)

    def cells(self) -> list[str]:
        """What it says as a spreadsheet would have it."""
        return [cell(each) for each in self.said]


def cell(value: Any) -> str:
    if value is None:
        return ""
    return "、".join(value) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True)
class Problem:
    sheet: str
    row: int
    """As the spreadsheet counts: the heads of the columns are row 1."""
    words: str
    note: bool = False
    """Only to be looked at: the line is taken all the same."""

    def __str__(self) -> str:
        return f"{self.sheet}第{self.row}行：{self.words}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What new lines make of those that stand."""

    added: tuple[Line, ...]
    changed: tuple[tuple[Line, Line], ...]
    """Before, after."""
    same: int
    problems: tuple[Problem, ...]
    """In the order of sheets and rows; lines with one that is no mere note are not among the above."""

    @property
    def ended(self) -> tuple[tuple[Line, Line], ...]:
        """Offices that were open and are closed by this."""
        return tuple(each for each in self.changed if ends(*each))

    @property
    def refused(self) -> int:
        """How many lines are not taken."""
        return len({(each.sheet, each.row) for each in self.problems if not each.note})


def ends(before: Line, after: Line) -> bool:
    return before.sheet == "人员" and before.said[6] is None and after.said[6] is not None


def plan(standing: Iterable[Line], new: Iterable[Line], problems: Iterable[Problem] = ()) -> Plan:
    """What taking these lines would do. `problems` are those of their reading: a line with one is left out."""
    work = _Work(list(standing), list(new), list(problems))
    work.names()
    work.matched()
    work.terms()
    work.places()
    work.units()
    good = [line for line in work.new if not work.is_bad(line)]
    added = [line for line in good if line not in work.before]
    changed = [(old, line) for line in good if (old := work.before.get(line)) and old.said != line.said]
    order = {name: nth for nth, name in enumerate(SHEETS)}
    told = sorted(work.problems, key=lambda each: (order.get(each.sheet, len(order)), each.row))
    return Plan(tuple(added), tuple(changed), len(good) - len(added) - len(changed), tuple(told))


@dataclass
class _Work:
    standing: list[Line]
    new: list[Line]
    problems: list[Problem]
    before: dict[Line, Line] = field(default_factory=dict)
    """The standing line that a new one is another wording of."""

    def __post_init__(self) -> None:
        self.bad = {(each.sheet, each.row) for each in self.problems if not each.note}

    def is_bad(self, line: Line) -> bool:
        return (line.sheet, line.row) in self.bad

    def problem(self, line: Line, words: str, *, note: bool = False) -> None:
        self.problems.append(Problem(line.sheet, line.row, words, note))
        if not note:
            self.bad.add((line.sheet, line.row))

    def of(self, sheet: str) -> Iterator[Line]:
        """The new lines of a sheet that are good so far."""
        return (line for line in self.new if line.sheet == sheet and not self.is_bad(line))

    def left(self, sheet: str) -> Iterator[Line]:
        """The standing lines that no new one replaces."""
        replaced = {old for line, old in self.before.items() if not self.is_bad(line)}
        return (line for line in self.standing if line.sheet == sheet and line not in replaced)

    def names(self) -> None:
        """Each name once: in the file, and against organisations that stand."""
        owners: dict[str, str] = {}
        for line in self.standing:
            if line.sheet == "机构":
                owners |= dict.fromkeys((line.said[0], *line.said[1]), line.said[0])
        for sheet, what in (("机构", "名称"), ("地名", "地名"), ("提法", "提法"), ("采编", "姓名")):
            seen: dict[str, int] = {}
            for line in list(self.of(sheet)):
                words = [*line.said[:1], *(line.said[1] if sheet == "机构" else ())]
                for each in words if sheet != "地名" else [line.said[1] + line.said[0]]:
                    if (first := seen.setdefault(each, line.row)) != line.row:
                        self.problem(line, f"{what}“{each}”与第{first}行重复")
                    elif sheet == "机构" and owners.get(each, line.said[0]) != line.said[0]:
                        self.problem(line, f"名称“{each}”在名录里已是“{owners[each]}”的")

    def matched(self) -> None:
        """Which standing line each new one is about: by its key; of an office also when only its first day differs."""
        keys = {(line.sheet, line.key): line for line in self.standing}
        taken = set()
        for line in self.new:
            if not self.is_bad(line) and (old := keys.get((line.sheet, line.key))):
                self.before[line] = old
                taken.add(old)
        offices: dict[tuple[Any, ...], list[Line]] = {}
        for line in self.standing:
            if line.sheet == "人员" and line not in taken:
                offices.setdefault(line.said[:4], []).append(line)
        claims: dict[Line, list[Line]] = {}
        for line in self.of("人员"):
            if line not in self.before:
                near = [old for old in offices.get(line.said[:4], ()) if _overlap(old, line)]
                if len(near) == 1:
                    claims.setdefault(near[0], []).append(line)
        self.before |= {lines[0]: old for old, lines in claims.items() if len(lines) == 1}

    def terms(self) -> None:
        """Two in one post, or the same one twice. The day of handing over may belong to both."""
        held: dict[str, list[Line]] = {}
        for line in (*self.left("人员"), *self.of("人员")):
            if line.said[3]:
                held.setdefault(line.said[2] + line.said[3], []).append(line)
        for words, lines in held.items():
            if len(lines) < 2:
                continue
            groups: dict[tuple[Any, ...], list[Line]] = {}
            for line in lines:
                groups.setdefault(() if held_by_one(line.said[3]) else line.said[:2], []).append(line)
            for group in groups.values():
                self._in_turn(words, sorted(group, key=lambda each: (each.said[5] or date.min, each.row)))

    def _in_turn(self, words: str, group: Sequence[Line]) -> None:
        last = group[0]
        for line in group[1:]:
            if _overlap(last, line):
                wrong, right = (line, last) if line.row > last.row else (last, line)
                if not wrong.row:
                    continue  # both stand already: nothing that this file does
                who, other = right.who, wrong.who
                if who == other:
                    told = f"{who}的{words}重复，任期重叠"
                elif line.row and last.row:
                    told = f"{last.who}与{line.who}同时任{words}"
                else:
                    told = f"{other}与{who}同时任{words}"
                self.problem(wrong, f"{told}，{self._seen(right)}")
                last = right
            elif (line.said[6] or date.max) >= (last.said[6] or date.max):
                last = line

    def _seen(self, line: Line) -> str:
        if line.row:
            return f"另见第{line.row}行"
        begun = f"（{in_words(line.said[5])}起）" if line.said[5] else ""
        return f"名录里已有{line.who}{begun}；如果是接任，请把前任离任的日子也写进表里，或者先在名录里写上"

    def places(self) -> None:
        """Parents that are there, and none that lies in itself."""
        for line in list(self.of("地名")):
            if line.said[0] == line.said[1]:
                self.problem(line, f"{line.said[0]}与{line.said[1]}互为上级")
        lines = [*self.left("地名"), *self.of("地名")]
        for line in _in_circles(lines):
            if line.row:
                self.problem(line, f"{line.said[0]}与{line.said[1]}互为上级")
        counts: dict[str, int] = {}
        children: dict[str, list[Line]] = {}
        for line in (*self.left("地名"), *self.of("地名")):
            counts[line.said[0]] = counts.get(line.said[0], 0) + 1
            if line.row and line.said[1]:
                children.setdefault(line.said[1], []).append(line)
        missing = [name for name in children if name not in counts]
        while missing:
            name = missing.pop()
            for line in children.pop(name, ()):
                if not self.is_bad(line):
                    self.problem(line, f"{line.said[0]}的上级“{name}”不在表里")
                    counts[line.said[0]] -= 1
                    if not counts[line.said[0]]:
                        missing.append(line.said[0])

    def units(self) -> None:
        """Units that are in no list: a note, where there is a list."""
        known = {
            name for line in (*self.left("机构"), *self.of("机构")) for name in (line.said[0], *line.said[1])
        }  # fmt: skip
        if not known:
            return
        places = {line.said[0] for line in (*self.left("地名"), *self.of("地名"))}
        county = next(
            (line.said[0] for line in self.standing + self.new if line.sheet == "地名" and not line.said[1]), ""
        )
        sure: dict[str, bool] = {}
        for line in list(self.of("人员")):
            unit = line.said[2]
            if unit and not sure.setdefault(unit, _known(unit, known, places - {county}, county)):
                self.problem(line, f"单位“{unit}”不在机构和地名里，看看是不是写错了", note=True)


def _known(unit: str, names: set[str], places: set[str], county: str) -> bool:
    forms = (unit, unit.removeprefix("中共"), county[:-1] + unit)
    return (
        unit == county
        or unit.startswith(_WELL_KNOWN)
        or any(form[:size] in names or form[:size] in places for form in forms for size in range(2, len(form) + 1))
    )


def _overlap(one: Line, other: Line) -> bool:
    """Whether two terms have days in common, beyond that of handing over."""
    since, until = one.said[5] or date.min, one.said[6] or date.max
    began, ended = other.said[5] or date.min, other.said[6] or date.max
    return (until > began and ended > since) or (since, until) == (began, ended)


def _in_circles(lines: list[Line]) -> list[Line]:
    """The lines by which a place lies in itself. What has nothing above it, or nothing below, is taken away until all
    that is left are circles (and what lies between two); each line is looked at twice."""
    left = {line for line in lines if line.said[1] and line.said[0] != line.said[1]}
    sides: tuple[Callable[[Line], str], Callable[[Line], str]] = (lambda each: each.said[0], lambda each: each.said[1])
    for own, other in (sides, sides[::-1]):
        counts: dict[str, int] = {}
        leading: dict[str, list[Line]] = {}
        for line in left:
            counts[own(line)] = counts.get(own(line), 0) + 1
            leading.setdefault(other(line), []).append(line)
        ends = [name for name in leading if name not in counts]
        while ends:
            for line in leading.pop(ends.pop(), ()):
                left.discard(line)
                counts[own(line)] -= 1
                if not counts[own(line)] and own(line) in leading:
                    ends.append(own(line))
    return [line for line in lines if line in left]


def house_of(lines: Iterable[Line]) -> House:
    """The lists that these lines make."""
    people: dict[tuple[str, str], list[Term]] = {}
    by: dict[str, list[Line]] = {sheet: [] for sheet in SHEETS}
    for line in lines:
        by[line.sheet].append(line)
    for line in by["人员"]:
        terms = people.setdefault(line.said[:2], [])
        if line.said[3]:
            terms.append(line.term)
    return House(
        Register(
            tuple(Person(name, mark, tuple(terms)) for (name, mark), terms in people.items()),
            tuple(Organisation(*line.said) for line in by["机构"]),
            tuple(Place(*line.said) for line in by["地名"]),
        ),
        tuple(Phrase(*line.said) for line in by["提法"]),
        frozenset(line.said[0] for line in by["采编"]),
    )
