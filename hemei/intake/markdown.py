"""Runs in the jail: reads Markdown as paragraphs: headings, lists, quotes, tables, bold, links and pictures.

A line stays a line: who writes Chinese in Markdown often leaves no blank line between paragraphs, and whether a line goes on
in the next one is the structurer's to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hemei.intake.gathering import Gathering, Piece
from hemei.intake.text import decode
from hemei.intake.uris import embedded, link

_HEAD = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDER = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_BULLET = re.compile(r"[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)$")
_NUMBERED = re.compile(r"[ \t]*(\d{1,9}[.)])[ \t]+(\S.*)$")
_QUOTE = re.compile(r" {0,3}>[ \t]?(.*)$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_INLINE = re.compile(
    r"""\\(?P<escaped>[!-/:-@\[-`{-~])
    |(?P<code>`+)(?P<coded>[^`]+)(?P=code)
    |!\[(?P<alt>[^\]\n]{0,300})\]\((?P<source>(?:data:[^)\s]*|[^()\s]*(?:\([^()\s]*\))?[^()\s]*))(?:[ ]+["'][^"'\n]{0,300}["'])?\)
    |\[(?P<words>[^\[\]\n]{1,1000})\]\((?P<href>[^()\s]*(?:\([^()\s]*\)[^()\s]*)?)(?:[ ]+["'][^"'\n]{0,300}["'])?\)
    |<(?P<auto>(?:https?://|mailto:)[^<>\s]{1,500})>
    |<(?P<tag>/?(?:b|strong|i|em|u|br|p|div|span|center|font|sub|sup|mark|del|s)\b[^<>\n]{0,300})/?>
    |(?P<bold>\*\*|__)
    |(?P<soft>~~|(?<![\w*])[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?![\w*]))""",
    re.VERBOSE,
)


def looks_like(text: str) -> bool:
    """Whether a text whose name does not say so is plainly Markdown: two different marks of it at least."""
    start = text[:100_000]
    signs = (
        r"(?m)^#{1,6} \S", r"(?m)^```", r"\[[^\]\n]+\]\(https?://[^)\s]+\)", r"!\[[^\]\n]*\]\([^)\s]+\)",
        r"(?m)^\|?[ ]*:?-{3,}:?[ ]*\|[-:| ]+$", r"\*\*[^*\n]+\*\*",
    )  # fmt: skip
    return sum(bool(re.search(sign, start)) for sign in signs) >= 2


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Raises Unreadable."""
    found = Gathering()
    reader = _Reader(found)
    lines = _without_matter(re.split("\r\n|[\n\r]", decode(data)), found)
    reader.read(lines)
    return found.answer()


def _without_matter(lines: list[str], found: Gathering) -> list[str]:
    """The lines without the fields that a site's generator wants on top; the title among them is kept."""
    if not lines or lines[0].strip() != "---":
        return lines
    for at, line in enumerate(lines[1:40], 1):
        if line.strip() in ("---", "..."):
            return lines[at + 1 :]
        if line.lower().startswith("title:"):
            found.title = line[6:].strip().strip("\"'")[:200]
        elif line.strip() and not re.match(r"[\w-]{1,40}:|[ \t]+|- ", line):
            found.title = ""
            return lines
    return lines


class _Reader:
    def __init__(self, found: Gathering) -> None:
        self.found = found
        self.fence = ""

    def read(self, lines: list[str]) -> None:
        at = 0
        while at < len(lines):
            at += self.take(lines, at)

    def take(self, lines: list[str], at: int) -> int:
        """Files what begins at this line; how many lines it was."""
        line = lines[at]
        if self.fence or _FENCE.match(line):
            self.fenced(line)
            return 1
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if "|" in line and "-" in below and "|" in below and _DELIMITER.match(below):
            return self.table(lines, at)
        if line.strip() and _UNDER.match(below) and not _special(line):
            self.words(line, f"heading {1 if '=' in below else 2}")
            return 2
        if head := _HEAD.match(line):
            self.words(head[2], f"heading {len(head[1])}")
        elif not _RULE.match(line):
            self.block(line)
        return 1

    def block(self, line: str) -> None:
        style = ""
        while quote := _QUOTE.match(line):
            line, style = quote[1], "Quote"
        if item := _BULLET.match(line):
            self.words(item[1], "List Bullet")
        elif item := _NUMBERED.match(line):
            self.words(item[2], "List Number", item[1])
        else:
            self.words(line, style)

    def fenced(self, line: str) -> None:
        opened = _FENCE.match(line)
        if self.fence:
            if opened and opened[1].startswith(self.fence) and line.strip() == opened[1]:
                self.fence = ""
            else:
                self.found.line([Piece(line)])
        elif opened:
            self.fence = opened[1]

    def table(self, lines: list[str], at: int) -> int:
        rows = [lines[at]]
        end = at + 2
        while end < len(lines) and "|" in lines[end] and lines[end].strip():
            rows.append(lines[end])
            end += 1
        self.found.table([[_plain(cell) for cell in _cells(row)] for row in rows])
        return end - at

    def words(self, text: str, style: str, prefix: str = "") -> None:
        if style == "heading 1" and not any(line[0] for line in self.found.paragraphs):
            style = "Title"
        pieces: list[Piece] = [Piece(prefix)] if prefix else []
        drawn: list[bytes] = []
        for piece in _pieces(text.rstrip("\\").strip() if text.strip() else text, style.startswith(("head", "Title"))):
            if isinstance(piece, Piece):
                pieces.append(piece)
            else:
                self.image(piece[0], drawn)
        if drawn and not any(piece.text.strip() for piece in pieces):
            pieces = []
        if pieces or not drawn:
            self.found.line(pieces or [Piece("")], style)
        for blob in drawn:
            self.found.picture(blob)

    def image(self, source: str, drawn: list[bytes]) -> None:
        blob = embedded(source) if source[:5].lower() == "data:" else None
        if blob is None:
            self.found.notes["remote"] += 1
        else:
            drawn.append(blob)


def _special(line: str) -> bool:
    return bool(_HEAD.match(line) or _BULLET.match(line) or _NUMBERED.match(line) or _QUOTE.match(line))


def _cells(row: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", row.strip())
    cells = cells[1:] if cells and not cells[0].strip() else cells
    cells = cells[:-1] if cells and not cells[-1].strip() else cells
    return [cell.replace("\\|", "|").strip() for cell in cells]


def _plain(text: str) -> str:
    return "".join(piece.text for piece in _pieces(text, False) if isinstance(piece, Piece)).strip()


def _pieces(text: str, heading: bool) -> Iterator[Piece | tuple[str]]:
    """The words with their looks; a picture is the one-tuple of its source."""
    bold = False
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            yield Piece(text[at : match.start()], None, bold and not heading)
        at = match.end()
        if match["source"] is not None:
            yield (match["source"],)
        elif match["words"] is not None:
            for piece in _pieces(match["words"], heading):
                if isinstance(piece, Piece):
                    yield piece._replace(bold=(piece.bold or bold) and not heading, href=link(match["href"]))
        elif match["auto"]:
            yield Piece(match["auto"].removeprefix("mailto:"), None, bold, link(match["auto"]))
        elif match["escaped"] or match["coded"]:
            yield Piece(match["escaped"] or match["coded"].strip(), None, bold and not heading)
        elif match["bold"]:
            # A mark that nothing closes is meant as it stands.
            if not bold and match["bold"] not in text[at:]:
                yield Piece(match["bold"])
            else:
                bold = not bold
        elif match["tag"]:
            name = match["tag"].strip("/ ").split()[0].lower()
            if name in ("b", "strong"):
                bold = not match["tag"].startswith("/")
            elif name == "br":
                yield Piece("\n")
    if at < len(text):
        yield Piece(text[at:], None, bold and not heading)
