"""What the desk looks up."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.ledger.queries import entries_of, last_order
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import actions, content, proofing, rules
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.newsroom.proofing import Doubt
from hemei.rooms.newsroom.together import blanks
from hemei.rooms.people import queries as people
from hemei.rooms.review import queries as reviewed
from hemei.rooms.review.rules import NEEDED, STAGES, may_stamp, next_stage

LATE_HOURS = 2
"""After this a story that waits for review is shown as late."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A story on the reviewers' desk, as one line of it."""

    story: Story
    stage: str
    minutes: int
    mine: bool
    """Whether the viewer may act on it now."""

    @property
    def age(self) -> str:
        hours, minutes = divmod(self.minutes, 60)
        return f"{hours // 24} 天" if hours >= 48 else f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分钟"

    @property
    def late(self) -> bool:
        return self.minutes >= LATE_HOURS * 60


def waiting(*, person: str, now: datetime) -> list[Waiting]:
    """Everything that waits for a review or for release, the viewer's own turn first, then oldest first."""
    posts = people.posts(person, now)
    stories = Story.objects.filter(state__in=[Story.State.REVIEW, Story.State.READY]).order_by("submitted_at")
    made = []
    for story in stories.select_related("section")[:200]:
        given = reviewed.stamps(story.version)
        stage = next_stage(story.key, [stamp.stage for stamp in given])
        if stage is None:
            name, mine = "待签发", "release" in posts
        else:
            lapsed = {k.stage for v in reviewed.versions(story.key) for k in reviewed.stamps(v.digest)}
            name = STAGES[stage] + ("（改后再审）" if stage in lapsed else "")
            mine = not may_stamp(
                stage=stage,
                person=person,
                posts=posts,
                barred=actions.barred(story),
                stamped=[stamp.person for stamp in given],
            )
        minutes = int((now - (story.submitted_at or now)).total_seconds() // 60)
        made.append(Waiting(story, name, max(0, minutes), mine))
    return sorted(made, key=lambda one: (not one.mine, -one.minutes))


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
    doubts: list[Doubt]
    """What the proofreading says to the words as they stand, waived or not."""


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
        history=entries_of(story.key),
        order=last_order(story.key),
        hands="、".join(people.name(one) for one in story.hands),
        problem=problem,
        doubts=doubts(story, content.content(story, site="", previous=None)),
    )


def doubts(story: Story, said: dict[str, Any]) -> list[Doubt]:
    """What is doubted in these words of a story, with what was waived in it and what its template asks for."""
    past = entries_of(story.key) if story.pk else []
    return proofing.doubts(said, proofing.waivers(past), blanks.asked(past))


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
    sections = dict(Section.objects.values_list("id", "name"))
    shown = [one for story in (before, after) for one in [story["lead"], *story["body"]] if one and "master" in one]
    titles = dict(Picture.objects.filter(master__in={one["master"] for one in shown}).values_list("master", "title"))
    alike = Counter(titles.values())
    pictures = {master: title if alike[title] == 1 else f"{title} {master[:8]}" for master, title in titles.items()}
    named = ({**story, "section": sections.get(story["section"], story["section"])} for story in (before, after))
    return rules.difference(*(rules.lines(story, pictures) for story in named))


def story_with(picture: Picture) -> Story | None:
    """A story that shows this picture, in its body or above it. Reads every body: for rare deeds only."""
    above = Story.objects.filter(lead=picture).first()
    # The stored body is JSON; an id is followed by a comma or the end of its block.
    return above or Story.objects.filter(body__regex=rf'"picture": {picture.pk}\b').first()
