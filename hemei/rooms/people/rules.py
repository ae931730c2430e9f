"""How often somebody may guess at a password, and who may stand in for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hemei.seal.roster import Person, Post

GUESSES_HERE = 10
"""Wrong passwords for one account from one address; a stranger who uses them up locks nobody else out."""
GUESSES_ANYWHERE = 100
"""Wrong passwords for one account from all addresses together."""
WITHIN = timedelta(minutes=15)


def locked_until(guesses: Iterable[tuple[str, datetime]], address: str) -> datetime | None:
    """From when on this address may try again; None when it may now.

    ``guesses`` are address and time of each wrong password for one account within the time, newest first.
    """
    everywhere = list(guesses)
    here = [guess for guess in everywhere if guess[0] == address]
    ends = [
        some[most - 1][1] + WITHIN  # when that one is forgotten there is one less than the limit
        for some, most in ((here, GUESSES_HERE), (everywhere, GUESSES_ANYWHERE))
        if len(some) >= most
    ]
    return max(ends, default=None)


LENDABLE = ("first", "second", "final", "release", "withdraw")
"""The posts that somebody may hold for somebody else: those that are signed for."""
CHIEF = "final"
"""Who holds it may name deputies for everybody."""
LONGEST = 92
"""Days that one deputation lasts at most; the roster is for what lasts."""
AHEAD = 366
"""Days before which a deputation may be settled at most."""


def may_lend(
    *,
    by: Person | None,
    holder: Person | None,
    deputy: Person | None,
    post: str,
    since: date,
    until: date,
    today: date,
    borrowed: Collection[tuple[str, str, date, date]],
) -> str | None:
    """None when ``by`` may let ``deputy`` hold the holder's post on these days; else why not, in words for the person.

    ``borrowed`` are all deputations: (deputy, post, from, until). What one holds for somebody else one cannot hand on.
    """
    if by is None or holder is None or deputy is None or post not in LENDABLE:
        return "没有认出岗位或人，请重新选择。"
    if since < today or until < since or (until - since).days >= LONGEST or (since - today).days > AHEAD:
        return f"日期不对：从今天或以后起，到不早于起始的一天，最长 {LONGEST} 天。更久的请改名册。"
    if holder.person == deputy.person:
        return "代理人不能是本人。"
    if not deputy.keys:
        return f"{deputy.name}还没有签章，不能代理。请管理员在服务器上为其登记。"
    if not _holds(holder, post, since, until, borrowed):
        return f"{holder.name}这些天不担任这个岗位，不能请人代。代理来的岗位也不能再转给别人。"
    if _holds(deputy, post, since, until, ()):
        return f"{deputy.name}这些天已经担任这个岗位，不用再代。"
    if by.person != holder.person and not _holds(by, CHIEF, today, today, borrowed):
        return "只有本人或终审可以定谁代理。"
    return None


def _holds(
    person: Person, post: str, since: date, until: date, borrowed: Collection[tuple[str, str, date, date]]
) -> bool:
    """Whether one entry of the roster, other than a borrowed one, covers all these days."""
    return any(
        held.post == post
        and held.since <= since
        and (held.until is None or until <= held.until)
        and (person.person, post, held.since, held.until) not in borrowed
        for held in person.posts
    )


def lend(deputy: Person, post: str, since: date, until: date) -> Person:
    """The deputy's entry with the post on these days; the same twice is one."""
    added = Post(post, since, until)
    return deputy if added in deputy.posts else replace(deputy, posts=(*deputy.posts, added))


def take_back(deputy: Person, post: str, since: date, until: date, today: date) -> Person:
    """The deputy's entry without the days after today, and without the post where the days have not begun.

    Today stays: what was signed today has to stand.
    """
    lent = Post(post, since, until)
    kept = [each for each in deputy.posts if each != lent]
    return replace(deputy, posts=(*kept, *([Post(post, since, today)] if since <= today else [])))
