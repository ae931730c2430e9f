"""The exported folder under plain nginx, with nothing of ours running, is complete."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from PIL import Image

from demo import stories as county
from hemei.press.compiler import Admit, Press
from hemei.press.switch import export
from hemei.seal import command
from hemei.seal import keys as sealing
from hemei.seal.digest import canonical, digest
from hemei.seal.roster import Keys, PersonKey, Roster
from hemei.seal.statement import Release, Stamp

ROOT = bytes([7]) * 32
SITE = sealing.site_id(sealing.public(ROOT))
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ORIGIN = "http://qingtang.invalid"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo county, printed and exported; pictures are small stand-ins, for it is addresses that count here."""
    home = tmp_path_factory.mktemp("home")
    (home / "keys").mkdir()
    (home / "keys" / "root.pub").write_text(sealing.public_hex(ROOT))
    roster = Roster(SITE, 1, NOW, ())
    (home / "keys" / "roster.json").write_bytes(sealing.sign(ROOT, roster.document()).to_json())

    def certify(public: str, moment: datetime) -> bytes:
        keys = Keys(SITE, 1, moment, sealing.public_hex(ROOT), (PersonKey(public, moment, None),))
        return sealing.sign(ROOT, keys.document()).to_json()

    masters, pictures = {}, {}
    for at, name in enumerate(county.picture_files()):
        out = io.BytesIO()
        Image.new("RGB", (90 + at, 60), (at * 5, 90, 120)).save(out, "JPEG")
        masters[digest(out.getvalue())] = out.getvalue()
        pictures[name] = county.Master(digest(out.getvalue()), 90 + at, 60)
    orders = [_admit("setting:site", canonical(_setting()), NOW)]
    for story in county.stories():
        content = county.content(story, site=SITE, number=story.number, hands=story.hands, pictures=pictures)
        orders.append(_admit(f"story:{story.number}", canonical(content), story.released))
    press = Press(home, masters=masters.__getitem__, certify=certify, clock=lambda: NOW)
    issued, refused = press.publish(orders)
    press.close()
    assert issued is not None
    assert refused == {}
    export(home, home / "out")
    return home / "out"


def _setting() -> dict[str, object]:
    return {"format": "hemei-setting/1", "site": SITE, "name": "site", "value": county.site_value(ORIGIN)}


def _admit(key: str, content: bytes, released: datetime) -> Admit:
    # Who may sign was checked where orders come from; here the root key stands in for all hands.
    version = digest(content)
    stamps = [Stamp(SITE, key, version, stage, stage, released) for stage in ("first", "second", "final")]
    proof = canonical({
        "format": "hemei-proof/1",
        "version": json.loads(content),
        "stamps": [sealing.sign(ROOT, stamp.document()).plain() for stamp in stamps],
        "release": sealing.sign(ROOT, Release(SITE, key, version, "final", released).document()).plain(),
    })  # fmt: skip
    return Admit(f"order-{key}", key, content, proof, released)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """nginx with ten lines of set-up, no module of ours, no rewriting."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = folder.parent / "nginx"
    place.mkdir()
    (place / "nginx.conf").write_text(
        f"""daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1;
        {"user root;" if Path("/root").stat().st_uid == 0 else ""}
        events {{ worker_connections 64; }}
        http {{ access_log off; client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
          uwsgi_temp_path {place}; scgi_temp_path {place};
          types {{ text/html html; text/css css; text/javascript js; application/xml xml; application/json json;
            image/avif avif; image/webp webp; image/jpeg jpg; image/svg+xml svg; text/plain txt; }}
          server {{ listen 127.0.0.1:{port}; root {folder}; error_page 404 /404.html; }} }}"""
    )
    running = subprocess.Popen(["/usr/sbin/nginx", "-c", str(place / "nginx.conf"), "-e", str(place / "error.log")])
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            continue
    assert running.poll() is None, (place / "error.log").read_text()
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(10)


def _get(url: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, "", error.read()


def _links(kind: str, body: bytes) -> set[str]:
    if kind == "text/html":
        tree = html5lib.parse(body, namespaceHTMLElements=False)
        found = {value for node in tree.iter() for name, value in node.attrib.items() if name in ("href", "src")}
        sets = [node.attrib["srcset"] for node in tree.iter() if "srcset" in node.attrib]
        return found | {part.split()[0] for one in sets for part in one.split(",")}
    if kind == "application/xml":
        return set(re.findall(r"<(?:loc|link|guid)[^>]*>(http[^<]+)<", body.decode()))
    return set()


def test_a_crawler_finds_no_dead_link_and_reaches_every_file(folder: Path, server: str) -> None:
    waiting = ["/", "/robots.txt", "/sitemap.xml"]
    seen: dict[str, int] = {}
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        status, kind, body = _get(server + path)
        seen[path] = status
        for link in _links(kind, body):
            joined = urllib.parse.urljoin(f"{ORIGIN}{path}", link)
            if joined.startswith(ORIGIN):
                waiting.append(urllib.parse.urlsplit(joined).path)
    assert {path: status for path, status in seen.items() if status != 200} == {}
    files = {f"/{file.relative_to(folder)}" for file in folder.rglob("*") if file.is_file()}
    reached = {f"{path}index.html" if path.endswith("/") else path for path in seen}
    hidden = {path for path in files - reached if not path.startswith("/.well-known/")}
    # archive pages hang together page by page; only the page that stands in for missing ones is linked from nowhere
    assert hidden <= {"/404.html"}
    assert sum(path.startswith("/a/") and path.endswith("/") for path in seen) == len(county.stories())


def test_a_stranger_verifies_the_plain_server_and_an_altered_file_is_found(folder: Path, server: str) -> None:
    key = folder.parent / "keys" / "root.pub"
    assert command.main([server, "--key", str(key)], folder.parent / "elsewhere") == 0
    page = folder / "a" / "1" / "index.html"
    kept = page.read_bytes()
    try:
        page.write_bytes(kept.replace("。".encode(), "！".encode(), 1))
        assert command.main([server, "--key", str(key)], folder.parent / "elsewhere") == 1
    finally:
        page.write_bytes(kept)


def test_a_missing_address_gets_the_page_that_says_so(server: str) -> None:
    status, _, body = _get(f"{server}/a/999999/")
    assert status == 404
    assert "青棠融媒" in body.decode()
