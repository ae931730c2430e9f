"""Serving the live edition: a path is looked up in one edition, behind one pointer; a request never sees two.

`Server.answer` is a plain function from a request to an answer; `Site` hangs it into granian (RSGI).
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli

from hemei.plate.book import connect_to_read
from hemei.plate.store import Store

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SAFE: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}
KINDS: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}
TEXTS = frozenset({"html", "css", "js", "json", "xml", "txt", "svg"})
WELL_KNOWN = ".well-known/hemei/"
CACHE_BYTES = 128 * 1024 * 1024
LONGEST_PATH = 1024
_PLAIN = re.compile(r"/(?:[A-Za-z0-9._!~-]+/)*[A-Za-z0-9._!~-]*")
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    tag: str
    ending: str
    edition: int


class Server:
    """Answers from the press's database and store, read-only. Safe to call from several threads."""

    def __init__(self, home: Path, cache_bytes: int = CACHE_BYTES) -> None:
        self._database = home / "press" / "press.sqlite3"
        self._store = Store(home / "press" / "store")
        self._sql: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._held, self._most = 0, cache_bytes

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What to send back. ``path`` is decoded and without its query; header names are lower-case."""
        if method not in ("GET", "HEAD"):
            return self._said(405, "只能读取。", (("allow", "GET, HEAD"),))
        if (
            len(path) > LONGEST_PATH
            or not _PLAIN.fullmatch(path)
            or any(part in ("..", ".") for part in path.split("/"))
        ):
            return self._lost(method, headers)
        inside = path[1:] + ("index.html" if path.endswith("/") else "")
        found = self._find(inside)
        if found is None and not path.endswith("/") and self._find(f"{inside}/index.html"):
            return Answer(308, (("location", f"{path}/"), *SAFE.items()), b"")
        return self._file(found, inside, method, headers) if found else self._lost(method, headers)

    def _connection(self) -> sqlite3.Connection | None:
        if self._sql is None and self._database.exists():
            self._sql = connect_to_read(self._database)
        return self._sql

    def _find(self, path: str) -> _File | None:
        """The file at this path in the live edition: its row and the edition's number are read in one snapshot."""
        with self._lock:
            sql = self._connection()
            if sql is None:
                return None
            try:
                sql.execute("begin")
                try:
                    number = sql.execute("select max(number) from edition").fetchone()[0] or 0
                    if path.startswith(WELL_KNOWN):
                        query = "select data, '' from well where path=?"
                        found = sql.execute(query, (path[len(WELL_KNOWN) :],)).fetchone()
                    else:
                        found = sql.execute("select digest, digest from page where path=?", (path,)).fetchone()
                finally:
                    sql.execute("rollback")
            except sqlite3.OperationalError:  # the press is making its database just now
                return None
        if found is None:
            return None
        ending = path.rpartition(".")[2]
        if path.startswith(WELL_KNOWN):
            data = bytes(found[0])
            return _File(data, f"{len(data)}-{hash(data) & 0xFFFFFFFFFFFF:x}", "json", number)
        return _File(self._blob(found[0]), found[1], ending, number)

    def _blob(self, name: str) -> bytes:
        kept = self._cached(name, "")
        if kept is None:
            kept = self._store.get(name)
            self._keep(name, "", kept)
        return kept

    def _cached(self, name: str, coding: str) -> bytes | None:
        with self._lock:
            kept = self._cache.get((name, coding))
            if kept is not None:
                self._cache.move_to_end((name, coding))
            return kept

    def _keep(self, name: str, coding: str, data: bytes) -> None:
        with self._lock:
            if len(data) > self._most // 8:
                return
            if (name, coding) not in self._cache:
                self._held += len(data)
            self._cache[name, coding] = data
            while self._held > self._most:
                self._held -= len(self._cache.popitem(last=False)[1])

    def _coded(self, file: _File, accepted: str) -> tuple[bytes, str]:
        """The bytes in the best coding that the reader takes; coded once for each content."""
        if file.ending not in TEXTS or len(file.data) < 256 or not file.tag:
            return file.data, ""
        offered = {
            part.split(";")[0].strip() for part in accepted.split(",") if not re.search(r";\s*q=0(\.0*)?\s*$", part)
        }
        coding = next((one for one in ("br", "gzip") if one in offered), "")
        if not coding:
            return file.data, ""
        kept = self._cached(file.tag, coding)
        if kept is None:
            pack = (lambda data: brotli.compress(data, quality=5)) if coding == "br" else _gzip
            kept = pack(file.data)
            self._keep(file.tag, coding, kept)
        return kept, coding

    def _file(self, file: _File, path: str, method: str, headers: Mapping[str, str], status: int = 200) -> Answer:
        data, coding = self._coded(file, headers.get("accept-encoding", ""))
        tag = f'"{file.tag[:32]}{"-" + coding if coding else ""}"'
        said = [
            ("content-type", KINDS.get(file.ending, "application/octet-stream")),
            ("etag", tag),
            ("cache-control", _lasting(path)),
            ("hemei-edition", str(file.edition)),
            *SAFE.items(),
        ]
        if file.ending in TEXTS:
            said.append(("vary", "accept-encoding"))
        if status == 200 and _matches(headers.get("if-none-match", ""), tag):
            return Answer(304, tuple(said), b"")
        if coding:
            said.append(("content-encoding", coding))
        elif status == 200:
            said.append(("accept-ranges", "bytes"))
            asked = headers.get("range") if headers.get("if-range", tag) == tag else None
            part = _part(asked, len(data)) if asked else None
            if part == (-1, -1):
                return Answer(416, (*said, ("content-range", f"bytes */{len(data)}")), b"")
            if part:
                said.append(("content-range", f"bytes {part[0]}-{part[1]}/{len(data)}"))
                data, status = data[part[0] : part[1] + 1], 206
        said.append(("content-length", str(len(data))))
        return Answer(status, tuple(said), b"" if method == "HEAD" else data)

    def _lost(self, method: str, headers: Mapping[str, str]) -> Answer:
        page = self._find("404.html")
        if page is None:
            return self._said(503, "网站正在准备第一版，请稍候再来。", (("retry-after", "5"),))
        return self._file(page, "404.html", method, headers, 404)

    def _said(self, status: int, words: str, more: tuple[tuple[str, str], ...]) -> Answer:
        body = words.encode()
        kind = ("content-type", "text/plain; charset=utf-8")
        return Answer(status, (kind, ("content-length", str(len(body))), *more, *SAFE.items()), body)


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def _lasting(path: str) -> str:
    """How long a copy may be kept: what is named by its content for ever, everything else asks again."""
    if path.startswith(("assets/", "p/")) or path.startswith(f"{WELL_KNOWN}tree/"):
        return "public, max-age=31536000, immutable"
    return "public, max-age=0, must-revalidate"


def _matches(asked: str, tag: str) -> bool:
    return asked.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in asked.split(",")}


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None to send everything, (-1, -1) when it cannot be met (RFC 9110, 14)."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or asked.strip() == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else (-1, -1)
    if int(first) >= size or (last and int(last) < int(first)):
        return (-1, -1)
    return int(first), min(int(last) if last else size - 1, size - 1)


class Site:
    """The server as granian calls it (RSGI)."""

    def __init__(self, home: Path) -> None:
        self._server = Server(home)

    async def __call__(self, scope: Any, protocol: Any) -> None:
        headers = {name.lower(): value for name, value in scope.headers.items()}
        answer = self._server.answer(scope.method, scope.path, headers)
        protocol.response_bytes(answer.status, list(answer.headers), answer.body)
