"""What is proofread, and what is found: plain values, positions in characters of the copy's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from hemei.prose.register import House

Level = Literal["block", "warn", "fix"]
"""block: settled before submission, by a correction or by a waiver with a reason; warn: looked at; fix: safe to apply."""
_Day = date
NONE = House()
"""A newsroom without lists."""
Kind = Literal["kicker", "headline", "deck", "byline", "heading", "body", "caption", "credit"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the copy that is one field of the story, or one paragraph of its body."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt about some words."""

    rule: str
    """The rule's id: P01."""
    level: Level
    start: int
    end: int
    text: str
    suggestion: str | None
    """What to put in the place of the words; empty to strike them out; None when only a person can say."""
    why: str


@dataclass(frozen=True)
class Copy:
    """One copy: every word of it in one text, part after part, and what it is judged by."""

    text: str
    parts: Sequence[Part]
    date: date | None = None
    """The story's own date; rules that need one are silent without it."""
    house: House = NONE
    """The newsroom's own lists: its register, fixed phrases, staff."""
    today: _Day | None = None
    """The day on which it is looked at: a copy without a date of its own is judged by the offices of this day."""

    @classmethod
    def of(
        cls,
        fields: Iterable[tuple[Kind, str]],
        date: _Day | None = None,
        house: House = NONE,
        today: _Day | None = None,
    ) -> Copy:
        """The copy whose parts say this, one on a line."""
        texts: list[str] = []
        parts: list[Part] = []
        at = 0
        for kind, text in fields:
            parts.append(Part(kind, at, at + len(text)))
            texts.append(text)
            at += len(text) + 1
        return cls("\n".join(texts), parts, date, house, today)

    @classmethod
    def plain(cls, text: str, date: _Day | None = None, house: House = NONE) -> Copy:
        """Plain paragraphs, one on a line."""
        parts: list[Part] = []
        at = 0
        for line in text.split("\n"):
            if line.strip():
                parts.append(Part("body", at, at + len(line)))
            at += len(line) + 1
        return cls(text, parts, date, house)

    def all(self, *kinds: Kind) -> list[Part]:
        """The parts of these kinds, in order."""
        return [part for part in self.parts if part.kind in kinds]

    @property
    def day(self) -> _Day | None:
        """The day whose offices count."""
        return self.date or self.today

    @cached_property
    def starts(self) -> list[int]:
        """Where the parts start, in order."""
        return [part.start for part in self.parts]
