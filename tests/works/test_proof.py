"""Proofreading as a whole: every rule does what its description says, and what is safe to fix stays fixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.slips.clean import DAY, alarms, paragraphs
from hemei.prose.proof import RULES, Copy, fixed, proof
from hemei.prose.proof.listing import page
from hemei.prose.proof.rule import FAMILIES, Example, Rule, parted
from hemei.prose.proof.sample import SAMPLE

CASES = [(rule, example) for rule in RULES.values() for example in rule.examples]
MARKS = "“”‘’《》〈〉（）()「」『』【】〔〕，。、；：！？…—～－-,.;:!?\"'%％·°０９Ａｚ 　\n"
HARD = st.text(
    st.one_of(st.sampled_from(MARKS), st.sampled_from("一二十百年月日时县长局村的了是说12345678901Xx")), max_size=200
)


@pytest.mark.parametrize(("rule", "example"), CASES, ids=lambda each: getattr(each, "id", None) or each.text[:12])
def test_each_rule_does_what_its_description_says(rule: Rule, example: Example) -> None:
    copy = example.copy(SAMPLE)
    found = list(rule.findings(copy))
    assert bool(found) is example.wrong
    if example.put_right is not None:
        assert fixed(copy.text, found)[0] == parted(example.put_right).text
        again = replace(parted(example.put_right, example.date, SAMPLE))
        assert list(rule.findings(again)) == []


def test_every_rule_belongs_to_a_family_and_has_a_title_and_examples_of_both_kinds() -> None:
    for rule in RULES.values():
        assert rule.id[0] in FAMILIES
        assert 0 < len(rule.title) <= 40
        assert any(each.wrong for each in rule.examples), rule.id
        assert any(not each.wrong for each in rule.examples) or not rule.on, rule.id


def test_our_own_clean_text_raises_nothing() -> None:
    assert alarms(paragraphs()) == []


def test_news_of_many_kinds_written_without_mistakes_raises_nothing() -> None:
    lines = (Path(__file__).parent / "clean_news.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 170
    assert alarms(lines) == []


@settings(max_examples=300)
@given(HARD)
def test_findings_name_words_of_the_text_and_tell_why(text: str) -> None:
    for each in proof(Copy.plain(text, DAY, SAMPLE), RULES.keys()):
        assert 0 <= each.start < each.end <= len(text)
        assert each.text == text[each.start : each.end]
        assert each.why
        assert each.suggestion != each.text


@settings(max_examples=300)
@given(HARD)
def test_safe_fixes_lose_no_word_and_end_at_something_that_stays(text: str) -> None:
    for _ in range(6):
        safe = [each for each in proof(Copy.plain(text, DAY)) if each.level == "fix"]
        better, _ = fixed(text, safe)
        assert [c for c in better if c.isalpha() and not c.isascii()] == [
            c for c in text if c.isalpha() and not c.isascii() and not "Ａ" <= c <= "ｚ"
        ]
        if better == text:
            return
        text = better
    raise AssertionError(f"never at rest: {text!r}")


@pytest.mark.parametrize(
    "hostile", ["“" * 100_000, "一是" * 50_000, "1" * 100_000, "，" * 100_000, "县长" * 50_000, "“一”、" * 30_000]
)
def test_a_hostile_line_comes_to_an_end(hostile: str) -> None:
    assert len(proof(Copy.plain(hostile, DAY, SAMPLE))) <= 2 * len(hostile)


def test_random_cuts_of_clean_text_raise_no_error() -> None:
    random = Random(3)
    for text in paragraphs()[:500]:
        start = random.randrange(len(text))
        proof(Copy.plain(text[start : start + random.randrange(80)], DAY, SAMPLE), RULES.keys())


def test_the_page_of_all_rules_is_made_from_the_rules() -> None:
    made = (Path(__file__).parents[2] / "docs/editors/rules.md").read_text(encoding="utf-8")
    assert made == page(), "python -m hemei.prose.proof.listing > docs/editors/rules.md"
