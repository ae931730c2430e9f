"""`hemei press sync` as it is typed: what it prints where, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hemei.cli import main
from tests.works.press_sample import TOY, County, Fast

SITE = "http://news.qingtang.example"


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> County:
    monkeypatch.setenv("HEMEI_HOME", str(tmp_path / "var"))
    (tmp_path / "var" / "data").mkdir(parents=True)
    (tmp_path / "var" / "data" / "desk.sqlite3").touch()
    return County(tmp_path / "var", TOY, disk=Fast()).start(3)


def test_the_addresses_are_printed_one_a_line_and_what_was_done_beside_them(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = str(tmp_path / "mirror")
    assert main(["press", "sync", mirror]) == 0
    capsys.readouterr()
    county.press.publish([county.withdraw(2)])
    (tmp_path / "mirror" / "robots.bak").touch()
    assert main(["press", "sync", mirror, "--check", "--verify"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert {f"{SITE}/", f"{SITE}/index.html", f"{SITE}/a/2/", f"{SITE}/a/2/index.html"} <= set(lines)
    assert all(line.startswith(f"{SITE}/") for line in lines)
    assert not [line for line in lines if "/a/1/" in line]
    assert said.err.startswith("第 2 版次已同步：写 ")
    assert "目标里另有不是和媒写的：robots.bak，没有动。" in said.err


def test_the_addresses_go_into_a_file_when_asked(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["press", "sync", str(tmp_path / "mirror"), "--purge", str(tmp_path / "purge.txt")]
    assert main(words) == 0
    assert f"{SITE}/a/1/\n" in (tmp_path / "purge.txt").read_text()
    assert capsys.readouterr().out == ""
    assert main(words) == 0
    assert (tmp_path / "purge.txt").read_text() == ""


def test_what_cannot_be_done_is_told_in_chinese_with_exit_code_1(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    for address, message in (
        ("s3://bucket", "没有访问密钥的编号。请设环境变量 AWS_ACCESS_KEY_ID，再运行一次。"),
        ("sftp://host", "目标的地址写得不对。"),
        (str(tmp_path / "file"), "不是目录"),
    ):
        assert main(["press", "sync", address]) == 1
        said = capsys.readouterr()
        assert "/a/" not in said.out, "no page was touched"
        assert message in said.err
        assert "Traceback" not in said.err


def test_before_the_first_edition_there_is_nothing_to_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEMEI_HOME", str(tmp_path / "var"))
    (tmp_path / "var" / "data").mkdir(parents=True)
    (tmp_path / "var" / "data" / "desk.sqlite3").touch()
    assert main(["press", "sync", str(tmp_path / "mirror")]) == 1
    County(tmp_path / "var", TOY, disk=Fast())  # a press that nobody has given anything to print
    assert main(["press", "sync", str(tmp_path / "mirror")]) == 1
    assert capsys.readouterr().err.count("还没有印出第一版，") == 2
    assert not (tmp_path / "mirror").exists()
