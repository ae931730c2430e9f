"""本社规矩 in the desk: the set that counts now, what it finds in a story, and changing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from hemei.prose import house_rules
from hemei.prose.house_rules import DEFAULT, KINDS, Asked, Contradiction, Shown, Subject
from hemei.prose.proof.copy import Finding, Level
from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom.models import HouseRules
from hemei.rooms.newsroom.proofing import Doubt
from hemei.rooms.people import queries as people

PIECE = "house:rules"
"""What the ledger calls the house's set."""
DEED = "改规矩"
EDITORS_IN_CHIEF = frozenset({"final"})
"""Posts that change the set."""


class NotChanged(Exception):
    """The set stays as it is; the message tells why and what to do next."""


@dataclass(frozen=True, slots=True)
class Now:
    """The set that counts."""

    number: int
    """0: the set that ships, which nobody changed yet."""
    asked: tuple[Asked, ...]
    by: str = ""
    time: datetime | None = None


def now() -> Now:
    """The set that counts at this moment."""
    row = HouseRules.objects.order_by("-number").first()
    if row is None:
        return Now(0, DEFAULT)
    return Now(row.number, house_rules.from_data(row.rules), row.by, row.time)


def doubts(
    said: Mapping[str, Any], waivers: Mapping[tuple[str, str], str], asked: Iterable[Asked], today: date | None = None
) -> list[Doubt]:
    """Where a story, given as the object that would be frozen, does not keep the house's rules."""
    found = []
    for each in house_rules.breaches(_subject(said, today or timezone.localdate()), asked):
        level: Level = "block" if each.level == "block" else "warn"
        doubt = Doubt(Finding(each.rule, level, 0, len(each.text), each.text, None, each.why), each.text, 0)
        found.append(replace(doubt, waived=waivers.get((each.rule, doubt.mark), "")))
    return found


def _subject(said: Mapping[str, Any], today: date) -> Subject:
    pictures = [said["lead"]] if said["lead"] else []
    pictures += [block for block in said["body"] if block["kind"] == "picture"]
    return Subject(
        headline=said["headline"],
        deck=said["deck"],
        byline=said["byline"],
        editor=said["editor"],
        source=said["source"],
        gist=said["gist"],
        tags=said["tags"],
        body=[text for block in said["body"] for text in _texts(block)],
        pictures=[Shown(each["caption"], each["credit"], each["alt"]) for each in pictures],
        section=said["section"],
        day=date.fromisoformat(said["date"]) if said["date"] else None,
        today=today,
        staff=[one.name for one in people.roster().people],
    )


def _texts(block: Mapping[str, Any]) -> list[str]:
    if block["kind"] == "paragraph":
        return ["".join(run["t"] for run in block["runs"])]
    if block["kind"] == "list":
        return ["".join(run["t"] for run in item) for item in block["items"]]
    return [block["text"]] if block["kind"] in ("heading", "quote") else []


def may_change(person: str, at: datetime) -> bool:
    return bool(EDITORS_IN_CHIEF & people.posts(person, at))


def change(*, asked: Sequence[Asked], seen: int, by: AbstractBaseUser, at: datetime) -> list[str]:
    """Put another set in the place of the one with the number ``seen``. Returns what changed, a line each.

    Raises Contradiction for a set that no story can keep, NotChanged when this person may not, or somebody was quicker.
    """
    person = str(by.get_username())
    if not may_change(person, at):
        raise NotChanged("只有终审岗位可以改本社规矩。请把意见告诉值班总编。")
    wanted = house_rules.checked(asked)
    with transaction.atomic():
        before = now()
        if before.number != seen:
            raise NotChanged(f"没有保存：你改的时候，{people.name(before.by)}刚改过规矩。请看过现在的，再改。")
        lines = house_rules.changes(before.asked, wanted)
        if not lines:
            raise NotChanged("和原来一样，没有要保存的。")
        row = HouseRules.objects.create(rules=[each.as_data() for each in wanted], by=person, time=at)
        enter(person=person, deed=DEED, piece=PIECE, now=at, detail={"number": row.number, "changes": lines})
    return lines


__all__ = ["KINDS", "Contradiction", "NotChanged", "Now", "change", "doubts", "may_change", "now"]
