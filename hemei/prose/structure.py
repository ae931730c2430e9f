"""The structurer: proposes what each line of a copy is. It loses no word, adds none, and says what it guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hemei.prose import marks
from hemei.prose.filed import Filed, FiledBlock, Line, bare
from hemei.prose.head import Parts, is_small_line, take_head, take_small_line
from hemei.prose.mend import Row, is_listed, mended, rows_of, spelt_titles
from hemei.prose.people import people
from hemei.prose.stories import is_bodylike, parted, plain_size

__all__ = ["MOST_CHARACTERS", "Filed", "FiledBlock", "Line", "TooLong", "bare", "structure"]

MOST_CHARACTERS = 1_000_000
MOST_ROWS = 50_000
MOST_STORIES = 200
MOST_WARNINGS = 60


class TooLong(ValueError):
    """A copy beyond MOST_CHARACTERS; the message is for the editor."""


def structure(lines: Iterable[Line], warnings: Sequence[str] = ()) -> tuple[Filed, ...]:
    """The stories in a copy, in order; none when it has no words. ``warnings`` of the file are told with each story.

    Law: for all stories together, ``bare`` of every ``Filed.in_copy_order`` equals ``bare`` of the lines.
    Time grows linearly with the copy. Raises TooLong.
    """
    lines = list(lines)
    if sum(len(line.text) + sum(len(cell) for row in line.rows for cell in row) for line in lines) > MOST_CHARACTERS:
        raise TooLong("这份来稿超过 100 万字。请拆成几份，一次交一份。")
    rows = rows_of([_seen(line) for line in lines])
    if len(rows) > MOST_ROWS:
        raise TooLong("这份来稿超过 5 万行。请拆成几份，一次交一份。")
    rows, spelt = spelt_titles(rows)
    stories = parted(rows) if rows else []
    told = [*warnings, *spelt]
    if len(stories) > MOST_STORIES:
        raise TooLong(f"这份来稿像是 {len(stories)} 篇，一次最多收 {MOST_STORIES} 篇。请拆开再交。")
    if len(stories) > 1:
        told.append(f"这份来稿像是 {len(stories)} 篇，已经分开，请逐篇核对。")
    return tuple(_story(story, told) for story in stories)


def _seen(line: Line) -> Line:
    """The line without what cannot be seen: control, bidirectional and zero-width characters."""
    if line.text.isprintable() and all(cell.isprintable() for row in line.rows for cell in row):
        return line
    return replace(line, text=_printable(line.text), rows=tuple(tuple(map(_printable, row)) for row in line.rows))


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c.isspace() or bare(c))


def _story(rows: Sequence[Row], told: Sequence[str]) -> Filed:
    parts = Parts(warnings=list(told))
    plain = plain_size(rows)
    body = take_head(rows, plain, parts)
    joined, broken = mended(body)
    parts.warnings += broken
    _take_body(joined, plain, parts)
    if not any(block.kind != "picture" and not block.furniture for block in parts.body):
        parts.warnings.append("没有找到正文，请补上。")
    if len(parts.warnings) > MOST_WARNINGS:
        more = len(parts.warnings) - MOST_WARNINGS
        parts.warnings[MOST_WARNINGS:] = [f"还有 {more} 处同类提示没有列出。"]
    named = people([block.text for block in parts.body if block.kind not in ("picture", "table")])
    return Filed(
        **parts.fields,
        body=tuple(parts.body),
        people=named,
        warnings=tuple(dict.fromkeys(parts.warnings)),
        order=tuple(parts.order),
    )


def _take_body(rows: Sequence[Row], plain: float | None, parts: Parts) -> None:
    kinds = _Kinds(rows, plain)
    started = False
    for at, row in enumerate(rows):
        if not row.words:
            _take_figure(row, parts)
        elif parts.order and parts.order[-1] == "body" and _is_caption_of(parts.body[-1], row):
            parts.body[-1] = replace(parts.body[-1], text=row.text)
        elif is_small_line(row.text) and not (marks.is_section(row.text) and started):
            take_small_line(row, parts)
        elif not started:
            started = True
            _take_lead(row, kinds.of(at), parts)
        else:
            _take_block(row, kinds.of(at), at == kinds.last, parts)


def _take_figure(row: Row, parts: Parts) -> None:
    kind = "picture" if row.line.picture is not None else "table"
    parts.block(FiledBlock(kind, row.text, 0, row.line.rows, row.line.picture))


def _is_caption_of(block: FiledBlock, row: Row) -> bool:
    captioned = marks.is_caption(row.text) or row.line.style.lower() in ("caption", "题注")
    return block.kind == "picture" and not block.text and captioned


def _take_lead(row: Row, kind: tuple[str, int], parts: Parts) -> None:
    """The first paragraph, without the dateline and the byline that it begins with."""
    text = row.text
    if mark := marks.dateline(text):
        rest = text[len(mark) :].lstrip()
        byline = marks.lead_byline(rest)
        if byline and "byline" in parts.fields:
            # A byline stands above already; this one stays with its dateline.
            end = len(text) - len(rest) + len(byline)
            mark, rest, byline = text[:end], rest[len(byline) :], ""
        parts.give("dateline", mark)
        if byline:
            parts.give("byline", byline.strip())
            rest = rest[len(byline) :]
        text = rest.lstrip()
    elif "byline" not in parts.fields and (byline := marks.lead_byline(text)):
        parts.give("byline", byline.strip())
        text = text[len(byline) :].lstrip()
    if text:
        _take_block(replace(row, text=text), kind, False, parts)


def _take_block(row: Row, kind: tuple[str, int], last: bool, parts: Parts) -> None:
    name, level = kind
    if name == "guess":
        parts.warnings.append(f"把“{row.text[:20]}”当作小标题，请核对。")
        name = "heading"
    elif name == "unsure":
        parts.warnings.append(f"“…{row.text[-10:]}”这一段没有句末的标点：是小标题，还是与下一段相连？请核对。")
        name = "paragraph"
    text = row.text
    tail = marks.tail_byline(text) if last and name in ("paragraph", "item") else ""
    if tail and "byline" not in parts.fields and len(text) > len(tail):
        parts.block(FiledBlock(name, text[: -len(tail)].rstrip(), level))
        parts.give("byline", tail.strip())
    else:
        parts.block(FiledBlock(name, text, level))


class _Kinds:
    """Judges each row of a body: heading, item, quote or paragraph.

    To be looked at: "guess", which becomes a heading, and "unsure", which becomes a paragraph.
    """

    def __init__(self, rows: Sequence[Row], plain: float | None) -> None:
        self.rows = rows
        self.plain = plain
        self.ordinals = [marks.ordinal(row.text) if row.words else "" for row in rows]
        self.seen = Counter(self.ordinals)
        self.heads = self._headings()
        self.last = max((at for at, row in enumerate(rows) if row.words and not is_small_line(row.text)), default=-1)
        self.top = min((level for row in rows if (level := _styled(row))), default=1)

    def of(self, at: int) -> tuple[str, int]:
        row = self.rows[at]
        style = row.line.style.lower()
        if "quote" in style or "引用" in style:
            return "quote", 0
        if is_listed(row):
            return "item", 0
        if level := _styled(row):
            return "heading", 2 if level == self.top else 3
        if ordinal := self.ordinals[at]:
            return self._numbered(at, ordinal)
        kind = self._unnumbered(at)
        return ("unsure", 0) if kind == ("paragraph", 0) and self._is_open(at) else kind

    def _numbered(self, at: int, ordinal: str) -> tuple[str, int]:
        if at in self.heads:
            above = any(self.seen[name] for name in ("part", "han") if name != ordinal)
            low = ordinal in ("figure", "figure-paren") or (ordinal == "han-paren" and above)
            level = 3 if low and (above or self.seen["han-paren"]) else 2
            return "guess" if self.rows[at].text.endswith("。") else "heading", level
        if ordinal == "part":
            return "paragraph", 0
        if ordinal in ("points", "firstly") and self.seen[ordinal] < 2:
            return "paragraph", 0
        return "item", 0

    def _is_open(self, at: int) -> bool:
        """A paragraph without a final mark, and below it one that has a mark but no number."""
        if at + 1 >= len(self.rows) or marks.is_final(self.rows[at].text) or marks.is_caption(self.rows[at].text):
            return False
        below = self.rows[at + 1]
        return below.words and not self.ordinals[at + 1] and marks.is_final(below.text)

    def _headings(self) -> set[int]:
        """The numbered rows that are headings: in their row of numbers, most are short and have something else below."""
        found: set[int] = set()
        for name in ("part", "han", "han-paren", "figure", "figure-paren"):
            runs: list[list[int]] = []
            for at, ordinal in enumerate(self.ordinals):
                if ordinal == name:
                    if not runs or marks.is_first(self.rows[at].text):
                        runs.append([])
                    runs[-1].append(at)
            for run in runs:
                if 2 * sum(self._is_headed(at) for at in run) >= len(run):
                    found.update(at for at in run if _short(self.rows[at]) or self._is_headed(at))
        return found

    def _is_headed(self, at: int) -> bool:
        """Short, with something else above and below it; also with a stop at its end ("（一）加强领导。")."""
        row, own = self.rows[at], self.ordinals[at]
        if at + 1 == len(self.rows) or self.ordinals[at + 1] == own or (at and self.ordinals[at - 1] == own):
            return False
        stopped = row.length <= 16 and row.text.find("。") == len(row.text) - 1
        return _short(row) or (stopped and not self.ordinals[at + 1])

    def _unnumbered(self, at: int) -> tuple[str, int]:
        row = self.rows[at]
        following = self.rows[at + 1] if at + 1 < len(self.rows) else None
        if not _short(row) or row.length < 2 or following is None or not following.words:
            return "paragraph", 0
        if marks.is_final(row.text) or marks.is_caption(row.text):
            return "paragraph", 0
        larger = self.plain is not None and (row.line.size_pt or 0.0) > self.plain
        if (row.line.bold and not following.line.bold) or larger or (row.line.centred and not following.line.centred):
            return "heading", 2
        before = self.rows[at - 1] if at else None
        listed = bool(at and self.ordinals[at - 1]) and self.of(at - 1)[0] == "item"
        settled = before is None or not before.words or marks.is_final(before.text) or listed
        follows = is_bodylike(following) or marks.is_final(following.text)
        guess = settled and follows and row.length <= 24 and not marks.is_sentence(row.text)
        return ("guess", 2) if guess else ("paragraph", 0)


def _short(row: Row) -> bool:
    """Heading-like: at most 44 characters, without a stop inside or at the end."""
    text = row.text
    return (
        row.length <= 44 and "。" not in text and "；" not in text and not text.endswith(("：", ":", "，", "、", "…"))
    )


def _styled(row: Row) -> int:
    """The level of a Word heading style ("heading 2", "标题 2"), or 0."""
    name = row.line.style.lower().replace("标题", "heading").replace(" ", "")
    return int(name[7]) if row.words and name.startswith("heading") and name[7:8].isdigit() else 0
