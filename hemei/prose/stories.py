"""Several stories in one paste: where the second one begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from hemei.prose import marks
from hemei.prose.mend import Row, begins_something

MOST_HEAD = 5
"""Lines that may stand above a story's first paragraph."""


def is_bodylike(row: Row) -> bool:
    """A line that reads as a paragraph of a body rather than as a title."""
    if not row.words:
        return False
    if marks.dateline(row.text):
        return True
    return row.length >= 45 or "。" in row.text or (row.length >= 30 and marks.is_final(row.text))


def is_headlike(row: Row) -> bool:
    """A line that may be a title: short, no stop at its end, no number before it."""
    return (
        row.words
        and 2 <= row.length <= 44
        and "。" not in row.text
        and not row.text.endswith(("：", "；", ":", ";", "，", "、"))
        and not marks.ordinal(row.text)
        and not marks.is_caption(row.text)
    )


def plain_size(rows: Sequence[Row]) -> float | None:
    """The font size of most characters; None when the copy does not say."""
    sizes: Counter[float] = Counter()
    for row in rows:
        if row.words and row.line.size_pt is not None:
            sizes[row.line.size_pt] += row.length
    return sizes.most_common(1)[0][0] if sizes else None


def parted(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each story, in order. A separator stays with the story above: no mark is lost."""
    begins = sorted({0, *_after_separators(rows), *_at_leads(rows), *_at_large_titles(rows), *_after_gaps(rows)})
    stories = [list(rows[start:end]) for start, end in pairwise([*begins, len(rows)])]
    whole: list[list[Row]] = []
    for story in stories:
        # A story has a paragraph; what has none belongs to the one above.
        if whole and not any(is_bodylike(row) for row in story):
            whole[-1].extend(story)
        else:
            whole.append(story)
    if len(whole) > 1 and not any(is_bodylike(row) for row in whole[0]):
        whole[:2] = [whole[0] + whole[1]]
    return whole


def _after_separators(rows: Sequence[Row]) -> list[int]:
    return [at + 1 for at, row in enumerate(rows[:-1]) if at and row.words and marks.is_separator(row.text)]


def _at_leads(rows: Sequence[Row]) -> list[int]:
    """A second 本报讯, or titles with a byline or date under them in the middle of the copy."""
    found = []
    seen_body = False
    for at, row in enumerate(rows):
        lead = bool(row.words and marks.dateline(row.text))
        under = not lead and _is_signature(row) and at + 1 < len(rows) and is_bodylike(rows[at + 1])
        if seen_body and (lead or under):
            start = _titles_above(rows, at)
            if lead or start < at:
                found.append(start)
        seen_body = seen_body or is_bodylike(row)
    return found


def _is_signature(row: Row) -> bool:
    text = row.text
    return row.words and not text.startswith(("（", "(")) and (marks.is_byline(text) or marks.is_date(text))


def _titles_above(rows: Sequence[Row], at: int) -> int:
    start = at
    while start > 0 and at - start < MOST_HEAD and _may_head(rows[start - 1]):
        start -= 1
    # A name or date on top of the titles closes the story above.
    while start < at and (_is_signature(rows[start]) or rows[start].text.startswith(("（", "("))):
        start += 1
    return start


def _may_head(row: Row) -> bool:
    if marks.is_desk_line(row.text) or marks.is_separator(row.text):
        return False
    return is_headlike(row) or _is_signature(row) or (row.words and row.text.startswith("——"))


def _at_large_titles(rows: Sequence[Row]) -> list[int]:
    """In a .docx: a title as large as the copy's first one, below a body and above another."""
    body = plain_size(rows)
    largest = max((row.line.size_pt or 0.0 for row in rows if row.words), default=0.0)
    if body is None or largest <= body:
        return []
    found = []
    bodies = 0
    for at, row in enumerate(rows):
        if is_bodylike(row):
            bodies += 1
        elif bodies and row.line.size_pt == largest and row.words:
            if not any(is_bodylike(later) for later in rows[at + 1 : at + 1 + MOST_HEAD]):
                continue
            start = at
            while start > 0 and not is_bodylike(rows[start - 1]) and (rows[start - 1].line.size_pt or 0.0) > body:
                start -= 1
            found.append(start)
            bodies = 0
    return found


def _after_gaps(rows: Sequence[Row]) -> list[int]:
    """A gap of two blank lines or more, wider than any inside a story, then titles, then a paragraph."""
    gaps = sorted(row.blanks for row in rows[1:])
    if not gaps:
        return []
    usual = gaps[len(gaps) // 2]
    found = []
    for at in range(1, len(rows) - 1):
        if rows[at].blanks < max(2, usual + 1) or not is_headlike(rows[at]) or begins_something(rows[at].text):
            continue
        if any(is_bodylike(row) for row in rows[:at][-3:]) and any(is_bodylike(row) for row in rows[at + 1 : at + 4]):
            found.append(at)
    return found
