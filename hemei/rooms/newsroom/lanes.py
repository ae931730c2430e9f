"""急稿 and 限时: what a story must not wait for, and what it has to wait for. Neither is part of its words."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom import content, rules, timing
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people import queries as people

MOST = 100
"""Characters of a reason."""
UNDER_WAY = frozenset({Story.State.DRAFT, Story.State.REVIEW, Story.State.READY})


def hurry(*, story: Story, by: AbstractBaseUser, reason: str, now: datetime) -> None:
    """急稿: put a story first on everybody's list, with the reason. It skips no review."""
    reason = content.plain(reason)[:MOST]
    if not reason:
        raise Refused("请写明为什么急，例如“今晚八点停水，居民要提前知道”。")
    with transaction.atomic():
        fresh = _one_under_way(story, by, now)
        fresh.urgent, fresh.urgent_at = reason, fresh.urgent_at or now
        fresh.save()
        enter(person=_id(by), deed="急稿", piece=fresh.key, now=now, detail={"reason": reason})


def calm(*, story: Story, by: AbstractBaseUser, now: datetime) -> None:
    """Let a story wait its turn again."""
    with transaction.atomic():
        fresh = _one_under_way(story, by, now)
        if not fresh.urgent:
            raise Refused("这篇稿子没有标为急稿。")
        fresh.urgent, fresh.urgent_at = "", None
        fresh.save()
        enter(person=_id(by), deed="取消急稿", piece=fresh.key, now=now)


def hold_until(*, story: Story, by: AbstractBaseUser, at: datetime | None, reason: str, now: datetime) -> None:
    """限时: not to be in print before this moment, as its source asked; None lets it out again. Both go into the record."""
    reason = content.plain(reason)[:MOST]
    if at and not reason:
        raise Refused("请写明限时的缘由，例如“县统计局定于十点发布”。")
    if why := timing.why_not_then(at, what="限时", now=now):
        raise Refused(why)
    with transaction.atomic():
        fresh = _one_under_way(story, by, now)
        if not at and not fresh.embargo:
            raise Refused("这篇稿子没有限时。")
        fresh.embargo, fresh.embargo_reason = at, reason if at else ""
        fresh.save()
        detail = {"reason": f"{timing.shown(at)} 以后，{reason}" if at else reason}
        enter(person=_id(by), deed="限时" if at else "取消限时", piece=fresh.key, now=now, detail=detail)


def _one_under_way(story: Story, by: AbstractBaseUser, now: datetime) -> Story:
    if not rules.EDITING & people.posts(_id(by), now):
        raise Refused("你没有采编岗位，不能改。请告诉值班编辑。")
    fresh: Story = Story.objects.select_for_update().get(pk=story.pk)
    if fresh.state not in UNDER_WAY:
        raise Refused(f"这篇稿子{fresh.get_state_display()}，现在不能改。定时的稿子请先取消定时。")
    return fresh


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())
