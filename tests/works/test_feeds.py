"""What machines read: the feed, the sitemaps, the data of an article; no word of a story can become markup there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest

from hemei.press import feeds
from hemei.press.pages import render
from hemei.press.shown import clean
from tests.works.pages_sample import HOSTILE, HTML, PER_PAGE, county, hostile_county, tree


def test_hostile_words_stay_words_for_machines() -> None:
    reader = hostile_county()
    script = next(
        element for element in tree(render("a/7/index.html", reader)).iter(f"{HTML}script") if not element.get("src")
    )
    assert json.loads(script.text)["headline"] == clean(HOSTILE)
    for path in ("feed.xml", "news/feed.xml", "sitemap/1.xml", "sitemap.xml"):
        ElementTree.fromstring(render(path, reader))
    item = next(
        item
        for item in ElementTree.fromstring(render("feed.xml", reader)).iter("item")
        if item.findtext("link") == "http://news.qingtang.example/a/7/"
    )
    assert item.findtext("title") == clean(HOSTILE)
    assert "<" not in (item.findtext("description") or "<"), "readers take a description for HTML"


def test_a_feed_has_the_thirty_newest_stories_with_their_times() -> None:
    reader = county(36)
    channel = ElementTree.fromstring(render("feed.xml", reader))[0]
    items = list(channel.iter("item"))
    assert len(items) == 30
    assert items[0].findtext("link") == "http://news.qingtang.example/a/36/"
    assert parsedate_to_datetime(items[0].findtext("pubDate") or "") == datetime(2026, 11, 21, 12, 12, tzinfo=UTC)
    assert len(list(ElementTree.fromstring(render("news/feed.xml", reader)).iter("item"))) == 5


def test_the_sitemaps_name_every_story_once_and_every_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LISTED", 1)
    reader, space = county(45), "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    index = [found.text or "" for found in ElementTree.fromstring(render("sitemap.xml", reader)).iter(space)]
    assert len(index) == 45 // PER_PAGE + 1
    named = [
        found.text or ""
        for address in index
        for found in ElementTree.fromstring(render(address.split(".example/")[1], reader)).iter(space)
    ]
    assert sorted(address for address in named if "/a/" in address) == sorted(
        f"http://news.qingtang.example/a/{number}/" for number in range(1, 46)
    )
    assert len(named) == 45 + 1 + 8 + 4
