"""How long a copy is, as Chinese newsrooms count: Word's 字数."""

from __future__ import annotations

import re

_WIDE = r"\u2014-\u2026\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
"""Han characters, the marks between them, and what is as wide as they are."""
_COUNTED = re.compile(rf"(?!\s)[{_WIDE}]|[^\s{_WIDE}]+")


def count(text: str) -> int:
    """Length of the text: each Han character and Chinese mark is one, each run of Latin letters or figures is one."""
    return sum(1 for _ in _COUNTED.finditer(text))


def reading_minutes(characters: int, a_minute: int = 400) -> int:
    """Whole minutes to read so many characters, at least 1. 300 to 500 a minute is usual for Chinese on a screen."""
    return max(1, -(-characters // a_minute))


_NARROW = re.compile(rf"[^\s{_WIDE}]")


def places(text: str) -> int:
    """版面字数: what the text takes up on a page set in squares: a Han character or Chinese mark one, figures and Latin letters
    half of one."""
    wide = sum(1 for each in _COUNTED.findall(text) if len(each) == 1 and not _NARROW.match(each))
    return wide + -(-len(_NARROW.findall(text)) // 2)
