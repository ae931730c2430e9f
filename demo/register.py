"""The demo county's register, as the rows of its five sheets, read from the file beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

COLUMNS = {
    "people": ("人员", ("姓名", "区分", "单位", "职务", "排序", "起", "止")),
    "organisations": ("机构", ("全称", "简称")),
    "places": ("地名", ("名称", "上级")),
    "phrases": ("提法", ("提法", "成员")),
    "staff": ("采编", ("姓名",)),
}


@cache
def sheets() -> dict[str, list[tuple[str, ...]]]:
    """Each sheet by its name: the heads of its columns, then its rows."""
    kept = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    made: dict[str, list[tuple[str, ...]]] = {}
    for key, (sheet, columns) in COLUMNS.items():
        rows = [tuple(cell.strip() for cell in line.split("|")) for line in kept[key].strip().splitlines()]
        if odd := [row for row in rows if len(row) != len(columns)]:
            raise ValueError(f"demo/register.toml：{key} 里这一行应有 {len(columns)} 格：{' | '.join(odd[0])}")
        made[sheet] = [columns, *rows]
    return made
