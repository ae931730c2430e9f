"""Runs in the jail: tells an HTML table of data from one that lays a page out, and squares it."""

from __future__ import annotations

from typing import Any

MOST_COLUMNS = 40
MOST_ROWS = 2_000
_LONGEST_CELL = 400
"""Characters; a cell with more holds a story, not a figure."""
_STORY_TAGS = ("table", "h1", "h2", "h3", "article", "ul", "ol", "blockquote")


def grid(table: Any) -> list[list[Any]] | None:
    """The cells, row by row, None where a cell reaches over others; or None for a table that lays a page out."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    if any(True for tag in _STORY_TAGS for inner in table.iter(tag) if inner is not table) or len(rows) > MOST_ROWS:
        return None
    cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
    if max(map(len, cells), default=0) < 2:
        return None
    if any(len("".join(cell.itertext())) > _LONGEST_CELL for row in cells for cell in row):
        return None
    return _squared(cells)


def _squared(rows: list[list[Any]]) -> list[list[Any]]:
    made: list[list[Any]] = []
    taken: set[tuple[int, int]] = set()
    for down, row in enumerate(rows):
        line: list[Any] = []
        for cell in row:
            while (down, len(line)) in taken:
                line.append(None)
            across = min(_span(cell, "colspan"), MOST_COLUMNS)
            for below in range(1, min(_span(cell, "rowspan"), len(rows) - down)):
                taken.update((down + below, len(line) + beside) for beside in range(across))
            line += [cell, *[None] * (across - 1)]
        made.append(line)
    return made


def _span(cell: Any, name: str) -> int:
    said = cell.get(name) or "1"
    return max(1, int(said)) if said.isdigit() and len(said) < 5 else 1
