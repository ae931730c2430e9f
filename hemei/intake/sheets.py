"""The entrance for spreadsheets: .xlsx and .csv become tables of plain cells. A .xlsx is decoded in the jail."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from hemei.intake import jail, zipped
from hemei.intake.copy import shown_name, visible
from hemei.intake.errors import Unreadable, unreadable
from hemei.intake.jail import Cell, Rows
from hemei.intake.text import decode

MOST_BYTES = 10 << 20
MOST_ROWS = 60_000
"""Rows of all sheets together that hold anything."""
MOST_COLUMNS = 40
"""Columns that are read; a register has seven."""

_IN_A_SHEET = {
    "empty": "empty-sheet",
    "broken-docx": "broken-sheet",
    "zip-names": "broken-sheet",
    "not-docx": "not-sheet",
    "zip-bomb": "big-sheet",
    "deep": "big-sheet",
    "slow": "big-sheet",
    "macro": "macro-sheet",
    "entities": "broken-sheet",
    "binary": "not-sheet",
    "garbled": "garbled-sheet",
}
"""What is said of a document, in the words for a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """A spreadsheet that was read."""

    name: str
    """File name for showing."""
    tables: tuple[tuple[str, Rows], ...]
    """Each sheet: its name ("" in a .csv) and its rows. Days that the spreadsheet shows as days are written 2026-11-22."""
    from_1904: bool = False
    """Whether days without a format are counted from 1904."""
    warnings: tuple[str, ...] = ()


def read(name: str, data: bytes) -> Sheets:
    """The tables of a spreadsheet. Raises Unreadable. A .xlsx takes about a second: it is read in a process of its own."""
    try:
        return _read(shown_name(name), data)
    except Unreadable as error:
        if error.reason in _IN_A_SHEET:
            raise unreadable(_IN_A_SHEET[error.reason]) from error
        raise


def _read(name: str, data: bytes) -> Sheets:
    if not data:
        raise unreadable("empty")
    if len(data) > MOST_BYTES:
        raise unreadable("big-sheet")
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise unreadable("old-sheet")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        zipped.inspect(data, "xl/")
        tables, from_1904, notes = jail.xlsx(data)
        return Sheets(name, tables, from_1904, notes)
    if data.startswith((b"%PDF-", b"{\\rtf", b"\x89PNG", b"\xff\xd8", b"<")):
        raise unreadable("not-sheet")
    return Sheets(name, (("", _separated(decode(data))),))


def _separated(text: str) -> Rows:
    """The rows of a .csv; tabs and semicolons part cells too, where the first line has no comma."""
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = next((each for each in (",", "\t", ";", "，") if each in first), ",")
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=mark), 1):
            cells = tuple(plain(cell) for cell in row[:MOST_COLUMNS])
            if any(cells):
                rows.append((number, cells))
            if len(rows) > MOST_ROWS:
                raise unreadable("big-sheet")
    except csv.Error as error:
        raise unreadable("broken-sheet") from error
    return tuple(rows)


def plain(cell: str) -> str:
    """A cell without what is invisible, and without the mark by which `guarded` keeps it from being a formula."""
    cell = visible(cell)[0].strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def guarded(cell: str) -> str:
    """A cell for a .csv that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
