"""Notes on a story's words: who is mentioned in one, and where the words that it is about stand now. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hemei.rooms.newsroom.together import merge

MOST_TEXT = 1000
MOST_QUOTE = 200
MOST_NOTES = 500
"""Notes and answers that one story may have."""
Place = Literal["there", "moved", "changed", "whole"]
"""The words stand where they stood · stand elsewhere · were changed or taken out · the note is about the whole story."""
FIELDS = {
    "kicker": "眉题", "headline": "主题", "deck": "副题", "dateline": "电头", "byline": "署名", "gist": "要点",
    "lead_caption": "题图图说", "source": "来源", "correction": "更正说明",
}  # fmt: skip
"""The fields that a note may be about."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a story says now: its fields, and its body's blocks by their ids, in order."""

    fields: Mapping[str, str]
    blocks: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, fields: Mapping[str, Any], stream: Sequence[Mapping[str, Any]]) -> Words:
        blocks = []
        for part in stream:
            said = "\n".join(unit.words for unit in merge.units([part]))
            blocks.append((str(part.get("id") or ""), said))
        return cls({name: str(fields.get(name) or "") for name in FIELDS}, blocks)


def close(text: str) -> str:
    """Words as they are compared: without blanks and line ends, which come and go with editing."""
    return re.sub(r"\s+", "", text)


def place(words: Words, *, block: str, field: str, quote: str) -> Place:
    """Where the words that a note is about stand now."""
    sought = close(quote)
    if field:
        return "there" if sought in close(words.fields.get(field, "")) else "changed"
    if not sought:
        return "whole" if not block else "there" if any(name == block for name, _ in words.blocks) else "changed"
    if any(name == block and sought in close(said) for name, said in words.blocks):
        return "there"
    return "moved" if sought in close("\n".join(said for _, said in words.blocks)) else "changed"


def block_of(words: Words, quote: str) -> str:
    """The id of the block in which these words stand first; "" when nowhere, or when they run over several."""
    sought = close(quote)
    return next((name for name, said in words.blocks if sought and sought in close(said)), "")


def mentioned(text: str, people: Collection[tuple[str, str]]) -> frozenset[str]:
    """Whom a note mentions as @姓名. ``people``: (id, name). Of names that begin alike the longest that fits counts."""
    by_length = sorted(((name, person) for person, name in people if name), key=lambda one: -len(one[0]))
    found = set()
    for at in re.finditer("[@＠]", text):
        for name, _ in by_length:
            if text.startswith(name, at.end()):
                found |= {who for each, who in by_length if each == name}  # namesakes are all told
                break
    return frozenset(found)
