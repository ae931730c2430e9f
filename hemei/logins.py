"""The demo county's logins, made at random on the first run and kept in ``logins.json`` of the home.

``{"people": [{"login", "name", "post", "password", "pin": string or null}]}``; readable by this account alone.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any, Final

from hemei.seal.roster import Roster

POSTS: Final = {
    "first": "初审", "second": "复审", "final": "终审", "release": "签发", "withdraw": "撤稿", "reporter": "采编",
    "correspondent": "通讯员",
}  # fmt: skip


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


def roster_lines(roster: Roster) -> list[str]:
    """The roster for a terminal: each person with posts, days and keys."""
    lines = [f"名册第 {roster.number} 号，网站 {roster.site}"]
    for person in roster.people:
        lines.append(f"{person.person}  {person.name}")
        lines += [f"    {POSTS[post.post]}  {post.since} 起{_until(post.until)}" for post in person.posts]
        lines += [f"    公钥 {key.key}  {key.since:%Y-%m-%d %H:%M} UTC 起{_until(key.until)}" for key in person.keys]
    return lines


def _until(end: date | None) -> str:
    return f"，到 {end:%Y-%m-%d}" if end else ""
