"""Runs in the jail: how characters and paragraphs of a Word 97 file look, from its pages of formats ([MS-DOC] 2.9.33, 2.9.174)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_PAGE = 512
_MOST_PAGES = 60_000
_LENGTHS = (1, 1, 2, 4, 2, 2, -1, 3)
"""Bytes of an operand by the top three bits of its code; -1: the first byte says."""


@dataclass(frozen=True, slots=True)
class Look:
    """Of characters."""

    size: float | None = None
    bold: bool = False
    deleted: bool = False
    picture: int | None = None
    """Where in the Data stream a picture lies that stands here."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a paragraph."""

    style: str = ""
    centred: bool = False
    in_table: bool = False
    row_end: bool = False
    numbered: bool = False


class Formats:
    """Looks and shapes by place in the WordDocument stream."""

    def __init__(self, main: bytes, table: bytes) -> None:
        self.main = main
        self._looks = self._spans(table, 0x00FA, self._page_of_looks)
        self._shapes = self._spans(table, 0x0102, self._page_of_shapes)
        self._look_starts = [start for start, _, _ in self._looks]
        self._shape_starts = [start for start, _, _ in self._shapes]

    def looks(self, start: int, end: int) -> Iterator[tuple[int, int, Look]]:
        """The looks of this stretch of the stream, without gaps, in order."""
        at = start
        number = max(0, bisect_right(self._look_starts, start) - 1)
        while at < end and number < len(self._looks):
            begin, until, look = self._looks[number]
            number += 1
            if until <= at:
                continue
            if begin > at:
                yield at, min(begin, end), Look()
                at = begin
            if at < end:
                yield at, min(until, end), look
                at = until
        if at < end:
            yield at, end, Look()

    def shape(self, place: int) -> Shape:
        """The shape of the paragraph whose mark stands at this place."""
        number = bisect_right(self._shape_starts, place) - 1
        if number >= 0 and self._shapes[number][1] > place:
            shape: Shape = self._shapes[number][2]
            return shape
        return Shape()

    def _spans(self, table: bytes, field: int, page_of) -> list:  # type: ignore[no-untyped-def, type-arg]
        at, size = struct.unpack_from("<II", self.main, field)
        plc = table[at : at + size]
        count = (len(plc) - 4) // 8
        found = []
        for number in range(min(count, _MOST_PAGES)):
            (page,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 4 * number)
            page &= 0x3FFFFF
            raw = self.main[page * _PAGE : (page + 1) * _PAGE]
            if len(raw) == _PAGE:
                found += page_of(raw)
        return sorted(found, key=lambda span: (span[0], span[1]))

    def _page_of_looks(self, raw: bytes) -> list[tuple[int, int, Look]]:
        count = min(raw[511], 101)
        ends = struct.unpack_from(f"<{count + 1}I", raw, 0)
        found = []
        for number in range(count):
            at = raw[4 * (count + 1) + number] * 2
            grpprl = raw[at + 1 : at + 1 + raw[at]] if at else b""
            found.append((ends[number], ends[number + 1], _look(grpprl)))
        return found

    def _page_of_shapes(self, raw: bytes) -> list[tuple[int, int, Shape]]:
        count = min(raw[511], 29)
        ends = struct.unpack_from(f"<{count + 1}I", raw, 0)
        found = []
        for number in range(count):
            at = raw[4 * (count + 1) + 13 * number] * 2
            shape = Shape()
            if at:
                size = raw[at] * 2 - 1 if raw[at] else raw[at + 1] * 2
                body = raw[at + 1 : at + 1 + size] if raw[at] else raw[at + 2 : at + 2 + size]
                shape = _shape(body)
            found.append((ends[number], ends[number + 1], shape))
        return found


def _sprms(grpprl: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of each property."""
    at = 0
    while at + 2 <= len(grpprl):
        (code,) = struct.unpack_from("<H", grpprl, at)
        at += 2
        length = _LENGTHS[code >> 13]
        if length < 0:
            if at >= len(grpprl):
                return
            if code in (0xD608, 0xD606):
                if at + 2 > len(grpprl):
                    return
                length = struct.unpack_from("<H", grpprl, at)[0] + 1
            else:
                length = grpprl[at] + 1
        yield code, grpprl[at : at + length]
        at += length


def _look(grpprl: bytes) -> Look:
    size: float | None = None
    bold = deleted = False
    picture: int | None = None
    for code, operand in _sprms(grpprl):
        if not operand:
            continue
        if code == 0x0835:
            bold = operand[0] in (1, 0x81)
        elif code in (0x0800, 0x2A00):
            deleted = operand[0] == 1
        elif code == 0x4A43 and len(operand) == 2:
            size = struct.unpack("<H", operand)[0] / 2
        elif code == 0x6A03 and len(operand) == 4:
            picture = struct.unpack("<I", operand)[0]
    return Look(size if size is None or 0 < size < 400 else None, bold, deleted, picture)


def _shape(body: bytes) -> Shape:
    """``body``: the number of the style, then the paragraph's own properties. Styles 1 to 9 are the headings, always."""
    if len(body) < 2:
        return Shape()
    (style,) = struct.unpack_from("<H", body, 0)
    centred = in_table = row_end = numbered = False
    for code, operand in _sprms(body[2:]):
        if not operand:
            continue
        if code in (0x2403, 0x2461):
            centred = operand[0] == 1
        elif code == 0x2416:
            in_table = operand[0] != 0
        elif code in (0x2417, 0x244C):
            row_end = operand[0] != 0
        elif code == 0x244B:
            in_table = in_table or operand[0] != 0
        elif code == 0x460B and len(operand) == 2:
            numbered = struct.unpack("<H", operand)[0] not in (0, 2047)
    return Shape(f"heading {style}" if 1 <= style <= 9 else "", centred, in_table, row_end, numbered)
