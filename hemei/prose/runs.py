"""Bold words and links of a copy, carried over to the blocks that its words became."""

from __future__ import annotations

from collections.abc import Sequence

from hemei.prose.filed import Filed, Line, bare

Mark = tuple[int, int, str]
"""Start and end in a line's text, and "b" for bold or a link's address."""
Run = tuple[str, bool, str]
"""Words, whether they are bold, and the address that they link to or ""."""


def runs(stories: Sequence[Filed], lines: Sequence[Line], marks: Sequence[Sequence[Mark]]) -> list[list[list[Run]]]:
    """For each story, for each block of its body, its words as runs. ``marks``: those of each line.

    Stands on the structurer's law: the stories hold the copy's characters, blanks apart, once and in order. Where most of a
    copy is bold nothing is stressed, and bold is dropped. When the law were broken all would be plain.
    """
    looks = _looks(lines, marks)
    if looks is None:
        return [[[(block.text, False, "")] for block in story.body] for story in stories]
    if 2 * sum(bold for _, bold, _ in looks) > len(looks):
        looks = [(character, False, href) for character, _, href in looks]
    made, at = [], 0
    for story in stories:
        blocks: list[list[Run]] = [[] for _ in story.body]
        number = 0
        for name in story.order:
            text = story.body[number].text if name == "body" else str(getattr(story, name))
            found, at = _along(text, looks, at)
            if found is None:
                return runs(stories, lines, [()] * len(lines))
            if name == "body":
                blocks[number] = found
                number += 1
        made.append(blocks)
    return made


def _looks(lines: Sequence[Line], marks: Sequence[Sequence[Mark]]) -> list[tuple[str, bool, str]] | None:
    """Each character that counts, with its look; None when no line has a mark."""
    if not any(marks):
        return None
    made: list[tuple[str, bool, str]] = []
    for line, own in zip(lines, marks, strict=True):
        text = line.text if not line.rows else "".join("".join(row) for row in line.rows)
        bold = [False] * len(text)
        href = [""] * len(text)
        for start, end, what in own if not line.rows else ():
            for at in range(max(0, start), min(end, len(text))):
                if what == "b":
                    bold[at] = True
                else:
                    href[at] = what
        made += [(c, bold[at], href[at]) for at, c in enumerate(text) if bare(c)]
    return made


def _along(text: str, looks: list[tuple[str, bool, str]], at: int) -> tuple[list[Run] | None, int]:
    """The text as runs, and where the looks go on; None when its characters are not those that come next."""
    found: list[Run] = []
    begin, current = 0, (False, "")
    for place, character in enumerate(text):
        if not bare(character):
            continue
        if at >= len(looks) or looks[at][0] != character:
            return None, at
        look = looks[at][1:]
        at += 1
        if look != current:
            if text[begin:place]:
                found.append((text[begin:place], *current))
            begin, current = place, look
    if text[begin:]:
        found.append((text[begin:], *current))
    return found, at
