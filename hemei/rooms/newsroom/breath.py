"""数字与气口 Numbers and breath: how long a story is on the page, on the air and for a reader, how its headline breaks, and what
a newsreader reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hemei.prose.count import count, places, reading_minutes
from hemei.prose.directives import Directive, directives
from hemei.prose.headline import segments
from hemei.prose.spoken import seconds, spoken

MOST_SPOKEN = 20_000
"""Characters of which a script is made; longer ones are no broadcast."""
MOST_TITLE = 200


def breath(said: Mapping[str, Any]) -> dict[str, Any]:
    """Of a story, given as the object that would be frozen: what the line under the proofreading shows."""
    body = "\n".join(text for _, text in _read(said))
    characters = count(body)
    quick, easy = seconds(body[:MOST_SPOKEN])
    return {
        "characters": characters,
        "places": places(body),
        "minutes": reading_minutes(characters) if characters else 0,
        "air": f"{_clock(quick)}—{_clock(easy)}" if 0 < len(body) <= MOST_SPOKEN else "",
        "headline": list(segments(said["headline"][:MOST_TITLE])),
        "script": spoken(body) if len(body) <= MOST_SPOKEN else "",
    }


def tasks(said: Mapping[str, Any]) -> list[Directive]:
    """督办线索: what a meeting report tells somebody to do."""
    lines = list(_read(said))
    day = date.fromisoformat(said["date"]) if said["date"] else None
    return directives("\n".join(text for _, text in lines), day, [text for kind, text in lines if kind == "heading"])


def _read(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is read aloud, a paragraph each; no captions, no tables."""
    for block in said["body"]:
        if block["kind"] == "paragraph":
            yield "body", "".join(run["t"] for run in block["runs"])
        elif block["kind"] == "list":
            yield from (("body", "".join(run["t"] for run in item)) for item in block["items"])
        elif block["kind"] in ("heading", "quote"):
            yield block["kind"], block["text"]


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分 {rest} 秒" if minutes and rest else f"{minutes} 分" if minutes else f"{rest} 秒"
