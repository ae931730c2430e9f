"""A full build of ours beside Hugo's, of the same signed stories, one after the other in turns.

Ours prints every page anew into an empty store, records what each page read, syncs, and compares the root with the live
edition's. Hugo's is one `hugo build` into an empty folder; it does not sync, so that what it takes to have its files on the
disk as ours are is measured right behind it. Both are whole programs, start included.
Since our store is no folder of pages, how long it takes to write one (`hemei press export`, synced) is measured beside it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import hugo, signed, watch
from hemei.press.look import status
from hemei.press.switch import export


@dataclass(frozen=True, slots=True)
class Side:
    """The runs of one side, in their order, and what each of them wrote."""

    costs: tuple[watch.Cost, ...]
    files: int
    bytes: int
    synced: tuple[float, ...] = ()
    """Seconds of syncing: part of each run of ours, behind each of Hugo's."""
    exported: tuple[float, ...] = ()
    """Seconds that it took to write what was built as a folder."""


def sides(
    home: Path, source: Path | None, aside: Path, runs: int, show: Callable[[str], None]
) -> tuple[Side, Side | None]:
    """So many runs of each side in turns; the second is None without a Hugo `source`.

    What a run wrote is only moved `aside`: on ext4, files made just after many were deleted come up to ten times slower.
    """
    program = hugo.program() if source else None
    ours: list[watch.Cost] = []
    exported: list[float] = []
    theirs: list[watch.Cost] = []
    safe: list[float] = []
    for number in range(1, runs + 1):
        os.rename(home / "press" / "store", aside / f"store-{number}")
        os.sync()
        ours.append(watch.run([sys.executable, "-m", "bench.full", str(home)], _environment()))
        folder = str(aside / f"ours-{number}")
        exported.append(watch.run([sys.executable, "-m", "bench.full", str(home), folder], _environment()).seconds)
        show(f"全部重印第 {number} 遍：和媒 {ours[-1].seconds:.1f} 秒，另导出成目录 {exported[-1]:.1f} 秒")
        if program and source:
            os.sync()
            theirs.append(
                watch.run(
                    [str(program), "build", "--source", str(source), "--destination", str(aside / f"hugo-{number}")]
                )
            )
            began = time.perf_counter()
            os.sync()
            safe.append(time.perf_counter() - began)
            show(f"全部重印第 {number} 遍：Hugo {theirs[-1].seconds:.1f} 秒，另落盘 {safe[-1]:.1f} 秒")
    made = status(home)
    synced = tuple(json.loads(cost.said)["synced"] for cost in ours)
    us = Side(tuple(ours), made["files"], made["bytes"], synced, tuple(exported))
    return us, Side(tuple(theirs), *_counted(aside / f"hugo-{runs}"), tuple(safe)) if theirs else None


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


def _counted(folder: Path) -> tuple[int, int]:
    """Files below a folder, and their bytes."""
    sizes = [os.path.getsize(os.path.join(where, name)) for where, _, names in os.walk(folder) for name in names]
    return len(sizes), sum(sizes)


def main(home: Path) -> None:
    disk = watch.Timed()
    press = signed.open_press(home, disk)
    root = press.build_full()
    assert root == press.root()
    press.close()
    print(json.dumps({"synced": disk.synced}))


if __name__ == "__main__":
    from hemei.sqlite import swap

    swap()
    if len(sys.argv) > 2:
        export(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
