"""What the planning of the newsroom decides: pure functions on plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hemei.intake.repeat import Budget, Rule, days
from hemei.rooms.newsroom.rules import EDITING
from hemei.seal.roster import COUNTY

DECIDING = frozenset({"first", "second", "final"})
"""Posts that decide on topics and assign people: 定题、派工."""

PLANNING = EDITING | {"correspondent"}
"""Posts that propose topics: 报题."""

OUTLETS: Mapping[str, str] = {
    "web": "网站",
    "wechat": "微信",
    "paper": "报纸",
    "radio": "广播",
    "tv": "电视",
    "video": "短视频",
}
STATES: Mapping[str, str] = {
    "proposed": "报题",
    "decided": "已定",
    "covering": "采访中",
    "written": "已成稿",
    "printed": "已刊",
    "dropped": "放弃",
}
OPEN = frozenset({"proposed", "decided", "covering", "written"})
"""States in which a topic still needs something."""

REPEATS: Mapping[str, str] = {
    "": "不重复",
    "weekly": "每周这一天",
    "fortnightly": "每两周",
    "monthly": "每月这一日",
    "monthly-weekday": "每月第几个星期几（同这一天）",
}
MOST_REPEATS = 60
MOST_DAYS = 31
"""An event takes no longer than this; longer ones are seasons."""

USUAL = timedelta(hours=2)
"""How long an event keeps people and cars busy when nobody said when it ends."""

MOST_CLASHES = 20


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and the posts that they hold today."""

    person: str
    posts: frozenset[str]

    @property
    def decides(self) -> bool:
        return bool(DECIDING & self.posts)

    @property
    def plans(self) -> bool:
        return bool(PLANNING & self.posts)

    @property
    def sees_all(self) -> bool:
        """The newsroom sees every topic; correspondents see those that they proposed or are sent to."""
        return bool(EDITING & self.posts)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a topic stands, as far as the rules ask."""

    state: str
    proposed_by: str
    assigned: frozenset[str]
    """Everyone who is sent, whatever for."""
    stories: tuple[str, ...] = ()
    """The states of its stories."""
    starts: datetime | None = None
    busy_until: datetime | None = None
    deadline: datetime | None = None


def may_see(viewer: Viewer, topic: Standing) -> bool:
    return viewer.sees_all or (viewer.plans and viewer.person in {topic.proposed_by, *topic.assigned})


def why_not(viewer: Viewer, topic: Standing, deed: str) -> str | None:
    """None when this person may do this with the topic now; else why not, and who can."""
    if not may_see(viewer, topic):
        return "这个选题不归你看。"
    own = viewer.person == topic.proposed_by
    sent = viewer.person in topic.assigned
    asked = {
        "edit": (
            topic.state in OPEN,
            viewer.decides or (own and topic.state == "proposed") or (sent and topic.state in ("decided", "covering")),
            "只有编辑、派去的人，或还没定题时的报题人可以改。",
        ),
        "assign": (topic.state in OPEN, viewer.decides, "定题、派工要有初审、复审或终审岗位。"),
        "cover": (topic.state == "decided", viewer.decides or sent, "派去的人或编辑才能标为采访中。"),
        "write": (
            topic.state in ("decided", "covering", "written"),
            bool(EDITING & viewer.posts) and (viewer.decides or sent or own),
            "写稿要有采编岗位，并且是派去的人、报题人或编辑。通讯员请用“来稿”交稿，再关联到这个选题。",
        ),
        "attach": (
            topic.state in ("decided", "covering", "written"),
            viewer.decides or sent or own,
            "派去的人、报题人或编辑才能关联稿件。",
        ),
        "printed": (topic.state in ("decided", "covering", "written"), viewer.decides, "只有编辑可以标为已刊。"),
        "drop": (
            topic.state in OPEN,
            viewer.decides or (own and topic.state == "proposed"),
            "只有编辑可以放弃选题；还没定题时，报题人也可以撤回。",
        ),
        "revive": (topic.state == "dropped", viewer.decides, "只有编辑可以恢复放弃的选题。"),
    }
    in_time, allowed, who = asked[deed]
    if not in_time:
        return f"这个选题现在是“{STATES[topic.state]}”，不能这样做。"
    return None if allowed else who


def shown_state(state: str, live: bool) -> str:
    """A written topic counts as printed while one of its stories is in print."""
    return "printed" if state == "written" and live else state


def late(topic: Standing, now: datetime) -> list[str]:
    """What is late with a topic, in words; nothing for what is printed or dropped."""
    if topic.state not in OPEN:
        return []
    made = []
    over = topic.deadline is not None and topic.deadline < now
    if over and topic.state in ("decided", "covering") and not topic.stories:
        made.append("过了截稿时间，还没有稿子")
    if over and topic.state == "written" and topic.stories and set(topic.stories) <= {"draft", "spiked"}:
        made.append("过了截稿时间，稿子还没送审")
    if topic.starts is not None:
        first, today = topic.starts.astimezone(COUNTY).date(), now.astimezone(COUNTY).date()
        past = (topic.busy_until or topic.starts) < now
        if topic.state in ("proposed", "decided") and not topic.assigned and first <= today and not past:
            made.append("今天的活动，还没有派人")
        elif topic.state == "decided" and not topic.assigned and past:
            made.append("活动已过，没有派人")
        elif topic.state == "proposed" and past:
            made.append("日子已过，还没有定")
    return made


def busy(starts: datetime | None, ends: datetime | None) -> datetime | None:
    """Until when an event keeps people, cars and equipment."""
    return None if starts is None else ends or starts + USUAL


@dataclass(frozen=True, slots=True)
class Use:
    """A person, a driver, a car or a piece of equipment that a topic needs from then to then."""

    topic: int
    title: str
    kind: str
    """"person", "driver" or "gear"."""
    name: str
    """Stable name: roster id, driver's name, number of the gear."""
    shown: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that another topic has at the same time."""

    shown: str
    topic: int
    title: str
    since: datetime
    until: datetime


def clashes(uses: Iterable[Use]) -> dict[int, list[Clash]]:
    """For each topic what it shares in time with another one: who or what, and who has it.

    Touching ends do not clash. At most MOST_CLASHES a topic, so that a car that is wanted everywhere stays readable.
    """
    by_thing: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in uses:
        by_thing[use.kind, use.name].append(use)
    made: dict[int, dict[tuple[str, str, int], Clash]] = defaultdict(dict)
    for thing, users in by_thing.items():
        users.sort(key=lambda one: (one.since, one.topic))
        for at, one in enumerate(users):
            for other in users[at + 1 : at + 1 + MOST_CLASHES]:
                if other.since >= one.until:
                    break
                if other.topic != one.topic:
                    for mine, theirs in ((one, other), (other, one)):
                        said = Clash(theirs.shown, theirs.topic, theirs.title, theirs.since, theirs.until)
                        made[mine.topic].setdefault((*thing, theirs.topic), said)
    return {topic: list(found.values())[:MOST_CLASHES] for topic, found in made.items()}


def byline(reporters: Sequence[tuple[str, bool]], photographers: Sequence[str]) -> str:
    """The byline proposed for a story: 记者、通讯员、摄影, each with their names. ``reporters``: (name, correspondent?)."""
    staff = [name for name, outside in reporters if not outside]
    outside = [name for name, outside in reporters if outside]
    groups = (("记者", staff), ("通讯员", outside), ("摄影", photographers))
    return "\u3000".join(f"{label} {' '.join(names)}" for label, names in groups if names)[:200]


def repeated(first: date, how: str, until: date) -> list[date]:
    """The days of a topic that comes again, the first included; at most MOST_REPEATS."""
    if not how:
        return [first]
    rule = {
        "weekly": Rule("weekly"),
        "fortnightly": Rule("weekly", interval=2),
        "monthly": Rule("monthly"),
        "monthly-weekday": Rule("monthly", weekdays=((_which(first), first.weekday()),)),
    }[how]
    found = list(days(first, rule, since=first, until=until, budget=Budget(10_000)))
    return found[:MOST_REPEATS]


def _which(day: date) -> int:
    """Which weekday of its month a day is: 1 to 4; a fifth is taken for the last."""
    at = (day.day - 1) // 7 + 1
    return at if at < 5 else -1


def month_grid(day: date) -> list[date]:
    """The days that a month's sheet shows: whole weeks from Monday."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start = first - timedelta(days=first.weekday())
    return [start + timedelta(days=at) for at in range((last - start).days + 7 - last.weekday())]


def week_grid(day: date) -> list[date]:
    """The week from Monday that a day lies in."""
    start = day - timedelta(days=day.weekday())
    return [start + timedelta(days=at) for at in range(7)]


def days_of(starts: datetime, ends: datetime | None) -> tuple[date, date]:
    """The first and last day of an event on the county's calendar; the midnight at which it ends is no day of it."""
    last = (ends - timedelta(seconds=1)) if ends is not None and ends > starts else starts
    return starts.astimezone(COUNTY).date(), last.astimezone(COUNTY).date()


def midnight(day: date) -> datetime:
    """The county's midnight that begins this day."""
    return datetime.combine(day, time(), COUNTY)


def span(
    *, day: date, to: date | None, starts: time | None, ends: time | None
) -> tuple[datetime, datetime | None, bool]:
    """(start, end, all day?) of what a form says. Without a time it is whole days, to the midnight after the last.

    Raises ValueError, in words for the editor.
    """
    last = to or day
    if last < day:
        raise ValueError("结束的日期比开始的还早，请核对。")
    if (last - day).days >= MOST_DAYS:
        raise ValueError(f"一场活动最长 {MOST_DAYS} 天。时间更长的，请按阶段分成几个选题。")
    if starts is None:
        if ends is not None:
            raise ValueError("有结束时间，也请填开始时间。")
        return midnight(day), midnight(last + timedelta(days=1)), True
    begin = datetime.combine(day, starts, COUNTY)
    if ends is None:
        return begin, datetime.combine(last, time(18), COUNTY) if last > day else None, False
    end = datetime.combine(last, ends, COUNTY)
    if end <= begin:
        raise ValueError("结束时间要在开始之后；过了半夜才结束的，请填“到哪天”。")
    return begin, end, False


def when(starts: datetime | None, ends: datetime | None, all_day: bool) -> str:
    """When an event is, as a newsroom says it: 11月25日（周三）9:00–11:00."""
    if starts is None:
        return ""
    first, last = days_of(starts, ends)
    if all_day:
        return _day(first) + (f" 至 {_day(last)}" if last > first else " 全天")
    begin = starts.astimezone(COUNTY)
    if ends is None:
        return f"{_day(first)}{begin:%H:%M}"
    end = ends.astimezone(COUNTY)
    return f"{_day(first)}{begin:%H:%M}–{_day(end.date()) if end.date() > first else ''}{end:%H:%M}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"


def mine(viewer: Viewer, topic: Standing) -> bool:
    """Whether a topic is this person's: proposed by them, or they are sent."""
    return viewer.person == topic.proposed_by or viewer.person in topic.assigned


def outlets(codes: Collection[str]) -> str:
    """The outlets' names, in the house's order."""
    return "、".join(name for code, name in OUTLETS.items() if code in codes)
