"""`hemei run`, with real processes: it starts, mends, ends, and leaves nothing behind however it ended."""

from __future__ import annotations

import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hemei import run as supervisor
from hemei.home import BadSetting
from tests.house.test_front import ROOT, ask, free_port

PROGRAM = """
import sys
from pathlib import Path
from hemei.run import CannotStart, run
try:
    sys.exit(run(Path(sys.argv[1]), ("-m", "tests.house.toy_child")))
except CannotStart as error:
    sys.exit(str(error))
"""


class Running:
    """A `hemei run` on a home of its own, read line by line."""

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.home, self.port = home, port or free_port()
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(home)],
            cwd=ROOT, env={**os.environ, "HEMEI_PORT": str(self.port)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def hears(self, words: str) -> str:
        """Read on until it says these words; returns all it said so far."""
        assert self.process.stdout is not None
        while words not in self.said:
            ready, _, _ = select.select([self.process.stdout], [], [], 60)
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert piece, f"it ended or fell silent without {words!r}: {self.said}"
            self.said += piece.decode()
        return self.said

    def family(self) -> dict[int, str]:
        """Every process that serves this home, found by its environment: number and command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = f"HEMEI_HOME={self.home}".encode() in (folder / "environ").read_bytes().split(b"\0")
                if ours and (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        return found

    def ends(self, code: int) -> str:
        said = self.process.communicate(timeout=60)[0].decode()
        assert self.process.returncode == code, self.said + said
        return self.said + said


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def begin(home: Path | None = None, port: int | None = None) -> Running:
        made.append(Running(home or tmp_path / "var", port))
        return made[-1]

    yield begin
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def gone(running: Running) -> bool:
    """Whether all its processes end: the kernel's kill takes a moment, so this looks again a number of times."""
    for _ in range(300):
        if not running.family():
            return True
        select.select([], [], [], 0.02)
    return False


def test_it_starts_serves_and_ends_cleanly_on_ctrl_c(start: Callable[..., Running]) -> None:
    running = start()
    said = running.hears("按 Ctrl-C 停止。")
    assert f"http://127.0.0.1:{running.port}/desk/" in said
    assert ask(running.port, "/")[0] == ask(running.port, "/desk/")[0] == 200
    # front and desk with a worker each, and the press
    assert len(running.family()) == 5
    running.process.send_signal(signal.SIGINT)
    assert "已停止。" in running.ends(0)
    assert gone(running)
    assert list((running.home / "run").iterdir()) == [running.home / "run" / "lock"]


def test_the_first_run_prepares_and_the_next_finds_nothing_to_do(start: Callable[..., Running]) -> None:
    for _ in range(2):
        running = start()
        running.hears("按 Ctrl-C 停止。")
        running.process.send_signal(signal.SIGTERM)
        running.ends(0)
    connection = sqlite3.connect(running.home / "data" / "desk.sqlite3")
    assert connection.execute("SELECT demo FROM made").fetchall() == [("1",)]
    connection.execute("PRAGMA user_version = 7")  # as an older release would have left it
    connection.close()
    running = start()
    running.hears("按 Ctrl-C 停止。")
    connection = sqlite3.connect(running.home / "data" / "desk.sqlite3")
    assert connection.execute("SELECT demo FROM made").fetchall() == [("1",), ("0",)]
    connection.close()


def test_nothing_is_left_running_after_kill_9_and_the_next_start_works(start: Callable[..., Running]) -> None:
    running = start()
    running.hears("按 Ctrl-C 停止。")
    assert len(running.family()) == 5
    running.process.kill()
    running.process.wait()
    assert gone(running)
    assert (running.home / "run" / "desk.sock").exists()  # left behind, and no hindrance
    again = start(port=running.port)
    again.hears("按 Ctrl-C 停止。")
    assert ask(again.port, "/desk/")[0] == 200


@pytest.mark.parametrize(("name", "label"), [("front", "读者网站"), ("desk", "采编后台"), ("press", "印刷间")])
def test_a_killed_process_is_started_again_with_its_workers(
    start: Callable[..., Running], name: str, label: str
) -> None:
    running = start()
    running.hears("按 Ctrl-C 停止。")
    before = running.family()
    # a forked worker has its parent's command line: the leader is the one that leads its session
    leader = next(pid for pid, line in before.items() if f"toy_child {name} " in line and os.getsid(pid) == pid)
    os.kill(leader, signal.SIGKILL)
    assert f"{label}意外退出（被信号 SIGKILL 终止），0.5 秒后重新启动。" in running.hears("意外退出")
    for _ in range(500):
        now = running.family()
        if len(now) == 5 and leader not in now and _all_answer(running):
            break
        select.select([], [], [], 0.02)
    else:
        raise AssertionError(running.family())


def _all_answer(running: Running) -> bool:
    with suppress(OSError):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(running.home / "run" / "press.sock"))
        return ask(running.port, "/")[0] == ask(running.port, "/desk/")[0] == 200
    return False


def test_a_second_run_on_the_same_home_is_refused(start: Callable[..., Running]) -> None:
    running = start()
    running.hears("按 Ctrl-C 停止。")
    said = start().ends(1)
    assert f"已由另一个和媒进程（{running.process.pid}）使用" in said
    assert ask(running.port, "/")[0] == 200


def test_a_port_in_use_is_told_before_anything_is_made(start: Callable[..., Running], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = start(port=taken.getsockname()[1]).ends(1)
    assert "请换一个端口" in said
    assert not (tmp_path / "var" / "data" / "desk.sqlite3").exists()


def test_a_process_that_cannot_start_ends_the_start_with_a_reason(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "press-fails").touch()
    running = start()
    said = running.ends(1)
    assert said.count("印刷间意外退出（代码 3）") == 4
    assert "印刷间没有启动成功，原因见上面的提示。" in said
    assert gone(running)


def test_a_first_run_that_was_killed_begins_again_from_nothing(start: Callable[..., Running], tmp_path: Path) -> None:
    home = tmp_path / "var"
    home.mkdir()
    (home / "prepare-hangs").touch()
    running = start()
    running.hears("hanging")
    running.process.kill()
    running.process.wait()
    assert gone(running)
    old_key = (home / "keys" / "root.pub").read_text()
    assert "上次的首次启动没有做完" in start().hears("按 Ctrl-C 停止。")
    connection = sqlite3.connect(home / "data" / "desk.sqlite3")
    assert connection.execute("SELECT demo FROM made").fetchall() == [("1",)]
    connection.close()
    assert (home / "keys" / "root.pub").read_text() != old_key


def test_a_preparation_that_fails_is_told_and_nothing_is_started(start: Callable[..., Running], tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "prepare-fails").touch()
    running = start()
    assert "准备数据没有成功" in running.ends(1)
    assert gone(running)


def test_a_home_that_lost_its_database_is_not_filled_with_the_demo(tmp_path: Path) -> None:
    supervisor.make_folders(tmp_path)
    (tmp_path / "keys" / "root.key").touch()
    with pytest.raises(supervisor.CannotStart, match="却没有数据库"):
        supervisor.first_run(tmp_path)


def test_a_home_that_is_a_file_or_too_deep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(supervisor.CannotStart, match="不是目录"):
        supervisor.make_folders(tmp_path / "file")
    with pytest.raises(supervisor.CannotStart, match="路径太长"):
        supervisor.make_folders(tmp_path / ("深" * 40))


@pytest.mark.parametrize(
    ("name", "value"),
    [("HEMEI_PORT", "0"), ("HEMEI_PORT", "65536"), ("HEMEI_PORT", "８０"), ("HEMEI_PORT", "eighty"),
     ("HEMEI_PORT", "-1"), ("HEMEI_HOST", "everywhere"), ("HEMEI_HOST", "127.0.0.256"),
     ("HEMEI_HOST", "http://127.0.0.1")],
)  # fmt: skip
def test_nonsense_in_the_settings_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        supervisor.address()
