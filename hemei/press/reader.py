"""The one door to data for pages: a page function gets a Reader and returns bytes; the reader writes down every read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hemei.press.pieces import Picture, Story
from hemei.seal.digest import Digest


@dataclass(frozen=True, slots=True)
class Stamped:
    """One review as an article shows it."""

    stage: str
    """"first", "second" or "final"."""
    person: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Printed:
    """A story as admitted: its frozen version and what was signed about it."""

    story: Story
    version: Digest
    stamps: tuple[Stamped, ...]
    first_released: datetime
    """When its first version was released: what lists are ordered by, and what the article is dated."""
    released: datetime
    """When this version was released."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a list shows of a story: narrow on purpose, so that lists change only when this does."""

    number: int
    kicker: str
    headline: str
    deck: str
    section: str
    first_released: datetime
    picture: Picture | None
    length: int
    """Han characters and words in the body."""
    markup: str = ""
    """The headline as `shown.headline` gives it, found once for all its lists; empty when it is still to be found."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One printed size of a picture, in one kind."""

    address: str
    """Site-absolute, content-named; ends with the kind: /p/<digest>.avif"""
    width: int
    height: int

    @property
    def kind(self) -> str:
        """avif, webp or jpg."""
        return self.address.rpartition(".")[2]


class Reader(Protocol):
    """Every call is recorded as a read of the page. Lists are named "all", "section:<id>" and "tag:<word>"."""

    def story(self, number: int) -> Printed | None: ...

    def latest(self, listing: str, most: int) -> tuple[Row, ...]:
        """The newest rows, newest first."""
        ...

    def page(self, listing: str, number: int) -> tuple[Row, ...]:
        """The rows of one page, newest first. Pages count from 1, the oldest, so that a new story changes few of them."""
        ...

    def pages(self, listing: str) -> int:
        """How many pages the listing has: 0 when it is empty."""
        ...

    def tags(self) -> Sequence[tuple[str, int]]:
        """Every tag in use with its number of stories, most used first, then by word."""
        ...

    def tag(self, slug: str) -> str | None:
        """The tag in use whose part of an address (ten hex digits of its SHA-256) this is.

        A page of one tag asks this rather than `tags`, or each new story would print the pages of every tag again.
        """
        ...

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        """The printed sizes of this crop in every kind, narrowest first."""
        ...

    def setting(self, name: str) -> Mapping[str, Any]:
        """An admitted setting; "site" always exists."""
        ...

    def asset(self, name: str) -> str:
        """Site-absolute, content-named address of a theme's file: asset("hemei.css") -> "/assets/hemei.<digest>.css"."""
        ...

    def past(self, instant: datetime) -> bool:
        """Whether the instant has come; recorded, so that the page is printed again when it does."""
        ...
