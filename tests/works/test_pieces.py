"""The format of a story, read strictly: what is not in it is refused, and what is written is canonical."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hemei.press.lists import read_row, row_text
from hemei.press.pages import render
from hemei.press.pieces import LINK, NotAPiece, read_story
from hemei.press.shown import headline
from hemei.seal.digest import canonical
from tests.works.pages_sample import county
from tests.works.pages_sample import story as sample

DIGEST = "a" * 64
PICTURE = {
    "master": DIGEST, "width": 30, "height": 20, "alt": "井", "caption": "", "credit": "",
    "crop": [0, 0, 500, 1000], "focus": [10, 1000],
}  # fmt: skip
LINKED = {"t": "公告", "b": True, "href": "/notices/"}
BLOCKS: tuple[dict[str, Any], ...] = (
    {"kind": "paragraph", "runs": [{"t": "量井深；"}, LINKED]},
    {"kind": "heading", "text": "量井", "level": 2},
    {"kind": "list", "items": [[LINKED]]},
    {"kind": "quote", "text": "水是甜的。", "cite": "村民"},
    {"kind": "picture", **PICTURE},
    {"kind": "table", "caption": "", "head": ["井", "深"], "rows": [["东井", "九米"]]},
)
STORY: dict[str, Any] = {
    "format": "hemei-story/1", "site": "00" * 8, "story": 7, "previous": DIGEST, "kicker": "", "headline": "量井", "deck": "",
    "dateline": "", "byline": "", "editor": "", "source": "", "date": "2026-11-22", "section": "news", "tags": ["井"],
    "gist": ["量了"], "lead": PICTURE, "body": list(BLOCKS), "correction": "", "hands": ["luo"],
}  # fmt: skip
CHANGES: dict[str, tuple[object, ...]] = {
    "format": ("hemei-story/2", None, 1),
    "story": (0, -1, True, 1.0, 2**53, "7", None),
    "previous": ("", DIGEST[1:], DIGEST + "\n", DIGEST.upper(), 1),
    "headline": ("", " ", "\u3000", None, 1),
    "kicker": (None, 1, []),
    "date": ("", "2026-1-1", "2026-11-22\n", "２０２６-11-22", 20261122),
    "section": ("", "News", "7", "news\n", "a" * 33, None),
    "tags": (["井", "井"], [""], [1], "井", None),
    "gist": ([None], {}, ["量了", "量了"]),
    "hands": (["luo", "luo"], [""], None),
    "lead": ([], "", {}, {**PICTURE, "kind": "picture"}),
    "body": ({}, None, [None], [[]], [{"kind": "video"}], [{}]),
}
IN_BLOCKS: dict[str, tuple[object, ...]] = {
    "kind": ("video", None, 1),
    "runs": (
        None,
        [None],
        ["x"],
        [{}],
        [{"t": 1}],
        [{"t": "x", "b": False}],
        [{"t": "x", "b": 1}],
        [{"t": "x", "i": True}],
    ),
    "items": (None, [None], [[{}]], [[{"t": None}]]),
    "text": ("", " ", None),
    "level": (1, 4, True, "2", 2.0),
    "cite": (None, 1),
    "master": ("", DIGEST.upper(), DIGEST + "\n"),
    "width": (0, 30_001, True, 1.5, "1"),
    "crop": ([], [0, 0, 0, 1], [0, 0, 1], [0, 0, 1, 1001], [-1, 0, 1, 1], [0, 0, 1, True], "0011"),
    "focus": ([], [0], [0, 1001], [0, 0, 0]),
    "head": ([], ["x"], [1, 2], ["x"] * 41),
    "rows": ([[]], [["x"]], [["x", 1]], [None]),
}
LINKS = (
    "",
    "javascript:alert(1)",
    "//elsewhere.example",
    "http://a b",
    "/a\n",
    "http://" + "x" * 600,
    '/"x',
    "ftp://x",
)


def said(value: object) -> bytes:
    """JSON in canonical order and spacing, of values that canonical JSON refuses too."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def altered(whole: dict[str, Any], changes: dict[str, tuple[object, ...]]) -> Iterator[dict[str, Any]]:
    """The object with each of its fields gone, one added, and each of these changes."""
    yield {**whole, "more": ""}
    for name in whole:
        yield {each: value for each, value in whole.items() if each != name}
        yield from ({**whole, name: value} for value in changes.get(name, ()))


def test_a_story_with_every_kind_of_block_is_read_from_its_canonical_bytes() -> None:
    story = read_story(canonical(STORY))
    assert [type(block).__name__ for block in story.body] == [
        "Paragraph",
        "Heading",
        "Items",
        "Quote",
        "Figure",
        "Table",
    ]
    assert (story.number, story.body[0].runs[1].strong, story.body[0].runs[1].href) == (7, True, "/notices/")  # type: ignore[union-attr]
    assert [picture.crop for picture in story.pictures()] == [(0, 0, 500, 1000)] * 2


def test_whatever_is_not_in_the_format_is_refused() -> None:
    wrong = [*altered(STORY, CHANGES)]
    for block in BLOCKS:
        wrong += [{**STORY, "body": [each]} for each in altered(block, IN_BLOCKS)]
    wrong += [{**STORY, "lead": each} for each in altered(PICTURE, IN_BLOCKS)]
    wrong += [{**STORY, "body": [{"kind": "paragraph", "runs": [{**LINKED, "href": link}]}]} for link in LINKS]
    for each in wrong:
        with pytest.raises(NotAPiece):
            read_story(said(each))
    assert len(wrong) == 210


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"\xff", b"[" * 100_000, b'{"body":' + b"[" * 100_000, canonical(STORY) + b" ",
        json.dumps(STORY).encode(), said(STORY).replace(b'"deck":""', b'"deck":"","deck":""'), b"{" + b'"a":1,' * 9 + b"}",
        said(STORY).replace("量井".encode(), b"\\ud800"), said(STORY).replace("井".encode(), b"\xff"),
    ],
)  # fmt: skip
def test_bytes_that_are_not_canonical_json_are_refused(content: bytes) -> None:
    with pytest.raises(NotAPiece):
        read_story(content)


@given(some.text(some.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_text_is_written_as_canonical_json_writes_it(text: str) -> None:
    content = canonical({**STORY, "headline": f"题{text}", "deck": text, "tags": [text]})
    story = read_story(content)
    assert (story.headline, story.deck, story.tags) == (f"题{text}", text, (text,))
    assert msgspec.json.encode(story, order="sorted") == content


@pytest.mark.parametrize("link", ["https://a.example/?q=1", "/a/7/", "tel:0000-12345", "mailto:a@b.example"])
def test_a_good_link_is_taken(link: str) -> None:
    assert LINK.fullmatch(link)
    read_story(canonical({**STORY, "body": [{"kind": "paragraph", "runs": [{"t": "x", "href": link}]}]}))


def test_a_row_of_an_older_book_shows_the_same_as_one_that_keeps_its_markup() -> None:
    story = sample(7, section="news")
    now = row_text(story, "2026-11-22T08:00:00Z")
    older = json.dumps(json.loads(now)[:-1], ensure_ascii=False)
    assert read_row(now).markup == headline(story.headline)
    assert read_row(older).markup == ""
    reader = county(6)
    shown = []
    for text in (now, older):
        rows = (read_row(text),)
        reader.latest = lambda listing, most, rows=rows: rows  # type: ignore[method-assign]
        shown.append(render("news/index.html", reader))
    assert shown[0] == shown[1]
