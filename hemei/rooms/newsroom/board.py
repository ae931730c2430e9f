"""审稿台: what waits for a review or for release. However many stories wait, the database is asked the same few questions."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import content, queries, readings, rules
from hemei.rooms.newsroom.models import Reading, Section, Story
from hemei.rooms.newsroom.proofing import WAIVED
from hemei.rooms.newsroom.queries import minutes, spell
from hemei.rooms.people import queries as people
from hemei.rooms.review.models import Stamp, Version
from hemei.rooms.review.rules import NEEDED, STAGES, may_stamp
from hemei.seal.roster import COUNTY

LATE_HOURS = 2
"""After this a story that waits for review is shown as late."""
MOST = 300
"""Stories that one look takes in, the longest waiting first; a county that has more waiting has another problem."""
MOST_CARDS = 5
"""Differences that are shown at once."""
READY = "ready"
STEPS = {**STAGES, READY: "待签发", "again": "改后再审"}
AGES = {"2": "等了两小时以上", "24": "等了一天以上"}
DUES = {"late": "已过截稿", "today": "今天截稿", "none": "没定截稿"}
TODAY = ("来稿", "送审", "初审", "复审", "终审", "退稿", "毙稿", "签发", "撤稿")
"""The deeds of which the day's tally is told, in the order of the day's work."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the viewer asks to see; "" for everything."""

    stage: str = ""
    age: str = ""
    section: str = ""
    due: str = ""
    mine: bool = False

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Wanted:
        """From the address; what is not understood is left out."""
        allowed: dict[str, Collection[str]] = {"stage": STEPS, "age": AGES, "due": DUES}
        kept = {name: said.get(name, "") for name, values in allowed.items() if said.get(name, "") in values}
        return cls(**kept, section=said.get("section", "")[:32], mine=said.get("mine") == "1")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A story on the reviewers' desk, as one line of it."""

    story: Story
    step: str
    """The stage that is missing, or "ready"."""
    again: bool
    """Whether this stage was given before, to words that were amended since."""
    minutes: int
    mine: bool
    """Whether the viewer may act on it now."""
    for_whom: str
    """Whom the viewer stands in for, by name; "" when the post is their own."""
    found: int | None
    """Doubts of the proofreading that nobody waived; None when it was not proofread yet."""
    waived: int
    now: datetime
    staying: int = 0
    """Minutes that it has been waiting at its present stage."""
    mended: str = ""
    """Digest of the version of this round that the viewer stamped last, when that stamp lapsed and is theirs to give again."""

    @property
    def stage(self) -> str:
        return STEPS[self.step] + ("（改后再审）" if self.again else "")

    @property
    def age(self) -> str:
        return spell(self.minutes)

    @property
    def clock(self) -> str:
        """Of an urgent story: since when it is in the house, and since when at this stage."""
        return f"来稿 {spell(minutes(self.story.created, self.now))}，本级已等 {spell(self.staying)}"

    @property
    def overdue(self) -> int:
        """Minutes since the deadline, 0 before."""
        due = self.story.deadline
        return max(0, int((self.now - due).total_seconds() // 60)) if due else 0

    @property
    def due(self) -> str:
        """What to say of the deadline; "" when there is none."""
        if self.story.deadline is None:
            return ""
        return f"已过截稿 {spell(self.overdue)}" if self.overdue else f"{shown(self.story.deadline, self.now)} 截稿"

    @property
    def late(self) -> bool:
        return self.minutes >= LATE_HOURS * 60


def shown(moment: datetime, now: datetime) -> str:
    """A moment in the county's time, without the day when it is today."""
    local, today = moment.astimezone(COUNTY), now.astimezone(COUNTY).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.month}月{local.day}日 {local:%H:%M}"


def waiting(*, person: str, now: datetime, wanted: Wanted | None = None) -> list[Waiting]:
    """What waits for a review or for release: urgent ones first, then the viewer's own turn, then what is past its deadline,
    then oldest first."""
    wanted = wanted or Wanted()
    stories = list(_asked(wanted, now)[:MOST])
    stamps = stamps_of(stories)
    waivers = _waivers(stories)
    looked = readings.proofread([story.version for story in stories])
    posts, roster = people.posts(person, now), people.roster()
    names = [(one.person, one.name) for one in roster.people]
    lent = people.lent(person, now)
    made = []
    for story in stories:
        barred = rules.in_byline(content.plain(story.byline), names) | frozenset(story.hands)
        found, waived = _doubts(looked.get(story.version), waivers.get(story.key, set()))
        given = stamps.get(story.key, [])
        step, again, mine, mended = turn(story, given, person, posts, barred)
        age = minutes(story.submitted_at, now)
        since = max((one.time for one in given if one.version == story.version), default=story.submitted_at)
        behalf = roster.name(lent[step]) if mine and step in lent else ""
        made.append(Waiting(story, step, again, age, mine, behalf, found, waived, now, minutes(since, now), mended))
    kept = [one for one in made if _wanted(one, wanted)]
    return sorted(kept, key=lambda one: (not one.story.urgent, not one.mine, -one.overdue, -one.minutes))


def _asked(wanted: Wanted, now: datetime) -> Any:
    stories = Story.objects.filter(state__in=[Story.State.REVIEW, Story.State.READY])
    if wanted.section:
        stories = stories.filter(section_id=wanted.section)
    if wanted.age:
        stories = stories.filter(submitted_at__lte=now - timedelta(hours=int(wanted.age)))
    if wanted.due == "late":
        stories = stories.filter(deadline__lte=now)
    elif wanted.due == "today":
        stories = stories.filter(deadline__gte=morning(now), deadline__lt=morning(now) + timedelta(days=1))
    elif wanted.due == "none":
        stories = stories.filter(deadline=None)
    return stories.order_by("submitted_at", "pk").select_related("section").defer("body", "gist", "warnings", "people")


def _wanted(one: Waiting, wanted: Wanted) -> bool:
    if wanted.mine and not one.mine:
        return False
    return not wanted.stage or (one.again if wanted.stage == "again" else one.step == wanted.stage)


@dataclass(frozen=True, slots=True)
class _Stamped:
    version: str
    made: datetime
    stage: str
    person: str
    time: datetime


def stamps_of(stories: Sequence[Story]) -> dict[str, list[_Stamped]]:
    """The stamps of this round by piece, in their order: those on words that were submitted before are of another one."""
    since = {story.key: story.submitted_at for story in stories}
    made: dict[str, list[_Stamped]] = {}
    rows = Stamp.objects.filter(version__piece__in=since).order_by("id")
    for piece, *fields in rows.values_list("version__piece", "version_id", "version__made", "stage", "person", "time"):
        stamped = _Stamped(*fields)
        if since[piece] is None or stamped.made >= since[piece]:
            made.setdefault(piece, []).append(stamped)
    return made


def turn(
    story: Story, stamps: Sequence[_Stamped], person: str, posts: Collection[str], barred: Collection[str]
) -> tuple[str, bool, bool, str]:
    """(the missing stage or "ready", whether it lapsed, whether it is this person's turn, the version they stamped)."""
    given = [one for one in stamps if one.version == story.version]
    lapsed = [one for one in stamps if one.version != story.version]
    stages = [one.stage for one in given]
    needed = NEEDED["story"]
    stage = rules.stage_to_give(needed=needed, given=stages, posts=posts, lapsed=bool(lapsed))
    if stage is None:
        return READY, False, "release" in posts, ""
    stamped = [one.person for one in given]
    mine = may_stamp(stage=stage, person=person, posts=posts, barred=barred, stamped=stamped) is None
    if not mine:  # shown as everybody sees it
        stage = rules.stage_to_give(needed=needed, given=stages, posts=(), lapsed=False) or stage
    own = [one.version for one in lapsed if one.person == person]
    return stage, any(one.stage == stage for one in lapsed), mine, own[-1] if mine and own else ""


def _waivers(stories: Sequence[Story]) -> dict[str, set[tuple[str, str]]]:
    made: dict[str, set[tuple[str, str]]] = {}
    rows = Entry.objects.filter(piece__in=[story.key for story in stories], deed=WAIVED).order_by()
    for piece, detail in rows.values_list("piece", "detail"):
        made.setdefault(piece, set()).add((detail["rule"], detail["mark"]))
    return made


def _doubts(looked: Reading | None, waivers: Collection[tuple[str, str]]) -> tuple[int | None, int]:
    if looked is None or looked.found is None:
        return None, 0
    waived = sum((rule, mark) in waivers for rule, mark in looked.found)
    return len(looked.found) - waived, waived


@dataclass(frozen=True, slots=True)
class Card:
    """改后再审: a story whose earlier stamp of the viewer lapsed, with nothing but what was changed since."""

    waiting: Waiting
    changes: list[rules.Change]
    """Changed lines only."""
    who: str
    """Who amended it."""
    behind: str
    """The words of which ``changes`` tells, by digest: what a stamp given here covers."""


def cards(lines: Sequence[Waiting]) -> list[Card]:
    """The differences that the viewer can stamp at once, of the lines on their board."""
    again = [one for one in lines if one.mended][:MOST_CARDS]
    if not again:
        return []
    names = {name for one in again for name in (one.mended, one.story.version)}
    kept = {version.digest: version for version in Version.objects.filter(digest__in=names)}
    again = [one for one in again if {one.mended, one.story.version} <= kept.keys()]
    said = {name: json.loads(bytes(version.content)) for name, version in kept.items()}
    found = queries.differences([(said[one.mended], said[one.story.version]) for one in again])
    roster = people.roster()
    return [
        Card(
            one, [c for c in changes if c[1] != "same"], roster.name(kept[one.story.version].person), one.story.version
        )
        for one, changes in zip(again, found, strict=True)
    ]


def morning(now: datetime) -> datetime:
    """The first moment of the county's day."""
    return now.astimezone(COUNTY).replace(hour=0, minute=0, second=0, microsecond=0)


def tally(now: datetime) -> list[tuple[str, int]]:
    """今日: how many of each deed the ledger holds since midnight, those of which there are none included."""
    rows = Entry.objects.filter(time__gte=morning(now), deed__in=TODAY).order_by().values_list("deed")
    done = dict(rows.annotate(Count("number")))
    return [(deed, done.get(deed, 0)) for deed in TODAY]


def sections() -> list[Section]:
    """The sections that the board can be narrowed to."""
    return list(Section.objects.all())
