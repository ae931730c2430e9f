"""Miswritten words: every entry of the list is found between other words, its right form is silent, and so is clean text."""

from __future__ import annotations

import re
from random import Random

import pytest

from bench.slips.clean import alarms, paragraphs, recall
from bench.slips.meetings import everything, meetings
from bench.slips.wordings import AFTER, BEFORE, SLIPS
from hemei.prose.proof import Copy, fixed, proof
from hemei.prose.proof.wordings import LISTS

_RULES = {"成语": "W04", "词语": "W04", "词形": "W11", "待定": "W10", "重复": "W03"}


@pytest.mark.parametrize("name", LISTS)
def test_every_entry_is_found_between_other_words(name: str) -> None:
    random = Random(name)
    made, missed = 0, []
    while made < 1000:
        for wrong in LISTS[name]:
            text = random.choice(BEFORE) + wrong + random.choice(AFTER)
            made += 1
            if not any(
                finding.text in wrong or wrong in finding.text for finding in proof(Copy.plain(text), {_RULES[name]})
            ):
                missed.append(text)
    assert len(missed) <= made / 20, (len(missed), missed[:40])


def test_the_right_forms_are_silent() -> None:
    for name in ("成语", "词语", "词形", "待定"):
        rights = sorted(set(LISTS[name].values()))
        assert alarms([f"他说，{right}。" for right in rights], {"W04", "W10", "W11", "W08"}) == []


def test_no_wrong_form_is_a_right_one_or_stands_in_one() -> None:
    rights = "\n".join(sorted({right for each in LISTS.values() for right in each.values()}))
    wrongs = [wrong for name in ("成语", "词语", "词形", "待定") for wrong in LISTS[name]]
    assert [wrong for wrong in wrongs if wrong in rights] == []
    assert len(wrongs) == len(set(wrongs))


def test_words_of_the_stories_written_wrong_are_put_right() -> None:
    """Every word of the list that stands in clean text is miswritten there, and the fix gives the clean text back."""
    wrong_by_right: dict[str, list[str]] = {}
    for name in ("成语", "词语"):
        for wrong, right in LISTS[name].items():
            wrong_by_right.setdefault(right, []).append(wrong)
    any_right = re.compile("|".join(sorted(wrong_by_right, key=len, reverse=True)))
    random = Random(4)
    made = missed = 0
    for text in [*paragraphs(), *everything()]:
        for found in any_right.finditer(text):
            wrong = text[: found.start()] + random.choice(wrong_by_right[found[0]]) + text[found.end() :]
            made += 1
            missed += fixed(wrong, proof(Copy.plain(wrong), {"W04"}))[0] != text
    assert made >= 1000
    assert missed <= made / 20


@pytest.mark.parametrize("slip", SLIPS)
def test_mutations_are_found(slip: str) -> None:
    rule, mutate, form = SLIPS[slip]
    made, missed = recall(mutate, {rule}, 1000, texts=meetings(form) if form else ())
    assert made == 1000
    assert len(missed) <= 50, (len(missed), missed[:10])


def test_noughts_in_years_are_found() -> None:
    for year in range(2000, 2100):
        digits = "".join("〇一二三四五六七八九"[int(each)] for each in str(year))
        for nought in "0OＯ○o":
            text = f"{digits.replace('〇', nought, 1)}年建成。"
            assert fixed(text, proof(Copy.plain(text), {"W07"}))[0] == f"{digits}年建成。"


def test_clean_text_is_silent() -> None:
    assert alarms([*paragraphs(), *everything()], {*_RULES.values(), "W06", "W07", "W08", "W09"}) == []
