"""What the register decides: who may look and change, and what may be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hemei.prose.lines import Line, Plan, Problem

LOOKING = frozenset({"reporter", "first", "second", "final"})
CHANGING = frozenset({"first", "second", "final"})
NAMED = 3
"""How many problems a refusal names."""


def may_change(posts: Collection[str]) -> str | None:
    """None when these posts may change the register; else why not."""
    return None if CHANGING & set(posts) else "名录由初审、复审、终审人员维护。发现不对，请告诉他们。"


def may_undo(*, undone: bool, later: int) -> str | None:
    """None when a change may be undone. `later`: how many of its lines were changed again since."""
    if undone:
        return "这次改动已经撤销过了。"
    return f"其中 {later} 行后来又改过，不能直接撤销。请先撤销后来的改动。" if later else None


def refusal(problems: Iterable[Problem]) -> str:
    """What to tell whoever wrote a line by hand; empty when nothing keeps it from standing."""
    wrong = [each.words for each in problems if not each.note]
    more = f"等 {len(wrong)} 处" if len(wrong) > NAMED else ""
    return "；".join(wrong[:NAMED]) + more + "。" if wrong else ""


def in_words(plan: Plan) -> str:
    """What taking a plan did: 新增 3 行，改动 1 行（其中离任 1 人次）."""
    told = [f"新增 {len(plan.added)} 行"] if plan.added else []
    if plan.changed:
        ended = f"（其中离任 {len(plan.ended)} 行）" if plan.ended else ""
        told.append(f"改动 {len(plan.changed)} 行{ended}")
    return "，".join(told) or "没有变化"


def line_in_words(line: Line) -> str:
    """A line for the record: 县长 周文清（2024-03-01 起）."""
    if line.sheet != "人员":
        return "：".join(filter(None, line.cells()))
    since, until = line.said[5], line.said[6]
    term = f"（{since or ''} — {until or ''}）" if since or until else ""
    return f"{line.who} {line.said[2]}{line.said[3]}{term}".strip()
