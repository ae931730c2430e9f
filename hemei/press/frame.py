"""How a page is set: the theme's templates, and around what a page says the frame that all pages of a section share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from minijinja import Environment
from msgspec import Struct
from msgspec.structs import astuple

from hemei.press.reader import Reader
from hemei.press.shown import Html, clean, escape, headline, page_bytes, spotless
from hemei.press.site import Site

THEME = "qingtang"
ASSETS = ("hemei.css", "hemei.js", "favicon.svg")

_NOTES = re.compile(r"^ *(?://.*|/\*.*\*/)\n|^ +", re.MULTILINE)


class Head(Struct, frozen=True):
    """What the top and bottom of a page need to know of it."""

    title: str
    description: str
    address: Html
    """The page's own address, site-absolute; empty for the page that stands in for others (404)."""
    current: str = ""
    """Id of the section that the navigation marks; "home" for the home page."""
    mark: str = ""
    """Of a story's page: the first digits of its version's digest, in groups, as people read them aloud."""


_PLACES = {"links": "\x01", "top": "\x02", "foot": "\x03", "body": "\x04"}
"""Where the larger parts go. No page may hold such a character: nothing else that is printed can be one of them.

Of the frame these are the links in the page's head (the theme's files, the feed), all above the page's own part, and
what comes after the page's own seal.
"""


def page(
    template: str,
    reader: Reader,
    site: Site,
    head: Head,
    texts: Iterable[str] | None = None,
    body: Html = Html(),  # noqa: B008 - it is as frozen as any text
    **shown: Any,
) -> bytes:
    """The page that this template makes of what is shown, as it is filed.

    `texts` are all that it prints besides the body but what is the site's and the theme's. When nothing in them, in the
    body and in the site's setting is what no page may hold, nor is in the page; and its larger parts are laid in as
    bytes, where the template has their places. Else, or without texts, the whole page is looked through.
    """
    frame, blocks = _frame(site, head.current, bool(head.mark), tuple([reader.asset(name) for name in ASSETS]))
    title, description, address, current, mark = astuple(head)
    shown |= {"site": site, "url": _url(site), "title": title, "description": description}
    shown |= {"address": address, "current": current, "mark": mark}
    if texts is None or not site.spotless or not spotless("".join((body, *texts))):
        return page_bytes(rendered(template, shown | frame | {"body": body}))
    data = rendered(template, shown | _PLACES).encode()
    for place, block in blocks:
        data = data.replace(place, block)
    return data.replace(b"\x04", body.encode())


@lru_cache(maxsize=256)
def _frame(
    site: Site, current: str, story: bool, assets: tuple[str, ...]
) -> tuple[dict[str, Html], tuple[tuple[bytes, bytes], ...]]:
    """What is the same on all pages of a section, made once for them all: by name, and as bytes, each with its place."""
    asset = {name.split(".")[1]: Html(address) for name, address in zip(ASSETS, assets, strict=True)}
    known = {"site": site, "current": current, "story": story, "asset": asset}
    parts = {name: Html(rendered(f"{name}.html", known)) for name in ("links", "top", "foot")}
    return parts, tuple((_PLACES[name].encode(), part.encode()) for name, part in parts.items())


def _url(site: Site) -> Html:
    return Html(escape(site.url))


def rendered(template: str, shown: dict[str, Any]) -> str:
    """What the theme's template makes of these values."""
    text: str = _environment().render_template(template, **shown)
    return text


@cache
def _environment() -> Environment:
    """The theme's templates; every value is escaped that is not markup already.

    The library also writes "/" as a reference, hence addresses come to it as Html.
    """
    return Environment(
        loader=lambda name: clean(_theme(name)),
        filters={"headline": headline, "digits": dialled},
        undefined_behavior="strict",
        trim_blocks=True,
        lstrip_blocks=True,
    )


def groups_of(digits: str, size: int = 4) -> str:
    """Hex digits in groups, as people read them aloud: "8f3a 21c9"."""
    return " ".join([digits[at : at + size] for at in range(0, len(digits), size)])


def dialled(telephone: str) -> str:
    """The telephone number as a link dials it."""
    return "".join(mark for mark in telephone if mark in "+-0123456789")


def assets() -> dict[str, bytes]:
    """The theme's own files, by name: comments on lines of their own, indents and the ends of rules' lines stay at home."""
    texts = {name: _NOTES.sub("", _theme(name)) for name in ASSETS}
    return {
        name: (text.replace("}\n", "}") if name.endswith(".css") else text).encode() for name, text in texts.items()
    }


@cache
def _theme(name: str) -> str:
    return (files("hemei.press") / "themes" / THEME / name).read_text(encoding="utf-8")
