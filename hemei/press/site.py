"""The setting "site": what our site calls itself, its sections, its seasons. Read strictly: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hemei.press.pieces import NotAPiece
from hemei.press.shown import spotless

_NAMES = "name slogan url organiser description sections footer telephone seasons season_title season_text views notice"
_SECTION = re.compile(r"[a-z][a-z0-9-]{0,31}")
_URL = re.compile(r"https?://[^\s/\"'<>?#]{1,253}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

TAKEN = frozenset({"a", "t", "p", "tags", "about", "corrections", "verify", "assets", "sitemap", "desk", "static"})
"""First parts of addresses that are not sections."""


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Season:
    """One stretch of the year in the 四时 ribbon; a season that runs over new year is written as two."""

    name: str
    start: int
    """Its first month, 1 to 12."""
    end: int
    """The month after its last, 2 to 13."""
    colour: str
    story: int | None


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    slogan: str
    url: str
    """Scheme and host, without a trailing slash: for the places where an address must be absolute."""
    organiser: str
    description: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    telephone: str
    seasons: tuple[Season, ...]
    season_title: str
    season_text: str
    views: tuple[int, ...]
    notice: str
    spotless: bool
    """Whether none of its texts holds anything that no page may hold."""

    def __hash__(self) -> int:
        # Everything that is kept by site is looked up for each page: two words are enough to tell sites apart.
        return hash((self.name, self.url))

    def section(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.id == name), None)


def read_site(value: Mapping[str, Any]) -> Site:
    """The site in the value of an admitted setting. Raises NotAPiece, naming the field that is missing or wrong."""
    wanted = set(_NAMES.split())
    if value.keys() != wanted:
        raise NotAPiece(f"site: missing {sorted(wanted - value.keys())}, unknown {sorted(value.keys() - wanted)}")
    sections = tuple(_section(item) for item in _list(value["sections"], "sections"))
    if len({section.id for section in sections}) != len(sections):
        raise NotAPiece("site: two sections have the same id")
    return Site(
        name=_text(value, "name", needed=True),
        slogan=_text(value, "slogan"),
        url=_matching(_URL, value["url"], "url is scheme and host, without a trailing slash"),
        organiser=_text(value, "organiser"),
        description=_text(value, "description"),
        sections=sections,
        footer=tuple(_plain(item, "footer") for item in _list(value["footer"], "footer")),
        telephone=_text(value, "telephone"),
        seasons=tuple(_season(item) for item in _list(value["seasons"], "seasons")),
        season_title=_text(value, "season_title"),
        season_text=_text(value, "season_text"),
        views=tuple(_number(item, "views") for item in _list(value["views"], "views")),
        notice=_text(value, "notice"),
        spotless=all(map(spotless, _texts(value))),
    )


def _texts(value: object) -> Iterator[str]:
    """Every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _section(value: object) -> Section:
    item = _object(value, "id name about", "sections")
    name = _matching(_SECTION, item["id"], "a section's id is lower-case letters, digits and hyphens")
    if name in TAKEN:
        raise NotAPiece(f"site: {name!r} is an address of its own and cannot be a section's id")
    return Section(name, _text(item, "name", needed=True), _text(item, "about"))


def _season(value: object) -> Season:
    item = _object(value, "name start end colour story", "seasons")
    start, end = _number(item["start"], "seasons"), _number(item["end"], "seasons")
    if not start < end <= 13:
        raise NotAPiece("site: a season ends in a later month than it starts; over new year it is written as two")
    story = None if item["story"] is None else _number(item["story"], "seasons")
    return Season(_text(item, "name", needed=True), start, end, _matching(_COLOUR, item["colour"], "colour"), story)


def _object(value: object, names: str, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or value.keys() != set(names.split()):
        raise NotAPiece(f"site: each of {where} is an object of {names}")
    return value


def _list(value: object, where: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise NotAPiece(f"site: {where} is not a list")
    return value


def _plain(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise NotAPiece(f"site: {where} is not text")
    return value


def _text(value: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    text = _plain(value[name], name)
    if needed and not text.strip():
        raise NotAPiece(f"site: {name} is empty")
    return text


def _matching(pattern: re.Pattern[str], value: object, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NotAPiece(f"site: {what}")
    return value


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise NotAPiece(f"site: {where}: a whole number from 1 is needed")
    return value
