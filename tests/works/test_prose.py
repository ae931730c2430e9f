"""Headlines break between words; lengths are counted as newsrooms count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.prose.count import count, reading_minutes
from hemei.prose.headline import segments

TITLES = st.text(
    st.sampled_from("青棠县樱桃节开幕十二万人赶集《》“”（）、，：——！？·0123456789ABcd %.\u3000 \n😀𠮷"), max_size=40
)


@given(TITLES | st.text(max_size=40), st.integers(1, 8))
def test_segments_joined_are_the_title_and_none_is_empty(title, most):
    pieces = segments(title, most)
    assert "".join(pieces) == title
    assert all(pieces)


@given(TITLES, st.integers(1, 8))
def test_no_segment_has_more_han_characters_than_asked_for(title, most):
    for piece in segments(title, most):
        assert sum("\u4e00" <= c <= "\u9fff" for c in piece) <= most


@given(TITLES)
def test_no_segment_begins_with_a_closing_mark_or_ends_with_an_opening_one(title):
    pieces = segments(title)
    assert not any(piece[0] in "，。、：；！？”》）" for piece in pieces[1:])
    assert not any(piece[-1] in "《“（" for piece in pieces[:-1])


@pytest.mark.parametrize(
    ("title", "pieces"),
    [
        ("青棠县召开防汛工作会议", ("青棠县", "召开", "防汛", "工作", "会议")),
        ("12万亩早稻开秧", ("12万亩", "早稻", "开秧")),
        ("樱桃红了，游客来了", ("樱桃红了，", "游客", "来了")),
        ("读《青棠县志》有感", ("读", "《青棠", "县志》", "有感")),
        ("5G基站建成120.5公里", ("5G", "基站", "建成", "120.5公里")),
        ("", ()),
    ],
)
def test_titles_break_where_an_editor_would(title, pieces):
    assert segments(title) == pieces


def test_a_segment_of_no_characters_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        segments("青棠", 0)


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("", 0),
        (" \n\u3000", 0),
        ("青棠县，你好！", 7),
        ("全县GDP增长5.2%。", 7),
        ("WTO 2026 report", 3),
        ("“樱桃红了”——", 8),
        ("𠮷祥", 2),
    ],
)
def test_length_is_counted_as_word_processors_do(text, characters):
    assert count(text) == characters


def test_reading_takes_at_least_a_minute_and_is_rounded_up():
    assert [reading_minutes(n) for n in (0, 1, 400, 401, 4000)] == [1, 1, 1, 2, 10]
