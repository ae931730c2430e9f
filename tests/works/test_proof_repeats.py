"""What stands twice: 1,000 mutations of each kind are found, and clean text of our own is silent."""

from __future__ import annotations

import time

import pytest

from bench.slips.clean import alarms, paragraphs, recall
from bench.slips.meetings import everything
from bench.slips.repeats import SLIPS
from hemei.prose.proof import Copy, proof


@pytest.mark.parametrize("slip", SLIPS)
def test_what_stands_twice_is_found(slip: str) -> None:
    rule, mutate = SLIPS[slip]
    made, missed = recall(mutate, {rule}, 1000)
    assert made == 1000
    assert len(missed) <= 50, (len(missed), missed[:20])


def test_clean_text_is_silent() -> None:
    assert alarms([*paragraphs(), *everything()], {"W01", "W02"}) == []


@pytest.mark.parametrize("line", ["的" * 300_000, "按装" * 150_000, "一是" * 150_000, "甲、" * 150_000, "在" * 300_000])
def test_a_hostile_line_takes_no_long_time(line: str) -> None:
    began = time.process_time()
    proof(
        Copy.plain(line),
        {"N01", "N02", "N03", "N04", "N05", "W01", "W02", "W03", "W04", "W06", "W07", "W08", "W09", "W10", "W11"},
    )
    assert time.process_time() - began < 5
