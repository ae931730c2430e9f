"""No page holds what no page may hold, whichever text it comes from, and though most pages are not gone through whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import asdict
from msgspec.structs import replace as altered

from hemei.press import frame
from hemei.press.pages import render, tag_slug
from hemei.press.pieces import Figure, NotAPiece, Picture, Story
from hemei.press.reader import Rendition
from hemei.press.shown import SHANGHAI, characters, moment
from hemei.press.site import read_site
from tests.works.pages_sample import SITE, SampleReader, county, printed, story

BAD = "\x01\x02\x03\x04\x7f\u202e\ufeff"
"""Among them are the characters that mark the places of a page's larger parts."""
_BAD = re.compile(f"[{BAD}]")
FIXED = (
    "index.html",
    "tags/index.html",
    "about/index.html",
    "verify/index.html",
    "404.html",
    "feed.xml",
    "sitemap.xml",
)


def planted(value: Any) -> Iterator[Any]:
    """The value of JSON once for each text in it, with the bad characters in the middle of that text."""
    match value:
        case str():
            yield value[: len(value) // 2] + BAD + value[len(value) // 2 :]
        case dict():
            for name in value:
                yield from ({**value, name: each} for each in planted(value[name]))
        case list() | tuple():
            for at in range(len(value)):
                yield from ([*value[:at], each, *value[at + 1 :]] for each in planted(value[at]))


def printings(number: int, reader: SampleReader) -> Iterator[bytes]:
    """The story's page and every page that shows it in a list."""
    one = reader.stories[number].story
    bases = [one.section, *(f"t/{tag_slug(word)}" for word in one.tags)]
    paths = [f"a/{number}/index.html", *FIXED, f"{one.section}/feed.xml"]
    paths += [f"{base}/{name}.html" for base in bases for name in ("index", "p1")]
    return (render(path, reader) for path in paths)


def unspoilt(pages: Iterator[bytes], *said: str) -> int:
    """How many pages there are: each whole, and without a character that no page may hold."""
    count = 0
    for page in pages:
        text = page.decode()
        assert not _BAD.search(text)
        assert text.count('<main id="main">') == text.count("</html>") == text.startswith("<!doctype")
        count += 1
    return count


def test_no_text_of_a_story_brings_a_bad_character_onto_any_page() -> None:
    plain = story(35)
    figures = (Figure(**asdict(block)) if isinstance(block, Picture) else block for block in plain.body)
    plain, stories = altered(plain, body=tuple(figures)), 0
    for data in planted(msgspec.to_builtins(plain)):
        try:
            spoilt = msgspec.convert(data, Story)
        except msgspec.ValidationError:
            continue  # what has a form of its own, such as a date, never gets so far
        reader = county(0)
        reader.stories[35] = printed(spoilt)
        assert unspoilt(printings(35, reader)) == 13 + 2
        stories += 1
    assert stories > 50


def test_no_text_of_the_setting_brings_a_bad_character_onto_any_page() -> None:
    settings = 0
    for data in planted({**SITE, "notice": "停电"}):
        try:
            read_site(data)
        except NotAPiece:
            continue
        reader = county(36)
        reader.site = data
        assert unspoilt(printings(35, reader)) == 13 + 2
        settings += 1
    assert settings > 30


class Renamed(SampleReader):
    """A county whose pictures have bad addresses."""

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        return tuple(Rendition(f"/p/{BAD}a.{kind}", 480, 320) for kind in ("avif", "jpg", "webp"))


def test_no_address_of_a_picture_brings_a_bad_character_onto_any_page() -> None:
    assert unspoilt(printings(35, Renamed(county(36).stories))) == 13 + 2


@pytest.mark.parametrize("looked_through", [True, False])
def test_a_theme_with_a_bad_character_prints_none(looked_through: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Callable[[str], str] = frame._theme
    monkeypatch.setattr(frame, "_theme", lambda name: whole(name).replace("</h1>", f"{BAD}</h1>"))
    if looked_through:
        monkeypatch.setattr(frame, "spotless", lambda text: False)
    frame._environment.cache_clear()
    try:
        assert unspoilt(printings(35, county(36))) == 13 + 2
    finally:
        frame._environment.cache_clear()


def test_a_page_whose_parts_are_laid_in_is_the_page_that_is_printed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def every() -> list[bytes]:
        reader = county(36)
        return [page for number in reader.stories for page in printings(number, reader)]

    laid_in = every()
    seen: list[str] = []

    def never(text: str) -> bool:
        seen.append(text)
        return False

    monkeypatch.setattr(frame, "spotless", never)
    assert every() == laid_in
    assert len(seen) > 36 * 3


def test_a_time_is_shown_as_its_parts_are_written_by_the_standard() -> None:
    for hours in range(0, 24 * 400, 7):
        instant = datetime(2023, 12, 30, 15, 58, tzinfo=UTC) + timedelta(hours=hours, minutes=hours)
        local, shown = instant.astimezone(SHANGHAI), moment(instant)
        assert shown.iso == local.isoformat(timespec="minutes")
        assert shown.minute == f"{local.year}年{local.month}月{local.day}日 {shown.iso[11:16]}"


@pytest.mark.parametrize(
    "other", ["98", "FM98", "é", "Ω", "かな", "ＡＢ", "１２", "한국", "々", "〇", "_", "·", "　", "𠀀", "😀"]
)
def test_a_word_of_another_script_counts_once_and_a_mark_never(other: str) -> None:
    han = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    for text in (other, f"青{other}棠", f"青 {other} {other}", f"{other}，{other}"):
        words = re.sub(han, " ", text)
        assert characters(text) == len(re.findall(han, text)) + len(re.findall(r"[^\W_]+", words)), text
