"""`hemei run`: prepare the home, start front, desk and press, watch over them, end them.

The supervisor itself imports no Django: it stays small, and a later start takes only as long as its slowest process.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import ipaddress
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from hemei.home import BadSetting, desk_address, mail, whole
from hemei.logins import table
from hemei.rooms.people import keys
from hemei.seal.roster import COUNTY
from hemei.sqlite import swap

#: What the supervisor waits for; blocked, so that none is lost between two looks.
WATCHED: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD})
LABELS: Final = {"front": "读者网站", "desk": "采编后台", "press": "印刷间"}
GRACE: Final = 2.5  # seconds from the polite word to the last
FIRST_START, LATER_START = 600.0, 60.0  # seconds until everything should answer
UNFINISHED: Final = "first-run.unfinished"
MADE: Final = ("data", "press", "keys", "logins.json")  # what a first run makes


class CannotStart(Exception):
    """Why Hemei does not start, and what to do about it."""


class _Stop(Exception):
    """Somebody asked us to end."""


def show(text: str) -> None:
    """A line of progress."""
    with contextlib.suppress(BrokenPipeError):
        print(f"{datetime.now(COUNTY):%H:%M:%S}  {text}", flush=True)


def run(folder: Path, program: Sequence[str] = ("-m", "hemei.child")) -> int:
    """Serve the home `folder` until told to end; returns 0. Raises BadSetting or CannotStart when it cannot.

    `program` is what Python runs for each process, with the process's name and our id.
    """
    began = time.monotonic()
    host, port = address()
    make_folders(folder)
    with only_one(folder):
        free(host, port)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        house = _House(folder, host, port, program)
        try:
            first = house.prepare()
            house.open(first)
            _welcome(folder, host, port, time.monotonic() - began)
            house.watch()
        except _Stop:
            show("正在停止")
        finally:
            house.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    show("已停止。")
    return 0


def make_ready(folder: Path) -> None:
    """Make the home ready without serving it. Raises CannotStart, also while it is served: `hemei run` keeps it ready."""
    make_folders(folder)
    with only_one(folder):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        house = _House(folder, "127.0.0.1", whole("HEMEI_PORT", 8000, 1, 65535), ("-m", "hemei.child"))
        try:
            house.prepare()
        except _Stop:
            raise CannotStart("已中断。") from None
        finally:
            house.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def address() -> tuple[str, int]:
    """HEMEI_HOST and HEMEI_PORT, checked."""
    host = os.environ.get("HEMEI_HOST") or "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise BadSetting(f"HEMEI_HOST={host!r}：请填本机的一个 IP 地址，例如 127.0.0.1 或 0.0.0.0。") from None
    port = whole("HEMEI_PORT", 8000, 1, 65535)
    mail(), desk_address(port)  # what they refuse is told here, not by the desk's process over and over
    return host, port


def make_folders(folder: Path) -> None:
    """The folders of a home. `keys` and `press` are for this account alone."""
    if len(os.fsencode(folder / "run" / "press.sock")) > 107:  # sun_path of unix(7)
        raise CannotStart(f"数据目录的路径太长：{folder}。请用 HEMEI_HOME 指定一个短一些的路径。")
    try:
        for name in ("", "data", "data/copies", "data/masters", "run"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o750)
        for name in ("keys", "press"):
            (folder / name).mkdir(exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError):
        raise CannotStart(f"{folder} 或其中的一项不是目录。请移开它，或用 HEMEI_HOME 指定别的目录。") from None
    except PermissionError:
        raise CannotStart(f"没有权限写入 {folder}。请换一个目录（HEMEI_HOME），或改好它的所有者。") from None


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the home for this process; raises CannotStart when somebody runs it already."""
    with (folder / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read(20).strip() or "？"
            raise CannotStart(
                f"{folder} 已由另一个和媒进程（{who}）使用。请先停止它，或用 HEMEI_HOME 另指定一个数据目录。"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def free(host: str, port: int) -> None:
    """Raises CannotStart when we cannot listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise CannotStart(f"没有权限使用端口 {port}。请用 1024 以上的端口，例如 HEMEI_PORT=8001。") from None
        except OSError as error:
            raise CannotStart(
                f"{host} 的端口 {port} 用不了（{error.strerror}），多半是别的程序正在用它。"
                "请换一个端口，例如 HEMEI_PORT=8001。"
            ) from None


def plan_number() -> int:
    """A number for the state of all migrations and of the libraries that bring some: 31 bits, never 0.

    It is kept in the database's ``user_version``, so that it travels with the database: where the two agree there is
    nothing to migrate, and a start need not ask Django, which takes seconds.
    """
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "rooms").glob("*/migrations/[0-9]*.py")):
        digest.update(f"{path.parent.parent.name}/{path.name}\n".encode() + path.read_bytes())
    for library in ("Django", "wagtail", "django-taggit", "django-modelcluster"):
        digest.update(f"{library} {version(library)}\n".encode())
    return int.from_bytes(digest.digest()[:4], "big") >> 1 | 1


@dataclass
class _Child:
    """A process of ours: how it runs, and when it is to be started again."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    failures: int = 0
    again_at: float = field(default=0.0)


class _House:
    """The processes of one home. Rules: a child that dies is started again; none outlives `close`."""

    def __init__(self, folder: Path, host: str, port: int, program: Sequence[str]) -> None:
        self.program = program
        self.folder = folder
        self.environment = {
            **os.environ, "HEMEI_HOME": str(folder), "HEMEI_HOST": host, "HEMEI_PORT": str(port), "PYTHONUTF8": "1"
        }  # fmt: skip
        self.host, self.port = host, port
        self.children: dict[str, _Child] = {}

    def prepare(self) -> bool:
        """Keys, database, and on a first run the demo. Returns whether it was one."""
        first = first_run(self.folder)
        keys.prepare(self.folder, datetime.now(UTC))
        database = self.folder / "data" / "desk.sqlite3"
        number = plan_number()
        if not first and _user_version(database) == number:
            return False
        self.environment["HEMEI_DEMO"] = "1" if first else "0"
        child = self._start(_Child("prepare"))
        while child.process is not None and child.process.poll() is None:
            self._sleep(1.0)
        if child.process is None or child.process.returncode:
            raise CannotStart("准备数据没有成功，原因见上面的提示。改正之后再启动一次即可，不会丢失什么。")
        del self.children["prepare"]
        _user_version(database, number)
        (self.folder / UNFINISHED).unlink(missing_ok=True)
        return first

    def open(self, first: bool) -> None:
        """Start the three and wait until all answer; on a first run, until the first edition is printed."""
        show("正在启动读者网站、采编后台和印刷间")
        for name in LABELS:
            self._start(_Child(name))
        limit = time.monotonic() + (FIRST_START if first else LATER_START)
        told = False
        while waiting := [name for name in LABELS if not self._answers(name, printed=first)]:
            self._mend()
            tired = [child.name for child in self.children.values() if child.failures >= 4]
            if tired or time.monotonic() > limit:
                names = "、".join(LABELS[name] for name in tired or waiting)
                raise CannotStart(f"{names}没有启动成功，原因见上面的提示。")
            if first and not told and waiting == ["press"]:
                show("正在印第一版")
                told = True
            self._sleep(0.1)

    def watch(self) -> None:
        """Until told to end: start again what died."""
        while True:
            self._mend()
            waits = [child.again_at for child in self.children.values() if child.process is None]
            self._sleep(max(0.05, min(waits) - time.monotonic()) if waits else 3600.0)

    def close(self) -> None:
        """End all: first asked, then told. A second Ctrl-C hurries it."""
        living = [child.process for child in self.children.values() if child.process is not None]
        for process in living:
            process.terminate()
        limit = time.monotonic() + GRACE
        while any(process.poll() is None for process in living) and time.monotonic() < limit:
            if signal.sigtimedwait(WATCHED - {signal.SIGCHLD}, 0.05):
                break
        for process in living:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its workers too
            process.wait()
        for name in ("desk.sock", "press.sock"):
            (self.folder / "run" / name).unlink(missing_ok=True)

    def _start(self, child: _Child) -> _Child:
        if child.name in ("desk", "press"):  # a socket that a killed process left would refuse its successor
            (self.folder / "run" / f"{child.name}.sock").unlink(missing_ok=True)
        child.process = subprocess.Popen(
            [sys.executable, *self.program, child.name, str(os.getpid())],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
        )
        child.born = time.monotonic()
        self.children[child.name] = child
        return child

    def _mend(self) -> None:
        now = time.monotonic()
        for child in list(self.children.values()):
            if child.process is None:
                if now >= child.again_at:
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)  # workers it may have left
                child.failures = child.failures + 1 if now - child.born < 60 else 1
                pause = min(30.0, 0.5 * 2 ** (child.failures - 1))
                child.process, child.again_at = None, now + pause
                show(f"{LABELS[child.name]}意外退出（{_why(code)}），{pause:g} 秒后重新启动。")

    def _sleep(self, seconds: float) -> None:
        """Wait for a child's end or this long; raises _Stop when asked to end."""
        caught = signal.sigtimedwait(WATCHED, seconds)
        if caught is not None and caught.si_signo != signal.SIGCHLD:
            raise _Stop

    def _answers(self, name: str, *, printed: bool) -> bool:
        if name == "front":
            host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  not bound here
            return _get(http.client.HTTPConnection(host, self.port, timeout=5), "/") is not None
        line = _UnixConnection(self.folder / "run" / f"{name}.sock")
        if name == "desk":
            return _get(line, "/desk/login/") is not None
        status = _get(line, "/status")
        if status is None:
            return False
        told: dict[str, Any] = json.loads(status)
        return not printed or (bool(told["edition"]) and not told["pending"])


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _get(line: http.client.HTTPConnection, path: str) -> bytes | None:
    """The answer's body; None while nobody answers, or answers with an error of its own."""
    try:
        line.request("GET", path, headers={"Host": "127.0.0.1"})
        answer = line.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()
    return body if answer.status < 500 else None


def first_run(folder: Path) -> bool:
    """Whether this home is new. One whose first run was broken off is made new: nobody has worked in it yet."""
    marker = folder / UNFINISHED
    if marker.exists():
        show("上次的首次启动没有做完，从头再来")
        for name in MADE:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        make_folders(folder)
        return True
    there = {name: (folder / name).exists() for name in ("data/desk.sqlite3", "keys/root.key", "press/press.sqlite3")}
    if there["data/desk.sqlite3"]:
        return False
    if any(there.values()):  # a lost database must not be papered over with a demo
        names = "、".join(name for name, exists in there.items() if exists)
        raise CannotStart(
            f"{folder} 里有 {names}，却没有数据库 data/desk.sqlite3。"
            "请用 hemei restore 把备份恢复到一个空目录，再用它启动。"
        )
    marker.touch()
    return True


def _user_version(database: Path, number: int | None = None) -> int:
    sqlite = swap()
    connection = sqlite.connect(database)
    try:
        if number is not None:
            connection.execute(f"PRAGMA user_version = {number}")
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def _why(code: int) -> str:
    if code >= 0:
        return f"代码 {code}"
    return f"被信号 {signal.Signals(-code).name} 终止"


def _welcome(folder: Path, host: str, port: int, seconds: float) -> None:
    shown = f"[{host}]" if ":" in host else {"0.0.0.0": "127.0.0.1"}.get(host, host)  # noqa: S104  not bound here
    lines = [
        f"和媒已就绪，用时 {seconds:.1f} 秒。",
        "",
        f"  读者网站  http://{shown}:{port}/",
        f"  采编后台  http://{shown}:{port}/desk/",
        f"  数据目录  {folder}",
        "",
        *table(folder),
        "按 Ctrl-C 停止。",
    ]
    with contextlib.suppress(BrokenPipeError):
        print("\n" + "\n".join(lines), flush=True)
