"""A county's lists, made up for the tests of the rules that ask them, and clean sentences about its people and places."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from random import Random

from bench.slips.clean import paragraphs
from demo.archive import _words
from hemei.prose.proof import Copy, proof
from hemei.prose.proof import alike as _alike
from hemei.prose.proof.alike import alike
from hemei.prose.register import House, Organisation, Person, Phrase, Place, Register, Term

DAY = date(2026, 11, 22)
SINCE = date(2024, 3, 1)
_FAMILIES = "周李郑许梁程邓萧崔谭姚邹"
_GIVENS = "文清明远建国志海永新春梅晓兰思学世家雨欣子轩浩然少云立民景行长青广平"
_BUREAUS = ("水利", "林业", "教育", "民政", "财政", "审计", "统计", "商务", "司法", "气象")
_VILLAGES = ("清河村", "大坪村", "枣林村", "梅园村", "杨柳村", "高桥村", "月亮村", "铁索村")
_TAILS = (
    "主持会议。",
    "出席并讲话。",
    "介绍了情况。",
    "说，年底前完工。",
    "到现场查看进度。",
    "表示，要把账算清楚。",
    "（中）在工地上。",
)
_LEADS = ("", "昨天上午，", "会上，", "近日，", "随后，")

Made = tuple[Copy, int, int]
"""A copy with one thing wrong, and where."""
Mutate = Callable[[Random], Made | None]


@cache
def county() -> House:
    random = Random(5)
    names: list[str] = []
    while len(names) < 60:
        name = random.choice(_FAMILIES) + "".join(random.sample(_GIVENS, 2 if random.random() < 0.9 else 1))
        if all(
            sum(a != b for a, b in zip(name, each, strict=False)) + abs(len(name) - len(each)) > 1 for each in names
        ):
            names.append(name)
    offices = [("县委", "书记"), ("", "县长"), ("县委", "副书记"), *[("", "副县长")] * 5]
    offices += [(f"县{bureau}局", post) for bureau in _BUREAUS for post in ("局长", "副局长", "副局长")]
    offices += [(town, post) for town in _words()["towns"][:8] for post in (f"{town[-1]}长", f"副{town[-1]}长")]
    people = [
        Person(
            name,
            terms=(
                Term(unit, post, SINCE, None, nth),
                *([Term("县档案馆", "馆长", None, date(2024, 2, 29))] if nth == 9 else []),
            ),
        )
        for nth, (name, (unit, post)) in enumerate(zip(names, offices, strict=False))
    ]
    towns = _words()["towns"]
    every = [Place(head + tail, town) for head in _words()["heads"] for tail in _words()["tails"] for town in towns]
    own = [Place(village, towns[nth]) for nth, village in enumerate(_VILLAGES)]
    organisations = [Organisation(f"青棠县{bureau}局", (f"县{bureau}局",)) for bureau in _BUREAUS]
    organisations += [
        Organisation("青棠县融媒体中心", ("县融媒体中心",)),
        Organisation("青棠县文化广电和旅游局", ("县文旅局",)),
        Organisation("青棠县农村信用合作联社", ("县农信联社",)),
    ]
    phrases = (
        Phrase("四好农村路", ("建好", "管好", "护好", "运营好")),
        Phrase("三个到户", ("政策到户", "技术到户", "服务到户")),
        Phrase("五小工程", ("小水窖", "小水池", "小泵站", "小塘坝", "小水渠")),
    )
    return House(
        Register(
            tuple(people),
            tuple(organisations),
            (Place("青棠县"), *(Place(town, "青棠县") for town in towns), *every, *own),
        ),
        phrases,
        frozenset(_words()["reporters"]),
    )


def copy(text: str) -> Copy:
    return Copy.plain(text, DAY, county())


def around(random: Random, text: str) -> tuple[str, int]:
    """The text between two paragraphs of the county's stories, and where it begins there."""
    first, last = random.choice(paragraphs()), random.choice(paragraphs())
    return f"{first}\n{text}\n{last}", len(first) + 1


def leader(random: Random) -> tuple[str, str]:
    """Somebody of the register with their office."""
    person = random.choice(county().register.people)
    return person.terms[0].office, person.name


def sentence(random: Random, office: str, name: str) -> str:
    return random.choice(_LEADS) + office + name + random.choice(_TAILS)


def confused(random: Random, character: str) -> str:
    """A common character that is taken for this one; itself when there is none."""
    return random.choice(_confusions(character))


@cache
def _confusions(character: str) -> list[str]:
    return [each for each in _common() if each != character and alike(each, character)] or [character]


@cache
def _common() -> str:
    """Characters of names and places that are not rare: the first of each syllable's group and those in our own texts."""
    own = set("".join(paragraphs())) | set(_FAMILIES + _GIVENS)
    return "".join(
        sorted(
            {each for group in _alike._SOUNDS.split() for each in group[:12]}
            | {each for each in own if each >= "\u4e00"}
        )
    )


def recall(mutate: Mutate, rules: Collection[str], count: int = 1000, seed: int = 1) -> float:
    """The share of mutations that these rules find where they are."""
    random = Random(seed)
    made = found = 0
    missed: list[str] = []
    while made < count:
        mutation = mutate(random)
        if mutation is None:
            continue
        made += 1
        wrong, start, end = mutation
        if any(each.start <= end and start <= each.end for each in proof(wrong, rules)):
            found += 1
        else:
            missed.append(wrong.text[max(0, start - 20) : end + 20])
    if found < 0.95 * made:
        print(f"{found}/{made}", missed[:12])
    return found / made
