"""How a list's pages are turned: the newest rows under the list's own address, and archived pages counted from the oldest."""

from __future__ import annotations

from typing import NamedTuple

from hemei.press.reader import Reader, Row
from hemei.press.shown import Html, NoSuchPage

LATEST = 20
"""Rows on the first page of a list. A page of Reader.page() holds at most as many, or stories would fall between."""


class Turned(NamedTuple):
    """One page of a list, and the addresses beside it; empty where there is no page."""

    rows: tuple[Row, ...]
    address: Html
    newer: Html
    older: Html


def turned(reader: Reader, listing: str, base: str, number: str | None) -> Turned:
    """The page with this number, or the newest rows without one. Raises NoSuchPage.

    An archived page asks only whether the next one has rows, not how many there are: with every new page all of the
    archive would be printed again.
    """
    if number is None:
        rows = reader.latest(listing, LATEST)
        newer, older = "", reader.pages(listing) - 1 if len(rows) == LATEST else 0
    else:
        at = int(number)
        rows = reader.page(listing, at)
        if not rows:
            raise NoSuchPage(f"{base}p{number}.html")
        newer, older = (f"{base}p{at + 1}.html" if reader.has(listing, at + 1) else base), at - 1
    address = base if number is None else f"{base}p{number}.html"
    return Turned(rows, Html(address), Html(newer), Html(f"{base}p{older}.html" if older > 0 else ""))
