"""Verifying over HTTP, against a real server on loopback that may lie, drip, hang up or never end."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from hemei.seal.keys import public
from hemei.seal.sources import Web
from hemei.seal.tree import RESERVED
from hemei.seal.verify import CannotCheck, Report, verify
from tests.works.vectors.make import FILES, NOW, ROOT, Site

Answer = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        path = unquote(self.path).removeprefix("/mirror/")
        self.server.asked.append(path)
        if answer := self.server.answers.get(path):
            return answer(self)
        data = self.server.files.get(path)
        return self.send(404, b"") if data is None else self.send(200, data)

    def send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """The tests' output is quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = Site().sealed()
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.connections = 0
        self.over = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on an endless answer does what it should."""


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server()
    serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield made
    made.over.set()
    made.shutdown()
    serving.join()
    made.server_close()


def look(server: _Server, **more: Any) -> Report:
    web = Web(f"http://127.0.0.1:{server.server_port}/mirror", **more)
    try:
        return verify(web, public(ROOT), NOW)
    finally:
        web.close()


def told(report: Report) -> dict[str, str]:
    return {each.path: each.why for each in report.bad}


def test_a_genuine_site_of_a_thousand_files_comes_over_few_connections(server: _Server):
    server.files = Site(files=FILES | {f"专题 {n}/桥?.html": b"%d" % n for n in range(1000)}).sealed()
    report = look(server, jobs=4)
    assert (report.ok, report.current, report.files) == (True, True, 1005)
    assert len(server.asked) == len(server.files) + 2
    assert set(server.asked) - server.files.keys() == {"a/2/index.html", "a/2/proof.json"}, "story 2 is withdrawn"
    assert server.connections <= 7


def test_altered_and_missing_files_are_named(server: _Server):
    server.files["index.html"] = server.files["index.html"].replace(b"<", b"[", 1)
    del server.files["404.html"]
    assert told(look(server)) == {"404.html": "缺失", "index.html": "内容被改动：摘要与封存的不符"}


def endless(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.server.over.is_set():
        handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def silent(handler: _Handler) -> None:
    handler.server.over.wait()
    handler.close_connection = True


def dripping(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.over.wait(0.2):
        handler.wfile.write(b"x")


def endless_head(handler: _Handler) -> None:
    while not handler.server.over.wait(0.02):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def truncated(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(FILES["index.html"])))
    handler.end_headers()
    handler.wfile.write(FILES["index.html"][:5])
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (endless, "长"),
        (silent, "超时"),
        (dripping, "超时"),
        (endless_head, "超时"),
        (truncated, "只有 5 字节"),
        (lambda handler: handler.send(302, b"", Location="/mirror/404.html"), "转到别处"),
        (lambda handler: handler.send(500, b"oh"), "500"),
        (lambda handler: handler.send(200, FILES["index.html"], Content_Encoding="gzip"), "压缩"),
        (lambda handler: handler.wfile.write(b"what?\r\n\r\n"), "HTTP"),
        (lambda handler: handler.send(200, FILES["index.html"] + b"x"), "长"),
    ],
    ids=["endless", "silent", "dripping", "endless head", "truncated", "redirect", "500", "gzip", "no HTTP", "longer"],
)
def test_one_hostile_answer_is_one_bad_path_and_the_rest_is_checked(server: _Server, answer: Answer, why: str):
    server.answers["index.html"] = answer
    report = look(server, patience=1.0, slowest=10_000_000)
    assert told(report).keys() == {"index.html"}
    assert why in told(report)["index.html"]
    assert report.edition == 1


@pytest.mark.parametrize("name", ["keys.json", "roster.json", "edition.json", "freshness.json", "tree/"])
def test_an_endless_statement_is_cut_off_and_bad(server: _Server, name: str):
    name = f"tree/{Site().root()}" if name == "tree/" else name
    server.answers[RESERVED + name] = endless
    report = look(server)
    assert not report.current
    assert report.ok == (name == "freshness.json")
    assert told(report).keys() == (set() if report.ok else {RESERVED + name})


def test_a_site_that_stops_answering_is_given_up(server: _Server):
    server.files = Site(files=FILES | {f"b/{n}.html": b"%d" % n for n in range(200)}).sealed()
    for path in server.files:
        if not path.startswith(RESERVED):
            server.answers[path] = silent
    report = look(server, patience=0.4, jobs=4)
    assert len(report.bad) == 205
    assert len(set(server.asked)) < 30


def test_a_server_that_closes_after_each_answer_is_asked_again(server: _Server):
    def brief(handler: _Handler) -> None:
        handler.send(200, FILES["index.html"], Connection="close")
        handler.close_connection = True

    def rude(handler: _Handler) -> None:
        # Closes without having said so: the next request on this connection meets a dead end.
        handler.send(200, FILES["404.html"])
        handler.close_connection = True

    server.answers |= {"index.html": brief, "404.html": rude}
    assert look(server, jobs=1).ok


def test_an_edition_that_goes_live_meanwhile_is_read_again(server: _Server):
    second = Site(files=FILES | {"index.html": b"the next home page"}, number=2, previous=Site().root()).sealed()

    def switch(handler: _Handler) -> None:
        first = handler.server.files[f"{RESERVED}edition.json"]
        handler.server.files = second
        handler.server.answers.clear()
        handler.send(200, first)

    server.answers[f"{RESERVED}edition.json"] = switch
    report = look(server)
    assert (report.ok, report.edition, report.current) == (True, 2, True)


def test_nobody_at_home_is_no_verdict(server: _Server):
    gone = _Server()
    gone.server_close()
    with pytest.raises(CannotCheck, match="连不上"):
        look(gone)


@pytest.mark.parametrize(
    "address",
    ["ftp://x/", "http://", "http://a:b@x/", "http://x/?q", "http://x/#f", "http://x:99999/", "http://[", "x"],
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(ValueError, match=r"网址|IPv6"):
        Web(address)
