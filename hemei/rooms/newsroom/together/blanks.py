"""Places of a template that nobody filled in: they look like 【日期】 and must not be printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hemei.rooms.ledger.models import Entry

RULE = "T01"
"""The id under which these findings stand among those of the proofreading."""
USED = "用模板"
"""The deed that says from which template a story was made, and what had to be filled in."""
PLACE = re.compile("【([^【】\n]{1,40})】")
PLAIN = frozenset({
    "日期", "时间", "地点", "姓名", "单位", "署名", "来源", "电话", "数字", "人数", "金额", "职务", "原因", "题目", "标题",
    "正文", "待补", "待核", "待定", "待查",
})  # fmt: skip
"""What is certainly a place to fill in, wherever it comes from; another 【】 may be a label that is meant."""


def places(texts: Iterable[str]) -> list[str]:
    """What is to be filled in, in the order in which it first comes, without the marks."""
    return list(dict.fromkeys(place for text in texts for place in PLACE.findall(text)))


def asked(entries: Iterable[Entry]) -> frozenset[str]:
    """What the template of a story left to be filled in, by the story's entries in the ledger."""
    return frozenset(place for each in entries if each.deed == USED for place in each.detail["places"])


def unfilled(words: str, known: frozenset[str]) -> Iterator[re.Match[str]]:
    """The places in these words that still wait. ``known``: those of the story's own template."""
    return (found for found in PLACE.finditer(words) if found[1] in known or found[1].strip() in PLAIN)
