"""What is told to whom and when: pure functions on plain values."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hemei.seal.roster import COUNTY

KINDS = {
    "turn": "轮到我审签、等我签发",
    "again": "我审过的稿子改了，要再审",
    "returned": "我的稿子退了、毙了",
    "mentioned": "有人提到我",
    "released": "我的稿子签发了、撤了",
}
MOST_TITLE = 60
PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 180, 360, 720))
"""Between the tries to send one notice; after the last it is given up."""
OLD = timedelta(days=1)
"""A notice that could not be sent for so long tells nothing any more."""
CODE_TRIES = 5
CODE_GOOD_FOR = timedelta(minutes=30)


def every_kind() -> list[str]:
    return list(KINDS)


def titled(title: str) -> str:
    """A title on one line: nothing in it can end a header, and it fits a phone."""
    line = "".join(character if character.isprintable() else " " for character in title).strip()
    return line if len(line) <= MOST_TITLE else line[: MOST_TITLE - 1] + "…"


def due(now: datetime, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """When to send what comes up now: at once, or when the quiet hours of the county's clock are over."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    local = now.astimezone(COUNTY)
    moment = local.time()
    over_midnight = quiet_from > quiet_until
    quiet = (moment >= quiet_from or moment < quiet_until) if over_midnight else quiet_from <= moment < quiet_until
    if not quiet:
        return now
    ends = local.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
    return ends + timedelta(days=1) if ends <= local else ends


def again(tries: int, made: datetime, now: datetime) -> datetime | None:
    """When to try once more after so many tries; None to give up."""
    if tries > len(PAUSES) or now - made > OLD + timedelta(hours=12):
        return None
    return now + PAUSES[tries - 1]
