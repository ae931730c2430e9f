"""Clean text of our own to try the proofreading on, and what a mutation of it has to lead to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import islice
from random import Random

from demo import archive
from hemei.prose.proof import Copy, proof

DAY = date(2026, 11, 22)
Mutate = Callable[[str, Random], tuple[str, int, int] | None]
"""A clean paragraph with one error put in, and where that begins and ends; None where it cannot have this error."""


@cache
def paragraphs(count: int = 3000) -> tuple[str, ...]:
    """So many different paragraphs of the invented county's stories."""
    found: dict[str, None] = {}
    for draft in archive.archive(count):
        for block in draft["body"]:
            if isinstance(block, str):
                found.setdefault(block)
            elif block.get("kind") == "paragraph":
                found.setdefault("".join(run["t"] for run in block["runs"]))
            if len(found) == count:
                return tuple(found)
    return tuple(found)


def recall(
    mutate: Mutate, rules: Collection[str], count: int, seed: int = 1, texts: Sequence[str] = ()
) -> tuple[int, list[str]]:
    """How many mutations of clean text (of ours, or of this) were made, and those in which none of these rules doubts the
    words that are wrong."""
    random = Random(seed)
    texts = texts or paragraphs()
    made, missed = 0, []
    for _ in range(50 * count):
        text = random.choice(texts)
        mutation = mutate(text, random)
        if mutation is None:
            continue
        made += 1
        wrong, start, end = mutation
        findings = proof(Copy.plain(wrong, DAY), rules)
        if not any(each.start <= end and start <= each.end for each in findings):
            missed.append(wrong[max(0, start - 20) : end + 20])
        if made == count:
            break
    return made, missed


def alarms(texts: Iterable[str], rules: Collection[str] | None = None) -> list[str]:
    """What is doubted in text that is right."""
    return [
        f"{each.rule} {each.text!r} in {text[max(0, each.start - 20) : each.end + 20]!r}"
        for text in texts
        for each in islice(proof(Copy.plain(text, DAY), rules), 3)
    ]
