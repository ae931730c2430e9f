"""Marks and widths: each kind of slip, put into clean text by the thousand, is found; the text without it is silent."""

from __future__ import annotations

import pytest

from bench.slips.clean import DAY, alarms, paragraphs, recall
from bench.slips.marks import QUOTED, SLIPS
from hemei.prose.proof import RULES, Copy, proof

MARKS = [name for name in RULES if name.startswith("P")]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found_and_the_rest_stays_silent(slip: str) -> None:
    rule, mutate = SLIPS[slip]
    made, missed = recall(mutate, [rule], 1000)
    assert made == 1000
    assert len(missed) <= 50, missed[:10]


def test_the_text_without_slips_is_silent() -> None:
    assert alarms([*paragraphs(), *QUOTED], MARKS) == []


def test_the_comma_between_two_titles_is_looked_at_when_a_house_wants_it() -> None:
    text = "他先后编了《山歌》、《渔鼓》两本册子。"
    assert proof(Copy.plain(text, DAY), MARKS) != proof(Copy.plain(text, DAY)) == []
