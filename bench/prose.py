"""`hemei bench prose`: how fast the proofreading is, and how often it is right, on sentences that others marked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.slips import SLIPS, tried
from demo import archive
from hemei.prose.proof import Copy, proof

CHARACTERS: Final = 1_000_000
STORY: Final = 3_000
RUNS: Final = 5
LOUD: Final = ("block", "warn")


class NoData(ValueError):
    """A file that is not a list of marked sentences."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence, and which of its characters are wrong: none in one that is right."""

    text: str
    wrong: frozenset[int]


def bench(files: Sequence[Path], *, mutations: bool = False, as_json: bool) -> int:
    """Measure and tell: speed, how often it is right on these files, and on slips that are made. Raises NoData."""
    data = {str(path): list(_marked(path)) for path in files}
    figures: dict[str, Any] = {**_speed(), "data": {name: judged(of) for name, of in data.items()}}
    if mutations:
        figures["mutations"] = {family: _slips(family) for family in SLIPS}
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
        return 0
    print(f"校对全部规则，一个核心：每秒 {figures['chars_per_s']:,} 字；{STORY:,} 字的稿子 {figures['story_ms']} 毫秒")
    for name, told in figures["data"].items():
        print(
            f"{name}：{len(data[name]):,} 句，准确 {_share(told['precision'])}，检出 {_share(told['recall'])}，"
            f"F1 {_share(told['f1'])}；没有错的句子误报 {_share(told['false_alarm_rate'], 2)}"
        )
    if mutations:
        print("\n| 门类 | 造错 | 检出 | 准确 | 没有错的 | 误报 |\n|---|--:|--:|--:|--:|--:|")
    for family, told in figures.get("mutations", {}).items():
        print(
            f"| {family} | {told['made']:,} | {_share(told['recall'])} | {_share(told['precision'])} "
            f"| {told['clean']:,} | {told['alarms']} |"
        )
    return 0


def _slips(family: str) -> dict[str, float | None]:
    """Of slips that are made: the share that the rule for it finds (recall), and of all that is doubted in these copies the
    share that touches a slip (precision); how many clean copies were looked through, and how many of them were doubted."""
    came = tried(family, SLIPS[family])
    return {
        "made": came.made,
        "recall": _rounded(came.recall),
        "precision": _rounded(came.there / (came.there + came.elsewhere)),
        "clean": came.clean,
        "alarms": len(came.alarms),
    }


def judged(sentences: Iterable[Marked]) -> dict[str, float | None]:
    """Of sentences that are doubted at level block or warn, how many are wrong there (precision); of wrong ones how many are
    doubted at a wrong character (recall); of right ones how many are doubted (false alarms). None where there are none."""
    right = wrong = alarms = hits = elsewhere = 0
    for each in sentences:
        loud = [found for found in proof(Copy.plain(each.text)) if found.level in LOUD]
        if not each.wrong:
            right, alarms = right + 1, alarms + bool(loud)
            continue
        wrong += 1
        # what is missing between two characters is doubted beside it
        hit = any(not each.wrong.isdisjoint(range(found.start - 1, found.end + 1)) for found in loud)
        hits, elsewhere = hits + hit, elsewhere + (bool(loud) and not hit)
    doubted = hits + alarms + elsewhere
    precision = hits / doubted if doubted else None
    recall = hits / wrong if wrong else None
    both = (precision or 0) + (recall or 0)
    return {
        "precision": _rounded(precision),
        "recall": _rounded(recall),
        "f1": _rounded(2 * (precision or 0) * (recall or 0) / both if both else None),
        "false_alarm_rate": _rounded(alarms / right if right else None),
    }


def _marked(path: Path) -> Iterator[Marked]:
    """Records of {original_text, correct_text} or {source, target}: what differs is wrong. Raises NoData."""
    try:
        records = json.loads(path.read_bytes())
        for record in records:
            text = record.get("original_text", record.get("source"))
            right = record.get("correct_text", record.get("target"))
            same = len(text) == len(right)
            wrong = {at for at, pair in enumerate(zip(text, right, strict=False)) if pair[0] != pair[1]}
            if not same:
                wrong = {min(wrong, default=min(len(text), len(right)))}
            yield Marked(text, frozenset(wrong))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise NoData(f"{path} 不是标注过的句子（JSON 列表，每项有 original_text 和 correct_text）：{error}") from error


def _speed() -> dict[str, float]:
    """Characters a second through all rules, and milliseconds for one story of usual length, the median of five runs."""
    text = _text(CHARACTERS)
    story = text[:STORY]
    whole, one = [], []
    for _ in range(RUNS):
        began = time.process_time()  # what else runs on this machine takes nothing from the core that is meant
        proof(Copy.plain(text))
        whole.append(time.process_time() - began)
        began = time.perf_counter()
        proof(Copy.plain(story))
        one.append(time.perf_counter() - began)
    return {"chars_per_s": round(len(text) / median(whole)), "story_ms": round(median(one) * 1000, 2)}


def _text(length: int) -> str:
    """So many characters of the invented county's stories."""
    lines: list[str] = []
    size = 0
    for draft in archive.archive(10 * length // STORY):
        for block in draft["body"]:
            if block["kind"] == "paragraph":
                lines.append("".join(run["t"] for run in block["runs"]))
                size += len(lines[-1]) + 1
        if size > length:
            break
    return "\n".join(lines)[:length]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _share(share: float | None, places: int = 1) -> str:
    return "—" if share is None else f"{share:.{places}%}"
