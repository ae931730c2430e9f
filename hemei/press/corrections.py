"""更正: what was put right in a story, as its frozen version says it, and what the public list of all corrections shows.

A version carries every correction of the story so far, a line each, dated: so whatever is in print tells its whole
history, three people signed each line, and what was withdrawn takes its lines along. A withdrawal that is made known has
a line of its own, in words of ours: nobody reviewed any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from hemei.press.book import compact
from hemei.press.frame import Head, page
from hemei.press.pieces import Story
from hemei.press.reader import Reader
from hemei.press.shown import SHANGHAI, Html, headline, moment
from hemei.press.site import Site
from hemei.press.turning import turned
from hemei.seal import fields
from hemei.seal.keys import Signed
from hemei.seal.statement import Withdrawal

CORRECTIONS = "corrections"
"""The list of all corrections, and the folder of its pages. Its rows have the correction for their deck and its day for
their time; without a headline they tell of a withdrawal."""
WHY: Mapping[str, str] = {
    "error": "内容有误",
    "request": "应当事人或来源方要求",
    "rights": "涉及他人权益",
    "expired": "内容已经过时",
}
"""What readers are told of why a story was withdrawn."""
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}) (.+)", re.ASCII)
_MOST = 255
"""Lines of one story that are listed; its page shows them all."""


class Correction(NamedTuple):
    """One line: what was wrong, and what is right."""

    day: str
    """2026-03-05, or empty in a version that was frozen before lines had dates."""
    text: str


def corrections(correction: str) -> tuple[Correction, ...]:
    """The corrections in what a version says, oldest first."""
    return tuple(_read(line) for line in correction.split("\n") if line.strip()) if correction else ()


def written(lines: tuple[Correction, ...]) -> str:
    """These corrections as a version says them."""
    return "\n".join(f"{day} {text}" if day else text for day, text in lines)


def _read(line: str) -> Correction:
    found = _DATED.fullmatch(line)
    if found:
        try:
            date.fromisoformat(found[1])
        except ValueError:
            pass
        else:
            return Correction(found[1], found[2])
    return Correction("", line)


def listed(story: Story, released: str) -> dict[int, str]:
    """The rows of a story's corrections by their place in the list; one without a date has the day of the release."""
    made = {}
    for at, (day, text) in enumerate(corrections(story.correction)[:_MOST]):
        day = day or _day(released)
        made[_place(day, story.number, at)] = _row(story.number, day, story.headline, text, story.section)
    return made


def announced(number: int, signed: bytes | None, withdrawn: str) -> dict[int, str]:
    """The row of a withdrawal that is to be made known, by its place in the list; none of another."""
    withdrawal = Withdrawal.read(Signed.from_json(signed).document) if signed else None
    if withdrawal is None or not withdrawal.notice:
        return {}
    day = _day(withdrawn)
    return {_place(day, number, _MOST): _row(number, day, "", f"稿件已撤回：{WHY[withdrawal.notice]}。", "")}


def _day(moment: str) -> str:
    return fields.time(moment, "time").astimezone(SHANGHAI).date().isoformat()


def _place(day: str, number: int, at: int) -> int:
    """Where a line stands: by its day, then by story."""
    return date.fromisoformat(day).toordinal() << 38 | (number & (1 << 30) - 1) << 8 | at


def _row(number: int, day: str, title: str, text: str, section: str) -> str:
    markup = str(headline(title)) if title else ""
    return compact([number, "", title, text, section, f"{day}T00:00:00+08:00", None, 0, markup])


def corrected(one: Correction) -> tuple[str, str, str]:
    """A correction as a story's page prints it: its day for machines and for people, and what it says."""
    year, month, day = one.day.split("-") if one.day else ("", "0", "0")
    return one.day, f"{year}年{int(month)}月{int(day)}日" if year else "", one.text


def corrections_page(reader: Reader, site: Site, number: str | None) -> bytes:
    """One page of the list of corrections: as pages of other lists, but each row tells of a change, not of a story."""
    found = turned(reader, CORRECTIONS, f"/{CORRECTIONS}/", number)
    lines = []
    for row in found.rows:
        title = Html(row.markup) if row.markup else headline(row.headline)
        when = moment(row.first_released)
        lines.append((row.number, title, row.deck, when.iso[:10], when.day))
    name = "更正" if number is None else f"更正 · 第 {number} 页"
    return page(
        "corrections.html",
        reader,
        site,
        Head(name, f"{site.name}刊出之后更正和撤回的稿件", found.address),
        [text for line in lines for text in line[1:3]],
        number=number or "",
        lines=lines,
        newer=found.newer,
        older=found.older,
    )
