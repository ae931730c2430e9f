"""What the screens do about release, correction, embargo and urgency: one small function a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from hemei.press.corrections import WHY
from hemei.rooms.newsroom import lanes, releases, timing
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story

Sent = Mapping[str, str]
Deed = Callable[[Story, AbstractBaseUser, datetime, Sent, Callable[[], None]], str]
"""Does it, and says what was done. Raises Refused, CannotSign and BadTime."""
KEPT = ("reason", "at", "until", "line", "notice")
"""Fields that are shown again as they were sent, when a deed was refused; never the PIN."""
NOTICES = tuple((code, f"告诉读者：{words}") for code, words in WHY.items())


def _release(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    at, until = timing.moment(sent.get("at", "")), timing.moment(sent.get("until", ""))
    releases.release(story=story, by=by, pin=sent.get("pin", ""), now=now, wake=wake, at=at, until=until)
    end = f"，{timing.shown(until, now)} 撤下" if until else ""
    return f"已签发，将于 {timing.shown(at, now)} 刊出{end}。" if at else f"已签发，正在付印{end}。"


def _schedule(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    if not sent.get("at", "").strip() and not sent.get("until", "").strip():
        raise Refused("请填写刊出的时间或者撤下的时间。要立即签发，请用“签发”。")
    return _release(story, by, now, sent, wake)


def _move(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    at = timing.moment(sent.get("at", ""))
    releases.move(story=story, by=by, pin=sent.get("pin", ""), now=now, wake=wake, at=at)
    return f"已改为 {timing.shown(at or now, now)} 刊出。"


def _call_off(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    releases.call_off(story=story, by=by, pin=sent.get("pin", ""), now=now, wake=wake)
    return "已取消定时，稿子回到待签发，审签都还在。"


def _end(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    until = timing.moment(sent.get("until", ""))
    if until is None:
        raise Refused("请填写撤下的时间。")
    releases.end_at(story=story, by=by, pin=sent.get("pin", ""), now=now, wake=wake, until=until)
    return f"已定于 {timing.shown(until, now)} 撤下，到时自动撤稿。"


def _stay(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    releases.end_at(story=story, by=by, pin=sent.get("pin", ""), now=now, wake=wake, until=None)
    return "已取消到期撤下，稿子继续在刊。"


def _withdraw(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    said = {name: sent.get(name, "") for name in ("pin", "reason", "notice")}
    releases.withdraw(story=story, by=by, now=now, wake=wake, **said)
    return "已撤稿，所有页面上都不再有它。" + ("撤稿说明列在更正页上。" if said["notice"] else "")


def _correct(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    releases.correct(story=story, by=by, line=sent.get("line", ""), now=now)
    return "已打开更正。改好字句后送审；更正说明会印在文末，并列入更正页。"


def _hurry(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    lanes.hurry(story=story, by=by, reason=sent.get("reason", ""), now=now)
    return "已标为急稿，排在审稿台最前面。三审一道也不少。"


def _calm(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    lanes.calm(story=story, by=by, now=now)
    return "已取消急稿。"


def _hold(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    at = timing.moment(sent.get("at", ""))
    if at is None:
        raise Refused("请填写限到什么时间。")
    lanes.hold_until(story=story, by=by, at=at, reason=sent.get("reason", ""), now=now)
    return f"已限时，{timing.shown(at, now)} 以前不能刊出。"


def _free(story: Story, by: AbstractBaseUser, now: datetime, sent: Sent, wake: Callable[[], None]) -> str:
    lanes.hold_until(story=story, by=by, at=None, reason=sent.get("reason", ""), now=now)
    return "已取消限时。"


DEEDS: Mapping[str, Deed] = {
    "release": _release,
    "schedule": _schedule,
    "move": _move,
    "call-off": _call_off,
    "end": _end,
    "stay": _stay,
    "withdraw": _withdraw,
    "correct": _correct,
    "hurry": _hurry,
    "calm": _calm,
    "hold": _hold,
    "free": _free,
}
