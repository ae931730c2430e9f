"""The light markup of the demo's story bodies, read into the blocks of `hemei-story/1` (README.md tells the marks).

Pictures keep their id (`{"kind": "picture", "picture": id, …}`) until somebody hands in the cleaned masters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<text>[^\]]+)\]\((?P<href>[^)\s]+)\)")
_PICTURE = re.compile(r"!\[(?P<id>[a-z0-9-]+)\]\s*(?P<rest>.*)")


class BadMarkup(ValueError):
    """A body that breaks the marks; the message names the story and the line."""


def blocks(body: str, address: Callable[[str], str], *, where: str) -> Iterator[dict[str, Any]]:
    """The blocks of a body; a blank line parts them. `address` turns the slug of `story:slug` links into an address."""
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = [line.strip() for line in chunk.strip().split("\n")]
        yield _block(lines, address, where)


def runs(text: str, address: Callable[[str], str], where: str) -> list[dict[str, Any]]:
    """The text cut into plain, strong and linked stretches."""
    found: list[dict[str, Any]] = []
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            found.append({"t": text[at : match.start()]})
        found.append({"t": match["strong"], "b": True} if match["strong"] else _link(match, address, where))
        at = match.end()
    return [*found, {"t": text[at:]}] if at < len(text) else found


def _link(match: re.Match[str], address: Callable[[str], str], where: str) -> dict[str, Any]:
    href = match["href"]
    if href.startswith("story:"):
        try:
            href = address(href.removeprefix("story:"))
        except KeyError as error:
            raise BadMarkup(f"稿件 {where}：链接指向不存在的稿件 {error}") from error
    return {"t": match["text"], "href": href}


def _block(lines: list[str], address: Callable[[str], str], where: str) -> dict[str, Any]:
    first = lines[0]
    if first.startswith("## ") or first.startswith("### "):
        marks, text = first.split(" ", 1)
        return {"kind": "heading", "text": text.strip(), "level": len(marks)}
    if first.startswith("- "):
        return {"kind": "list", "items": [runs(line.removeprefix("- "), address, where) for line in lines]}
    if first.startswith("> "):
        text, _, cite = " ".join(line.removeprefix("> ") for line in lines).partition("——")
        return {"kind": "quote", "text": text.strip(), "cite": cite.strip()}
    if match := _PICTURE.fullmatch(first):
        return _picture(match, where)
    if first.startswith(("= ", "|")):
        return _table(lines, where)
    return {"kind": "paragraph", "runs": runs("".join(lines), address, where)}


def _picture(match: re.Match[str], where: str) -> dict[str, Any]:
    parts = [part.strip() for part in match["rest"].split("|")]
    if len(parts) != 3:
        raise BadMarkup(f"稿件 {where}：图片一行写作 ![编号] 说明 | 署名 | 替代文字")
    caption, credit, alt = parts
    return {
        "kind": "picture", "picture": match["id"], "caption": caption, "credit": credit, "alt": alt,
        "crop": None, "focus": None,
    }  # fmt: skip


def _table(lines: list[str], where: str) -> dict[str, Any]:
    caption = lines.pop(0).removeprefix("= ").strip() if lines[0].startswith("= ") else ""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise BadMarkup(f"稿件 {where}：表格每一行的格数要和表头一样")
    return {"kind": "table", "caption": caption, "head": rows[0], "rows": rows[1:]}
