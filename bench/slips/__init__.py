"""Slips of every family, put into clean text by the thousand: how many of them does the proofreading find, and where else
does it doubt?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from bench.slips import dates, front, marks, names, ordinals, quantities, repeats, wordings
from bench.slips.clean import DAY, Mutate, paragraphs
from bench.slips.county import Made, around, copy, county
from bench.slips.figures import sentences
from bench.slips.meetings import meetings
from hemei.prose.proof import Copy, proof

Make = Callable[[Random], Made | None]
CLEAN = 200
"""Clean copies of each form that are looked through as they are."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One kind of error: rules of which one should find it, how it is made, and clean copies of the same form."""

    name: str
    rules: frozenset[str]
    make: Make
    clean: Callable[[], Iterable[Copy]]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the slips of one family."""

    made: int
    found: int
    there: int
    """Findings, by any rule, that touch the slip."""
    elsewhere: int
    """Findings of the same copies, by any rule, that touch no slip."""
    clean: int
    """Clean copies of the same forms, looked through as they are."""
    missed: tuple[str, ...]
    alarms: tuple[str, ...]
    """Those of the clean copies that are doubted all the same."""

    @property
    def recall(self) -> float:
        return self.found / self.made


def _into(name: str, rules: str, mutate: Mutate, texts: Callable[[], Sequence[str]]) -> Slip:
    def make(random: Random) -> Made | None:
        mutated = mutate(random.choice(texts()), random)
        return mutated and (Copy.plain(mutated[0], DAY), *mutated[1:])

    return Slip(name, frozenset(rules.split()), make, lambda: (Copy.plain(text, DAY) for text in texts()[:CLEAN]))


def _told(form: str) -> Callable[[], Sequence[str]]:
    return partial(meetings, form) if form else paragraphs


def _by(*rules: str) -> list[Slip]:
    """The slips about names and about the front of a story that these rules should find."""
    return [
        Slip(mutate.__name__, frozenset(rule.split()), mutate, clean)
        for kinds, clean in ((names.KINDS, _registered), (front.KINDS, _stories))
        for rule, mutate in kinds
        if set(rule.split()) & set(rules)
    ]


def _registered() -> Iterable[Copy]:
    random = Random(2)
    return (copy(around(random, names.about_everybody(random))[0]) for _ in range(CLEAN))


def _stories() -> Iterable[Copy]:
    random = Random(3)
    return (Copy.of(front.story(random, headline="渠首的闸门修好了"), DAY, county()) for _ in range(2 * CLEAN))


FAMILIES: dict[str, list[Slip]] = {
    "标点与全半角": [_into(name, rule, mutate, paragraphs) for name, (rule, mutate) in marks.SLIPS.items()],
    "序号与点数": [_into(name, rules, mutate, _told(form)) for name, (rules, mutate, form) in ordinals.SLIPS.items()],
    "日期与时令": [
        _into(name, name[:3], mutate, partial(sentences, form)) for name, (form, mutate) in dates.MUTATIONS.items()
    ],
    "数量与单位": [
        _into(name, name[:3], mutate, partial(sentences, form)) for name, (form, mutate) in quantities.MUTATIONS.items()
    ],
    "重复": [_into(name, rule, mutate, paragraphs) for name, (rule, mutate) in repeats.SLIPS.items()],
    "错写": [_into(name, rule, mutate, _told(form)) for name, (rule, mutate, form) in wordings.SLIPS.items()],
    "人名、职务、次序": _by("R01", "R02", "R03", "R04"),
    "地名、机构": _by("R05", "R06"),
    "固定提法": _by("R07"),
    "标题": _by("H01", "H05"),
    "图说与署名": _by("H03"),
    "个人信息": _by("H04", "H06"),
}

MADE = 10_000
SLIPS = {family: MADE // len(FAMILIES) + (nth < MADE % len(FAMILIES)) for nth, family in enumerate(FAMILIES)}
"""How many slips of each family one run makes."""


def tried(family: str, count: int, seed: int = 1) -> Tried:
    """So many slips of one family, its kinds in turn, each put in alone and looked for with all rules that are on."""
    random = Random(f"{family} {seed}")
    slips = FAMILIES[family]
    made = found = touching = elsewhere = 0
    missed: list[str] = []
    while made < count:
        slip = slips[made % len(slips)]
        wrong, start, end = _made(slip, random)
        made += 1
        doubts = proof(wrong)
        there = [each for each in doubts if each.start <= end and start <= each.end]
        touching += len(there)
        elsewhere += len(doubts) - len(there)
        if any(each.rule in slip.rules for each in there):
            found += 1
        else:
            missed.append(f"{slip.name}: {wrong.text[max(0, start - 20) : end + 20]}")
    clean = {each.text: each for slip in slips for each in slip.clean()}
    alarms = [each.text for each in clean.values() if proof(each)]
    return Tried(made, found, touching, elsewhere, len(clean), tuple(missed), tuple(alarms))


def _made(slip: Slip, random: Random) -> Made:
    for _ in range(1000):
        made = slip.make(random)
        if made is not None:
            return made
    raise RuntimeError(f"{slip.name} cannot be put into these texts")
