"""A whole house of its own for the journeys: `hemei run` in an empty home, on a free port, and a real browser."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page


@dataclass(frozen=True)
class House:
    """A running Hemei: where it is, and who may come in."""

    home: Path
    url: str
    logins: dict[str, dict[str, str]]

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """(status, body) of a plain request as a reader makes it."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What the desk's database holds, asked past all of the desk's own code."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home}/data/desk.sqlite3?mode=ro", uri=True)) as database:
            return database.execute(question, values).fetchall()

    def hemei(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of the command against this home."""
        return subprocess.run(
            [sys.executable, "-m", "hemei.cli", *words],
            env={**os.environ, "HEMEI_HOME": str(self.home), "HEMEI_PORT": self.url.rpartition(":")[2]},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Started once for all journeys; its output shows when it does not come up."""
    home, port = tmp_path_factory.mktemp("house") / "var", _free_port()
    environment = {**os.environ, "HEMEI_HOME": str(home), "HEMEI_PORT": str(port)}
    running = subprocess.Popen(
        [sys.executable, "-m", "hemei.cli", "run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    assert running.stdout is not None
    for line in running.stdout:  # ends when the house is ready, or when it gave up
        said.append(line)
        if "Ctrl-C" in line:
            break
    else:
        pytest.fail("hemei run gave up:\n" + "".join(said))
    # Nobody looks at the rest, but a pipe that is full would hold up whoever writes to it: the whole house.
    threading.Thread(target=running.stdout.read, daemon=True).start()
    people = json.loads((home / "logins.json").read_text())["people"]
    try:
        yield House(home, f"http://127.0.0.1:{port}", {one["login"]: one for one in people})
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0


class Desk:
    """One person at the desk, in a browser context of their own."""

    def __init__(self, house: House, context: BrowserContext, who: str) -> None:
        self.house, self.who = house, who
        self.page: Page = context.new_page()
        self.go("/desk/login/")
        self.page.fill("input[name=username]", who)
        self.page.fill("input[name=password]", house.logins[who]["password"])
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/desk/")

    def go(self, path: str) -> int:
        answer = self.page.goto(self.house.url + path)
        return answer.status if answer else 0

    def press(self, name: str) -> None:
        """Press the button or link of this name and wait for the screen that follows."""
        self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first.click()
        self.page.wait_for_load_state()

    def file(self, text: str) -> str:
        """Paste this as copy; the number of the story it became."""
        self.go("/desk/file/")
        self.page.fill("textarea[name=text]", text)
        self.press("交稿")
        return str(self.house.rows("select max(id) from newsroom_story")[0][0])

    def edit(self, number: str) -> None:
        self.go(f"/desk/snippets/newsroom/story/edit/{number}/")

    @property
    def pin(self) -> str:
        return self.house.logins[self.who]["pin"]

    def text(self) -> str:
        return self.page.inner_text("main")


@pytest.fixture
def sit(house: House, browser: Browser) -> Iterator[Callable[..., Desk]]:
    """Seats somebody at the desk, in a context of their own; on a phone when so asked."""
    contexts = []

    def seat(who: str, *, phone: bool = False) -> Desk:
        size: Any = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        contexts.append(browser.new_context(viewport=size, has_touch=phone, locale="zh-CN"))
        return Desk(house, contexts[-1], who)

    yield seat
    for context in contexts:
        context.close()


@pytest.fixture
def desks(sit: Callable[..., Desk]) -> dict[str, Desk]:
    """The five people; the reviewers work on phones."""
    return {who: sit(who, phone=who in ("wang", "zhou", "zhao")) for who in ("chen", "li", "wang", "zhou", "zhao")}
