"""What two sequences have in common, in bounded time whatever they hold: unique items first, then longest common runs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

MOST_CELLS = 9_000_000
"""Pairs of items that are compared between two unique ones, at most; above it the whole stretch counts as changed."""

MOST_CLOSE = 120_000
"""Pairs of characters that are compared at once, at most: two paragraphs of some 350."""
MOST_TOGETHER = 3_000_000
"""The same for all paragraphs of a story together."""

_CLAUSE = re.compile("[^，。；：！？、,;!?]*[，。；：！？、,;!?]?")
Pair = tuple[int, int]
Part = tuple[str, str]
"""("same" | "added" | "removed", words)"""
Change = tuple[str, int, int, int, int]
"""("equal" | "changed", from, to in the first, from, to in the second)"""


def pairs(a: Sequence[Hashable], b: Sequence[Hashable], cells: int = MOST_CELLS) -> list[Pair]:
    """Which items of ``a`` are which of ``b``, in order: a common subsequence, as long as the bound lets it be.

    Items that are unique on both sides are anchors (patience); between them it is the longest one, by Hyyrö's
    bit-parallel algorithm (2004). Its cost is a 64th of a step a cell, so there are few texts that reach the bound.
    """
    made: list[Pair] = []
    i = j = 0
    for x, y in [*_anchors(a, b), (len(a), len(b))]:
        made += _between(a, i, x, b, j, y, cells)
        if x < len(a):
            made.append((x, y))
        i, j = x + 1, y + 1
    return made


def changes(a: Sequence[Hashable], b: Sequence[Hashable]) -> Iterator[Change]:
    """The two sequences as stretches that are equal and stretches that changed, in order."""
    i = j = 0
    equal = 0
    for x, y in [*pairs(a, b), (len(a), len(b))]:
        if (x, y) == (i + equal, j + equal) and x < len(a):
            equal += 1
            continue
        if equal:
            yield "equal", i, i + equal, j, j + equal
            i, j = i + equal, j + equal
        if (i, j) != (x, y):
            yield "changed", i, x, j, y
        i, j, equal = x, y, 1


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    """Items that stand once on each side, as many as keep their order."""
    here, there = Counter(a), Counter(b)
    where = {item: at for at, item in enumerate(b) if there[item] == 1}
    common = [(at, where[item]) for at, item in enumerate(a) if here[item] == 1 and item in where]
    ends: list[int] = []  # the longest rising row of the second numbers
    last: list[int] = []
    before: list[int] = []
    for at, (_, y) in enumerate(common):
        place = bisect_left(ends, y)
        before.append(last[place - 1] if place else -1)
        if place == len(ends):
            ends.append(y)
            last.append(at)
        else:
            ends[place], last[place] = y, at
    made: list[Pair] = []
    at = last[-1] if last else -1
    while at >= 0:
        made.append(common[at])
        at = before[at]
    return made[::-1]


def _between(a: Sequence[Hashable], i: int, x: int, b: Sequence[Hashable], j: int, y: int, cells: int) -> list[Pair]:
    front: list[Pair] = []
    while i < x and j < y and a[i] == b[j]:
        front.append((i, j))
        i, j = i + 1, j + 1
    back: list[Pair] = []
    while i < x and j < y and a[x - 1] == b[y - 1]:
        x, y = x - 1, y - 1
        back.append((x, y))
    middle = _longest(a[i:x], b[j:y]) if 0 < (x - i) * (y - j) <= cells else []
    return front + [(i + p, j + q) for p, q in middle] + back[::-1]


def _longest(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    masks: dict[Hashable, int] = {}
    for at, item in enumerate(b):
        masks[item] = masks.get(item, 0) | 1 << at
    full = (1 << len(b)) - 1
    row, rows = full, []
    for item in a:
        met = row & masks.get(item, 0)
        row = ((row + met) | (row - met)) & full
        rows.append(row)
    made: list[Pair] = []
    i, j = len(a), len(b)
    while i and j:
        if rows[i - 1] >> (j - 1) & 1:
            j -= 1
            continue
        i -= 1
        if i and not rows[i - 1] >> (j - 1) & 1:
            continue
        j -= 1
        made.append((i, j))
    return made[::-1]


class Allowance:
    """How many characters of a story may still be compared with each other."""

    def __init__(self, cells: int = MOST_TOGETHER) -> None:
        self.cells = cells

    def take(self, cells: int) -> bool:
        if cells > min(MOST_CLOSE, self.cells):
            return False
        self.cells -= cells
        return True


def within(old: str, new: str, left: Allowance) -> tuple[Part, ...]:
    """What changed within one line: by characters, or where that is too much by clauses, or as a whole."""
    front = 0
    while front < min(len(old), len(new)) and old[front] == new[front]:
        front += 1
    back = 0
    while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
        back += 1
    parts = [("same", old[:front])]
    parts += _middle(old[front : len(old) - back], new[front : len(new) - back], left)
    parts.append(("same", old[len(old) - back :]))
    return _joined(parts)


def _middle(old: str, new: str, left: Allowance) -> Iterator[Part]:
    if left.take(len(old) * len(new)):
        yield from _characters(old, new)
        return
    a, b = _CLAUSE.findall(old), _CLAUSE.findall(new)
    for what, i, x, j, y in changes(a, b):
        was, now = "".join(a[i:x]), "".join(b[j:y])
        if what == "equal":
            yield "same", was
        elif left.take(len(was) * len(now)):
            yield from _characters(was, now)
        else:
            yield from (("removed", was), ("added", now))


def _characters(old: str, new: str) -> Iterator[Part]:
    for what, i, x, j, y in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            yield "same", old[i:x]
        else:
            yield from (("removed", old[i:x]), ("added", new[j:y]))


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    made: list[Part] = []
    for what, words in parts:
        if not words:
            continue
        if made and made[-1][0] == what:
            made[-1] = (what, made[-1][1] + words)
        else:
            made.append((what, words))
    return tuple(made)
