"""The documents are true: commands, verbs, settings, words and links are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hemei.cli import VERBS
from hemei.usage import HELP

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_two_commands_on_the_first_screen_are_the_makefiles() -> None:
    first_screen = read("README.md").split("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", first_screen, re.DOTALL)
    assert block
    commands = [line.split("#")[0].split() for line in block[1].splitlines()]
    assert commands == [["make", "run"], ["make", "test"]]
    assert first_screen.count("\n") < 30


def test_every_make_verb_that_is_written_anywhere_exists() -> None:
    verbs = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert verbs >= {"install", "run", "test", "check", "prove", "docs"}
    written = {verb for path in DOCUMENTS for verb in re.findall(r"`make ([a-z]+)", path.read_text())}
    assert written <= verbs
    assert (ROOT / ".ci" / "run").read_text().endswith("exec make test\n")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_is_in_the_run_book(verb: str) -> None:
    assert f"`hemei {verb}" in read("docs/run.md")


def test_every_verb_written_anywhere_exists() -> None:
    for path in DOCUMENTS:
        written = re.findall(r"(?:`|^)(?:[A-Z_]+=\S+ )?hemei ([a-z-]+)", path.read_text(), re.MULTILINE)
        assert set(written) <= set(VERBS), path


def test_help_and_run_book_name_the_same_verbs_of_the_press_and_options() -> None:
    book = read("docs/run.md")
    pressed = set(re.findall(r"^  press ([a-z]+)", HELP, re.MULTILINE))
    assert pressed == set(re.findall(r"^\| `hemei press ([a-z]+)", book, re.MULTILINE))
    assert set(re.findall(r"--[a-z-]+", HELP)) - {"--help"} <= set(re.findall(r"--[a-z-]+", book))


def test_every_setting_is_in_help_and_run_book_with_its_default() -> None:
    code = "".join(path.read_text() for path in (ROOT / "hemei").glob("*.py"))
    read_by_code = set(re.findall(r'"(HEMEI_[A-Z_]+)"', code))
    inner = {"HEMEI_PARENT", "HEMEI_DEMO", "HEMEI_DEBUG"}  # between our own processes, and for developers
    table = dict(re.findall(r"^\| `(HEMEI_[A-Z_]+)` \| (.*?) \|", read("docs/run.md"), re.MULTILINE))
    assert set(table) == read_by_code - inner
    assert set(re.findall(r"^  (HEMEI_[A-Z_]+)", HELP, re.MULTILINE)) == set(table)
    assert (table["HEMEI_PORT"], table["HEMEI_HOST"], table["HEMEI_BEHIND_PROXY"]) == ("`8000`", "`127.0.0.1`", "`0`")


def test_every_word_of_the_glossary_is_in_use() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "hemei").rglob("*.py"))
    rows = re.findall(r"^\| (.+?) \| .+? \| ((?:`\w+` ?)+) \|", read("docs/words.md"), re.MULTILINE)
    assert len(rows) > 25
    unused = {word for _, cell in rows for word in re.findall(r"\w+", cell) if not re.search(rf"\b{word}\b", source)}
    assert unused == set()
    assert len({chinese for chinese, _ in rows}) == len(rows)


def test_every_link_leads_somewhere() -> None:
    looked = 0
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
            if not target.startswith("http"):
                looked += 1
                assert (path.parent / target).exists(), f"{path}: {target}"
    assert looked >= 10


def test_every_module_in_the_house_plan_exists() -> None:
    tree = read("docs/house.md").split("## The tree")[1].split("```")[1]
    for name in re.findall(r"\b([a-z]+\.py)\b", tree):
        assert (ROOT / "hemei" / name).exists() or list((ROOT / "hemei").rglob(name)), name
    for name in re.findall(r"^  ([a-z]+)/ ", tree, re.MULTILINE):
        assert (ROOT / "hemei" / name).is_dir(), name
    for name in re.findall(r"^([a-z]+)/ ", tree, re.MULTILINE):
        assert name == "var" or (ROOT / name).is_dir(), name


def test_editors_documents_are_in_chinese() -> None:
    for name in ("CHANGELOG.md", "docs/run.md"):
        prose = re.sub(r"```.*?```|`[^`]*`", "", read(name), flags=re.DOTALL)
        assert len(re.findall(r"[\u4e00-\u9fff]", prose)) > 8 * len(re.findall(r"\b[A-Za-z]{4,}\b", prose)), name
