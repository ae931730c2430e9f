"""What the desk looks up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.ledger.queries import entries_of, last_order
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import actions, content, house, lanes, proofing, rules, search
from hemei.rooms.newsroom.incoming import Attachment
from hemei.rooms.newsroom.models import Section, Shown, Story
from hemei.rooms.newsroom.proofing import Doubt
from hemei.rooms.newsroom.together import blanks
from hemei.rooms.people import queries as people
from hemei.rooms.review import queries as reviewed
from hemei.rooms.review.rules import NEEDED, STAGES, may_stamp


def spell(minutes: int) -> str:
    """A stretch of time as people say it."""
    hours, rest = divmod(minutes, 60)
    return f"{hours // 24} 天" if hours >= 48 else f"{hours} 小时 {rest} 分" if hours else f"{rest} 分钟"


def minutes(since: datetime | None, now: datetime) -> int:
    """Whole minutes that have gone by; 0 when it did not begin."""
    return max(0, int((now - (since or now)).total_seconds() // 60))


def timed() -> list[Story]:
    """Stories whose moment of release is signed and has not come, the next one first."""
    return list(Story.objects.filter(state=Story.State.TIMED).order_by("due").select_related("section")[:200])


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a reviewer needs to see about one story."""

    story: Story
    seen: str
    """Digest of the words as they stand now: what a stamp given on this screen covers."""
    amended: bool
    stages: tuple[tuple[str, str, str], ...]
    """(stage, name or "", time or "") for each needed stage."""
    mine: str
    """The stage the viewer may give now, or ""."""
    why_not: str
    may_release: bool
    may_send_back: bool
    may_withdraw: bool
    changes: list[rules.Change]
    compared: str
    """What the changes are compared with, in words; "" for a first version."""
    history: list[Entry]
    order: Order | None
    hands: str
    problem: str
    """Why the words as they stand cannot be signed at all; "" when they can."""
    overdue: bool
    """Whether its deadline is past while it still waits."""
    for_whom: str
    """Whom the viewer would stamp for, by name; "" for themselves."""
    doubts: list[Doubt]
    """What the house's rules and the proofreading say to the words as they stand, waived or not."""
    may_correct: bool
    may_call_off: bool
    may_move: bool
    may_end: bool
    may_hurry: bool
    """Whether the viewer may say that it is urgent, or must wait."""
    clock: str
    """Of an urgent story that waits: since when."""


def case(*, story: Story, person: str, now: datetime) -> Case:
    """The story as this person may deal with it now."""
    posts = people.posts(person, now)
    problem, seen = "", story.version
    if story.state in (Story.State.REVIEW, Story.State.READY):
        try:
            seen = actions.current_digest(story)
        except actions.Refused as error:
            problem = str(error)
    amended = bool(problem) or seen != story.version
    given = [] if amended else reviewed.stamps(story.version)
    stage = actions.stage_for(story, person, posts, [s.stage for s in given])
    why = may_stamp(
        stage=stage,
        person=person,
        posts=posts,
        barred=actions.barred(story),
        stamped=[s.person for s in given],
    )
    said, past = content.content(story, site="", previous=None), past_of(story)
    in_review = story.state == Story.State.REVIEW
    changes, compared = _changes(story, person, amended)
    return Case(
        story=story,
        seen=seen,
        amended=amended,
        stages=_stages(given),
        mine=stage if in_review and not why and not problem else "",
        why_not=problem or (why or "") if in_review else "",
        may_release=story.state == Story.State.READY and "release" in posts,
        may_send_back=rules.may_send_back(state=story.state, posts=posts) is None,
        may_withdraw=bool(story.live_version) and bool(people.WITHDRAWERS & posts),
        changes=changes,
        compared=compared,
        history=past,
        order=last_order(story.key),
        hands="、".join(people.name(one) for one in story.hands),
        problem=problem,
        overdue=bool(
            story.deadline and story.deadline <= now and story.state in (Story.State.REVIEW, Story.State.READY)
        ),
        for_whom=_for_whom(stage, person, now) if in_review and not why and not problem else "",
        doubts=[*asked(story, said, past), *doubts(story, said, past)],
        may_correct=bool(story.live_version)
        and story.state in (Story.State.RELEASED, Story.State.DRAFT)
        and bool(rules.EDITING & posts),
        may_call_off=story.state == Story.State.TIMED and bool((people.WITHDRAWERS | {"release"}) & posts),
        may_move=story.state == Story.State.TIMED and "release" in posts,
        may_end=(bool(story.live_version) or story.state == Story.State.TIMED) and bool(people.WITHDRAWERS & posts),
        may_hurry=story.state in lanes.UNDER_WAY and bool(rules.EDITING & posts),
        clock=_clock(story, given, now),
    )


def _clock(story: Story, given: list[Any], now: datetime) -> str:
    """How long an urgent story has been in the house, and at its present stage."""
    if not story.urgent:
        return ""
    if story.state == Story.State.DRAFT:
        return f"来稿 {spell(minutes(story.created, now))}，还没有送审"
    since = max((stamp.time for stamp in given), default=story.submitted_at)
    return f"来稿 {spell(minutes(story.created, now))}，本级已等 {spell(minutes(since, now))}"


def _for_whom(stage: str, person: str, now: datetime) -> str:
    holder = people.lent(person, now).get(stage)
    return people.name(holder) if holder else ""


def doubts(story: Story, said: dict[str, Any], past: Sequence[Entry] | None = None) -> list[Doubt]:
    """What is doubted in these words of a story, with what was waived in it and what its template asks for. ``past`` is
    what the ledger holds of it, for who has read that already."""
    past = past_of(story) if past is None else past
    return proofing.doubts(said, proofing.waivers(past), blanks.asked(past))


def asked(story: Story, said: dict[str, Any], past: Sequence[Entry] | None = None) -> list[Doubt]:
    """Where these words of a story do not keep the house's rules."""
    return house.doubts(said, proofing.waivers(past_of(story) if past is None else past), house.now().asked)


def past_of(story: Story) -> list[Entry]:
    """What the ledger holds of a story; nothing of one that is not kept yet."""
    return entries_of(story.key) if story.pk else []


def _stages(given: list[Any]) -> tuple[tuple[str, str, str], ...]:
    by_stage = {stamp.stage: stamp for stamp in given}
    made = []
    for stage in NEEDED["story"]:
        kept = by_stage.get(stage)
        time = kept.time.astimezone().strftime("%m-%d %H:%M") if kept else ""
        made.append((STAGES[stage], people.name(kept.person) if kept else "", time))
    return tuple(made)


def _changes(story: Story, person: str, amended: bool) -> tuple[list[rules.Change], str]:
    """What changed since the version this person stamped last; for others, since the version before, or the one in print."""
    versions = reviewed.versions(story.key)
    if not versions:
        return [], ""
    now = content.content(story, site="", previous=None)
    if not amended:
        now = json.loads(bytes(versions[-1].content))
        versions = versions[:-1]
    mine = [v for v in versions if any(s.person == person for s in reviewed.stamps(v.digest))]
    live = [v for v in versions if v.digest == story.live_version]
    base = (mine or live or versions)[-1] if versions else None
    if base is None:
        return [], ""
    then = json.loads(bytes(base.content))
    compared = "你上次审签的那一稿" if mine else "在刊的那一稿" if live else f"第 {base.number} 稿"
    return difference(then, now), compared


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[rules.Change]:
    """What changed between two contents, with sections and pictures called as the desk calls them."""
    return differences([(before, after)])[0]


def differences(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[list[rules.Change]]:
    """The same for many pairs, in as many questions to the database as for one."""
    sections = dict(Section.objects.values_list("id", "name"))
    stories = [story for pair in pairs for story in pair]
    shown = [one for story in stories for one in [story["lead"], *story["body"]] if one and "master" in one]
    titles = dict(Picture.objects.filter(master__in={one["master"] for one in shown}).values_list("master", "title"))
    alike = Counter(titles.values())
    pictures = {master: title if alike[title] == 1 else f"{title} {master[:8]}" for master, title in titles.items()}

    def lines(story: dict[str, Any]) -> list[tuple[str, str]]:
        return rules.lines({**story, "section": sections.get(story["section"], story["section"])}, pictures)

    return [rules.difference(lines(before), lines(after)) for before, after in pairs]


@dataclass(frozen=True, slots=True)
class Mine:
    """A story that somebody filed, and how far it came."""

    story: Story
    steps: tuple[tuple[str, bool], ...]
    """(交稿, 编辑, 审稿, 刊出; whether it came so far)."""
    attachments: list[Attachment]


def filed_by(user: Any, most: int) -> list[Mine]:
    """What this person filed, newest first."""
    found = Story.objects.filter(filed_by=user).defer("body").select_related("copy")
    stories = list(found.prefetch_related("copy__attachments")[:most])
    keys = [story.key for story in stories]
    deeds = set(Entry.objects.filter(piece__in=keys, deed__in=("改稿", "送审")).values_list("piece", "deed"))
    return [
        Mine(story, _steps(story, deeds), list(story.copy.attachments.all()) if story.copy else []) for story in stories
    ]


def _steps(story: Story, deeds: set[tuple[str, str]]) -> tuple[tuple[str, bool], ...]:
    states = Story.State
    review = story.state in (states.REVIEW, states.READY, states.TIMED, states.RELEASED, states.WITHDRAWN)
    printed = bool(story.live_version)
    edited = review or printed or bool({(story.key, "改稿"), (story.key, "送审")} & deeds)
    return ("交稿", True), ("编辑", edited), ("审稿", review or printed), ("刊出", printed)


def since_filed(story: Story) -> list[rules.Change]:
    """What was changed between the words as they came in and those in print; nothing while it is not in print."""
    first = story.revisions.order_by("created_at", "pk").first()
    live = reviewed.version(story.live_version) if story.live_version else None
    if first is None or live is None:
        return []
    return difference(content.content(first.as_object(), site="", previous=None), json.loads(bytes(live.content)))


def story_with(picture: Picture) -> Story | None:
    """A story that shows this picture, in its body or above it."""
    search.settle_all()
    return Story.objects.filter(pk__in=Shown.objects.filter(picture=picture).values("story")).first()


def uses(pictures: Collection[int]) -> dict[int, int]:
    """In how many stories each of these pictures is shown; those that are in none are left out."""
    search.settle()
    shown = Shown.objects.filter(picture__in=pictures).values_list("picture").annotate(Count("story"))
    return dict(shown.order_by())
