"""What is looked up in the register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Func, IntegerField, Model, Q, QuerySet
from django.db.models.functions import Concat

from hemei.prose.lines import Line, Plan, Problem, plan
from hemei.prose.register import House
from hemei.rooms.people import queries as people
from hemei.rooms.register import reading
from hemei.rooms.register.models import Change, Office, Organisation, Phrase, Place, Staff, Upload

KINDS: dict[str, tuple[str, type[Model]]] = {
    "people": ("人员", Office),
    "organisations": ("机构", Organisation),
    "places": ("地名", Place),
    "phrases": ("提法", Phrase),
    "staff": ("采编", Staff),
}
"""Each list by its address: its sheet, and what keeps it."""
MODELS: dict[str, type[Model]] = dict(KINDS.values())
KIND_OF: dict[str, str] = {sheet: kind for kind, (sheet, _) in KINDS.items()}


def stamp() -> str:
    """What changes whenever the register does; "" while nobody wrote in it."""
    return str(Change.objects.order_by("-number").values_list("stamp", flat=True).first() or "")


_kept: tuple[str, House] = ("", House())


def house() -> House:
    """The lists that proofreading asks: built once, and again after a change."""
    global _kept  # one a process; a pair is swapped whole, so that threads need no lock
    now = stamp()
    kept = _kept
    if kept[0] != now:
        kept = _kept = (now, reading.house(_ask) if now else House())
    return kept[1]


def _ask(question: str) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


def standing() -> list[tuple[int, Line]]:
    """Every line that stands, with its id, by sheets."""
    return list(reading.standing(_ask))


def line_of(row: Any) -> Line:
    """What a row says."""
    sheet = next(sheet for sheet, model in MODELS.items() if isinstance(row, model))
    return Line(sheet, reading.said(sheet, (getattr(row, name) for name in reading.COLUMNS[sheet])))


def posts(person: str, now: datetime) -> frozenset[str]:
    return people.posts(person, now)


def found(
    kind: str, words: str = "", *, state: str = "", on: date | None = None, today: date | None = None
) -> QuerySet[Any]:
    """The lines of a list in which each of these words stands somewhere. `state`: "" those that stand; "now" and "past" by
    their days; "withdrawn". `on`: offices held that day."""
    sheet, model = KINDS[kind]
    rows = model._default_manager.filter(withdrawn=state == "withdrawn")
    if sheet == "人员":
        rows = rows.annotate(office=Concat("unit", "post")).order_by(F("rank").asc(nulls_last=True), "id")
        day = on or (today if state == "now" else None)
        if day:
            rows = rows.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))
        elif state == "past" and today:
            rows = rows.filter(until__lt=today)
    where = {"人员": ("name", "mark", "office"), "采编": ("name",)}.get(sheet, reading.COLUMNS[sheet])
    for word in words.split()[:6]:
        match = Q()
        for name in where:
            match |= Q(**{f"{name}__contains": word})
        rows = rows.filter(match)
    return rows


def counts() -> dict[str, int]:
    """How many lines of each list stand."""
    return {kind: model._default_manager.filter(withdrawn=False).count() for kind, (_, model) in KINDS.items()}


def of_person(name: str, mark: str) -> list[Office]:
    """All that stands of one person, the latest first."""
    rows = Office.objects.filter(name=name, mark=mark, withdrawn=False)
    return list(rows.order_by(F("since").desc(nulls_last=True), "id"))


@dataclass(frozen=True, slots=True)
class Offer:
    """What taking a spreadsheet would do now."""

    plan: Plan
    ids: dict[Line, int]
    """Of the lines that stand."""
    stamp: str
    """The register's state that it was weighed against."""


def offer(upload: Upload) -> Offer:
    now, lines = stamp(), standing()
    new = [reading.unlisted(each) for each in upload.read["lines"]]
    problems = [Problem(*each) for each in upload.read["problems"]]
    return Offer(plan([line for _, line in lines], new, problems), {line: number for number, line in lines}, now)


@dataclass(frozen=True, slots=True)
class Past:
    """A deed on the register, as its list shows it."""

    change: Change
    name: str
    lines: int


def changes(first: int = 0, most: int = 50) -> list[Past]:
    """The latest deeds."""
    rows = Change.objects.defer("before").annotate(
        lines=Func("before", function="json_array_length", output_field=IntegerField())
    )[first : first + most]
    return [Past(row, people.name(row.person), row.lines) for row in rows]
