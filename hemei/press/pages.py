"""Prints one page by its path in the tree. A page gets a Reader and returns bytes: no clock, no chance, no edition.

Addresses (docs/edition.md): a path that ends in ``index.html`` is served under its folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from hemei.press.article import Article, article, data
from hemei.press.corrections import corrected, corrections, corrections_page
from hemei.press.feeds import corrections_feed, feed, robots, sitemap, sitemap_index
from hemei.press.frame import Head, groups_of, page, rendered
from hemei.press.pieces import Picture, Story
from hemei.press.reader import Reader, Row
from hemei.press.shown import (
    Html,
    Moment,
    NoSuchPage,
    Shot,
    data_block,
    headline,
    minutes,
    moment,
    shot,
)
from hemei.press.site import Season, Section, Site, read_site
from hemei.press.turning import turned

HEADS = 300
"""Most tags on the page of all tags: the most used ones."""

PALETTE = ("cfd9e0", "f0bcc0", "e0575b", "a6cf7f", "9bd0c8", "f0a35e", "e2c15c", "d9694a")
"""Colours of the 四时 ribbon, in the order of the theme's classes c0, c1, …: a page may not carry styles of its own."""


class Entry(Struct, frozen=True):
    """A story as a list shows it."""

    address: Html
    kicker: str
    headline: Html
    deck: str
    when: Moment
    minutes: int
    picture: Shot | None


Line = tuple[int, str, Html, str, str, str, int, Shot | None]
"""A story on a list's page: its number, kicker, headline, deck, its time for machines and for people, minutes, picture.

The theme takes a line apart at once: asking twenty objects for each field by its name takes longer than all the rest.
"""


class Block(Struct, frozen=True):
    """A section on the home page."""

    section: Section
    entries: tuple[Entry, ...]


class Stretch(Struct, frozen=True):
    """A season in the ribbon."""

    name: str
    start: int
    end: int
    colour: int
    address: Html


def render(path: str, reader: Reader) -> bytes:
    """The bytes of the page at this path of the tree. Raises NoSuchPage, and NotAPiece for a setting that is broken."""
    site = _site(reader)
    for pattern, printer in _PRINTERS:
        found = pattern.fullmatch(path)
        if found:
            return printer(reader, site, *found.groups())
    raise NoSuchPage(path)


_known: tuple[Mapping[str, Any], Site] | None = None


def _site(reader: Reader) -> Site:
    """The site; read once for all pages that are given the very same value."""
    global _known
    value, known = reader.setting("site"), _known
    if known is None or known[0] is not value:
        site = read_site(value)
        # The same site once more: what is kept by site is found at once when it is the very same value.
        _known = known = value, known[1] if known and known[1] == site else site
    return known[1]


@lru_cache(maxsize=4096)
def tag_slug(word: str) -> str:
    """The tag's part of an address: ten hex digits of its SHA-256. No other tag can change it."""
    return hashlib.sha256(word.encode()).hexdigest()[:10]


def _home(reader: Reader, site: Site) -> bytes:
    front = reader.latest("all", 6)
    lead = next((row for row in front if row.picture), front[0] if front else None)
    beside = [row for row in front if row is not lead]
    seen = {row.number for row in front}
    blocks = []
    for section in site.sections:
        rows = reader.latest(f"section:{section.id}", 3 + len(front))
        fresh = tuple(row for row in rows if row.number not in seen)
        chosen = (fresh or rows)[:3]
        blocks.append(Block(section, _entries(reader, chosen, 720)))
    return page(
        "home.html",
        reader,
        site,
        Head(site.name, site.description, Html("/"), "home"),
        lead=_entry(reader, lead, 1440, sizes=True) if lead else None,
        beside=_entries(reader, beside, 0),
        groups=_groups([block for block in blocks if block.entries]),
        seasons=[_stretch(reader, season) for season in site.seasons],
        views=[view for number in site.views if (view := _view(reader, number))],
    )


def _groups(blocks: list[Block]) -> list[list[Block]]:
    """The page's rhythm: one section alone, if it fills the width; then three side by side, and again."""
    groups: list[list[Block]] = []
    at = 0
    while at < len(blocks):
        alone = len(groups) % 2 == 0 and len(blocks[at].entries) == 3
        group = blocks[at : at + (1 if alone else 3)]
        groups.append([Block(block.section, _pictured(block.entries, 3 if alone else 1)) for block in group])
        at += len(group)
    return groups


def _pictured(entries: tuple[Entry, ...], most: int) -> tuple[Entry, ...]:
    """The entries with so many that have a picture in front; the others stay in their order."""
    front = [entry for entry in entries if entry.picture][:most]
    return (*front, *(entry for entry in entries if entry not in front))


def _stretch(reader: Reader, season: Season) -> Stretch:
    linked = season.story is not None and reader.story(season.story) is not None
    return Stretch(
        season.name, season.start, season.end, _nearest(season.colour), Html(f"/a/{season.story}/" if linked else "")
    )


def _nearest(colour: str) -> int:
    """The class of the palette that is nearest to the colour chosen in the setting."""

    def distance(at: int) -> int:
        chosen, ours = int(colour[1:], 16), int(PALETTE[at], 16)
        return sum((((chosen >> shift) & 255) - ((ours >> shift) & 255)) ** 2 for shift in (16, 8, 0))

    return min(range(len(PALETTE)), key=distance)


def _view(reader: Reader, number: int) -> Entry | None:
    printed = reader.story(number)
    picture = shot(printed.story.lead, reader, most=480) if printed else None
    if not printed or not picture:
        return None
    story = printed.story
    return Entry(
        Html(f"/a/{number}/"),
        story.kicker,
        headline(story.headline),
        story.deck,
        moment(printed.first_released),
        0,
        picture,
    )


def _line(reader: Reader, row: Row) -> Line:
    when = moment(row.first_released)
    return (
        row.number,
        row.kicker,
        Html(row.markup) if row.markup else headline(row.headline),
        row.deck,
        when.iso,
        when.minute,
        minutes(row.length),
        shot(row.picture, reader, most=320) if row.picture else None,
    )


def _entry(reader: Reader, row: Row, most: int, *, sizes: bool = False) -> Entry:
    return Entry(
        Html(f"/a/{row.number}/"),
        row.kicker,
        Html(row.markup) if row.markup else headline(row.headline),
        row.deck,
        moment(row.first_released),
        minutes(row.length),
        shot(row.picture, reader, most=most, sizes=sizes) if most else None,
    )


def _entries(reader: Reader, rows: list[Row] | tuple[Row, ...], most: int) -> tuple[Entry, ...]:
    return tuple(_entry(reader, row, most) for row in rows)


def _said(title: str, lines: Iterable[Line]) -> list[str]:
    """All that the page of a list prints, but figures and times."""
    said = [title]
    for line in lines:
        said += line[1:4]
        if picture := line[7]:
            said += picture.addresses()
    return said


def _section(reader: Reader, site: Site, name: str, number: str | None) -> bytes:
    section = site.section(name)
    if section is None:
        raise NoSuchPage(name)
    return _list(reader, site, f"section:{name}", f"/{name}/", section.name, section.about, number, name)


def _tag(reader: Reader, site: Site, slug: str, number: str | None) -> bytes:
    word = reader.tag(slug)  # asking for all tags would print this page again for every story that has one
    if word is None:
        raise NoSuchPage(f"t/{slug}")
    return _list(reader, site, f"tag:{word}", f"/t/{slug}/", word, "", number, "")


def _list(
    reader: Reader, site: Site, listing: str, base: str, title: str, about: str, number: str | None, current: str
) -> bytes:
    """One page of a list."""
    found = turned(reader, listing, base, number)
    name = title if number is None else f"{title} · 第 {number} 页"
    lines = [_line(reader, row) for row in found.rows]
    return page(
        "list.html",
        reader,
        site,
        Head(name, about or f"{site.name}：{title}", found.address, current),
        _said(title, lines),
        name=title,
        about=about,
        number=number or "",
        lines=lines,
        newer=found.newer,
        older=found.older,
        feed=Html(f"{base}feed.xml" if current else ""),
        kind="栏目" if current else "标签",
    )


def _article(reader: Reader, site: Site, number: str) -> bytes:
    printed = reader.story(int(number))
    if printed is None:
        raise NoSuchPage(f"a/{number}/index.html")

    def figure(picture: Picture) -> str:
        shown = shot(picture, reader, most=1440, sizes=True)
        return rendered("figure.html", {"picture": shown}) if shown else ""

    shown: Article = article(printed, reader, site, figure)
    story = printed.story
    return page(
        "article.html",
        reader,
        site,
        Head(
            story.headline,
            " ".join([story.deck, *story.gist]).strip() or story.headline,
            Html(f"/a/{number}/"),
            story.section,
            groups_of(printed.version[:16]),
        ),
        _spoken(shown, story),
        body=shown.body,
        number=story.number,
        kicker=story.kicker,
        headline=shown.headline,
        deck=story.deck,
        byline=story.byline,
        editor=story.editor,
        source=story.source,
        corrections=[corrected(each) for each in corrections(story.correction)],
        gist=story.gist,
        section=story.section,
        section_name=shown.section,
        lead=shown.lead,
        steps=shown.steps,
        iso=shown.first.iso,
        minute=shown.first.minute,
        latest=shown.latest if shown.latest is not shown.first else None,
        minutes=shown.minutes,
        date=shown.date,
        data=data_block(data(printed, shown, site)),
        tags=[(word, tag_slug(word)) for word in story.tags],
    )


def _spoken(shown: Article, story: Story) -> Iterable[str]:
    """All that a story's page prints of the story, but its body."""
    lead: tuple[str, ...] = ()
    if story.lead and shown.lead:
        lead = (story.lead.alt, story.lead.caption, story.lead.credit, *shown.lead.addresses())
    names = (story.byline, story.editor, story.source)
    return (
        shown.headline,
        story.headline,
        story.kicker,
        story.deck,
        story.correction,
        *names,
        *story.gist,
        *story.tags,
        *lead,
    )


def _tags(reader: Reader, site: Site) -> bytes:
    tags = [(word, tag_slug(word), count) for word, count in reader.tags()[:HEADS]]
    return page("tags.html", reader, site, Head("标签", f"{site.name}的全部标签", Html("/tags/")), tags=tags)


def _about(reader: Reader, site: Site) -> bytes:
    return page("about.html", reader, site, Head("关于我们", site.description, Html("/about/")))


def _verify(reader: Reader, site: Site) -> bytes:
    return page("verify.html", reader, site, Head("怎样查验", f"怎样自己查验{site.name}的每一页", Html("/verify/")))


def _lost(reader: Reader, site: Site) -> bytes:
    return page("404.html", reader, site, Head("没有这一页", "没有这一页", Html()))


_Printer = Callable[..., bytes]
_NUMBER = r"([1-9]\d{0,8})"
_ID = r"([a-z][a-z0-9-]{0,31})"
_PRINTERS: tuple[tuple[re.Pattern[str], _Printer], ...] = tuple(
    (re.compile(pattern), printer)
    for pattern, printer in (
        (r"index\.html", _home),
        (rf"a/{_NUMBER}/index\.html", _article),
        (r"tags/index\.html", _tags),
        (r"about/index\.html", _about),
        (r"verify/index\.html", _verify),
        (r"404\.html", _lost),
        (r"corrections/feed\.xml", corrections_feed),
        (rf"corrections/(?:index|p{_NUMBER})\.html", corrections_page),
        (r"feed\.xml", feed),
        (r"sitemap\.xml", sitemap_index),
        (rf"sitemap/{_NUMBER}\.xml", sitemap),
        (r"robots\.txt", robots),
        (rf"t/([0-9a-f]{{10}})/(?:index|p{_NUMBER})\.html", _tag),
        (rf"{_ID}/feed\.xml", feed),
        (rf"{_ID}/(?:index|p{_NUMBER})\.html", _section),
    )
)
"""Every address of the site, the fixed ones first: no section may take one (hemei/press/site.py)."""
