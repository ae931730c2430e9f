"""A story's body as markup: paragraphs, heads, lists, quotes, tables, and pictures as the theme shows them."""

from __future__ import annotations

from collections.abc import Callable

from hemei.press.pieces import Block, Heading, Items, Paragraph, Picture, Quote, Run, Story, Table
from hemei.press.shown import Html, escape, headline, runs
from hemei.prose.marks import ordinal


def body(story: Story, figure: Callable[[Picture], str]) -> Html:
    """The whole body, one block on a line; `figure` gives the markup of a picture, or nothing."""
    blocks = [
        f"<p>{runs(block.runs)}</p>\n" if isinstance(block, Paragraph) else f"{_block(block, figure)}\n"
        for block in _opened(story)
    ]
    return Html("".join(blocks))


def _opened(story: Story) -> tuple[Block, ...]:
    """The blocks with the dateline (电头) in front of the first paragraph, or on a line of its own."""
    opening = story.dateline.strip()
    if not opening:
        return story.body
    line = Run(opening, strong=True)
    first = story.body[0] if story.body else None
    if isinstance(first, Paragraph):
        return (Paragraph((line, Run("　"), *first.runs)), *story.body[1:])
    return (Paragraph((line,)), *story.body)


def _block(block: Heading | Items | Quote | Picture | Table, figure: Callable[[Picture], str]) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{headline(block.text)}</h{block.level}>"
        case Items():
            items = [runs(item) for item in block.items]
            own = " own" if items and ordinal(items[0]) else ""  # the points carry their own ordinals
            return f'<ul class="points{own}">{"".join(f"<li>{item}</li>" for item in items)}</ul>'
        case Quote():
            cite = f"<footer>{escape(block.cite)}</footer>" if block.cite else ""
            return f"<blockquote><p>{escape(block.text)}</p>{cite}</blockquote>"
        case Picture():
            return figure(block)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in table.rows
    )
    return (
        f'<div class="scroll" role="region" aria-label="{escape(table.caption) or "表格"}" tabindex="0"><table>'
        f"{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
