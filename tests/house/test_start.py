"""The real thing, started as an editor starts it: keys, database, demo county, first edition, verify, backup."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_front import ROOT, ask, free_port


class House:
    """A home of its own, and `hemei` for it."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.environment = {
            **os.environ,
            "HEMEI_HOME": str(home),
            "HEMEI_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }

    def hemei(self, *words: str, code: int = 0, home: Path | None = None) -> str:
        environment = {**self.environment, "HEMEI_HOME": str(home or self.home)}
        done = subprocess.run(
            [sys.executable, "-m", "hemei.cli", *words],
            cwd=self.home.parent, env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "hemei.cli", "run"],
            cwd=self.home.parent, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdout is not None
        said = b""
        while "按 Ctrl-C 停止。".encode() not in said:
            ready, _, _ = select.select([process.stdout], [], [], 240)
            piece = os.read(process.stdout.fileno(), 65536) if ready else b""
            assert piece, said.decode()
            said += piece
        self.said = said.decode()
        return process


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("start") / "var")
    process = made.start()
    yield made
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_the_first_start_prints_the_county_and_tells_addresses_and_logins(house: House) -> None:
    assert f"http://127.0.0.1:{house.port}/desk/" in house.said
    logins = [line.split() for line in house.hemei("logins").splitlines()[1:]]
    assert [line[0] for line in logins] == ["chen", "li", "wang", "zhou", "zhao", "admin"]
    assert [len(line) for line in logins] == [4, 4, 5, 5, 5, 4]  # who stamps has a PIN
    assert all(password in house.said for password in (line[3] for line in logins))
    status = json.loads(house.hemei("press", "status", "--json"))
    assert set(status) >= {"edition", "root", "pages", "files", "bytes", "pending"}
    assert (status["edition"] >= 1, status["pending"]) == (True, 0)


def test_the_site_and_the_desk_answer_on_the_one_port(house: House) -> None:
    assert "青棠" in ask(house.port, "/")[2].decode()
    status, headers, page = ask(house.port, "/desk/login/")
    assert (status, "登录" in page.decode()) == (200, True)
    cookies = [value for name, value in headers if name.lower() == "set-cookie"]
    assert [cookie.split("=")[0] for cookie in cookies] == ["hemei_csrf"]
    assert ask(house.port, "/no/such/page/")[0] == 404


def test_the_export_is_genuine_and_a_changed_byte_is_found(house: House, tmp_path: Path) -> None:
    assert "可以直接放到任何网站服务器上" in house.hemei("press", "export", str(tmp_path / "out"))
    assert json.loads(house.hemei("verify", str(tmp_path / "out"), "--json"))["ok"] is True
    page = tmp_path / "out" / "index.html"
    page.write_bytes(page.read_bytes().replace("青".encode(), "清".encode(), 1))
    report = json.loads(house.hemei("verify", str(tmp_path / "out"), "--json", code=1))
    assert [bad["path"] for bad in report["bad"]] == ["index.html"]


def test_the_served_site_is_genuine_and_current(house: House) -> None:
    report = json.loads(house.hemei("verify", f"http://127.0.0.1:{house.port}/", "--fresh", "--json"))
    assert (report["ok"], report["current"], report["bad"]) == (True, True, [])


def test_a_backup_of_the_running_house_restores_to_the_same_edition(house: House, tmp_path: Path) -> None:
    house.hemei("backup", str(tmp_path / "b.tar.gz"))
    house.hemei("restore", str(tmp_path / "b.tar.gz"), home=tmp_path / "again")
    told = [
        json.loads(house.hemei("press", "status", "--json", home=home)) for home in (house.home, tmp_path / "again")
    ]
    assert told[0] == told[1]
    house.hemei("press", "export", str(tmp_path / "out"), home=tmp_path / "again")
    assert json.loads(house.hemei("verify", str(tmp_path / "out"), "--json"))["ok"] is True


def test_copy_handed_in_by_command_becomes_a_draft(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("青棠河畔添新绿\n本报讯　昨日，全县春季植树活动在青棠河畔启动，三百余人参加。\n")
    told = [
        json.loads(line) for line in house.hemei("file", str(tmp_path / "a.txt"), "--as", "chen", "--json").splitlines()
    ]
    assert [story["headline"] for story in told] == ["青棠河畔添新绿"]
    assert "没有“nobody”这个账号" in house.hemei("file", str(tmp_path / "a.txt"), "--as", "nobody", code=1)


def test_rolling_back_makes_a_new_edition(house: House) -> None:
    first = json.loads(house.hemei("press", "status", "--json"))
    assert "没有第 999 版次" in house.hemei("press", "rollback", "999", code=1)
    house.hemei("press", "build", "--full")
    after = json.loads(house.hemei("press", "status", "--json"))
    assert after["root"] == first["root"]
    assert "读过" in house.hemei("press", "explain", "/")
    assert len(house.hemei("press", "history").splitlines()) == after["edition"]


def test_the_demo_command_leaves_a_running_house_alone(house: House) -> None:
    assert "已由另一个和媒进程" in house.hemei("demo", "--stories", "5", code=1)
