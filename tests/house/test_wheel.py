"""The wheel holds the whole program: what is tracked under hemei/, demo/ and bench/, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from tests.house.test_front import ROOT

BESIDE = ("pyproject.toml", "README.md", "LICENSE")


def tracked() -> set[str]:
    told = subprocess.run(["git", "ls-files", "-z", "hemei", "demo", "bench"], cwd=ROOT, check=True, capture_output=True)
    return set(told.stdout.decode().split("\0")) - {""}


def test_a_wheel_has_every_tracked_file_of_the_program_and_the_demo_with_its_bytes(tmp_path: Path) -> None:
    """Built from a copy, without the network: a build in place would leave its scraps in the tree."""
    wanted = tracked()
    for name in (*wanted, *BESIDE):
        place = tmp_path / "source" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--wheel-dir", tmp_path, tmp_path / "source"],
        check=True,
    )  # fmt: skip
    (made,) = tmp_path.glob("hemei-*.whl")
    with zipfile.ZipFile(made) as wheel:
        there = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert (sorted(wanted - there), sorted(there - wanted)) == ([], [])
        assert [name for name in sorted(wanted) if wheel.read(name) != (ROOT / name).read_bytes()] == []
        assert b"hemei = hemei.cli:main" in wheel.read(
            f"{'-'.join(made.name.split('-')[:2])}.dist-info/entry_points.txt"
        )
    kinds = Counter(PurePosixPath(name).suffix for name in there)
    assert not [
        kind for kind in (".py", ".html", ".css", ".js", ".svg", ".mo", ".po", ".toml", ".jpg") if not kinds[kind]
    ]
