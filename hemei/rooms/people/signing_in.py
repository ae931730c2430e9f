"""Signing in to the desk: passwords may be guessed at a few times only. Counts lie in the database, and outlive a restart."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.ledger.models import Entry
from hemei.rooms.people.models import Guess
from hemei.rooms.people.rules import WITHIN, locked_until

LOCKED, LIFTED = "锁定登录", "解除锁定"
log = logging.getLogger("hemei.people")


class TooManyGuesses(Exception):
    """No password is looked at now, not even the right one; the message says how long, and whom to ask."""


class NoSuchAccount(Exception):
    """There is nobody of this name."""


def guess(*, account: str, address: str, now: datetime) -> None:
    """Count a try as wrong until `was_right`: of many at once no more than the limit are let through. Raises TooManyGuesses."""
    with transaction.atomic():
        Guess.objects.filter(time__lte=now - WITHIN).delete()
        until = _until(account, address)
        if until is None:
            Guess.objects.create(account=account, address=address, time=now)
    if until:
        minutes = -int((now - until).total_seconds() // 60)
        raise TooManyGuesses(
            f"密码连续输错，这个账号已锁定，请 {minutes} 分钟后再试。急用或忘了密码，请找系统管理员解除、重设。"
        )


def was_right(*, account: str, address: str) -> None:
    """Forgive the wrong tries before a right one, of this address alone."""
    Guess.objects.filter(account=account, address=address).delete()


def was_wrong(*, account: str, address: str, now: datetime) -> None:
    """When that was the last try: into the log, and once a quarter of an hour into the ledger, of accounts that exist."""
    with transaction.atomic():
        if _until(account, address) is None:
            return
        log.warning("账号 %r 连续输错密码，已锁定（来自 %s）", account, address or "本机")
        piece = f"person:{account}"
        noted = Entry.objects.filter(piece=piece, deed=LOCKED, time__gt=now - WITHIN).exists()
        if not noted and User.objects.filter(username=account).exists():
            enter(person="desk", deed=LOCKED, piece=piece, now=now, detail={"address": address})


def lift(*, account: str, now: datetime) -> int:
    """解除锁定: forget the wrong tries at an account; how many there were. Raises NoSuchAccount."""
    if not User.objects.filter(username=account).exists():
        raise NoSuchAccount(f"没有“{account}”这个账号。")
    with transaction.atomic():
        forgotten, _ = Guess.objects.filter(account=account).delete()
        enter(person="root", deed=LIFTED, piece=f"person:{account}", now=now, detail={"guesses": forgotten})
    return int(forgotten)


def _until(account: str, address: str) -> datetime | None:
    made = Guess.objects.filter(account=account).order_by("-time").values_list("address", "time")
    return locked_until(made, address)
