"""The law of the house, as sentences: what has to be signed, by how many different people, before anything is printed."""

from itertools import combinations, permutations, product

import pytest

from hemei.rooms.newsroom.rules import in_byline, may_edit, may_send_back
from hemei.rooms.review.rules import NEEDED, STAGES, Given, fit_to_print, may_stamp, next_stage

V, OTHER = "a" * 64, "b" * 64
PEOPLE = ("wang", "zhou", "zhao")
POSTS = {"wang": {"first"}, "zhou": {"second"}, "zhao": {"final", "release", "withdraw"}}


def given(*pairs: tuple[str, str], piece: str = "story:1", version: str = V) -> list[Given]:
    return [Given(piece, version, stage, person) for stage, person in pairs]


def test_three_stages_by_three_people_are_fit_to_print_in_any_order():
    stamps = given(*zip(STAGES, PEOPLE, strict=True))
    assert [fit_to_print("story:1", V, order) for order in permutations(stamps)] == [None] * 6


def test_of_all_ways_to_give_three_stages_to_three_people_only_those_with_three_different_people_are_fit():
    fit = [
        people
        for people in product(PEOPLE, repeat=3)
        if fit_to_print("story:1", V, given(*zip(STAGES, people, strict=True))) is None
    ]
    assert len(fit) == 6
    assert set(fit) == set(permutations(PEOPLE))


def test_of_all_sets_of_up_to_four_stamps_by_three_people_exactly_six_are_fit():
    every = [Given("story:1", V, stage, person) for stage, person in product(STAGES, PEOPLE)]
    sets = [some for size in range(5) for some in combinations(every, size)]
    fit = [some for some in sets if fit_to_print("story:1", V, some) is None]
    assert len(sets) == 1 + 9 + 36 + 84 + 126
    assert len(fit) == 6
    for some in fit:
        assert ({one.stage for one in some}, {one.person for one in some}) == (set(STAGES), set(PEOPLE))


@pytest.mark.parametrize("size", [0, 1, 2])
def test_what_is_missing_is_named_by_its_stages(size):
    for stages in combinations(STAGES, size):
        why = fit_to_print("story:1", V, given(*[(stage, stage) for stage in stages]))
        assert why is not None
        assert [name in why for stage, name in STAGES.items()] == [stage not in stages for stage in STAGES]


def test_each_person_who_is_barred_spoils_every_assignment_that_holds_them():
    for barred, people in product(PEOPLE, permutations(PEOPLE)):
        why = fit_to_print("story:1", V, given(*zip(STAGES, people, strict=True)), {barred})
        assert why is not None
        assert STAGES[list(STAGES)[people.index(barred)]] in why
    assert fit_to_print("story:1", V, given(*zip(STAGES, PEOPLE, strict=True)), {"li", "chen"}) is None


@pytest.mark.parametrize("stage", range(3))
def test_one_stamp_over_another_version_or_another_piece_spoils_the_three(stage):
    stamps = given(*zip(STAGES, PEOPLE, strict=True))
    for piece, version in (("story:1", OTHER), ("story:2", V)):
        mixed = [
            *stamps[:stage],
            Given(piece, version, stamps[stage].stage, stamps[stage].person),
            *stamps[stage + 1 :],
        ]
        assert fit_to_print("story:1", V, mixed) == "有一枚审签盖在别的定稿上，请对当前定稿重新审签。"


def test_a_fourth_stamp_by_a_fourth_person_at_a_stage_that_is_given_is_refused():
    stamps = given(*zip(STAGES, PEOPLE, strict=True), ("final", "qian"))
    assert fit_to_print("story:1", V, stamps) == "终审盖了两次，只能有一枚。"


def test_a_setting_needs_one_final_stamp_and_a_kind_without_a_rule_is_never_fit():
    final = given(("final", "zhao"), piece="setting:site")
    assert fit_to_print("setting:site", V, final) is None
    assert fit_to_print("setting:site", V, []) == "还缺终审。"
    assert fit_to_print("setting:site", V, given(("first", "wang"), piece="setting:site")) == "还缺终审。"
    every = given(*zip(STAGES, PEOPLE, strict=True), piece="poem:1")
    assert fit_to_print("poem:1", V, every) is not None
    assert fit_to_print("", V, []) is not None
    assert NEEDED["story"] == ("first", "second", "final")


def test_the_next_stage_is_the_first_that_is_missing():
    assert [next_stage("story:1", done) for done in ([], ["first"], ["first", "second"], ["second"], list(STAGES))] == [
        "first", "second", "final", "first", None,
    ]  # fmt: skip


def test_of_all_people_and_stages_only_the_holder_of_the_post_may_stamp():
    may = {
        (person, stage)
        for person, stage in product(PEOPLE, STAGES)
        if may_stamp(stage=stage, person=person, posts=POSTS[person], barred=(), stamped=()) is None
    }
    assert may == {("wang", "first"), ("zhou", "second"), ("zhao", "final")}


def test_a_deputy_with_all_posts_gives_one_stage_only_and_none_of_what_he_wrote():
    posts = set(STAGES)
    assert may_stamp(stage="first", person="qian", posts=posts, barred=(), stamped=()) is None
    assert "别的审级" in str(may_stamp(stage="second", person="qian", posts=posts, barred=(), stamped=["qian"]))
    assert "不能自己审自己" in str(may_stamp(stage="first", person="qian", posts=posts, barred={"qian"}, stamped=()))


@pytest.mark.parametrize(
    "byline", ["记者 王砚秋", "记者王 砚秋", "王　砚　秋 李记者", "王\u200b砚秋", "摄影：王砚\u00a0秋", "（王砚秋）"]
)
def test_a_name_in_the_byline_is_found_however_it_is_spaced(byline):
    assert in_byline(byline, [("wang", "王砚秋"), ("zhou", "周亭晚"), ("nobody", "")]) == {"wang"}


def test_names_on_either_side_of_a_mark_do_not_run_into_another_name():
    assert in_byline("李禾、穗子", [("li", "李禾穗")]) == frozenset()


def test_of_all_states_and_posts_only_editors_edit_and_in_review_only_who_is_to_stamp():
    def may(state, posts, hands=(), stage=None):
        return may_edit(state=state, person="p", posts=posts, hands=hands, stage=stage) is None

    states = ("draft", "review", "ready", "released", "withdrawn", "spiked")
    assert [state for state in states if may(state, {"reporter"})] == ["draft", "released", "withdrawn"]
    assert not [state for state in states if may(state, {"correspondent", "release", "withdraw"})]
    assert not [state for state in states if may(state, ())]
    assert may("review", {"second"}, stage="second")
    assert not may("review", {"second"}, stage="first")
    assert not may("review", {"second"}, hands=["p"], stage="second")


def test_only_reviewers_send_back_and_only_what_is_under_review():
    states = ("draft", "review", "ready", "released", "withdrawn", "spiked")
    for post in (*STAGES, "release", "withdraw", "reporter", "correspondent"):
        may = [state for state in states if may_send_back(state=state, posts={post}) is None]
        assert may == (["review", "ready"] if post in STAGES else [])
