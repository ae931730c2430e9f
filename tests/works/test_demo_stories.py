"""The demo county is whole: what its files say is what the press can print."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from demo import stories as demo
from demo.markup import BadMarkup, blocks
from demo.stories import DemoStory, Master
from hemei.press.pieces import Heading, Items, Paragraph, Quote, Run, Story, Table, read_story
from hemei.seal.digest import canonical, digest

SITE = "00" * 8
NOT_OURS = re.compile(
    "(?<![自学练复])习(?!惯)|总书记|主席|党委|党的|中央|国务院|[省市县]委|县长|市长|社会主义|新时代|抖音|微信|淘宝|"
    "北京|上海|天津|重庆|广西|广东|贵州|云南|四川|湖南|湖北|河南|河北|山东|山西|陕西|甘肃|青海|宁夏|新疆|西藏|浙江|江苏|安徽|福建|"
    "江西|辽宁|吉林|黑龙江|海南|台湾|香港|澳门|内蒙古|成都|贵阳|昆明|南宁|桂林|遵义|杭州|南京|武汉|西安"
)
"""Politics, real places and real companies: none of them belongs into an invented county."""


@pytest.fixture(scope="module")
def masters() -> dict[str, Master]:
    found = {}
    for name, path in demo.picture_files().items():
        with Image.open(path) as image:
            found[name] = Master(digest(path.read_bytes()), *image.size)
    return found


@pytest.fixture(scope="module")
def pieces(masters: dict[str, Master]) -> dict[int, Story]:
    return {
        story.number: read_story(
            canonical(demo.content(story, site=SITE, number=story.number, hands=story.hands, pictures=masters))
        )
        for story in demo.stories()
    }


def words(piece: Story) -> str:
    """Everything that a story says, for searching."""
    said = [
        piece.kicker,
        piece.headline,
        piece.deck,
        piece.byline,
        piece.source,
        piece.correction,
        *piece.tags,
        *piece.gist,
    ]
    for block in piece.body:
        if isinstance(block, Paragraph):
            said += [run.text for run in block.runs]
        elif isinstance(block, Items):
            said += [run.text for item in block.items for run in item]
        elif isinstance(block, Quote | Heading):
            said += [block.text, getattr(block, "cite", "")]
        elif isinstance(block, Table):
            said += [block.caption, *block.head, *(cell for row in block.rows for cell in row)]
    return "\n".join([*said, *(f"{p.caption} {p.credit} {p.alt}" for p in piece.pictures())])


def test_fifty_stories_are_read_by_the_press_and_numbered_by_release(pieces: dict[int, Story]) -> None:
    told = demo.stories()
    assert len(told) == 50
    assert [story.number for story in told] == list(range(1, 51)) == sorted(pieces)
    assert [story.released for story in told] == sorted(story.released for story in told)
    assert len({story.headline for story in told}) == 50


def test_every_section_has_at_least_four_stories_and_none_is_unknown() -> None:
    known = [section["id"] for section in demo.site_value("http://127.0.0.1:8000")["sections"]]
    counted = Counter(story.section for story in demo.stories())
    assert len(known) == 8
    assert set(counted) == set(known)
    assert min(counted.values()) >= 4


def test_headlines_tags_and_lengths_are_those_of_a_newspaper(pieces: dict[int, Story]) -> None:
    assert all(len(piece.headline) <= 23 for piece in pieces.values())
    assert all(1 <= len(piece.tags) <= 4 for piece in pieces.values())
    tags = Counter(tag for piece in pieces.values() for tag in piece.tags)
    assert sum(count >= 2 for count in tags.values()) >= 25
    long_ones = [number for number, piece in pieces.items() if len(re.sub(r"\s", "", words(piece))) >= 350]
    assert len(long_ones) >= 40


def test_the_stories_use_every_feature_of_the_format(pieces: dict[int, Story]) -> None:
    kinds = {type(block).__name__ for piece in pieces.values() for block in piece.body}
    assert kinds == {"Paragraph", "Heading", "Items", "Quote", "Figure", "Table"}
    for name in ("kicker", "deck", "dateline", "byline", "editor", "source", "gist", "lead", "correction"):
        assert any(getattr(piece, name) for piece in pieces.values()), name
    pictures = [picture for piece in pieces.values() for picture in piece.pictures()]
    assert any(picture.crop for picture in pictures)
    assert any(picture.focus for picture in pictures)
    assert all(picture.alt and picture.caption and picture.credit for picture in pictures)
    assert any(run.strong for piece in pieces.values() for run in runs(piece))


def runs(piece: Story) -> list[Run]:
    found: list[Run] = []
    for block in piece.body:
        if isinstance(block, Paragraph):
            found += block.runs
        elif isinstance(block, Items):
            found += [run for item in block.items for run in item]
    return found


def test_every_link_inside_leads_to_a_story_or_a_page_that_is_there(pieces: dict[int, Story]) -> None:
    links = [run.href for piece in pieces.values() for run in runs(piece) if run.href]
    addresses = {f"/a/{number}/" for number in pieces} | {"/verify/"}
    assert len(links) >= 10
    assert "/verify/" in links
    assert set(links) <= addresses


def test_nobody_stamps_what_passed_through_their_hands_or_bears_their_name() -> None:
    people = {person.username: person for person in demo.cast()}
    assert list(people) == ["chen", "li", "wang", "zhou", "zhao", "admin"]
    assert len({person.name for person in people.values()}) == 6
    assert all(people[name].posts == posts for name, posts in {
        "chen": ("correspondent",), "li": ("reporter",), "wang": ("first",), "zhou": ("second",),
        "zhao": ("final", "release", "withdraw"), "admin": (),
    }.items())  # fmt: skip
    for story in demo.stories():
        assert story.hands
        assert set(story.hands) <= {"chen", "li"}
        assert not any(people[name].name in story.byline for name in ("wang", "zhou", "zhao"))


def test_times_run_from_filing_to_release_within_the_autumn() -> None:
    for story in demo.stories():
        steps = [story.filed, story.first, story.second, story.final, story.released]
        assert steps == sorted(set(steps)), story.slug
        assert "2026-09-01" <= story.date() <= "2026-11-22", story.slug
        assert all(step.utcoffset() is not None and step.utcoffset().total_seconds() == 0 for step in steps)  # type: ignore[union-attr]


def test_no_real_person_place_or_company_is_named(pieces: dict[int, Story]) -> None:
    site = repr(demo.site_value("http://127.0.0.1:8000")) + repr(demo.cast())
    for text in [site, *map(words, pieces.values())]:
        assert NOT_OURS.findall(text) == []


def test_the_site_setting_names_stories_by_number() -> None:
    value = demo.site_value("http://127.0.0.1:8000/")
    assert set(value) == {
        "name", "slogan", "url", "organiser", "description", "sections", "footer", "telephone", "seasons",
        "season_title", "season_text", "views", "notice",
    }  # fmt: skip
    assert value["url"] == "http://127.0.0.1:8000"
    told = {story.number: story for story in demo.stories()}
    assert [told[number].lead is not None for number in value["views"]] == [True] * 4
    for season in value["seasons"]:
        assert set(season) == {"name", "start", "end", "colour", "story"}
        assert 1 <= season["start"] < season["end"] <= 13
        assert season["story"] is None or season["story"] in told
    assert canonical(value)


def test_thirty_seven_pictures_are_used_and_look_different(pieces: dict[int, Story]) -> None:
    used = {name for story in demo.stories() for name in story.pictures()}
    files = demo.picture_files()
    assert used == set(files)
    assert len(used) == 37
    assert len({digest(path.read_bytes()) for path in files.values()}) == 37
    small = {}
    for name, path in files.items():
        with Image.open(path) as image:
            assert image.size in {(1440, 960), (960, 1280)}
            assert not image.getexif()
            small[name] = image.convert("RGB").resize((24, 16), Image.Resampling.BOX)
    names = sorted(small)
    nearest = min(
        (sum(ImageStat.Stat(ImageChops.difference(small[one], small[other])).mean) / 3, one, other)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
    )
    assert nearest[0] > 9, nearest


def test_pictures_are_light_enough_to_keep_beside_the_code() -> None:
    sizes = [path.stat().st_size for path in demo.picture_files().values()]
    assert max(sizes) <= 160_000
    assert sum(sizes) <= 3 * 1024 * 1024


def test_the_code_draws_the_picture_that_is_kept() -> None:
    from demo.draw import scenes

    assert {name: Path(path).stem for name, path in demo.picture_files().items()}.keys() == scenes().keys()
    with Image.open(demo.picture_files()["lake-dawn"]) as kept:
        drawn = scenes()["lake-dawn"]().finish()
        assert sum(ImageStat.Stat(ImageChops.difference(kept.convert("RGB"), drawn)).mean) / 3 < 3


def test_marks_become_blocks_in_the_order_they_are_written() -> None:
    text = "一段**重**和[链接](story:bees)\n接着\n\n## 头\n\n### 次\n\n- 甲\n- 乙\n\n> “话” —— 谁\n\n= 题\n| 子 | 丑 |\n| 1 | 2 |\n\n![a-1] 说明 | 谁摄 | 替代"
    assert list(blocks(text, {"bees": "/a/9/"}.__getitem__, where="x")) == [
        {"kind": "paragraph", "runs": [{"t": "一段"}, {"t": "重", "b": True}, {"t": "和"}, {"t": "链接", "href": "/a/9/"}, {"t": "接着"}]},
        {"kind": "heading", "text": "头", "level": 2},
        {"kind": "heading", "text": "次", "level": 3},
        {"kind": "list", "items": [[{"t": "甲"}], [{"t": "乙"}]]},
        {"kind": "quote", "text": "“话”", "cite": "谁"},
        {"kind": "table", "caption": "题", "head": ["子", "丑"], "rows": [["1", "2"]]},
        {"kind": "picture", "picture": "a-1", "caption": "说明", "credit": "谁摄", "alt": "替代", "crop": None, "focus": None},
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[去](story:nowhere)", "| 甲 | 乙 |\n| 1 |", "![a] 只有说明"])
def test_a_wrong_mark_is_refused_with_the_story_named(text: str) -> None:
    nowhere: dict[str, str] = {}
    with pytest.raises(BadMarkup, match="稿件 某稿"):
        list(blocks(text, nowhere.__getitem__, where="某稿"))


def test_a_draft_holds_all_but_what_the_desk_adds() -> None:
    story: DemoStory = demo.stories()[-1]
    assert set(demo.draft(story)) == {
        "kicker", "headline", "deck", "dateline", "byline", "editor", "source", "date", "section", "tags", "gist", "lead",
        "body", "correction",
    }  # fmt: skip
