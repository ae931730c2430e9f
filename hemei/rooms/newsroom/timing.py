"""When a story comes out and when it goes: moments as editors name them, on the county's clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

COUNTY = ZoneInfo("Asia/Shanghai")
FARTHEST = timedelta(days=366)
"""How far ahead a moment may lie: farther off it is a slip of the pen."""


class BadTime(ValueError):
    """A moment that cannot be meant; the message tells the editor what to do."""


def moment(text: str) -> datetime | None:
    """The moment in a form's field, 2026-03-05T08:30 by the county's clock; None when nothing was filled in. Raises BadTime."""
    text = text.strip()[:30]
    if not text:
        return None
    for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=COUNTY)
        except ValueError:
            continue
    raise BadTime("没有认出这个时间。请写成 2026-03-05 08:30 这样。")


def field(at: datetime | None) -> str:
    """The moment as a form's field takes it."""
    return at.astimezone(COUNTY).strftime("%Y-%m-%dT%H:%M") if at else ""


def shown(at: datetime, now: datetime | None = None) -> str:
    """The moment as people read it: 3月5日 08:30, with the year when it is another than now."""
    local = at.astimezone(COUNTY)
    year = f"{local.year}年" if now is None or now.astimezone(COUNTY).year != local.year else ""
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def why_not_then(at: datetime | None, *, what: str, now: datetime) -> str | None:
    """None when something may be set for this moment; else why not. ``what`` is what would happen then."""
    if at is None:
        return None
    if at <= now:
        return f"{what}的时间 {shown(at, now)} 已经过了，请另定一个以后的时间。"
    if at > now + FARTHEST:
        return f"{what}的时间在一年以后，请核对年份。"
    return None


def why_not_out(*, at: datetime | None, until: datetime | None, embargo: datetime | None, now: datetime) -> str | None:
    """None when a story may come out at this moment (None is now) and go at that one; else why not."""
    if why := why_not_then(at, what="刊出", now=now) or why_not_then(until, what="撤下", now=now):
        return why
    out = at or now
    if embargo and out < embargo:
        return f"这篇稿子限 {shown(embargo, now)} 以后刊出。请定时到那以后，或者与来源商量后改限时。"
    if until and until <= out:
        return f"到期撤下的时间 {shown(until, now)} 早于刊出的时间，请核对。"
    return None
