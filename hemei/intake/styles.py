"""Runs in the jail: how words look by the styles that are written on their tags."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hemei.intake.web import Look

_SIZE = re.compile(r"(?:^|;)\s*font-size\s*:\s*([\d.]{1,8})\s*(px|pt|em|rem|%)", re.IGNORECASE)
_WEIGHT = re.compile(r"(?:^|;)\s*font-weight\s*:\s*(\w+)", re.IGNORECASE)
_ALIGN = re.compile(r"(?:^|;)\s*text-align\s*:\s*(\w+)", re.IGNORECASE)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all)", re.IGNORECASE)
_FONT_SIZES = {"1": 7.5, "2": 10.0, "3": 12.0, "4": 13.5, "5": 18.0, "6": 24.0, "7": 36.0}
_USUAL = 12.0


def is_hidden(node: Any) -> bool:
    """Whether a reader of the page would not see it."""
    return node.get("hidden") is not None or bool(_HIDDEN.search(node.get("style") or ""))


def look_of(node: Any, tag: str, look: Look) -> Look:
    """How words in this node look, given how those around it do."""
    style = node.get("style") or ""
    look = replace(look, size=_size(node, style, look.size), bold=_bold(tag, style, look.bold))
    align = _ALIGN.search(style)
    said = (align[1] if align else node.get("align") or ("center" if tag == "center" else "")).lower()
    if said:
        look = replace(look, centred=said == "center")
    if named := _style(node, tag, look.style):
        look = replace(look, style=named)
    return replace(look, plain=True) if tag == "pre" else look


def _size(node: Any, style: str, around: float | None) -> float | None:
    found = _SIZE.search(style)
    if found is None:
        return _FONT_SIZES.get(node.get("size") or "", around) if node.tag == "font" else around
    try:
        number = float(found[1])
    except ValueError:
        return around
    unit = found[2].lower()
    points = number if unit == "pt" else number * 0.75 if unit == "px" else (around or _USUAL) * number
    points = points / 100 if unit == "%" else points
    return round(points * 2) / 2 if 0 < points < 200 else around


def _bold(tag: str, style: str, around: bool) -> bool:
    weight = _WEIGHT.search(style)
    if weight:
        word = weight[1].lower()
        return word in ("bold", "bolder") or (word.isdigit() and int(word[:5]) >= 600)
    return around or tag in ("b", "strong", "th")


def _style(node: Any, tag: str, around: str) -> str:
    """The Word style that says the same, by tag or by the class that Word writes."""
    named = (node.get("class") or "").lower()
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return f"heading {tag[1]}"
    if tag == "blockquote" or "msoquote" in named:
        return "Quote"
    if tag == "li":
        return "List Number" if getattr(node.getparent(), "tag", "") == "ol" else "List Bullet"
    if tag in ("figcaption", "caption"):
        return "Caption"
    if "msotitle" in named:
        return "Title"
    if "mso-list:" in (node.get("style") or "").replace(" ", "") and tag == "p":
        return "List Bullet"
    return around
