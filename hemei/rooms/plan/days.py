"""The planning's calendar: a sheet of days, what is late, and what is today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce

from hemei.rooms.plan import rules
from hemei.rooms.plan.models import Topic
from hemei.rooms.plan.queries import MOST_SHOWN, Card, cards, topics_for
from hemei.rooms.plan.rules import Viewer
from hemei.seal.roster import COUNTY

MOST_LATE = 200


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    inside: bool
    """Whether it belongs to the month that is shown."""
    today: bool
    events: list[Card] = field(default_factory=list)
    due: list[Card] = field(default_factory=list)
    """Topics whose copy is due on this day, and that happen on another or on none."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month or a week of topics."""

    days: list[Day]
    cut: bool
    """Whether there was more than is read for one sheet."""

    @property
    def weeks(self) -> list[list[Day]]:
        return [self.days[at : at + 7] for at in range(0, len(self.days), 7)]


def sheet(looking: Viewer, now: datetime, *, day: date, view: str, mine: bool = False) -> Sheet:
    """The topics of the month or week that a day lies in, on the days on which they happen or are due."""
    grid = rules.week_grid(day) if view == "week" else rules.month_grid(day)
    since, until = rules.midnight(grid[0]), rules.midnight(grid[-1] + timedelta(days=1))
    happens = Q(starts__lt=until, busy_until__gt=since)
    due = Q(deadline__gte=since, deadline__lt=until)
    found = topics_for(looking, mine).exclude(state=Topic.State.DROPPED).filter(happens | due)
    topics = list(found.order_by(Coalesce("starts", "deadline"), "pk")[: MOST_SHOWN + 1])
    today = now.astimezone(COUNTY).date()
    days = {each: Day(each, view == "week" or each.month == day.month, each == today) for each in grid}
    for card in cards(topics[:MOST_SHOWN], looking, now):
        on: set[date] = set()
        if card.topic.starts:
            first, last = rules.days_of(card.topic.starts, card.topic.ends)
            on = {each for each in grid if first <= each <= last}
            for each in on:
                days[each].events.append(card)
        if card.topic.deadline and card.state in ("proposed", "decided", "covering"):
            when = card.topic.deadline.astimezone(COUNTY).date()
            if when in days and when not in on:
                days[when].due.append(card)
    return Sheet(list(days.values()), len(topics) > MOST_SHOWN)


def late(looking: Viewer, now: datetime, *, mine: bool = False) -> list[Card]:
    """The topics with something late, the longest first."""
    end = rules.midnight(now.astimezone(COUNTY).date() + timedelta(days=1))
    over = Q(state__in=("decided", "covering", "written"), live=False, deadline__lt=now)
    unmanned = Q(state__in=("proposed", "decided"), starts__lt=end)
    found = topics_for(looking, mine).filter(over | unmanned).order_by(Coalesce("deadline", "starts"), "pk")
    return [card for card in cards(list(found[:MOST_LATE]), looking, now, clashing=False) if card.late]


def today(looking: Viewer, now: datetime) -> list[Card]:
    """This person's topics of today: those that happen today, and those that are due."""
    begin = rules.midnight(now.astimezone(COUNTY).date())
    end = begin + timedelta(days=1)
    happens = Q(starts__lt=end, busy_until__gt=begin)
    due = Q(deadline__gte=begin, deadline__lt=end)
    found = topics_for(looking, mine=True).exclude(state__in=("dropped", "printed")).filter(happens | due, live=False)
    return cards(list(found.order_by(Coalesce("starts", "deadline"), "pk")[:20]), looking, now)
