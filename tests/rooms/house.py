"""A newsroom for one test: its people, its clock, its press, and what they do, through the rooms' own actions only."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction

from demo import stories as county
from hemei import sqlite
from hemei.intake import pasted
from hemei.press.book import snapshot
from hemei.press.serve import Server
from hemei.rooms.ledger.actions import order
from hemei.rooms.ledger.models import Order
from hemei.rooms.newsroom import actions, content, locks, releases
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.people import keys, logins
from hemei.rooms.people.models import StampKey
from hemei.rooms.pressroom import process
from hemei.rooms.review.actions import freeze, keep_stamp
from hemei.seal import keys as sealing
from hemei.seal import statement
from hemei.seal.digest import canonical, digest
from tests.rooms import HOME

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REVIEWERS = {"first": "wang", "second": "zhou", "final": "zhao"}
CAST = (
    logins.Newcomer("chen", "陈通讯", "通讯员", ("correspondent",)),
    logins.Newcomer("li", "李记者", "记者", ("reporter",)),
    logins.Newcomer("wang", "王编辑", "初审", ("first",)),
    logins.Newcomer("zhou", "周主任", "复审", ("second",)),
    logins.Newcomer("zhao", "赵总编", "终审、签发", ("final", "release", "withdraw")),
    logins.Newcomer("qian", "钱代班", "代班", ("first", "second", "final")),
    logins.Newcomer("admin", "管理员", "管理员", ()),
)
SECTIONS = ("yaowen", "minsheng")


class Clock:
    """The house's time; it goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **by: float) -> datetime:
        self.now += timedelta(**(by or {"minutes": 1}))
        return self.now


class House:
    """One newsroom over a copy of the template home."""

    def __init__(self, template: Path, clock: Clock) -> None:
        empty()
        shutil.copytree(template, HOME, dirs_exist_ok=True)
        self.clock = clock
        self.site_id = keys.house(HOME).site
        self.press = process.open_press(HOME)
        self.pins = {one.login: one.pin or "" for one in logins.noted(HOME)}
        secret = keys.pin_secret(HOME)
        self._private = {
            key.user.get_username(): sealing.open_private(key.sealed, self.pins[key.user.get_username()], secret)
            for key in StampKey.objects.select_related("user")
        }
        self.woken = 0
        self.kept_back: dict[str, bytes] = {}
        """Words that an attacker hopes to have signed unseen, by their digest."""
        clock.tick(hours=1)

    def close(self) -> None:
        self.press.close()
        connection.close()

    # people

    def user(self, name: str) -> User:
        return User.objects.get(username=name)

    def private(self, name: str) -> bytes:
        """A person's private key: what only a colluder could sign with."""
        return self._private[name]

    # deeds; each takes a minute

    def file(self, text: str, by: str = "li") -> Story:
        return actions.file_copy(
            read=pasted(text), original=text.encode(), by=self.user(by), now=self.clock.tick()
        )[0]  # fmt: skip

    def write(self, word: str, by: str = "li", **fields: Any) -> Story:
        """A draft that says this word in every field that a reader sees."""
        story = self.file(f"来稿{word}\n\n青棠县云台乡的春茶开采了，今年头一批茶青比去年早三天下山。\n", by)
        return self.edit(story, word, "li", **fields)

    def edit(self, story: Story, word: str, by: str = "li", **fields: Any) -> Story:
        """What the form does: only who may edit, save, note the hand. Raises actions.Refused where the form is locked."""
        story = fresh(story)
        why = locks.why_not_edit(story, self.user(by))
        if why:
            raise actions.Refused(why)
        said = {"section_id": "yaowen", "tags": f"春茶 {word}", "byline": "李记者", "correction": ""}
        said |= {name: f"春茶开采{word}" for name in ("kicker", "headline", "deck", "gist")} | fields
        for name, value in said.items():
            setattr(story, name, value)
        story.body = json.dumps(
            content.stream([{"kind": "paragraph", "runs": [{"t": f"云台乡的春茶开采了，{word}。"}]}], {})
        )
        story.save()
        story.save_revision(user=self.user(by))
        actions.edited(story=story, by=self.user(by), now=self.clock.tick())
        return fresh(story)

    def submit(self, story: Story, by: str = "li") -> str:
        return actions.submit(story=story, by=self.user(by), now=self.clock.tick())

    def seen(self, story: Story) -> str:
        return actions.current_digest(fresh(story))

    def stamp(self, story: Story, by: str, pin: str | None = None, seen: str | None = None) -> str:
        seen = self.seen(story) if seen is None else seen
        pin = self.pins[by] if pin is None else pin
        return actions.stamp(story=story, by=self.user(by), pin=pin, now=self.clock.tick(), seen=seen)

    def review(self, story: Story) -> Story:
        """Submitted, and stamped by the three."""
        self.submit(story)
        for person in REVIEWERS.values():
            self.stamp(story, person)
        return fresh(story)

    def send_back(self, story: Story, by: str, reason: str = "数字请再核对。", spike: bool = False) -> Story:
        actions.send_back(story=story, by=self.user(by), reason=reason, now=self.clock.tick(), spike=spike)
        return fresh(story)

    def release(self, story: Story, by: str = "zhao", pin: str | None = None, **moments: datetime | None) -> Story:
        """Released at once; ``at`` and ``until`` say when it is to come out and to go."""
        return self._signed(releases.release, story, by, pin, **moments)

    def withdraw(self, story: Story, by: str = "wang", pin: str | None = None, notice: str = "") -> Story:
        return self._signed(releases.withdraw, story, by, pin, reason="一处数字有误。", notice=notice)

    def call_off(self, story: Story, by: str = "zhao", pin: str | None = None) -> Story:
        return self._signed(releases.call_off, story, by, pin)

    def move(self, story: Story, at: datetime | None, by: str = "zhao", pin: str | None = None) -> Story:
        return self._signed(releases.move, story, by, pin, at=at)

    def end_at(self, story: Story, until: datetime | None, by: str = "zhao", pin: str | None = None) -> Story:
        return self._signed(releases.end_at, story, by, pin, until=until)

    def _signed(self, deed: Callable[..., None], story: Story, by: str, pin: str | None, **said: Any) -> Story:
        pin = self.pins[by] if pin is None else pin
        deed(story=story, by=self.user(by), pin=pin, now=self.clock.tick(), wake=self._wake, **said)
        return fresh(story)

    def publish(self, word: str, **fields: Any) -> Story:
        """A story all the way into print."""
        story = self.release(self.review(self.write(word, **fields)))
        self.print()
        return story

    def correct(self, story: Story, word: str, **fields: Any) -> Story:
        """A released story changed, reviewed and printed again."""
        story = self.release(self.review(self.edit(story, word, correction="原稿一处数字有误，现已更正。", **fields)))
        self.print()
        return story

    def _wake(self) -> None:
        self.woken += 1

    # the press

    def print(self) -> None:
        """The press takes what waits."""
        self.clock.tick()
        process.drain(self.press, HOME)

    def restart(self) -> None:
        """The press process ends and another one starts."""
        self.press.close()
        self.press = process.open_press(HOME)

    def site(self) -> dict[str, bytes]:
        """Every file that a reader can get, by path, as the server sends it. The one place that knows how it is kept."""
        with snapshot(HOME / "press" / "press.sqlite3") as book:
            paths = [path for (path,) in book.execute("SELECT path FROM pages")]
            paths += [f".well-known/hemei/{name}" for (name,) in book.execute("SELECT name FROM wellknown")]
        server = Server(HOME)
        made = {}
        for path in paths:
            answer = server.answer("GET", f"/{path}", {})
            assert answer.status == 200, path
            made[path] = answer.body
        return made

    def where(self, word: str) -> set[str]:
        """The printed files that say this word."""
        return {path for path, data in self.site().items() if word.encode() in data}

    def exact(self) -> bool:
        """Whether the edition that grew change by change is what a build from nothing makes."""
        return self.press.root() == self.press.build_full()

    def orders(self, story: Story) -> list[Order]:
        return list(Order.objects.filter(piece=story.key).order_by("number"))

    def last(self, story: Story) -> tuple[str, str]:
        """State and answer of the latest order about a story."""
        latest = self.orders(story)[-1]
        return latest.state, latest.answer

    # somebody who can write to the database, and nothing else

    def sql(self, query: str, *values: Any) -> int:
        """Run hostile SQL on a connection of its own, as a stolen database password would; rows changed."""
        with closing(sqlite.swap().connect(HOME / "data" / "desk.sqlite3", timeout=20)) as raw:
            done: int = raw.execute(query, values).rowcount
            raw.commit()
            return done

    def slip_order(self, kind: str, piece: str, signed: str) -> str:
        """Put an order into the outbox behind everybody's back; its id."""
        name = digest(f"{self.clock.tick()} {signed}".encode())[:32]
        self.sql(
            "INSERT INTO ledger_order(id, number, kind, piece, signed, made, state, answer) "
            "SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, 'waiting', '' FROM ledger_order",
            name, kind, piece, signed, self.clock().isoformat(sep=" "),
        )  # fmt: skip
        return name


def fresh(story: Story) -> Story:
    """The story as it stands in the database now."""
    return Story.objects.get(pk=story.pk)


def empty() -> None:
    """Nothing is left of an earlier test."""
    connection.close()
    for each in HOME.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def lay_foundations(template: Path) -> None:
    """Migrate, admit the cast, sign the site's setting and print its first edition, once; kept as files to copy."""
    empty()
    for folder in ("data", "keys", "press", "run"):
        (HOME / folder).mkdir()
    call_command("migrate", verbosity=0)
    keys.prepare(HOME, MORNING)
    logins.admit(home=HOME, people=CAST, now=MORNING)
    Section.objects.bulk_create(Section(id=name, name=name, order=at) for at, name in enumerate(SECTIONS))
    _sign_site()
    press = process.open_press(HOME)
    process.drain(press, HOME)
    press.close()
    connection.close()
    shutil.copytree(HOME, template, dirs_exist_ok=True)


def _sign_site() -> None:
    value: Mapping[str, Any] = county.site_value("http://127.0.0.1:8000") | {"views": [], "seasons": []}
    value = {**value, "sections": [one for one in value["sections"] if one["id"] in SECTIONS]}
    site, piece = keys.house(HOME).site, "setting:site"
    made = canonical({"format": "hemei-setting/1", "site": site, "name": "site", "value": value})
    zhao = StampKey.objects.get(user__username="zhao")
    pin = next(one.pin for one in logins.noted(HOME) if one.login == "zhao")
    private = sealing.open_private(zhao.sealed, str(pin), keys.pin_secret(HOME))

    def signed(document: dict[str, Any]) -> str:
        return sealing.sign(private, document).to_json().decode()

    with transaction.atomic():
        version = freeze(piece=piece, content=made, by="zhao", now=MORNING)
        stamp = statement.Stamp(site, piece, version.digest, "final", "zhao", MORNING)
        keep_stamp(
            version=version.digest, stage="final", person="zhao", time=MORNING, signed=signed(stamp.document())
        )  # fmt: skip
        release = statement.Release(site, piece, version.digest, "zhao", MORNING)
        order(kind="release", piece=piece, signed=signed(release.document()), now=MORNING)


# what a stranger checks, with nothing but what is printed and hemei.seal

WORD = re.compile(rb"zq[a-z]{6}")
"""The secret words of these tests: each is written once, so that whatever prints it is found."""


def secret_word(number: int) -> str:
    letters = []
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters.append(chr(97 + letter))
    return "zq" + "".join(letters)


def proven(site: Mapping[str, bytes]) -> dict[int, tuple[dict[str, Any], set[str]]]:
    """(version, its three signers) of every story in print, by number; asserts that each was signed as the law demands.

    Reads the proofs and the roster that are printed; asks neither the press nor the database.
    """
    roster = json.loads(site[".well-known/hemei/roster.json"])
    assert sealing.verify(sealing.Signed.from_plain(roster), (HOME / "keys" / "root.pub").read_text().strip())
    people = {one["person"]: one for one in roster["document"]["people"]}
    made = {}
    for path, data in site.items():
        if not path.endswith("/proof.json"):
            continue
        proof, number = json.loads(data), int(path.split("/")[1])
        version = digest(canonical(proof["version"]))
        signers: dict[str, str] = {}
        for stamp in proof["stamps"]:
            said = stamp["document"]
            assert (said["piece"], said["version"]) == (f"story:{number}", version)
            _signed_by_holder(stamp, people, said["stage"])
            assert said["stage"] not in signers
            signers[said["stage"]] = said["person"]
        assert set(signers) == {"first", "second", "final"}
        assert len(set(signers.values())) == 3, "three different people"
        assert not set(signers.values()) & set(proof["version"]["hands"]), "nobody stamps their own"
        names = {people[one]["name"] for one in signers.values()}
        assert not [name for name in names if name in "".join(proof["version"]["byline"].split())]
        assert (proof["release"]["document"]["piece"], proof["release"]["document"]["version"]) == (
            f"story:{number}",
            version,
        )
        _signed_by_holder(proof["release"], people, "release")
        made[number] = (proof["version"], set(signers.values()))
    return made


def _signed_by_holder(signed: Mapping[str, Any], people: Mapping[str, Any], post: str) -> None:
    assert sealing.verify(sealing.Signed.from_plain(signed))
    person = people[signed["document"]["person"]]
    assert signed["key"] in {each["key"] for each in person["keys"]}
    assert post in {each["post"] for each in person["posts"]}


def words_in(data: bytes) -> set[str]:
    return {word.decode() for word in WORD.findall(data)}
