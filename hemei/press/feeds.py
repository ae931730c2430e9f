"""The pages that machines read: RSS 2.0, sitemaps (sitemaps.org 0.9), robots.txt (RFC 9309)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime

from hemei.press.corrections import CORRECTIONS
from hemei.press.lists import ALL, LISTED
from hemei.press.reader import Reader
from hemei.press.shown import SHANGHAI, NoSuchPage, escape, page_bytes
from hemei.press.site import Site

NEWEST = 30
"""Stories in a feed."""

BEFORE = datetime(2015, 1, 1, tzinfo=SHANGHAI)
"""When a feed changed that has nothing in it yet."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def feed(reader: Reader, site: Site, name: str | None = None) -> bytes:
    """The newest stories of the site, or of one section, as RSS 2.0."""
    section = site.section(name) if name else None
    if name and not section:
        raise NoSuchPage(f"{name}/feed.xml")
    title = f"{site.name} · {section.name}" if section else site.name
    base = f"/{section.id}/" if section else "/"
    rows = reader.latest(f"section:{section.id}" if section else "all", NEWEST)
    items = "".join(
        _tag(
            "item",
            _tag("title", _text(row.headline)),
            _tag("link", _text(f"{site.url}/a/{row.number}/")),
            f'<guid isPermaLink="true">{_text(f"{site.url}/a/{row.number}/")}</guid>',
            _tag("pubDate", format_datetime(row.first_released.astimezone(SHANGHAI))),
            # Readers take a description for HTML, so it is escaped once as HTML and once as XML.
            _tag("description", _text(escape(row.deck))) if row.deck else "",
        )
        for row in rows
    )
    about = section.about if section else site.description
    own = _text(f"{site.url}{base}feed.xml")
    return page_bytes(
        f'{_DECLARATION}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"{_tag('title', _text(title))}{_tag('link', _text(site.url + base))}"
        f"{_tag('description', _text(about or title))}<language>zh-cn</language>"
        f'<atom:link href="{own}" rel="self" type="application/rss+xml"/>{items}</channel></rss>\n'
    )


def corrections_feed(reader: Reader, site: Site) -> bytes:
    """The newest corrections as Atom (RFC 4287). An entry is named by its story, its day and what it says."""
    rows = reader.latest(CORRECTIONS, NEWEST)
    own = f"{site.url}/{CORRECTIONS}/"
    entries = []
    for row in rows:
        link = f"{site.url}/a/{row.number}/" if row.headline else own
        title = f"更正：{row.headline}" if row.headline else f"撤回：稿件 {row.number}"
        when = row.first_released.astimezone(SHANGHAI)
        name = f"{site.url}/a/{row.number}/#{when:%Y%m%d}-{hashlib.sha256(row.deck.encode()).hexdigest()[:10]}"
        entries.append(
            _tag("entry", _tag("title", _text(title)), _tag("id", _text(name)), f'<link href="{_text(link)}"/>',
                 _tag("updated", when.isoformat()), _tag("summary", _text(row.deck)))
        )  # fmt: skip
    newest = rows[0].first_released.astimezone(SHANGHAI) if rows else BEFORE
    author = _tag("author", _tag("name", _text(site.organiser or site.name)))
    return page_bytes(
        f'{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
        f"{_tag('title', _text(f'{site.name} · 更正'))}{_tag('id', _text(own))}"
        f'<link href="{_text(own)}"/><link href="{_text(own)}feed.xml" rel="self"/>'
        f"{_tag('updated', newest.isoformat())}{author}{''.join(entries)}</feed>\n"
    )


def sitemaps(reader: Reader) -> int:
    """How many sitemaps there are: at least one, which also names the pages that are no stories."""
    return max(1, -(-reader.pages("all") // LISTED))


def sitemap_index(reader: Reader, site: Site) -> bytes:
    """The list of sitemaps."""
    inside = "".join(
        _tag("sitemap", _tag("loc", _text(f"{site.url}/sitemap/{number}.xml")))
        for number in range(1, sitemaps(reader) + 1)
    )
    return _sitemap_document("sitemapindex", inside)


def sitemap(reader: Reader, site: Site, number: str) -> bytes:
    """One sitemap: the stories of fifty pages of the list, oldest first."""
    first = (int(number) - 1) * LISTED + 1
    addresses = list(_fixed(site)) if first == 1 else []
    addresses += [f"/a/{story}/" for story in reader.numbers(ALL, first, LISTED)]
    if not addresses:
        raise NoSuchPage(f"sitemap/{number}.xml")
    inside = "".join(_tag("url", _tag("loc", _text(site.url + address))) for address in addresses)
    return _sitemap_document("urlset", inside)


def robots(reader: Reader, site: Site) -> bytes:
    """Everything may be read; the back office is nobody's business."""
    return f"User-agent: *\nDisallow: /desk/\nSitemap: {site.url}/sitemap.xml\n".encode()


def _fixed(site: Site) -> Iterable[str]:
    yield "/"
    yield from (f"/{section.id}/" for section in site.sections)
    yield from ("/tags/", "/about/", "/corrections/", "/verify/")


def _sitemap_document(root: str, inside: str) -> bytes:
    return page_bytes(f'{_DECLARATION}<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{root}>\n')


def _tag(name: str, *inside: str) -> str:
    return f"<{name}>{''.join(inside)}</{name}>"


def _text(text: str) -> str:
    """Text for XML: escaping ">" too makes "]]>" harmless."""
    return escape(text)
