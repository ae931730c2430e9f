"""`hemei verify`: its exit codes, which key it trusts, what it prints and what it remembers."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hemei.seal.command import main
from hemei.seal.keys import public_hex
from hemei.seal.tree import RESERVED
from tests.works.vectors.make import CAST, ROOT, Site

Said = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that has the site's root key."""
    made = tmp_path / "home"
    (made / "keys").mkdir(parents=True)
    (made / "keys/root.pub").write_text(public_hex(ROOT) + "\n")
    return made


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that was sealed a minute ago: the command reads the real clock."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    return Site(time=now, fresh=now, number=3).write(tmp_path / "site")


def test_genuine_is_0_bad_is_1_and_both_are_told_in_chinese(home: Path, site: Path, capsys: Said):
    assert main([str(site)], home) == 0
    assert "真实：第 3 版，5 个文件" in capsys.readouterr().out
    (site / "index.html").write_bytes(b"x")
    assert main([str(site)], home) == 1
    said = capsys.readouterr().out
    assert "不真实：第 3 版，有 1 处不符" in said
    assert "index.html：内容被改动" in said


def test_json_is_the_contract_and_no_more(home: Path, site: Path, capsys: Said):
    (site / "evil\x1b[2J.html").write_bytes(b"x")
    assert main([str(site), "--json"], home) == 1
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["ok", "edition", "root", "files", "current", "bad"]
    assert (said["ok"], said["edition"], said["files"], said["current"]) == (False, 3, 5, False)
    assert said["bad"] == [{"path": "evil\\x1b[2J.html", "why": "多出来的文件，不在封存的版次里"}]


def test_old_is_genuine_but_not_fresh(home: Path, tmp_path: Path, capsys: Said):
    folder = Site().write(tmp_path / "old")
    assert main([str(folder)], home) == 0
    assert "2025-03-05 09:30 之后没有再确认过" in capsys.readouterr().out
    assert main([str(folder), "--fresh"], home) == 1


def test_an_older_edition_at_the_same_address_is_rolled_back(home: Path, site: Path, capsys: Said):
    assert main([str(site)], home) == 0
    now = datetime.now(UTC) - timedelta(minutes=1)
    Site(time=now, fresh=now, number=2).write(site)
    assert main([str(site)], home) == 1
    assert "版次倒退" in capsys.readouterr().out
    Site(time=now, fresh=now, number=4).write(site)
    assert main([str(site)], home) == 0


def test_the_key_is_the_given_one_then_the_homes_then_the_remembered(home: Path, site: Path, tmp_path: Path):
    other = tmp_path / "other.pub"
    other.write_text(public_hex(CAST["wang"]))
    assert main([str(site), "--key", str(other)], home) == 1
    right = tmp_path / "right.pub"
    right.write_text(public_hex(ROOT))
    bare = tmp_path / "bare"
    assert main([str(site)], bare) == 2
    assert main([str(site), f"--key={right}"], bare) == 0
    assert main([str(site)], bare) == 0
    assert main([str(tmp_path)], bare) == 2


def test_without_a_key_of_ones_own_nothing_is_proved_and_that_is_said(site: Path, tmp_path: Path, capsys: Said):
    assert main([str(site)], tmp_path / "bare") == 2
    assert "只能证明它前后一致" in capsys.readouterr().err
    assert main([str(site), "--json"], tmp_path / "bare") == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["edition"]) == (False, None)
    assert not (tmp_path / "bare").exists()


@pytest.mark.parametrize(
    "words", [[], ["a", "b"], ["--what", "a"], ["a", "--key"], ["nowhere"], ["ftp://x/"], ["http://127.0.0.1:1/"]]
)
def test_what_cannot_be_checked_is_2_in_chinese(words: list[str], home: Path, capsys: Said):
    assert main(words, home) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("未能核对：")


@pytest.mark.parametrize("text", ["", "zz", public_hex(ROOT)[:-1], public_hex(ROOT).upper(), "根"])
def test_what_is_no_key_is_2(text: str, home: Path, site: Path, capsys: Said):
    (home / "keys/root.pub").write_text(text)
    assert main([str(site)], home) == 2
    assert "不是根公钥" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x":{}}', "[" * 100_000])
def test_a_damaged_memory_is_not_quietly_forgotten(text: str, home: Path, site: Path, capsys: Said):
    (home / "remembered.json").write_text(text)
    assert main([str(site)], home) == 2
    assert "已损坏" in capsys.readouterr().err
    assert (home / "remembered.json").read_text() == text


def test_what_is_remembered_is_the_highest_and_never_a_forgery(home: Path, site: Path):
    assert main([str(site)], home) == 0
    first = (home / "remembered.json").read_bytes()
    (site / f"{RESERVED}edition.json").write_bytes(b"{}")
    assert main([str(site)], home) == 1
    assert (home / "remembered.json").read_bytes() == first
    assert json.loads(first)[str(site)]["number"] == 3


def test_it_needs_no_django_and_no_more_of_us_than_the_seal():
    code = "import sys, hemei.seal.command; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"django", "wagtail", "asyncio", "PIL", "lxml"} & set(loaded)
    assert {each.split(".")[1] for each in loaded if each.startswith("hemei.")} == {"seal"}
