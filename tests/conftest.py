"""What all tests share: one real browser a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"

# playwright keeps a loop running in the thread that started it; our calls to the database beside it are plain calls
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium. One for all: playwright runs a single loop in a process."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest scope first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(JOURNEYS))


class ByHouse(LoadScopeScheduling):
    """Several workers: all journeys go to one of them, for they share a running house; a file with others to one, too.

    (The plugin's own groups by mark need an inner name of pytest that its version 9.2 no longer has.)
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(JOURNEYS):
            return JOURNEYS
        return nodeid if nodeid.startswith("tests/works/") else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByHouse:
    return ByHouse(config, log)
