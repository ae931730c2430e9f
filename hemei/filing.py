"""`hemei file`: copy from files of this machine, looked at or handed in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hemei.intake import Copy, Unreadable
from hemei.intake.door import MOST_BYTES, opened
from hemei.prose.filed import FIELDS, Filed
from hemei.prose.structure import Line, TooLong, structure

NAMES = ("眉题", "主题", "副题", "电头", "署名", "日期", "栏目")
KINDS = {
    "paragraph": "",
    "heading": "【小标题】",
    "item": "【条】",
    "quote": "【引】",
    "picture": "【图】",
    "table": "【表】",
}


class NotTaken(Exception):
    """A copy that was read but not taken; the message tells the next step."""


def look(paths: Sequence[Path], *, as_json: bool) -> int:
    """Show what the structurer proposes for each story, as JSON Lines or as text. Returns 0, or 1 when a file failed."""
    failed = 0
    for path in paths:
        try:
            stories = [
                story
                for copy, _ in taken(path)
                for story in structure([Line(*fields) for fields in copy.lines], copy.warnings)
            ]
            if not stories:
                raise NotTaken("里面没有文字。")
        except (Unreadable, TooLong, NotTaken) as error:
            failed = _say(path, error)
            continue
        for story in stories:
            print(json.dumps(story.as_json(), ensure_ascii=False) if as_json else "\n".join(_shown(path, story)))
    return failed


def hand_in(paths: Sequence[Path], take: Callable[[Copy, bytes], list[dict[str, Any]]], *, as_json: bool) -> int:
    """Give each copy to `take` and print what became of it. A file that fails does not keep the others out."""
    failed = 0
    for path in paths:
        try:
            made = [story for copy, data in taken(path) for story in take(copy, data)]
        except (Unreadable, TooLong, NotTaken) as error:
            failed = _say(path, error)
            continue
        for story in made:
            print(
                json.dumps(story, ensure_ascii=False)
                if as_json
                else f"已收稿：第 {story['story']} 号《{story['headline']}》"
            )
    return failed


def taken(path: Path) -> list[tuple[Copy, bytes]]:
    """The copies in a file with their original bytes, a mail's attachments as copies of their own; at most one byte over the cap is read of what is too long.

    Raises NotTaken and Unreadable.
    """
    try:
        if not path.is_file():
            raise NotTaken("不是文件。" if path.exists() else "没有这个文件。")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotTaken(f"打不开（{error.strerror}）。") from error
    copies, left = opened(path.name, data)
    first, original = copies[0]
    return [(replace(first, warnings=tuple(dict.fromkeys((*first.warnings, *left)))), original), *copies[1:]]


def _say(path: Path, error: Exception) -> int:
    print(f"{path}：{error}", file=sys.stderr)
    return 1


def _shown(path: Path, story: Filed) -> Iterator[str]:
    yield f"== {path}"
    for field, name in zip(FIELDS, NAMES, strict=True):
        if value := getattr(story, field):
            yield f"{name}  {value}"
    for block in story.body:
        yield f"  {KINDS[block.kind]}{block.text}"
    for person, office in story.people:
        yield f"人物  {person}（{office}）"
    for warning in story.warnings:
        yield f"请核对  {warning}"
    yield ""
