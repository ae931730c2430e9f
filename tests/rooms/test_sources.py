"""来源: feeds become drafts by rules, once each, and nobody is led inside by an address."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from hemei.intake import jail
from hemei.rooms.newsroom import fetching, sources
from hemei.rooms.newsroom.fetching import Fetched, NotFetched, fetch
from hemei.rooms.newsroom.incoming import Alike, Arrival, Source
from hemei.rooms.newsroom.models import Story
from tests.rooms.house import House
from tests.works.formats_sample import SENTENCES
from tests.works.test_formats import outside  # noqa: F401  a fixture

WORDS = "".join(SENTENCES[:6])
OTHER = "".join(SENTENCES[6:12])


def rss(*items: tuple[str, str, str], date: str = "Mon, 02 Mar 2026 08:00:00 +0800") -> bytes:
    made = "".join(
        f"<item><title>{title}</title><link>https://weather.example/{guid}</link><guid>{guid}</guid><pubDate>{date}</pubDate>"
        f"<description><![CDATA[<p>{words}</p><script>alert(1)</script>]]></description></item>"
        for guid, title, words in items
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>气象</title>{made}</channel></rss>'.encode()


def source(house: House, **rules: object) -> Source:
    said = {
        "name": "省气象台",
        "address": "https://weather.example/rss",
        "reader": house.user("li"),
        "section_id": "minsheng",
    }
    return Source.objects.create(**said | rules)


def giving(data: bytes | None):
    return lambda address, etag, modified: Fetched(data, "v1", "")


@pytest.mark.usefixtures("outside")
def test_new_items_become_drafts_with_their_source_once_and_nothing_is_printed(house):
    feed = giving(rss(("1", "春播天气好", WORDS), ("2", "周末有雨", OTHER)))
    kept = source(house)
    made = sources.look(kept, house.clock.tick(), feed)
    assert [story.headline for story in made] == ["春播天气好", "周末有雨"]
    for story in made:
        assert (story.state, story.source, story.section_id, story.hands) == ("draft", "省气象台", "minsheng", [])
        assert (story.filed_by, story.version, story.copy.source) == (None, "", kept)
        assert "来自来源“省气象台”：https://weather.example/" in story.warnings[0]
        assert "alert" not in str(story.body)
    assert sources.look(kept, house.clock.tick(), feed) == []
    kept.refresh_from_db()
    assert (kept.error, kept.etag, Story.objects.count(), Arrival.objects.count()) == ("", "v1", 2, 2)


@pytest.mark.usefixtures("outside")
def test_rules_keep_out_what_is_not_wanted_what_is_old_and_what_came_before(house):
    house.file(f"春播天气好\n\n{WORDS}\n")
    kept = source(house, wanted="天气、雨", unwanted="广告")
    items = [
        ("1", "春播天气好", WORDS),
        ("2", "周末有雨", OTHER),
        ("3", "雨具广告", OTHER),
        ("4", "开会", "没有关系的一句。"),
    ]
    made = sources.look(kept, house.clock.tick(), giving(rss(*items)))
    assert [story.headline for story in made] == ["周末有雨"]
    assert dict(Arrival.objects.values_list("title", "fate")) == {
        "春播天气好": "alike", "周末有雨": "taken", "雨具广告": "unwanted", "开会": "unwanted",
    }  # fmt: skip
    assert (
        sources.look(kept, house.clock.tick(), giving(rss(("9", "旧雨", OTHER), date="Mon, 02 Feb 2026 08:00:00 GMT")))
        == []
    )
    (state,) = sources.states(house.clock())
    assert (state.taken, state.passed) == (1, 4)


@pytest.mark.usefixtures("outside")
def test_what_goes_wrong_is_kept_in_chinese_and_the_next_look_waits_longer_each_time(house):
    kept, pauses = source(house), []

    def fails(*_: str) -> Fetched:
        raise NotFetched("连不上对方网站。请核对地址，或过一会儿再试。")

    for _ in range(3):
        now = house.clock.tick()
        sources.look(kept, now, fails)
        kept.refresh_from_db()
        pauses.append((kept.due - now).total_seconds() / 60)
    assert pauses == [60, 120, 240]
    assert (kept.failures, kept.error) == (3, "连不上对方网站。请核对地址，或过一会儿再试。")
    assert sources.due(house.clock()) == []
    sources.look(kept, house.clock.tick(), giving(b"<html>no feed</html>"))
    kept.refresh_from_db()
    assert "不是 RSS 或 Atom" in kept.error
    sources.look(kept, house.clock.tick(), giving(None))
    kept.refresh_from_db()
    assert (kept.error, kept.failures) == ("", 0)


@pytest.mark.usefixtures("outside")
def test_a_feed_with_a_million_entities_or_items_is_bounded():
    bomb = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss><channel/></rss>'
    with pytest.raises(sources.Unreadable, match="实体"):
        jail.feed(bomb)
    assert len(jail.feed(rss(*[(str(n), f"题{n}", "一句。") for n in range(5000)]))) == 100
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><title>春</title><link href="https://x.example/a"/>'
        '<updated>2026-03-02T00:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>原子格式。</p></div>'
        "</content></entry></feed>"
    )
    ((said, found),) = jail.feed(atom.encode())
    assert (said["title"], said["link"], found.paragraphs[0].text) == ("春", "https://x.example/a", "原子格式。")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://169.254.169.254/latest",
        "http://10.0.0.8/", "http://192.168.1.1/", "http://0.0.0.0/", "http://0x7f.1/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://localhost/", "file:///etc/passwd", "ftp://x.example/", "http://user@127.0.0.1/",
        "http://100.64.0.1/", "http://224.0.0.1/", "gopher://127.0.0.1:70/", "http:///", "http://127.0.0.1:22/", "http://[bad/",
    ],
)  # fmt: skip
def test_no_address_leads_inside(address):
    with pytest.raises(NotFetched) as caught:
        fetch(address)
    assert "请" in str(caught.value)


@contextmanager
def serving(answers: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_redirect_inside_is_refused_and_sizes_and_circles_are_bounded(monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    answers = {
        "/": (200, {"ETag": "x"}, b"<rss/>"), "/big": (200, {}, b"x" * 1001), "/round": (302, {"Location": "/round"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""), "/on": (301, {"Location": "/"}, b""), "/no": (404, {}, b""),
    }  # fmt: skip
    with serving(answers) as home:
        assert fetch(home + "/", private=True) == Fetched(b"<rss/>", "x", "")
        assert fetch(home + "/on", private=True).data == b"<rss/>"
        for path, word in (("/big", "10 MB"), ("/round", "一再转"), ("/file", "http://"), ("/no", "404")):
            with pytest.raises(NotFetched, match=word):
                fetch(home + path, private=True)
        monkeypatch.setattr(fetching, "is_open", lambda place: place != "127.0.0.1")
        with pytest.raises(NotFetched, match="内部网络"):
            fetch(home + "/")


def test_who_sends_a_byte_now_and_then_is_cut_at_the_deadline(monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while not over.wait(0.05):
                    self.wfile.write(b"x")
                    self.wfile.flush()
            except OSError:
                over.set()

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    with pytest.raises(NotFetched, match=r"太慢|连不上"):
        fetch(f"http://127.0.0.1:{server.server_port}/", private=True)
    over.set()
    server.shutdown()
    server.server_close()


def test_a_reviewer_sets_sources_a_reporter_sees_them_and_a_correspondent_does_not(house):
    client = Client()
    address = "/desk/sources/"
    client.force_login(house.user("chen"))
    assert client.get(address).status_code in (302, 403)
    client.force_login(house.user("li"))
    assert client.get(address).status_code == 200
    assert client.get("/desk/sources/new/").status_code in (302, 403)
    client.force_login(house.user("wang"))
    said = {
        "name": "省气象台",
        "address": "https://weather.example/rss",
        "reader": house.user("li").pk,
        "every": 30,
        "active": "on",
    }
    assert client.post("/desk/sources/new/", said).status_code == 302
    assert client.post("/desk/sources/new/", said | {"address": "file:///etc/passwd"}).status_code == 200
    assert "省气象台" in client.get(address).content.decode()
    assert Source.objects.count() == 1


def test_near_duplicates_are_noted_with_their_share(house):
    first = house.file(f"春播天气好\n\n{WORDS}\n", by="chen")
    second = house.file(f"春播天气好又晴\n\n{WORDS}加了一句。\n")
    third = house.file(f"另一件事\n\n{OTHER}\n")
    (pair,) = Alike.objects.all()
    assert (pair.story, pair.earlier) == (second, first)
    assert pair.share >= 90
    assert "九成相同" in pair.tenths or pair.tenths == "几乎完全相同"
    assert not third.alikes.exists()
