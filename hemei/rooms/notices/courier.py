"""Sends what waits in the outbox. Several may do so at once: each takes what it sends for two minutes."""

from __future__ import annotations

import contextlib
import json
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hemei.rooms.notices import mail, rules
from hemei.rooms.notices.mail import Mailer, Undelivered
from hemei.rooms.notices.models import Device, Notice, Wish
from hemei.rooms.notices.webpush import Pusher

AT_ONCE = 20
HELD = timedelta(minutes=15)
"""How long a taken notice is nobody else's: longer than sending the whole batch can take."""
KEPT = timedelta(days=30)


@dataclass
class Courier:
    """By which ways notices leave this house; None where one is not set up."""

    mailer: Mailer | None
    pusher: Pusher | None
    desk: str
    """The desk's address for whoever is outside, with a slash at its end."""

    def deliver(self, now: datetime) -> int:
        """Send what is due; how many notices were dealt with."""
        taken = _take(now)
        if not taken:
            return 0
        self._mail([one for one in taken if one.way == "mail"], now)
        for one in taken:
            if one.way != "mail":
                _settle(one, self._push(one, now), now)
        return len(taken)

    def _mail(self, notices: Sequence[Notice], now: datetime) -> None:
        if not notices:
            return
        if self.mailer is None:
            for one in notices:
                _settle(one, Undelivered("服务器没有设好发邮件。"), now)
            return
        addresses = dict(
            Wish.objects.filter(user__in={one.user_id for one in notices}, proved=True).values_list("user_id", "mail")
        )
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(self.mailer.open())
            except Undelivered as error:
                for one in notices:
                    _settle(one, error, now)
                return
            for one in notices:
                _settle(one, self._letter(server, one, addresses.get(one.user_id, ""), now), now)

    def _letter(self, server: smtplib.SMTP, one: Notice, to: str, now: datetime) -> Undelivered | None:
        if not to or self.mailer is None:
            return Undelivered("邮箱已经去掉。", lasting=True)
        text = f"{one.stage}：{one.title}\n\n打开：{self.link(one)}\n\n要改收哪些、什么时候收，或者不再收：{self.desk}notices/\n"
        try:
            made = mail.letter(
                sender=self.mailer.mail.sender, to=to, subject=f"【和媒】{one.stage}：{one.title}", text=text, now=now
            )
            mail.send(server, made)
        except Undelivered as error:
            return error
        return None

    def _push(self, one: Notice, now: datetime) -> Undelivered | None:
        number = one.way.partition(":")[2]
        device = Device.objects.filter(pk=int(number), user_id=one.user_id).first()
        if device is None or self.pusher is None:
            return Undelivered("设备已关。", lasting=True)
        said = {"title": one.stage, "body": one.title, "url": self.link(one), "tag": one.piece or "trial"}
        try:
            self.pusher.send(
                endpoint=device.endpoint, public=device.public, secret=device.secret,
                text=json.dumps(said, ensure_ascii=False).encode(), topic=f"hemei-{abs(one.entry) % 10**12}", now=now,
            )  # fmt: skip
        except Undelivered as error:
            if error.lasting:
                device.delete()  # the browser forgot us, or was reset; its owner switches it on anew
            return error
        return None

    def send_code(self, wish: Wish, now: datetime) -> None:
        """The code that proves an address, at once. Raises Undelivered."""
        if self.mailer is None:
            raise Undelivered("服务器还没有设好发邮件，请找管理员。")
        text = f"验证码：{wish.code}\n\n请在“我的通知”里填上，半小时内有效。不是你本人在填，就不用理会。\n"
        made = mail.letter(
            sender=self.mailer.mail.sender, to=wish.mail, subject=f"【和媒】验证码 {wish.code}", text=text, now=now
        )
        with self.mailer.open() as server:
            mail.send(server, made)

    def link(self, one: Notice) -> str:
        """Where a notice leads."""
        kind, _, number = one.piece.partition(":")
        return f"{self.desk}review/{number}/" if kind == "story" and number.isdigit() else f"{self.desk}notices/"


def _take(now: datetime) -> list[Notice]:
    due = Notice.objects.filter(state=Notice.State.WAITING, due__lte=now)
    free = due.filter(Q(taken_until=None) | Q(taken_until__lte=now)).order_by("due", "pk")
    if not free.exists():
        return []
    with transaction.atomic():
        taken = list(free[:AT_ONCE])
        Notice.objects.filter(pk__in=[one.pk for one in taken]).update(taken_until=now + HELD)
    return taken


def _settle(one: Notice, trouble: Undelivered | None, now: datetime) -> None:
    tries = one.tries + 1
    later = None if trouble is None or trouble.lasting else rules.again(tries, one.made, now)
    state = Notice.State.SENT if trouble is None else Notice.State.WAITING if later else Notice.State.DROPPED
    Notice.objects.filter(pk=one.pk).update(
        state=state, tries=tries, taken_until=None, due=later or one.due, answer=str(trouble or "")[:200]
    )


def tidy(now: datetime) -> None:
    """Forget what was sent or given up long ago: the ledger holds the deeds themselves."""
    Notice.objects.exclude(state=Notice.State.WAITING).filter(made__lt=now - KEPT).delete()
