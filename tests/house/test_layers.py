"""The house's ground plan: imports look down only, and so do the foreign keys that no import shows."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "ParentalManyToManyField"}
NOT_OURS = {".git", ".venv", "var", "build", "dist", "__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache",
            ".ruff_cache", ".import_linter_cache", "hemei.egg-info"}  # fmt: skip


def rooms() -> list[set[str]]:
    """The rooms from the top down, as the import contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    split = [{name.strip().rpartition(".")[2] for name in re.split(r"[|:]", layer)} for layer in layers]
    return [layer for layer, line in zip(split, layers, strict=True) if "hemei.rooms." in line]


def below(room: str) -> set[str]:
    """The room itself and those under it."""
    order = rooms()
    at = next(number for number, layer in enumerate(order) if room in layer)
    return {room}.union(*order[at + 1 :])


def named(source: str) -> Iterator[tuple[int, str]]:
    """Line and room of every reference by string: relation fields, and what a migration leans on."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            targets = [*node.args[:1], *(word.value for word in node.keywords if word.arg in ("to", "through"))]
            for target in targets if name in RELATIONS else ():
                if isinstance(target, ast.Constant) and "." in str(target.value):
                    yield node.lineno, str(target.value).partition(".")[0]
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "dependencies":
            for pair in ast.walk(node.value):
                if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[0], ast.Constant):
                    yield node.lineno, str(pair.elts[0].value)


def upward(room: str, source: str) -> list[tuple[int, str]]:
    ours = set().union(*rooms())
    return [(line, other) for line, other in named(source) if other in ours and other not in below(room)]


def test_imports_look_down_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_foreign_keys_and_migrations_look_down_only() -> None:
    looked = 0
    for path in sorted((ROOT / "hemei" / "rooms").glob("*/**/*.py")):
        room = path.relative_to(ROOT / "hemei" / "rooms").parts[0]
        if room not in set().union(*rooms()):
            continue
        looked += 1
        assert upward(room, path.read_text()) == [], path
    assert looked > 20


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = models.ForeignKey("newsroom.Story", models.CASCADE)', ["newsroom"]),
        ('x = models.ManyToManyField(to="pressroom.Edition")', ["pressroom"]),
        ('class Migration:\n    dependencies = [("newsroom", "0001"), ("auth", "0012")]', ["newsroom"]),
        ('x = models.ForeignKey("people.Post", models.CASCADE)', []),
        ('x = models.ForeignKey("self", models.CASCADE)', []),
    ],
)
def test_a_look_upward_would_be_found(source: str, found: list[str]) -> None:
    assert [room for _, room in upward("library", source)] == found


def texts() -> Iterator[tuple[Path, str]]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in names:
            path = Path(folder, name)
            if path.suffix in {
                ".py",
                ".md",
                ".toml",
                ".txt",
                ".sh",
                ".html",
                ".css",
                ".js",
                ".json",
                ".po",
                ".xml",
                "",
            }:
                yield path, path.read_text(errors="replace")


def test_nothing_names_a_folder_of_the_machine_it_was_made_on() -> None:
    pattern = re.compile(
        "(?<![\\w.])(?:" + "|".join("/" + name for name in ("work/", "root/", "home/[a-z]", "Users/")) + ")"
    )
    found = {path.relative_to(ROOT).as_posix(): hit.group() for path, text in texts() if (hit := pattern.search(text))}
    assert found == {}


def test_files_stay_short_and_none_is_a_drawer_for_everything() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path, text in texts()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "hemei") and (lines := text.count("\n")) > 440
        and "migrations" not in path.parts
    }  # fmt: skip
    drawers = [p for p, _ in texts() if p.stem in {"utils", "helpers", "common", "manager"} and p.suffix == ".py"]
    assert (long, drawers) == ({}, [])
