"""A rule is one small function that looks through a copy. Its docstring, in Chinese, is what editors read about it, and
what its tests are made from:

    一句话说这是什么错。

    为什么错，依据什么。

    错：含有这个错的句子 → 改好的句子
    错（2026-11-22）：这一天的稿子里才算错的句子
    对：容易误报、其实没有错的句子

The words after the arrow are the sentence with all suggestions applied; without an arrow a person decides. ⏎ parts
paragraphs; 〔标题〕, 〔署名〕, 〔图说〕 … before one says which part of the story it is, else it is body. Examples of rules that
ask the newsroom's lists are judged by those of `sample.SAMPLE`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from hemei.prose.proof.copy import NONE, Copy, Finding, Kind, Level
from hemei.prose.register import House

Doubt = tuple[int, int, str | None, str]
"""Where the words begin and end, what to put there (None: a person decides), and why, for the editor."""
Look = Callable[[Copy], Iterable[Doubt]]

FAMILIES = {
    "P": "标点与全半角",
    "N": "序号与点数",
    "D": "日期与时令",
    "U": "数量与单位",
    "W": "重复与错写",
    "R": "人名、职务、地名、机构",
    "H": "标题、图片与隐私",
}
KINDS: dict[str, Kind] = {
    "眉题": "kicker",
    "标题": "headline",
    "提要": "deck",
    "署名": "byline",
    "小标题": "heading",
    "图说": "caption",
    "图源": "credit",
}
"""How an example says which part of a story its paragraph is."""
_KIND = re.compile(rf"〔({'|'.join(KINDS)})〕")
_EXAMPLE = re.compile(r"(错|对)(?:（(\d{4}-\d\d-\d\d)）)?：(.*)")


@dataclass(frozen=True, slots=True)
class Example:
    wrong: bool
    text: str
    put_right: str | None
    date: date | None

    def copy(self, house: House = NONE) -> Copy:
        """The copy that the example is, before it is put right."""
        return parted(self.text, self.date, house)


def parted(text: str, day: date | None = None, house: House = NONE) -> Copy:
    """The copy of paragraphs that say what part they are."""
    if not _KIND.match(text) and "\n〔" not in text:
        return Copy.plain(text, day, house)
    lines = [(_KIND.match(line), line) for line in text.split("\n")]
    return Copy.of(
        ((KINDS[kind[1]] if kind else "body", line[kind.end() if kind else 0 :]) for kind, line in lines), day, house
    )


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    level: Level
    look: Look
    on: bool
    """Whether it is on where the house says nothing."""

    @property
    def title(self) -> str:
        return self._lines()[0].rstrip("。")

    @property
    def reasons(self) -> list[str]:
        """Why, and by what standard: paragraphs."""
        return [line for line in self._lines()[1:] if line and not _EXAMPLE.match(line)]

    @property
    def examples(self) -> list[Example]:
        return [
            Example(
                found[1] == "错",
                found[3].partition(" → ")[0].replace("⏎", "\n"),
                found[3].partition(" → ")[2].replace("⏎", "\n") if " → " in found[3] else None,
                date.fromisoformat(found[2]) if found[2] else None,
            )
            for line in self._lines()
            if (found := _EXAMPLE.fullmatch(line))
        ]

    def findings(self, copy: Copy) -> Iterator[Finding]:
        for start, end, suggestion, why in self.look(copy):
            yield Finding(self.id, self.level, start, end, copy.text[start:end], suggestion, why)

    def _lines(self) -> list[str]:
        return [line.strip() for line in (self.look.__doc__ or "").strip().split("\n")]


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order in which they are written down."""


def rule(name: str, level: Level, *, on: bool = True) -> Callable[[Look], Look]:
    """Make a rule of a function that yields doubts."""

    def made(look: Look) -> Look:
        if name in RULES:
            raise ValueError(f"{name} stands twice")
        RULES[name] = Rule(name, level, look, on)
        return look

    return made
