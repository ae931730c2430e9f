"""Ordinals and announced counts: 1,000 mutations of each kind are found, and clean text of our own is silent."""

from __future__ import annotations

import pytest

from bench.slips.clean import alarms, paragraphs, recall
from bench.slips.meetings import everything, meetings
from bench.slips.ordinals import SLIPS

RULES = {"N01", "N02", "N03", "N04", "N05"}


@pytest.mark.parametrize("slip", SLIPS)
def test_nineteen_in_twenty_slips_are_found(slip: str) -> None:
    rules, mutate, form = SLIPS[slip]
    made, missed = recall(mutate, set(rules.split()), 1000, texts=meetings(form) if form else ())
    assert made == 1000
    assert len(missed) <= 50, missed[:5]


def test_clean_text_is_silent() -> None:
    assert alarms([*paragraphs(), *everything()], RULES) == []
