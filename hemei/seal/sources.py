"""Where a verifier reads a site: a folder, or an address on the web. The one module of the seal that touches either.

Both are hostile: links out of the folder are not followed, nothing longer than declared is read, an answer that drips
for ever is cut off, and redirects and compressed answers are refused.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

from hemei.seal.digest import Digest
from hemei.seal.errors import SealError

_BLOCK = 1 << 20
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AGENT = "hemei-verify/1"


class Unread(SealError):
    """A path that could not be read; the message says why, in Chinese."""

    def __init__(self, why: str, *, unreachable: bool = False) -> None:
        super().__init__(why)
        self.unreachable = unreachable
        """Nobody answered at all, which says nothing about whether the site is genuine."""


class Source(Protocol):
    """A site to be verified. Paths are relative to its root. Methods may be called from `jobs` threads at a time."""

    live: bool
    """A new edition may come while it is being read."""
    jobs: int

    def read(self, path: str, most: int) -> bytes:
        """The whole file. Raises Unread, also for more than `most` bytes."""

    def measure(self, path: str, size: int) -> tuple[int, Digest]:
        """How many bytes a file has and their SHA-256, reading `size` + 1 bytes at most. Raises Unread."""

    def listing(self) -> tuple[set[str], dict[str, str]] | None:
        """Every file, and every path that is neither file nor folder with why it is refused; None: cannot be listed."""


class Folder:
    """A folder on this machine. It is walked once, and only what was then a plain file in a plain folder is read."""

    live = False

    def __init__(self, root: Path, jobs: int = 2) -> None:
        self._place = str(root)
        self.jobs = jobs

    @cached_property
    def _walked(self) -> tuple[set[str], dict[str, str]]:
        files: set[str] = set()
        odd: dict[str, str] = {}
        waiting = [""]
        while waiting:
            inside = waiting.pop()
            try:
                with os.scandir(f"{self._place}/{inside}") as found:
                    for each in found:
                        path = f"{inside}/{each.name}" if inside else each.name
                        if each.is_file(follow_symlinks=False):
                            files.add(path)
                        elif each.is_dir(follow_symlinks=False):
                            waiting.append(path)
                        elif each.is_symlink():
                            odd[path] = "是符号链接，不予跟随"
                        else:
                            odd[path] = "不是普通文件"
            except OSError as error:
                odd[inside or "."] = f"目录读不出来：{error.strerror}"
        return files, odd

    def listing(self) -> tuple[set[str], dict[str, str]]:
        return self._walked

    def read(self, path: str, most: int) -> bytes:
        parts: list[bytes] = []
        if self._read(path, most, parts.append) > most:
            raise Unread(f"超过 {most} 字节")
        return b"".join(parts)

    def measure(self, path: str, size: int) -> tuple[int, Digest]:
        if size < _BLOCK and path in self._walked[0]:
            # Pages are many: what is in order is seen in one reading, all else is looked at below.
            try:
                handle = os.open(f"{self._place}/{path}", _FLAGS)
                try:
                    data = os.read(handle, size + 1)
                    if len(data) == size:  # a byte more was asked for: a file that has it gives it
                        return size, hashlib.sha256(data).hexdigest()
                finally:
                    os.close(handle)
            except OSError:
                pass
        hashed = hashlib.sha256()
        return self._read(path, size, hashed.update), hashed.hexdigest()

    def _read(self, path: str, size: int, take: Callable[[bytes], object]) -> int:
        files, odd = self._walked
        if path not in files:
            raise Unread(odd.get(path, "缺失"))
        try:
            # A name may have become a link or a pipe since the walk: neither is followed or waited for.
            handle = os.open(f"{self._place}/{path}", _FLAGS)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise Unread("不是普通文件")
                left = size + 1
                while left and (block := os.read(handle, left if left < _BLOCK else _BLOCK)):
                    take(block)
                    left -= len(block)
                return size + 1 - left
            finally:
                os.close(handle)
        except OSError as error:
            raise Unread(f"读不出来：{error.strerror}") from error


class _Line(threading.local):
    """One thread's kept-alive connection."""

    connection: http.client.HTTPConnection | None = None


class Web:
    """A site at an http or https address. Each thread keeps one connection; a watchdog cuts what takes too long.

    An answer may take `patience` seconds and one more for every `slowest` bytes asked for. After eight failures in a
    row nobody is asked any more. Raises ValueError, in Chinese, for an address that is not one.
    """

    live = True

    def __init__(self, address: str, *, jobs: int = 8, patience: float = 20.0, slowest: int = 50_000) -> None:
        self.jobs = jobs
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("网址应以 http:// 或 https:// 开头")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("网址里不要带用户名、密码、问号或井号")
        try:
            self._host, self._port = parts.hostname.encode("idna").decode(), parts.port
        except (ValueError, UnicodeError) as error:
            raise ValueError("网址里的主机名或端口不对") from error
        self._base = quote(parts.path.rstrip("/"), safe="/%~") + "/"
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.address = f"{parts.scheme}://{self._host}{f':{self._port}' if self._port else ''}{self._base}"
        self._patience, self._slowest = patience, slowest
        self._line = _Line()
        self._failures = 0
        self._opened: list[http.client.HTTPConnection] = []
        self._due: dict[http.client.HTTPConnection, float] = {}
        self._guard = threading.Lock()
        self._closing = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def close(self) -> None:
        """Stop the watchdog and hang up."""
        self._closing.set()
        self._watching.join()
        for connection in self._opened:
            connection.close()

    def listing(self) -> None:
        return None

    def read(self, path: str, most: int) -> bytes:
        parts: list[bytes] = []
        if self._get(path, most, parts.append) > most:
            raise Unread(f"超过 {most} 字节")
        return b"".join(parts)

    def measure(self, path: str, size: int) -> tuple[int, Digest]:
        hashed = hashlib.sha256()
        return self._get(path, size, hashed.update), hashed.hexdigest()

    def _get(self, path: str, size: int, take: Callable[[bytes], object]) -> int:
        if self._failures >= 8:
            raise Unread("站点接连没有回答，不再尝试", unreachable=True)
        until = time.monotonic() + self._patience + size / self._slowest
        try:
            got = self._ask(path, size, take, until)
        except (OSError, http.client.HTTPException) as error:
            self._hang_up()
            self._failures += 1
            # A socket that the watchdog has cut may fail in any way.
            late = isinstance(error, TimeoutError) or time.monotonic() > until
            why = "超时" if late else "连接中断或回答不合 HTTP"
            raise Unread(f"读不到：{why}", unreachable=True) from error
        self._failures = 0
        return got

    def _ask(self, path: str, size: int, take: Callable[[bytes], object], until: float) -> int:
        kept = self._line.connection is not None
        try:
            response = self._request(path, until)
        except (http.client.RemoteDisconnected, ConnectionError):
            if not kept or time.monotonic() > until:
                raise
            # The server may close an idle connection at any time; that is no answer, so ask once more.
            self._hang_up()
            response = self._request(path, until)
        self._accept(response)
        left = size + 1
        while left and (block := response.read(min(left, _BLOCK))):
            take(block)
            left -= len(block)
        if time.monotonic() > until:
            raise TimeoutError
        self._quiet()
        if not left or not response.isclosed() or response.will_close:
            self._hang_up()
        return size + 1 - left

    def _request(self, path: str, until: float) -> http.client.HTTPResponse:
        connection = self._line.connection
        if connection is None:
            if self._tls:
                connection = http.client.HTTPSConnection(
                    self._host, self._port, timeout=self._patience, context=self._tls
                )
            else:
                connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._line.connection = connection
            self._opened.append(connection)
        with self._guard:
            self._due[connection] = until
        headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache", "User-Agent": _AGENT}
        connection.request("GET", self._base + quote(path, safe="/"), headers=headers)
        return connection.getresponse()

    def _accept(self, response: http.client.HTTPResponse) -> None:
        why = ""
        if response.status in (404, 410):
            why = "缺失"
        elif 300 <= response.status < 400:
            why = "服务器要求转到别处，不予跟随"
        elif response.status != 200:
            why = f"服务器回答 {response.status}"
        elif response.headers.get("Content-Encoding", "identity").lower() != "identity":
            why = "服务器送来的是压缩过的内容"
        if why:
            self._quiet()
            self._hang_up()
            self._failures = 0
            raise Unread(why)

    def _quiet(self) -> None:
        with self._guard:
            self._due.pop(self._line.connection, None)  # type: ignore[arg-type]

    def _hang_up(self) -> None:
        if self._line.connection:
            self._quiet()
            self._line.connection.close()
            self._opened.remove(self._line.connection)
            self._line.connection = None

    def _watch(self) -> None:
        # A socket's own timeout starts anew with each byte; only an end to the whole answer stops one that drips.
        while not self._closing.wait(min(0.5, self._patience / 4)):
            with self._guard:
                for connection, until in self._due.items():
                    if time.monotonic() > until and connection.sock:
                        try:
                            connection.sock.shutdown(socket.SHUT_RDWR)
                        except OSError:
                            continue  # already gone: its reader knows
