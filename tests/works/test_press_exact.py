"""After any sequence of changes the incremental edition and a full build have the same root."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hemei.press import edition, layout, lists, look
from hemei.press.book import Book
from hemei.press.lists import Lists
from hemei.press.pieces import read_story
from hemei.seal.bundles import bundles
from hemei.seal.digest import digest
from hemei.seal.tree import Kept, Leaf, update
from tests.works.pages_sample import SITE
from tests.works.press_sample import START, TOY, County, Fast, content, picture

NUMBERS = st.integers(1, 14)
SECTIONS = [one["id"] for one in SITE["sections"]][:3]
TAGS = ["水", "山", "村"]


class Press(RuleBasedStateMachine):
    """Random orders on a small county whose lists have pages of three."""

    @initialize()
    def open(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.usual = lists.PER_PAGE
        lists.PER_PAGE = 3
        self.county = County(self.home, TOY, disk=Fast()).start(2)

    def teardown(self) -> None:
        self.county.press.close()
        lists.PER_PAGE = self.usual
        shutil.rmtree(self.home)

    @rule(
        number=NUMBERS, section=st.sampled_from(SECTIONS), tags=st.sets(st.sampled_from(TAGS)), word=st.integers(0, 2)
    )
    def release(self, number: int, section: str, tags: set[str], word: int) -> None:
        self.county.press.publish(
            [self.county.story(number, section=section, tags=sorted(tags), headline=f"标题{word}", kicker=str(word))]
        )

    @rule(first=NUMBERS, count=st.integers(2, 8), section=st.sampled_from(SECTIONS))
    def release_many(self, first: int, count: int, section: str) -> None:
        self.county.press.publish([self.county.story(first + at, section=section) for at in range(count)])

    @rule(number=NUMBERS, hours=st.integers(0, 40))
    def release_with_a_moment(self, number: int, hours: int) -> None:
        moment = START + timedelta(hours=hours)
        self.county.press.publish([self.county.story(number, deck=f"至{moment.isoformat()}")])

    @rule(number=NUMBERS, seed=st.integers(0, 1))
    def release_with_a_picture(self, number: int, seed: int) -> None:
        self.county.press.publish([self.county.story(number, lead=picture(seed, [0, 0, 200, 200]))])

    @rule(number=NUMBERS, days=st.lists(st.integers(1, 6), max_size=4), headline=st.integers(0, 1))
    def correct(self, number: int, days: list[int], headline: int) -> None:
        lines = "\n".join(f"2026-11-0{day} 第{at}处有误" for at, day in enumerate(days)) or "没有日期的更正"
        self.county.press.publish([self.county.story(number, correction=lines, headline=f"标题{headline}")])

    @rule(
        numbers=st.sets(NUMBERS, min_size=1, max_size=6), also=NUMBERS, notice=st.sampled_from(("", "error", "expired"))
    )
    def withdraw(self, numbers: set[int], also: int, notice: str) -> None:
        gone = [self.county.withdraw(number, notice) for number in sorted(numbers)]
        self.county.press.publish([*gone, self.county.story(also, headline="撤稿同时签发的")])
        for number in numbers - {also}:
            assert look.explain(self.home, f"a/{number}/index.html") is None

    @rule(keep=st.sets(st.sampled_from(SECTIONS), min_size=1), name=st.integers(0, 1))
    def change_the_site(self, keep: set[str], name: int) -> None:
        sections = [one for one in SITE["sections"] if one["id"] in keep]
        self.county.press.publish([self.county.site(sections=sections, name=f"名字{name}")])

    @rule(hours=st.integers(-3, 12))
    def wait(self, hours: int) -> None:
        self.county.clock.tick(hours * 3600)
        self.county.press.publish()

    @rule()
    def restart(self) -> None:
        self.county.reopen()

    @precondition(lambda self: self.county.press.number() > 1)
    @rule(back=st.integers(1, 6))
    def roll_back(self, back: int) -> None:
        self.county.press.rollback(max(1, self.county.press.number() - back))
        self.a_full_build_has_the_same_root()
        self.county.press.resume()

    @rule(days=st.integers(0, 50))
    def tidy(self, days: int) -> None:
        self.county.clock.tick(days * 24 * 3600)
        self.county.press.tidy()

    @invariant()
    def a_full_build_has_the_same_root(self) -> None:
        assert self.county.press.build_full() == self.county.press.root()


TestPress = Press.TestCase
TestPress.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Each step is a whole publish and a full build: the failing steps are told as they are, for shrinking takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def faults(kept: Lists, standing: dict[int, int]) -> list[str]:
    """Lists whose pages are empty, over-full, or hold other stories than those that stand."""
    held = [json.loads(row)[0] for page in range(1, kept.pages("all") + 1) for row in kept.page("all", page)[::-1]]
    wrong = [] if held == sorted(standing, key=lambda number: standing[number]) else ["all"]
    for name in ("all", "section:news"):
        counts = kept.counts(name)
        if 0 in counts or counts[-1:] > [lists.PER_PAGE] or not sum(counts) == kept.stories(name) == len(standing):
            wrong.append(f"{name} {counts}")
    return wrong


@pytest.mark.parametrize("seed", range(4))
def test_pages_of_a_list_are_never_empty_and_each_change_touches_few(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of joins and leaves: no page is empty, the newest never over-full, and boundaries move little."""
    monkeypatch.setattr(lists, "PER_PAGE", 3)
    monkeypatch.setattr(lists, "HELD", 2 + seed)  # what waits is written on the way
    book = Book(tmp_path / "book.sqlite3")
    chance = random.Random(seed)
    standing: dict[int, int] = {}
    sequences: dict[int, int] = {}
    most = 0
    with book.transaction() as db:
        for turn in range(600):
            kept = Lists(db)
            before = {page: kept.page("all", page) for page in range(1, kept.pages("all") + 3)}
            for _ in range(chance.choice((1, 1, 1, 5))):
                number = chance.randrange(1, 120 + turn)
                if number in standing and chance.random() < 0.6:
                    kept.drop(number)
                    del standing[number]
                elif number not in standing:
                    standing[number] = sequences.setdefault(number, len(sequences) + 1)
                    kept.put(standing[number], read_story(content(number)), "2026-11-01T08:00:00Z")
            kept.settle()
            after = {page: kept.page("all", page) for page in range(1, kept.pages("all") + 3)}
            changed = {page for page in before.keys() | after.keys() if before.get(page, []) != after.get(page, [])}
            assert {f"page:all:{page}" for page in changed} <= kept.touched
            if turn % 20 == 0:
                assert faults(kept, standing) == []
            touched = sum(key.startswith("page:all:") for key in kept.touched)
            most = max(most, touched)
            pages = {key for key in kept.touched if key.startswith("pages:")}
            assert pages <= {"pages:all", "pages:section:news"}
    assert most <= 12, "five changes at once, each on one page and perhaps its neighbours"
    book.close()


@pytest.mark.parametrize("seed", range(3))
def test_the_tree_in_the_book_and_its_bundles_are_those_of_a_fresh_one_whatever_is_kept_at_hand(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of changes, read ahead in parts and let go of on the way."""
    monkeypatch.setattr(edition, "AT_HAND", 20)
    monkeypatch.setattr(edition, "AHEAD", 7)
    book = Book(tmp_path / "book.sqlite3")
    chance = random.Random(seed)
    there: dict[str, Leaf] = {}
    with book.transaction() as db:
        for turn in range(25):
            paths = [f"a/{chance.randrange(3000)}" for _ in range(chance.choice((1, 30, 900)))]
            gone = chance.choice((0.1, 0.1, 0.9)) if turn < 24 else 1
            changes = {
                path: None if chance.random() < gone else Leaf(path, turn, digest(path.encode())) for path in paths
            }
            there = {path: leaf for path, leaf in (there | changes).items() if leaf}
            trunk, fresh = edition.Trunk(db), Kept()
            assert trunk.change(changes) == update(fresh, there)
            stored = dict(db.execute("SELECT prefix, data FROM nodes"))
            assert stored == {prefix: node.to_bytes() for prefix, node in fresh.nodes.items()}
            edition.publish_bundles(db, trunk, turn)
            kept = dict(db.execute("SELECT name, data FROM bundles WHERE gone IS NULL"))
            assert kept == dict(bundles(fresh))
    book.close()


def test_numbered_pages_come_and_go_in_step_with_their_list() -> None:
    for before in range(6):
        for after in range(6):
            come, go = layout.moved(before, after)
            have = set(layout.numbered("x", 1, before))
            want = set(layout.numbered("x", 1, after))
            assert want - have == {f"x/p{number}.html" for number in come}
            assert have - want == {f"x/p{number}.html" for number in go}


def test_an_over_full_page_that_becomes_the_newest_hands_on_and_is_printed_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 3)
    county = County(tmp_path, TOY, disk=Fast()).start(4)
    county.press.publish([county.story(5, section="life"), *(county.story(number) for number in (6, 7, 8))])
    county.press.publish([county.story(5, section="news")])  # page 2 holds 4, 5, 6 and 7 now, page 3 holds 8
    issued, _ = county.press.publish([county.withdraw(8)])
    assert issued is not None
    assert {"news/p2.html", "news/p3.html"} <= set(issued.printed)
    assert county.press.build_full() == issued.root
