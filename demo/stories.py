"""The demo county: its stories, the people who sign them, and the site they appear on, read from the files beside this one.

A story is `stories/NN-slug.toml`; the format is told in README.md. Numbers 1..N follow the release times. Nothing here knows
of a database: `draft` says what a story says, `content` makes of it what people sign (`hemei-story/1`).
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from demo.markup import blocks

HERE = Path(__file__).resolve().parent
COUNTY_TIME = datetime.timezone(datetime.timedelta(hours=8))
"""The files give the county's own clock; what leaves this module is UTC."""

_TEXTS = ("kicker", "headline", "deck", "dateline", "byline", "editor", "source", "correction")
_STEPS = ("filed", "first", "second", "final", "released")
_PICTURE = {"picture", "caption", "credit", "alt", "crop", "focus"}


class DemoError(ValueError):
    """A file of the demo that cannot be loaded; the message names the file and what to mend."""


@dataclass(frozen=True, slots=True)
class Master:
    """A cleaned picture as the library keeps it: SHA-256 of its bytes, width and height in pixels."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast. `username` is the login and the roster id; `posts` are the roster's words."""

    username: str
    name: str
    title: str
    unit: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoStory:
    """One story as its file tells it. Times are UTC; `hands` are usernames of who filed or edited it."""

    number: int
    slug: str
    section: str
    tags: tuple[str, ...]
    kicker: str
    headline: str
    deck: str
    dateline: str
    byline: str
    editor: str
    source: str
    correction: str
    gist: tuple[str, ...]
    lead: Mapping[str, Any] | None
    body: tuple[Mapping[str, Any], ...]
    hands: tuple[str, ...]
    filed: datetime.datetime
    first: datetime.datetime
    second: datetime.datetime
    final: datetime.datetime
    released: datetime.datetime

    def pictures(self) -> tuple[str, ...]:
        """Ids of the pictures it shows, in the order of the page."""
        inside = tuple(block["picture"] for block in self.body if block["kind"] == "picture")
        return (self.lead["picture"], *inside) if self.lead else inside

    def date(self) -> str:
        """The county's calendar day of the release, YYYY-MM-DD."""
        return self.released.astimezone(COUNTY_TIME).date().isoformat()


@cache
def stories() -> tuple[DemoStory, ...]:
    """Every story of the demo, numbered 1..N by the time of its release. Raises DemoError."""
    raw = {path.stem.split("-", 1)[1]: _load(path) for path in sorted((HERE / "stories").glob("*.toml"))}
    order = sorted(raw, key=lambda slug: (raw[slug]["date"], raw[slug]["released"], slug))
    numbers = {slug: at for at, slug in enumerate(order, 1)}
    return tuple(_story(slug, raw[slug], numbers) for slug in order)


def draft(story: DemoStory) -> dict[str, Any]:
    """What the story says: the fields of `hemei-story/1` but format, site, story, previous and hands. Pictures go by id."""
    said: dict[str, Any] = {name: getattr(story, name) for name in _TEXTS}
    return said | {
        "date": story.date(),
        "section": story.section,
        "tags": list(story.tags),
        "gist": list(story.gist),
        "lead": dict(story.lead) if story.lead else None,
        "body": [dict(block) for block in story.body],
    }


def content(
    story: DemoStory | Mapping[str, Any],
    *,
    site: str,
    number: int,
    hands: Sequence[str],
    pictures: Mapping[str, Master],
    previous: str | None = None,
) -> dict[str, Any]:
    """The whole of `hemei-story/1` for a story or a draft (as `draft` and `archive` give it), ready for canonical bytes.

    `pictures` gives the cleaned master of each picture id. Raises KeyError for an id that it lacks.
    """
    said = draft(story) if isinstance(story, DemoStory) else dict(story)
    return said | {
        "format": "hemei-story/1",
        "site": site,
        "story": number,
        "previous": previous,
        "hands": list(hands),
        "lead": _mastered(said["lead"], pictures) if said["lead"] else None,
        "body": [_mastered(block, pictures) if block["kind"] == "picture" else block for block in said["body"]],
    }


@cache
def cast() -> tuple[Person, ...]:
    """The people of the demo newsroom, with the posts that the roster is to give them."""
    people = _toml(HERE / "cast.toml")["people"]
    return tuple(Person(**{**person, "posts": tuple(person["posts"])}) for person in people)


def site_value(url: str) -> dict[str, Any]:
    """The value of the setting "site" (docs/plan.md), with `url` (no trailing slash) and stories by number."""
    numbers = {story.slug: story.number for story in stories()}
    value = _toml(HERE / "site.toml")
    seasons = [
        season | {"story": numbers[season["story"]] if "story" in season else None} for season in value["seasons"]
    ]
    return value | {"url": url.rstrip("/"), "seasons": seasons, "views": [numbers[slug] for slug in value["views"]]}


def picture_files() -> dict[str, Path]:
    """Picture id -> the drawn JPEG; the library cleans it and gives the master."""
    return {path.stem: path for path in sorted((HERE / "pictures").glob("*.jpg"))}


def _story(slug: str, raw: Mapping[str, Any], numbers: Mapping[str, int]) -> DemoStory:
    day: datetime.date = raw["date"]
    steps = {name: datetime.datetime.combine(day, raw[name], COUNTY_TIME).astimezone(datetime.UTC) for name in _STEPS}
    if sorted(steps.values()) != list(steps.values()):
        raise DemoError(f"稿件 {slug}：来稿、三审、签发的时间要依次往后")
    said: dict[str, Any] = {name: raw.get(name, "") for name in _TEXTS} | steps
    return DemoStory(
        number=numbers[slug],
        slug=slug,
        section=raw["section"],
        tags=tuple(raw["tags"]),
        gist=tuple(raw.get("gist", ())),
        lead=_lead(slug, raw["lead"]) if "lead" in raw else None,
        body=tuple(blocks(raw["body"], lambda name: f"/a/{numbers[name]}/", where=slug)),
        hands=tuple(raw["hands"]),
        **said,
    )


def _lead(slug: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := raw.keys() - _PICTURE:
        raise DemoError(f"稿件 {slug}：题图里没有这些项：{sorted(unknown)}")
    return {"caption": "", "credit": "", "crop": None, "focus": None, **raw}


def _mastered(picture: Mapping[str, Any], pictures: Mapping[str, Master]) -> dict[str, Any]:
    master = pictures[picture["picture"]]
    rest = {name: value for name, value in picture.items() if name != "picture"}
    return rest | {"master": master.digest, "width": master.width, "height": master.height}


def _load(path: Path) -> dict[str, Any]:
    raw = _toml(path)
    needed = {"section", "headline", "tags", "hands", "date", "body", *_STEPS}
    known = needed | {*_TEXTS, "gist", "lead"}
    if raw.keys() - known or needed - raw.keys():
        raise DemoError(f"{path.name}：缺 {sorted(needed - raw.keys())}，多出 {sorted(raw.keys() - known)}")
    return raw


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise DemoError(f"{path.name} 读不出来：{error}") from error
