"""校对 in the desk: the story as it stands in the editor is looked through; what is doubted is settled, or waived with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hemei.prose.proof import Copy, Finding, proof
from hemei.prose.proof.copy import Kind

AROUND = 12
"""Characters on each side by which words are known again."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding as the editor sees it, and whether somebody waived it."""

    finding: Finding
    paragraph: str
    """All of the field or paragraph that the words stand in."""
    at: int
    """Where in it they begin."""
    waived: str = ""
    """The reason, when it was waived."""

    @property
    def mark(self) -> str:
        """The words with what is around them: a waiver holds for these, wherever they move to."""
        start, end = self.at, self.at + len(self.finding.text)
        return self.paragraph[max(0, start - AROUND) : end + AROUND]

    @property
    def open(self) -> bool:
        """Whether it keeps the story from being submitted."""
        return self.finding.level == "block" and not self.waived

    def as_json(self) -> dict[str, Any]:
        found = self.finding
        return {
            "rule": found.rule, "level": found.level, "text": found.text, "suggestion": found.suggestion, "why": found.why,
            "paragraph": self.paragraph, "at": self.at, "mark": self.mark, "waived": self.waived,
        }  # fmt: skip


def copy_of(said: Mapping[str, Any]) -> Copy:
    """The words of a story, given as the object that would be frozen (format hemei-story/1)."""
    day = date.fromisoformat(said["date"]) if said["date"] else None
    return Copy.of(((kind, text) for kind, text in _fields(said) if text), day)


def _fields(said: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    yield "kicker", said["kicker"]
    yield "headline", said["headline"]
    yield "deck", said["deck"]
    yield "byline", said["byline"]
    for line in said["gist"]:
        yield "body", line
    if said["lead"]:
        yield "caption", said["lead"]["caption"]
        yield "credit", said["lead"]["credit"]
    for block in said["body"]:
        kind = block["kind"]
        if kind == "paragraph":
            yield "body", "".join(run["t"] for run in block["runs"])
        elif kind == "heading":
            yield "heading", block["text"]
        elif kind == "list":
            yield from (("body", "".join(run["t"] for run in item)) for item in block["items"])
        elif kind == "quote":
            yield "body", block["text"]
        elif kind == "picture":
            yield "caption", block["caption"]
            yield "credit", block["credit"]
        else:
            yield "caption", block["caption"]
            yield from (("body", cell) for row in [block["head"], *block["rows"]] for cell in row)
    yield "body", said["correction"]


def doubts(said: Mapping[str, Any], waivers: Iterable[tuple[str, str, str]]) -> list[Doubt]:
    """What is doubted in a story, in its order. Waivers are (rule, mark, reason)."""
    copy = copy_of(said)
    reasons = {(rule, mark): reason for rule, mark, reason in waivers}
    found = []
    for finding in proof(copy):
        part = next(part for part in reversed(copy.parts) if part.start <= finding.start)
        doubt = Doubt(finding, copy.text[part.start : part.end], finding.start - part.start)
        found.append(Doubt(finding, doubt.paragraph, doubt.at, reasons.get((finding.rule, doubt.mark), "")))
    return found
