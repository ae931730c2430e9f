"""截稿时间: until when a story has to be through. It is the desk's, not the readers': no version holds it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom import rules
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people import queries as people
from hemei.seal.roster import COUNTY

SET = "定截稿"
FURTHEST = timedelta(days=366)


def set_deadline(*, story: Story, by: AbstractBaseUser, text: str, now: datetime) -> datetime | None:
    """Set it to a moment of the county's time as a form writes it (2026-11-25T18:30), or to none with ""; returns it."""
    person = str(by.get_username())
    moment = read(text, now) if text.strip() else None
    if not rules.EDITING & people.posts(person, now):
        raise Refused("你没有采编岗位，不能定截稿时间。")
    with transaction.atomic():
        fresh = Story.objects.select_for_update().get(pk=story.pk)
        if fresh.state == Story.State.SPIKED:
            raise Refused("这篇稿子已毙，不用再定截稿时间。")
        Story.objects.filter(pk=fresh.pk).update(deadline=moment)
        said = f"{moment.astimezone(COUNTY):%Y-%m-%d %H:%M}" if moment else "不定"
        enter(person=person, deed=SET, piece=fresh.key, now=now, detail={"until": said})
    return moment


def read(text: str, now: datetime) -> datetime:
    """The moment that a form's text names. Raises Refused."""
    try:
        moment = datetime.fromisoformat(text.strip()[:32])
    except ValueError as error:
        raise Refused("截稿时间没有认出来，请写成 2026-11-25 18:30 这样。") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=COUNTY)
    if not now - timedelta(days=1) <= moment <= now + FURTHEST:
        raise Refused("截稿时间要在今天以后、一年以内，请再看看日期。")
    return moment
