"""What the planning looks up. A screen of it asks a bounded number of questions, however many topics there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as Choice
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from hemei.rooms.ledger.models import Entry
from hemei.rooms.ledger.queries import entries_of
from hemei.rooms.newsroom.models import Story
from hemei.rooms.newsroom.rules import EDITING
from hemei.rooms.people import queries as people
from hemei.rooms.plan import rules
from hemei.rooms.plan.models import Assignment, Gear, Topic, Written
from hemei.rooms.plan.rules import Clash, Standing, Use, Viewer
from hemei.seal.roster import COUNTY

MOST_CARDS = 40
"""Cards in a column of the board; the rest is in the list."""
MOST_SHOWN = 1000
"""Topics that a month's sheet reads, and uses that are looked through for double bookings."""


def viewer(person: str, now: datetime) -> Viewer:
    """A person as the planning's rules see them."""
    return Viewer(person, people.posts(person, now))


def staff(now: datetime) -> list[tuple[str, str]]:
    """(roster id, name) of everyone who can be sent today: who holds a post that plans."""
    roster = people.roster()
    return [
        (one.person, one.name)
        for one in roster.people
        if any(roster.holds(one.person, post, now) for post in rules.PLANNING)
    ]


def _names() -> dict[str, str]:
    """Everybody's name. The roster is a signed file: it is looked at once for a screen, and not once for every name."""
    return {one.person: one.name for one in people.roster().people}


@dataclass(frozen=True, slots=True)
class Card:
    """A topic as a board, a list or a calendar shows it."""

    topic: Topic
    state: str
    reporters: tuple[str, ...]
    photographers: tuple[str, ...]
    """Names."""
    stories: tuple[Story, ...]
    late: tuple[str, ...]
    mine: bool
    clashes: tuple[Clash, ...] = ()

    @property
    def state_name(self) -> str:
        return rules.STATES[self.state]

    @property
    def when(self) -> str:
        return rules.when(self.topic.starts, self.topic.ends, self.topic.all_day)

    @property
    def time(self) -> str:
        """The hour at which it begins, for a sheet that says the day itself."""
        starts = self.topic.starts
        return "" if starts is None or self.topic.all_day else f"{starts.astimezone(COUNTY):%H:%M}"

    @property
    def outlets(self) -> str:
        return rules.outlets(self.topic.outlets)

    @property
    def people(self) -> str:
        """Everyone who goes, each once."""
        driver = [f"司机 {self.topic.driver}"] if self.topic.driver else []
        return "、".join(dict.fromkeys([*self.reporters, *self.photographers, *driver]))


def live() -> Exists:
    """Whether one of a topic's stories is in print."""
    return Exists(Written.objects.filter(topic=OuterRef("pk")).exclude(story__live_version=""))


def topics_for(looking: Viewer, mine: bool = False) -> QuerySet[Topic]:
    """The topics that this person may see, or those that are theirs."""
    found = Topic.objects.annotate(live=live()).select_related("section", "calendar")
    if mine or not looking.sees_all:
        sent = Exists(Assignment.objects.filter(topic=OuterRef("pk"), person=looking.person))
        found = found.filter(Q(proposed_by=looking.person) | Q(sent))
    return found


def in_column(state: str) -> Q:
    """The topics that are shown as being in this state."""
    if state == "printed":
        return Q(state="printed") | Q(state="written", live=True)
    return Q(state="written", live=False) if state == "written" else Q(state=state)


def ordered(found: QuerySet[Topic], state: str, now: datetime) -> QuerySet[Topic]:
    """What is next comes first; what is over comes last, and of what is finished the newest first."""
    if state in ("printed", "dropped"):
        return found.order_by("-changed", "-pk")
    over = Choice(When(busy_until__lt=now, deadline__isnull=True, then=1), default=0, output_field=IntegerField())
    return found.order_by(over, Coalesce("deadline", "starts").asc(nulls_last=True), "proposed_at", "pk")


def cards(topics: Sequence[Topic], looking: Viewer, now: datetime, clashing: bool = True) -> list[Card]:
    """These topics with their people and stories, in three questions, and their double bookings in two more."""
    keys = [topic.pk for topic in topics]
    sent: dict[int, list[Assignment]] = defaultdict(list)
    for one in Assignment.objects.filter(topic__in=keys):
        sent[one.topic_id].append(one)
    stories: dict[int, list[Story]] = defaultdict(list)
    light = Written.objects.filter(topic__in=keys).select_related("story").defer("story__body", "story__gist")
    for each in light:
        stories[each.topic_id].append(each.story)
    found, names = double_booked(topics) if clashing else {}, _names()
    return [
        _card(topic, sent[topic.pk], stories[topic.pk], found.get(topic.pk, []), looking, now, names)
        for topic in topics
    ]


def _card(
    topic: Topic,
    sent: Sequence[Assignment],
    stories: Sequence[Story],
    clashing: Sequence[Clash],
    looking: Viewer,
    now: datetime,
    called: Mapping[str, str],
) -> Card:
    at = _standing(topic, sent, stories)
    names = {
        role: tuple(called.get(one.person, one.person) for one in sent if one.role == role)
        for role in ("reporter", "photographer")
    }
    return Card(
        topic,
        at.state,
        names["reporter"],
        names["photographer"],
        tuple(stories),
        tuple(rules.late(at, now)),
        rules.mine(looking, at),
        tuple(clashing),
    )


def _standing(topic: Topic, sent: Iterable[Assignment], stories: Sequence[Story]) -> Standing:
    printed = any(story.live_version for story in stories)
    return Standing(
        rules.shown_state(topic.state, printed),
        topic.proposed_by,
        frozenset(one.person for one in sent),
        tuple(story.state for story in stories),
        topic.starts,
        topic.busy_until,
        topic.deadline,
    )


def standing(topic: Topic) -> Standing:
    """Where one topic stands."""
    stories = [one.story for one in topic.written.select_related("story").defer("story__body")]
    return _standing(topic, topic.assignments.all(), stories)


def double_booked(topics: Sequence[Topic]) -> dict[int, list[Clash]]:
    """Who and what these topics have together with other ones at the same time."""
    timed = [one for one in topics if one.starts and one.busy_until and one.state != Topic.State.DROPPED]
    if not timed:
        return {}
    since, until = min(one.starts for one in timed), max(one.busy_until for one in timed)
    near = Q(topic__starts__lt=until, topic__busy_until__gt=since) & ~Q(topic__state=Topic.State.DROPPED)
    uses: list[Use] = []
    names = _names()
    for sent in Assignment.objects.filter(near).select_related("topic").order_by("topic__starts")[: MOST_SHOWN * 4]:
        uses.append(_use(sent.topic, "person", sent.person, names.get(sent.person, sent.person)))
    booked = Topic.gear.through.objects.filter(near).select_related("topic", "gear").order_by("topic__starts")
    for one in booked[: MOST_SHOWN * 4]:
        uses.append(_use(one.topic, "gear", str(one.gear_id), one.gear.name))
    driven = Topic.objects.filter(starts__lt=until, busy_until__gt=since).exclude(driver="")
    for topic in driven.exclude(state=Topic.State.DROPPED).order_by("starts")[:MOST_SHOWN]:
        uses.append(_use(topic, "driver", topic.driver, f"司机 {topic.driver}"))
    return rules.clashes(dict.fromkeys(uses))


def _use(topic: Topic, kind: str, name: str, shown: str) -> Use:
    return Use(topic.pk, topic.title, kind, name, shown, topic.starts, topic.busy_until)


# the board


@dataclass(frozen=True, slots=True)
class Column:
    state: str
    total: int
    cards: list[Card]

    @property
    def name(self) -> str:
        return rules.STATES[self.state]

    @property
    def more(self) -> int:
        return self.total - len(self.cards)

    @property
    def late(self) -> int:
        return sum(bool(card.late) for card in self.cards)


def board(looking: Viewer, now: datetime, *, mine: bool = False) -> list[Column]:
    """A column for each state but the dropped: some cards, and how many there are."""
    found = topics_for(looking, mine)
    read: dict[str, list[Topic]] = {}
    totals: dict[str, int] = {}
    for state in ("proposed", "decided", "covering", "written", "printed"):
        here = found.filter(in_column(state))
        read[state] = list(ordered(here, state, now)[: MOST_CARDS + 1])
        more = len(read[state]) > MOST_CARDS
        totals[state] = here.count() if more else len(read[state])
        del read[state][MOST_CARDS:]
    made = {card.topic.pk: card for card in cards([topic for each in read.values() for topic in each], looking, now)}
    return [Column(state, totals[state], [made[topic.pk] for topic in each]) for state, each in read.items()]


# one topic


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a topic's history."""

    entry: Entry
    name: str
    changed: tuple[str, ...]
    """What changed, in words."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one topic, as this person may deal with it now."""

    card: Card
    may: frozenset[str]
    gear: list[Gear]
    proposed_by: str
    decided_by: str
    steps: list[Step]
    undoes: str
    """The deed that can be taken back now; "" when none can."""
    following: int
    """Later topics of the same series that are still to come."""
    candidates: list[Story]
    """Stories that could be tied to it."""


def case(topic: Topic, looking: Viewer, now: datetime) -> Case:
    [card] = cards([topic], looking, now)
    at = standing(topic)
    deeds = ("edit", "assign", "cover", "write", "attach", "printed", "drop", "revive")
    may = frozenset(deed for deed in deeds if rules.why_not(looking, at, deed) is None)
    entries = entries_of(topic.key)
    last = entries[-1] if entries else None
    takes_back = last is not None and "before" in last.detail and (last.person == looking.person or looking.decides)
    return Case(
        card,
        may,
        list(topic.gear.all()),
        people.name(topic.proposed_by),
        people.name(topic.decided_by) if topic.decided_by else "",
        [Step(one, people.name(one.person), _changes(one)) for one in entries],
        last.deed if last is not None and takes_back else "",
        following(topic).count() if topic.series else 0,
        candidates(looking) if "attach" in may else [],
    )


def following(topic: Topic) -> QuerySet[Topic]:
    """The later topics of the same series that nobody has begun."""
    later = Topic.objects.filter(series=topic.series, state__in=("proposed", "decided"), starts__gt=topic.starts)
    return later.exclude(pk=topic.pk).order_by("starts") if topic.series else Topic.objects.none()


def candidates(looking: Viewer) -> list[Story]:
    """The newest stories that belong to no topic; a correspondent's own only."""
    taken = Exists(Written.objects.filter(story=OuterRef("pk")))
    found = Story.objects.filter(~taken).exclude(state=Story.State.SPIKED).defer("body", "gist")
    if not EDITING & looking.posts:
        found = found.filter(filed_by__username=looking.person)
    return list(found.order_by("-pk")[:30])


LABELS = {
    "title": "标题", "brief": "写什么", "section": "栏目", "outlets": "发在哪里", "starts": "开始", "ends": "结束", "all_day": "全天",
    "place": "地点", "host": "主办", "contact": "联系人", "driver": "司机", "deadline": "截稿", "state": "状态", "reason": "理由",
    "reporters": "文字", "photographers": "摄影摄像", "gear": "器材车辆", "stories": "稿件",
}  # fmt: skip
"""What each part of a topic is called in its history."""


def _changes(entry: Entry) -> tuple[str, ...]:
    """What an entry changed; the state is told by the deed itself."""
    after = entry.detail.get("after", {})
    return tuple(LABELS[name] for name in LABELS if name in after and name not in ("state", "all_day", "reason"))


def uses_of(gear: Sequence[Gear], since: datetime, until: datetime) -> dict[int, list[Topic]]:
    """Which topics have each thing in this time."""
    made: dict[int, list[Topic]] = defaultdict(list)
    through = Topic.gear.through.objects.filter(
        gear__in=gear, topic__starts__lt=until, topic__busy_until__gt=since
    ).exclude(topic__state=Topic.State.DROPPED)
    for one in through.select_related("topic").order_by("topic__starts")[:MOST_SHOWN]:
        made[one.gear_id].append(one.topic)
    return made


def away(topic: Topic) -> list[tuple[str, Topic]]:
    """(name, other topic) of everyone who is sent elsewhere while this topic happens."""
    if not topic.starts:
        return []
    others = Assignment.objects.filter(topic__starts__lt=topic.busy_until, topic__busy_until__gt=topic.starts)
    others = others.exclude(topic=topic).exclude(topic__state=Topic.State.DROPPED).select_related("topic")
    found = {(one.person, one.topic_id): one.topic for one in others.order_by("topic__starts")[:200]}
    return [(people.name(person), other) for (person, _), other in found.items()]


def exported(looking: Viewer, now: datetime) -> list[Topic]:
    """The topics with a time, from a month ago to a year ahead, for a calendar file."""
    since, until = now - timedelta(days=31), now + timedelta(days=366)
    found = topics_for(looking).exclude(state__in=("dropped",)).filter(starts__gte=since, starts__lt=until)
    return list(found.order_by("starts", "pk")[:5000])
