"""The command `hemei`: exact words, exact exit codes, and no Django where none is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import docx
import pytest

from hemei.cli import VERBS, main
from hemei.logins import roster_lines
from hemei.seal.roster import Person, PersonKey, Post, Roster
from hemei.usage import HELP
from tests.house.test_front import ROOT

COPY = """青棠河畔添新绿
——全县春季植树五万株
本报讯（记者 李禾穗）3月12日，青棠县春季义务植树活动在青棠河畔启动。县林业局局长周望野介绍，今年计划植树五万株，目前已完成三成。
活动现场，干部群众挥锹铲土，扶苗培土，一派繁忙。来自全县二十多个单位的三百余人参加了活动。
"""
FIELDS = {"kicker", "headline", "deck", "dateline", "byline", "date", "section", "body", "people", "warnings"}


@pytest.fixture(autouse=True)
def _empty_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEMEI_HOME", str(tmp_path / "var"))


def word_file(text: str) -> bytes:
    document, stream = docx.Document(), BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["来稿.txt", "来稿.docx", "gb.txt"])
def test_a_dry_run_prints_an_object_a_story_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    data = {"来稿.txt": COPY.encode(), "来稿.docx": word_file(COPY), "gb.txt": COPY.encode("gb18030")}[name]
    (tmp_path / name).write_bytes(data)
    assert main(["file", str(tmp_path / name), "--dry-run", "--json"]) == 0
    said = capsys.readouterr()
    (story,) = [json.loads(line) for line in said.out.splitlines()]
    assert set(story) == FIELDS
    assert story["headline"] == "青棠河畔添新绿"
    assert {"name": "周望野", "title": "县林业局局长"} in story["people"]
    assert all(set(block) == {"kind", "text", "level"} for block in story["body"])
    words = "".join("".join(story[f] or "" for f in ("headline", "deck", "dateline")) for _ in (1,))
    assert all(character in COPY for character in words)
    assert said.err == ""
    assert not (tmp_path / "var").exists()


def test_an_unreadable_file_is_told_and_the_others_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.txt").write_text(COPY)
    (tmp_path / "empty.txt").touch()
    (tmp_path / "bytes.txt").write_bytes(bytes(range(256)) * 9)
    paths = [str(tmp_path / name) for name in ("empty.txt", "none.txt", "bytes.txt", "good.txt", "")]
    assert main(["file", *paths, "--dry-run", "--json"]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    complaints = said.err.splitlines()
    assert len(complaints) == 4
    assert complaints[0].endswith("empty.txt：这个文件是空的。请检查是否选错了文件，或者还没有存盘。")
    assert complaints[1].endswith("none.txt：没有这个文件。")
    assert complaints[3].endswith("：不是文件。")


def test_a_dry_run_for_people_shows_the_parts_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(COPY)
    assert main(["file", str(tmp_path / "a.txt"), "--dry-run"]) == 0
    assert "主题  青棠河畔添新绿" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["dance"], "没有“dance”这个命令。"),
        (["run", "now"], "多出了“now”。"),
        (["file"], "请写明来稿文件，可以一次写几个。"),
        (["file", "a", "--as"], "--as 后面要跟一个值。"),
        (["file", "a", "--wet-run"], "不认识 --wet-run。"),
        (["press"], "press 后面要写 status"),
        (["press", "dance"], "press 后面要写 status"),
        (["press", "rollback"], "请写明版次号"),
        (["press", "rollback", "-1"], "版次号应为 1 到"),
        (["press", "rollback", "１"], "版次号应为 1 到"),
        (["press", "status", "--full"], "不认识 --full。"),
        (["press", "sync"], "请写明目标：目录、sftp://… 或 s3://…"),
        (["press", "sync", "x", "--full"], "不认识 --full。"),
        (["press", "sync", "x", "--purge"], "--purge 后面要跟一个值。"),
        (["demo", "--stories", "0"], "篇数应为 1 到"),
        (["demo", "--stories", "many"], "篇数应为 1 到"),
        (["backup"], "请写明备份文件"),
        (["restore", "a", "b"], "请写明备份文件"),
    ],
)
def test_wrong_usage_is_told_in_chinese_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(complaint)
    assert said.err.endswith("用 hemei --help 查看用法。\n")


@pytest.mark.parametrize(
    "words",
    [["press", "status"], ["press", "history"], ["press", "export", "x"], ["press", "sync", "x"], ["press", "explain", "/"], ["press", "build"],
     ["press", "rollback", "1"], ["roster"], ["file", "a.txt", "--as", "li"]],
)  # fmt: skip
def test_before_the_first_start_each_verb_says_what_to_do(
    capsys: pytest.CaptureFixture[str], words: list[str], tmp_path: Path
) -> None:
    assert main(words) == 1
    assert "请先运行 hemei run" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_a_nonsense_setting_stops_the_start_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMEI_PORT", "eighty")
    assert main(["run"]) == 2
    assert capsys.readouterr().err == "HEMEI_PORT='eighty'：请填 1 到 65535 之间的整数。\n"


def test_help_names_every_verb_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == HELP + "\n"
    assert main([]) == 2
    assert all(f"\n  {verb}" in HELP for verb in VERBS)
    assert all(name in HELP for name in ("HEMEI_HOME", "HEMEI_HOST", "HEMEI_PORT", "HEMEI_BEHIND_PROXY"))
    assert max(len(line.encode("gb18030")) for line in HELP.splitlines()) <= 100


NO_DJANGO = """
import sys
from hemei.cli import main
code = main(sys.argv[1:])
found = sorted({name.partition(".")[0] for name in sys.modules} & {"django", "wagtail"})
print(code, found)
"""


@pytest.mark.parametrize(
    "words",
    [["--help"], ["file", "copy.txt", "--dry-run", "--json"], ["verify", "nowhere"], ["press", "status"],
     ["press", "history"], ["press", "export", "x"], ["press", "sync", "x"], ["logins"], ["roster"], ["backup", "b.tar"], ["restore", "b.tar"]],
)  # fmt: skip
def test_verbs_that_need_no_django_do_not_import_it(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "copy.txt").write_text(COPY)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", NO_DJANGO, *words],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1].endswith(" []"), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_chinese_comes_out_whatever_the_locale(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "hemei.cli", "--help"], cwd=tmp_path, env=environment, capture_output=True, timeout=60
    )
    assert done.stdout.decode() == HELP + "\n"


def test_logins_are_shown_in_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logins"]) == 1
    (tmp_path / "var").mkdir()
    people = [
        {"login": "chen", "name": "陈麦冬", "post": "通讯员", "password": "abc", "pin": None},
        {"login": "zhao", "name": "赵总", "post": "终审、签发", "password": "defg", "pin": "012345"},
    ]
    (tmp_path / "var" / "logins.json").write_text(json.dumps({"people": people}))
    capsys.readouterr()
    assert main(["logins"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  账号  姓名    岗位        密码  审签 PIN",
        "  chen  陈麦冬  通讯员      abc",
        "  zhao  赵总    终审、签发  defg  012345",
    ]


def test_the_roster_is_shown_with_posts_days_and_keys() -> None:
    since = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    person = Person(
        "wang", "王砚秋", (Post("first", date(2026, 1, 1), date(2026, 12, 31)),), (PersonKey("ab", since, None),)
    )
    assert roster_lines(Roster("0123456789abcdef", 2, since, (person,))) == [
        "名册第 2 号，网站 0123456789abcdef",
        "wang  王砚秋",
        "    初审  2026-01-01 起，到 2026-12-31",
        "    公钥 ab  2026-01-02 03:04 UTC 起",
    ]


def test_proof_tells_fixes_what_is_safe_and_keeps_every_state_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "稿.txt"
    file.write_bytes("春季开幕,来宾很多。\r\n2月30日，桃花谷开园。\r\n".encode())
    assert main(["proof", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(each["rule"], each["level"], each["start"], each["text"]) for each in found] == [
        ("P02", "fix", 4, ","), ("D02", "block", 11, "2月30日")
    ]  # fmt: skip
    assert main(["proof", str(file), "--fix"]) == 1
    assert file.read_bytes().decode() == "春季开幕，来宾很多。\r\n2月30日，桃花谷开园。\r\n"
    file.write_text("春季闭幕,来宾很多。\n")
    assert main(["proof", str(file), "--fix"]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["稿.txt", "稿.txt.bak", "稿.txt.bak1"]
    assert (tmp_path / "稿.txt.bak1").read_text() == "春季闭幕,来宾很多。\n"
    file.write_bytes("春季闭幕,来宾很多。".encode("gb18030"))
    capsys.readouterr()
    assert main(["proof", str(file), "--fix"]) == 2
    assert "UTF-8" in capsys.readouterr().err
    assert file.read_bytes().decode("gb18030") == "春季闭幕,来宾很多。"
    assert main(["proof", str(tmp_path / "没有.txt")]) == 2
    assert main(["proof", str(file), "--date", "昨天"]) == 2
