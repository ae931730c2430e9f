"""Words written wrong."""

from __future__ import annotations

import re
from random import Random

from bench.slips.clean import Mutate
from hemei.prose.proof.wordings import LISTS, VARIANTS

BEFORE = ["村里的", "他说，", "会上", "这几年", "大家"]

AFTER = ["。", "，", "的事", "以后", "很久了"]


def _swap(pattern: str, wrong: str) -> Mutate:
    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        places = list(re.finditer(pattern, text))
        if not places:
            return None
        found = random.choice(places)
        return text[: found.start()] + wrong + text[found.end() :], found.start(), found.start() + len(wrong)

    return mutate


def _traditional(text: str, random: Random) -> tuple[str, int, int] | None:
    olds: dict[str, list[str]] = {}
    for old, new in VARIANTS.items():
        olds.setdefault(new, []).append(old)
    places = [at for at, each in enumerate(text) if each in olds]
    if not places:
        return None
    at = random.choice(places)
    return text[:at] + random.choice(olds[text[at]]) + text[at + 1 :], at, at + 1


def _listed(name: str) -> Mutate:
    """A word of this list, between other words, is written wrong."""
    wrongs = sorted(LISTS[name])

    def mutate(text: str, random: Random) -> tuple[str, int, int]:
        before, wrong, after = random.choice(BEFORE), random.choice(wrongs), random.choice(AFTER)
        return f"{text}\n{before}{wrong}{after}", (at := len(text) + 1 + len(before)), at + len(wrong)

    return mutate


SLIPS: dict[str, tuple[str, Mutate, str]] = {
    "a dash for 一": ("W07", _swap("一(?=[个次条项种家座直起样边名位])", "—"), ""),
    "a traditional or variant form": ("W08", _traditional, ""),
    "的 for 地": ("W06", _swap("地(?=[把向将从给围握])", "的"), "助"),
    "的 for 得": ("W06", _swap("(?<=[变显办做跑])得", "的"), "助"),
    "只有 with 就": ("W09", _swap("只要(?=大家一起动手，就)", "只有"), "对"),
    "只要 with 才": ("W09", _swap("只有(?=大家一起动手，才)", "只要"), "对"),
    "在…… without 下": ("W09", _swap("下(?=，[全合荒老])", ""), "对"),
    **{
        f"a word of the list: {name}": (rule, _listed(name), "")
        for name, rule in {"成语": "W04", "词语": "W04", "词形": "W11", "待定": "W10", "重复": "W03"}.items()
    },
}
"""Rules that should find it, the slip, and the form of text that it is put into; the county's stories where that is empty."""
