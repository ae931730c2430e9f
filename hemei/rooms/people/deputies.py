"""代理: a post is held by somebody else from day to day, signed by who decides it and entered in the signed roster.

The roster is written last, inside the transaction: where the commit should fail after it the days stand in the roster
only, and settling the same again changes nothing there.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.people import keys, queries, rules
from hemei.rooms.people.actions import sign
from hemei.rooms.people.models import Deputation
from hemei.seal.keys import Signed
from hemei.seal.roster import COUNTY, Person

LENT, ENDED = "定代理", "止代理"


class NotLent(Exception):
    """This deputation cannot be; the message says why and what to do."""


def lend(
    *, by: AbstractBaseUser, pin: str, holder: str, deputy: str, post: str, since: date, until: date, now: datetime
) -> Deputation:
    """Let the deputy hold the holder's post from the first of these days to the last."""
    _may_lend(by, holder, deputy, post, since, until, now)
    document = {
        "format": "hemei-deputy/1", "site": queries.site(), "holder": holder, "deputy": deputy, "post": post,
        "from": since.isoformat(), "until": until.isoformat(), "by": str(by.get_username()), "time": now.isoformat(),
    }  # fmt: skip
    signed = _own(by, sign(user=by, pin=pin, document=document, now=now), now)
    days = f"{queries.POSTS[post]}，{since:%Y-%m-%d} 至 {until:%Y-%m-%d}"
    with transaction.atomic():
        entry = _may_lend(by, holder, deputy, post, since, until, now)
        made: Deputation = Deputation.objects.create(
            holder=holder, deputy=deputy, post=post, since=since, until=until,
            by=str(by.get_username()), signed=signed.to_json().decode(), made=now,
        )  # fmt: skip
        detail = {
            "holder": holder,
            "deputy": deputy,
            "post": post,
            "from": since.isoformat(),
            "until": until.isoformat(),
        }
        enter(person=made.by, deed=LENT, piece=f"person:{deputy}", now=now, detail=detail | {"days": days})
        _write(rules.lend(entry, post, since, until), now)
    return made


def _may_lend(
    by: AbstractBaseUser, holder: str, deputy: str, post: str, since: date, until: date, now: datetime
) -> Person:
    """The deputy's entry of the roster as it stands. Raises NotLent."""
    roster = queries.roster()
    found = roster.person(deputy)
    why = rules.may_lend(
        by=roster.person(str(by.get_username())), holder=roster.person(holder), deputy=found, post=post, since=since,
        until=until, today=now.astimezone(COUNTY).date(),
        borrowed=set(Deputation.objects.values_list("deputy", "post", "since", "until")),
    )  # fmt: skip
    if why or found is None:
        raise NotLent(why or "")
    return found


def end(*, deputation: Deputation, by: AbstractBaseUser, pin: str, now: datetime) -> None:
    """Let it end with today; one that has not begun is taken back whole."""
    person, today = str(by.get_username()), now.astimezone(COUNTY).date()
    document = {
        "format": "hemei-deputy-end/1", "site": queries.site(), "deputation": deputation.pk, "by": person,
        "time": now.isoformat(),
    }  # fmt: skip
    _may_end(deputation, person, today, now)
    _own(by, sign(user=by, pin=pin, document=document, now=now), now)
    with transaction.atomic():
        fresh = Deputation.objects.select_for_update().get(pk=deputation.pk)
        _may_end(fresh, person, today, now)
        deputy = queries.roster().person(fresh.deputy)
        before = (fresh.post, fresh.since, fresh.until)
        detail = {"holder": fresh.holder, "deputy": fresh.deputy, "post": fresh.post, "until": today.isoformat()}
        if fresh.since > today:
            fresh.delete()  # it never was; the ledger tells of it
        else:
            fresh.until, fresh.ended = today, now
            fresh.save()
        enter(person=person, deed=ENDED, piece=f"person:{fresh.deputy}", now=now, detail=detail)
        if deputy is not None:
            _write(rules.take_back(deputy, *before, today), now)


def _own(by: AbstractBaseUser, signed: Signed, now: datetime) -> Signed:
    """The signature, when the roster knows the key for this person's: keys lie in the database, where they can be swapped."""
    if not queries.roster().key_of(str(by.get_username()), signed.key, now):
        raise NotLent("你的签章与名册里登记的不是一把，不能定代理。请马上告诉管理员。")
    return signed


def _may_end(deputation: Deputation, person: str, today: date, now: datetime) -> None:
    if deputation.ended or deputation.until < today:
        raise NotLent("这次代理已经结束了。")
    if person not in (deputation.holder, deputation.by, deputation.deputy) and rules.CHIEF not in queries.posts(
        person, now
    ):
        raise NotLent("只有本人、代理人、定代理的人和终审可以提前结束代理。")


def _write(entry: Person, now: datetime) -> None:
    try:
        keys.enrol(settings.HOME, [entry], now)
    except FileNotFoundError as error:
        raise NotLent("根密钥不在这台服务器上，名册改不了。请管理员取来 keys/root.key 再定代理。") from error
