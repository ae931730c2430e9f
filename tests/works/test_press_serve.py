"""The server's answers, as values: what is sent, what is refused, and that one request sees one edition."""

from __future__ import annotations

import asyncio
import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
import zstandard

from hemei.press import look, serve
from hemei.press.coding import CODINGS
from hemei.press.printer import Printer
from hemei.press.reader import Reader
from hemei.press.serve import Response, Server, Site
from hemei.press.shelf import Shelf
from hemei.seal.digest import digest
from tests.works.press_sample import TOY, County, Fast, hurt, picture, toy


def wordy(path: str, reader: Reader) -> bytes:
    return toy(path, reader) + ("\n" + "青棠" * 400).encode()


def fresh(home: Path) -> County:
    county = County(home, Printer(wordy, {"toy.css": b"p{}"}), disk=Fast()).start(2)
    county.press.publish([county.story(12, lead=picture(1, [0, 0, 100, 100]))])
    return county


def packed(county: County) -> County:
    while county.press.pack():
        pass
    return county


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Two editions that no test changes, and the second pass over them."""
    return packed(fresh(tmp_path_factory.mktemp("served")))


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


UNPACK = {"br": brotli.decompress, "zstd": zstandard.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None), ("identity", None), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"),
        ("zstd", "zstd"), ("gzip, zstd", "zstd"), ("br;q=0, *", "zstd"), ("x, " * 99 + "br", None),
        ("br;q=0, gzip", "gzip"), ("br;q=0.5,gzip;q=1.0", "br"), ("*", "br"), ("*;q=0", None), ("br;q=junk", None),
        ("BR", "br"), ("gzip;q=0.000", None),
    ],
)  # fmt: skip
def test_pages_are_packed_as_the_reader_takes_them(server: Server, accepted: str, coding: str | None) -> None:
    plain, packed = got(server, "/"), got(server, "/", accept_encoding=accepted)
    assert header(packed, "content-encoding") == coding
    assert header(packed, "vary") == "accept-encoding"
    assert UNPACK[coding](packed.body) == plain.body
    assert (header(packed, "etag") == header(plain, "etag")) == (coding is None)
    assert packed == got(server, "/", accept_encoding=accepted)


def test_before_the_second_pass_a_page_is_packed_at_once_and_then_better(tmp_path: Path) -> None:
    county = fresh(tmp_path)
    server = Server(county.home)
    at_once = {accepted: got(server, "/", accept_encoding=accepted) for accepted in ("br, gzip", "br", "gzip")}
    assert [header(answer, "content-encoding") for answer in at_once.values()] == ["gzip", None, "gzip"]
    packed(county)
    for accepted, coding in (("br, gzip", "br"), ("br", "br"), ("gzip", "gzip")):
        answer = got(server, "/", accept_encoding=accepted)
        assert header(answer, "content-encoding") == coding
        assert UNPACK[coding](answer.body) == at_once["br"].body
        assert got(server, "/", if_none_match=header(at_once[accepted], "etag") or "").status == 304
    proof = got(server, "/a/12/proof.json", accept_encoding="br, gzip")
    assert header(proof, "content-encoding") == "gzip", "read by few, packed when somebody does"


@pytest.mark.parametrize("coding", CODINGS)
def test_what_was_packed_is_sent_only_when_it_is_what_the_edition_says(tmp_path: Path, coding: str) -> None:
    county = packed(fresh(tmp_path))
    plain = got(Server(county.home), "/").body
    place = packed_file(county, "index.html")
    sound = place.read_bytes()
    other = packed_file(county, "a/12/index.html").read_bytes()
    bomb = b"HMP1" + bytes(3) + b"\x20" + bytes(3) + b"\x20" + bytes(3) + b"\x20" + b"x" * 96
    spoilt = {
        "another page": other, "cut": sound[:-1], "longer": sound + b"x", "empty": b"", "head only": sound[:16],
        "junk": b"x" * 99, "not packed": bomb,
        **{f"altered at {at}": sound[:at] + b"\0\1\2\3" + sound[at + 4 :] for at in range(0, len(sound) - 4, 97)},
    }  # fmt: skip
    kept = 0
    for how, data in spoilt.items():
        place.write_bytes(data)
        answer = got(Server(county.home), "/", accept_encoding=f"{coding}, gzip")
        kept += header(answer, "content-encoding") == coding
        assert answer.status == 200
        assert UNPACK[header(answer, "content-encoding")](answer.body) == plain, how
    if coding != "gzip":
        assert 0 < kept < len(spoilt) - 5, "altered in another form it does no harm"


def packed_file(county: County, path: str) -> Path:
    name = look.files(county.home, county.press.number())[path]
    return county.home / "press/packed" / name[:2] / name


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
    hurt(county.home, name, "假新闻".encode())
    response = got(Server(county.home), "/")
    assert response.status == 500
    assert "假新闻".encode() not in response.body


def test_before_the_first_edition_readers_are_asked_to_wait(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert got(server, "/").status == 503
    County(tmp_path, TOY, disk=Fast())
    response = got(server, "/")
    assert (response.status, header(response, "retry-after")) == (503, "10")


def test_a_renewed_statement_is_seen_at_once_though_no_edition_is_new(tmp_path: Path) -> None:
    county = fresh(tmp_path)
    server = Server(county.home)
    first = got(server, "/.well-known/hemei/freshness.json")
    assert got(server, "/.well-known/hemei/freshness.json") == first
    county.clock.tick(3600)
    county.press.renew()
    second = got(server, "/.well-known/hemei/freshness.json")
    assert second.body != first.body
    assert (header(second, "hemei-edition"), header(first, "hemei-edition")) == ("2", "2")
    assert header(second, "etag") != header(first, "etag")


def test_whoever_reads_while_it_is_printed_gets_the_bytes_of_the_edition_that_is_named(tmp_path: Path) -> None:
    county = packed(fresh(tmp_path))
    server = Server(county.home)
    seen: set[tuple[str, int, str]] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            for path in ("index.html", "404.html", "a/2/index.html", "feed.xml"):
                answer = got(server, f"/{path}")
                seen.add((path, int(header(answer, "hemei-edition") or 0), digest(answer.body)))

    reader = threading.Thread(target=read)
    reader.start()
    committed = []
    for turn in range(12):
        county.press.publish([county.story(2, headline=f"第{turn}次改")])
        county.press.pack()
        committed.append(header(got(server, "/a/2/"), "hemei-edition"))
    done.set()
    reader.join()
    assert committed == [str(number) for number in range(3, 15)]
    editions = {number: look.files(county.home, number) for number in range(2, 15)}
    assert {each for each in seen if editions[each[1]].get(each[0]) != each[2]} == set()
    assert len({edition for path, edition, _ in seen if path == "404.html"}) > 1, "it read while editions came"


class Line:
    """One reader's request and what he got, as granian would carry them."""

    method = "GET"

    def __init__(self, path: str) -> None:
        self.path, self.headers, self.status = path, {"accept-encoding": "br"}, 0

    def response_bytes(self, status: int, headers: object, body: bytes) -> None:
        self.status = status


def test_requests_that_wait_together_ask_once_and_whoever_comes_after_a_withdrawal_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = packed(fresh(tmp_path))
    site = Site(county.home)
    asked: list[int] = []
    ask = site.server.state
    monkeypatch.setattr(site.server, "state", lambda: asked.append(ask()) or asked[-1])

    async def together(*paths: str) -> list[int]:
        lines = [Line(path) for path in paths]
        await asyncio.gather(*(site(line, line) for line in lines))
        return [line.status for line in lines]

    async def day() -> None:
        for number in (12, 2):
            for _ in range(2):
                assert await together(*[f"/a/{number}/", "/", "/a/1/"] * 5) == [200] * 15
            county.press.publish([county.withdraw(number)])
            assert await together(f"/a/{number}/", "/") == [404, 200]

    with ThreadPoolExecutor(1) as alone:  # a browser's driver may have a loop running in this thread
        alone.submit(lambda: asyncio.run(day())).result()
    assert len(asked) == 6


def test_answers_that_are_kept_ready_take_no_more_than_they_may_and_misses_take_nothing(county: County) -> None:
    server = Server(county.home, cache=60_000)
    pages = [f"/{path}" for path in _files(county)]
    for coding in ("", *CODINGS):
        for path in pages:
            assert got(server, path, accept_encoding=coding) == got(server, path, accept_encoding=coding)
            assert server._ready._held <= 60_000
    assert 0 < len(server._ready._kept) < len(pages)
    server = Server(county.home)
    for number in range(500):
        assert got(server, f"/a/{number + 1000}/").status == 404
        assert got(server, "/", accept_encoding=f"x{number}").status == 200
    assert set(server._ready._kept) == {"/404.html", "/"}


def test_a_shelf_holds_no_more_than_it_may_and_lets_go_of_what_was_not_asked_for_longest() -> None:
    shelf: Shelf[bytes] = Shelf(1000, len)
    for number in range(100):
        shelf.put(str(number), b"x" * 100)
        assert shelf.get("0") == b"x" * 100
    assert (shelf._held, len(shelf._kept)) == (1000, 10)
    assert (shelf.get("99"), shelf.get("1")) == (b"x" * 100, None)
    shelf.put("99", b"y" * 900)
    assert (shelf.get("99"), shelf._held) == (None, 900)
    assert serve.CACHE >= 1 << 20


def _files(county: County) -> list[str]:
    return [path for (path,) in county.press._tools.book.db.execute("SELECT path FROM pages ORDER BY path")]
