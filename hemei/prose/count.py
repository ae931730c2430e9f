"""How long a copy is, as Chinese newsrooms count: Word's 字数."""

from __future__ import annotations

import re

_COUNTED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u3000-\u303f\u2014-\u2026\U00020000-\U0003ffff]|[^\s\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u3000-\u303f\u2014-\u2026\U00020000-\U0003ffff]+")


def count(text: str) -> int:
    """Characters of the text: each Han character and Chinese mark is one, each run of Latin letters or figures is one."""
    return sum(1 for match in _COUNTED.finditer(text) if not match[0].isspace())


def reading_minutes(characters: int, a_minute: int = 400) -> int:
    """Whole minutes to read so many characters, at least 1. 300 to 500 a minute is usual for Chinese prose on a screen."""
    return max(1, -(-characters // a_minute))
