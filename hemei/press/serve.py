"""Serving the live edition: one look-up of a path behind one pointer, so that a request sees one edition.

`Server.answer` is a plain function from a request to an answer, for tests and for any server; `Site` is the granian
(RSGI) end of it. Bytes whose digest is not what the edition says are never sent.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli

from hemei.press.book import Connection, connect
from hemei.press.errors import BadStore, NotReady
from hemei.press.store import Store
from hemei.seal.digest import Digest, digest
from hemei.seal.tree import RESERVED

CACHE = 64 << 20
"""Bytes of files and of their compressed forms that are kept in memory, each."""
LONGEST = 1024
"""Characters of an address, at most."""
SMALLEST = 256
"""Bytes below which compressing saves nothing."""
LARGEST = 8 << 20
"""Bytes above which nothing is compressed while a reader waits."""

SAFE = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; media-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
)
"""Headers of every answer. Pages carry no inline script and no inline style, so the policy allows neither."""

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "avif": "image/avif",
    "webp": "image/webp",
    "jpg": "image/jpeg",
}
_PACKED = frozenset({"html", "css", "js", "json", "xml", "txt", "svg"})
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, max-age=0, must-revalidate"
# Every address of a site is made of these; whatever else a path may hold, it is not ours.
_ADDRESS = re.compile(r"/(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]*", re.ASCII)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_WEIGHT = re.compile(r"q=(0|1|0\.\d{0,3}|1\.0{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Response:
    """What to send back: status, headers with lower-case names, body (empty for HEAD)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Found:
    """A file of one edition."""

    path: str
    name: str
    """What its entity tag is made of: its digest."""
    data: Callable[[], bytes]
    edition: int


class Shelf:
    """A bounded memory: what was not asked for the longest is let go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The bytes of this name, made when they are not at hand."""
        with self._lock:
            data = self._kept.get(name)
            if data is not None:
                self._kept.move_to_end(name)
                return data
        data = make()
        if len(data) > self._most // 8:
            return data
        with self._lock:
            if name not in self._kept:
                self._kept[name] = data
                self._held += len(data)
            while self._held > self._most:
                self._held -= len(self._kept.popitem(last=False)[1])
        return data


class Server:
    """The live edition of a home, read-only. Needs the press's book and store, and nothing of what runs."""

    def __init__(self, home: Path, *, cache: int = CACHE) -> None:
        self._book = home / "press" / "press.sqlite3"
        self._store = Store(home / "press" / "store", reading=True)
        self._files, self._packed = Shelf(cache), Shelf(cache)
        self._local = threading.local()

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Response:
        """The answer to a request. `path` is without its query, percent-decoded once; header names are lower-case."""
        if method not in ("GET", "HEAD"):
            return _told(405, "这里只能读取（GET、HEAD）。", ("allow", "GET, HEAD"))
        try:
            db = self._connection()
            db.execute("BEGIN")
            try:
                answer = self._answer(db, path, headers)
            finally:
                db.execute("ROLLBACK")
        except NotReady as error:
            answer = _told(503, f"{error}。", ("retry-after", "10"))
        except BadStore:
            # Nothing is sent that is not what was sealed; which file it is stands in `hemei verify`.
            answer = _told(500, "这个文件与封存的版次不符，没有送出。请告诉编辑部。")
        return Response(answer.status, answer.headers) if method == "HEAD" else answer

    def _answer(self, db: Connection, path: str, headers: Mapping[str, str]) -> Response:
        edition = int(db.execute("SELECT coalesce(max(number), 0) FROM editions").fetchone()[0])
        if not edition:
            raise NotReady("还没有印出第一版，请稍候")
        if len(path) > LONGEST or not _ADDRESS.fullmatch(path) or "/./" in f"{path}/" or "/../" in f"{path}/":
            return self._missing(db, edition, headers)
        name = path[1:]
        found = self._find(db, edition, f"{name}index.html" if not name or name.endswith("/") else name)
        if found:
            return self._whole(found, headers, 200)
        if name and not name.endswith("/") and self._find(db, edition, f"{name}/index.html"):
            return Response(308, (("location", f"{path}/"), ("content-length", "0"), *_common(edition, _ASK_AGAIN)))
        return self._missing(db, edition, headers)

    def _find(self, db: Connection, edition: int, path: str) -> _Found | None:
        if path.startswith(RESERVED):
            return _well_known(db, edition, path)
        row = db.execute("SELECT digest FROM pages WHERE path = ?", (path,)).fetchone()
        if not row:
            return None
        name: Digest = row[0]
        return _Found(path, name, lambda: self._files.get(name, lambda: self._store.get(name)), edition)

    def _missing(self, db: Connection, edition: int, headers: Mapping[str, str]) -> Response:
        page = self._find(db, edition, "404.html")
        return self._whole(page, headers, 404) if page else _told(404, "没有这一页。")

    def _whole(self, found: _Found, headers: Mapping[str, str], status: int) -> Response:
        kind = found.path.rpartition(".")[2] if not found.path.startswith(RESERVED) else "json"
        coding = _coding(headers.get("accept-encoding", "")) if kind in _PACKED else ""
        data = found.data()
        if not SMALLEST <= len(data) <= LARGEST:
            coding = ""
        tag = f'"{found.name[:32]}{"-" if coding else ""}{coding}"'
        common = list(_common(found.edition, lasting(found.path)))
        common.append(("etag", tag))
        if kind in _PACKED:
            common.append(("vary", "accept-encoding"))
        if kind == "json":
            common.append(("access-control-allow-origin", "*"))  # so that anybody's page can verify ours
        if status == 200 and _same(headers.get("if-none-match"), found.name[:32]):
            return Response(304, tuple(common))
        common.append(("content-type", KINDS.get(kind, "application/octet-stream")))
        if coding:
            packed = self._packed.get(f"{coding} {found.name}", lambda: _pack(coding, data))
            body = ("content-encoding", coding), ("content-length", str(len(packed)))
            return Response(status, (*common, *body), packed)
        common.append(("accept-ranges", "bytes"))
        if status == 200 and "range" in headers and headers.get("if-range", tag) == tag:
            return _part(data, headers["range"], common)
        return Response(status, (*common, ("content-length", str(len(data)))), data)

    def _connection(self) -> Connection:
        db: Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = connect(self._book, reading=True)
        return db


class Site:
    """The RSGI application over a `Server`: for granian, alone or within another application."""

    def __init__(self, home: Path) -> None:
        self.server = Server(home)

    async def __call__(self, scope: Any, protocol: Any) -> None:
        headers = {name: value for name, value in scope.headers.items() if name in _ASKED}
        response = self.server.answer(scope.method, scope.path, headers)
        if response.body:
            protocol.response_bytes(response.status, list(response.headers), response.body)
        else:
            protocol.response_empty(response.status, list(response.headers))

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        await self(scope, protocol)


_ASKED = frozenset({"accept-encoding", "if-none-match", "if-range", "range"})


def _well_known(db: Connection, edition: int, path: str) -> _Found | None:
    name = path.removeprefix(RESERVED)
    if name.startswith("tree/"):
        row = db.execute("SELECT data FROM bundles WHERE name = ?", (name.removeprefix("tree/"),)).fetchone()
    else:
        row = db.execute("SELECT data FROM wellknown WHERE name = ?", (name,)).fetchone()
    if not row:
        return None
    data = bytes(row[0])
    return _Found(path, digest(data), lambda: data, edition)


def _common(edition: int, lasting: str) -> tuple[tuple[str, str], ...]:
    return (*SAFE, ("hemei-edition", str(edition)), ("cache-control", lasting))


def lasting(path: str) -> str:
    """What is named by its content never changes; everything else is asked for again, so that a withdrawal takes hold."""
    return _FOR_EVER if path.startswith(("assets/", "p/", f"{RESERVED}tree/")) else _ASK_AGAIN


def _coding(accepted: str) -> str:
    """The best coding that the reader takes: br, gzip or none (RFC 9110, 12.5.3)."""
    taken: dict[str, float] = {}
    for part in accepted.lower().split(",")[:20]:
        name, _, rest = part.strip().partition(";")
        weight = _WEIGHT.fullmatch(rest.strip()) if rest else None
        taken[name.strip()] = float(weight[1]) if weight else 0.0 if rest else 1.0
    return next((name for name in ("br", "gzip") if taken.get(name, taken.get("*", 0.0)) > 0), "")


def _pack(coding: str, data: bytes) -> bytes:
    if coding == "gzip":
        return gzip.compress(data, 6, mtime=0)
    packed: bytes = brotli.compress(data, quality=5)
    return packed


def _same(asked: str | None, name: str) -> bool:
    """Whether the reader holds this file in any coding (weak comparison: RFC 9110, 13.1.2)."""
    if asked is None:
        return False
    tags = {each.strip().removeprefix("W/").strip('"').partition("-")[0] for each in asked[:4096].split(",")}
    return name in tags or asked.strip() == "*"


def _part(data: bytes, asked: str, common: list[tuple[str, str]]) -> Response:
    """One range of the file; the whole of it for what we do not serve, such as several ranges (RFC 9110, 14.2)."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return Response(200, (*common, ("content-length", str(len(data)))), data)
    size = len(data)
    start = int(found[1]) if found[1] else max(0, size - int(found[2]))
    end = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if found[1] and found[2] and int(found[2]) < int(found[1]):
        return Response(200, (*common, ("content-length", str(size))), data)
    if start >= size:
        return Response(416, (*common, ("content-range", f"bytes */{size}"), ("content-length", "0")))
    part = data[start : end + 1]
    said = ("content-range", f"bytes {start}-{end}/{size}"), ("content-length", str(len(part)))
    return Response(206, (*common, *said), part)


def _told(status: int, text: str, *more: tuple[str, str]) -> Response:
    body = text.encode()
    said = ("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))
    return Response(status, (*SAFE, ("cache-control", "no-store"), *said, *more), body)
