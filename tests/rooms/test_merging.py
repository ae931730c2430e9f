"""Merging what two people made of one story: nothing that somebody wrote is lost, and only real conflicts are asked about."""

from __future__ import annotations

import itertools
import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.rooms.newsroom.together import align, merge
from hemei.rooms.newsroom.together.merge import Answer, Conflict, State, Unit

FIELDS = ("headline", "deck", "byline")
UNITS = st.builds(
    lambda word, kind: Unit(kind, f"<p>{word}</p>" if kind == "text" else json.dumps({"caption": word})),
    st.sampled_from("春夏秋冬山水田园茶果"),
    st.sampled_from(["text", "text", "text", "picture"]),
)
BODIES = st.lists(UNITS, max_size=9).map(tuple)
STATES = st.builds(
    State, st.fixed_dictionaries({name: st.sampled_from(["", "甲", "乙", "丙"]) for name in FIELDS}), BODIES
)


def edited(draw: st.DrawFn, base: State) -> State:
    """What somebody may have made of it: units taken out, put in, changed, moved."""
    body = list(base.body)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body)))
        deed = draw(st.sampled_from(["put", "take", "change", "move"]))
        if deed == "put" or at == len(body):
            body.insert(at, draw(UNITS))
        elif deed == "take":
            del body[at]
        elif deed == "change":
            body[at] = draw(UNITS)
        else:
            body.insert(draw(st.integers(0, len(body) - 1)), body.pop(at))
    changed = draw(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "甲", "丁"]), max_size=2))
    return State({**base.fields, **changed}, tuple(body))


@st.composite
def triples(draw: st.DrawFn) -> tuple[State, State, State]:
    base = draw(STATES)
    return base, edited(draw, base), edited(draw, base)


def full(state: State) -> dict[str, object]:
    return {name: state.fields.get(name) or "" for name in merge.FIELDS}


@settings(max_examples=80, deadline=None)
@given(triples())
def test_with_one_side_unchanged_it_is_the_other_side(three: tuple[State, State, State]) -> None:
    base, mine, _ = three
    for one, other in ((mine, base), (base, mine), (mine, mine)):
        merged = merge.merge(base, one, other)
        assert not merged.conflicts
        assert not merged.field_conflicts
        assert merged.body == mine.body
        assert {name: value or "" for name, value in merged.fields.items()} == full(mine)


@settings(max_examples=80, deadline=None)
@given(triples())
def test_who_is_called_mine_makes_no_difference_but_to_the_sides_of_the_conflicts(
    three: tuple[State, State, State],
) -> None:
    base, mine, theirs = three
    here, there = merge.merge(base, mine, theirs), merge.merge(base, theirs, mine)
    turned = [
        Conflict(each.base, each.theirs, each.mine) if isinstance(each, Conflict) else each for each in there.body
    ]
    assert list(here.body) == turned
    assert {name: value or "" for name, value in here.fields.items()} == {k: v or "" for k, v in there.fields.items()}
    assert [(c.field, c.mine, c.theirs) for c in here.field_conflicts] == [
        (c.field, c.theirs, c.mine) for c in there.field_conflicts
    ]


@settings(max_examples=80, deadline=None)
@given(triples())
def test_every_part_that_somebody_wrote_or_both_kept_is_in_the_result_or_in_a_conflict(
    three: tuple[State, State, State],
) -> None:
    base, mine, theirs = three
    merged = merge.merge(base, mine, theirs)
    left: Counter[Unit] = Counter()
    for part in merged.body:
        left.update((part,) if isinstance(part, Unit) else part.mine + part.theirs)
    for side in (mine, theirs):
        assert not Counter(side.body) - Counter(base.body) - left, "what somebody wrote is there"
    once = {unit for unit, times in Counter(base.body).items() if times == 1}
    assert once & set(mine.body) & set(theirs.body) <= set(left), "what nobody took out is there"
    for answer in ("mine", "theirs", "both"):
        answers = {each.name: Answer(answer) for each in (*merged.conflicts, *merged.field_conflicts)}  # type: ignore[arg-type]
        settled = merge.settle(merged, answers)
        assert settled is not None
        if answer == "both":
            assert not Counter(mine.body) - Counter(base.body) - Counter(settled[1])
        for name in FIELDS:
            assert settled[0][name] in {side.fields[name] for side in three}
    if merged.conflicts or merged.field_conflicts:
        assert merge.settle(merged, {}) is None


def test_neighbouring_paragraphs_changed_by_two_people_are_no_conflict() -> None:
    base = state("甲", "乙", "丙", "丁")
    mine, theirs = state("甲", "新", "乙二", "丙", "丁"), state("甲", "乙", "丙二", "丁", "尾")
    merged = merge.merge(base, mine, theirs)
    assert [each.words if isinstance(each, Unit) else each for each in merged.body] == [
        "甲",
        "新",
        "乙二",
        "丙二",
        "丁",
        "尾",
    ]


def state(*paragraphs: str, **fields: str) -> State:
    return State(fields, tuple(Unit("text", f"<p>{each}</p>") for each in paragraphs))


def test_a_paragraph_that_both_changed_is_asked_about_and_may_be_written_anew() -> None:
    base, mine, theirs = (
        state("甲", "乙", headline="题"),
        state("甲", "乙一", headline="题一"),
        state("甲", "乙二", headline="题二"),
    )
    merged = merge.merge(base, mine, theirs)
    (conflict,), (headline,) = merged.conflicts, merged.field_conflicts
    assert [[each.words for each in side] for side in (conflict.mine, conflict.theirs)] == [["乙一"], ["乙二"]]
    answers = {conflict.name: Answer("edit", "乙一\n  添<一>段 \n\n"), headline.name: Answer("edit", "新题")}
    assert merge.settle(merged, {conflict.name: Answer("mine")}) is None
    settled = merge.settle(merged, answers)
    assert settled is not None
    assert settled[0]["headline"] == "新题"
    assert [each.words for each in settled[1]] == ["甲", "乙一", "添<一>段"]


def test_blocks_of_the_editor_go_through_units_and_back_with_their_ids() -> None:
    stream = [
        {"type": "text", "id": "a1", "value": '<p>春茶<b>开采</b>了。</p><h2>山上</h2><ul><li>一</li><li>二<a href="https://e.example/?a=1&amp;b=2">链</a></li></ul>'},
        {"type": "text", "id": "a2", "value": "<p>另一块。</p>"},
        {"type": "picture", "id": "p1", "value": {"picture": 3, "alt": "山", "caption": "", "credit": "", "crop": "1:1"}},
        {"type": "text", "id": "a3", "value": "<p>完。</p>"},
    ]  # fmt: skip
    units = list(merge.units(stream))
    assert [each.words for each in units] == ["春茶开采了。", "山上", "一", "二链", "另一块。", "山　1:1", "完。"]
    assert merge.stream(units) == stream
    again = merge.stream([units[-1], *units[:-1]])
    assert [each.get("id") for each in again] == ["a3", "a1", "a2", "p1"]
    doubled = merge.stream([units[0], units[5], units[1]])
    assert [each.get("id") for each in doubled] == ["a1", "p1", None], "an id is given once"


@settings(max_examples=80, deadline=None)
@given(st.text("甲乙丙丁", max_size=40), st.text("甲乙丙丁", max_size=40))
def test_stretches_that_are_equal_and_changed_make_up_both_sequences(a: str, b: str) -> None:
    found = list(align.changes(a, b))
    assert "".join(a[x:y] for _, x, y, _, _ in found) == a
    assert "".join(b[x:y] for _, _, _, x, y in found) == b
    assert all((what == "equal") == (a[i:x] == b[j:y] and x > i) for what, i, x, j, y in found)
    assert all(one[0] != two[0] for one, two in itertools.pairwise(found))
    assert all(
        one < two and here < there
        for (one, here), (two, there) in zip(align.pairs(a, b), align.pairs(a, b)[1:], strict=False)
    )
    assert all(a[i] == b[j] for i, j in align.pairs(a, b))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from("甲乙"), max_size=30), st.lists(st.sampled_from("甲乙"), max_size=30))
def test_what_is_common_between_repeated_items_is_as_long_as_can_be(a: list[str], b: list[str]) -> None:
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, one in enumerate(a, 1):
        for j, two in enumerate(b, 1):
            longest[i][j] = longest[i - 1][j - 1] + 1 if one == two else max(longest[i - 1][j], longest[i][j - 1])
    if 1 not in Counter(a).values() and 1 not in Counter(b).values():
        assert len(align.pairs(a, b)) == longest[-1][-1]
