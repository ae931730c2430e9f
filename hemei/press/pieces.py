"""What the press prints from: plain frozen values, made from the canonical bytes that people signed.

A *piece* is one thing that is admitted, named by a key such as ``story:12`` or ``setting:site``. A story's content is
format ``hemei-story/1`` (docs/edition.md); reading is strict: what is not in the format is refused, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from hemei.seal.digest import MOST, Digest, parse

STORY_FORMAT = "hemei-story/1"
SETTING_FORMAT = "hemei-setting/1"

LINK = re.compile(
    r"(https?://[^\s\"'<>]{1,500}|/[^/\s\"'<>][^\s\"'<>]{0,500}|tel:[0-9+-]{3,20}|mailto:[^\s\"'<>]{3,200})"
)
"""Where a link may lead: a web address, one of this site, a telephone or a mail box."""
_Hex = Annotated[Digest, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Needed = Annotated[str, Meta(pattern=r"\S")]
_Thousandth = Annotated[int, Meta(ge=0, le=1000)]
_Side = Annotated[int, Meta(ge=1, le=30_000)]


class NotAPiece(ValueError):
    """Content that is not in a format which the press prints; the message names the field."""


class Run(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A stretch of text in a paragraph: plain, strong, or a link (http, https, mailto, tel, or this site)."""

    text: str = msgspec.field(name="t")
    strong: bool = msgspec.field(name="b", default=False)
    href: Annotated[str, Meta(pattern=rf"^{LINK.pattern}\Z")] = ""
    """Where the link leads; empty when it is none."""


class Paragraph(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="paragraph"):
    runs: tuple[Run, ...]


class Heading(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="heading"):
    text: _Needed
    level: Literal[2, 3]
    """2 for a section head, 3 for one below it."""


class Items(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="list"):
    """A list; numbered points keep the ordinal that the writer gave them ("一是…") in their text."""

    items: tuple[tuple[Run, ...], ...]


class Quote(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="quote"):
    text: _Needed
    cite: str


class Picture(Struct, frozen=True, forbid_unknown_fields=True):
    """A cleaned master picture as a story uses it. Crop and focus are in thousandths of its width and height."""

    master: _Hex
    width: _Side
    height: _Side
    alt: str
    caption: str
    credit: str
    crop: tuple[_Thousandth, _Thousandth, _Thousandth, _Thousandth] | None = None
    """left, top, right, bottom; None is the whole picture."""
    focus: tuple[_Thousandth, _Thousandth] | None = None

    def __post_init__(self) -> None:
        if self.crop and (self.crop[0] >= self.crop[2] or self.crop[1] >= self.crop[3]):
            raise ValueError("the crop is empty")


class Listed(Picture, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A picture as rows of lists keep it."""


class Figure(Picture, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="picture"):
    """A picture in the body."""


class Table(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="table"):
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        width = len(self.head)
        if not 1 <= width <= 40 or any(len(row) != width for row in self.rows):
            raise ValueError("every row of a table has as many cells as its head, at most 40")


Block = Paragraph | Heading | Items | Quote | Figure | Table


class Story(Struct, frozen=True, forbid_unknown_fields=True, tag_field="format", tag=STORY_FORMAT):
    """One frozen version of a story: everything that it says, and who had a hand in it."""

    site: str
    number: Annotated[int, Meta(ge=1, le=MOST)] = msgspec.field(name="story")
    previous: _Hex | None
    kicker: str
    headline: _Needed
    deck: str
    dateline: str
    byline: str
    editor: str
    source: str
    date: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")] | None
    section: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}\Z")]
    tags: tuple[str, ...]
    gist: tuple[str, ...]
    lead: Picture | None
    body: tuple[Block, ...]
    correction: str
    hands: tuple[str, ...]
    """Roster ids of everyone who filed or edited it before submission: none of them may stamp it."""

    def __post_init__(self) -> None:
        for texts in (self.tags, self.gist, self.hands):
            if texts and ("" in texts or len(set(texts)) != len(texts)):
                raise ValueError("tags, gist and hands are lists of different, non-empty texts")

    def pictures(self) -> tuple[Picture, ...]:
        """The lead picture and every picture in the body, in the order of the page."""
        inside = tuple(block for block in self.body if isinstance(block, Picture))
        return (self.lead, *inside) if self.lead else inside


_STORY = msgspec.json.Decoder(Story)
_WRITER = msgspec.json.Encoder(order="sorted")
"""Writes canonical JSON (hemei.seal.digest), for its order is by code point and its escapes are the necessary ones."""


def read_story(content: bytes, *, known: bool = False) -> Story:
    """The story in these canonical bytes. Raises NotAPiece when a field is missing, unknown, or of the wrong shape.

    Of `known` bytes, read before and kept by their digest, it is not asked again whether they are canonical.
    """
    try:
        story = _STORY.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotAPiece(str(error)) from error
    if not known:
        check_canonical(story, content)
    return story


def check_canonical(story: Story, content: bytes) -> None:
    """Raises NotAPiece when the bytes that a story was read from are not its canonical ones."""
    if _WRITER.encode(story) != content:
        raise NotAPiece("these bytes are a story in JSON, but not all of it, or not canonical JSON")


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
