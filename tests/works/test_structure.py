"""The structurer on copies written for us (tests/works/filing), on Word files, on hostile paste, and under its law."""

import io
import json
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from demo import stories as county
from hemei import intake
from hemei.prose.people import people
from hemei.prose.structure import MOST_CHARACTERS, MOST_STORIES, Filed, Line, TooLong, bare, structure

COPIES = sorted((Path(__file__).parent / "filing").glob("*.txt"))


def filed(copy: intake.Copy) -> tuple[Filed, ...]:
    return structure([Line(*fields) for fields in copy.lines], copy.warnings)


def paste(text: str) -> tuple[Filed, ...]:
    return structure([Line(line) for line in text.split("\n")])


def joined(stories: tuple[Filed, ...]) -> str:
    return "".join(bare(story.in_copy_order()) for story in stories)


def test_there_are_twenty_copies_and_more():
    assert len(COPIES) >= 25


@pytest.mark.parametrize("path", COPIES, ids=lambda path: path.stem)
def test_each_copy_is_seen_as_an_editor_saw_it(path):
    copy = intake.read(path.name, path.read_bytes())
    stories = filed(copy)
    assert joined(stories) == bare(copy.text)
    assert [story.as_json() for story in stories] == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("path", COPIES, ids=lambda path: path.stem)
def test_a_copy_in_gb18030_gives_the_same_stories(path):
    text = path.read_text().replace("\u200b", "")
    assert filed(intake.read(path.name, text.encode("gb18030"))) == structure([Line(line) for line in text.split("\n")])


# ---- headings, lists and stray breaks, line by line ----


def marked() -> dict[str, list[tuple[str, str]]]:
    """The copies of heads.marked by name: (what an editor sees, the line)."""
    named = (Path(__file__).parent / "filing" / "heads.marked").read_text().split("\n# ")[1:]
    parted = (copy.strip().split("\n") for copy in named)
    return {name: [(line[0], line[2:]) for line in lines] for name, *lines in parted}


MARKED = marked()


def as_marked(story: Filed) -> list[tuple[str, str]]:
    """A story in the marks of heads.marked; its dateline and byline begin the paragraph after them."""
    seen = [("h", bare(story.headline or ""))]
    blocks = iter(story.body)
    held = ""
    for name in story.order:
        if name == "body":
            block = next(blocks)
            kind = {"heading": str(block.level), "item": "-", "paragraph": "p"}.get(block.kind, block.kind)
            seen.append((kind, held + bare(block.text)))
            held = ""
        elif name in ("dateline", "byline"):
            held += bare(getattr(story, name))
        elif name != "headline":
            seen.append((name, bare(getattr(story, name))))
    return seen


def lines_whole(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The marked lines with what a stray break cut off joined on again."""
    whole: list[tuple[str, str]] = []
    for mark, text in lines:
        if mark == "+":
            whole[-1] = (whole[-1][0], whole[-1][1] + bare(text))
        else:
            whole.append((mark, bare(text)))
    return whole


def test_sixty_copies_are_marked_line_by_line():
    seen = [mark for lines in MARKED.values() for mark, _ in lines]
    assert len(MARKED) == 65
    assert {mark: seen.count(mark) for mark in "23-+"} == {"2": 121, "3": 10, "-": 88, "+": 14}


@pytest.mark.parametrize("name", MARKED)
def test_headings_items_and_paragraphs_are_told_apart_as_an_editor_would(name):
    lines = MARKED[name]
    broken = any(mark == "+" for mark, _ in lines)
    for between in ("\n", "\n\n")[: 1 if broken else 2]:
        copy = between.join(text for _, text in lines)
        stories = paste(copy)
        assert joined(stories) == bare(copy)
        assert [as_marked(story) for story in stories] == [lines_whole(lines)]
        joins = sum("换行切断" in warning for warning in stories[0].warnings)
        assert joins == sum(mark == "+" for mark, _ in lines)


NUMBERED = (
    ("none", lambda n: ""), ("han", lambda n: "一二三四五六七八九"[n] + "、"),
    ("paren", lambda n: f"（{'一二三四五六七八九'[n]}）"), ("figure", lambda n: f"{n + 1}. "),
)  # fmt: skip


def said_runs(runs: list[dict[str, object]]) -> str:
    return "".join(str(run["t"]) for run in runs)


@pytest.mark.parametrize(("way", "number"), NUMBERED, ids=[way for way, _ in NUMBERED])
def test_every_heading_and_item_of_the_demos_stories_is_found_however_it_is_numbered(way, number):
    wanted, found = {"heading": 0, "item": 0}, {"heading": 0, "item": 0}
    for story in county.stories():
        lines: list[tuple[str, str]] = []
        for block in story.body:
            if block["kind"] == "heading":
                heads = sum(kind == "heading" for kind, _ in lines)
                lines.append(("heading", number(heads) + block["text"]))
            elif block["kind"] == "list":
                lines += [("item", f"（{n}）{said_runs(runs)}") for n, runs in enumerate(block["items"], 1)]
            elif block["kind"] == "paragraph":
                lines.append(("paragraph", said_runs(block["runs"])))
        copy = "\n".join([story.headline, *(text for _, text in lines)])
        for block in (block for seen in paste(copy) for block in seen.body):
            if block.kind in found:
                found[block.kind] += (block.kind, block.text) in lines
        for kind, _ in lines:
            if kind in wanted:
                wanted[kind] += 1
    assert wanted == {"heading": 61, "item": 126}
    assert found == wanted


def test_a_paragraph_without_a_final_mark_is_told():
    (story,) = paste(
        "樱桃红了\n梨溪镇的樱桃红了，满山都是。\n八十个摊位沿着溪水，一个接着一个地，从桥头排开，人最多的那\n几个，卖的都是樱桃酱，竹编和米酒也有。"
    )
    assert [block.kind for block in story.body] == ["paragraph"] * 3
    assert story.warnings == ("“…桥头排开，人最多的那”这一段没有句末的标点：是小标题，还是与下一段相连？请核对。",)


# ---- the law ----

PIECES = st.sampled_from(
    [
        *"青棠县委书记李明远主持会议，。、；：！？“”《》（）()一二三四五是、.．1234567890年月日:-—…□/ \u3000\t　",
        "本报讯", "（记者 罗青禾）", "记者", "通讯员", "一、", "（一）", "1.", "一是", "首先，", "——", "----", "2026年8月3日", "摄",
        "县长周文清", "标题：", "栏目：", "责任编辑：", "【要闻】", "图为", "来源：", "文/图", "\u200b", "\u202e", "\x07", "\ue000", "𠮷", "A b",
        "，全县上下要进一步把思想和行动统一到会议精神上来。", "推动全县工",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)
LINES = st.builds(
    Line,
    TEXTS,
    st.sampled_from([None, 10.5, 14.0, 22.0]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "Normal", "Heading 1", "标题 2", "Title", "Quote"]),
    st.just(()) | st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    st.sampled_from([None, None, None, 0]),
)


def said(lines: list[Line]) -> str:
    return bare("".join("".join(map("".join, line.rows)) if line.rows else line.text for line in lines))


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=14))
def test_every_word_of_a_copy_is_kept_once_in_its_order(lines):
    stories = structure(lines)
    assert joined(stories) == said(lines)
    for story in stories:
        assert len(story.body) == story.order.count("body")
        assert {block.kind for block in story.body} <= {"paragraph", "heading", "item", "quote", "picture", "table"}
        assert all((block.level in (2, 3)) == (block.kind == "heading") for block in story.body)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=14).map("\n".join))
def test_any_paste_is_structured_or_refused_and_no_word_is_lost(text):
    assert joined(paste(text)) == bare(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_characters_at_all_are_borne(text):
    assert joined(paste(text)) == bare(text)


def test_the_object_of_a_story_is_the_one_agreed():
    (story,) = paste("樱桃红了\n本报讯（记者 罗青禾）一是采摘。县长周文清说，好。")
    assert list(story.as_json()) == [
        "kicker", "headline", "deck", "dateline", "byline", "date", "section", "body", "people", "warnings"
    ]  # fmt: skip
    assert story.as_json()["body"] == [{"kind": "paragraph", "text": "一是采摘。县长周文清说，好。", "level": 0}]
    assert story.as_json()["people"] == [{"name": "周文清", "title": "县长"}]
    assert json.loads(json.dumps(story.as_json())) == story.as_json()


def test_the_dateline_and_its_byline_are_not_repeated_in_the_body():
    (story,) = paste("樱桃红了\n本报讯（记者 罗青禾）梨溪镇的樱桃红了。")
    assert (story.dateline, story.byline, story.body[0].text) == ("本报讯", "（记者 罗青禾）", "梨溪镇的樱桃红了。")
    assert story.proposed()["byline"] == "记者 罗青禾"


def test_a_second_byline_stays_with_its_dateline():
    (story,) = paste("樱桃红了\n□ 罗青禾\n本报讯（记者 沈小满）梨溪镇的樱桃红了。")
    assert (story.byline, story.dateline) == ("□ 罗青禾", "本报讯（记者 沈小满）")


def test_no_lines_give_no_story():
    assert structure([]) == ()
    assert paste(" \n\u200b\n") == ()


# ---- Word files ----


def word(*paragraphs: tuple[str, float, bool]) -> bytes:
    """A .docx as county offices send it: no heading styles, only sizes and centring."""
    document = Document()
    for text, size, centred in paragraphs:
        paragraph = document.add_paragraph()
        paragraph.add_run(text).font.size = Pt(size)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if text == "图":
            paragraph.clear()
            out = io.BytesIO()
            Image.new("RGB", (30, 20), "red").save(out, "PNG")
            paragraph.add_run().add_picture(io.BytesIO(out.getvalue()))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


LEAD = ("本报讯 5月16日，青棠县第三届樱桃节在梨溪镇举行。副县长王海宣布开幕。", 14, False)
NEXT = ("八十个摊位沿溪排开，樱桃酱、竹编、米酒都有。", 14, False)


def test_the_largest_line_is_the_headline_and_no_doubt_is_told():
    (story,) = filed(intake.read("a.docx", word(("青棠县第三届樱桃节", 16, True), ("樱桃树下赶大集", 26, True), ("三天迎客八万人次", 16, True), LEAD, NEXT)))  # fmt: skip
    assert (story.kicker, story.headline, story.deck) == ("青棠县第三届樱桃节", "樱桃树下赶大集", "三天迎客八万人次")
    assert story.warnings == ()


def test_a_title_typed_one_character_a_paragraph_is_joined():
    copy = intake.read("a.docx", word(*((c, 26, True) for c in "樱桃节开幕"), LEAD))
    (story,) = filed(copy)
    assert story.headline == "樱桃节开幕"
    assert len(story.warnings) == 1
    assert joined((story,)) == bare(copy.text)


def test_a_picture_takes_the_caption_under_it_and_centred_lines_are_section_heads():
    (story,) = filed(intake.read("a.docx", word(("樱桃红了", 22, True), LEAD, ("图", 14, True), ("图为采摘现场。罗青禾 摄", 10, True), ("集市热闹", 14, True), NEXT)))  # fmt: skip
    assert [(block.kind, block.text[:8], block.picture) for block in story.body] == [
        ("paragraph", "5月16日，青棠", None),
        ("picture", "图为采摘现场。罗", 0),
        ("heading", "集市热闹", None),
        ("paragraph", "八十个摊位沿溪排", None),
    ]


def test_two_stories_in_one_word_file_are_told_apart_by_their_titles():
    first, second = filed(intake.read("a.docx", word(("樱桃红了", 22, True), LEAD, NEXT, ("竹编上网", 22, True), NEXT)))
    assert (first.headline, second.headline) == ("樱桃红了", "竹编上网")
    assert "2 篇" in first.warnings[0]


def test_a_table_keeps_its_cells():
    (story,) = structure([Line("补贴标准"), Line("今年的标准如下。"), Line("", rows=(("作物", "元"), ("水稻", "120")))])
    assert (story.body[1].kind, story.body[1].text) == ("table", "作物\t元\n水稻\t120")
    assert story.body[1].rows == (("作物", "元"), ("水稻", "120"))


# ---- people ----


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("会议由县委副书记、县长周文清主持。", [("周文清", "县委副书记、县长")]),
        ("副县长王海、赵一平、何苗参加。", [("王海", "副县长"), ("赵一平", "副县长"), ("何苗", "副县长")]),
        ("县领导周文清、王海参加会议。", [("周文清", "县领导"), ("王海", "县领导")]),
        ("李明远局长说，这是好事。", [("李明远", "局长")]),
        ("县委常委、宣传部长李 霞分别作了发言。", [("李霞", "县委常委、宣传部长")]),
        ("县人大常委会主任高建平来到现场", [("高建平", "县人大常委会主任")]),
        ("县住房和城乡建设局副局长董成林汇报了安排", [("董成林", "县住房和城乡建设局副局长")]),
        ("常务副县长李某某带队", [("李某某", "常务副县长")]),
        ("原县政协主席欧阳明来到", [("欧阳明", "原县政协主席")]),
        ("负责人关于此事表示，局长办公会研究，镇长时间紧，书记高度重视，主任全程陪同。", []),
        ("县委书记强调，各级党委书记要亲自抓，村主任和村民一起干。教师节活动，委员会成员。", []),
        ("县委书记李明远说。李明远书记又说。", [("李明远", "县委书记")]),
    ],
)
def test_people_are_found_with_their_offices_and_nobody_is_made_up(text, expected):
    assert list(people([text])) == expected


# ---- bounds ----


def test_a_copy_over_the_cap_is_refused_with_the_next_step():
    with pytest.raises(TooLong, match="请拆成几份"):
        structure([Line("字" * MOST_CHARACTERS + "字")])
    with pytest.raises(TooLong, match="请拆成几份"):
        structure([Line("字")] * 50_001)
    with pytest.raises(TooLong, match="请拆开再交"):
        structure([Line("本报讯 青棠县今天有雨。")] * (MOST_STORIES + 1))


@pytest.mark.parametrize("unit", ["县长周文清说", "“", "（", "1", "书记", "局长、", "—", "一、", " \u3000a"])
def test_one_endless_line_is_borne(unit):
    text = unit * (200_000 // len(unit))
    assert joined(paste(text)) == bare(text)
