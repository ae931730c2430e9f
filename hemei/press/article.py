"""A story's page as values: what the article's template prints, and the same told to machines (schema.org)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hemei.press.pieces import Block, Heading, Items, Paragraph, Picture, Quote, Run, Story, Table
from hemei.press.reader import Printed, Reader, Stamped
from hemei.press.shown import Html, Moment, Shot, clean, headline, length, minutes, moment, runs, shot
from hemei.press.site import Site

EMPTY = Html("")
STAGES = {"first": "初审", "second": "复审", "final": "终审"}


@dataclass(frozen=True, slots=True)
class Part:
    """One block of the body, ready to print: which fields are filled depends on its kind."""

    kind: str
    """"paragraph", "heading", "list", "quote", "picture" or "table"."""
    html: Html = EMPTY
    level: int = 0
    items: tuple[Html, ...] = ()
    cite: str = ""
    picture: Shot | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A line of 这篇稿子怎么来的: the post, never the person."""

    post: str
    when: Moment


@dataclass(frozen=True, slots=True)
class Article:
    story: Story
    headline: Html
    section: str
    """Name of its section; empty when the setting has none of that id any more."""
    lead: Shot | None
    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    first: Moment
    latest: Moment
    changed: bool
    """Whether this is a later version than the first one released."""
    minutes: int
    date: str
    """The date that the copy names, 2026年11月22日, or empty."""


def article(printed: Printed, reader: Reader, site: Site) -> Article:
    """The story as its page shows it."""
    story = printed.story
    section = site.section(story.section)
    return Article(
        story=story,
        headline=headline(story.headline),
        section=section.name if section else "",
        lead=shot(story.lead, reader, most=1440, sizes=True),
        parts=tuple(_parts(story, reader)),
        steps=tuple(_steps(printed)),
        first=moment(printed.first_released),
        latest=moment(printed.released),
        changed=printed.released != printed.first_released,
        minutes=minutes(length(story)),
        date=_day(story.date),
    )


def _parts(story: Story, reader: Reader) -> Iterable[Part]:
    opening = story.dateline.strip()
    for block in story.body:
        if opening:
            line = Run(opening, strong=True)
            if isinstance(block, Paragraph):
                block = Paragraph((line, Run("　"), *block.runs))
            else:
                yield Part("paragraph", runs((line,)))
            opening = ""
        yield _part(block, reader)


def _part(block: Block, reader: Reader) -> Part:
    match block:
        case Paragraph():
            return Part("paragraph", runs(block.runs))
        case Heading():
            return Part("heading", headline(block.text), block.level)
        case Items():
            return Part("list", items=tuple(runs(item) for item in block.items))
        case Quote():
            return Part("quote", runs((Run(block.text),)), cite=block.cite)
        case Picture():
            return Part("picture", picture=shot(block, reader, most=1440, sizes=True))
        case Table():
            return Part("table", table=block)


def _steps(printed: Printed) -> Iterable[Step]:
    if not printed.stamps:  # a draft in the preview: nothing is signed yet
        return
    order = list(STAGES)

    def place(stamp: Stamped) -> tuple[int, str, str]:
        return order.index(stamp.stage), stamp.time.isoformat(), stamp.person

    for stamp in sorted(printed.stamps, key=place):
        yield Step(STAGES[stamp.stage], moment(stamp.time))
    yield Step("签发", moment(printed.released))


def _day(date: str | None) -> str:
    if date is None:
        return ""
    year, month, day = date.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def data(printed: Printed, shown: Article, site: Site) -> dict[str, Any]:
    """The article for search engines: https://schema.org/NewsArticle."""
    story = printed.story
    organiser = {"@type": "NewsMediaOrganization", "name": clean(site.organiser or site.name), "url": f"{site.url}/"}
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": clean(story.headline),
        "datePublished": shown.first.iso,
        "dateModified": shown.latest.iso,
        "mainEntityOfPage": f"{site.url}/a/{story.number}/",
        "inLanguage": "zh-CN",
        "publisher": organiser,
        "author": {"@type": "Person", "name": clean(story.byline)} if story.byline else organiser,
    }
    optional = {"description": clean(story.deck), "articleSection": clean(shown.section)}
    described |= {name: text for name, text in optional.items() if text}
    if shown.lead:
        described["image"] = site.url + shown.lead.src
    return described
