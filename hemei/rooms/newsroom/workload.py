"""工作量: who filed, edited, signed and released what in a month, from the record itself. It counts, and judges nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.newsroom import readings
from hemei.rooms.newsroom.models import Reading
from hemei.rooms.people import queries as people
from hemei.rooms.review.models import Stamp, Version
from hemei.rooms.review.rules import STAGES
from hemei.seal.errors import SealError
from hemei.seal.keys import Signed
from hemei.seal.roster import COUNTY
from hemei.seal.statement import Release

COLUMNS = {
    "filed": "来稿", "edited": "编辑", "submitted": "送审", "first": "初审", "second": "复审", "final": "终审",
    "sent_back": "退稿", "released": "签发", "withdrawn": "撤稿", "printed": "刊出", "written": "刊出字数", "read": "审签字数",
}  # fmt: skip
"""What is counted: stories, except the last two, which are characters. 刊出 are released stories that one had a hand in."""
DEEDS = {
    "来稿": "filed",
    "建稿": "filed",
    "改稿": "edited",
    "退稿": "sent_back",
    "毙稿": "sent_back",
    "撤稿": "withdrawn",
}
CHIEFS = frozenset({"final", "release"})
"""Who holds one of these posts sees everybody's; others see their own."""
EARLIEST = 2015


@dataclass
class Line:
    """One person's month."""

    person: str
    name: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def cells(self) -> list[tuple[str, int]]:
        return [(label, self.counts[name]) for name, label in COLUMNS.items()]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the county's calendar."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str, now: datetime) -> Month:
        """From "2026-11"; this month for anything else."""
        today = now.astimezone(COUNTY).date()
        try:
            day = date.fromisoformat(f"{text[:7]}-01")
        except ValueError:
            day = today
        day = day if date(EARLIEST, 1, 1) <= day <= today else today
        return cls(day.year, day.month)

    def next(self, by: int = 1) -> Month:
        months = self.year * 12 + self.month - 1 + by
        return Month(months // 12, months % 12 + 1)

    @property
    def starts(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=COUNTY)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def label(self) -> str:
        return f"{self.year}年{self.month}月"


@dataclass(frozen=True, slots=True)
class Workload:
    lines: list[Line]
    uncounted: int
    """Versions whose characters are not counted yet: the next look counts on."""


def workload(*, month: Month, only: str | None = None) -> Workload:
    """Everybody's month, those who did most first by name of the roster; ``only`` one person's when so asked."""
    start, end = month.starts, month.next().starts
    seen: dict[tuple[str, str], set[str]] = {}
    entries = Entry.objects.filter(time__gte=start, time__lt=end, deed__in=DEEDS).order_by()
    for person, deed, piece in entries.values_list("person", "deed", "piece").distinct():
        seen.setdefault((person, DEEDS[deed]), set()).add(piece)
    versions = Version.objects.filter(made__gte=start, made__lt=end, piece__startswith="story:")
    for person, piece in versions.values_list("person", "piece"):
        seen.setdefault((person, "submitted"), set()).add(piece)
    stamps = list(
        Stamp.objects.filter(time__gte=start, time__lt=end, version__piece__startswith="story:")
        .order_by()
        .values_list("person", "stage", "version__piece", "version_id")
    )
    for person, stage, piece, _ in stamps:
        if stage in STAGES:
            seen.setdefault((person, stage), set()).add(piece)
    released = _released(start, end)
    for person, piece, _ in released:
        seen.setdefault((person, "released"), set()).add(piece)
    names = {version for *_, version in stamps} | {version for *_, version in released}
    counted = readings.counted(sorted(names))
    lines = _lines(seen)
    _add_characters(lines, [(person, version) for person, _, _, version in stamps], released, counted)
    made = [line for line in lines.values() if only is None or line.person == only]
    return Workload(sorted(made, key=lambda one: (one.name, one.person)), len(names - counted.keys()))


def _released(start: datetime, end: datetime) -> list[tuple[str, str, str]]:
    """(who, piece, version) of every release that was neither refused nor taken back, from the signed orders."""
    orders = Order.objects.filter(made__gte=start, made__lt=end, kind="release", piece__startswith="story:")
    made = []
    for signed in (
        orders.exclude(state__in=[Order.State.REFUSED, Order.State.RECALLED])
        .order_by("number")
        .values_list("signed", flat=True)
    ):
        try:
            release = Release.read(Signed.from_json(signed.encode()).document)
        except SealError:
            continue  # no order of ours: the press refuses it
        made.append((release.person, release.piece, release.version))
    return made


def _lines(seen: dict[tuple[str, str], set[str]]) -> dict[str, Line]:
    roster = people.roster()
    lines: dict[str, Line] = {}
    for (person, what), pieces in seen.items():
        line = lines.setdefault(person, Line(person, roster.name(person)))
        line.counts[what] += len(pieces)
    return lines


def _add_characters(
    lines: dict[str, Line],
    stamped: Iterable[tuple[str, str]],
    released: Sequence[tuple[str, str, str]],
    counted: dict[str, Reading],
) -> None:
    for person, version in stamped:
        if version in counted:
            lines[person].counts["read"] += counted[version].characters
    roster = people.roster()
    for version in {piece: version for _, piece, version in released}.values():
        for hand in counted[version].hands if version in counted else ():
            line = lines.setdefault(hand, Line(hand, roster.name(hand)))
            line.counts["printed"] += 1
            line.counts["written"] += counted[version].characters


def may_see_all(person: str, now: datetime) -> bool:
    """Whether this person sees everybody's."""
    return bool(CHIEFS & people.posts(person, now))


def as_csv(month: Month, lines: Sequence[Line]) -> bytes:
    """For a spreadsheet: UTF-8 with the mark that Excel looks for, and no cell that it would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["月份", "姓名", "账号", *COLUMNS.values()])
    for line in lines:
        writer.writerow([str(month), _cell(line.name), _cell(line.person), *(many for _, many in line.cells)])
    return out.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    return "'" + text if text.lstrip()[:1] in tuple("=+-@＝＋－＠") or (text[:1] in "\t\r\n" and text) else text
