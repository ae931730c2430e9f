"""Headlines, credits and private data: slips put into clean stories are found, clean stories are left alone."""

from __future__ import annotations

import re
from random import Random

import pytest

from bench.slips.county import DAY, Mutate, copy, county, recall
from bench.slips.front import KINDS, card, identity, mobile, story
from hemei.prose.proof import RULES, Copy, fixed, proof

MINE = [name for name in RULES if name[0] in "RH"]


@pytest.mark.parametrize(("rule", "mutate"), KINDS, ids=[mutate.__name__ for _, mutate in KINDS])
def test_nineteen_in_twenty_slips_are_found(rule: str, mutate: Mutate) -> None:
    assert recall(mutate, [rule]) >= 0.95


def test_six_hundred_whole_stories_are_left_alone() -> None:
    random = Random(3)
    for _ in range(600):
        fields = story(random)
        body = "".join(text for kind, text in fields if kind == "body")
        told = all(
            number in body for number in re.findall(r"\d+", fields[0][1])
        )  # some invented headlines count what no line tells
        found = proof(Copy.of(fields, DAY, county()), MINE)
        assert [f"{each.rule} {each.text} {each.why}" for each in found if told or each.rule != "H01"] == []


def test_numbers_that_are_no_personal_data_are_left_alone() -> None:
    random = Random(4)
    for _ in range(1000):
        wrong = identity(random)
        wrong = wrong[:17] + random.choice([each for each in "0123456789X" if each != wrong[17]])
        longer = card(random).replace(" ", "")
        text = (
            f"文号{wrong}。订单{random.randint(1, 9)}{longer}{random.randint(10, 99)}号。报名电话：{mobile(random)}。咨询请打12345或者0{random.randint(10, 999)}-"
            f"{random.randint(2_000_000, 8_999_999)}，监督举报电话{mobile(random)}。捐款账户{longer}。投入{random.randint(10**10, 10**11 - 1)}.5元，报警打110。"
        )
        assert [f"{each.rule} {each.text}" for each in proof(copy(text), MINE)] == [], text


def test_an_end_mark_is_struck_out_of_a_headline_and_of_nothing_else() -> None:
    whole = Copy.of([("headline", "稻子熟了。"), ("deck", "今年早了三天。"), ("body", "稻子熟了。")])
    assert fixed(whole.text, proof(whole, ["H05"]))[0] == "稻子熟了\n今年早了三天。\n稻子熟了。"
