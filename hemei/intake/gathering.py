"""Runs in the jail: what a reader finds, line by line, as the plain fields that leave the jail."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

MOST_PICTURES = 60
MOST_PICTURE_BYTES = 40 << 20
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")


class Piece(NamedTuple):
    """Some characters of a line that look alike."""

    text: str
    size: float | None = None
    """Points."""
    bold: bool = False
    href: str = ""


class Gathering:
    """Lines, tables, pictures and notes in the order in which a reader meets them."""

    def __init__(self) -> None:
        self.paragraphs: list[list[object]] = []
        self.pictures: list[bytes] = []
        self.notes: Counter[str] = Counter()
        self.title = ""
        self._weight = 0
        self._numbers: dict[bytes, int] = {}

    def line(self, pieces: Sequence[Piece], style: str = "", *, centred: bool = False) -> None:
        """One line, or several when a piece holds line ends."""
        rest: list[Piece] = []
        for piece in pieces:
            first, *more = piece.text.split("\n")
            rest.append(piece._replace(text=first))
            for text in more:
                self._line(rest, style, centred)
                rest = [piece._replace(text=text)]
        self._line(rest, style, centred)

    def _line(self, pieces: Sequence[Piece], style: str, centred: bool) -> None:
        sizes: Counter[float | None] = Counter()
        heavy = total = 0
        for piece in pieces:
            count = len(piece.text.strip())
            sizes[piece.size] += count
            heavy += count if piece.bold else 0
            total += count
        text = "".join(piece.text for piece in pieces)
        size = sizes.most_common(1)[0][0] if total else None
        self.paragraphs.append([text, size, 2 * heavy > total, centred, style, [], None, spans(pieces)])

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table; short rows are filled up. One without a word is left out."""
        if any(any(cell.strip() for cell in row) for row in rows):
            width = max(len(row) for row in rows)
            full = [[*row, *[""] * (width - len(row))] for row in rows]
            self.paragraphs.append(["", None, False, False, "", full, None, []])

    def picture(self, blob: bytes) -> None:
        """A picture where the copy stands now; one that comes twice is kept once."""
        key = hashlib.sha256(blob).digest()
        if key not in self._numbers:
            self._weight += len(blob)
            full = len(self.pictures) >= MOST_PICTURES or self._weight > MOST_PICTURE_BYTES
            if full or not blob.startswith(_PICTURE_STARTS):
                self.notes["pictures"] += 1
                return
            self._numbers[key] = len(self.pictures)
            self.pictures.append(blob)
        self.paragraphs.append(["", None, False, False, "", [], self._numbers[key], []])

    def answer(self) -> tuple[dict[str, object], list[bytes]]:
        """What the jail sends out."""
        head: dict[str, object] = {"paragraphs": self.paragraphs, "notes": sorted(self.notes.items())}
        if self.title:
            head["title"] = self.title
        return head, self.pictures


def split_spans(pieces: Sequence[Piece]) -> list[list[list[object]]]:
    """The spans of each line that these pieces make with their line ends."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for at, text in enumerate(piece.text.split("\n")):
            if at:
                lines.append([])
            lines[-1].append(piece._replace(text=text))
    return [spans(line) for line in lines]


def spans(pieces: Sequence[Piece]) -> list[list[object]]:
    """Where a line is bold or a link: [start, end, "b" or the address]; neighbours that agree are one."""
    found: list[list[object]] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.text)
        for what in [*(["b"] if piece.bold else []), *([piece.href] if piece.href else [])]:
            same = next((span for span in found[-2:] if span[1] == at and span[2] == what), None)
            if same:
                same[1] = end
            elif end > at:
                found.append([at, end, what])
        at = end
    return found
