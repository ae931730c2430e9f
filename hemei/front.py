"""The front door: one port, the printed site at `/`, the desk behind `/desk/`.

Runs in granian as an RSGI application (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md).
The printed site is answered here, from the press's store, so that it works with the desk switched off.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from string import punctuation
from typing import Any, Final
from urllib.parse import quote

import httpx

from hemei.home import home, yes
from hemei.lifeline import die_with

Header = tuple[str, str]
Answer = Callable[[Any, Any], Awaitable[None]]

#: The largest body the desk is sent, in bytes: a 50 MB document and its form around it.
CAP: Final = 60 * 1024 * 1024
#: What is read and thrown away of a body that is too large, so that the browser gets to read why.
DRAIN: Final = 256 * 1024 * 1024
PATIENCE: Final = {"connect": 5.0, "read": 120.0, "write": 60.0, "pool": 30.0}

#: Headers that belong to one connection (RFC 9110, 7.6.1); they end here in both directions.
HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade"}
)  # fmt: skip
#: What a stranger may not tell the desk: where he comes from.
CLAIMS: Final = frozenset({"forwarded", "x-real-ip", "x-forwarded"})


class Proxy:
    """Hands requests on to an HTTP server on a unix socket, streaming both ways.

    It keeps nothing between requests but open connections. In particular it is not an httpx client: a client keeps the
    cookies of the answers, and would log the next visitor in as the last one.
    """

    def __init__(self, socket: Path, *, behind_proxy: bool = False, cap: int = CAP) -> None:
        self._behind_proxy = behind_proxy
        self._cap = cap
        limits = httpx.Limits(max_connections=128, max_keepalive_connections=32, keepalive_expiry=15)
        self._transport = httpx.AsyncHTTPTransport(uds=str(socket), limits=limits)

    async def __call__(self, scope: Any, protocol: Any) -> None:
        incoming = scope.headers.items()
        length = scope.headers.get("content-length") or "0"
        if not length.isascii() or not length.isdigit():
            _page(protocol, 400, "请求有误", "请求的长度写得不对。")
            return
        if int(length) > self._cap:
            await self._too_large(protocol)
            return
        if "transfer-encoding" in scope.headers:  # no browser does this; Django would take the body for empty
            _page(protocol, 411, "请求有误", "请求没有写明长度。")
            return
        has_body = int(length) > 0
        query = "?" + quote(scope.query_string, safe=punctuation) if scope.query_string else ""
        path = quote(scope.path, safe="/:@!$&'()*+,;=~")  # granian hands it over decoded
        request = httpx.Request(
            scope.method,
            httpx.URL(scheme="http", host="desk", raw_path=f"{path}{query}".encode()),
            headers=[*onward(incoming), *self._whence(scope)],
            content=_pieces(protocol) if has_body else None,
            extensions={"timeout": PATIENCE},
        )
        try:
            response = await self._ask(request, again=not has_body)
        except httpx.ConnectError:
            _page(protocol, 502, "采编后台正在启动", "请稍候，本页每两秒自动重试一次。", refresh=scope.method == "GET")
        except httpx.TransportError:
            _page(
                protocol, 502, "采编后台没有答复",
                "刚才的操作可能没有保存。请返回上一页核对；如一直这样，请查看启动窗口里的提示。",
            )  # fmt: skip
        else:
            await _answer(scope.method, response, protocol)

    async def _ask(self, request: httpx.Request, *, again: bool) -> httpx.Response:
        """One question, one answer. A question without a body is put again when an idle connection had gone stale."""
        try:
            return await self._transport.handle_async_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not (again and request.method in ("GET", "HEAD")):
                raise
            return await self._transport.handle_async_request(request)

    async def _too_large(self, protocol: Any) -> None:
        seen = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                async for piece in protocol:
                    seen += len(piece)
                    if seen > DRAIN:
                        break
        text = f"一次最多上传 {self._cap // 1024 // 1024} MB。请把文件分开，或者先压缩图片，再上传一次。"
        _page(protocol, 413, "上传的内容太大", text)

    def _whence(self, scope: Any) -> list[Header]:
        """Who asks, as we see it; as the proxy before us saw it only when the settings say that there is one."""
        address, scheme = scope.client.rsplit(":", 1)[0].strip("[]"), scope.scheme
        host = scope.headers.get("host") or scope.authority or ""
        if self._behind_proxy:
            address = (scope.headers.get("x-forwarded-for") or address).rsplit(",", 1)[-1].strip()
            scheme = "https" if scope.headers.get("x-forwarded-proto") == "https" else "http"
        return [
            ("Host", host),
            ("X-Forwarded-For", address),
            ("X-Forwarded-Proto", scheme),
            ("X-Forwarded-Host", host),
        ]


def onward(headers: Iterable[Header]) -> list[Header]:
    """The headers to hand on: those of one connection and claims about where a request comes from are left out.

    Names with an underscore go too: a WSGI server writes `X_Forwarded_For` and `X-Forwarded-For` into one variable.
    """
    kept = [(name, value) for name, value in headers if "_" not in name]
    named = {word.strip().lower() for name, value in kept if name.lower() == "connection" for word in value.split(",")}
    return [
        (name, value)
        for name, value in kept
        if (low := name.lower()) not in HOP_BY_HOP | CLAIMS | named | {"host"} and not low.startswith("x-forwarded-")
    ]


async def _pieces(protocol: Any) -> AsyncIterator[bytes]:
    """The body as it comes in. httpx notices when it ends before the length that was told."""
    async for piece in protocol:
        yield bytes(piece)


async def _answer(method: str, response: httpx.Response, protocol: Any) -> None:
    """Hand the desk's answer back piece by piece, every header as it was, also those that come several times."""
    raw = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
    headers = [(name, value) for name, value in raw if name.lower() not in HOP_BY_HOP]
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    try:
        if method == "HEAD" or response.status_code in (204, 304):
            protocol.response_empty(response.status_code, headers)
            return
        transport = protocol.response_stream(response.status_code, headers)
        async for piece in stream:
            await transport.send_bytes(piece)
    finally:
        await stream.aclose()


def _page(protocol: Any, status: int, title: str, text: str, *, refresh: bool = False) -> None:
    again = '<meta http-equiv="refresh" content="2">' if refresh else ""
    protocol.response_str(
        status,
        [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")],
        f'<!doctype html><html lang="zh-Hans"><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width"><title>' + title + "</title>"
        '<body style="font-family:sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;line-height:1.7">'
        f"<h1>{title}</h1><p>{text}</p>",
    )


class Front:
    """`/desk/` and below to the desk, everything else to the printed site."""

    def __init__(self, site: Answer, desk: Answer) -> None:
        self._site = site
        self._desk = desk

    async def __call__(self, scope: Any, protocol: Any) -> None:
        if scope.proto != "http":
            protocol.close(403)  # a websocket: nobody here speaks it
        elif scope.path.startswith("/desk/"):
            await self._desk(scope, protocol)
        elif scope.path == "/desk":
            protocol.response_empty(301, [("location", "/desk/")])
        else:
            await self._site(scope, protocol)


class App:
    """What granian loads. The parts are made in the event loop that they will run in."""

    def __init__(self, make: Callable[[], Front]) -> None:
        self._make = make
        self._front: Front | None = None

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if self._front is None:
            self._front = self._make()
        await self._front(scope, protocol)


def front() -> Front:
    """The front door of the home in HEMEI_HOME."""
    from hemei.press.serve import Site

    folder = home()
    return Front(Site(folder), Proxy(folder / "run" / "desk.sock", behind_proxy=yes("HEMEI_BEHIND_PROXY")))


if parent := os.environ.get("HEMEI_PARENT"):  # a worker of `hemei run`
    die_with(int(parent))
app = App(front)
