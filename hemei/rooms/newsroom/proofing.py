"""校对 in the desk: the story as it stands in the editor is looked through; what is doubted is settled, or waived with a reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from hemei.prose.proof import Copy, Finding, proof
from hemei.prose.proof.copy import Kind
from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom.rules import lines
from hemei.rooms.newsroom.together import blanks
from hemei.rooms.register.queries import house

AROUND = 12
"""Characters on each side by which words are known again."""
SHOWN = 60
"""Characters on each side by which a browser finds them."""
MOST = 300
"""Doubts that a screen lists."""
MOST_MARK = 300
"""Characters by which a waiver knows its words, at most; of longer ones the two ends."""
WAIVED = "放行"
"""The deed by which a waiver stands in the ledger."""
NAMED = 3
"""How many doubts a refusal names."""


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
        whole = self._window(AROUND)[0]
        return whole if len(whole) <= MOST_MARK else whole[: MOST_MARK // 2] + whole[-MOST_MARK // 2 :]

    def _window(self, around: int) -> tuple[str, int]:
        """The words with so many characters on each side, and where in that they begin."""
        start = max(0, self.at - around)
        return self.paragraph[start : self.at + len(self.finding.text) + around], self.at - start

    @property
    def open(self) -> bool:
        """Whether it keeps the story from being submitted."""
        return self.finding.level == "block" and not self.waived

    def as_json(self) -> dict[str, Any]:
        found, (around, at) = self.finding, self._window(SHOWN)
        return {
            "rule": found.rule, "level": found.level, "text": found.text, "suggestion": found.suggestion, "why": found.why,
            "around": around, "at": at, "mark": self.mark, "waived": self.waived,
        }  # fmt: skip


def copy_of(said: Mapping[str, Any]) -> Copy:
    """The words of a story, given as the object that would be frozen (format hemei-story/1), and the register to judge them
    by: as it was on the story's date, or as it is today where the story has none."""
    day = date.fromisoformat(said["date"]) if said["date"] else None
    return Copy.of(((kind, text) for kind, text in _fields(said) if text), day, house(), timezone.localdate())


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
            yield "heading", block["caption"]  # of a table: nobody took it, so that no credit is missed
            yield from (("body", cell) for row in [block["head"], *block["rows"]] for cell in row)
    yield "body", said["correction"]


def doubts(
    said: Mapping[str, Any], waivers: Mapping[tuple[str, str], str], places: frozenset[str] = frozenset()
) -> list[Doubt]:
    """What is doubted in a story, in its order. Waivers are reasons by (rule, mark); places, what its template asks for."""
    copy = copy_of(said)
    found = [replace(each, waived=waivers.get((blanks.RULE, each.mark), "")) for each in _unfilled(said, places)]
    for finding in proof(copy):
        part = copy.parts[bisect_right(copy.starts, finding.start) - 1]
        doubt = Doubt(finding, copy.text[part.start : part.end], finding.start - part.start)
        found.append(replace(doubt, waived=waivers.get((finding.rule, doubt.mark), "")))
    return found


def _unfilled(said: Mapping[str, Any], places: frozenset[str]) -> Iterator[Doubt]:
    for _, words in lines(dict(said)):
        for one in blanks.unfilled(words, places):
            yield Doubt(
                Finding(blanks.RULE, "block", one.start(), one.end(), one[0], None, "这里还没有填"), words, one.start()
            )


def waivers(entries: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """What was waived of a story, by its entries in the ledger."""
    return {
        (each.detail["rule"], each.detail["mark"]): each.detail["reason"] for each in entries if each.deed == WAIVED
    }


def unsettled(found: Iterable[Doubt]) -> str:
    """What to tell whoever wants to submit: what is still to be settled; empty when nothing is."""
    left = [each for each in found if each.open]
    if not left:
        return ""
    named = "；".join(f"“{each.finding.text}”（{each.finding.why}）" for each in left[:NAMED])
    more = f"等 {len(left)} 处" if len(left) > NAMED else ""
    return f"校对有必改的地方没有处理：{named}{more}。请改正；确实没错的，在“校对”里写明理由放行。"
