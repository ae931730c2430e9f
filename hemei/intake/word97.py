"""Runs in the jail: reads a .doc or .wps, Word's own format from 97 to 2003 ([MS-DOC]), as paragraphs.

Words, sizes, bold, headings, tables, links and pictures; fields show their results; what was deleted in a revision stays out.
Programs in the file are never looked at.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hemei.intake.errors import unreadable
from hemei.intake.gathering import Gathering, Piece
from hemei.intake.ole import Box
from hemei.intake.sprms import Formats, Look, Shape
from hemei.intake.uris import link

MOST_CHARACTERS = 2_000_000
_USUAL_SIZE = 10.5
"""Points of a character that does not say: Word's default in Chinese, 五号."""
_MACROS = ("Macros", "_VBA_PROJECT", "VBA")
_OTHERS = ("Workbook", "Book", "PowerPoint Document", "VisioDocument", "MatOST")
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that stand together in the file: where in the document, where in the stream, and how coded."""

    start: int
    end: int
    offset: int
    narrow: bool


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Raises Unreadable."""
    try:
        box = Box(data)
        reader = _Reader(box)
        reader.read()
    except (struct.error, IndexError, UnicodeDecodeError, OverflowError) as error:
        raise unreadable("broken-doc") from error
    if any(name in box.entries for name in _MACROS):
        reader.found.notes["macros"] += 1
    return reader.found.answer()


class _Reader:
    def __init__(self, box: Box) -> None:
        main = box.stream("WordDocument")
        if main is None:
            locked = "EncryptedPackage" in box.entries
            raise unreadable("password" if locked else "old-office" if _other(box) else "broken-doc")
        magic, version = struct.unpack_from("<HH", main, 0)
        (flags,) = struct.unpack_from("<H", main, 10)
        if magic not in (0xA5EC, 0xA5DC) or version < 0xC1:
            raise unreadable("old-word" if magic in (0xA5EC, 0xA5DC, 0xA59C) or version < 0xC1 else "broken-doc")
        if flags & 0x0100:
            raise unreadable("password")
        table = box.stream("1Table" if flags & 0x0200 else "0Table")
        if table is None:
            raise unreadable("broken-doc")
        self.main, self.table = main, table
        self.drawn = box.stream("Data") or b""
        self.found = Gathering()
        self.formats = Formats(main, table)
        self.length = min(struct.unpack_from("<I", main, 0x4C)[0], MOST_CHARACTERS)
        if struct.unpack_from("<I", main, 0x50)[0] > 1:
            self.found.notes["footnotes"] += 1
        self.pieces: list[Piece] = []
        self.pictures: list[bytes] = []
        self.cell: list[str] = []
        self.row: list[str] = []
        self.rows: list[list[str]] = []
        self.fields: list[list[str]] = []
        """Of each field that is open: its code, and "shown" once its result began."""
        self.removed = False

    def read(self) -> None:
        for run in self._runs():
            self._take(run)
        if self.pieces and not self.row:  # a file cut off before its last mark
            self._end_line(Shape())
        self._end_table()

    def _runs(self) -> list[Run]:
        """The pieces of the main text, in order ([MS-DOC] 2.8.35, PlcPcd)."""
        at, size = struct.unpack_from("<II", self.main, 0x01A2)
        clx = self.table[at : at + size]
        at = 0
        while at < len(clx) and clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if at >= len(clx) or clx[at] != 2:
            raise unreadable("broken-doc")
        (size,) = struct.unpack_from("<I", clx, at + 1)
        plc = clx[at + 5 : at + 5 + size]
        count = (len(plc) - 4) // 12
        places = struct.unpack_from(f"<{count + 1}I", plc, 0)
        runs = []
        for number in range(count):
            (where,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)
            narrow = bool(where & 0x40000000)
            offset = (where & 0x3FFFFFFF) // 2 if narrow else where & 0x3FFFFFFF
            start, end = places[number], min(places[number + 1], self.length)
            if start < end:
                runs.append(Run(start, end, offset, narrow))
        return runs

    def _take(self, run: Run) -> None:
        width = 1 if run.narrow else 2
        raw = self.main[run.offset : run.offset + (run.end - run.start) * width]
        text = raw.decode("cp1252", "replace") if run.narrow else _wide(raw)
        at = 0
        for _, end, look in self.formats.looks(run.offset, run.offset + len(text) * width):
            upto = min(len(text), max(at, (end - run.offset) // width))
            self._characters(text[at:upto], look, run.offset + at * width, width)
            at = upto

    def _characters(self, text: str, look: Look, place: int, width: int) -> None:
        """Files characters that look alike, mark by mark. ``place``: of the first, in the stream."""
        plain: list[str] = []

        def settle() -> None:
            if plain:
                self._words("".join(plain), look)
                plain.clear()

        for number, character in enumerate(text):
            if character >= " " and character not in "\x7f\xad":
                plain.append(character)
                continue
            settle()
            self._mark(character, look, place + number * width)
        settle()

    def _words(self, text: str, look: Look) -> None:
        if look.deleted:
            self.removed = True
            return
        if self.fields and self.fields[-1][1] != "shown":
            self.fields[-1][0] += text
            return
        if any(field[1] != "shown" for field in self.fields):
            return
        href = next((found for field in reversed(self.fields) if (found := _target(field[0]))), "")
        self.pieces.append(Piece(text, look.size or _USUAL_SIZE, look.bold, href))

    def _mark(self, character: str, look: Look, place: int) -> None:
        if character in "\r\x07\x0c":
            shape = self.formats.shape(place)
            if character == "\x07" or shape.in_table:
                self._end_cell(character, shape)
            else:
                self._end_line(shape)
        elif look.deleted:
            self.removed = True
        elif character == "\x13":
            self.fields.append(["", ""])
        elif character == "\x14" and self.fields:
            self.fields[-1][1] = "shown"
        elif character == "\x15" and self.fields:
            self.fields.pop()
        elif character in "\t\x0b\x1e":
            self._words({"\t": "\t", "\x0b": "\n", "\x1e": "-"}[character], look)
        elif character == "\x01" and look.picture is not None:
            self._picture(look.picture)
        elif character == "\x02":
            self.found.notes["footnotes"] += 1

    def _end_line(self, shape: Shape) -> None:
        self._end_table()
        pieces, self.pieces = self.pieces, []
        if shape.numbered and any(piece.text.strip() for piece in pieces):
            self.found.notes["numbers"] += 1
        self.found.line(pieces, shape.style, centred=shape.centred)
        self._draw()

    def _end_cell(self, character: str, shape: Shape) -> None:
        text = "".join(piece.text for piece in self.pieces).strip()
        self.pieces = []
        if text:
            self.cell.append(text)
        if character == "\x07" and shape.row_end:
            self.rows.append(self.row)
            self.row, self.cell = [], []
        elif character == "\x07":
            self.row.append("\n".join(self.cell))
            self.cell = []

    def _end_table(self) -> None:
        rows, self.rows = self.rows, []
        if self.row or self.cell:  # cut off in the middle of a row: no word is lost
            rows.append([*self.row, *(["\n".join(self.cell)] if self.cell else [])])
            self.row, self.cell = [], []
        if len(rows) == 1 and len(rows[0]) == 1:  # a frame round a story
            for line in rows[0][0].split("\n"):
                self.found.line([Piece(line, _USUAL_SIZE)])
        elif rows:
            self.found.table(rows)
        if rows:
            self._draw()

    def _draw(self) -> None:
        for blob in self.pictures:
            self.found.picture(blob)
        self.pictures.clear()
        if self.removed:
            self.found.notes["revisions"] = 1

    def _picture(self, place: int) -> None:
        """The JPEG or PNG in a PICF structure of the Data stream; drawings of other kinds are told."""
        if place + 6 > len(self.drawn):
            return
        size, head = struct.unpack_from("<IH", self.drawn, place)
        blob = self.drawn[place + head : place + size]
        found = [at for start in _STARTS if (at := blob.find(start)) >= 0]
        if found:
            self.pictures.append(blob[min(found) :])
        elif size > 200:
            self.found.notes["pictures"] += 1


def _other(box: Box) -> bool:
    return any(name in box.entries for name in _OTHERS)


def _wide(raw: bytes) -> str:
    """UTF-16; half a pair, which a torn file may hold, is a lost character."""
    return raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace")


def _target(code: str) -> str:
    """The address in the code of a HYPERLINK field."""
    words = code.strip()
    if not words.upper().startswith("HYPERLINK"):
        return ""
    parts = words.split('"')
    return link(parts[1]) if len(parts) > 2 and "\\l" not in parts[0] else ""
