"""校对 Proofreading: what in a copy may be wrong, why, and what to put instead. It doubts; an editor decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hemei.prose.proof import (
    dates,
    front,
    grammar,
    marks,
    names,
    ordinals,
    places,
    quantities,
    repeats,
    seasons,
    spans,
    sums,
    wordings,
)  # fmt: skip
from hemei.prose.proof.copy import Copy, Finding, Part
from hemei.prose.proof.rule import RULES, Rule

__all__ = [
    "RULES", "Copy", "Finding", "Part", "Rule", "dates", "fixed", "front", "grammar", "marks", "names", "ordinals",
    "places", "proof", "quantities", "repeats", "seasons", "spans", "sums", "wordings",
]  # fmt: skip


def proof(copy: Copy, rules: Collection[str] | None = None) -> list[Finding]:
    """What these rules (ids; by default those that are on) find, in the order of the text."""
    found = [
        finding
        for name, each in RULES.items()
        if (each.on if rules is None else name in rules)
        for finding in each.findings(copy)
    ]
    found.sort(key=lambda each: (each.start, each.end, each.rule))
    return found


def fixed(text: str, findings: Iterable[Finding]) -> tuple[str, list[Finding]]:
    """The text with what these findings suggest, and which of them were carried out: none that overlaps one before it."""
    done: list[Finding] = []
    parts: list[str] = []
    at = 0
    for finding in sorted(findings, key=lambda each: (each.start, each.end)):
        if finding.suggestion is None or finding.start < at or (done and finding.start == finding.end == at):
            continue
        parts += (text[at : finding.start], finding.suggestion)
        at = finding.end
        done.append(finding)
    return "".join((*parts, text[at:])), done
