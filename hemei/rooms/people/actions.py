"""Giving out stamp keys and signing with them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.people import keys
from hemei.rooms.people.models import StampKey
from hemei.seal import keys as sealing
from hemei.seal.errors import WrongPin
from hemei.seal.keys import Signed
from hemei.seal.roster import Person, PersonKey, Post

MOST_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
HELD_FROM = date(2015, 1, 1)
KEY_FROM = datetime(2015, 1, 1, tzinfo=UTC)
"""A first key and first posts are valid from before any story of this program, so that an archive can be signed."""


class CannotSign(Exception):
    """This person cannot sign now; the message says why and what to do."""


def give_key(*, user: AbstractBaseUser, name: str, posts: Sequence[str], pin: str | None, now: datetime) -> Person:
    """The roster entry of a person, for `keys.enrol` to sign; with a PIN, make the stamp key and keep it sealed."""
    person = str(user.get_username())
    held: tuple[PersonKey, ...] = ()
    with transaction.atomic():
        if pin is not None:
            private = os.urandom(32)
            secret = keys.pin_secret(settings.HOME)
            sealed = sealing.seal_private(private, pin, secret, salt=os.urandom(16), nonce=os.urandom(12))
            public = sealing.public_hex(private)
            StampKey.objects.update_or_create(user=user, defaults={"public": public, "sealed": sealed, "failed": 0})
            held = (PersonKey(public, KEY_FROM, None),)
        enter(person="root", deed="登记", piece=f"person:{person}", now=now, detail={"posts": list(posts)})
    return Person(person, name, tuple(Post(post, HELD_FROM, None) for post in posts), held)


def sign(*, user: AbstractBaseUser, pin: str, document: Mapping[str, Any], now: datetime) -> Signed:
    """Sign as this person. Raises CannotSign without a key, with a wrong PIN, or while locked after five wrong ones."""
    with transaction.atomic():  # of its own: a wrong try is counted even when the deed around it is given up
        key = StampKey.objects.select_for_update().filter(user=user).first()
        if key is None:
            raise CannotSign("你还没有签章。请管理员在服务器上为你登记。")
        if key.locked_until and key.locked_until > now:
            minutes = int((key.locked_until - now).total_seconds() // 60) + 1
            raise CannotSign(f"签章口令连续输错，已锁定，请 {minutes} 分钟后再试。")
        left = _count(key, now)  # before it is looked at: of many tries at once no more than the limit are
    try:
        private = sealing.open_private(key.sealed, pin, keys.pin_secret(settings.HOME))
    except WrongPin as error:
        raise CannotSign(
            f"签章口令不对，还可以试 {left} 次。" if left else "签章口令连续输错，锁定 15 分钟。"
        ) from error
    StampKey.objects.filter(pk=key.pk).update(failed=0, locked_until=None)
    return sealing.sign(private, dict(document))


def _count(key: StampKey, now: datetime) -> int:
    """Count a try as wrong until it proves right; how many are left, and at none the key is locked."""
    failed = key.failed + 1
    locked = now + LOCKED_FOR if failed >= MOST_TRIES else None
    StampKey.objects.filter(pk=key.pk).update(failed=0 if locked else failed, locked_until=locked)
    return 0 if locked else MOST_TRIES - failed
