"""`hemei directives`: the sentences of a meeting report that tell somebody to do something."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from hemei import intake
from hemei.filing import NotTaken, taken
from hemei.prose.directives import Directive, directives
from hemei.prose.structure import Line, TooLong, structure

FOUND, UNREADABLE = 0, 2


def look(path: Path, day: date | None, *, as_json: bool) -> int:
    """Tell the directives in one file. 0 whether there are any or none, 2 when it cannot be read."""
    try:
        read, _ = taken(path)[0]
        stories = structure([Line(*fields) for fields in read.lines])
    except (intake.Unreadable, TooLong, NotTaken) as error:
        print(f"{path}：{error}", file=sys.stderr)
        return UNREADABLE
    headings = [block.text for story in stories for block in story.body if block.kind == "heading"]
    found = directives(read.text, day, headings)
    if as_json:
        print(json.dumps([asdict(each) for each in found], ensure_ascii=False))
    else:
        print("\n".join(_shown(found)))
    return FOUND


def _shown(found: Sequence[Directive]) -> Iterator[str]:
    for each in sorted(found, key=lambda one: -one.score):
        yield f"{each.score:.2f}  {each.text}" + (f"（{each.about}）" if each.about else "")
    if not found:
        yield "没有找到要谁办什么的句子。"
