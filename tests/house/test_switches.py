"""While edition follows edition, every reader sees one of them: each answer is a file of the edition that it names."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import itertools
import random
import socket
import threading
from pathlib import Path

import brotli
import pytest

from hemei.press import look
from tests.house.test_front import answers, free_port, granian
from tests.works.press_sample import TOY, County, Fast

READERS = 6
UNPACK = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


class Reader(threading.Thread):
    """Asks for one page after another over a connection that it keeps, and writes down what it was given."""

    def __init__(self, port: int, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.seen: list[tuple[str, str, int, int, str]] = []
        """(path, edition, order of asking, status, digest of the unpacked body)"""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._chance, self._stop_asking = random.Random(seed), stop

    def run(self) -> None:
        for turn in itertools.count():
            if self._stop_asking.is_set():
                return
            number = self._chance.randrange(1, 9)
            path = self._chance.choice(("index.html", "feed.xml", "news/index.html", f"a/{number}/index.html"))
            coding = self._chance.choice((*UNPACK,))
            self._connection.request("GET", "/" + path.removesuffix("index.html"), headers={"accept-encoding": coding})
            response = self._connection.getresponse()
            body, edition = response.read(), response.getheader("hemei-edition") or ""
            plain = UNPACK[response.getheader("content-encoding") or ""](body)
            said = hashlib.sha256(plain).hexdigest()
            self.seen.append((path, edition, turn, response.status, said))


def switched(home: Path, switches: int) -> tuple[int, int, int]:
    """Editions switched under readers; answers, answers that are no file of their edition, editions seen to go back."""
    county = County(home, TOY, disk=Fast()).start(8)
    files = {county.press.number(): look.files(home, county.press.number())}
    port, stop = free_port(), threading.Event()
    with granian("--interface", "rsgi", "--port", str(port), "hemei.front:app", HEMEI_HOME=str(home)):
        answers(socket.AF_INET, ("127.0.0.1", port))
        readers = [Reader(port, seed, stop) for seed in range(READERS)]
        for reader in readers:
            reader.start()
        for turn in range(switches):
            county.press.publish([county.story(turn % 8 + 1, headline=f"第{turn}次改过的标题")])
            files[county.press.number()] = look.files(home, county.press.number())
        stop.set()
        for reader in readers:
            reader.join(60)
    seen = [one for reader in readers for one in reader.seen]
    mixed = [one for one in seen if one[3] != 200 or files[int(one[1])].get(one[0]) != one[4]]
    back = [
        (one, other)
        for reader in readers
        for one, other in itertools.pairwise(reader.seen)
        if int(other[1]) < int(one[1])
    ]
    assert len(files) == switches + 1
    county.press.close()
    return len(seen), len(mixed), len(back)


def told(capsys: pytest.CaptureFixture[str], switches: int, found: tuple[int, int, int]) -> None:
    with capsys.disabled():
        print(f"\n{switches} switches, {found[0]} answers to {READERS} readers: {found[1]} mixed, {found[2]} went back")


def test_readers_never_see_two_editions_in_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = switched(tmp_path / "home", 40)
    told(capsys, 40, found)
    assert found[1:] == (0, 0)
    assert found[0] > 100


@pytest.mark.prove
def test_a_thousand_switches_under_load_show_nobody_two_editions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = switched(tmp_path / "home", 1000)
    told(capsys, 1000, found)
    assert found[1:] == (0, 0)
    assert found[0] > 5000
