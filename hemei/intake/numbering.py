"""Runs in the jail: writes out Word's automatic numbers, words of the copy that stand nowhere in its text."""

from __future__ import annotations

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN = "〇一二三四五六七八九"
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital")


def written(number: int, form: str) -> str:
    """A number as Word shows it (w:numFmt, ECMA-376 part 1, 17.18.59); empty for bullets and rare forms."""
    if form in _CHINESE:
        return han(number)
    if form in ("decimal", "decimalZero"):
        return str(number)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(0x245F + number)
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((96 if form == "lowerLetter" else 64) + number)
    return ""


def han(number: int) -> str:
    """1 to 99 in Chinese figures."""
    if not 1 <= number <= 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _HAN[tens] + "十") + (_HAN[ones] if ones else "")


class Counters:
    """Counts the numbered paragraphs of one document, list by list and level by level."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[str, dict[int, tuple[int, str, str]]] = {}
        self.counts: dict[str, dict[int, int]] = {}
        part = next((rel.target_part for rel in document.part.rels.values()
                     if not rel.is_external and rel.reltype.endswith("/numbering")), None)  # fmt: skip
        root = getattr(part, "element", None)
        if root is None:
            return
        abstract = {node.get(_W + "abstractNumId"): node for node in root.iterchildren(_W + "abstractNum")}
        for num in root.iterchildren(_W + "num"):
            link = num.find(_W + "abstractNumId")
            source = abstract.get(link.get(_W + "val")) if link is not None else None
            if source is not None:
                self.levels[num.get(_W + "numId")] = dict(map(_level, source.iterchildren(_W + "lvl")))

    def ordinal(self, p: Any, chain: list[Any]) -> str:
        """The number that Word would show before this paragraph, or nothing. Call once for each paragraph, in order."""
        places = [p, *chain]
        found = next((node for place in places if (node := place.find(f"{_W}pPr/{_W}numPr")) is not None), None)
        if found is None:
            return ""
        number, depth = found.find(_W + "numId"), found.find(_W + "ilvl")
        key = number.get(_W + "val") if number is not None else ""
        at = _whole(depth.get(_W + "val")) if depth is not None else 0
        levels = self.levels.get(key, {})
        if at not in levels:
            return ""
        counts = self.counts.setdefault(key, {})
        counts[at] = counts.get(at, levels[at][0] - 1) + 1
        for deeper in [level for level in counts if level > at]:
            del counts[deeper]
        shown = re.sub(r"%([1-9])", lambda m: self._number(levels, counts, int(m[1]) - 1), levels[at][2])
        return shown if any(c.isalnum() for c in shown) else ""

    @staticmethod
    def _number(levels: dict[int, tuple[int, str, str]], counts: dict[int, int], at: int) -> str:
        start, form, _ = levels.get(at, (1, "decimal", ""))
        return written(counts.get(at, start), form)


def _level(node: Any) -> tuple[int, tuple[int, str, str]]:
    """(level, (first number, form, text such as "%1、"))."""

    def value(name: str, otherwise: str) -> str:
        found = node.find(_W + name)
        return otherwise if found is None else found.get(_W + "val") or otherwise

    first = _whole(value("start", "1"))
    return _whole(node.get(_W + "ilvl")), (first, value("numFmt", "decimal"), value("lvlText", ""))


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 7 else 0
