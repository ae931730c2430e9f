"""What the printed pages say, whom they ask, and that no word of a story can become markup."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace as altered

from hemei.press.frame import assets
from hemei.press.pages import NoSuchPage, render, tag_slug
from hemei.press.pieces import Items, NotAPiece, Paragraph, Picture, Quote, Run
from hemei.press.reader import Rendition
from hemei.press.shown import Shot, clean, headline, length, moment, shot
from hemei.press.site import TAKEN, read_site
from tests.works.pages_sample import (
    HOSTILE,
    HTML,
    SITE,
    SampleReader,
    county,
    hostile_county,
    picture,
    printed,
    story,
    tree,
)

ONE_OF_EACH = (
    "index.html",
    "news/index.html",
    "news/p1.html",
    "a/35/index.html",
    "a/36/index.html",
    "tags/index.html",
    f"t/{tag_slug('红叶')}/index.html",
    f"t/{tag_slug('红叶')}/p1.html",
    "about/index.html",
    "verify/index.html",
    "corrections/index.html",
    "corrections/p1.html",
    "404.html",
)


@pytest.fixture(scope="module")
def reader() -> SampleReader:
    return county(36)


def text(page: bytes) -> str:
    return "".join(tree(page).find(f"{HTML}body").itertext())


def every_path(reader: SampleReader) -> Iterator[str]:
    """Every page of the site, as the press lists them."""
    yield from ("index.html", "404.html", "tags/index.html", "about/index.html", "verify/index.html")
    yield "corrections/index.html"
    yield from (f"corrections/p{number}.html" for number in range(1, reader.pages("corrections") + 1))
    yield from (f"a/{number}/index.html" for number in reader.stories)
    bases = {f"section:{section['id']}": section["id"] for section in SITE["sections"]}
    bases |= {f"tag:{word}": f"t/{tag_slug(word)}" for word, _ in reader.tags()}
    for listing, base in bases.items():
        yield f"{base}/index.html"
        yield from (f"{base}/p{number}.html" for number in range(1, reader.pages(listing) + 1))


def test_every_page_of_a_county_parses_without_one_error_of_the_standard() -> None:
    reader = county(45)
    paths = list(every_path(reader))
    for path in paths:
        tree(render(path, reader))
    assert len(paths) == 5 + 2 + 45 + 8 * 2 + 6 * 2 + 2


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_a_page_with_its_style_and_script_keeps_to_thirty_kilobytes_and_twelve_packed(path: str) -> None:
    page = render(path, county(170))
    files = [page, assets()["hemei.css"], assets()["hemei.js"]]
    assert sum(map(len, files)) <= 30 * 1024
    assert sum(len(gzip.compress(data, 9)) for data in files) <= 12 * 1024


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_a_page_asks_nothing_of_others_and_carries_no_style_or_script_of_its_own(
    path: str, reader: SampleReader
) -> None:
    asked = 0
    for element in tree(render(path, reader)).iter():
        assert element.tag != f"{HTML}style"
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.startswith("on")]
        if element.tag == f"{HTML}script":
            assert element.get("src") or element.get("type") == "application/ld+json"
        named = [element.get("src", "")] if element.get("src") else []
        named += [part.split()[0] for part in element.get("srcset", "").split(",") if part.strip()]
        if element.tag == f"{HTML}link" and element.get("rel") != "canonical":
            named.append(element.get("href"))
        for address in named:
            asked += 1
            assert re.match(r"/[^/]", address), address
    assert asked >= 4
    assert b"url(" not in assets()["hemei.css"]
    assert b"@import" not in assets()["hemei.css"]


def test_every_link_of_the_site_leads_to_something_that_is_printed() -> None:
    reader = county(45)
    waiting, seen, links = ["/", "/404.html"], {"/", "/404.html"}, 0
    while waiting:
        address = waiting.pop()
        path = address.lstrip("/") + ("index.html" if address.endswith("/") else "")
        for element in tree(render(path, reader)).iter(f"{HTML}a"):
            links += 1
            target = element.get("href").split("#")[0]
            if target == "proof.json":
                assert re.fullmatch(r"/a/\d+/", address)
            elif target.endswith("feed.xml"):
                ElementTree.fromstring(render(target.lstrip("/"), reader))
            elif target.startswith("/") and not target.startswith("/.well-known/hemei/") and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert links > 1000
    assert {f"/a/{number}/" for number in reader.stories} <= seen, "a story that no page leads to"


def test_printing_twice_gives_the_same_bytes(reader: SampleReader) -> None:
    for path in (*ONE_OF_EACH, "feed.xml", "sitemap.xml", "sitemap/1.xml", "robots.txt"):
        assert render(path, reader) == render(path, county(36))


def test_an_article_asks_for_its_own_story_only_so_that_a_new_one_leaves_it_alone() -> None:
    reader = county(36)
    render("a/36/index.html", reader)
    assert reader.asked == ["story:36"]


def test_an_archived_page_does_not_ask_how_many_pages_there_are() -> None:
    reader = county(170)
    render("news/p1.html", reader)
    assert reader.asked == ["page:section:news:1", "has:section:news:2"]


def test_from_the_newest_list_page_a_reader_reaches_every_story_of_the_section() -> None:
    reader = county(340)
    address, numbers, pages = "/news/", set(), 0
    while address:
        page = tree(render(address.lstrip("/") + ("index.html" if address.endswith("/") else ""), reader))
        links = list(page.iter(f"{HTML}a"))
        numbers |= {int(found[1]) for link in links if (found := re.fullmatch(r"/a/(\d+)/", link.get("href")))}
        pages += 1
        address = next((link.get("href") for link in links if link.get("rel") == "next"), "")
    assert len(numbers) == 43
    assert pages == 3, "the newest 20, then page 2 and page 1"


def test_an_archived_page_leads_to_the_newer_one_and_the_last_of_them_to_the_section() -> None:
    reader = county(340)
    newer = [
        next(
            link.get("href")
            for link in tree(render(f"news/p{number}.html", reader)).iter(f"{HTML}a")
            if link.get("rel") == "prev"
        )
        for number in (1, 2, 3)
    ]
    assert newer == ["/news/p2.html", "/news/p3.html", "/news/"]


@pytest.mark.parametrize(
    "path",
    [
        "a/999/index.html",
        "a/0/index.html",
        "a/٣/index.html",
        "a/36",
        "",
        "nothing/index.html",
        "news/p99.html",
        "news/p0.html",
        "t/0123456789/index.html",
        "nothing/feed.xml",
        "sitemap/2.xml",
        "../index.html",
        "index.html\n",
    ],
)
def test_what_is_no_page_is_refused(path: str, reader: SampleReader) -> None:
    with pytest.raises(NoSuchPage):
        render(path, reader)


def test_a_section_without_stories_says_so() -> None:
    page = render("news/index.html", SampleReader({}))
    assert "这里还没有稿件" in text(page)
    assert "还没有稿件" in text(render("index.html", SampleReader({})))


def test_an_article_says_when_and_by_which_posts_it_was_reviewed_and_names_nobody(reader: SampleReader) -> None:
    said = text(render("a/36/index.html", reader))
    line = re.search(r"初审(.{15,22})复审(.{15,22})终审(.{15,22})签发(.{15,22})\n", said)
    assert line
    assert [part.strip() for part in line.groups()] == [
        "2026年11月21日 18:05",
        "2026年11月21日 18:52",
        "2026年11月21日 19:47",
        "2026年11月21日 20:12",
    ]
    assert not [name for name in ("zhou", "shen", "gu") if re.search(rf"\b{name}\b", said)]


def test_an_article_shows_every_part_of_its_story(reader: SampleReader) -> None:
    page = render("a/36/index.html", reader)
    one, said = reader.stories[36], text(page)
    for words in (
        one.story.headline,
        one.story.deck,
        one.story.byline,
        "本网青棠11月22日讯　十一月二十二日",
        "稿件编号 36",
        "责任编辑 周砚",
        "来源 青棠县融媒体中心",
        "石门村村民 杨桂芳",
        "读\u00a01\u00a0分钟".replace("\u00a0", " "),
        " ".join(one.version[at : at + 4] for at in range(0, 16, 4)),
        *one.story.gist,
    ):
        assert words in said, words
    body = tree(page)
    assert [cell.get("scope") for cell in body.iter(f"{HTML}th")] == ["col"] * 4 + ["row"] * 3
    assert len(list(body.iter(f"{HTML}figure"))) == 2
    assert [link.get("href") for link in body.iter(f"{HTML}a") if link.text == "红叶"] == [f"/t/{tag_slug('红叶')}/"]


def test_a_corrected_article_says_what_was_wrong_and_when_it_was_first_out(reader: SampleReader) -> None:
    said = text(render("a/35/index.html", reader))
    assert "更正　第二段“六十七公里”应为“七十一公里”。" in said
    assert "首次刊发 2026年11月20日 10:12，现在这一版签发于 2026年11月20日 21:12。" in said


def test_a_preview_without_stamps_says_that_nothing_is_signed() -> None:
    reader = county(8)
    reader.stories[8] = replace(reader.stories[8], stamps=())
    page = render("a/8/index.html", reader)
    assert "这是预览，还没有审签。" in text(page)
    assert b"proof.json" not in page


@pytest.mark.parametrize(
    "path", ["a/7/index.html", "index.html", "news/index.html", "tags/index.html", f"t/{tag_slug(HOSTILE)}/index.html"]
)
def test_hostile_words_stay_words_in_html(path: str) -> None:
    page = render(path, hostile_county())
    parsed = tree(page)
    scripts = [element for element in parsed.iter(f"{HTML}script") if not element.get("src")]
    assert len(scripts) == (1 if path.startswith("a/") else 0)
    assert not [element for element in parsed.iter(f"{HTML}img") if not element.get("src").startswith("/p/")]
    assert not [name for element in parsed.iter() for name in element.attrib if name.startswith("on")]
    assert clean(HOSTILE) in text(page), "every word is still there"
    assert "\u202e" not in page.decode()


def test_the_ribbon_places_a_season_by_class_and_links_only_stories_that_are_there(reader: SampleReader) -> None:
    page = render("index.html", reader).decode()
    assert '<a class="bar m10 e13 c7" href="/a/36/" title="10月至12月">红叶' in page
    assert '<span class="bar m11 e13 c0" title="11月至12月">温泉开汤' in page, "story 999 is not admitted"
    assert '<span class="bar m1 e3 c0" title="1月至2月">温泉·年俗' in page
    styled = assets()["hemei.css"].decode()
    assert all(f".m{month}{{" in styled and f".e{month + 1}{{" in styled for month in range(1, 13))
    assert all(f".c{number}{{" in styled for number in range(8))


def test_home_opens_with_the_newest_story_that_has_a_picture(reader: SampleReader) -> None:
    without = county(36)
    without.stories[36] = printed(altered(without.stories[36].story, lead=None))
    for county_reader, number in ((reader, 36), (without, 35)):
        lead = next(tree(render("index.html", county_reader)).iter(f"{HTML}article"))
        assert next(lead.iter(f"{HTML}a")).get("href") == f"/a/{number}/"


def test_a_headline_breaks_between_clauses_then_between_words_and_one_character_stays_with_a_neighbour() -> None:
    assert headline("二十里红叶谷到了最好的时候，专线加密") == (
        "<b>二十里<wbr>红叶谷<wbr>到了<wbr>最好的<wbr>时候，</b><b>专线<wbr>加密</b>"
    )
    assert headline("专线加密") == "专线<wbr>加密"
    assert headline("a<b").replace("<wbr>", "") == "a&lt;b"


@pytest.mark.parametrize(("item", "kind"), [("1. 量井深；", "points own"), ("量井深；", "points")])
def test_a_list_that_brings_its_own_numbers_gets_no_dots(item: str, kind: str) -> None:
    numbered = altered(story(171, section="news"), body=(Items(((Run(item),),)),))
    assert f'<ul class="{kind}">' in render("a/171/index.html", county(3, numbered)).decode()


@pytest.mark.parametrize(
    ("crop", "focus", "place"),
    [
        (None, None, ""),
        (None, (500, 500), ""),
        (None, (0, 0), "f00"),
        (None, (1000, 1000), "f22"),
        ((500, 0, 1000, 1000), (520, 500), "f01"),
        ((0, 0, 300, 300), (290, 10), "f20"),
    ],
)
def test_a_focus_becomes_the_ninth_of_the_crop_where_it_lies(
    crop: tuple[int, int, int, int] | None, focus: tuple[int, int] | None, place: str, reader: SampleReader
) -> None:
    shown = shot(altered(picture(1), crop=crop, focus=focus), reader, most=480)
    assert shown is not None
    assert shown.focus == place
    assert not place or f".{place}{{" in assets()["hemei.css"].decode()


def offered(shown: Shot | None) -> list[list[str]]:
    """Each source as its kind and the widths that it names, and the ending of what is left for everyone else."""
    assert shown is not None
    assert all(srcset.count(f".{kind}") == len(srcset.split(",")) for kind, srcset in shown.sources)
    ending = shown.src.rpartition(".")[2]
    return [[kind, *re.findall(r" (\d+)w", srcset)] for kind, srcset in shown.sources] + [[ending]]


def test_a_picture_offers_its_smaller_sizes_and_none_that_is_too_large(reader: SampleReader) -> None:
    assert offered(shot(picture(1), reader, most=1440, sizes=True)) == [
        ["avif", "480", "960", "1440"], ["webp", "480", "960", "1440"], ["jpg"],
    ]  # fmt: skip
    assert offered(shot(picture(1), reader, most=700, sizes=True)) == [
        ["avif", "480", "960"], ["webp", "480", "960"], ["jpg"],
    ]  # fmt: skip


def test_a_picture_in_a_list_offers_one_size_and_spares_its_page_the_third_kind(reader: SampleReader) -> None:
    small = shot(picture(1), reader, most=320)
    assert offered(small) == [["avif"], ["webp"]]
    assert small
    assert (small.width, small.height) == (480, 320)


class Drawn(SampleReader):
    """A county with one picture, of which these are the files."""

    def __init__(self, *files: str) -> None:
        super().__init__({})
        self.files = files

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        return tuple(Rendition(file, 480 * (at + 1), 9) for at, file in enumerate(self.files))


@pytest.mark.parametrize(
    ("files", "wide", "small"),
    [
        (("/p/a.webp", "/p/b.webp"), [["webp", "480", "960"], ["webp"]], [["webp"]]),
        (("/p/a.webp", "/p/b.jpg"), [["webp"], ["jpg"]], [["webp"]]),
        (("/desk/pictures/0123",), [["/desk/pictures/0123"]], [["/desk/pictures/0123"]]),
    ],
    ids=["what an older press drew", "a library without AVIF", "a picture that was never printed"],
)
def test_a_picture_is_shown_whatever_kinds_there_are(
    files: tuple[str, ...], wide: list[list[str]], small: list[list[str]]
) -> None:
    reader = Drawn(*files)
    assert offered(shot(picture(1), reader, most=1440, sizes=True)) == wide
    assert offered(shot(picture(1), reader, most=320)) == small


def test_without_any_printed_size_there_is_no_picture() -> None:
    assert shot(picture(1), Drawn(), most=480) is None


def test_who_passes_an_article_on_is_told_of_the_jpeg(reader: SampleReader) -> None:
    page = tree(render("a/36/index.html", reader))
    told = next(meta.get("content") for meta in page.iter(f"{HTML}meta") if meta.get("property") == "og:image")
    block = next(one.text for one in page.iter(f"{HTML}script") if one.get("type") == "application/ld+json")
    shown = next(page.iter(f"{HTML}img")).get("src")
    assert told == json.loads(block)["image"] == SITE["url"] + shown
    assert shown.endswith(".jpg")


def test_times_are_the_countys_and_need_a_zone() -> None:
    assert moment(datetime(2026, 12, 31, 16, 5, tzinfo=UTC)).minute == "2027年1月1日 00:05"
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2026, 12, 31))


def test_the_length_of_a_story_is_its_characters_and_words() -> None:
    plain = story(1, body=(Paragraph((Run("青棠县，FM 98 开播"),)), Quote("好！", "")))
    assert length(plain) == 3 + 2 + 2 + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("url", "http://x/"),
        ("url", "javascript:alert(1)"),
        ("sections", [{"id": "tags", "name": "标签", "about": ""}]),
        ("sections", [{"id": "A", "name": "标签", "about": ""}]),
        ("sections", SITE["sections"][:1] * 2),
        ("seasons", [{"name": "冬", "start": 11, "end": 2, "colour": "#ffffff", "story": None}]),
        ("seasons", [{"name": "冬", "start": 1, "end": 2, "colour": "red", "story": None}]),
        ("views", [True]),
        ("footer", [1]),
        ("surprise", ""),
    ],
)
def test_a_setting_that_is_not_in_the_format_is_refused(field: str, value: object) -> None:
    assert read_site(SITE).name == "青棠融媒"
    with pytest.raises(NotAPiece):
        read_site({**SITE, field: value})


def test_no_fixed_address_can_be_taken_by_a_section(reader: SampleReader) -> None:
    fixed = {path.split("/")[0] for path in every_path(reader) if "/" in path}
    assert fixed - {section["id"] for section in SITE["sections"]} <= TAKEN
