"""What the newsroom decides: pure functions on plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hemei.rooms.newsroom.together import align
from hemei.rooms.review.rules import STAGES

EDITING = frozenset({"reporter", "first", "second", "final"})


def may_edit(
    *, state: str, person: str, posts: Collection[str], hands: Collection[str], stage: str | None
) -> str | None:
    """None when this person may change the words now; else why not, and what to do."""
    if not EDITING & set(posts):
        return "你没有采编岗位，不能改稿。"
    if state in ("draft", "released", "withdrawn"):
        return None
    if state == "spiked":
        return "这篇稿子已毙。要用它，请先恢复为草稿。"
    if state == "timed":
        return "这篇稿子已定时签发，等待刊出。要改请先取消定时，再退稿。"
    if state == "ready":
        return "三审已齐，等待签发。要改请先退稿。"
    if stage is None or stage not in posts:
        return "稿子正在审稿，只有当前一级的审稿人可以改。要改请让审稿人退稿。"
    if person in hands:
        return "这篇稿子你写过或改过，审稿期间不能再改；请让审稿人退稿。"
    return None


def may_send_back(*, state: str, posts: Collection[str]) -> str | None:
    """None when this person may send the story back or spike it."""
    if state not in ("review", "ready"):
        return "这篇稿子现在不在审稿中。"
    return None if set(STAGES) & set(posts) else "只有审稿人可以退稿或毙稿。"


def stage_to_give(*, needed: Sequence[str], given: Collection[str], posts: Collection[str], lapsed: bool) -> str | None:
    """The stage that this person is to give: the next one missing; after stamps lapsed, any missing one whose post is held.

    None when all are given.
    """
    missing = [stage for stage in needed if stage not in given]
    own = [stage for stage in missing if stage in posts]
    return own[0] if own and lapsed else next(iter(missing), None)


def in_byline(byline: str, people: Collection[tuple[str, str]]) -> frozenset[str]:
    """The roster ids of those whose names stand in the byline, also when set apart as in 王　帆. ``people``: (id, name)."""
    shown = _close(byline)
    return frozenset(person for person, name in people if _close(name) and _close(name) in shown)


def _close(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and not character.isspace())


def lines(story: dict[str, Any], pictures: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Every word of a story, a line each: (what it is, words). What a reviewer compares.

    ``pictures``: what each picture is called, by its digest; without a name it goes by the digest's first digits.
    """
    called = pictures or {}
    fields = [
        ("眉题", "kicker"), ("主题", "headline"), ("副题", "deck"), ("电头", "dateline"), ("署名", "byline"),
        ("责任编辑", "editor"), ("来源", "source"), ("日期", "date"), ("栏目", "section"),
    ]  # fmt: skip
    made = [(label, str(story[name])) for label, name in fields if story[name]]
    made += [("更正", line) for line in story["correction"].split("\n") if line]
    made += [("标签", word) for word in story["tags"]] + [("要点", line) for line in story["gist"]]
    if story["lead"]:
        made.append(("题图", _picture(story["lead"], called)))
    for block in story["body"]:
        made += _block(block, called)
    return made


def _block(block: dict[str, Any], called: Mapping[str, str]) -> list[tuple[str, str]]:
    kind = block["kind"]
    if kind == "paragraph":
        return [("正文", _runs(block["runs"]))]
    if kind == "heading":
        return [("小标题", block["text"])]
    if kind == "list":
        return [("列项", _runs(item)) for item in block["items"]]
    if kind == "quote":
        return [("引文", block["text"] + (f" —— {block['cite']}" if block["cite"] else ""))]
    if kind == "picture":
        return [("图片", _picture(block, called))]
    return [("表题", block["caption"])] + [("表格", " | ".join(row)) for row in [block["head"], *block["rows"]]]


def _runs(runs: list[dict[str, Any]]) -> str:
    return "".join(run["t"] + (f"〔{run['href']}〕" if run.get("href") else "") for run in runs)


def _picture(picture: dict[str, Any], called: Mapping[str, str]) -> str:
    name = called.get(picture["master"], picture["master"][:8])
    words = [f"〔{name}〕", picture["caption"], picture["alt"], picture["credit"]]
    if picture["crop"]:
        words.append(f"裁切 {picture['crop']}")
    if picture["focus"]:
        words.append(f"焦点 {picture['focus']}")
    return "／".join(word for word in words if word)


Change = tuple[str, str, tuple[tuple[str, str], ...]]
"""(what it is, "same" | "added" | "removed" | "changed", pieces of ("same" | "added" | "removed", words))"""


def difference(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[Change]:
    """What changed between two states of a story, line by line, and within a changed line character by character.

    Bounded for words of any length: what is too long to be compared by characters is compared by clauses.
    """
    made: list[Change] = []
    left = align.Allowance()
    for tag, a, b, c, d in align.changes(before, after):
        if tag == "equal":
            made += [(label, "same", (("same", words),)) for label, words in after[c:d]]
            continue
        paired = min(b - a, d - c)
        for (_, old), (label, new) in zip(before[a : a + paired], after[c : c + paired], strict=True):
            made.append((label, "changed", align.within(old, new, left)))
        made += [(label, "removed", (("removed", words),)) for label, words in before[a + paired : b]]
        made += [(label, "added", (("added", words),)) for label, words in after[c + paired : d]]
    return made
