"""Ordinals and announced counts: 1,000 mutations of each kind are found, and clean text of our own is silent."""

from __future__ import annotations

import re
from random import Random

import pytest

from tests.works.proof_meetings import everything, meetings
from tests.works.proof_sample import Mutate, alarms, paragraphs, recall

RULES = {"N01", "N02", "N03", "N04", "N05"}
_MARKS = {
    "是": r"([一二三四五六])是",
    "第": r"第([一二三四五六])，",
    "括": r"（([一二三四五六])）",
    "数": r"(?<=[：；])([1-6])\.",
    "圈": "([①②③④⑤⑥])",
    "头": "^([一二三四五六])、",
}


def _dropped(mark: str) -> Mutate:
    """One item of the list, not the last, is gone."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        items = list(re.finditer(mark, text, re.MULTILINE))
        nth = random.randrange(0 if mark.startswith("([一二") else 1, len(items) - 1)
        begins, ends = items[nth].start(), items[nth + 1].start()
        wrong = text[:begins] + text[ends:]
        return wrong, begins, begins + len(items[nth + 1][0])

    return mutate


def _repeated(mark: str) -> Mutate:
    """One ordinal says the number before it."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        items = list(re.finditer(mark, text, re.MULTILINE))
        nth = random.randrange(2, len(items))
        at = items[nth].start(1)
        return text[:at] + items[nth - 1][1] + text[at + 1 :], items[nth].start(), items[nth].end()

    return mutate


@pytest.mark.parametrize("form", _MARKS)
@pytest.mark.parametrize("kind", [_dropped, _repeated])
def test_ordinals_that_jump_or_stand_twice_are_found(form: str, kind: object) -> None:
    assert callable(kind)
    made, missed = recall(kind(_MARKS[form]), {"N01", "N02"}, 1000, texts=meetings(form))
    assert made == 1000
    assert len(missed) <= 50, missed[:5]


def test_numbers_left_behind_in_a_sentence_are_found() -> None:
    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        places = [found.start() for found in re.finditer("(?<=[\u4e00-\u9fff])[，。；]", text)]
        if not places:
            return None
        at = random.choice(places)
        number = f"{random.randint(1, 12)}{random.choice('.、')}"
        return text[:at] + number + text[at:], at, at + len(number)

    made, missed = recall(mutate, {"N03"}, 1000)
    assert made == 1000
    assert len(missed) <= 50, missed[:5]


def test_the_one_item_without_its_verb_is_found() -> None:
    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        at = random.choice([found.end() for found in re.finditer("[一二三四五六]是(?=要)", text)])
        return text[:at] + text[at + 1 :], at - 2, at

    made, missed = recall(mutate, {"N04"}, 1000, texts=meetings("是要"))
    assert made == 1000
    assert len(missed) <= 50, missed[:5]


@pytest.mark.parametrize("form", ["是", "第", "点", "合"])
def test_another_count_than_is_listed_is_found(form: str) -> None:
    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        told = re.search("([三四五六])(?:点要求|个方面|项工作|个镇先)", text)
        assert told
        other = random.choice([each for each in "三四五六七" if each != told[1]])
        return text[: told.start()] + other + text[told.end(1) :], told.start(), told.end()

    made, missed = recall(mutate, {"N05"}, 1000, texts=meetings(form))
    assert made == 1000
    assert len(missed) <= 50, missed[:5]


def test_clean_text_is_silent() -> None:
    assert alarms([*paragraphs(), *everything()], RULES) == []
