"""Joins what copying broke: paragraphs and headings that a stray line break cut in two. Each join is told."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import rjieba

from hemei.prose import marks
from hemei.prose.filed import Line, bare

_LONG = 30
"""A line of this length without a final mark is a paragraph that goes on, unless its looks say otherwise."""
_MOST_HEADING = 30
"""Characters of a numbered heading of one line; an unnumbered one has half of it at most."""
_SELDOM_ENDS = frozenset(["的", "在", "为", "全县", "全市"])
"""Words that no sentence ends with, but a heading may ("没有改成的", "手艺还在")."""
_NEVER_ENDS = frozenset(
    [
        "和",
        "与",
        "及",
        "以及",
        "把",
        "将",
        "对",
        "为了",
        "以",
        "从",
        "向",
        "使",
        "让",
        "由",
        "被",
        "并",
        "而",
        "且",
        "或",
        "至",
        "每",
        "各",
        "该",
        "其",
        "这",
        "进一步",
        "不断",
        "切实",
    ]
)


@dataclass(frozen=True)
class Row:
    """A line that has words, a table or a picture, with what stood round it."""

    line: Line
    text: str
    at: int
    """Number of its first line in the copy, from 1."""
    blanks: int = 0
    """Blank lines before it."""
    indented: bool = False
    key: int = 0
    """Place among the rows of the copy: two rows are neighbours when their keys are."""

    @property
    def words(self) -> bool:
        return not self.line.rows and self.line.picture is None

    @functools.cached_property
    def length(self) -> int:
        return marks.length(self.text)


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """The lines that hold something. Invisible characters go; line ends inside a line part it."""
    rows: list[Row] = []
    blanks = 0
    for at, line in enumerate(lines, 1):
        if line.rows or line.picture is not None:
            text = "\n".join("\t".join(row) for row in line.rows) if line.rows else line.text.strip()
            rows.append(Row(line, text, at, blanks, key=len(rows)))
            blanks = 0
            continue
        for part in line.text.splitlines() or [""]:
            text = " ".join(part.split(" ")).strip()
            if not bare(text):
                blanks += 1
                continue
            rows.append(Row(line, text, at, blanks, _is_indented(part), len(rows)))
            blanks = 0
    return rows


def _is_indented(text: str) -> bool:
    return text[:1] in ("\u3000", "\t") or text.startswith("  ")


def spelt_titles(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Joins a title that was typed one character a paragraph: three or more such lines in a row."""
    joined: list[Row] = []
    warnings = []
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end].words and len(rows[end].text) == 1 and rows[end].text.isalnum():
            end += 1
        if end - at >= 3:
            text = "".join(row.text for row in rows[at:end])
            joined.append(replace(rows[at], text=text))
            warnings.append(f"“{text[:20]}”原来一个字一段，已连成一行，请核对。")
            at = end
        else:
            joined.append(rows[at])
            at += 1
    return joined, warnings


def mended(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows of one body with the broken ones joined, and what to tell the editor."""
    width = _usual_width(rows)
    indents = _indents_matter(rows)
    joined: list[Row] = []
    warnings: list[str] = []
    lengths: list[int] = []
    pieces: list[list[str]] = []
    for at, row in enumerate(rows):
        after = rows[at + 1] if at + 1 < len(rows) else None
        whole = bool(joined) and len(pieces[-1]) == 1 and _reads_whole(joined[-1], joined[-2:-1], row)
        unindented = indents and lengths[-1] >= width if joined else False
        if joined and _goes_on(_so_far(joined[-1], pieces[-1]), row, after, width, unindented, whole):
            seam = f"“…{pieces[-1][-1][-8:]}｜{row.text[:8]}…”"
            warnings.append(f"第 {row.at} 行像是被换行切断的，已接到上一行：{seam}。")
            gap = " " if _is_latin(pieces[-1][-1][-1]) and _is_latin(row.text[0]) else ""
            pieces[-1].append(gap + row.text)
            lengths[-1] = row.length
            continue
        joined.append(row)
        pieces.append([row.text])
        lengths.append(row.length)
    return [replace(row, text="".join(parts)) for row, parts in zip(joined, pieces, strict=True)], warnings


def is_listed(row: Row) -> bool:
    """An item by its style: of a page, a mail, a Word list with bullets. No line break ever cut it."""
    return row.line.style.startswith(("List Bullet", "List Number"))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _so_far(row: Row, pieces: list[str]) -> Row:
    """The joined row as the next decision sees it: the last piece is enough, but its first one says what it is."""
    if len(pieces) == 1:
        return row
    return replace(row, text="".join([pieces[0][:60], *pieces[-3:]])[-400:])


def cut(before: str, after: str, *, whole: bool = False) -> bool:
    """True when the break between two lines goes through a word, a pair of marks, or a phrase that cannot end there.

    ``whole``: the first line reads as a whole one, so that words which end a heading now and then do not count.
    """
    if not before or not after:
        return False
    if before[-1] in marks.UNFINISHED or after[0] in marks.STARTS_INSIDE:
        return True
    if marks.is_final(before):
        return False
    if _left_open(before[-300:], after[:300]):
        return True
    if before[-1].isascii() and before[-1].isdigit() and (after[0].isdigit() or after[0] in "万亿%％年月日个"):
        return True
    head, tail = before[-10:], after[:10]
    last = rjieba.cut(head)[-1]
    if last in _NEVER_ENDS or (last in _SELDOM_ENDS and not whole):
        return True
    # The end of a heading makes a word with what follows now and then; a stray break seldom comes so early.
    return len(last) == 1 and not (whole and len(before) <= 10) and _through_a_word(head, tail)


def _through_a_word(head: str, tail: str) -> bool:
    """Words of the dictionary only: what else the cutter takes for a word is often two that met by chance."""
    position = 0
    for token in rjieba.cut(head + tail, hmm=False):
        if position < len(head) < position + len(token):
            return True
        position += len(token)
    return False


def _left_open(before: str, after: str) -> bool:
    for opening, closing in ("“”", "《》", "（）", "‘’"):
        if before.rfind(opening) > before.rfind(closing):
            end, again = after.find(closing), after.find(opening)
            if end >= 0 and (again < 0 or end < again):
                return True
    return False


def _reads_whole(row: Row, above: Sequence[Row], after: Row) -> bool:
    """True for a line that may be a heading, or an item of a list that has no stops: only a sure sign joins it on."""
    if marks.is_final(row.text):
        return False
    if ordinal := marks.ordinal(row.text):
        if any(marks.ordinal(row.text) == ordinal and not marks.is_final(row.text) for row in above):
            return True
        return ordinal not in ("points", "firstly") and row.length <= _MOST_HEADING and not marks.is_sentence(row.text)
    settled = not above or marks.is_final(above[0].text) or bool(marks.ordinal(above[0].text))
    paragraph = marks.is_final(after.text) or after.length >= row.length + 8
    return settled and paragraph and row.length < _MOST_HEADING // 2


def _goes_on(row: Row, after: Row, beyond: Row | None, width: int, unindented: bool, whole: bool) -> bool:
    """Does ``after`` continue ``row``? ``beyond`` is the row after it; ``width`` where lines were wrapped.

    ``unindented``: the line above was full and only beginnings are indented. ``whole``: the row reads as a whole one.
    """
    if not (row.words and after.words) or row.line.style != after.line.style or row.line.size_pt != after.line.size_pt:
        return False
    if begins_something(after.text) or stands_alone(row.text) or is_listed(row):
        return False
    if cut(row.text, after.text, whole=whole):
        return True
    if unindented and not after.indented and not after.blanks:
        return True
    if marks.is_final(row.text) or row.line.bold != after.line.bold:
        return False
    if after.blanks and not marks.is_final(after.text):
        return False
    unfinished = not marks.ordinal(row.text) and row.length >= 15 and "，" in row.text
    if unfinished and after.length <= 16 and marks.is_final(after.text) and not row.line.centred:
        return True
    if marks.ordinal(row.text) in ("part", "han", "han-paren") and row.length < _LONG:
        return _rest_of_heading(row, after, beyond)
    if whole:
        return row.length >= width
    return row.length >= min(_LONG, width) and not after.line.centred


def _rest_of_heading(row: Row, after: Row, beyond: Row | None) -> bool:
    """A short line right under a numbered heading, with a paragraph or the next number below it."""
    ends = marks.is_final(after.text) or after.text[-1] in marks.UNFINISHED
    short = after.length <= 16 and "。" not in after.text and ("，" in row.text or "，" not in after.text)
    if ends or after.blanks or not short or beyond is None or cut(after.text, beyond.text):
        return False
    return marks.is_final(beyond.text) or beyond.length >= _LONG


def begins_something(text: str) -> bool:
    """True for a line that surely begins: a number, a dateline, a date, a byline, a caption, a label, a dash."""
    return bool(
        marks.ordinal(text) or marks.dateline(text) or marks.is_date(text) or marks.is_separator(text)
        or marks.is_desk_line(text) or marks.is_caption(text) or marks.labelled(text) or marks.is_section(text)
        or text.startswith(("——", "本报讯")) or marks.is_byline(text)
    )  # fmt: skip


def stands_alone(text: str) -> bool:
    """True for a line that nothing continues."""
    return (
        marks.is_date(text) or marks.is_separator(text) or marks.is_desk_line(text) or marks.is_section(text)
        or marks.is_byline(text)
    )  # fmt: skip


def _usual_width(rows: Sequence[Row]) -> int:
    """The length at which a mail program wrapped the lines; a large number when it did not."""
    open_ended = sorted(row.length for row in rows if row.words and row.length >= 15 and not marks.is_final(row.text))
    if len(open_ended) < 3:
        return 10_000
    middle = open_ended[len(open_ended) // 2]
    near = sum(abs(length - middle) <= 2 for length in open_ended)
    longer = sum(row.length > middle + 4 for row in rows if row.words)
    return middle - 2 if near * 10 >= (len(open_ended) + longer) * 7 else 10_000


def _indents_matter(rows: Sequence[Row]) -> bool:
    """True when some lines are indented and some not: an unindented full line then continues the one above."""
    words = [row for row in rows if row.words]
    indented = sum(row.indented for row in words)
    return indented >= 2 and len(words) - indented >= 2
