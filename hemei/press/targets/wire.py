"""SFTP, version 3 (draft-ietf-secsh-filexfer-02), over the system's own ssh: its keys, its known hosts, its settings.

Requests are sent ahead of their answers, so that a far server costs its distance once a lot and not once a file.
"""

from __future__ import annotations

import contextlib
import struct
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from typing import IO

from hemei.press.targets import NotSynced

AHEAD = 64
"""Requests on their way at once. Either they or their answers are small, so that nobody waits for the other's pipe."""
LARGEST = 1 << 20
"""Bytes of one answer, at most: what we ask for is far smaller."""

OPEN, CLOSE, READ, WRITE, LSTAT, OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, STAT = 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 17
INIT, VERSION, STATUS, HANDLE, DATA, NAMES, ATTRIBUTES, EXTENDED = 1, 2, 101, 102, 103, 104, 105, 200
OK, END, NOTHING, FORBIDDEN = 0, 1, 2, 3

_WHY = (
    ("Host key verification failed", "服务器的主机密钥没有登记，或与登记的不同。请先向管服务器的人核对指纹，再运行一次"
     " ssh 登录这台服务器，把它记进 known_hosts；若指纹不同，不要继续。"),
    ("Permission denied", "服务器不让登录。请用 ssh-copy-id 把公钥放到服务器上，确认 ssh 不用输密码就能登录，再运行一次。"),
    ("Could not resolve", "找不到这台服务器。请检查地址写得对不对，网络通不通。"),
    ("subsystem request failed", "服务器没有开 SFTP。请管服务器的人打开它（sshd_config 的 Subsystem sftp）。"),
    ("Bad configuration", "ssh 的设置文件写得不对。请检查 HEMEI_SSH_CONFIG 或 ~/.ssh/config。"),
    ("Can't open user config", "读不到 HEMEI_SSH_CONFIG 指明的设置文件。请检查它写得对不对。"),
)  # fmt: skip
_AWAY = "连不上服务器，或连接断了。请检查网络，再运行一次，会接着做。"

Answer = tuple[int, bytes]


class Wire:
    """One connection. Raises NotSynced when it cannot be made, or breaks."""

    def __init__(self, words: Sequence[str], host: str) -> None:
        self._host = host
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the connection
        pipe = subprocess.PIPE
        try:
            self._ssh = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=self._said)
        except FileNotFoundError as error:
            self._said.close()
            raise NotSynced("这台机器上没有 ssh。请先运行：sudo apt-get install -y openssh-client") from error
        assert self._ssh.stdin
        assert self._ssh.stdout
        self._to, self._from = self._ssh.stdin, self._ssh.stdout
        self._asked = 0
        try:
            self.extensions = self._begin()
        except NotSynced:
            self.close()
            raise

    def _begin(self) -> set[str]:
        """Agree on the version; the extensions that the server offers."""
        self._send(struct.pack(">BI", INIT, 3))
        self._flush()
        kind, _, body = self._receive(numbered=False)
        if kind != VERSION:
            raise NotSynced(f"{self._host} 没有用 SFTP 回答。请检查它的登录脚本是否往屏幕上打印东西。")
        offered = Reading(body[4:])
        names = set()
        while offered.left():
            names.add(offered.text())
            offered.text()
        return names

    def ask(self, requests: Iterable[tuple[int, bytes]]) -> list[Answer]:
        """Send these requests, each as (kind, what follows its number); the answers in the same order."""
        waiting: deque[int] = deque()
        came: dict[int, Answer] = {}
        answers: list[Answer] = []

        def one() -> None:
            self._flush()
            while waiting[0] not in came:
                kind, number, body = self._receive()
                came[number] = kind, body
            answers.append(came.pop(waiting.popleft()))

        for kind, body in requests:
            if len(waiting) >= AHEAD:
                one()
            self._asked = (self._asked + 1) % (1 << 32)
            waiting.append(self._asked)
            self._send(struct.pack(">BI", kind, self._asked) + body)
        while waiting:
            one()
        return answers

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._to.close()
        self._from.close()
        try:
            self._ssh.wait(5)
        except subprocess.TimeoutExpired:
            self._ssh.kill()
            self._ssh.wait()
        self._said.close()

    def _send(self, packet: bytes) -> None:
        try:
            self._to.write(struct.pack(">I", len(packet)) + packet)
        except OSError as error:
            raise self._broken() from error

    def _flush(self) -> None:
        try:
            self._to.flush()
        except OSError as error:
            raise self._broken() from error

    def _receive(self, *, numbered: bool = True) -> tuple[int, int, bytes]:
        """Kind, number and body of the next answer; number 0 where it has none."""
        (size,) = struct.unpack(">I", self._exactly(4))
        if not 5 <= size <= LARGEST:
            raise NotSynced(f"{self._host} 没有用 SFTP 回答。请检查它的登录脚本是否往屏幕上打印东西。")
        body = self._exactly(size)
        return (body[0], *struct.unpack(">I", body[1:5]), body[5:]) if numbered else (body[0], 0, body[1:])

    def _exactly(self, size: int) -> bytes:
        data = self._from.read(size)
        if len(data) != size:
            raise self._broken()
        return data

    def _broken(self) -> NotSynced:
        try:
            self._ssh.wait(5)
        except subprocess.TimeoutExpired:
            self._ssh.kill()
        self._said.seek(0)
        said = self._said.read(20_000).decode(errors="replace")
        return NotSynced(f"{self._host}：" + next((why for words, why in _WHY if words in said), _AWAY))


class Reading:
    """Takes the fields out of an answer, one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def left(self) -> bool:
        return self._at < len(self._body)

    def whole(self, size: int = 4) -> int:
        return int.from_bytes(self._take(size))

    def data(self) -> bytes:
        return self._take(self.whole())

    def text(self) -> str:
        return self.data().decode("utf-8", "surrogateescape")

    def attributes(self) -> tuple[int, int]:
        """Mode (0 where it is not told) and size of a file."""
        told = self.whole()
        size = self.whole(8) if told & 1 else 0
        if told & 2:
            self._take(8)
        mode = self.whole() if told & 4 else 0
        if told & 8:
            self._take(8)
        for _ in range(self.whole() if told & 0x80000000 else 0):
            self.data(), self.data()
        return mode, size

    def _take(self, size: int) -> bytes:
        if self._at + size > len(self._body):
            raise NotSynced("服务器的 SFTP 回答残缺不全。请管服务器的人检查。")
        self._at += size
        return self._body[self._at - size : self._at]


def text(value: str | bytes) -> bytes:
    """A string as the protocol writes it."""
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return struct.pack(">I", len(data)) + data


def status(answer: Answer) -> int:
    """The code of an answer that says how it went; OK for one that brings what was asked."""
    return Reading(answer[1]).whole() if answer[0] == STATUS else OK
