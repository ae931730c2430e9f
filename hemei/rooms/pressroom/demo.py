"""The demo county on first run, and archives of any size: real people, real keys, real signatures, ordinary admission."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from demo import archive as invented
from demo import register as lists
from demo import stories as county
from hemei.prose.enrol import Table, read
from hemei.rooms.ledger.actions import enter, order
from hemei.rooms.ledger.models import Order
from hemei.rooms.library.actions import take_in
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import search
from hemei.rooms.newsroom.content import stream
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.people import keys, logins
from hemei.rooms.people.models import StampKey
from hemei.rooms.pressroom.demo_plan import plan
from hemei.rooms.pressroom.process import drain, now, open_press
from hemei.rooms.register.actions import load as enlist
from hemei.rooms.review.models import Stamp, Version
from hemei.seal import keys as sealing
from hemei.seal import statement
from hemei.seal.digest import canonical, digest

Progress = Callable[[str], None]
BATCH = 500
REVIEWERS = (("first", "wang"), ("second", "zhou"), ("final", "zhao"))


class NotADemo(RuntimeError):
    """This home holds other people than the demo's cast; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """A story ready for its rows: content, when each thing happened, and the blocks the editor will see."""

    content: dict[str, Any]
    filed: datetime
    stamps: tuple[datetime, datetime, datetime]
    released: datetime


def load(home: Path, progress: Progress) -> None:
    """Fill an empty home with the demo county and print its first edition. Does nothing when stories are there."""
    keys.prepare(home, now())
    if User.objects.exists():
        return
    with transaction.atomic():  # a first run that is cut short leaves nothing, and the next one starts again
        _fill(home, progress)
    progress("付印第一版")
    drain(open_press(home), home)


def _fill(home: Path, progress: Progress) -> None:
    progress("登记采编人员，生成签章")
    logins.admit(
        home=home,
        people=[logins.Newcomer(one.username, one.name, one.title, one.posts) for one in county.cast()],
        now=now(),
    )
    progress("登记名录")
    tables = (Table(name, [*enumerate(rows, 1)]) for name, rows in lists.sheets().items())
    enlist(lines=read(tables)[0], by="zhao", now=now())
    private = _private_keys(home)
    site = keys.house(home).site
    value = county.site_value(f"http://127.0.0.1:{settings.PORT}")
    Section.objects.bulk_create(
        Section(id=section["id"], name=section["name"], order=at) for at, section in enumerate(value["sections"])
    )
    stories = county.stories()
    told = _told(stories)
    pictures: dict[str, county.Master] = {}
    for at, (name, path) in enumerate(county.picture_files().items(), 1):
        progress(f"清洗图片 {at}")
        words = told.get(name, {"alt": f"示例图片 {at}", "credit": ""})
        picture = take_in(data=path.read_bytes(), title=words["alt"][:40], alt=words["alt"], credit=words["credit"])
        pictures[name] = county.Master(picture.master, picture.width, picture.height)
    progress("签发网站设置")
    _sign_setting(site, value, private, min(story.filed for story in stories) - timedelta(days=1))
    progress(f"三审签发 {len(stories)} 篇稿件")
    _write(site, private, [_of_county(story, site, pictures) for story in stories])
    plan(now())


def _told(stories: Sequence[county.DemoStory]) -> dict[str, Mapping[str, Any]]:
    """How the first story that shows a picture describes it, by the picture's id."""
    told: dict[str, Mapping[str, Any]] = {}
    for story in stories:
        for shown in [
            *([story.lead] if story.lead else []),
            *(block for block in story.body if block["kind"] == "picture"),
        ]:
            told.setdefault(shown["picture"], shown)
    return told


def _of_county(story: county.DemoStory, site: str, pictures: Mapping[str, county.Master]) -> _Signed:
    content = county.content(story, site=site, number=story.number, hands=story.hands, pictures=pictures)
    return _Signed(content, story.filed, (story.first, story.second, story.final), story.released)


def archive(home: Path, count: int, progress: Progress) -> None:
    """Add ``count`` invented stories, signed by the cast, and print them. Raises NotADemo in a home with other people."""
    cast = {one.username for one in county.cast()}
    if set(User.objects.values_list("username", flat=True)) != cast or not logins.noted(home):
        raise NotADemo("这里不是示例县的数据，不能往里添加虚构稿件。请换一个空的 HEMEI_HOME，先运行 hemei run。")
    private, site, last = _private_keys(home), keys.house(home).site, _last()
    drafts = enumerate(invented.archive(count), last + 1)
    made = 0
    while batch := list(islice(drafts, BATCH)):
        _write(site, private, [_of_archive(draft, number, site) for number, draft in batch])
        made += len(batch)
        progress(f"已签 {made}/{count} 篇")
    progress("付印")
    drain(open_press(home), home)


def stamped(home: Path, count: int) -> list[int]:
    """Add ``count`` invented stories, stamped by the three and not released; their numbers."""
    private, site = _private_keys(home), keys.house(home).site
    numbers = range(_last() + 1, _last() + 1 + count)
    drafts = invented.archive(count, seed=numbers.start)
    _write(site, private, [_of_archive(*each, site) for each in zip(drafts, numbers, strict=True)], released=False)
    return list(numbers)


def _last() -> int:
    return Story.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _of_archive(draft: Mapping[str, Any], number: int, site: str) -> _Signed:
    content = county.content(draft, site=site, number=number, hands=["li"], pictures={})
    # The order of numbers is the order of release; all lie before today.
    released = datetime.fromisoformat(f"{draft['date']}T10:00:00+08:00").astimezone(UTC) + timedelta(
        seconds=number % 3600
    )
    return _Signed(
        content,
        released - timedelta(hours=3),
        (released - timedelta(hours=2), released - timedelta(hours=1), released - timedelta(minutes=10)),
        released,
    )


def _private_keys(home: Path) -> dict[str, bytes]:
    secret, made = keys.pin_secret(home), {}
    sealed = {key.user.get_username(): key.sealed for key in StampKey.objects.select_related("user")}
    for login in logins.noted(home):
        if login.pin and login.login in sealed:
            made[login.login] = sealing.open_private(sealed[login.login], login.pin, secret)
    return made


def _sign_setting(site: str, value: Mapping[str, Any], private: Mapping[str, bytes], at: datetime) -> None:
    content = canonical({"format": "hemei-setting/1", "site": site, "name": "site", "value": dict(value)})
    name, piece = digest(content), "setting:site"
    with transaction.atomic():
        Version.objects.create(digest=name, piece=piece, number=1, content=content, made=at, person="zhao")
        stamp = statement.Stamp(site, piece, name, "final", "zhao", at)
        signed = sealing.sign(private["zhao"], stamp.document()).to_json().decode()
        Stamp.objects.create(version_id=name, stage="final", person="zhao", time=at, signed=signed)
        release = statement.Release(site, piece, name, "zhao", at)
        order(
            kind="release",
            piece=piece,
            signed=sealing.sign(private["zhao"], release.document()).to_json().decode(),
            now=at,
        )
        enter(person="zhao", deed="签发", piece=piece, now=at, detail={"version": name})


def _write(site: str, private: Mapping[str, bytes], stories: Sequence[_Signed], *, released: bool = True) -> None:
    """Every row of these stories in one transaction; nothing to print while they are not ``released``."""
    filers = dict(User.objects.values_list("username", "pk"))
    masters = dict(Picture.objects.values_list("master", "pk"))
    versions: list[Version] = []
    stamps: list[Stamp] = []
    orders: list[Order] = []
    rows: list[Story] = []
    with transaction.atomic():
        number = Order.objects.order_by("-number").values_list("number", flat=True).first() or 0
        for at, story in enumerate(stories, 1):
            content = canonical(story.content)
            name, piece = digest(content), f"story:{story.content['story']}"
            versions.append(Version(digest=name, piece=piece, number=1, content=content, made=story.filed, person="li"))
            stamps += _stamps(site, private, piece, name, story)
            release = statement.Release(site, piece, name, "zhao", story.released)
            signed = sealing.sign(private["zhao"], release.document()).to_json().decode()
            orders.append(
                Order(id=name[:32], number=number + at, kind="release", piece=piece, signed=signed, made=story.released)
            )
            rows.append(_row(story, name, filers, masters))
        Version.objects.bulk_create(versions)
        Stamp.objects.bulk_create(stamps)
        if not released:
            for row in rows:
                row.state, row.live_version = Story.State.READY, ""
        Story.objects.bulk_create(rows)
        Order.objects.bulk_create(orders if released else [])
        first, last = rows[0].pk, rows[-1].pk
        search.settle_all()
        enter(
            person="zhao",
            deed="批量签发" if released else "批量审签",
            piece=f"story:{first}",
            now=now(),
            detail={"to": f"story:{last}"},
        )


def _stamps(site: str, private: Mapping[str, bytes], piece: str, name: str, story: _Signed) -> Iterator[Stamp]:
    for (stage, person), time in zip(REVIEWERS, story.stamps, strict=True):
        document = statement.Stamp(site, piece, name, stage, person, time).document()
        signed = sealing.sign(private[person], document).to_json().decode()
        yield Stamp(version_id=name, stage=stage, person=person, time=time, signed=signed)


def _row(story: _Signed, version: str, filers: Mapping[str, int], masters: Mapping[str, int]) -> Story:
    said = story.content
    lead = said["lead"] or {}
    words = {name: said[name] for name in ("kicker", "headline", "deck", "dateline", "byline", "editor", "source")}
    filer = next((filers[hand] for hand in said["hands"] if hand in filers), filers["li"])
    return Story(
        pk=said["story"],
        **words,
        date=said["date"],
        section_id=said["section"],
        tags=" ".join(said["tags"]),
        gist="\n".join(said["gist"]),
        lead_id=masters.get(lead.get("master", "")),
        lead_alt=lead.get("alt", ""),
        lead_caption=lead.get("caption", ""),
        lead_credit=lead.get("credit", ""),
        body=json.dumps(stream(said["body"], masters)),
        correction=said["correction"],
        state=Story.State.RELEASED,
        hands=said["hands"],
        filed_by_id=filer,
        version=version,
        live_version=version,
        submitted_at=story.filed,
    )
