"""The front door over a real press: what comes through granian is what the server answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hemei.press.serve import Server
from tests.house.test_front import answers, ask, free_port, granian
from tests.works.press_sample import County
from tests.works.test_press_serve import fresh, packed


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    return packed(fresh(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def port(county: County) -> Iterator[int]:
    number = free_port()
    with granian(
        "--interface", "rsgi", "--port", str(number), "hemei.front:app", HEMEI_HOME=str(county.home)
    ):  # fmt: skip
        answers(socket.AF_INET, ("127.0.0.1", number))
        yield number


ASKED: list[dict[str, str]] = [
    {},
    {"accept-encoding": "gzip, deflate, br, zstd"},
    {"accept-encoding": "gzip"},
    {"if-none-match": '"other", *'},
    {"if-none-match": "*"},
    {"range": "bytes=2-5"},
    {"range": "bytes=999999999-"},
    {"range": "bytes=2-5", "if-range": '"other"'},
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("headers", ASKED, ids=str)
def test_a_reader_gets_the_answer_headers_and_all(
    county: County, port: int, method: str, headers: dict[str, str]
) -> None:
    server = Server(county.home)
    for path in ("/", "/a/12", "/a/12/", "/a/12/proof.json", "/none", "/.well-known/hemei/edition.json", "/%2e%2e/x"):
        asked = {"accept-encoding": "identity", **headers}
        own = server.answer(method, path.replace("%2e", "."), asked)
        status, said, body = ask(port, path, method, headers=asked)
        assert (path, status, body) == (path, own.status, own.body)
        names = {name.lower() for name, _ in said} - {"date", "server"}
        assert (path, names - {"content-length"}) == (path, {name for name, _ in own.headers} - {"content-length"})
        assert {(name, value) for name, value in own.headers} <= {(name.lower(), value) for name, value in said}


def test_a_withdrawal_takes_hold_with_the_next_request(tmp_path: Path) -> None:
    county = packed(fresh(tmp_path))
    number = free_port()
    with granian(
        "--interface", "rsgi", "--port", str(number), "hemei.front:app", HEMEI_HOME=str(county.home)
    ):  # fmt: skip
        answers(socket.AF_INET, ("127.0.0.1", number))
        for story in (12, 2, 1):
            for taken in ("br", "gzip", "identity"):
                for _ in range(2):
                    assert ask(number, f"/a/{story}/", headers={"accept-encoding": taken})[0] == 200
            county.press.publish([county.withdraw(story)])
            for taken in ("br", "gzip", "identity"):
                assert ask(number, f"/a/{story}/", headers={"accept-encoding": taken})[0] == 404
