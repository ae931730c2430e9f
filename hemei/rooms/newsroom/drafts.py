"""From a copy that was read to the body of a draft: its pictures cleaned, its bold words and links kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hemei.intake.copy import Copy as Read
from hemei.intake.errors import Unreadable
from hemei.intake.picture import Cleaned, clean
from hemei.press.pieces import LINK
from hemei.prose.runs import Run
from hemei.prose.structure import Filed
from hemei.rooms.library.actions import keep
from hemei.rooms.newsroom import content


def cleaned(read: Read) -> dict[int, Cleaned | str]:
    """Every picture of the copy, cleaned, or why it was not taken; done before the write lock is held."""
    made: dict[int, Cleaned | str] = {}
    for at, data in enumerate(read.pictures):
        try:
            made[at] = clean(data)
        except Unreadable as error:
            made[at] = f"文中一张图片没有收下：{error}"
    return made


def body(
    filed: Filed, words: list[list[Run]], read: Read, pictures: Mapping[int, Cleaned | str], warnings: list[str]
) -> str:
    """The body as the editor keeps it. ``words``: each block's runs. What does not come along is added to the warnings."""
    blocks: list[dict[str, Any]] = []
    ids: dict[str, int] = {}
    for block, own in zip(filed.body, words, strict=True):
        if block.furniture:
            continue
        if block.kind == "picture":
            found = pictures.get(block.picture) if block.picture is not None else None
            if isinstance(found, str):
                warnings.append(found)
            elif found is not None:
                picture = keep(cleaned=found, title=block.text or read.name)
                ids[picture.master] = picture.pk
                said = {"alt": "", "caption": block.text, "credit": ""}
                blocks.append({"kind": "picture", "master": picture.master, **said})
        elif block.kind == "heading":
            blocks.append({"kind": "heading", "text": block.text, "level": 3 if block.level > 2 else 2})
        elif block.kind == "item":
            _item(blocks, _runs(own, warnings))
        elif block.kind == "quote":
            blocks.append({"kind": "quote", "text": block.text, "cite": ""})
        elif block.kind == "table" and block.rows:
            rows = [list(row) for row in block.rows]
            blocks.append({"kind": "table", "caption": "", "head": rows[0], "rows": rows[1:]})
        else:
            blocks.append({"kind": "paragraph", "runs": _runs(own, warnings)})
    return json.dumps(content.stream(blocks, ids))


def _item(blocks: list[dict[str, Any]], runs: list[dict[str, Any]]) -> None:
    if blocks and blocks[-1]["kind"] == "list":
        blocks[-1]["items"].append(runs)
    else:
        blocks.append({"kind": "list", "items": [runs]})


def _runs(words: list[Run], warnings: list[str]) -> list[dict[str, Any]]:
    """Runs as a body holds them. A link that no page may carry leaves its words, and is told."""
    made = []
    for text, bold, href in words:
        run: dict[str, Any] = {"t": text}
        if bold:
            run["b"] = True
        if href and LINK.fullmatch(href):
            run["href"] = href
        elif href:
            warnings.append(f"“{text[:20]}”上的链接没有带过来：{href[:60]}")
        made.append(run)
    return made
