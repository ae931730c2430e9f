"""The pages about proofreading for editors: every rule stands on one of them, and their examples behave as they say."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hemei.prose.proof import RULES, fixed
from hemei.prose.proof.rule import FAMILIES, parted
from hemei.prose.proof.sample import SAMPLE

FOLDER = Path(__file__).resolve().parents[2] / "docs/editors/proof"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
EXAMPLE = re.compile(r"^- (错|对) ([A-Z]\d\d)(?:（(\d{4}-\d\d-\d\d)）)?：(.*)$", re.MULTILINE)
EXAMPLES = [(path.stem, *found.groups()) for path in PAGES for found in EXAMPLE.finditer(path.read_text())]


def test_every_rule_is_told_on_exactly_one_page() -> None:
    told = Counter(name for path in PAGES for name in set(re.findall(r"\b[PNDUWRH]\d\d\b", path.read_text())))
    assert told == Counter(list(RULES))
    assert len(PAGES) == len(FAMILIES)


def test_every_rule_that_is_on_has_an_example_of_what_it_finds() -> None:
    assert {name for _, kind, name, *_ in EXAMPLES if kind == "错"} == {name for name, rule in RULES.items() if rule.on}


@pytest.mark.parametrize(("page", "kind", "name", "day", "words"), EXAMPLES)
def test_an_example_behaves_as_the_page_says(page: str, kind: str, name: str, day: str | None, words: str) -> None:
    text, _, better = words.replace("⏎", "\n").partition(" → ")
    copy = parted(text, date.fromisoformat(day) if day else None, SAMPLE)
    found = list(RULES[name].findings(copy))
    assert bool(found) == (kind == "错")
    if better:
        assert fixed(copy.text, found)[0] == parted(better).text


def test_the_list_of_pages_leads_to_all_of_them() -> None:
    assert set(re.findall(r"\]\((\w+\.md)\)", (FOLDER / "README.md").read_text())) == {path.name for path in PAGES}
