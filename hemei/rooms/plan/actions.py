"""What the planning does: every change one deed with one ledger entry that says what was before, so that it can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom.actions import Refused, begin
from hemei.rooms.newsroom.content import plain
from hemei.rooms.newsroom.models import Story
from hemei.rooms.newsroom.rules import EDITING
from hemei.rooms.people import queries as people
from hemei.rooms.plan import queries, rules
from hemei.rooms.plan.models import Assignment, Gear, Topic, Written
from hemei.rooms.plan.rules import Viewer
from hemei.seal.roster import COUNTY

MEANWHILE = "你填写的时候，另一位同事改过这个选题，这次没有保存。请看看改了什么，再填一次。"
_TIMES = ("starts", "ends", "deadline")
_PLAIN = (
    "title", "brief", "outlets", "starts", "ends", "all_day", "place", "host", "contact", "driver", "deadline", "state",
    "reason", "decided_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a topic says of itself, whoever goes."""

    title: str
    brief: str = ""
    section: str | None = None
    outlets: tuple[str, ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    all_day: bool = False
    place: str = ""
    host: str = ""
    contact: str = ""
    deadline: datetime | None = None

    def values(self) -> dict[str, Any]:
        """As the ledger and the row keep them: nothing invisible, times as text."""
        said = asdict(self)
        lines = {name: plain(said[name]) for name in ("title", "place", "host", "contact")}
        brief = "\n".join(plain(line) for line in self.brief.splitlines()).strip()
        known = [code for code in rules.OUTLETS if code in self.outlets]
        return {**said, **lines, "brief": brief, "outlets": known, **{name: _text(said[name]) for name in _TIMES}}


def propose(
    *, by: AbstractBaseUser, facts: Facts, now: datetime, repeat: str = "", until: date | None = None
) -> list[Topic]:
    """报题: one topic, or one for each day on which the event comes again."""
    viewer = _viewer(by, now)
    if not viewer.plans:
        raise Refused("报题要有采编或通讯员岗位。请联系管理员登记。")
    if not facts.values()["title"]:
        raise Refused("请写一个标题，让同事一眼看出是什么事。")
    each = _repeated(facts, repeat, until)
    series = uuid.uuid4().hex if len(each) > 1 else ""
    with transaction.atomic():
        made = []
        for one in each:
            topic = Topic(proposed_by=viewer.person, proposed_at=now, changed=now, series=series)
            _set(topic, one.values())
            topic.save()
            enter(person=viewer.person, deed="报题", piece=topic.key, now=now, detail={"title": topic.title})
            made.append(topic)
    return made


def _repeated(facts: Facts, repeat: str, until: date | None) -> list[Facts]:
    if not repeat:
        return [facts]
    if facts.starts is None or until is None:
        raise Refused("重复的活动，请填活动日期和“重复到哪天”。")
    first = facts.starts.astimezone(COUNTY).date()
    if until < first or until > first + timedelta(days=366):
        raise Refused("“重复到哪天”要在活动日期之后，一年以内。")
    made = []
    for day in rules.repeated(first, repeat, until):
        later = timedelta(days=(day - first).days)
        moved = {name: value + later for name in _TIMES if (value := getattr(facts, name)) is not None}
        made.append(replace(facts, **moved))
    return made


def edit(*, topic: Topic, by: AbstractBaseUser, facts: Facts, seen: int, now: datetime) -> Topic:
    """改选题: what it says, not who goes."""
    values = facts.values()
    if not values["title"]:
        raise Refused("请写一个标题，让同事一眼看出是什么事。")
    return _change(topic, by, "edit", "改选题", values, now, seen)


@dataclass(frozen=True, slots=True)
class Party:
    """Who and what is sent: roster ids, a driver's name, numbers of gear."""

    reporters: tuple[str, ...] = ()
    photographers: tuple[str, ...] = ()
    driver: str = ""
    gear: tuple[int, ...] = ()


def assign(
    *,
    topic: Topic,
    by: AbstractBaseUser,
    party: Party,
    deadline: datetime | None,
    outlets: Sequence[str],
    seen: int,
    now: datetime,
) -> Topic:
    """定题、派工: decide on a proposal, and say who goes with what until when. Double bookings are told, not forbidden."""
    known = {person for person, _ in queries.staff(now)} | {one.person for one in topic.assignments.all()}
    if strangers := {*party.reporters, *party.photographers} - known:
        raise Refused(f"“{'、'.join(sorted(strangers))}”现在没有岗位，不能派去。请重新选人。")
    values = {
        "reporters": sorted(set(party.reporters)),
        "photographers": sorted(set(party.photographers)),
        "driver": plain(party.driver),
        "gear": sorted(set(party.gear)),
        "deadline": _text(deadline),
        "outlets": [code for code in rules.OUTLETS if code in outlets],
    }
    deciding = topic.state == Topic.State.PROPOSED
    if deciding:
        values |= {"state": "decided", "decided_by": _viewer(by, now).person}
    return _change(topic, by, "assign", "定题" if deciding else "派工", values, now, seen)


def cover(*, topic: Topic, by: AbstractBaseUser, now: datetime) -> Topic:
    """采访中: they are on their way."""
    return _change(topic, by, "cover", "开始采访", {"state": "covering"}, now)


def mark_printed(*, topic: Topic, by: AbstractBaseUser, now: datetime) -> Topic:
    """已刊 elsewhere: on paper or on the air, without a story of this program."""
    return _change(topic, by, "printed", "标为已刊", {"state": "printed"}, now)


def drop(*, topic: Topic, by: AbstractBaseUser, reason: str, now: datetime, following: bool = False) -> int:
    """放弃, with a reason; with ``following`` also what is still to come of its series. How many were dropped."""
    if not plain(reason):
        raise Refused("请写明为什么放弃，好让报题的人知道。")
    values = {"state": "dropped", "reason": plain(reason)[:300]}
    with transaction.atomic():
        also = list(queries.following(topic)) if following else []
        for one in [topic, *also]:
            _change(one, by, "drop", "放弃选题", values, now)
    return 1 + len(also)


def revive(*, topic: Topic, by: AbstractBaseUser, now: datetime) -> Topic:
    """Take a dropped topic back as a proposal."""
    return _change(topic, by, "revive", "恢复选题", {"state": "proposed", "reason": ""}, now)


def write(*, topic: Topic, by: AbstractBaseUser, now: datetime) -> Story:
    """写稿: a draft with the topic's people and section. What the topic says goes on in the newsroom from here."""
    with transaction.atomic():
        fresh = Topic.objects.select_for_update().get(pk=topic.pk)
        if why := rules.why_not(_viewer(by, now), queries.standing(fresh), "write"):
            raise Refused(why)
        said = {"topic": fresh.pk}
        story = begin(
            by=by, headline=fresh.title, byline=proposed_byline(fresh, by, now), section=fresh.section_id, detail=said,
            now=now,
        )  # fmt: skip
        kept = [*_snapshot(fresh)["stories"], story.pk]
        _change(fresh, by, "write", "写稿", {"stories": kept, "state": "written"}, now)
    return story


def proposed_byline(topic: Topic, by: AbstractBaseUser, now: datetime) -> str:
    """The byline of those who were sent; of who writes when nobody was."""
    sent = list(topic.assignments.all())
    reporters = [one.person for one in sent if one.role == Assignment.Role.REPORTER] or [_id(by)]
    outside = {person: not EDITING & people.posts(person, now) for person in reporters}
    photographers = [people.name(one.person) for one in sent if one.role == Assignment.Role.PHOTOGRAPHER]
    return rules.byline([(people.name(person), outside[person]) for person in reporters], photographers)


def attach(*, topic: Topic, by: AbstractBaseUser, story: Story, now: datetime) -> Topic:
    """关联稿件: a story that is there already belongs to this topic."""
    if Written.objects.filter(story=story).exists():
        raise Refused(f"《{story}》已经属于另一个选题。")
    viewer = _viewer(by, now)
    if not EDITING & viewer.posts and story.filed_by_id != by.pk:
        raise Refused("通讯员只能关联自己交的稿子。")
    kept = [*_snapshot(topic)["stories"], story.pk]
    return _change(topic, by, "attach", "关联稿件", {"stories": kept, "state": "written"}, now)


def undo(*, topic: Topic, by: AbstractBaseUser, seen: int, now: datetime) -> str:
    """撤销 the latest change: all of it is as it was before, and the ledger has both. Returns what was undone.

    A draft that was made stays in the newsroom, without the topic.
    """
    viewer = _viewer(by, now)
    with transaction.atomic():
        fresh = Topic.objects.select_for_update().get(pk=topic.pk)
        if fresh.revision != seen:
            raise Refused(MEANWHILE)
        last = Entry.objects.filter(piece=fresh.key).order_by("-number").first()
        if last is None or "before" not in last.detail:
            raise Refused("这一步不能撤销。")
        if not rules.may_see(viewer, queries.standing(fresh)) or not (last.person == viewer.person or viewer.decides):
            raise Refused("只有做这件事的人或编辑可以撤销。")
        taken = Written.objects.filter(story__in=last.detail["before"].get("stories", [])).exclude(topic=fresh)
        if taken.exists():
            raise Refused("原来关联的稿件已经属于另一个选题，不能撤销。")
        _write_down(fresh, viewer.person, "撤销", last.detail["before"], now, {"of": last.number, "deed": last.deed})
    return str(last.deed)


def keep_gear(
    *, by: AbstractBaseUser, gear: Gear | None, kind: str, name: str, note: str, active: bool, now: datetime
) -> Gear:
    """A car or a piece of equipment: new, changed, or no longer in use. None is deleted: topics of the past name them."""
    viewer = _viewer(by, now)
    if not viewer.decides:
        raise Refused("登记器材车辆要有初审、复审或终审岗位。")
    if not plain(name) or kind not in Gear.Kind.values:
        raise Refused("请填写名称，并选是车辆还是器材。")
    with transaction.atomic():
        if Gear.objects.filter(name=plain(name)[:50]).exclude(pk=gear.pk if gear else None).exists():
            raise Refused(f"“{plain(name)}”已经在单子上了。同样的东西有几件，请编上号。")
        row = gear or Gear()
        before = {each: getattr(row, each) for each in ("kind", "name", "note", "active")} if gear else {}
        row.kind, row.name, row.note, row.active = kind, plain(name)[:50], plain(note)[:100], active
        row.save()
        after = {each: getattr(row, each) for each in ("kind", "name", "note", "active")}
        enter(
            person=viewer.person, deed="器材车辆", piece=f"gear:{row.pk}", now=now,
            detail={"before": before, "after": after},
        )  # fmt: skip
    return row


# how a change is made


def _change(
    topic: Topic,
    by: AbstractBaseUser,
    rule: str,
    deed: str,
    values: Mapping[str, Any],
    now: datetime,
    seen: int | None = None,
) -> Topic:
    """Ask the rule, change the row, enter it. Values that are there already leave no entry."""
    viewer = _viewer(by, now)
    with transaction.atomic():
        fresh = Topic.objects.select_for_update().get(pk=topic.pk)
        if seen is not None and fresh.revision != seen:
            raise Refused(MEANWHILE)
        if why := rules.why_not(viewer, queries.standing(fresh), rule):
            raise Refused(why)
        _write_down(fresh, viewer.person, deed, values, now)
    return fresh


def _write_down(
    topic: Topic,
    person: str,
    deed: str,
    values: Mapping[str, Any],
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    before = _snapshot(topic)
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return
    _set(topic, changed)
    topic.revision += 1
    topic.changed = now
    topic.save()
    _set_related(topic, changed)
    detail = {"before": {name: before[name] for name in changed}, "after": changed, **(more or {})}
    enter(person=person, deed=deed, piece=topic.key, now=now, detail=detail)


def moved(*, topic: Topic, person: str, values: Mapping[str, Any], now: datetime) -> None:
    """日历改期: what the calendar that a topic came from says now. Call inside the transaction of the taking in."""
    _write_down(topic, person, "日历改期", values, now)


def _snapshot(topic: Topic) -> dict[str, Any]:
    """All of a topic that can change, as plain values."""
    sent = list(topic.assignments.all())
    return {
        **{name: _text(value) if isinstance(value := getattr(topic, name), datetime) else value for name in _PLAIN},
        "section": topic.section_id,
        "reporters": sorted(one.person for one in sent if one.role == Assignment.Role.REPORTER),
        "photographers": sorted(one.person for one in sent if one.role == Assignment.Role.PHOTOGRAPHER),
        "gear": sorted(topic.gear.values_list("pk", flat=True)),
        "stories": list(topic.written.values_list("story_id", flat=True)),
    }


def _set(topic: Topic, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in _PLAIN:
            setattr(topic, name, datetime.fromisoformat(value) if name in _TIMES and value else value)
    if "section" in values:
        topic.section_id = values["section"]
    topic.busy_until = rules.busy(topic.starts, topic.ends)


def _set_related(topic: Topic, values: Mapping[str, Any]) -> None:
    for name, role in (("reporters", Assignment.Role.REPORTER), ("photographers", Assignment.Role.PHOTOGRAPHER)):
        if name in values:
            topic.assignments.filter(role=role).exclude(person__in=values[name]).delete()
            there = set(topic.assignments.filter(role=role).values_list("person", flat=True))
            Assignment.objects.bulk_create(
                Assignment(topic=topic, person=person, role=role) for person in values[name] if person not in there
            )
    if "gear" in values:
        topic.gear.set(values["gear"])
    if "stories" in values:
        topic.written.exclude(story__in=values["stories"]).delete()
        there = set(topic.written.values_list("story_id", flat=True))
        Written.objects.bulk_create(Written(topic=topic, story_id=pk) for pk in values["stories"] if pk not in there)


def _viewer(by: AbstractBaseUser, now: datetime) -> Viewer:
    return queries.viewer(_id(by), now)


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())


def _text(when: datetime | None) -> str | None:
    """A moment as the ledger has it: the county's clock, to the second, so that the same moment is the same text."""
    return None if when is None else when.astimezone(COUNTY).replace(microsecond=0).isoformat()
