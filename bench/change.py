"""One change at a time: from the order given to the edition signed, committed and live."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

from bench import signed
from bench.watch import Timed
from demo import archive as invented
from demo import stories as county
from hemei.press.compiler import Admit, Order

KINDS: Final = {"new": "新稿", "edit_recent": "改近稿", "edit_old": "改旧稿", "withdraw": "撤稿", "move": "换栏目"}
RECENT: Final = 20


class NotCarriedOut(RuntimeError):
    """The press refused a change, or none of its files differed: what was timed is not what was meant."""


class Plan:
    """Which stories of an archive will be changed how; it keeps what they say when they come by."""

    def __init__(self, count: int, changes: int) -> None:
        """At most 200 changes a kind, and of a small archive a fifth, or nothing would be left of it."""
        self.count, self.changes = count, min(changes, count // 5)
        old = Random(7).sample(range(1, count - RECENT + 1), 3 * self.changes)
        self.numbers = {
            "edit_recent": [count - at % RECENT for at in range(self.changes)],
            "edit_old": old[: self.changes],
            "withdraw": old[self.changes : 2 * self.changes],
            "move": old[2 * self.changes :],
        }
        self._wanted = {number for numbers in self.numbers.values() for number in numbers}
        self._said: dict[int, dict[str, Any]] = {}

    def note(self, orders: Iterable[Admit]) -> None:
        for order in orders:
            number = int(order.key.removeprefix("story:"))
            if number in self._wanted:
                self._said[number] = {**json.loads(order.content), "previous": None}

    def orders(self) -> Iterator[tuple[str, Order]]:
        """The changes, kinds in turn; each is signed when it is asked for."""
        sections = [section["id"] for section in county.site_value(signed.URL)["sections"]]
        fresh = enumerate(invented.archive(self.changes, seed=11), self.count + 1)
        for at in range(self.changes):
            number, draft = next(fresh)
            now = datetime.now(UTC)
            said = county.content(draft, site=signed.SITE, number=number, hands=["li"], pictures={})
            yield "new", signed.story(said, now)
            for kind in ("edit_recent", "edit_old"):
                yield kind, signed.story(self._edited(self.numbers[kind][at], at), now)
            yield "withdraw", signed.withdrawal(self.numbers["withdraw"][at], now)
            said = self._said[self.numbers["move"][at]]
            other = sections[(sections.index(said["section"]) + 1) % len(sections)]
            yield "move", signed.story({**said, "section": other}, now)

    def _edited(self, number: int, at: int) -> Mapping[str, Any]:
        """Another headline, which stands in lists and feeds, and a correction, which stands on the story's page."""
        said = self._said[number]
        return {**said, "headline": f"{said['headline'][:20]}（{at}）", "correction": f"第{at}处数字核对后改正。"}


def measure(home: Path, plan: Plan) -> tuple[dict[str, list[float]], float]:
    """Milliseconds of every change, by kind, and the share of it all that went into syncing files. Raises NotCarriedOut."""
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    disk = Timed()
    press = signed.open_press(home, disk)
    disk.synced = 0.0
    try:
        for kind, order in plan.orders():
            began = time.perf_counter()
            issued, refused = press.publish([order])
            took[kind].append((time.perf_counter() - began) * 1000)
            if refused or issued is None:
                raise NotCarriedOut(f"{kind} {order.key}：{refused or '没有印出新版次'}")
    finally:
        press.close()
    return took, disk.synced * 1000 / sum(map(sum, took.values()))
