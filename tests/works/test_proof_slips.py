"""Ten thousand slips in one run, a family at a time, looked for with every rule that is on."""

from __future__ import annotations

import pytest

from bench.slips import FAMILIES, SLIPS, tried


def test_every_family_of_the_issue_is_tried_and_together_they_are_ten_thousand() -> None:
    assert len(FAMILIES) == 12
    assert sum(SLIPS[family] for family in FAMILIES) == 10_000


@pytest.mark.prove  # each kind by itself is tried a thousand times in test_proof_*.py
@pytest.mark.parametrize("family", FAMILIES)
def test_nineteen_in_twenty_slips_of_a_family_are_found_and_the_clean_text_is_silent(family: str) -> None:
    came = tried(family, SLIPS[family])
    assert came.made == SLIPS[family]
    assert came.recall >= 0.95, came.missed[:10]
    assert came.clean >= 200
    assert came.alarms == ()
