"""House rules: the set that ships is one that stories can keep; each kind finds what breaks it; contradictions are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.prose.house_rules import (
    DEFAULT,
    KINDS,
    STRICTNESS,
    Asked,
    Contradiction,
    Shown,
    Subject,
    breaches,
    changes,
    checked,
    from_data,
)  # fmt: skip

TODAY = date(2026, 11, 25)
GOOD = Subject(
    headline="石岭村的渠通水了", deck="", byline="记者 罗青禾", editor="王编辑", source="青棠县融媒体中心",
    gist=("渠通了水。",), tags=("水利",), body=("石岭村的新渠昨天放水。" * 10,),
    pictures=(Shown("村民在渠边", "罗青禾 摄", "渠水"),), section="news", day=TODAY, today=TODAY, staff=("罗青禾",),
)  # fmt: skip
BAD = {
    "B01": (23, {"headline": "石岭村的渠通水了" * 3}, "主题 24 字，最多 23 字"),
    "B02": (6, {"headline": "通水了"}, "主题 3 字，最少 6 字"),
    "B03": (10, {"deck": "老支书说，这一天等了三十年"}, "副题 13 字，最多 10 字"),
    "B04": (1, {"pictures": ()}, "有 0 张图片，至少要 1 张"),
    "B05": (0, {}, "有 1 张图片，最多 0 张"),
    "B06": (0, {"pictures": (Shown("渠边", "网友供图", ""),)}, "第 1 张图片没有写明是本社人员拍的"),
    "B07": (0, {"pictures": (Shown(" ", "罗青禾", ""),)}, "第 1 张图片没有图说"),
    "B08": (0, {"pictures": (Shown("渠", "罗青禾", ""),)}, "第 1 张图片没有替代文字，看不见图的人不知道它说什么"),
    "B09": (2, {"day": date(2026, 11, 22)}, "稿件日期是 3 天以前，最多 2 天"),
    "B10": (2, {}, "“一分钟读懂”有 1 条，至少要 2 条"),
    "B11": (4, {}, "“一分钟读懂”这一条 5 字，最多 4 字"),
    "B12": (500, {}, "正文 110 字，最少 500 字"),
    "B13": (100, {}, "正文 110 字，最多 100 字"),
    "B14": (100, {}, "这一段 110 字，最多 100 字，手机上读着累"),
    "B15": (0, {"byline": " "}, "没有填署名"),
    "B16": (0, {"editor": ""}, "没有填责任编辑"),
    "B17": (0, {"source": ""}, "没有填来源"),
    "B18": (2, {}, "有 1 个标签，至少要 2 个"),
    "B19": (0, {"headline": "重磅！渠通水了"}, "标题里不用“重磅”"),
    "B20": (0, {"body": ("一篇疯传的稿子。",)}, "本社不用“疯传”"),
}


def asked(kind: str, number: int = 0) -> Asked:
    return Asked(kind, "block", number, ("重磅", "疯传") if kind in ("B19", "B20") else ())


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_tells_what_breaks_it_and_is_silent_where_it_is_kept(kind: str) -> None:
    number, changed, why = BAD[kind]
    rule = asked(kind, number)
    (breach,) = breaches(replace(GOOD, **changed), [rule])
    assert (breach.rule, breach.level, breach.why) == (kind, "block", why)
    assert breach.text
    assert breaches(replace(GOOD, **changed), [replace(rule, level="off")]) == []
    assert breaches(replace(GOOD, **changed), [replace(rule, sections=frozenset({"culture"}))]) == []


def test_the_set_that_ships_names_every_kind_once_explains_it_and_can_be_kept() -> None:
    assert [each.kind for each in DEFAULT] == list(KINDS)
    assert all(each.why for each in DEFAULT)
    assert checked(DEFAULT) == DEFAULT
    assert breaches(GOOD, DEFAULT) == []
    every = [replace(each, level="block") for each in DEFAULT if each.kind != "B20"]
    assert breaches(GOOD, checked(every)) == []


def test_a_story_without_a_date_is_told_so() -> None:
    (breach,) = breaches(replace(GOOD, day=None), [asked("B09", 2)])
    assert "没有填稿件日期" in breach.why


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([asked("B04", 2), asked("B05", 0)], "“图片至少 2 张”与“图片最多 0 张”"),
        ([asked("B01", 6), asked("B02", 8)], "“主题最少 8 字”与“主题最多 6 字”"),
        ([asked("B12", 900), asked("B13", 800)], "“正文最少 900 字”与“正文最多 800 字”"),
        ([asked("B07"), asked("B05", 0)], "“每张图片都有图说”与“图片最多 0 张”"),
        ([asked("B01", 20), asked("B01", 23)], "“主题最多”写了两遍"),
        ([asked("B01", 0)], "就一个字也不能写了"),
        ([Asked("B20", "warn")], "一个词也没有写"),
        ([asked("B10", 6)], "应在 0 到 5 之间"),
        ([Asked("B99", "warn")], "不认识“B99”"),
        ([Asked("B01", "warn", 23, why="长" * 201)], "说明最多 200 字"),
        ([Asked("B20", "warn", words=("字" * 21,))], "每个不超过 20 字"),
    ],
)
def test_a_set_that_contradicts_itself_is_refused_with_the_reason(rules: list[Asked], why: str) -> None:
    with pytest.raises(Contradiction, match=why):
        checked(rules)


def test_rules_that_no_story_is_under_together_do_not_contradict_each_other() -> None:
    few, none = asked("B04", 2), asked("B05", 0)
    here, there = frozenset({"news"}), frozenset({"notices"})
    assert checked([replace(few, sections=here), replace(none, sections=there)])
    assert checked([replace(few, level="off"), none])
    with pytest.raises(Contradiction):
        checked([replace(few, sections=here), none])


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_set_about_pictures_is_refused_exactly_when_no_number_of_pictures_keeps_it(
    least: int, most: int, some: int
) -> None:
    rules = [asked("B04", least), asked("B05", most)]
    kept = [
        number for number in range(52)
        if not breaches(replace(GOOD, pictures=GOOD.pictures * number), rules)
    ]  # fmt: skip
    try:
        checked(rules)
    except Contradiction:
        assert kept == []
    else:
        assert kept == list(range(least, most + 1))


def test_a_set_survives_being_written_down_and_what_changed_is_told_in_words() -> None:
    kept = tuple(replace(each, level="off") if each.kind == "B04" else each for each in DEFAULT)
    assert from_data(each.as_data() for each in kept) == kept
    assert changes(DEFAULT, kept) == ["图片至少 1 张（留意） → 图片至少 1 张（不查）"]
    assert changes(DEFAULT, DEFAULT) == []
    assert {each.level for each in from_data([])} == {"off"}
    with pytest.raises(Contradiction, match="恢复默认"):
        from_data([{"kind": "B01"}])
    assert set(STRICTNESS) == {"off", "warn", "block"}
