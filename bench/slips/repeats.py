"""What stands twice."""

from __future__ import annotations

import re
from random import Random

import rjieba

from bench.slips.clean import Mutate


def _word(tags: str, size: int, *, closed: bool = False) -> Mutate:
    """A word of this kind stands twice; or the last character of it, before a mark."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        at, places = 0, []
        for word, tag in rjieba.tag(text, hmm=False):
            at += len(word)
            if (
                len(word) == size
                and re.fullmatch(tags, tag)
                and (not closed or text[at : at + 1] in ("，", "。", "；"))
            ):
                places.append((at, word))
        if not places:
            return None
        at, word = random.choice(places)
        if word in ("什么", "如何", "怎么", "这样", "商量", "意思"):
            return None  # said twice they mean something
        twice = word[-1] if closed else word
        if text[at - 2 * len(twice) : at] == twice * 2:
            return None  # 毛毛, 慢慢: a third one is a cry
        return text[:at] + twice + text[at:], at - len(twice), at + len(twice)

    return mutate


def _function(text: str, random: Random) -> tuple[str, int, int] | None:
    places = [found.end() for found in re.finditer("[的在和把被他她这从也](?![的在和把被他她这从也])", text)]
    if not places:
        return None
    at = random.choice(places)
    return text[:at] + text[at - 1] + text[at:], at - 1, at + 1


def _clause(text: str, random: Random) -> tuple[str, int, int] | None:
    clauses = [
        found
        for found in re.finditer(r"(?:(?<=[，。；])|^)([\u4e00-\u9fff]{5,20})，", text)
        if found[1][0] not in "一又再快来走"
    ]
    clauses = [found for found in clauses if text.rfind("“", 0, found.start()) <= text.rfind("”", 0, found.start())]
    if not clauses:
        return None
    found = random.choice(clauses)
    return text[: found.end()] + found[0] + text[found.end() :], found.start(), found.end() + len(found[0])


def _beginning(text: str, random: Random) -> tuple[str, int, int] | None:
    mutated = _clause(text, random)
    if mutated is None:
        return None
    start = mutated[1]
    size = random.randint(3, 5)
    return text[: start + size] + text[start:], start, start + 2 * size


def _sentence(text: str, random: Random) -> tuple[str, int, int] | None:
    sentences = [found[0] for found in re.finditer(r"(?:(?<=。)|^)[^。！？“”…—]{16,}。", text)]
    if not sentences:
        return None
    again = random.choice(sentences)
    return f"{text}{again}", len(text), len(text) + len(again)


SLIPS: dict[str, tuple[str, Mutate]] = {
    "a word twice": ("W01", _word("n|ns|r|t|p|c", 2)),
    "the last character of a word twice": ("W01", _word("n", 2, closed=True)),
    "a function word twice": ("W01", _function),
    "a clause twice": ("W02", _clause),
    "the beginning of a clause twice": ("W02", _beginning),
    "a sentence twice": ("W02", _sentence),
}
