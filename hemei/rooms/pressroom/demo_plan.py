"""The demo's plan: its topics, proposed, decided and dropped by the cast through the planning's own actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from demo import stories as county
from demo import topics as invented
from hemei.rooms.newsroom.models import Story
from hemei.rooms.plan import actions
from hemei.rooms.plan.models import Gear, Topic
from hemei.seal.roster import COUNTY

EDITOR = "wang"


def plan(now: datetime) -> None:
    """Every topic and all gear of the demo, as they stand now."""
    people = {user.get_username(): user for user in User.objects.all()}
    for said in invented.gear():
        actions.keep_gear(by=people[EDITOR], gear=None, active=True, now=now - timedelta(days=6), **said)
    numbers = {story.slug: story.number for story in county.stories()}
    for at, one in enumerate(invented.topics(now.astimezone(COUNTY).date())):
        proposed = now - timedelta(days=5, minutes=-11 * at)  # before anything happens, and before now
        made = actions.propose(
            by=people[one.said["by"]],
            facts=_facts(one),
            now=proposed,
            repeat=one.said.get("repeat", ""),
            until=one.until,
        )
        _go_on(made[0], one, people, numbers, proposed)


def _facts(one: invented.DemoTopic) -> actions.Facts:
    said = one.said
    words = {name: said.get(name, "") for name in ("brief", "place", "host", "contact")}
    all_day = one.starts is not None and "begins" not in said
    return actions.Facts(
        said["title"],
        section=said.get("section"),
        outlets=tuple(said.get("outlets", ())),
        starts=one.starts,
        ends=one.ends,
        all_day=all_day,
        deadline=one.deadline,
        **words,
    )


def _go_on(
    topic: Topic, one: invented.DemoTopic, people: dict[str, User], numbers: dict[str, int], since: datetime
) -> None:
    """From the proposal to where the file says that it stands."""
    state, editor = one.said["state"], people[EDITOR]
    if state == "dropped":
        actions.drop(topic=topic, by=editor, reason=one.said["reason"], now=since + timedelta(hours=3))
    if state not in ("decided", "covering", "written"):
        return
    gear = tuple(Gear.objects.filter(name__in=one.said.get("gear", ())).values_list("pk", flat=True))
    party = actions.Party(
        tuple(one.said.get("reporters", ())),
        tuple(one.said.get("photographers", ())),
        one.said.get("driver", ""),
        gear,
    )
    topic = actions.assign(
        topic=topic,
        by=editor,
        party=party,
        deadline=one.deadline,
        outlets=one.said.get("outlets", ()),
        seen=topic.revision,
        now=since + timedelta(hours=3),
    )
    if state == "covering":
        actions.cover(topic=topic, by=people["li"], now=since + timedelta(days=4))
    if state == "written":
        story = Story.objects.get(pk=numbers[one.said["story"]])
        actions.attach(topic=topic, by=people["li"], story=story, now=since + timedelta(days=4))
