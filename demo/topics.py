"""What the demo's newsroom plans: topics and gear from `topics.toml`, with days counted from the day they are loaded."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.stories import COUNTY_TIME

FILE = Path(__file__).resolve().parent / "topics.toml"


@dataclass(frozen=True, slots=True)
class DemoTopic:
    """One topic: what its file says, with the times that its days and hours come to."""

    said: Mapping[str, Any]
    starts: datetime.datetime | None
    ends: datetime.datetime | None
    deadline: datetime.datetime | None
    until: datetime.date | None
    """The last day on which it comes again."""


def gear() -> list[dict[str, str]]:
    """Cars and equipment: kind, name, note."""
    return [{"note": "", **one} for one in _read()["gear"]]


def topics(today: datetime.date) -> list[DemoTopic]:
    """The topics as they stand on this day. One without an hour takes the whole day."""
    made = []
    for said in _read()["topics"]:
        day = today + datetime.timedelta(days=said["day"]) if "day" in said else None
        starts = _at(day, said.get("begins", "00:00")) if day else None
        ends = _at(day, said["ends"]) if day and "ends" in said else None
        if day and "begins" not in said:
            ends = _at(day + datetime.timedelta(days=1), "00:00")
        deadline = None
        if "deadline" in said:
            later, hour = said["deadline"]
            deadline = _at(today + datetime.timedelta(days=later), hour)
        until = day + datetime.timedelta(days=said["repeat_days"]) if day and "repeat" in said else None
        made.append(DemoTopic(said, starts, ends, deadline, until))
    return made


def _at(day: datetime.date, hour: str) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.fromisoformat(hour), COUNTY_TIME)


def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
