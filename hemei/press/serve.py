"""Serving the live edition: one look-up of a path behind one pointer, so that a request sees one edition.

`Server.answer` is a plain function from a request to an answer, for tests and for any server; `Site` is the granian
(RSGI) end of it. Bytes whose digest is not what the edition says are never sent.

What was sent once is kept ready, headers and all, and sent again for as long as nobody wrote in the book: SQLite tells
each connection whether another one has (https://www.sqlite.org/pragma.html#pragma_data_version). So a withdrawal takes
hold with the next request after its commit, and a request that finds the book as it was costs one question or less.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hemei.press import coding
from hemei.press.book import connect
from hemei.press.errors import BadStore, NotReady
from hemei.press.packed import Packed
from hemei.press.shelf import Shelf
from hemei.press.store import Store
from hemei.seal.digest import Digest, digest
from hemei.seal.tree import RESERVED

if TYPE_CHECKING:
    from sqlite3 import Cursor

CACHE = 128 << 20
"""Bytes that are kept ready in memory."""
OWN = 1024
"""Bytes that an answer which is kept ready takes beside its body, or a little less."""
LONGEST = 1024
"""Characters of an address, at most."""

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
_PACKED = coding.TEXT | {"json"}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, max-age=0, must-revalidate"
# Every address of a site is made of these; whatever else a path may hold, it is not ours.
_ADDRESS = re.compile(r"/(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]*", re.ASCII)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What to send back: status, headers with lower-case names, body (empty for HEAD)."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Form:
    """A file in one coding, or as it is: what is sent of it to those who have it not, and to those who have."""

    coding: str
    tag: str
    whole: Response
    same: Response


@dataclass(slots=True)
class _File:
    """A file of one edition, with the forms in which it was sent so far, by their coding."""

    path: str
    digest: Digest
    size: int
    edition: int
    book: int
    """The state of the book in which this was looked up."""
    data: bytes | None = None
    """The bytes of a document that lies in the book."""
    forms: dict[str, _Form] = field(default_factory=dict)
    spoilt: dict[str, int] = field(default_factory=dict)
    """Codings that the packed file has not soundly, each with what was seen of that file."""
    kind: str = ""
    packs: bool = False

    def __post_init__(self) -> None:
        self.kind = "json" if self.path.startswith(RESERVED) else self.path.rpartition(".")[2]
        self.packs = self.kind in _PACKED and coding.SMALLEST <= self.size <= coding.LARGEST

    def weight(self) -> int:
        return OWN + len(self.data or b"") + sum(OWN + len(form.whole.body) for form in self.forms.values())


class Server:
    """The live edition of a home, read-only. Needs the press's book and store, and nothing of what runs."""

    def __init__(self, home: Path, *, cache: int = CACHE) -> None:
        self._book = home / "press" / "press.sqlite3"
        self._store = Store(home / "press" / "store", reading=True)
        self._packed = Packed(home / "press" / "packed")
        self._ready: Shelf[_File] = Shelf(cache, _File.weight)
        self._db: Cursor | None = None
        self._lock = threading.Lock()

    def state(self) -> int:
        """A number that is another one as soon as somebody has written in the book; -1 while there is none."""
        with self._lock:
            try:
                return _state(self._reader())
            except NotReady:
                return -1

    def answer(self, method: str, path: str, headers: Mapping[str, str], state: int | None = None) -> Response:
        """The answer to a request. `path` is without its query, percent-decoded once; header names are lower-case.

        `state` is the book's, for whoever asked after this request had come in.
        """
        if method not in ("GET", "HEAD"):
            return _told(405, "这里只能读取（GET、HEAD）。", ("allow", "GET, HEAD"))
        try:
            with self._lock:
                answer = self._answer(path, headers, state)
        except NotReady as error:
            answer = _told(503, f"{error}。", ("retry-after", "10"))
        except BadStore:
            # Nothing is sent that is not what was sealed; which file it is stands in `hemei verify`.
            answer = _told(500, "这个文件与封存的版次不符，没有送出。请告诉编辑部。")
        return Response(answer.status, answer.headers) if method == "HEAD" else answer

    def _reader(self) -> Cursor:
        if self._db is None:
            self._db = connect(self._book, reading=True).cursor()
        return self._db

    def _answer(self, path: str, headers: Mapping[str, str], state: int | None) -> Response:
        db = self._reader()
        file = self._ready.get(path)
        if file and file.book == (_state(db) if state is None else state):
            return self._sent(path, file, headers)
        db.execute("BEGIN")
        try:
            return self._looked_up(db, path, headers)
        finally:
            db.execute("ROLLBACK")

    def _looked_up(self, db: Cursor, path: str, headers: Mapping[str, str]) -> Response:
        edition = int(db.execute("SELECT coalesce(max(number), 0) FROM editions").fetchone()[0])
        if not edition:
            raise NotReady("还没有印出第一版，请稍候")
        if len(path) > LONGEST or not _ADDRESS.fullmatch(path) or "/./" in f"{path}/" or "/../" in f"{path}/":
            return self._missing(db, edition, headers)
        name = path[1:]
        found = self._find(db, edition, path, f"{name}index.html" if not name or name.endswith("/") else name)
        if found:
            return self._sent(path, found, headers)
        if name and not name.endswith("/") and _look(db, f"{name}/index.html"):
            return Response(308, (("location", f"{path}/"), ("content-length", "0"), *_common(edition, _ASK_AGAIN)))
        return self._missing(db, edition, headers)

    def _missing(self, db: Cursor, edition: int, headers: Mapping[str, str]) -> Response:
        page = self._find(db, edition, "/404.html", "404.html")
        if not page:
            return _told(404, "没有这一页。")
        form = self._form("/404.html", page, headers)
        return Response(404, form.whole.headers, form.whole.body)

    def _find(self, db: Cursor, edition: int, address: str, path: str) -> _File | None:
        """The file at this path, ready as far as it was when it is still the same; keep it ready under its address."""
        state, known = _state(db), self._ready.get(address)
        if known and known.book == state:
            return known
        told = _look(db, path)
        if not told:
            self._ready.drop(address)
            return None
        name, size, data = told
        file = _File(path, name, size, edition, state, data)
        if known and known.digest == name:
            for each, form in known.forms.items():
                file.forms[each] = form if known.edition == edition else _formed(file, each, form.whole.body)
        self._ready.put(address, file)
        return file

    def _sent(self, address: str, file: _File, headers: Mapping[str, str]) -> Response:
        form = self._form(address, file, headers)
        asked = headers.get("if-none-match")
        if asked is not None and (asked == form.tag or _same(asked, file.digest[:32])):
            return form.same
        if not form.coding and (part := headers.get("range")) and headers.get("if-range", form.tag) == form.tag:
            return _part(form.whole, part)
        return form.whole

    def _form(self, address: str, file: _File, headers: Mapping[str, str]) -> _Form:
        """The file as this reader takes it."""
        taken = coding.taken(headers.get("accept-encoding", "")) if file.packs else ()
        wanted = taken[0] if taken else ""
        form = file.forms.get(wanted)
        if form is None:
            form = self._made(file, wanted, "gzip" if "gzip" in taken else "")
        if form.coding not in file.forms:
            file.forms[form.coding] = form
            self._ready.put(address, file)  # it weighs more now
        return form

    def _made(self, file: _File, wanted: str, at_once: str) -> _Form:
        """The best form there is: what the second pass packed; before it came this far, what is made at once."""
        if wanted and coding.packs(file.kind, file.size):
            seen = self._packed.seen(file.digest)
            if seen and seen != file.spoilt.get(wanted):
                packed = self._packed.get(file.digest, wanted, file.size)
                if packed is not None:
                    return _formed(file, wanted, packed)
                file.spoilt[wanted] = seen
        known = file.forms.get(at_once)
        if known:
            return known
        data = file.data if file.data is not None else self._store.get(file.digest)
        return _formed(file, at_once, coding.pack(at_once, data) if at_once else data)


class Site:
    """The RSGI application over a `Server`: for granian, alone or within another application.

    Requests that wait in the event loop together ask for the book's state once. The loop calls in the order in which
    it was told to (https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon), and is told to
    forget the state before it is asked: so whoever finds it known was waiting before it was asked, and had sent his
    request before anything was written that it does not tell of.
    """

    def __init__(self, home: Path, *, cache: int = CACHE) -> None:
        self.server = Server(home, cache=cache)
        self._state: int | None = None

    async def __call__(self, scope: Any, protocol: Any) -> None:
        if self._state is None:
            asyncio.get_running_loop().call_soon(self._forget)
            self._state = self.server.state()
        response = self.server.answer(scope.method, scope.path, scope.headers, self._state)
        if response.body:
            protocol.response_bytes(response.status, response.headers, response.body)
        else:
            protocol.response_empty(response.status, response.headers)

    def _forget(self) -> None:
        self._state = None

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        await self(scope, protocol)


def _state(db: Cursor) -> int:
    """A number that is another one as soon as another connection has written; within a transaction it stays."""
    state: int = db.execute("PRAGMA data_version").fetchone()[0]
    return state


def _look(db: Cursor, path: str) -> tuple[Digest, int, bytes | None] | None:
    """Digest and size of the file at this path, with its bytes when these lie in the book."""
    if not path.startswith(RESERVED):
        row = db.execute("SELECT digest, size FROM pages WHERE path = ?", (path,)).fetchone()
        return (row[0], row[1], None) if row else None
    name = path.removeprefix(RESERVED)
    if name.startswith("tree/"):
        row = db.execute("SELECT data FROM bundles WHERE name = ?", (name.removeprefix("tree/"),)).fetchone()
    else:
        row = db.execute("SELECT data FROM wellknown WHERE name = ?", (name,)).fetchone()
    data = bytes(row[0]) if row else None
    return (digest(data), len(data), data) if data is not None else None


def _formed(file: _File, packed: str, body: bytes) -> _Form:
    """A form of the file with all that is said of it."""
    tag = f'"{file.digest[:32]}{"-" if packed else ""}{packed}"'
    common = [*_common(file.edition, lasting(file.path)), ("etag", tag)]
    if file.kind in _PACKED:
        common.append(("vary", "accept-encoding"))
    if file.kind == "json":
        common.append(("access-control-allow-origin", "*"))  # so that anybody's page can verify ours
    same = Response(304, tuple(common))
    common.append(("content-type", KINDS.get(file.kind, "application/octet-stream")))
    common.append(("content-encoding", packed) if packed else ("accept-ranges", "bytes"))
    whole = Response(200, (*common, ("content-length", str(len(body)))), body)
    return _Form(packed, tag, whole, same)


def _common(edition: int, lasting: str) -> tuple[tuple[str, str], ...]:
    return (*SAFE, ("hemei-edition", str(edition)), ("cache-control", lasting))


def lasting(path: str) -> str:
    """What is named by its content never changes; everything else is asked for again, so that a withdrawal takes hold."""
    return _FOR_EVER if path.startswith(("assets/", "p/", f"{RESERVED}tree/")) else _ASK_AGAIN


def _same(asked: str | None, name: str) -> bool:
    """Whether the reader holds this file in any coding (weak comparison: RFC 9110, 13.1.2)."""
    if asked is None:
        return False
    tags = {each.strip().removeprefix("W/").strip('"').partition("-")[0] for each in asked[:4096].split(",")}
    return name in tags or asked.strip() == "*"


def _part(whole: Response, asked: str) -> Response:
    """One range of the file; the whole of it for what we do not serve, such as several ranges (RFC 9110, 14.2)."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return whole
    common, size = whole.headers[:-1], len(whole.body)
    start = int(found[1]) if found[1] else max(0, size - int(found[2]))
    end = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if found[1] and found[2] and int(found[2]) < int(found[1]):
        return whole
    if start >= size:
        return Response(416, (*common, ("content-range", f"bytes */{size}"), ("content-length", "0")))
    part = whole.body[start : end + 1]
    said = ("content-range", f"bytes {start}-{end}/{size}"), ("content-length", str(len(part)))
    return Response(206, (*common, *said), part)


def _told(status: int, text: str, *more: tuple[str, str]) -> Response:
    body = text.encode()
    said = ("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))
    return Response(status, (*SAFE, ("cache-control", "no-store"), *said, *more), body)
