"""Ordinals that jump or stand twice, and other counts than are listed."""

from __future__ import annotations

import re
from random import Random

from bench.slips.clean import Mutate

MARKS = {
    "是": r"([一二三四五六])是",
    "第": r"第([一二三四五六])，",
    "括": r"（([一二三四五六])）",
    "数": r"(?<=[：；])([1-6])\.",
    "圈": "([①②③④⑤⑥])",
    "头": "^([一二三四五六])、",
}


def dropped(mark: str) -> Mutate:
    """One item of the list, not the last, is gone."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        items = list(re.finditer(mark, text, re.MULTILINE))
        nth = random.randrange(0 if mark.startswith("([一二") else 1, len(items) - 1)
        begins, ends = items[nth].start(), items[nth + 1].start()
        wrong = text[:begins] + text[ends:]
        return wrong, begins, begins + len(items[nth + 1][0])

    return mutate


def repeated(mark: str) -> Mutate:
    """One ordinal says the number before it."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        items = list(re.finditer(mark, text, re.MULTILINE))
        nth = random.randrange(2, len(items))
        at = items[nth].start(1)
        return text[:at] + items[nth - 1][1] + text[at + 1 :], items[nth].start(), items[nth].end()

    return mutate


def left_behind(text: str, random: Random) -> tuple[str, int, int] | None:
    """A number without its item, before a mark."""
    places = [found.start() for found in re.finditer("(?<=[\u4e00-\u9fff])[，。；]", text)]
    if not places:
        return None
    at = random.choice(places)
    number = f"{random.randint(1, 12)}{random.choice('.、')}"
    return text[:at] + number + text[at:], at, at + len(number)


def without_verb(text: str, random: Random) -> tuple[str, int, int] | None:
    """The one item that has no 要."""
    at = random.choice([found.end() for found in re.finditer("[一二三四五六]是(?=要)", text)])
    return text[:at] + text[at + 1 :], at - 2, at


def miscounted(text: str, random: Random) -> tuple[str, int, int] | None:
    """Another count is announced than is listed."""
    told = re.search("([三四五六])(?:点要求|个方面|项工作|个镇先)", text)
    assert told
    other = random.choice([each for each in "三四五六七" if each != told[1]])
    return text[: told.start()] + other + text[told.end(1) :], told.start(), told.end()


SLIPS: dict[str, tuple[str, Mutate, str]] = {
    **{f"an item is missing: {form}": ("N01 N02", dropped(mark), form) for form, mark in MARKS.items()},
    **{f"an ordinal stands twice: {form}": ("N01 N02", repeated(mark), form) for form, mark in MARKS.items()},
    "a number was left behind": ("N03", left_behind, ""),
    "one item has no verb": ("N04", without_verb, "是要"),
    **{f"another count than is listed: {form}": ("N05", miscounted, form) for form in ("是", "第", "点", "合")},
}
"""Rules that should find it, the slip, and the form of meeting that it is put into; the county's stories where that is empty."""
