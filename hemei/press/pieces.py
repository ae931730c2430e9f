"""What the press prints from: plain frozen values, made from the canonical bytes that people signed.

A *piece* is one thing that is admitted, named by a key such as ``story:12`` or ``setting:site``. A story's content is
format ``hemei-story/1`` (docs/edition.md); reading is strict: what is not in the format is refused, nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hemei.seal.digest import Digest, parse

STORY_FORMAT = "hemei-story/1"
SETTING_FORMAT = "hemei-setting/1"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECTION = re.compile(r"[a-z][a-z0-9-]{0,31}")
_RUN = frozenset(("t", "b", "href"))
_HREF = re.compile(
    r"(https?://[^\s\"'<>]{1,500}|/[^/\s\"'<>][^\s\"'<>]{0,500}|tel:[0-9+-]{3,20}|mailto:[^\s\"'<>]{3,200})"
)


class NotAPiece(ValueError):
    """Content that is not in a format which the press prints; the message names the field."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in a paragraph: plain, strong, or a link (http, https, mailto, tel, or this site)."""

    text: str
    strong: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int
    """2 for a section head, 3 for one below it."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered points keep the ordinal that the writer gave them ("一是…") in their text."""

    items: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A cleaned master picture as a story uses it. Crop and focus are in thousandths of its width and height."""

    master: Digest
    width: int
    height: int
    alt: str
    caption: str
    credit: str
    crop: tuple[int, int, int, int] | None = None
    """left, top, right, bottom; None is the whole picture."""
    focus: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Heading | Items | Quote | Picture | Table


@dataclass(frozen=True, slots=True)
class Story:
    """One frozen version of a story: everything that it says, and who had a hand in it."""

    site: str
    number: int
    previous: Digest | None
    kicker: str
    headline: str
    deck: str
    dateline: str
    byline: str
    editor: str
    source: str
    date: str | None
    section: str
    tags: tuple[str, ...]
    gist: tuple[str, ...]
    lead: Picture | None
    body: tuple[Block, ...]
    correction: str
    hands: tuple[str, ...]
    """Roster ids of everyone who filed or edited it before submission: none of them may stamp it."""

    def pictures(self) -> tuple[Picture, ...]:
        """The lead picture and every picture in the body, in the order of the page."""
        inside = tuple(block for block in self.body if isinstance(block, Picture))
        return (self.lead, *inside) if self.lead else inside


def read_story(content: bytes, *, known: bool = False) -> Story:
    """The story in these canonical bytes. Raises NotAPiece when a field is missing, unknown, or of the wrong shape.

    Of `known` bytes, read before and kept by their digest, it is not asked again whether they are canonical.
    """
    data = json.loads(content) if known else _object(content)
    _exactly(
        data,
        "format site story previous kicker headline deck dateline byline editor source date section tags gist lead "
        "body correction hands",
        "story",
    )
    if data["format"] != STORY_FORMAT:
        raise NotAPiece(f"format is {data['format']!r}, not {STORY_FORMAT}")
    number = data["story"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise NotAPiece("story is not a whole number from 1")
    section = _text(data, "section")
    if not _SECTION.fullmatch(section):
        raise NotAPiece("section is not the id of a section")
    return Story(
        site=_text(data, "site"),
        number=number,
        previous=None if data["previous"] is None else _digest(data["previous"], "previous"),
        kicker=_text(data, "kicker"),
        headline=_needed(data, "headline"),
        deck=_text(data, "deck"),
        dateline=_text(data, "dateline"),
        byline=_text(data, "byline"),
        editor=_text(data, "editor"),
        source=_text(data, "source"),
        date=_date(data["date"]),
        section=section,
        tags=_texts(data["tags"], "tags"),
        gist=_texts(data["gist"], "gist"),
        lead=None if data["lead"] is None else _picture(data["lead"], "lead"),
        body=tuple(_block(block, f"body[{at}]") for at, block in enumerate(_list(data["body"], "body"))),
        correction=_text(data, "correction"),
        hands=_texts(data["hands"], "hands"),
    )


def read_setting(content: bytes) -> tuple[str, str, dict[str, Any]]:
    """(site, name, value) of a setting piece. Raises NotAPiece."""
    data = _object(content)
    _exactly(data, "format site name value", "setting")
    if data["format"] != SETTING_FORMAT or not isinstance(data["value"], dict):
        raise NotAPiece(f"not a {SETTING_FORMAT}")
    return _text(data, "site"), _needed(data, "name"), data["value"]


def story_key(number: int) -> str:
    return f"story:{number}"


def _object(content: bytes) -> dict[str, Any]:
    try:
        data = parse(content)
    except ValueError as error:
        raise NotAPiece(str(error)) from error
    if not isinstance(data, dict):
        raise NotAPiece("a piece is an object")
    return data


@cache
def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _exactly(data: Mapping[str, Any], names: str, where: str) -> None:
    wanted = _names(names)
    if data.keys() != wanted:
        raise NotAPiece(f"{where}: missing {sorted(wanted - data.keys())}, unknown {sorted(data.keys() - wanted)}")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data[name]
    if not isinstance(value, str):
        raise NotAPiece(f"{name} is not text")
    return value


def _needed(data: Mapping[str, Any], name: str) -> str:
    value = _text(data, name)
    if not value.strip():
        raise NotAPiece(f"{name} is empty")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotAPiece(f"{where} is not a list")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    items = _list(value, where)
    if not all(isinstance(item, str) and item for item in items) or len(set(items)) != len(items):
        raise NotAPiece(f"{where} is not a list of different, non-empty texts")
    return tuple(items)


def _digest(value: object, where: str) -> Digest:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise NotAPiece(f"{where} is not a digest")
    return value


def _date(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise NotAPiece("date is not YYYY-MM-DD")
    return value


def _runs(value: object, where: str) -> tuple[Run, ...]:
    runs = []
    for item in _list(value, where):
        if not isinstance(item, dict) or not item.keys() <= _RUN or not isinstance(item.get("t"), str):
            raise NotAPiece(f"{where}: a run is an object of t, b and href")
        href = item.get("href", "")
        if not isinstance(href, str) or (href and not _HREF.fullmatch(href)):
            raise NotAPiece(f"{where}: a link goes to http, https, mailto, tel or an address of this site")
        if item.get("b", True) is not True:
            raise NotAPiece(f"{where}: b is true or absent")
        runs.append(Run(item["t"], item.get("b", False), href))
    return tuple(runs)


def _block(value: object, where: str) -> Block:
    if not isinstance(value, dict):
        raise NotAPiece(f"{where} is not an object")
    kind = value.get("kind")
    if kind == "paragraph":
        _exactly(value, "kind runs", where)
        return Paragraph(_runs(value["runs"], where))
    if kind == "heading":
        _exactly(value, "kind text level", where)
        if value["level"] not in (2, 3) or isinstance(value["level"], bool):
            raise NotAPiece(f"{where}: level is 2 or 3")
        return Heading(_needed(value, "text"), value["level"])
    if kind == "list":
        _exactly(value, "kind items", where)
        return Items(tuple(_runs(item, where) for item in _list(value["items"], where)))
    if kind == "quote":
        _exactly(value, "kind text cite", where)
        return Quote(_needed(value, "text"), _text(value, "cite"))
    if kind == "picture":
        return _picture({name: inner for name, inner in value.items() if name != "kind"}, where)
    if kind == "table":
        return _table(value, where)
    raise NotAPiece(f"{where}: no such kind of block: {kind!r}")


def _picture(value: object, where: str) -> Picture:
    if not isinstance(value, dict):
        raise NotAPiece(f"{where} is not a picture")
    _exactly(value, "master width height alt caption credit crop focus", where)
    return Picture(
        master=_digest(value["master"], where),
        width=_whole(value["width"], 1, 30_000, where),
        height=_whole(value["height"], 1, 30_000, where),
        alt=_text(value, "alt"),
        caption=_text(value, "caption"),
        credit=_text(value, "credit"),
        crop=_crop(value["crop"], where),
        focus=_focus(value["focus"], where),
    )


def _crop(value: object, where: str) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    left, top, right, bottom = _thousandths(value, 4, where)
    if left >= right or top >= bottom:
        raise NotAPiece(f"{where}: the crop is empty")
    return left, top, right, bottom


def _focus(value: object, where: str) -> tuple[int, int] | None:
    if value is None:
        return None
    across, down = _thousandths(value, 2, where)
    return across, down


def _thousandths(value: object, count: int, where: str) -> Sequence[int]:
    items = _list(value, where)
    if len(items) != count:
        raise NotAPiece(f"{where}: {count} numbers from 0 to 1000 are needed")
    return [_whole(item, 0, 1000, where) for item in items]


def _whole(value: object, least: int, most: int, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise NotAPiece(f"{where}: not a whole number from {least} to {most}")
    return value


def _table(value: Mapping[str, Any], where: str) -> Table:
    _exactly(value, "kind caption head rows", where)
    head = _list(value["head"], where)
    rows = [_list(row, where) for row in _list(value["rows"], where)]
    width = len(head)
    if not 1 <= width <= 40 or any(len(row) != width for row in rows):
        raise NotAPiece(f"{where}: every row of a table has as many cells as its head")
    if not all(isinstance(cell, str) for row in [head, *rows] for cell in row):
        raise NotAPiece(f"{where}: a cell is text")
    return Table(_text(value, "caption"), tuple(head), tuple(tuple(row) for row in rows))
