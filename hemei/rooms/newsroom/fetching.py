"""Fetches one address from outside without being led inside: the name is resolved once, every address it has is looked at,
and the connection goes to the one that was looked at. Bounded in time, size and redirects.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

MOST_BYTES = 10 << 20
SECONDS = 15.0
MOST_REDIRECTS = 4
_PORTS = frozenset({80, 443})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
AGENT = "hemei/1 (+feed reader)"


class NotFetched(Exception):
    """Why nothing came, in Chinese, with what to do."""


@dataclass(frozen=True, slots=True)
class Fetched:
    data: bytes | None
    """None: nothing has changed since."""
    etag: str
    modified: str


def fetch(address: str, *, etag: str = "", modified: str = "", private: bool = False) -> Fetched:
    """What this address gives now. Raises NotFetched. ``private``: addresses of this machine and network are allowed."""
    deadline = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        answer = _once(address, etag, modified, private, deadline)
        if isinstance(answer, Fetched):
            return answer
        address = urljoin(address, answer)
    raise NotFetched("这个地址一再转到别处，没有取到。请换成最后转到的地址。")


def _once(address: str, etag: str, modified: str, private: bool, deadline: float) -> Fetched | str:
    """The answer, or where it sends us."""
    line = _line(address, private, deadline)
    headers = {"User-Agent": AGENT, "Accept": "application/atom+xml, application/rss+xml, application/xml, text/xml, */*;q=0.5",
               "Accept-Encoding": "identity", "Connection": "close"}  # fmt: skip
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": modified} if modified else {}
    parts = urlsplit(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # Who sends a byte a second keeps a socket's own time limit from ever ending: this ends it.
    watch = threading.Timer(max(0.1, deadline - time.monotonic()), _cut, [line])
    watch.daemon = True
    watch.start()
    try:
        line.request("GET", path, headers=headers)
        answer = _taken(line.getresponse())
        if time.monotonic() >= deadline:
            raise TimeoutError("cut off, which looks like an end")
        return answer
    except ssl.SSLCertVerificationError as error:
        raise NotFetched("对方网站的证书不对，没有取。请核对地址，或告诉对方。") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline
        raise NotFetched(
            "对方太慢，十五秒没有传完。下次再试。" if late else "连不上对方网站。请核对地址，或过一会儿再试。"
        ) from error
    finally:
        watch.cancel()
        line.close()


def _taken(answer: http.client.HTTPResponse) -> Fetched | str:
    if answer.status in (301, 302, 303, 307, 308) and answer.getheader("Location"):
        return str(answer.getheader("Location"))
    etag, modified = (answer.getheader("ETag") or "")[:200], (answer.getheader("Last-Modified") or "")[:100]
    if answer.status == 304:
        return Fetched(None, etag, modified)
    if answer.status != 200:
        raise NotFetched(f"对方网站回答 {answer.status}，没有取到。请在浏览器里打开这个地址看看。")
    data = answer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise NotFetched("对方给的内容超过 10 MB，没有收。请换一个地址。")
    return Fetched(data, etag, modified)


def _line(address: str, private: bool, deadline: float) -> _Plain | _Secure:
    """A connection to an address that was looked at."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotFetched("这不是一个网址。请从浏览器的地址栏复制。") from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise NotFetched("只能用 http:// 或 https:// 开头的网址，也不能带用户名。请从浏览器的地址栏复制。")
    if not private and port not in _PORTS and port < 1024:
        raise NotFetched("这个端口不能用。请用网站通常的地址。")
    place = _looked_at(host, port, private)
    left = max(0.1, deadline - time.monotonic())
    if parts.scheme == "https":
        return _Secure(host, port, place, left)
    return _Plain(host, port, place, left)


def _looked_at(host: str, port: int, private: bool) -> str:
    """The address to connect to. Every address of the name must be one of the open net, or none is used."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched("找不到这个网站。请核对地址。") from error
    places = [str(each[4][0]) for each in found]
    if not private and not all(is_open(place) for place in places):
        raise NotFetched("这个地址在本机或内部网络里，没有取。确实要用内网的来源，请管理员设 HEMEI_SOURCES_PRIVATE=1。")
    return places[0]


def is_open(place: str) -> bool:
    """Whether an IP address is one of the open net, and no other dress of one that is not."""
    try:
        address = ipaddress.ip_address(place.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_open(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, port: int, place: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self.place = place
        self.wire: socket.socket | None = None  # an answer takes the connection's own socket away from it

    def connect(self) -> None:
        self.sock = self.wire = socket.create_connection((self.place, self.port), self.timeout)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, place: str, timeout: float) -> None:
        self.safe = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self.safe)
        self.place = place
        self.wire: socket.socket | None = None

    def connect(self) -> None:
        raw = socket.create_connection((self.place, self.port), self.timeout)
        self.sock = self.wire = self.safe.wrap_socket(raw, server_hostname=self.host)


def _cut(line: _Plain | _Secure) -> None:
    with contextlib.suppress(OSError):
        if line.wire is not None:
            line.wire.shutdown(socket.SHUT_RDWR)
