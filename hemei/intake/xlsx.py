"""Runs in the jail: reads the cells of a .xlsx as a stream, after its outside (``zipped``) was looked at. No formula is
worked out: what it came to when the file was saved is read."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from hemei.intake.errors import unreadable

MOST_ROWS = 60_000
MOST_COLUMNS = 40
MOST_SHEETS = 30
LONGEST = 4_000
"""Characters of a cell that are read."""
_DEEPEST = 64
_MOST_WORDS = 20 << 20
"""Characters of all cells together."""
_MOST_MERGED = 20_000
_DATES = {14, 15, 16, 17, 22, *range(27, 32), *range(34, 37), 50, 51, *range(52, 59)}
"""Built-in formats that show a day; the Chinese ones among them."""
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?")
_ERRORS = (SAXException, zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, IndexError, NotImplementedError)

Found = Callable[[str, dict[str, str]], None]


class _Handler(ContentHandler):  # type: ignore[misc, unused-ignore]
    """Calls `begin` and `end` with local names, and gathers the words between."""

    def __init__(self, begin: Found, end: Callable[[str, str], None]) -> None:
        super().__init__()
        self.begin, self.end = begin, end
        self.level, self.words, self.size = 0, [""], 0

    def startElement(self, name: str, attrs: object) -> None:
        self.level += 1
        if self.level > _DEEPEST:
            raise unreadable("deep")
        self.words = []
        self.size = 0
        self.begin(name.rpartition(":")[2], dict(attrs.items()))  # type: ignore[attr-defined]

    def characters(self, content: str) -> None:
        self.size += len(content)
        if self.size <= LONGEST:
            self.words.append(content)

    def endElement(self, name: str) -> None:
        self.level -= 1
        self.end(name.rpartition(":")[2], "".join(self.words)[:LONGEST])
        self.words = []


def _walk(xml: bytes, begin: Found, end: Callable[[str, str], None]) -> None:
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, False)
    parser.setContentHandler(_Handler(begin, end))
    try:
        parser.parse(io.BytesIO(xml))
    except DefusedXmlException as error:
        raise unreadable("entities") from error


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """``tables``: [name, [[row number, [cell …]] …]] each; ``from_1904``; ``notes``. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Book(archive).read(), []
    except SAXParseException as error:
        raise unreadable("broken-docx") from error
    except _ERRORS as error:
        if getattr(error, "reason", None):
            raise
        raise unreadable("broken-docx") from error


class _Book:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.notes: set[str] = set()
        self.from_1904 = False
        self.left_rows, self.left_words = MOST_ROWS, _MOST_WORDS

    def read(self) -> dict[str, object]:
        kinds = self.archive.read("[Content_Types].xml").lower()
        if b"macroenabled" in kinds:
            raise unreadable("macro")
        sheets = self._sheets()
        self.shared = self._shared() if "xl/sharedStrings.xml" in self.names else []
        self.days = self._days() if "xl/styles.xml" in self.names else set()
        tables = [[name, _Rows(self).read(self.archive.read(path))] for name, path in sheets if path in self.names]
        return {"tables": tables, "from_1904": self.from_1904, "notes": sorted(self.notes)}

    def _sheets(self) -> list[tuple[str, str]]:
        """Names and parts of the sheets that are shown, in their order."""
        parts: dict[str, str] = {}
        found: list[tuple[str, str]] = []

        def relation(tag: str, said: dict[str, str]) -> None:
            if tag == "Relationship" and said.get("TargetMode") != "External":
                target = said.get("Target", "")
                parts[said.get("Id", "")] = target.lstrip("/") if target[:1] == "/" else posixpath.join("xl", target)

        def sheet(tag: str, said: dict[str, str]) -> None:
            if tag == "workbookPr":
                self.from_1904 = said.get("date1904") in ("1", "true", "on")
            elif tag == "sheet" and len(found) < MOST_SHEETS:
                if said.get("state", "visible") != "visible":
                    self.notes.add("hidden")
                    return
                name = next((value for key, value in said.items() if key.rpartition(":")[2] == "id"), "")
                found.append((said.get("name", "")[:60], parts.get(name, "")))

        _walk(self.archive.read("xl/_rels/workbook.xml.rels"), relation, _nothing)
        _walk(self.archive.read("xl/workbook.xml"), sheet, _nothing)
        return found

    def _shared(self) -> list[str]:
        strings: list[str] = []
        piece: list[str] = []
        reading = [False]  # what is read aloud over characters (rPh) is no part of the words

        def begin(tag: str, said: dict[str, str]) -> None:
            if tag == "si":
                piece.clear()
            elif tag == "rPh":
                reading[0] = True

        def end(tag: str, words: str) -> None:
            if tag == "t" and not reading[0]:
                piece.append(words)
            elif tag == "rPh":
                reading[0] = False
            elif tag == "si":
                strings.append("".join(piece)[:LONGEST])

        _walk(self.archive.read("xl/sharedStrings.xml"), begin, end)
        return strings

    def _days(self) -> set[int]:
        """The styles that show a number as a day."""
        own: set[int] = set()
        days: set[int] = set()
        state = {"in": False, "at": 0}

        def begin(tag: str, said: dict[str, str]) -> None:
            if tag == "numFmt":
                code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", said.get("formatCode", "").lower())
                if "y" in code or ("m" in code and "d" in code):
                    own.add(int(said["numFmtId"]))
            elif tag == "cellXfs":
                state["in"] = True
            elif tag == "xf" and state["in"]:
                form = int(said.get("numFmtId", "0"))
                if form in own or form in _DATES:
                    days.add(int(state["at"]))
                state["at"] += 1

        def end(tag: str, words: str) -> None:
            if tag == "cellXfs":
                state["in"] = False

        _walk(self.archive.read("xl/styles.xml"), begin, end)
        return days


def _nothing(tag: str, words: str) -> None:
    """What ends here says nothing."""


class _Rows:
    """The rows of one sheet that hold anything."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.rows: list[list[object]] = []
        self.cells: dict[int, object] = {}
        self.merged: list[tuple[int, int, int]] = []
        self.row = self.column = 0
        self.kind, self.style, self.value, self.words = "n", -1, "", ""

    def read(self, xml: bytes) -> list[list[object]]:
        _walk(xml, self.begin, self.end)
        self._fill_down()
        return self.rows

    def begin(self, tag: str, said: dict[str, str]) -> None:
        if tag == "row":
            number = said.get("r", "")
            self.row = int(number) if number.isdecimal() and len(number) < 8 else self.row + 1
            self.cells, self.column = {}, -1
        elif tag == "c":
            found = _REFERENCE.fullmatch(said.get("r", ""))
            self.column = _column(found[1]) if found else self.column + 1
            self.kind, self.value, self.words = said.get("t", "n"), "", ""
            style = said.get("s", "")
            self.style = int(style) if style.isdecimal() and len(style) < 8 else -1
        elif tag == "f":
            self.book.notes.add("formulas")
        elif tag == "mergeCell" and len(self.merged) < _MOST_MERGED:
            ends = [_REFERENCE.fullmatch(each) for each in said.get("ref", "").split(":")]
            if len(ends) == 2 and ends[0] and ends[1] and ends[0][1] == ends[1][1]:
                self.merged.append((_column(ends[0][1]), int(ends[0][2]), int(ends[1][2])))

    def end(self, tag: str, words: str) -> None:
        if tag == "v":
            self.value = words
        elif tag == "t":
            self.words += words
        elif tag == "c" and 0 <= self.column < MOST_COLUMNS:
            cell = self._cell()
            if cell != "":
                self.cells[self.column] = cell
        elif tag == "row" and self.cells:
            row = [self.cells.get(at, "") for at in range(max(self.cells) + 1)]
            self.rows.append([self.row, row])
            self.book.left_rows -= 1
            self.book.left_words -= sum(len(each) for each in row if isinstance(each, str))
            if self.book.left_rows < 0 or self.book.left_words < 0:
                raise unreadable("slow")

    def _cell(self) -> object:
        if self.kind == "s":
            at = int(self.value or "-1")
            return self.book.shared[at] if 0 <= at < len(self.book.shared) else ""
        if self.kind == "inlineStr":
            return self.words[:LONGEST]
        if self.kind in ("str", "d", "e", "b"):
            return self.value
        if not _NUMBER.fullmatch(self.value):
            return self.value
        number = float(self.value)
        if self.style in self.book.days and 1 <= number < 2_958_466:  # the last day of 9999
            first = date(1904, 1, 1) if self.book.from_1904 else date(1899, 12, 30)
            return (first + timedelta(days=int(number))).isoformat() if number < 2_900_000 else self.value
        return int(number) if abs(number) < 10**15 and number == int(number) else number

    def _fill_down(self) -> None:
        """Cells of one column that were merged into one say the same in every row."""
        at = {row[0]: row[1] for row in self.rows}
        for column, first, last in self.merged:
            cells = at.get(first)
            if not isinstance(cells, list) or column >= len(cells) or last - first > MOST_ROWS:
                continue
            for number in range(first + 1, last + 1):
                below = at.get(number)
                if isinstance(below, list):
                    below += [""] * (column + 1 - len(below))
                    below[column] = below[column] or cells[column]


def _column(letters: str) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1
