"""`hemei bench press`: the figures that we claim for the press, each measured beside its peer."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from bench import change, full, hugo, serving, signed, verify

PARTS: Final = ("full", "verify", "serve", "change")
"""In the order in which they are measured: changes come last, for they change the archive."""
SIZES: Final = (1_000, 10_000, 100_000)
MILLION: Final = 1_000_000
LOT: Final = 4_000
"""Orders in one edition while a home is filled, as many as the house gives its press at once."""
CHANGES: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure: parts, stories of the archive, runs of each side, and whether a million is changed too."""

    parts: Sequence[str]
    stories: int
    runs: int
    million: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """A home in which so many stories were printed, and what will be changed in it."""

    home: Path
    plan: change.Plan


def bench(asked: Asked, *, as_json: bool) -> int:
    """Measure and tell. Everything is made in a temporary folder (TMPDIR), which goes at the end."""
    with tempfile.TemporaryDirectory(prefix="hemei-bench-") as folder:
        bench = _Bench(asked, Path(folder))
        for part in PARTS:
            if part in asked.parts:
                getattr(bench, part)()
        # before the folder goes: that takes its time
        print(json.dumps(bench.figures) if as_json else "\n".join(bench.table), flush=True)
    return 0


class _Bench:
    """The parts, one after the other; a home is filled once for all that need it, and changed last."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        self.asked, self.folder = asked, folder
        self.figures: dict[str, Any] = {}
        self.table: list[str] = []
        self._archives: dict[int, Archive] = {}

    def full(self) -> None:
        """Everything printed anew, beside Hugo."""
        source = self.folder / "hugo" if hugo.program() else None
        if not source:
            _show(hugo.INSTALL)
        aside = self.folder / "aside"
        aside.mkdir()
        archive = self._archive(self.asked.stories, hugo.Site(source) if source else None)
        ours, theirs = full.sides(archive.home, source, aside, self.asked.runs, _show)
        ours_s, hugo_s = _seconds(ours), _seconds(theirs) if theirs else None
        self.figures["full"] = {
            "ours_s": round(ours_s, 2),
            "hugo_s": round(hugo_s, 2) if hugo_s else None,
            "speed_ratio": round(hugo_s / ours_s, 2) if hugo_s else None,
            "synced_ratio": round(_safe(theirs) / ours_s, 2) if theirs else None,
            "ours_mb": round(_megabytes(ours)),
            "hugo_mb": round(_megabytes(theirs)) if theirs else None,
        }
        synced = median(share / cost.seconds for share, cost in zip(ours.synced, ours.costs, strict=True))
        self.table += [
            f"全部重印 {self.asked.stories:,} 篇，各 {self.asked.runs} 遍，轮流进行（中位数，括号里是最小—最大）",
            f"  和媒  {_side(ours)}，其中落盘（fsync）占 {synced:.0%}",
            f"        另导出成目录（落盘）{median(ours.exported):.1f} 秒（{min(ours.exported):.1f}—{max(ours.exported):.1f}）",
            f"  Hugo  {_side(theirs)}，不落盘；连落盘 {_safe(theirs):.1f} 秒" if theirs else f"  Hugo  {hugo.INSTALL}",
        ]
        if theirs and hugo_s:
            self.table.append(
                f"  速度之比 {hugo_s / ours_s:.2f}（都落盘 {_safe(theirs) / ours_s:.2f}），内存之比 {_megabytes(ours) / _megabytes(theirs):.2f}，"
                f"文件数之比 {ours.files / theirs.files:.2f}，字节数之比 {ours.bytes / theirs.bytes:.2f}"
            )

    def verify(self) -> None:
        """The seal of whole folders checked."""
        place = self.folder / "verify"
        place.mkdir()
        _show("正在量核对的速度")
        told = verify.bench(
            place, min(20_000, self.asked.stories), 50 if self.asked.stories >= SIZES[1] else 10, self.asked.runs
        )
        self.figures["verify"] = {name: told[name] for name in ("pages_gb_s", "large_gb_s")}
        self.table += [
            f"核对（每核每秒）：10 KB 的网页 {told['pages_gb_s']:.2f} GB，4 MB 的文件 {told['large_gb_s']:.2f} GB"
        ]

    def serve(self) -> None:
        """The embedded server beside nginx."""
        if not serving.tools():
            _show(serving.INSTALL)
            self.figures["serve"] = dict.fromkeys(("ours_rps", "nginx_rps", "ratio"))
            self.table.append(f"服务器：{serving.INSTALL}")
            return
        home = self._archive(self.asked.stories).home
        seconds = 10 if self.asked.stories >= SIZES[1] else 1
        rates = serving.rates(home, self.folder / "serve", self.asked.runs, seconds, _show)
        ours, nginx = (median(rates[name]) for name in ("ours", "nginx"))
        self.figures["serve"] = {"ours_rps": round(ours), "nginx_rps": round(nginx), "ratio": round(ours / nginx, 3)}
        self.table += [
            f"服务器，{self.asked.stories:,} 篇，各用一个核心，各 {self.asked.runs} 遍（每秒请求数的中位数，括号里是最小—最大）",
            *(f"  {name}  {median(of):,.0f}（{min(of):,.0f}—{max(of):,.0f}）" for name, of in rates.items()),
            f"  之比 {ours / nginx:.2f}",
        ]

    def change(self) -> None:
        """One change at a time, at every size."""
        sizes = [size for size in SIZES if size <= self.asked.stories] or [self.asked.stories]
        told = self.figures["change"] = {}
        self.table.append("一处改动，从收到印单到签封上线（毫秒：p50 / p95 / p99，最长）")
        for size in [*sizes, *([MILLION] if self.asked.million else [])]:
            archive = self._archive(size)
            _show(f"{size:,} 篇：每种改动 {archive.plan.changes} 处")
            took, synced = change.measure(archive.home, archive.plan)
            told[str(size)] = {kind: _percentiles(times) for kind, times in took.items()}
            for kind, name in change.KINDS.items():
                p50, p95, p99 = told[str(size)][kind].values()
                self.table.append(
                    f"  {size:>9,} 篇  {name:　<4}  {p50:.1f} / {p95:.1f} / {p99:.1f}，{max(took[kind]):.1f}"
                )
            self.table.append(f"  {size:>9,} 篇  其中文件落盘（fsync）占 {synced:.0%}")

    def _archive(self, count: int, site: hugo.Site | None = None) -> Archive:
        """A home with so many stories, printed; and the same stories for Hugo."""
        if count in self._archives:
            return self._archives[count]
        home = self.folder / f"home-{count}"
        signed.found(home)
        archive = self._archives[count] = Archive(home, change.Plan(count, CHANGES))
        press = signed.open_press(home)
        press.publish([signed.setting()])
        orders, done = signed.stories(count), 0
        while lot := list(islice(orders, LOT)):
            _, refused = press.publish(lot)
            if refused:
                raise change.NotCarriedOut(next(iter(refused.values())))
            archive.plan.note(lot)
            if site:
                site.add(lot)
            done += len(lot)
            _show(f"已签发付印 {done:,}/{count:,} 篇")
        press.close()
        return archive


def _show(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _safe(side: full.Side) -> float:
    """Seconds until everything is on the disk, for a side that syncs behind its runs."""
    return median(cost.seconds + synced for cost, synced in zip(side.costs, side.synced, strict=True))


def _seconds(side: full.Side) -> float:
    return median(cost.seconds for cost in side.costs)


def _megabytes(side: full.Side) -> float:
    return median(cost.megabytes for cost in side.costs)


def _side(side: full.Side) -> str:
    seconds = sorted(cost.seconds for cost in side.costs)
    processor = median(cost.processor for cost in side.costs)
    return (
        f"{_seconds(side):.1f} 秒（{seconds[0]:.1f}—{seconds[-1]:.1f}），处理器 {processor:.1f} 秒，"
        f"内存 {_megabytes(side):,.0f} MB，{side.files:,} 个文件，{side.bytes / 1e6:,.0f} MB"
    )


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(times, n=100, method="inclusive")
    return {f"p{cut}_ms": round(cuts[cut - 1], 2) for cut in (50, 95, 99)}
