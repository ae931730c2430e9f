"""Who holds which post today."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from hemei.rooms.people import keys
from hemei.seal.statement import Roster

POSTS = {
    "first": "初审",
    "second": "复审",
    "final": "终审",
    "release": "签发",
    "withdraw": "撤稿",
    "reporter": "采编",
    "correspondent": "通讯员",
}
WITHDRAWERS = frozenset({"first", "second", "final", "withdraw"})


def roster() -> Roster:
    """The signed roster of this home."""
    return keys.roster(settings.HOME)


def site() -> str:
    """The id of this site."""
    return keys.house(settings.HOME).site


def posts(person: str, now: datetime) -> frozenset[str]:
    """The posts that a person holds at this moment, from the signed roster; the database has no say."""
    known = roster()
    return frozenset(post for post in POSTS if known.holds(person, post, now))


def name(person: str) -> str:
    """A person's name as the roster has it; the id itself for who is not in it."""
    return roster().name(person)
