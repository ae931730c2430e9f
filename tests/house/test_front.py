"""The front door: two browsers never become one, and the desk hears nothing that a stranger made up."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.toys import SMALL

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(family: int, address: object) -> None:
    """Wait until somebody listens there; give up after some ten seconds."""
    for _ in range(2_000):
        with socket.socket(family) as probe:
            probe.settimeout(0.005)
            if probe.connect_ex(address) == 0:  # type: ignore[arg-type]
                return
        subprocess.run(["true"], check=True)  # let the others run
    raise AssertionError(f"nobody listens at {address}")


@contextmanager
def granian(*arguments: str, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--no-log", *arguments], cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def house(folder: Path, *, desk: bool = True, **environment: str) -> Iterator[int]:
    """A front door, and a toy desk behind it when `desk`; yields the port."""
    sock, port = folder / "desk.sock", free_port()
    with granian(
        "--interface", "rsgi", "--port", str(port), "tests.house.toys:app", TOY_SOCKET=str(sock), **environment
    ):
        answers(socket.AF_INET, ("127.0.0.1", port))
        if not desk:
            yield port
            return
        with granian("--interface", "wsgi", "--uds", str(sock), "tests.house.toys:desk"):
            answers(socket.AF_UNIX, str(sock))
            yield port


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with house(tmp_path_factory.mktemp("front")) as number:
        yield number


Answer = tuple[int, list[tuple[str, str]], bytes]


def ask(
    port: int, path: str, method: str = "GET", body: object = None, headers: dict[str, str] | None = None
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers or {})  # type: ignore[arg-type]
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read()
    finally:
        connection.close()


class Browser:
    """A person at a browser of his own: one connection kept open, and the cookies it was given."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = ""

    def visit(self, path: str) -> str:
        self.connection.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
        response = self.connection.getresponse()
        if given := response.getheader("Set-Cookie"):
            self.cookie = given.split(";")[0]
        return str(json.loads(response.read())["who"])


def test_two_people_and_a_stranger_never_become_each_other(port: int) -> None:
    def work(name: str) -> set[str]:
        browser = Browser(port)
        if name != "stranger":
            assert browser.visit(f"/desk/login?name={name}") == ""
        return {browser.visit("/desk/who") for _ in range(60)}

    names = ["li", "wang", "zhao", "stranger", "stranger"]
    with ThreadPoolExecutor(5) as people:
        seen = list(people.map(work, names))
    assert seen == [{"session=li"}, {"session=wang"}, {"session=zhao"}, {""}, {""}]


def test_the_printed_site_and_the_desk_share_one_port(port: int) -> None:
    assert ask(port, "/a/12/")[2] == b"printed /a/12/"
    assert ask(port, "/desks/")[2] == b"printed /desks/"
    assert json.loads(ask(port, "/desk/a")[2])["path"] == "/desk/a"
    status, headers, _ = ask(port, "/desk")
    assert (status, dict(headers)["location"]) == (301, "/desk/")


def test_paths_and_queries_arrive_as_they_were_sent(port: int) -> None:
    seen = json.loads(ask(port, "/desk/%E9%9D%92%20%3F?q=%E6%A3%A0&x=1%2B1")[2])
    assert (seen["path"], seen["query"]) == ("/desk/青 ?", "q=%E6%A3%A0&x=1%2B1")


def test_the_desk_believes_no_stranger_about_where_he_comes_from(port: int) -> None:
    seen = json.loads(
        ask(
            port,
            "/desk/",
            headers={
                "Host": "news.example",
                "X-Forwarded-For": "10.9.9.9",
                "X_Forwarded_Proto": "https",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Prefix": "/evil",
                "Forwarded": "for=10.9.9.9",
                "X-Real-IP": "10.9.9.9",
                "Connection": "close, X-Private",
                "X-Private": "1",
                "X-Kept": "是".encode().decode("latin-1"),
            },
        )[2]
    )["headers"]
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert seen["HTTP_X_FORWARDED_PROTO"] == "http"
    assert seen["HTTP_HOST"] == seen["HTTP_X_FORWARDED_HOST"] == "news.example"
    assert not {"HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PREFIX", "HTTP_X_PRIVATE"} & set(seen)


def test_behind_a_proxy_the_last_address_and_https_are_taken_from_it(tmp_path: Path) -> None:
    with house(tmp_path, TOY_PROXY="1") as port:
        seen = json.loads(
            ask(port, "/desk/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto": "https"})[2]
        )["headers"]
    assert (seen["HTTP_X_FORWARDED_FOR"], seen["HTTP_X_FORWARDED_PROTO"]) == ("203.0.113.9", "https")


def test_bodies_stream_both_ways_unchanged(port: int) -> None:
    body = os.urandom(SMALL)
    seen = json.loads(ask(port, "/desk/upload", "POST", body)[2])
    assert seen["body"] == [SMALL, hashlib.sha256(body).hexdigest()]
    status, headers, answer = ask(port, "/desk/long")
    assert (status, len(answer) > 100 * 65536) == (200, True)
    assert [value for name, value in headers if name.lower() == "x-twice"] == ["1", "2"]


def test_too_large_a_body_is_refused_with_advice_and_the_next_request_works(port: int) -> None:
    status, _, page = ask(port, "/desk/upload", "POST", b"x" * (SMALL + 1))
    assert (status, "一次最多上传 1 MB" in page.decode()) == (413, True)
    assert ask(port, "/desk/")[0] == 200


@pytest.mark.parametrize(("header", "status"), [("Content-Length: -5", 400), ("Transfer-Encoding: chunked", 411)])
def test_a_body_without_an_honest_length_is_refused(port: int, header: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"POST /desk/ HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode())
        assert int(line.recv(64).split()[1]) == status


def test_a_body_that_breaks_off_is_never_handed_on_as_whole(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"POST /desk/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhalf")
        line.shutdown(socket.SHUT_WR)
        assert b"200 OK" not in line.recv(4096)


def test_a_head_request_gets_the_head_only(port: int) -> None:
    status, _, answer = ask(port, "/desk/", "HEAD")
    assert (status, answer) == (200, b"")


def test_while_the_desk_starts_its_visitors_are_told_and_the_site_is_there(tmp_path: Path) -> None:
    with house(tmp_path, desk=False) as port:
        status, _, page = ask(port, "/desk/")
        assert (status, "采编后台正在启动" in page.decode(), "refresh" in page.decode()) == (502, True, True)
        status, _, page = ask(port, "/desk/save", "POST", b"x=1")
        assert (status, "refresh" in page.decode()) == (502, False)
        assert ask(port, "/")[2] == b"printed /"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /desk/\xff%ff?q=\xe9 HTTP/1.1\r\nHost: a\r\n",
        b"GET /desk/?a={}|^`<> HTTP/1.1\r\nHost: a\r\n",
        b"GET /desk/ HTTP/1.1\r\nHost: \xff\r\n",
        b"GET /desk/ HTTP/1.1\r\nHost: a\r\nX-B: \xe6\x98\xaf\xff\r\n",
        b"GET /desk/ HTTP/1.1\r\nHost: a\r\nCookie: a=\xff; b\r\n",
        b"GET //desk//../../etc/passwd HTTP/1.1\r\nHost: a\r\n",
        b"GET /desk/../../etc/passwd HTTP/1.1\r\nHost: a\r\n",
        b"GET http://desk/desk/ HTTP/1.1\r\nHost: a\r\n",
        b"GET /desk/ HTTP/1.1\r\nHost: a\r\n" + b"X-Many: 1\r\n" * 300,
        b"BREW /desk/ HTTP/1.1\r\nHost: a\r\n",
    ],
)
def test_odd_requests_get_an_answer_and_no_error_of_ours(port: int, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(head + b"Connection: close\r\n\r\n")
        answer = line.recv(65536)
    assert answer[:9] == b"HTTP/1.1 "
    assert int(answer.split()[1]) < 500
