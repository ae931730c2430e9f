"""The register and the other lists, read from the rows of a spreadsheet: lines, and every row with a problem."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hemei.prose.lines import NUMERALS, SHEETS, Line, Problem, house_of, plan
from hemei.prose.register import House, core, in_words, office

Cells = Sequence[object]
Row = Cells | Mapping[str, object]
MOST = 50_000
"""Rows of one sheet."""
LONGEST = 300
"""Characters of one cell; those of a list may be ten times as long."""
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]{2,6}(?:·[\u3400-\u9fff]{1,12})*")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*[日号]?|月?)")
_TIME = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$")
_WIDE = str.maketrans("０１２３４５６７８９．／－〇○零一二三四五六七八九", "0123456789./-000123456789")
_TENS = re.compile("([一二三]?)十([一二三四五六七八九]?)")
_SERIAL = range(10_000, 80_000)
"""Days as spreadsheets count them: 1927 to 2119."""
_HEADS = {
    "姓 名": "姓名", "名字": "姓名", "工作单位": "单位", "部门": "单位", "职位": "职务", "岗位": "职务", "排名": "排序", "次序": "排序",
    "任职时间": "起", "任职日期": "起", "任职起": "起", "开始": "起", "免职时间": "止", "离任时间": "止", "任职止": "止", "结束": "止",
    "机构全称": "全称", "单位全称": "全称", "机构简称": "简称", "单位简称": "简称", "地名": "名称", "上级地名": "上级", "隶属": "上级",
}  # fmt: skip
"""Other heads that people write for the columns. 序号 is none: it numbers the rows."""
_OPTIONAL = ("区分", "单位")
_LOOKED = 5
"""Rows among which the heads may stand, below a title."""
PLAIN = {"说明", ""}
"""Sheets that are for people to read."""


class Unread(ValueError):
    """Why nothing was taken: `problems`, in the order of the rows."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet as it was read: its name and its rows, each with its number."""

    name: str
    rows: Sequence[tuple[int, Cells]]


def comma_separated(text: str) -> list[list[str]]:
    """The rows of a .csv."""
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


def house(sheets: Mapping[str, Iterable[Row]]) -> House:
    """The lists that these sheets hold, each its rows with the heads first or a mapping a row. All is taken, or nothing:
    `Unread` says what is wrong."""
    reading = _Reading()
    for name in sheets:
        if name not in SHEETS:
            reading.problem(name, 1, f"没有叫“{name}”的表；可用的表：{'、'.join(SHEETS)}")
    lines = [line for name in SHEETS for line in reading.lines(name, reading.listed(name, sheets.get(name, ())))]
    made = plan((), lines, reading.problems)
    if wrong := [each for each in made.problems if not each.note]:
        raise Unread(wrong)
    return house_of(made.added)


def read(tables: Iterable[Table], *, from_1904: bool = False) -> tuple[list[Line], list[Problem]]:
    """The lines of these tables, and every problem of a row. What a table lists is told by its name, or by its heads.
    `from_1904`: days without a format of their own are counted from 1904."""
    reading = _Reading(date(1904, 1, 1) if from_1904 else date(1899, 12, 30))
    lines: list[Line] = []
    for table in tables:
        if not table.rows or table.name in PLAIN - {""}:
            continue
        at, heads = _heads(table.rows)
        name = table.name if table.name in SHEETS else _told_by(heads)
        if not name:
            reading.problem(
                table.name or "表格", table.rows[0][0], f"没有认出这张表：第一行应是列名，如{'、'.join(SHEETS['人员'])}"
            )
            continue
        lines += reading.lines(name, reading.numbered(name, heads, table.rows[at:]))
    return lines, reading.problems


def _heads(rows: Sequence[tuple[int, Cells]]) -> tuple[int, list[str]]:
    """Where the heads stand: in the first row in which the first column of some sheet is named; else in the first."""
    firsts = {columns[0] for columns in SHEETS.values()}
    for at, (_, cells) in enumerate(rows[:_LOOKED]):
        heads = [_head(cell) for cell in cells]
        if firsts & set(heads):
            return at, heads
    return 0, [_head(cell) for cell in rows[0][1]]


def _head(cell: object) -> str:
    words = re.sub(r"\s+|[（(].*[）)]$|[*＊]", "", _text(cell))
    return _HEADS.get(words, words)


def _told_by(heads: Sequence[str]) -> str:
    if "姓名" in heads:
        return "人员" if "职务" in heads else "采编"
    return next((name for name, columns in SHEETS.items() if name not in ("人员", "采编") and columns[0] in heads), "")


_Numbered = tuple[int, Mapping[str, object]]


class _Reading:
    def __init__(self, epoch: date = date(1899, 12, 30)) -> None:
        self.problems: list[Problem] = []
        self.epoch = epoch

    def problem(self, sheet: str, row: int, words: str, *, note: bool = False) -> None:
        self.problems.append(Problem(sheet, row, words, note))

    def listed(self, sheet: str, rows: Iterable[Row]) -> Iterator[_Numbered]:
        """Rows that are counted from 1, the heads first; or mappings, whose heads are no row."""
        each = list(rows)
        if not each:
            return iter(())
        if isinstance(each[0], Mapping):
            return self.filled(
                sheet,
                ((nth, {str(head).strip(): cell for head, cell in row.items()})
                 for nth, row in enumerate(each, 2) if isinstance(row, Mapping)),
            )  # fmt: skip
        numbered = [(nth, row) for nth, row in enumerate(each, 1) if not isinstance(row, Mapping)]
        at, heads = _heads(numbered)
        return self.numbered(sheet, heads, numbered[at:])

    def numbered(self, sheet: str, heads: Sequence[str], rows: Sequence[tuple[int, Cells]]) -> Iterator[_Numbered]:
        """The rows below the heads, by them."""
        if missing := [head for head in SHEETS[sheet] if head not in heads and head not in _OPTIONAL]:
            self.problem(sheet, rows[0][0], f"缺少这一列：{'、'.join(missing)}")
            return iter(())
        if len(rows) - 1 > MOST:
            self.problem(sheet, rows[MOST + 1][0], f"一张表最多{MOST}行，后面的没有读")
        return self.filled(
            sheet, ((number, dict(zip(heads, cells, strict=False))) for number, cells in rows[1 : MOST + 1])
        )

    def filled(self, sheet: str, rows: Iterable[_Numbered]) -> Iterator[_Numbered]:
        """The rows that are not empty, and have what they need."""
        first = SHEETS[sheet][0]
        for number, cells in rows:
            texts = {head: _text(cell) for head, cell in cells.items()}
            if not any(texts.values()):
                continue
            if long := next((each for each in SHEETS[sheet] if len(texts.get(each, "")) > _room(each)), ""):
                self.problem(sheet, number, f"“{long}”写得太长，最多{_room(long)}字")
            elif not texts.get(first):
                self.problem(sheet, number, f"{first}没有填")
            else:
                yield number, cells

    def lines(self, sheet: str, rows: Iterable[_Numbered]) -> Iterator[Line]:
        if sheet == "人员":
            return (line for row, cells in rows for line in self.offices(row, cells))
        return (self.other(sheet, row, cells) for row, cells in rows)

    def offices(self, row: int, cells: Mapping[str, object]) -> Iterator[Line]:
        """A line for each office that the row names; one without an office where it names none."""
        name, mark = _name(cells.get("姓名")), _text(cells.get("区分"))
        if not _NAME.fullmatch(name):
            self.problem("人员", row, f"“{name}”不像姓名")
            return
        since, until = self.day(row, cells, "起"), self.day(row, cells, "止", last=True)
        if since and until and until < since:
            self.problem("人员", row, f"{name}的任期止于{in_words(until)}，早于起始的{in_words(since)}")
            return
        rank = self.number(row, cells)
        unit, words = _text(cells.get("单位")), _text(cells.get("职务"))
        posts = [each.strip() for each in re.split("[、,，;；\n]", words) if each.strip()]
        for post in dict.fromkeys(posts):
            yield Line("人员", (name, mark, *seat(unit, post), rank, since, until), row)
        if not posts:
            yield Line("人员", (name, mark, "", "", None, None, None), row)

    def other(self, sheet: str, row: int, cells: Mapping[str, object]) -> Line:
        columns = SHEETS[sheet]
        first = _text(cells.get(columns[0]))
        if sheet == "采编":
            return Line(sheet, (_name(first),), row)
        second = cells.get(columns[1])
        if sheet == "地名":
            return Line(sheet, (first, _text(second)), row)
        several = _several(second)
        if sheet == "提法":
            self.counted(row, first, several)
        else:
            several = tuple(dict.fromkeys(each for each in several if each != first))
        return Line(sheet, (first, several), row)

    def counted(self, row: int, name: str, members: tuple[str, ...]) -> None:
        """Whether a wording has as many members as it says."""
        told = next((NUMERALS[each] for each in name[:2] if each in NUMERALS), 0)
        if members and told > 1 and told != len(members):
            self.problem("提法", row, f"“{name}”应有{told}项，表里是{len(members)}项")
        if len(set(members)) < len(members):
            self.problem("提法", row, f"“{name}”的成员有重复")

    def day(self, row: int, cells: Mapping[str, object], head: str, *, last: bool = False) -> date | None:
        """A day; of a month or a year without one its first, or its last where that is asked."""
        cell = cells.get(head)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        words = _TIME.sub("", _text(cell))
        if not words or words in ("至今", "今", "现任", "现在", "-", "—", "/"):
            return None
        said = _in_figures(words).removesuffix(".0")
        if re.fullmatch(r"\d{4}\.1", said):  # October, once a spreadsheet has taken it for a number
            told = f"“{head}”的“{words}”可能是1月，也可能是10月"
            if not isinstance(cell, str):
                self.problem("人员", row, f"{told}，请写成{said[:4]}-01或{said[:4]}-10")
                return None
            self.problem("人员", row, f"{told}：按1月收下，若是10月请写成{said[:4]}-10", note=True)
        found = self._day(said, last=last)
        if found is None:
            self.problem("人员", row, f"“{head}”写的“{words[:20]}”不是日期，请写成2026-11-22")
        return found

    def _day(self, said: str, *, last: bool) -> date | None:
        if said.isdecimal() and said.isascii() and len(said) == 5 and int(said) in _SERIAL:
            return self.epoch + timedelta(days=int(said))
        if re.fullmatch(r"\d{5}\.\d{1,12}", said) and int(said[:5]) in _SERIAL:
            return self.epoch + timedelta(days=int(said[:5]))
        if re.fullmatch(r"(?:19|20)\d{6}", said):
            said = f"{said[:4]}-{said[4:6]}-{said[6:]}"
        elif re.fullmatch(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])", said):
            said = f"{said[:4]}-{said[4:]}"
        elif re.fullmatch(r"(?:19|20)\d{2}年?", said):
            said = f"{said[:4]}-{12 if last else 1}"
        found = _DATE.fullmatch(said)
        if not found:
            return None
        year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
        try:
            if last and not found[3]:
                return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
            return date(year, month, day)
        except ValueError:
            return None

    def number(self, row: int, cells: Mapping[str, object]) -> int | None:
        words = _text(cells.get("排序")).removesuffix(".0")
        if not words:
            return None
        if words.isascii() and words.isdecimal() and len(words) < 9:
            return int(words)
        self.problem("人员", row, f"“排序”写的“{words[:20]}”不是数字")
        return None


def _in_figures(words: str) -> str:
    """2024年3月 of 二〇二四年三月 and of full-width figures."""
    tens = _TENS.sub(lambda found: f"{found[1] or '1'}{found[2] or '0'}", words)
    return tens.translate(_WIDE)


def seat(unit: str, words: str) -> tuple[str, str]:
    """The unit and the post of an office that is written in two columns. The unit's column stands before that which the
    office names itself; 县长 and 县水利局局长 need none."""
    own, post = office(words)
    return (own if (own or core(post))[:1] in "省市县区" or (own and own.startswith(unit)) else unit + own), post


def _room(head: str) -> int:
    return LONGEST * 10 if head in ("简称", "成员") else LONGEST


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _name(cell: object) -> str:
    return re.sub(r"[\s\u3000]", "", _text(cell))


def _several(cell: object) -> tuple[str, ...]:
    return tuple(each.strip() for each in re.split("[、;；\n]", _text(cell)) if each.strip())
