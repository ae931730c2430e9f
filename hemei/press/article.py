"""A story's page as values: what the article's template prints, and the same told to machines (schema.org)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from hemei.press.body import body
from hemei.press.pieces import Picture
from hemei.press.reader import Printed, Reader, Stamped
from hemei.press.shown import Html, Moment, Shot, clean, headline, length, minutes, moment, shot
from hemei.press.site import Site

STAGES = {"first": "初审", "second": "复审", "final": "终审"}
_ORDER = {stage: place for place, stage in enumerate(STAGES)}


Step = tuple[str, str, str]
"""A line of 这篇稿子怎么来的: the post, never the person, and when, for machines and for people."""


class Article(Struct, frozen=True):
    """What a story's page shows of it, besides what the story says itself."""

    headline: Html
    section: str
    """Name of its section; empty when the setting has none of that id any more."""
    lead: Shot | None
    body: Html
    steps: tuple[Step, ...]
    first: Moment
    latest: Moment
    """When this version was released: `first` itself while there was no other."""
    minutes: int
    date: str
    """The date that the copy names, 2026年11月22日, or empty."""


def article(printed: Printed, reader: Reader, site: Site, figure: Callable[[Picture], str]) -> Article:
    """The story as its page shows it; `figure` gives the markup of a picture in its body."""
    story = printed.story
    section = site.section(story.section)
    first = moment(printed.first_released)
    latest = first if printed.released == printed.first_released else moment(printed.released)
    return Article(
        headline=headline(story.headline),
        section=section.name if section else "",
        lead=shot(story.lead, reader, most=1440, sizes=True),
        body=body(story, figure),
        steps=tuple(_steps(printed, latest)),
        first=first,
        latest=latest,
        minutes=minutes(length(story)),
        date=_day(story.date),
    )


def _steps(printed: Printed, latest: Moment) -> Iterable[Step]:
    if not printed.stamps:  # a draft in the preview: nothing is signed yet
        return
    for stamp in sorted(printed.stamps, key=_place):
        when = moment(stamp.time)
        yield STAGES[stamp.stage], when.iso, when.minute
    yield "签发", latest.iso, latest.minute


def _place(stamp: Stamped) -> tuple[int, datetime, str]:
    return _ORDER[stamp.stage], stamp.time, stamp.person


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
