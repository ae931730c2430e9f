"""Whatever the people of the house and somebody with the database do, in any order: no word gets into print unsigned.

After every step: every secret word that any printed file says belongs to a version with three good signatures of three
different people, none of whom wrote it, and each of whom had that word on the screen; what was withdrawn is nowhere;
and the edition that grew change by change has the root of a build from nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from itertools import count, repeat

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hemei.rooms.newsroom import actions
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.content import content
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people.actions import CannotSign
from hemei.rooms.pressroom import process
from hemei.seal.digest import canonical
from tests.rooms.forgery import ATTEMPTS, Attempt, puts_the_signed_digests_own_words_back, take_the_guards_down
from tests.rooms.house import REVIEWERS, House, fresh, proven, secret_word, words_in

PEOPLE = st.sampled_from(("chen", "li", "wang", "zhou", "zhao", "qian", "admin"))
BYLINES = st.sampled_from(("李记者", "陈通讯", "王编辑", "钱　代　班", "李记者 周 主任", ""))
WHICH = st.integers(0, 2)
MOST_STORIES = 3
FORBIDDEN = (Refused, CannotSign)


class Died(BaseException):
    """The press process ends between its commit and its answer."""


class Newsroom(RuleBasedStateMachine):
    """One house, up to three stories. ``open_house`` and ``tally`` are set by the test that runs it."""

    open_house: Callable[[], House]
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.house = type(self).open_house()
        self.numbers = count()
        self.turns: Iterator[int] = count(2)
        self.stories: list[Story] = []
        self.seen: dict[str, set[str]] = defaultdict(set)
        """Words that each person had on the screen when asked to sign."""
        self.released: dict[int, set[str]] = defaultdict(set)
        """Words in versions of a story whose release was signed."""
        self.leaving: set[str] = set()
        """Words whose withdrawal is signed and not yet taken by the press."""
        self.gone: set[str] = set()
        self.waiting: dict[int, tuple[datetime, set[str]]] = {}
        """When a timed release of a story is due, and its words."""
        self.plans: dict[int, datetime] = {}
        """When a story is to be withdrawn."""
        self.tampered = False
        self.looked: tuple[int, str, int] | None = None

    def teardown(self) -> None:
        self.house.close()

    # ---- the people ----

    def word(self) -> str:
        return secret_word(next(self.numbers))

    def story(self, which: int) -> Story:
        return fresh(self.stories[which % len(self.stories)])

    def some(self) -> bool:
        return bool(self.stories)

    def attempt(self, deed: Callable[[], object], what: str) -> bool:
        """Do it, or be told why not. A database that was tampered with may also break a row's constraints."""
        try:
            deed()
        except FORBIDDEN:
            self.tally[f"{what} refused"] += 1
            return False
        except (IntegrityError, ValueError, KeyError, TypeError):
            if not self.tampered:
                raise
            return False
        self.tally[what] += 1
        return True

    @initialize()
    def two_stories_one_in_print(self) -> None:
        self.stories += [self.house.write(self.word()), self.house.write(self.word())]
        self.all_the_way(1)
        assert self.released[self.stories[1].pk]

    @precondition(lambda self: len(self.stories) < MOST_STORIES)
    @rule(who=st.sampled_from(("chen", "li")))
    def file(self, who: str) -> None:
        self.stories.append(self.house.write(self.word(), by=who))

    @rule(which=WHICH, who=PEOPLE, byline=BYLINES, section=st.sampled_from(("yaowen", "minsheng")))
    def edit(self, which: int, who: str, byline: str, section: str) -> None:
        fields = {"byline": byline, "section_id": section}
        self.attempt(lambda: self.house.edit(self.story(which), self.word(), who, **fields), "edit")

    @rule(which=WHICH, who=PEOPLE)
    def submit(self, which: int, who: str) -> None:
        self.attempt(lambda: self.house.submit(self.story(which), who), "submit")

    @rule(which=WHICH, who=PEOPLE, right_pin=st.sampled_from((True, True, True, False)))
    def stamp(self, which: int, who: str, right_pin: bool) -> None:
        self.looks_and_stamps(self.story(which), who, None if right_pin else "nope")

    @rule(which=WHICH, who=PEOPLE)
    def amend_and_stamp(self, which: int, who: str) -> None:
        if self.attempt(lambda: self.house.edit(self.story(which), self.word(), who), "amend"):
            self.looks_and_stamps(self.story(which), who)

    @rule(which=WHICH, who=PEOPLE, other=PEOPLE)
    def stamp_what_another_changed_meanwhile(self, which: int, who: str, other: str) -> None:
        shown = self.shown(self.story(which))
        if shown is None:
            return
        if self.attempt(lambda: self.house.edit(self.story(which), self.word(), other), "amend"):
            self.attempt(lambda: self.house.stamp(self.story(which), who, seen=shown), "stamp unseen")

    def shown(self, story: Story) -> str | None:
        """The digest on the reviewer's screen; None when the screen cannot be shown."""
        digests: list[str] = []
        self.attempt(lambda: digests.append(self.house.seen(story)), "look")
        return digests[0] if digests else None

    def looks_and_stamps(self, story: Story, who: str, pin: str | None = None) -> bool:
        shown = self.shown(story)
        if shown is None:
            return False
        self.seen[who] |= words_in(canonical(content(story, site="", previous=None)))
        return self.attempt(lambda: self.house.stamp(story, who, pin=pin, seen=shown), "stamp")

    @rule(which=WHICH, who=PEOPLE, spike=st.booleans())
    def send_back(self, which: int, who: str, spike: bool) -> None:
        """Of what is under review, when anything is: of all the rest it is refused."""
        under = [story for story in map(fresh, self.stories) if story.state in ("review", "ready")] or self.stories
        self.attempt(lambda: self.house.send_back(under[which % len(under)], who, spike=spike), "send back")

    @rule(which=WHICH, who=PEOPLE)
    def revive(self, which: int, who: str) -> None:
        house = self.house
        self.attempt(
            lambda: actions.revive(story=self.story(which), by=house.user(who), now=house.clock.tick()), "revive"
        )

    @rule(which=WHICH, who=PEOPLE, right_pin=st.sampled_from((True, True, False)))
    def release(self, which: int, who: str, right_pin: bool) -> None:
        self.releases(self.story(which), who, None if right_pin else "nope")

    def releases(self, story: Story, who: str, pin: str | None = None) -> bool:
        words = words_in(canonical(content(story, site="", previous=None)))
        done = self.attempt(lambda: self.house.release(story, who, pin=pin), "release")
        if done:
            self.look_at_plans()
            # three saw and signed them anew, though they had been withdrawn once
            self.released[story.pk] |= words
            self.leaving -= words
            self.gone -= words
        return done

    @rule(which=WHICH, who=PEOPLE)
    def withdraw(self, which: int, who: str) -> None:
        story = self.story(which)
        if self.attempt(lambda: self.house.withdraw(story, who), "withdraw"):
            self.leaving |= self.released[story.pk] | self.waiting.pop(story.pk, (None, set()))[1]
            self.plans.pop(story.pk, None)

    # ---- moments to come ----

    @rule(which=WHICH, who=PEOPLE, hours=st.sampled_from((0.1, 1, 5)), until=st.sampled_from((None, 2, 8)))
    def release_later(self, which: int, who: str, hours: float, until: int | None) -> None:
        self.releases_later(self.story(which), who, hours, until)

    def releases_later(self, story: Story, who: str, hours: float, until: int | None) -> None:
        words = words_in(canonical(content(story, site="", previous=None)))
        at, end = self.ahead(hours), self.ahead(until) if until else None
        if self.attempt(lambda: self.house.release(story, who, at=at, until=end), "release later"):
            self.waiting[story.pk] = (at, words)
            if end:
                self.plans[story.pk] = end

    @rule(which=WHICH, who=PEOPLE, hours=st.sampled_from((None, 0.1, 3)))
    def move_or_call_off(self, which: int, who: str, hours: float | None) -> None:
        """What was called off is as good as withdrawn, as far as it never was in print."""
        story = self.story(which)
        if hours is None:
            if self.attempt(lambda: self.house.call_off(story, who), "call off"):
                self.gone |= self.waiting.pop(story.pk, (None, set()))[1] - self.released[story.pk]
                if not story.live_version:
                    self.plans.pop(story.pk, None)
            return
        at = self.ahead(hours)
        if self.attempt(lambda: self.house.move(story, at, who), "move") and story.pk in self.waiting:
            self.waiting[story.pk] = (at, self.waiting[story.pk][1])

    @rule(which=WHICH, who=PEOPLE, hours=st.sampled_from((None, 0.5, 6)))
    def plan_its_end(self, which: int, who: str, hours: float | None) -> None:
        story, until = self.story(which), self.ahead(hours) if hours else None
        if self.attempt(lambda: self.house.end_at(story, until, who), "plan its end"):
            self.plans.pop(story.pk, None)
            if until:
                self.plans[story.pk] = until

    @rule(hours=st.integers(1, 6))
    def time_passes(self, hours: int) -> None:
        self.house.clock.tick(hours=hours)

    def ahead(self, hours: float) -> datetime:
        return (self.house.clock.now + timedelta(hours=hours)).replace(microsecond=0)

    def let_come_out(self) -> None:
        """The press is about to look: what is due by then may be in print."""
        soon = self.house.clock.now + timedelta(minutes=2)
        for pk in [pk for pk, (due, _) in self.waiting.items() if due <= soon]:
            words = self.waiting.pop(pk)[1]
            self.released[pk] |= words
            self.leaving -= words
            self.gone -= words

    def look_at_plans(self) -> None:
        """Whatever was released of a story before its end came is leaving; with the rows changed nobody knows."""
        for pk in [pk for pk, until in self.plans.items() if until <= self.house.clock.now]:
            del self.plans[pk]
            if not self.tampered:
                self.leaving |= self.released[pk]
                self.tally["its end came"] += 1

    @rule(which=WHICH, follow=st.integers(1, 6))
    def the_proper_next_steps(self, which: int, follow: int) -> None:
        """What a well-run newsroom would do next with it: so that stories get far enough to be worth attacking."""
        for _ in range(follow):
            self.next_step(self.story(which))

    @rule(which=WHICH)
    def all_the_way(self, which: int) -> None:
        for _ in range(7):
            self.next_step(self.story(which))
            if self.story(which).state == "released":
                break
        self.carry_out()

    def next_step(self, story: Story) -> None:
        if story.state == "draft":
            self.attempt(lambda: self.house.submit(story), "submit")
        elif story.state == "review":
            for who in (*REVIEWERS.values(), "qian"):
                if self.looks_and_stamps(story, who):
                    return
        elif story.state == "ready":
            turn = next(self.turns)
            if turn % 2:  # a second release in this house comes out later, and goes again
                self.releases_later(story, "zhao", 1, 4 if turn % 4 == 3 else None)
            else:
                self.releases(story, "zhao")
        elif story.state == "timed":
            self.house.clock.tick(hours=2)
            self.carry_out()
        elif story.state == "released" and story.pk in self.plans:
            self.house.clock.tick(hours=3)
            self.carry_out()
        elif story.state != "spiked":
            self.attempt(lambda: self.house.edit(story, self.word()), "edit")

    # ---- the press ----

    @rule()
    def carry_out(self) -> None:
        self.let_come_out()
        self.house.print()
        self.look_at_plans()
        self.gone |= self.leaving
        self.leaving = set()
        self.tally["carry out"] += 1

    @rule()
    def die_before_answering(self) -> None:
        def dies(*_: object) -> None:
            raise Died

        self.house.press.resume()
        self.house.slip_order("release", "story:1", "{}")  # something to answer
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(process, "_answer", dies)
            self.let_come_out()
            with pytest.raises(Died):
                self.house.print()
        self.look_at_plans()
        self.gone |= self.leaving
        self.leaving = set()
        self.house.restart()
        self.tally["press died"] += 1

    @rule()
    def restart(self) -> None:
        self.house.restart()
        self.tally["restart"] += 1

    @rule(back=st.integers(1, 8))
    def roll_back(self, back: int) -> None:
        self.house.clock.tick()
        self.house.press.rollback(max(1, self.house.press.number() - back))
        if back % 2:
            self.house.press.resume()
        self.tally["roll back"] += 1

    # ---- somebody with the database ----

    @precondition(lambda self: self.some())
    @rule(how=st.sampled_from(ATTEMPTS), which=WHICH)
    def hostile(self, how: Callable[[House, Story, str], None], which: int) -> None:
        self.tampered = True
        take_the_guards_down()
        how(self.house, self.story(which), self.word())
        self.tally[f"hostile: {how.__name__}"] += 1

    @rule(how=st.sampled_from(ATTEMPTS), which=WHICH)
    def hostile_and_printed_at_once(self, how: Callable[[House, Story, str], None], which: int) -> None:
        self.releases(self.story(which), "zhao")
        self.hostile(how, which)
        self.releases(self.story(which), "zhao")
        self.carry_out()

    # ---- what always holds ----

    @invariant()
    def every_printed_word_was_signed_by_three_who_saw_it(self) -> None:
        press = self.house.press
        now = (press.number(), press.root(), len(self.gone))
        if now == self.looked:
            return  # the site is what the press's database says, and that is as it was
        site = self.house.site()
        signed: set[str] = set()
        for version, signers in proven(site).values():
            words = words_in(canonical(version))
            for person in signers:
                assert words <= self.seen[person], f"{person} signed words never shown"
            signed |= words
            self.tally["proofs checked"] += 1
        printed = set().union(*map(words_in, site.values()))
        assert printed <= signed, "a word in print that nobody signed"
        assert not printed & self.gone, "a withdrawn word in print"
        assert press.root() == press.build_full()
        self.looked = (press.number(), press.root(), len(self.gone))
        self.tally["sites searched"] += 1
        self.tally["words found"] += len(printed)


def run(open_house: Callable[[], House], examples: int, steps: int, *phases: Phase) -> Counter[str]:
    """How often each thing happened."""
    tally: Counter[str] = Counter()
    machine = type("Newsroom", (Newsroom,), {"open_house": staticmethod(open_house), "tally": tally})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            print_blob=False,
            phases=(Phase.generate, *phases),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return tally


def reached(tally: Counter[str]) -> None:
    """That the run was worth something: all that can be done was done, and stories were in print."""
    for deed in (
        "edit", "submit", "stamp", "amend", "release", "withdraw", "send back", "carry out", "restart",
        "release later",
    ):  # fmt: skip
        assert tally[deed], f"{deed} never happened"
    assert tally["proofs checked"] >= 25
    assert tally["words found"] >= 25


def test_whatever_happens_no_word_is_printed_unsigned_and_every_edition_is_exact(open_house):
    tally = run(open_house, 25, 30)
    reached(tally)


@pytest.mark.prove
def test_whatever_happens_for_long_no_word_is_printed_unsigned_and_every_edition_is_exact(open_house):
    tally = run(open_house, 400, 60, Phase.shrink)
    reached(tally)
    assert not [how.__name__ for how in ATTEMPTS if not tally[f"hostile: {how.__name__}"]]
    print(dict(sorted(tally.items())))


@pytest.mark.parametrize("how", ATTEMPTS, ids=lambda how: how.__name__)
def test_each_attempt_in_review_and_before_print_prints_nothing_of_its_own(open_house, how):
    """Between two stamps, and between release and print."""
    attempted(open_house, how, (2, 5))


@pytest.mark.prove
@pytest.mark.parametrize("how", ATTEMPTS, ids=lambda how: how.__name__)
def test_each_attempt_before_every_step_of_a_story_and_its_correction_prints_nothing_of_its_own(open_house, how):
    attempted(open_house, how, range(11))


def attempted(open_house: Callable[[], House], how: Attempt, stages: Collection[int]) -> None:
    """One attempt before that step, in a house each; the people go on as if nothing had happened."""
    tally: Counter[str] = Counter()
    machine = type("Newsroom", (Newsroom,), {"open_house": staticmethod(open_house), "tally": tally})
    for stage in stages:
        newsroom = machine()
        newsroom.turns = repeat(2)  # all of them released at once
        newsroom.two_stories_one_in_print()
        for step in range(stage + 6):
            if step == stage:
                newsroom.hostile(how, 0)
            if newsroom.story(0).state == "released":  # all signed, not yet printed
                puts_the_signed_digests_own_words_back(newsroom.house, newsroom.story(0), "")
            if step:
                newsroom.carry_out()
            newsroom.next_step(newsroom.story(0))
            newsroom.every_printed_word_was_signed_by_three_who_saw_it()
        newsroom.teardown()
    assert tally[f"hostile: {how.__name__}"] == len(stages)
    assert tally["proofs checked"] >= len(stages)
