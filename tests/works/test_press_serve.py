"""The server's answers, as values: what is sent, what is refused, and that one request sees one edition."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest

from hemei.press import serve
from hemei.press.printer import Printer
from hemei.press.reader import Reader
from hemei.press.serve import Response, Server, Shelf
from tests.works.press_sample import TOY, County, Fast, picture, toy


def wordy(path: str, reader: Reader) -> bytes:
    return toy(path, reader) + ("\n" + "青棠" * 400).encode()


def fresh(home: Path) -> County:
    county = County(home, Printer(wordy, {"toy.css": b"p{}"}), disk=Fast()).start(2)
    county.press.publish([county.story(12, lead=picture(1, [0, 0, 100, 100]))])
    return county


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Two editions that no test changes."""
    return fresh(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def server(county: County) -> Server:
    return Server(county.home)


def got(server: Server, path: str, **headers: str) -> Response:
    return server.answer("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})


def header(response: Response, name: str) -> str | None:
    found = [value for each, value in response.headers if each == name]
    assert len(found) < 2, name
    return found[0] if found else None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/a/12/", "text/html; charset=utf-8"),
        ("/a/12/proof.json", "application/json"),
        ("/feed.xml", "application/xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/.well-known/hemei/edition.json", "application/json"),
    ],
)
def test_a_file_of_the_edition_is_sent_with_safe_headers(server: Server, path: str, kind: str) -> None:
    response = got(server, path)
    assert response.status == 200
    assert header(response, "content-type") == kind
    assert header(response, "content-length") == str(len(response.body))
    assert header(response, "hemei-edition") == "2"
    assert header(response, "x-content-type-options") == "nosniff"
    policy = header(response, "content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_head_says_what_get_would_without_a_body(server: Server) -> None:
    for path in ("/", "/nowhere", "/a/12"):
        whole, head = got(server, path), server.answer("HEAD", path, {})
        assert (head.status, head.headers, head.body) == (whole.status, whole.headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", ""])
def test_nothing_but_reading_is_allowed(server: Server, method: str) -> None:
    response = server.answer(method, "/", {})
    assert (response.status, header(response, "allow")) == (405, "GET, HEAD")


def test_a_folder_without_its_stroke_leads_to_the_one_with_it(server: Server) -> None:
    response = got(server, "/a/12")
    assert (response.status, header(response, "location")) == (308, "/a/12/")
    assert got(server, "/a/99").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "", "a/12/", "//", "/a//12/", "/a/12//", "/../etc/passwd", "/a/../a/12/", "/a/./12/", "/./", "/..", "/.",
        "/a/%2e%2e/", "/a%2f12/", "/%2e%2e/%2e%2e/etc/passwd", "/a/12/\0", "/a\\12\\", "/a/12/index.html/", "/a/",
        "/!admitted/story:12", "/%21admitted/story:12", "/a/12/%00", "/\u202e", "/a/12/index.html%20", "/A/12/",
        "/.well-known/hemei/", "/.well-known/hemei/tree/", "/.well-known/hemei/tree/..", "/press/edition.key",
        "/.well-known/hemei/edition.key", "/.well-known/", "/" + "a" * 5000, "/" + "a/" * 900, "/index.html?x", "/*",
        "/.git/config", "/store/", "/a/0012/", "/http://elsewhere/", "//elsewhere.example/", "/p/", "/assets/",
    ],
)  # fmt: skip
def test_no_trick_of_a_path_gets_anything(server: Server, path: str) -> None:
    response = got(server, path)
    assert response.status == 404
    assert response.body.startswith(b"404.html"), "the page that says so"
    assert header(response, "cache-control") == "public, max-age=0, must-revalidate"


def test_what_a_reader_holds_is_not_sent_again_in_any_coding(server: Server) -> None:
    plain = got(server, "/")
    tag = header(plain, "etag") or ""
    assert got(server, "/", if_none_match=tag).status == 304
    assert got(server, "/", if_none_match=f'W/{tag}, "x"').status == 304
    assert got(server, "/", if_none_match=tag, accept_encoding="br").status == 304
    assert got(server, "/", if_none_match='"other"').status == 200
    nothing = got(server, "/", if_none_match="*")
    assert (nothing.status, nothing.body, header(nothing, "content-length")) == (304, b"", None)
    assert header(nothing, "vary") == "accept-encoding"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None), ("identity", None), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"), ("br;q=0.5,gzip;q=1.0", "br"), ("*", "br"), ("*;q=0", None), ("br;q=junk", None),
        ("BR", "br"), ("gzip;q=0.000", None),
    ],
)  # fmt: skip
def test_pages_are_packed_as_the_reader_takes_them(server: Server, accepted: str, coding: str | None) -> None:
    plain, packed = got(server, "/"), got(server, "/", accept_encoding=accepted)
    assert header(packed, "content-encoding") == coding
    assert header(packed, "vary") == "accept-encoding"
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(packed.body) == plain.body
    assert (header(packed, "etag") == header(plain, "etag")) == (coding is None)
    assert packed == got(server, "/", accept_encoding=accepted)


def test_pictures_and_small_files_are_never_packed(server: Server, county: County) -> None:
    served = {}
    for path in (path for path in _files(county) if path.startswith("p/")):
        response = got(server, f"/{path}", accept_encoding="br, gzip")
        assert header(response, "content-encoding") is None
        served[path.rpartition(".")[2]] = header(response, "content-type")
    assert served == {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
    assert header(got(server, f"/{county.press._tools.printer.asset_path('toy.css')}", accept_encoding="br"),
                  "content-encoding") is None  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)), ("bytes=5-", 206, slice(5, None)), ("bytes=-4", 206, slice(-4, None)),
        ("bytes=0-999999", 206, slice(0, None)), ("bytes=-999999", 206, slice(0, None)),
        ("bytes=999999-", 416, slice(0, 0)), ("bytes=-0", 416, slice(0, 0)), ("bytes=3-1", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)), ("bytes=-", 200, slice(None)), ("pages=1-2", 200, slice(None)),
        ("bytes=a-b", 200, slice(None)), ("bytes=" + "9" * 99 + "-", 200, slice(None)),
    ],
)  # fmt: skip
def test_one_range_is_served_and_anything_else_whole(server: Server, asked: str, status: int, part: slice) -> None:
    whole = got(server, "/").body
    response = got(server, "/", range=asked)
    assert (response.status, response.body) == (status, whole[part])
    if status == 206:
        start, stop, _ = part.indices(len(whole))
        assert header(response, "content-range") == f"bytes {start}-{stop - 1}/{len(whole)}"
    if status == 416:
        assert header(response, "content-range") == f"bytes */{len(whole)}"


def test_a_range_of_another_version_is_not_served(server: Server) -> None:
    assert got(server, "/", range="bytes=0-3", if_range='"other"').status == 200


def test_what_is_named_by_its_content_lasts_and_pages_are_asked_for_again(server: Server, county: County) -> None:
    lasting = [path for path in _files(county) if path.startswith(("p/", "assets/"))]
    assert len(lasting) == 4
    for path in lasting:
        assert header(got(server, f"/{path}"), "cache-control") == "public, max-age=31536000, immutable"
    for path in ("/", "/a/12/", "/.well-known/hemei/edition.json"):
        assert header(got(server, path), "cache-control") == "public, max-age=0, must-revalidate"


def test_a_new_edition_is_seen_at_once_and_a_withdrawn_page_in_no_coding(tmp_path: Path) -> None:
    county = fresh(tmp_path)
    server = Server(county.home)
    gone = ["/a/12/", "/a/12/index.html", "/a/12/proof.json", *(f"/{p}" for p in _files(county) if p[:2] == "p/")]
    for path in gone:
        for coding in ("", "br", "gzip"):
            assert got(server, path, accept_encoding=coding).status == 200
    county.press.publish([county.withdraw(12)])
    for path in gone:
        for coding in ("", "br", "gzip"):
            assert got(server, path, accept_encoding=coding).status == 404
    assert header(got(server, "/"), "hemei-edition") == "3"


def test_altered_bytes_in_the_store_are_never_sent(tmp_path: Path) -> None:
    county = fresh(tmp_path)
    database = county.press._tools.book.db
    (name,) = database.execute("SELECT digest FROM pages WHERE path = 'index.html'").fetchone()
    (county.home / "press" / "store" / name[:2] / name).write_bytes("假新闻".encode())
    response = got(Server(county.home), "/")
    assert response.status == 500
    assert "假新闻".encode() not in response.body


def test_before_the_first_edition_readers_are_asked_to_wait(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert got(server, "/").status == 503
    County(tmp_path, TOY, disk=Fast())
    response = got(server, "/")
    assert (response.status, header(response, "retry-after")) == (503, "10")


def test_a_shelf_holds_no_more_than_it_may() -> None:
    shelf = Shelf(1000)
    for number in range(100):
        shelf.get(str(number), lambda: b"x" * 100)
    assert shelf._held == 1000
    assert shelf.get("99", lambda: b"new") == b"x" * 100
    assert shelf.get("1", lambda: b"new") == b"new"
    assert len(shelf.get("large", lambda: b"x" * 900)) == 900
    assert "large" not in shelf._kept
    assert serve.CACHE >= 1 << 20


def _files(county: County) -> list[str]:
    return [path for (path,) in county.press._tools.book.db.execute("SELECT path FROM pages ORDER BY path")]
