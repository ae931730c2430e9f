"""Signed orders without a newsroom: the invented archive of the demo, stamped by three people with real keys.

The keys are fixed and public. Nothing that is made here is ever anybody's site; it is made to be measured.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from demo import archive as invented
from demo import stories as county
from hemei.press.compiler import Admit, Press, Withdraw
from hemei.press.store import Disk
from hemei.seal import keys as sealing
from hemei.seal.digest import canonical, digest
from hemei.seal.roster import Keys, Person, PersonKey, Post, Roster
from hemei.seal.statement import Release, Stamp, Withdrawal

URL: Final = "https://bench.example.cn"
ROOT: Final = bytes([1]) * 32
CAST: Final = {
    "wang": ("first", bytes([2]) * 32),
    "zhou": ("second", bytes([3]) * 32),
    "zhao": ("final", bytes([4]) * 32),
}
SINCE: Final = datetime(2015, 1, 1, tzinfo=UTC)
SITE: Final = sealing.site_id(sealing.public(ROOT))
LOT: Final = 500
"""Stories that one process signs at a time."""


def found(home: Path) -> None:
    """Lay the site's public keys into an empty home."""
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "root.pub").write_text(sealing.public_hex(ROOT))
    (home / "keys" / "roster.json").write_bytes(sealing.sign(ROOT, _roster().document()).to_json())


def open_press(home: Path, disk: Disk | None = None) -> Press:
    """The press of a home that was `found`."""
    return Press(home, masters=_no_pictures, certify=_certify, clock=lambda: datetime.now(UTC), disk=disk)


def setting() -> Admit:
    """The demo county's own setting, without the pages that it names on the home page."""
    value = county.site_value(URL) | {"views": [], "seasons": []}
    said = canonical({"format": "hemei-setting/1", "site": SITE, "name": "site", "value": value})
    return _signed("setting:site", said, SINCE)


def stories(count: int) -> Iterator[Admit]:
    """The archive's stories 1 to `count`, in order, signed by all processors; memory does not grow with the count."""
    drafts = enumerate(invented.archive(count), 1)
    processors = os.cpu_count() or 1
    waiting: deque[Future[list[Admit]]] = deque()
    with ProcessPoolExecutor(processors, get_context("spawn")) as workers:
        while lot := list(islice(drafts, LOT)):
            waiting.append(workers.submit(_sign, lot))
            if len(waiting) > 2 * processors:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def story(said: Mapping[str, Any], released: datetime) -> Admit:
    """A story with what it says (format hemei-story/1), stamped in the three hours before its release."""
    return _signed(f"story:{said['story']}", canonical(dict(said)), released)


def withdrawal(number: int, now: datetime) -> Withdraw:
    said = Withdrawal(SITE, f"story:{number}", "zhao", now, "来源有误")
    signed = sealing.sign(CAST["zhao"][1], said.document()).to_json()
    return Withdraw(digest(signed), f"story:{number}", signed)


def _sign(lot: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Admit]:
    made = []
    for number, draft in lot:
        said = county.content(draft, site=SITE, number=number, hands=["li"], pictures={})
        if number > 1:  # the archive has no links; a real one has
            before = [
                {"t": "此前的报道", "b": True},
                {"t": "见"},
                {"t": "上一篇", "href": f"/a/{number - 1}/"},
                {"t": "。"},
            ]
            said["body"] = [*said["body"], {"kind": "paragraph", "runs": before}]
        day = datetime.fromisoformat(f"{draft['date']}T10:00:00+08:00").astimezone(UTC)
        made.append(story(said, day + timedelta(seconds=number % 3600)))
    return made


def _signed(key: str, said: bytes, released: datetime) -> Admit:
    version = digest(said)
    stamps = [
        sealing.sign(
            private, Stamp(SITE, key, version, stage, person, released - timedelta(hours=3 - at)).document()
        ).plain()
        for at, (person, (stage, private)) in enumerate(CAST.items())
    ]
    release = sealing.sign(CAST["zhao"][1], Release(SITE, key, version, "zhao", released).document()).plain()
    proof = {"format": "hemei-proof/1", "version": json.loads(said), "stamps": stamps, "release": release}
    return Admit(release["signature"], key, said, canonical(proof), released)


def _roster() -> Roster:
    people = tuple(
        Person(
            name,
            name,
            tuple(Post(post, SINCE.date(), None) for post in (stage, "release", "withdraw")),
            (PersonKey(sealing.public_hex(private), SINCE, None),),
        )
        for name, (stage, private) in CAST.items()
    )
    return Roster(SITE, 1, SINCE, people)


def _certify(public: str, now: datetime) -> bytes:
    made = Keys(SITE, 1, now, sealing.public_hex(ROOT), (PersonKey(public, now, None),))
    return sealing.sign(ROOT, made.document()).to_json()


def _no_pictures(name: str) -> bytes:
    raise FileNotFoundError(name)  # the archive has none: both sides print text
