"""Whatever stands in a story finds it, at any size of the archive, and nothing that stands there no more."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.rooms.library import search as pictures
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import queries, search
from hemei.rooms.newsroom.models import Story
from hemei.rooms.newsroom.search import Asked, find
from hemei.sqlite import words
from hemei.sqlite.words import Said, WordIndex
from tests.rooms.house import House

LIST = "/desk/snippets/newsroom/story/"
ODD = [
    "“春耕”：3·15 前后",
    "ＡＩ 进课堂",
    "王　帆  和 罗青禾",
    'say "OR" NOT(x) NEAR* a:b',
    "🍵🍵茶 ½ 亩",
    "é́ ﷺ ㎡",
    "1,000 元-5G",
]


def found(text: str, **marks) -> list[int]:
    return find(Asked(words=text, **marks)).ids


@pytest.fixture
def desk(house: House) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="li"))
    return client


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.sampled_from(ODD), st.text(min_size=2, max_size=30)), st.data())
def test_any_two_neighbouring_characters_are_in_what_the_index_keeps(headline: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, max(0, len(headline) - 2)))
    kept = words.folded(headline)
    for word in words.words(headline[at : at + 2]):
        assert word in kept


def test_every_two_characters_of_every_headline_find_their_story(house: House) -> None:
    for at, headline in enumerate(ODD):
        Story.objects.create(pk=100 + at, headline=headline)
    for at, headline in enumerate(ODD):
        for start in range(len(headline) - 1):
            two = headline[start : start + 2]
            if two.strip():
                assert 100 + at in found(two), (headline, two)


def test_words_in_the_kicker_deck_byline_and_body_find_the_story_newest_first(house: House) -> None:
    first, second = house.write("甲乙丙"), house.write("丁甲乙")
    assert found("甲乙") == [second.pk, first.pk]
    assert found("乙丙") == [first.pk]
    assert found("李记者 丁甲") == [second.pk]
    assert found("了，甲乙丙。") == [first.pk], "across marks, in the body"
    assert found("丙") == [first.pk], "one character of a title"
    assert found("甲丙") == found("丙 丁") == found("不在这里") == []


def test_after_an_edit_old_words_find_nothing_and_new_ones_do(house: House) -> None:
    story = house.write("旧话")
    assert found("旧话") == [story.pk]
    house.edit(story, "新辞")
    assert (found("旧话"), found("新辞")) == ([], [story.pk])
    Story.objects.filter(pk=story.pk).update(headline="绕过一切改的题")
    assert found("绕过") == [story.pk], "whoever writes, the database notes it"
    house.sql("UPDATE newsroom_story SET headline = '别人改的题' WHERE id = ?", story.pk)
    assert found("别人改") == [story.pk]


def test_marks_narrow_what_is_found_and_spiked_stories_are_found_with_theirs(house: House) -> None:
    spiked, draft = house.write("同一个词"), house.write("同一个词", section_id="minsheng", date=date(2025, 12, 31))
    house.submit(spiked)
    house.send_back(spiked, "wang", spike=True)
    assert found("同一个词") == [draft.pk, spiked.pk]
    assert found("同一个词", states=["spiked"]) == found("", states=["spiked"]) == [spiked.pk]
    assert found("", states=["spiked", "draft"], sections=["minsheng"]) == [draft.pk]
    assert found("", filer=User.objects.get(username="wang").pk) == []
    for since, until in (("2025-12-31", None), ("2025-01-01", "2025-12-31"), ("2025-12-01", "2025-12-31")):
        ids = found("", since=date.fromisoformat(since), until=until and date.fromisoformat(until))
        assert (draft.pk in ids, spiked.pk in ids) == (True, until is None)
    assert found("", since=date(2026, 1, 1), until=date(2025, 1, 1)) == []


@pytest.mark.parametrize("asked", [
    '"', "'", '""', "a OR b", "NEAR(a b)", "head:x", "x*", "^x", "-x", "(", "%_", "\\", "\0", "\ud800", "🍵", "'; DROP TABLE x--",
    "﷽" * 50, "字" * 5000, "一 二 " * 3000, "\u200b\u202e", "  ",
])  # fmt: skip
def test_hostile_questions_are_answered_plainly(desk: Client, asked: str) -> None:
    search.find(Asked(words=asked)) if asked.strip() else None
    answer = desk.get(LIST, {"q": asked.encode("utf-8", "replace").decode()})
    assert answer.status_code == 200


def test_the_list_marks_the_words_and_shows_a_line_of_the_body(house: House, desk: Client) -> None:
    story = house.write("甲乙")
    page = desk.get(LIST, {"q": "采甲乙"}).content.decode()
    assert "春茶开<mark>采甲乙</mark>" in page
    assert "找到 1 篇稿件，新的在前" in page
    page = desk.get(LIST, {"q": "开采了，甲"}).content.decode()
    assert "春茶<mark>开采了，甲</mark>乙。" in page
    assert f"/edit/{story.pk}/" in page
    assert "没有找到。" in desk.get(LIST, {"q": "丙丁"}).content.decode()
    assert "春茶开采甲乙" in desk.get(LIST, {"state": "draft", "section": "yaowen"}).content.decode()
    assert "没有找到。" in desk.get(LIST, {"state": "released", "day_from": "2026-01-01"}).content.decode()


def test_a_list_of_more_than_a_thousand_says_so_and_ends_there(house: House, desk: Client) -> None:
    Story.objects.bulk_create(Story(headline=f"同样的题 {at}") for at in range(1205))
    search.settle_all()
    for query in ({}, {"q": "样的"}, {"state": "draft"}):
        page = desk.get(LIST, {**query, "p": "9999"}).content.decode()
        assert "1000+ 篇稿件" in page
        assert "只列出最新的 1000 篇" in page
        assert "同样的题 205<" in page.replace("</mark>", "").replace("<mark>", "")


def test_the_list_costs_the_same_queries_and_reads_by_an_index_however_many_stories_there_are(
    house: House, desk: Client
) -> None:
    counted = []
    for size in (30, 600):
        Story.objects.bulk_create(Story(headline=f"同样的题 {at}", section_id="yaowen") for at in range(size))
        search.settle_all()
        desk.get(LIST)
        made = []
        for query in ({}, {"p": "2"}, {"q": "样的"}, {"state": "draft", "q": "的题"}, {"ordering": "-updated"}):
            with CaptureQueriesContext(connection) as asked:
                desk.get(LIST, query)
            made.append(len(asked))
            assert_by_index(asked)
        counted.append(made)
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 16


def test_first_screen_board_and_own_stories_read_by_an_index(house: House, desk: Client) -> None:
    story = house.review(house.write("甲乙"))
    for address in ("/desk/", "/desk/mine/", "/desk/file/", "/desk/review/", f"/desk/review/{story.pk}/",
                    f"{LIST}edit/{story.pk}/", f"{LIST}history/{story.pk}/"):  # fmt: skip
        with CaptureQueriesContext(connection) as made:
            assert desk.get(address).status_code == 200, address
        assert_by_index(made)


def assert_by_index(queries: CaptureQueriesContext) -> None:
    """No query reads a growing table from end to end; one in the order of its key that stops at a limit does not."""
    for each in queries.captured_queries:
        if not each["sql"].startswith("SELECT") or "_words" in each["sql"]:
            continue
        with connection.cursor() as cursor:
            plan = [row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {each['sql']}")]
        ordered = "LIMIT" in each["sql"] and not any("TEMP B-TREE" in step for step in plan)
        for step in plan:
            for table in GROWING:
                counts = table == "library_picture" and "COVERING INDEX" in step  # a millisecond for 100,000
                assert not step.startswith(f"SCAN {table}") or ordered or counts, (each["sql"], plan)


GROWING = ("newsroom_story", "newsroom_copy", "ledger_entry", "ledger_order", "review_version", "review_stamp",
           "wagtailcore_revision", "wagtailcore_modellogentry", "library_picture")  # fmt: skip


def test_a_picture_is_counted_by_the_stories_that_show_it_now_and_kept_while_one_does(
    house: House, desk: Client
) -> None:
    with transaction.atomic():
        above, within, unused = (
            Picture.objects.create(title=title, file="x.jpg", width=1, height=1, master=title * 8)
            for title in ("题图晒青", "文中炒茶", "没有用过")
        )
    story = house.write("甲乙")
    blocks = [
        {"type": "picture", "value": {"picture": within.pk, "alt": "晾茶的竹匾"}},
        {"type": "picture", "value": {"picture": 9999}},
    ]
    Story.objects.filter(pk=story.pk).update(lead=above, body=json.dumps(blocks))
    assert queries.story_with(above) == queries.story_with(within) == story
    assert queries.story_with(unused) is None
    assert queries.uses([above.pk, within.pk, unused.pk]) == {above.pk: 1, within.pk: 1}
    assert found("晾茶的竹") == [story.pk]
    Story.objects.filter(pk=story.pk).update(lead=None)
    assert queries.story_with(above) is None


def test_words_inside_a_title_or_credit_find_a_picture_and_the_list_is_read_by_an_index(
    house: House, desk: Client
) -> None:
    with transaction.atomic():
        Picture.objects.bulk_create(
            Picture(title=f"云台乡茶山之{at}", credit="石小满", file="x.jpg", width=1, height=1) for at in range(300)
        )
    newest = Picture.objects.order_by("-pk")[0]
    assert pictures.find("台乡 小满")[0] == newest.pk
    assert pictures.find("之299") == [newest.pk]
    Picture.objects.filter(pk=newest.pk).update(title="改了名")
    assert (pictures.find("之299"), pictures.find("改了")) == ([], [newest.pk])
    assert pictures.find('" OR *') == []
    for address in ("/desk/images/?layout=list", "/desk/images/?ordering=title&layout=list", "/desk/images/?q=台乡&layout=list",
                    "/desk/images/chooser/?q=台乡&layout=list"):  # fmt: skip
        with CaptureQueriesContext(connection) as made:
            answer = desk.get(address)
        assert answer.status_code == 200
        assert_by_index(made)


def test_a_long_text_is_read_so_far_only() -> None:
    read = list(words._bounded(["字" * 150_000, "词" * 100_000, "句"]))
    assert [len(line) for line in read] == [150_000, 50_000]


def test_the_index_refuses_to_list_everything(house: House) -> None:
    with pytest.raises(ValueError, match="nothing"):
        WordIndex("newsroom_story").find([], [], 5)
    WordIndex("newsroom_story").put({999_999: Said(["x"], [], [])})
