"""Names, offices, places, organisations and phrases: slips put into clean text are found, clean text is left alone."""

from __future__ import annotations

import time
from random import Random

import pytest

from bench.slips.clean import paragraphs
from bench.slips.county import DAY, Mutate, around, copy, county, recall
from bench.slips.names import KINDS, about_everybody
from hemei.prose.proof import RULES, Copy, fixed, proof
from hemei.prose.proof.rule import parted
from hemei.prose.proof.sample import SAMPLE

MINE = [name for name in RULES if name[0] in "RH"]


@pytest.mark.parametrize(("rule", "mutate"), KINDS, ids=[mutate.__name__ for _, mutate in KINDS])
def test_nineteen_in_twenty_slips_are_found(rule: str, mutate: Mutate) -> None:
    assert recall(mutate, rule.split()) >= 0.95


@pytest.mark.parametrize("name", MINE)
def test_the_examples_that_editors_read_are_true(name: str) -> None:
    rule = RULES[name]
    assert rule.title
    assert {example.wrong for example in rule.examples} == {True, False}
    for example in rule.examples:
        case = example.copy(SAMPLE)
        found = list(rule.findings(case))
        assert bool(found) == example.wrong, example
        if example.put_right is not None:
            assert fixed(case.text, found)[0] == parted(example.put_right).text


def test_three_thousand_clean_paragraphs_are_left_alone() -> None:
    assert [each for text in paragraphs() for each in proof(copy(text), MINE)] == []


def test_clean_sentences_about_everybody_in_the_register_are_left_alone() -> None:
    random = Random(2)
    for _ in range(1000):
        text = about_everybody(random)
        assert [f"{each.rule} {each.text} {each.why}" for each in proof(copy(around(random, text)[0]), MINE)] == []


def test_without_lists_and_without_a_date_the_rules_that_need_them_are_silent() -> None:
    text = "副县长周文青、李明远来到白鹭乡坪门村，三好农村路（建好、管好、养好、运营好）由青棠县融煤体中心报道。"
    assert proof(Copy.plain(text, DAY), MINE) == []
    assert {each.rule for each in proof(Copy.plain(text, None, SAMPLE), MINE)} == {"R01", "R05", "R06", "R07"}


def test_what_the_register_says_is_told_to_the_editor() -> None:
    (finding,) = proof(Copy.plain("副县长周文清主持会议。", DAY, SAMPLE), ["R02"])
    assert finding.why == "2026年11月22日，周文清是县委副书记、县长，不是副县长"
    assert finding.suggestion == "县长"


@pytest.mark.parametrize(
    "words",
    [
        "书记张建国张",
        "青棠县水利",
        "四好农村路（建好、",
        "县长周文、",
        "镇村白鹭",
        "受害人12岁的",
        "1381234",
        "（记者罗青",
    ],
)
def test_a_hundred_thousand_characters_without_end_take_no_time(words: str) -> None:
    text = words * (100_000 // len(words))
    began = time.process_time()
    proof(Copy.of([("headline", text[:200]), ("body", text)], DAY, county()), MINE)
    assert time.process_time() - began < 3
