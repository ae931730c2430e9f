"""The demo county's logins, made at random on the first run and kept in ``logins.json`` of the home.

``{"people": [{"login", "name", "post", "password", "pin": string or null}]}``; readable by this account alone.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any


def table(folder: Path) -> list[str]:
    """The logins as lines of a table, with a blank line at its end; empty where the home has none."""
    try:
        people: list[dict[str, Any]] = json.loads((folder / "logins.json").read_text())["people"]
    except FileNotFoundError:
        return []
    rows = [("账号", "姓名", "岗位", "密码", "审签 PIN")]
    rows += [(one["login"], one["name"], one["post"], one["password"], one["pin"] or "") for one in people]
    widths = [max(_width(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  " + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [*lines, ""]


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
