"""Three-way merging of a story: what one side changed is taken, what both changed is put before a person. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any, Literal

from hemei.rooms.newsroom import content
from hemei.rooms.newsroom.together import align
from hemei.seal.digest import digest

FIELDS = (
    "kicker", "headline", "deck", "dateline", "byline", "section", "tags", "lead", "lead_alt", "lead_caption",
    "lead_credit", "gist", "source", "editor", "date", "correction",
)  # fmt: skip
"""What is merged as a whole: everything that the form has, except the body."""
WORDS = frozenset(FIELDS) - {"section", "lead", "date"}
"""Of them those that can be written anew."""
Choice = Literal["mine", "theirs", "both", "edit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest part of a body that is merged: a paragraph, a subheading, an item of a list, a picture, a table."""

    kind: str
    """"text", or the type of the editor's block."""
    value: str
    """A text's one element in HTML; the canonical JSON of anything else."""
    block: str = field(default="", compare=False)
    """The id of the editor's block that it came from: notes are tied to it."""

    @property
    def words(self) -> str:
        """All of it that can be read, as plain text."""
        if self.kind == "text":
            return "".join(_run_words(block) for block in content.rich_text(self.value))
        value = json.loads(self.value)
        said = value.values() if isinstance(value, dict) else [value]
        return "　".join(each for each in said if isinstance(each, str) and each)


@dataclass(frozen=True, slots=True)
class State:
    """A story's words at one moment: its fields as the form keeps them, and its body in units."""

    fields: Mapping[str, Any]
    body: tuple[Unit, ...]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> State:
        """From what a revision keeps, or a story's ``serializable_data``."""
        return cls({name: kept.get(name) for name in FIELDS}, tuple(units(json.loads(kept.get("body") or "[]"))))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A part of the body that both sides changed, each in its own way."""

    base: tuple[Unit, ...]
    mine: tuple[Unit, ...]
    theirs: tuple[Unit, ...]

    @property
    def name(self) -> str:
        """By what it is known again when the merge is made anew."""
        return _name("body", *((each.kind + each.value for each in side) for side in (self.mine, self.theirs)))

    @property
    def editable(self) -> bool:
        """Whether it is all text, so that it can be written anew as lines."""
        return all(each.kind == "text" for each in self.mine + self.theirs)


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that both sides changed, each in its own way."""

    field: str
    base: Any
    mine: Any
    theirs: Any

    @property
    def name(self) -> str:
        return _name(self.field, [json.dumps(self.mine)], [json.dumps(self.theirs)])


@dataclass(frozen=True, slots=True)
class Merged:
    """Both sides in one; not finished while there are conflicts."""

    fields: Mapping[str, Any]
    """Those without a conflict."""
    body: tuple[Unit | Conflict, ...]
    field_conflicts: tuple[FieldConflict, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return tuple(each for each in self.body if isinstance(each, Conflict))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decided about one conflict."""

    choice: Choice
    words: str = ""
    """With "edit": what is to stand there."""


def merge(base: State, mine: State, theirs: State) -> Merged:
    """Both sides' changes to ``base``. What only one side changed is as that side has it; what both changed alike, too."""
    fields: dict[str, Any] = {}
    open_fields = []
    for name in FIELDS:
        old, here, there = ((state.fields.get(name) or "") for state in (base, mine, theirs))
        if here == there or there == old:
            fields[name] = mine.fields.get(name)
        elif here == old:
            fields[name] = theirs.fields.get(name)
        else:
            open_fields.append(FieldConflict(name, old, here, there))
    return Merged(fields, tuple(_bodies(base.body, mine.body, theirs.body)), tuple(open_fields))


Edit = tuple[int, int, tuple[Unit, ...]]
"""(from, to, what stands there now): a change to the base; an insertion where from is to."""


def _edits(base: Sequence[Unit], side: Sequence[Unit]) -> list[Edit]:
    made: list[Edit] = []
    for what, a, b, c, d in align.changes(base, side):
        if what == "equal":
            continue
        if b - a == d - c:  # as many as before: each is the successor of one
            made += [(a + at, a + at + 1, (side[c + at],)) for at in range(b - a)]
        else:
            made.append((a, b, tuple(side[c:d])))
    return made


def taken_out(base: State, side: State) -> list[Unit]:
    """What one side struck out of the base without anything in its place."""
    return [unit for a, b, put in _edits(base.body, side.body) if not put for unit in base.body[a:b]]


def _bodies(base: Sequence[Unit], mine: Sequence[Unit], theirs: Sequence[Unit]) -> Iterator[Unit | Conflict]:
    kept = {each: each.block for each in mine} | {each: each.block for each in theirs}  # ids as they are known now
    at = 0
    for low, high, here, there in _groups(_edits(base, mine), _edits(base, theirs)):
        yield from (_named(each, kept) for each in base[at:low])
        old, ours, others = tuple(base[low:high]), _applied(base, low, high, here), _applied(base, low, high, there)
        if not there or ours == others:
            yield from ours
        elif not here:
            yield from others
        else:
            yield from _parted(old, ours, others)
        at = high
    yield from (_named(each, kept) for each in base[at:])


def _named(unit: Unit, kept: Mapping[Unit, str]) -> Unit:
    return Unit(unit.kind, unit.value, kept.get(unit, unit.block))


def _parted(old: tuple[Unit, ...], ours: tuple[Unit, ...], others: tuple[Unit, ...]) -> Iterator[Unit | Conflict]:
    """What both begin or end alike with is no conflict."""
    front = 0
    while front < min(len(ours), len(others)) and ours[front] == others[front]:
        front += 1
    back = 0
    while back < min(len(ours), len(others)) - front and ours[-1 - back] == others[-1 - back]:
        back += 1
    yield from ours[:front]
    yield Conflict(old, ours[front : len(ours) - back], others[front : len(others) - back])
    yield from ours[len(ours) - back :]


def _groups(mine: list[Edit], theirs: list[Edit]) -> Iterator[tuple[int, int, list[Edit], list[Edit]]]:
    """The edits in order, those that touch the same units of the base together: (from, to, mine, theirs)."""
    waiting = sorted([(edit, True) for edit in mine] + [(edit, False) for edit in theirs], key=lambda one: one[0][:2])
    group: list[tuple[Edit, bool]] = []
    low = high = 0
    for edit, own in waiting:
        together = edit[0] < high or (edit[0] == high and low == high == edit[1])
        if group and not together:
            yield low, high, [e for e, o in group if o], [e for e, o in group if not o]
            group = []
        low, high = (min(low, edit[0]), max(high, edit[1])) if group else edit[:2]
        group.append((edit, own))
    if group:
        yield low, high, [e for e, o in group if o], [e for e, o in group if not o]


def _applied(base: Sequence[Unit], low: int, high: int, edits: list[Edit]) -> tuple[Unit, ...]:
    made: list[Unit] = []
    for start, end, units_ in edits:
        made += [*base[low:start], *units_]
        low = end
    return (*made, *base[low:high])


def settle(merged: Merged, answers: Mapping[str, Answer]) -> tuple[dict[str, Any], tuple[Unit, ...]] | None:
    """The fields and the body as they were decided; None while a conflict has no answer."""
    asked = [*(each.name for each in merged.field_conflicts), *(each.name for each in merged.conflicts)]
    if any(name not in answers for name in asked):
        return None
    fields = dict(merged.fields)
    for each in merged.field_conflicts:
        answer = answers[each.name]
        edited = answer.words.strip() if each.field in WORDS else each.mine
        fields[each.field] = {"theirs": each.theirs, "edit": edited}.get(answer.choice, each.mine)
    body: list[Unit] = []
    for part in merged.body:
        body += [part] if isinstance(part, Unit) else _answered(part, answers[part.name])
    return fields, tuple(body)


def _answered(conflict: Conflict, answer: Answer) -> tuple[Unit, ...]:
    if answer.choice == "mine":
        return conflict.mine
    if answer.choice == "theirs":
        return conflict.theirs
    if answer.choice == "both" or not conflict.editable:
        return conflict.theirs + conflict.mine
    known = {each.words: each for each in (*conflict.theirs, *conflict.mine)}
    block = next((each.block for each in (*conflict.mine, *conflict.theirs)), "")
    lines = [line.strip() for line in answer.words.splitlines()]
    return tuple(known.get(line) or Unit("text", f"<p>{escape(line)}</p>", block) for line in lines if line)


def units(stream: Iterable[Mapping[str, Any]]) -> Iterator[Unit]:
    """The editor's blocks, as they are stored, in units."""
    for block in stream:
        name = str(block.get("id") or "")
        if block["type"] != "text":
            yield Unit(block["type"], json.dumps(block["value"], ensure_ascii=False, sort_keys=True), name)
            continue
        for part in content.rich_text(block["value"]):
            single = [{**part, "items": [item]} for item in part["items"]] if part["kind"] == "list" else [part]
            for each in single:
                yield Unit("text", content.stream([each], {})[0]["value"], name)


def stream(body: Iterable[Unit]) -> list[dict[str, Any]]:
    """Units as the editor's blocks; texts that follow each other and came from one block are one again."""
    made: list[dict[str, Any]] = []
    taken: set[str] = set()
    for (kind, block), group in groupby(body, key=lambda each: (each.kind, each.block)):
        if kind != "text":
            for each in group:
                made.append(_block(kind, json.loads(each.value), block, taken))
            continue
        html = re.sub("</ul><ul>", "", "".join(each.value for each in group))
        if made and made[-1]["type"] == "text" and not (block and block not in taken):
            made[-1]["value"] = re.sub("</ul><ul>", "", made[-1]["value"] + html)
            continue
        made.append(_block("text", html, block, taken))
    return made


def _block(kind: str, value: Any, block: str, taken: set[str]) -> dict[str, Any]:
    made = {"type": kind, "value": value}
    if block and block not in taken:
        taken.add(block)
        made["id"] = block
    return made


def _run_words(block: Mapping[str, Any]) -> str:
    if block["kind"] == "heading":
        return str(block["text"])
    runs = block["runs"] if block["kind"] == "paragraph" else [run for item in block["items"] for run in item]
    return "".join(run["t"] for run in runs)


def _name(what: str, *sides: Iterable[str]) -> str:
    said = "\0\0".join("\0".join(side) for side in sides)
    return digest(f"{what}\0\0{said}".encode("utf-8", "surrogatepass"))[:16]
