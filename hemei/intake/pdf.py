"""Runs in the jail: reads the text of a PDF, its lines joined to the paragraphs that a page broke.

A PDF knows glyphs and places only. A line goes on in the next one when it is full, the next one begins at the left edge in
the same size, and no more than the usual gap is between them; all else is judged by the structurer.
"""

from __future__ import annotations

import io
import itertools
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from hemei.intake.errors import Unreadable, unreadable
from hemei.intake.gathering import Gathering, Piece

MOST_PAGES = 80
_NUMBER_LINE = re.compile(
    r"^[\s—–\-·.]*(?:第\s*)?\d{1,4}(?:\s*[/／]\s*\d{1,4})?(?:\s*页)?(?:\s*[,，]?\s*共\s*\d+\s*页)?[\s—–\-·.]*$"
)
_BULLETS = re.compile("^[\uf0b7\uf06c\uf0a7\uf0d8\u2022\u25cf\u25aa\u25e6\u2023\uf075\uf0fc] *")


@dataclass(slots=True)
class Line:
    """One line of a page."""

    text: str
    size: float
    left: float
    top: float
    """Points above the page's foot."""
    page: int

    @property
    def width(self) -> float:
        """Its length as set, about, in its own size."""
        return sum(1.0 if character > "\u02ff" else 0.5 for character in self.text) * self.size


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Raises Unreadable."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    found = Gathering()
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise unreadable("password")
        pages = len(reader.pages)
        lines: list[Line] = []
        for number in range(min(pages, MOST_PAGES)):
            added = _lines(reader.pages[number], number)
            found.notes["pages-without-text"] += not added
            lines += added
    except (DependencyError, FileNotDecryptedError) as error:
        raise unreadable("password") from error
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        if isinstance(error, Unreadable):
            raise
        raise unreadable("broken-pdf") from error
    if not any(line.text.strip() for line in lines):
        raise unreadable("scanned")
    if _is_garbled("".join(line.text for line in lines)):
        raise unreadable("pdf-copy")
    if pages > MOST_PAGES:
        found.notes["pages-left"] = pages - MOST_PAGES
    found.notes = +found.notes
    for line in _joined(_without_numbers(lines)):
        text = _BULLETS.sub("", line.text)
        found.line([Piece(text, line.size)], "List Bullet" if text != line.text else "")
    return found.answer()


def _is_garbled(text: str) -> bool:
    """Whether most of it is codes that stand for no character: a font without a table of them."""
    odd = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or (c < " " and c not in "\t\n") for c in text)
    return 10 * odd > 3 * len(text) or text.count("/g") * 4 > len(text)


def _lines(page: Any, number: int) -> list[Line]:
    """The lines of a page, with the size of most characters and where each begins."""
    made: list[Line] = []
    current: list[tuple[str, float]] = []
    begin: list[float] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _: object, size: float) -> None:
        scale = abs(tm[3] or tm[1] or 1.0) * abs(cm[3] or cm[1] or 1.0)
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        for at, part in enumerate(text.split("\n")):
            if at:
                settle()
            if part:
                if part.strip() and not begin:
                    begin.extend((x, y))
                current.append((part, round(abs(size) * scale * 2) / 2))

    def settle() -> None:
        words = "".join(part for part, _ in current)
        if words.strip():
            sizes: Counter[float] = Counter()
            for part, size in current:
                sizes[size] += len(part.strip())
            left, top = begin or (0.0, 0.0)
            made.append(Line(words.strip(), sizes.most_common(1)[0][0] or 1.0, left, top, number))
        current.clear()
        begin.clear()

    page.extract_text(visitor_text=visit)
    settle()
    return made


def _without_numbers(lines: list[Line]) -> list[Line]:
    """The lines without the page numbers at head and foot."""
    ends = {at for at, line in enumerate(lines) if at == 0 or lines[at - 1].page != line.page}
    ends |= {at for at, line in enumerate(lines) if at + 1 == len(lines) or lines[at + 1].page != line.page}
    return [line for at, line in enumerate(lines) if at not in ends or not _NUMBER_LINE.match(line.text)]


def _joined(lines: list[Line]) -> list[Line]:
    """Paragraphs, where places and sizes say that a line only broke at the edge."""
    if not lines:
        return []
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    same = [line for line in lines if line.size == body]
    widest = max(line.width for line in same)
    edge = min(line.left for line in same if line.width >= 0.6 * widest)
    gaps = Counter(
        round(above.top - below.top) for above, below in itertools.pairwise(same) if above.page == below.page
    )
    usual = gaps.most_common(1)[0][0] if gaps else 0
    made: list[Line] = []
    last: Line | None = None
    for line in lines:
        if last is not None and _goes_on(last, line, body, widest, edge, usual):
            made[-1].text += _seam(made[-1].text, line.text) + line.text
        else:
            made.append(Line(line.text, line.size, line.left, line.top, line.page))
        last = line
    return made


def _goes_on(above: Line, line: Line, body: float, widest: float, edge: float, usual: float) -> bool:
    if above.size != body or line.size != body or above.width < 0.88 * widest or _BULLETS.match(line.text):
        return False
    if line.left > edge + 0.6 * body:
        return False
    return above.page != line.page or abs(above.top - line.top) <= 1.25 * usual + 2


def _seam(above: str, below: str) -> str:
    return " " if above[-1].isascii() and above[-1].isalpha() and below[0].isascii() and below[0].isalpha() else ""
