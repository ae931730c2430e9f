"""What a program costs: seconds from its start to its end, and the most memory that it and its children held at once."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hemei.press.sheets import Connection
from hemei.press.store import Disk

EVERY: Final = 0.2
"""Seconds between two looks at the memory, at the least."""
SPARED: Final = 30
"""A look holds up what it looks at: so many times as long as it took nobody looks again."""


class Failed(RuntimeError):
    """A program that was to be measured ended badly."""


class Timed(Disk):
    """A disk that knows how long making things safe has taken, in seconds."""

    synced = 0.0

    def sync(self, path: Path) -> None:
        began = time.perf_counter()
        super().sync(path)
        self.synced += time.perf_counter() - began

    def sync_all(self, folder: Path) -> None:
        began = time.perf_counter()
        super().sync_all(folder)
        self.synced += time.perf_counter() - began

    def commit(self, db: Connection) -> None:
        began = time.perf_counter()
        super().commit(db)
        self.synced += time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Cost:
    """One run. `megabytes` is the highest sum of the proportional set sizes (PSS) over the tree of processes."""

    seconds: float
    processor: float
    """Seconds of all cores."""
    megabytes: float
    said: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end. Raises Failed when it does not end well."""
    began, used = time.perf_counter(), _processor()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    most, over = 0.0, threading.Event()

    def look() -> None:
        nonlocal most
        pause = EVERY
        while not over.wait(pause):
            looked = time.perf_counter()
            most = max(most, memory(process.pid))
            pause = max(EVERY, SPARED * (time.perf_counter() - looked))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    out, wrong = process.communicate()
    seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    if process.returncode:
        raise Failed(f"{command[0]} 没有做成：{(wrong or out)[-2000:]}")
    return Cost(seconds, _processor() - used, most, out)


def memory(root: int) -> float:
    """Megabytes that a process and all its descendants hold now: what they share is counted once between them."""
    total, waiting = 0, [root]
    while waiting:
        place = Path(f"/proc/{waiting.pop()}")
        try:
            told = (place / "smaps_rollup").read_text()
            waiting += [
                int(child) for task in (place / "task").iterdir() for child in (task / "children").read_text().split()
            ]
        except OSError:
            continue  # it has ended
        total += next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024


def _processor() -> float:
    """Seconds that our children, and theirs, have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
