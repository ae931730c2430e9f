"""The register as it lies in the database, read by one plain question a list: by the desk, and by `hemei proof`, which
starts no Django."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hemei.prose.lines import SHEETS, Line, house_of
from hemei.prose.register import House

TABLES = {"人员": "office", "机构": "organisation", "地名": "place", "提法": "phrase", "采编": "staff"}
"""Each list by its sheet: the table that keeps it, less the room's name."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "人员": ("name", "mark", "unit", "post", "rank", "since", "until"),
    "机构": ("name", "shorts"),
    "地名": ("name", "parent"),
    "提法": ("name", "members"),
    "采编": ("name",),
}
"""The columns of a table, as those of its sheet go."""
Ask = Callable[[str], Iterable[tuple[Any, ...]]]


def said(sheet: str, columns: Iterable[Any]) -> tuple[Any, ...]:
    """What a line says, from its columns."""
    kept = tuple(columns)
    if sheet == "人员":
        return (*kept[:5], _day(kept[5]), _day(kept[6]))
    if sheet in ("机构", "提法"):
        return kept[0], tuple(filter(None, str(kept[1]).split("、")))
    return kept


def columns(line: Line) -> dict[str, Any]:
    """The columns that keep what a line says."""
    kept = ("、".join(each) if isinstance(each, tuple) else each for each in line.said)
    return dict(zip(COLUMNS[line.sheet], kept, strict=True))


def _day(kept: Any) -> date | None:
    return date.fromisoformat(kept) if isinstance(kept, str) else kept


def standing(ask: Ask) -> Iterator[tuple[int, Line]]:
    """Every line that stands, with its id."""
    for sheet, table in TABLES.items():
        names = ", ".join(COLUMNS[sheet])
        question = f"SELECT id, {names} FROM register_{table} WHERE NOT withdrawn ORDER BY id"  # noqa: S608
        for number, *kept in ask(question):
            yield number, Line(sheet, said(sheet, kept))


def house(ask: Ask) -> House:
    """The lists that proofreading asks."""
    return house_of(line for _, line in standing(ask))


def of_home(home: Path) -> House:
    """The lists of a home, read past the desk; empty where there is none. Raises sqlite3.Error when it cannot be read."""
    path = home / "data" / "desk.sqlite3"
    if not path.exists():
        return House()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'register_office'").fetchone():
            return House()
        return house(lambda question: database.execute(question))


def listed(line: Line) -> list[Any]:
    """A line as JSON keeps it."""
    return [line.sheet, line.row, [each.isoformat() if isinstance(each, date) else each for each in line.said]]


def unlisted(kept: list[Any]) -> Line:
    sheet, row, each = kept
    line = Line(sheet, tuple(tuple(one) if isinstance(one, list) else one for one in each), row)
    return replace(line, said=(*each[:5], _day(each[5]), _day(each[6]))) if sheet == "人员" else line


assert COLUMNS.keys() == SHEETS.keys() == TABLES.keys()
