"""What is done about notices: somebody is to be told, somebody chooses what to hear, a device is switched on or off."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from hmac import compare_digest

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.notices import rules, webpush
from hemei.rooms.notices.models import Device, Notice, Wish

MOST_DEVICES = 8


class NotChosen(Exception):
    """This choice cannot be; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Telling:
    """That somebody is to be told something about a piece."""

    person: str
    kind: str
    stage: str


def tell(*, tellings: Iterable[Telling], piece: str, title: str, entry: int, now: datetime) -> int:
    """Put notices into the outbox, for whom wants them and as they want them; how many. Once for each entry of the ledger."""
    wanted = {each.person: each for each in tellings}
    wishes = Wish.objects.filter(user__username__in=wanted, user__is_active=True).select_related("user")
    made = []
    for wish in wishes.prefetch_related("user__devices"):
        telling = wanted[wish.user.get_username()]
        if telling.kind not in wish.kinds:
            continue
        due = rules.due(now, wish.quiet_from, wish.quiet_until)
        ways = ["mail"] if wish.mail and wish.proved else []
        ways += [f"web:{device.pk}" for device in wish.user.devices.all()]
        made += [
            Notice(
                user=wish.user, kind=telling.kind, stage=telling.stage, title=rules.titled(title), piece=piece,
                entry=entry, way=way, made=now, due=due,
            )
            for way in ways
        ]  # fmt: skip
    Notice.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def overtaken(*, piece: str, kinds: Collection[str]) -> None:
    """What was to be told of this piece is not so any more: what still waits is not sent."""
    waiting = Notice.objects.filter(piece=piece, kind__in=kinds, state=Notice.State.WAITING, taken_until=None)
    waiting.update(state=Notice.State.DROPPED, answer="稿子已往下走")


def wish_of(user: AbstractBaseUser) -> Wish:
    """What this person wants to hear; everything, by no way, when they never said."""
    found: Wish | None = Wish.objects.filter(user_id=user.pk).first()
    return found or Wish(user_id=user.pk)


def choose(
    *, user: AbstractBaseUser, kinds: Collection[str], quiet_from: time | None, quiet_until: time | None
) -> None:
    """Say what one wants to hear, and at which hours nothing."""
    if (quiet_from is None) != (quiet_until is None):
        raise NotChosen("免打扰的起止时间要么都填，要么都空着。")
    with transaction.atomic():
        wish = wish_of(user)
        wish.kinds = [kind for kind in rules.KINDS if kind in kinds]
        wish.quiet_from, wish.quiet_until = quiet_from, quiet_until
        wish.save()


def set_mail(*, user: AbstractBaseUser, address: str, now: datetime) -> Wish:
    """Note an address and a fresh code to be mailed to it; nothing else goes there before the code came back. "" removes it."""
    address = address.strip()
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise NotChosen("邮箱地址不对，请写成 name@example.cn 这样。") from error
    if not address.isascii() or len(address) > 200:
        raise NotChosen("邮箱地址只能用英文字母、数字和符号，不超过 200 个。")
    with transaction.atomic():
        wish = wish_of(user)
        if address and wish.code_until and wish.code_until - rules.CODE_GOOD_FOR > now - rules.PAUSES[0]:
            raise NotChosen("验证码刚刚发过，请一分钟后再试。")
        wish.mail, wish.proved, wish.code_tries = address, False, 0
        wish.code = f"{secrets.randbelow(10**6):06}" if address else ""
        wish.code_until = now + rules.CODE_GOOD_FOR if address else None
        wish.save()
    return wish


def prove(*, user: AbstractBaseUser, code: str, now: datetime) -> None:
    """The code that was mailed came back: the address is this person's."""
    with transaction.atomic():
        wish = Wish.objects.select_for_update().filter(user_id=user.pk).first()
        if wish is None or not wish.code or wish.code_until is None or wish.code_until < now:
            raise NotChosen("验证码过期了，请重新填写邮箱，再收一次。")
        if wish.code_tries >= rules.CODE_TRIES:
            raise NotChosen("验证码输错太多次，请重新填写邮箱，再收一次。")
        right = compare_digest(wish.code.encode(), code.strip().encode())
        wish.code_tries += 1
        if right:
            wish.proved, wish.code = True, ""
            enter(person=user.get_username(), deed="核实邮箱", piece=f"person:{user.get_username()}", now=now)
        wish.save()
    if not right:
        raise NotChosen("验证码不对，请再看看邮件。")


def switch_on(*, user: AbstractBaseUser, endpoint: str, public: str, secret: str, label: str, now: datetime) -> Device:
    """Notices in this browser. Who logged in on it last gets them: a shared computer tells one person only."""
    try:
        webpush.checked(endpoint)
        webpush.read_keys(public, secret)
    except ValueError as error:
        raise NotChosen("浏览器给出的登记不对，没有打开。请换一个浏览器，或者用邮箱。") from error
    with transaction.atomic():
        if not Wish.objects.filter(user_id=user.pk).exists():
            Wish.objects.create(user_id=user.pk)
        Device.objects.filter(endpoint=endpoint).delete()
        if Device.objects.filter(user_id=user.pk).count() >= MOST_DEVICES:
            raise NotChosen(f"最多 {MOST_DEVICES} 台设备，请先关掉不用的。")
        made: Device = Device.objects.create(
            user_id=user.pk, endpoint=endpoint, public=public, secret=secret, label=rules.titled(label)[:60], made=now
        )
    return made


def switch_off(*, user: AbstractBaseUser, device: int) -> None:
    """No more notices to this device."""
    with transaction.atomic():
        Device.objects.filter(user_id=user.pk, pk=device).delete()
        Notice.objects.filter(user_id=user.pk, way=f"web:{device}", state=Notice.State.WAITING).update(
            state=Notice.State.DROPPED, answer="设备已关"
        )


def try_out(*, user: AbstractBaseUser, now: datetime) -> int:
    """A notice to oneself by every way, at once; how many ways there are."""
    wish = wish_of(user)
    ways = ["mail"] if wish.mail and wish.proved else []
    ways += [f"web:{pk}" for pk in Device.objects.filter(user_id=user.pk).values_list("pk", flat=True)]
    entry = -int(now.timestamp() * 1000)  # of no entry: the ledger's numbers are positive
    with transaction.atomic():
        for way in ways:
            Notice.objects.create(
                user=User.objects.get(pk=user.pk), kind="trial", stage="试一下", title="收到这一条，通知就通了", piece="",
                entry=entry, way=way, made=now, due=now,
            )  # fmt: skip
    return len(ways)
