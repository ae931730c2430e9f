"""How fast a sealed folder is checked, beside `openssl dgst` and `sha256sum` over the same files: `python -m bench.verify`.

Two sites, signed by our own seal code: many pages of some 10 KB, and few files of several MB. Each run checks a whole
site in a warm cache; runs of ours and of the peer take turns. GB/s a core are bytes by the seconds of processor that a run
took, kernel included, so that what else the machine does disturbs them little; the wall's seconds are told beside.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hemei.seal.bundles import bundles
from hemei.seal.digest import digest
from hemei.seal.keys import public, public_hex, sign, site_id
from hemei.seal.roster import Keys, PersonKey, Roster, keys_file
from hemei.seal.sources import Folder
from hemei.seal.statement import Edition, Freshness
from hemei.seal.tree import RESERVED, Kept, Leaf, update
from hemei.seal.verify import verify

ROOT, PRESS = b"\1" * 32, b"\2" * 32
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _lay(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def sealed(folder: Path, count: int, size: int, path: str) -> int:
    """Write a sealed site of `count` files of about `size` bytes, at `path` with {n}; gives how many bytes they have."""
    text = os.urandom(size // 2).hex().encode()
    leaves, total = {}, 0
    for number in range(count):
        data = b"%d " % number + text
        name = path.format(n=number)
        _lay(folder, name, data)
        leaves[name] = Leaf(name, len(data), digest(data))
        total += len(data)
    nodes, site = Kept(), site_id(public(ROOT))
    root = update(nodes, leaves)
    keys = Keys(site, 1, NOW, public_hex(ROOT), (PersonKey(public_hex(PRESS), NOW, None),))
    statements = {
        "keys": keys_file(sign(ROOT, keys.document())),
        "roster": sign(ROOT, Roster(site, 1, NOW, ()).document()).to_json(),
        "edition": sign(PRESS, Edition(site, 1, root, None, count, total, NOW).document()).to_json(),
        "freshness": sign(PRESS, Freshness(site, 1, root, NOW, NOW + timedelta(days=7)).document()).to_json(),
    }
    for name, data in statements.items():
        _lay(folder, f"{RESERVED}{name}.json", data)
    for name, data in bundles(nodes):
        _lay(folder, f"{RESERVED}tree/{name}", data)
    return total


def ours(folder: Path) -> None:
    """One check of everything, in one thread."""
    report = verify(Folder(folder, 1), public(ROOT), NOW)
    if not report.current:
        raise SystemExit(f"the bench's own site is not genuine: {report.bad[:3]}")


def openssl(folder: Path) -> None:
    """What opening, reading and hashing alone cost, by the same library as ours uses: one process for a thousand files."""
    _each(folder, "openssl", "dgst", "-sha256", "-r")


def sha256sum(folder: Path) -> None:
    """The tool that everybody has; in many distributions it does without the processor's own SHA-256."""
    _each(folder, "sha256sum")


def _each(folder: Path, *command: str) -> None:
    find = subprocess.Popen(["find", folder, "-type", "f", "-print0"], stdout=subprocess.PIPE)
    subprocess.run(["xargs", "-0", "-n", "1000", *command], stdin=find.stdout, stdout=subprocess.DEVNULL, check=True)
    find.wait()


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def timed(work: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """Seconds of the wall and of the processor."""
    wall, processor = time.perf_counter(), _processor()
    work(folder)
    return time.perf_counter() - wall, _processor() - processor


def measured(folder: Path, total: int, runs: int) -> dict[str, Any]:
    """Medians and spread of ours and the peers on one site, their runs taking turns; one unmeasured first for each."""
    contest = [ours, sha256sum, *([openssl] if shutil.which("openssl") else [])]
    times: dict[str, list[tuple[float, float]]] = {work.__name__: [] for work in contest}
    for run in range(runs + 1):
        for work in contest:
            spent = timed(work, folder)
            if run:
                times[work.__name__].append(spent)
    return {name: _said(total, rows) for name, rows in times.items()}


def _said(total: int, rows: Sequence[tuple[float, float]]) -> dict[str, Any]:
    rates = sorted(total / processor / 1e9 for _, processor in rows)
    return {
        "gb_s_core": round(statistics.median(rates), 3),
        "least": round(rates[0], 3),
        "most": round(rates[-1], 3),
        "wall_gb_s": round(statistics.median(total / wall for wall, _ in rows) / 1e9, 3),
    }


def bench(folder: Path, pages: int, large: int, runs: int) -> dict[str, Any]:
    """Build both sites below this folder and measure."""
    many = sealed(folder / "pages", pages, 10_000, "a/{n}/index.html")
    few = sealed(folder / "large", large, 4_000_000, "film/{n}.mp4")
    found = {"pages": measured(folder / "pages", many, runs), "large": measured(folder / "large", few, runs)}
    return {
        "pages_gb_s": found["pages"]["ours"]["gb_s_core"],
        "large_gb_s": found["large"]["ours"]["gb_s_core"],
        "runs": runs,
        **found,
    }


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pages", type=int, default=20_000)
    asked.add_argument("--large", type=int, default=50)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument(
        "--in", dest="folder", type=Path, help="where to build the sites (default: the temporary folder)"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        json.dump(bench(Path(folder), given.pages, given.large, given.runs), sys.stdout, indent=1)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
