"""Who holds which post today."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from hemei.rooms.people import keys
from hemei.rooms.people.models import Deputation
from hemei.seal.roster import COUNTY
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


def lent(person: str, now: datetime) -> dict[str, str]:
    """The posts that a person holds today for somebody else only, and for whom: {post: holder}."""
    today = now.astimezone(COUNTY).date()
    rows = Deputation.objects.filter(deputy=person, since__lte=today, until__gte=today).order_by("pk")
    lent = [(row.post, row.since, row.until, row.holder) for row in rows]
    found = roster().person(person)
    own = {
        post.post
        for post in (found.posts if found else ())
        if post.since <= today and (post.until is None or today <= post.until)
        and not any((post.post, post.since, post.until) == row[:3] for row in lent)
    }  # fmt: skip
    return {post: holder for post, _, _, holder in lent if post not in own}


def deputations(now: datetime) -> list[Deputation]:
    """Who stands in for whom now or later, and those that ended within the last month."""
    return list(Deputation.objects.filter(until__gte=now.astimezone(COUNTY).date() - timedelta(days=31)))
