"""What somebody tries who can write to the desk's database, or who holds one post and wants three.

Each attempt is SQL on a connection of its own, by somebody who first takes the database's own guards down. The attacker
has no private key but his own; `colluder` is the one person of the house who helps him, with a real key and real posts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from typing import Any

from hemei import sqlite
from hemei.rooms.newsroom.models import Story
from hemei.rooms.review.models import Stamp, Version
from hemei.seal import keys as sealing
from hemei.seal import statement
from hemei.seal.digest import canonical, digest
from hemei.sqlite.append_only import PREFIX
from tests.rooms import HOME
from tests.rooms.house import REVIEWERS, House

Attempt = Callable[[House, Story, str], None]


def take_the_guards_down() -> int:
    """Drop the triggers that keep rows from being changed, as whoever has full SQL can; how many there were."""
    with closing(sqlite.swap().connect(HOME / "data" / "desk.sqlite3", timeout=20)) as raw:
        found = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        guards = [name for (name,) in found if name.startswith(PREFIX)]
        for name in guards:
            raw.execute(f"DROP TRIGGER {name}")
        raw.commit()
    return len(guards)


def _stamp_row(house: House, version: str, stage: str, person: str, signed: str) -> None:
    house.sql(
        "INSERT OR REPLACE INTO review_stamp(version_id, stage, person, time, signed) VALUES (?, ?, ?, ?, ?)",
        version, stage, person, house.clock().isoformat(sep=" "), signed,
    )  # fmt: skip


def _version_row(house: House, story: Story, content: bytes, name: str | None = None) -> str:
    name = name or digest(content)
    house.sql(
        "INSERT OR REPLACE INTO review_version(digest, piece, number, content, made, person) "
        "SELECT ?, ?, coalesce(max(number), 0) + 1, ?, ?, 'li' FROM review_version WHERE piece = ?",
        name, story.key, content, house.clock().isoformat(sep=" "), story.key,
    )  # fmt: skip
    return name


def _with_word(story: Story, word: str) -> bytes | None:
    """The words of its frozen version with this one in every title; None before there is one."""
    kept = Version.objects.filter(piece=story.key).order_by("-number").first()
    try:
        said = json.loads(bytes(kept.content)) if kept else None
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    return canonical({**said, "headline": f"春茶{word}", "kicker": word, "deck": word})


def _signed(private: bytes, document: dict[str, Any]) -> str:
    return sealing.sign(private, document).to_json().decode()


def copies_stamps_from_another_version(house: House, story: Story, word: str) -> None:
    for stamp in Stamp.objects.exclude(version_id=story.version).filter(version__piece__startswith="story:")[:3]:
        if story.version:
            _stamp_row(house, story.version, stamp.stage, stamp.person, stamp.signed)
    house.sql("UPDATE newsroom_story SET state = 'ready' WHERE id = ?", story.pk)


def forges_stamps_with_a_key_of_his_own(house: House, story: Story, word: str) -> None:
    content = _with_word(story, word)
    if content is None:
        return
    version, own = _version_row(house, story, content), os.urandom(32)
    for stage, person in REVIEWERS.items():
        made = statement.Stamp(house.site_id, story.key, version, stage, person, house.clock())
        _stamp_row(house, version, stage, person, _signed(own, made.document()))
    house.sql("UPDATE newsroom_story SET state = 'ready', version = ? WHERE id = ?", version, story.pk)
    release = statement.Release(house.site_id, story.key, version, "zhao", house.clock())
    house.slip_order("release", story.key, _signed(own, release.document()))


def claims_the_reviewers_keys_under_his_own_signature(house: House, story: Story, word: str) -> None:
    content = _with_word(story, word)
    if content is None:
        return
    version, own = _version_row(house, story, content), os.urandom(32)
    for stage, person in REVIEWERS.items():
        made = statement.Stamp(house.site_id, story.key, version, stage, person, house.clock()).document()
        forged = {**sealing.sign(own, made).plain(), "key": sealing.public_hex(house.private(person))}
        _stamp_row(house, version, stage, person, canonical(forged).decode())
    house.sql("UPDATE newsroom_story SET state = 'ready', version = ? WHERE id = ?", version, story.pk)


def has_the_chief_sign_everything(house: House, story: Story, word: str) -> None:
    """赵总编 colludes: he holds 终审 and 签发, and a key that is good."""
    content = _with_word(story, word)
    if content is None:
        return
    version, chief = _version_row(house, story, content), house.private("zhao")
    for stage, person in REVIEWERS.items():
        for claimed in (person, "zhao"):
            made = statement.Stamp(house.site_id, story.key, version, stage, claimed, house.clock())
            _stamp_row(house, version, stage, person, _signed(chief, made.document()))
    release = statement.Release(house.site_id, story.key, version, "zhao", house.clock.tick())
    house.slip_order("release", story.key, _signed(chief, release.document()))


def has_two_of_three_sign(house: House, story: Story, word: str) -> None:
    """初审 and 终审 collude: their stamps and the release are good, the third is one of theirs again."""
    content = _with_word(story, word)
    if content is None:
        return
    version = _version_row(house, story, content)
    for stage, signer in (("first", "wang"), ("second", "wang"), ("final", "zhao")):
        made = statement.Stamp(house.site_id, story.key, version, stage, signer, house.clock())
        _stamp_row(house, version, stage, f"{signer}{stage}", _signed(house.private(signer), made.document()))
    release = statement.Release(house.site_id, story.key, version, "zhao", house.clock.tick())
    house.slip_order("release", story.key, _signed(house.private("zhao"), release.document()))


def _three_sign_what_nobody_wrote(house: House, story: Story, said: dict[str, Any], signers: tuple[str, ...]) -> None:
    """Good signatures at every stage and a good release, all by holders of the posts; the law alone says no."""
    content = canonical(said)
    version = _version_row(house, story, content)
    for stage, signer in zip(REVIEWERS, signers, strict=True):
        made = statement.Stamp(house.site_id, story.key, version, stage, signer, house.clock())
        _stamp_row(house, version, stage, f"{signer}{stage}", _signed(house.private(signer), made.document()))
    release = statement.Release(house.site_id, story.key, version, "zhao", house.clock.tick())
    house.slip_order("release", story.key, _signed(house.private("zhao"), release.document()))


def has_the_deputy_give_all_three_stages(house: House, story: Story, word: str) -> None:
    if content := _with_word(story, word):
        _three_sign_what_nobody_wrote(house, story, json.loads(content), ("qian", "qian", "qian"))


def has_the_deputy_give_two_stages(house: House, story: Story, word: str) -> None:
    if content := _with_word(story, word):
        _three_sign_what_nobody_wrote(house, story, json.loads(content), ("qian", "qian", "zhao"))


def has_three_sign_of_whom_one_wrote_it(house: House, story: Story, word: str) -> None:
    if content := _with_word(story, word):
        said = json.loads(content)
        _three_sign_what_nobody_wrote(house, story, {**said, "hands": ["qian"]}, ("qian", "zhou", "zhao"))


def has_three_sign_of_whom_one_is_in_the_byline(house: House, story: Story, word: str) -> None:
    if content := _with_word(story, word):
        said = json.loads(content)
        _three_sign_what_nobody_wrote(house, story, {**said, "byline": "周　主　任"}, ("wang", "zhou", "zhao"))


def has_three_sign_for_another_story(house: House, story: Story, word: str) -> None:
    """The version says it is story 999; stamps and release say it is this one."""
    if content := _with_word(story, word):
        said = json.loads(content)
        _three_sign_what_nobody_wrote(house, story, {**said, "story": 999}, ("wang", "zhou", "zhao"))


def swaps_the_person_in_a_stamp(house: House, story: Story, word: str) -> None:
    for stamp in Stamp.objects.filter(version_id=story.version):
        said = json.loads(stamp.signed)
        said["document"]["person"] = "qian"
        house.sql(
            "UPDATE OR IGNORE review_stamp SET person = 'qian', signed = ? WHERE id = ?",
            canonical(said).decode(),
            stamp.pk,
        )


def swaps_the_words_of_a_version(house: House, story: Story, word: str) -> None:
    content = _with_word(story, word)
    if content is not None:
        house.sql("UPDATE review_version SET content = ? WHERE piece = ?", content, story.key)


def swaps_the_words_of_two_stories(house: House, story: Story, word: str) -> None:
    other = Version.objects.filter(piece__startswith="story:").exclude(piece=story.key).first()
    if other:
        house.sql("UPDATE review_version SET content = ? WHERE piece = ?", bytes(other.content), story.key)


def shows_one_text_and_has_another_digest_signed(house: House, story: Story, word: str) -> None:
    kept, content = Version.objects.filter(digest=story.version).first(), _with_word(story, word)
    if kept is None or content is None:
        return
    house.kept_back[digest(content)] = content
    _version_row(house, story, bytes(kept.content), digest(content))
    house.sql("UPDATE newsroom_story SET version = ? WHERE id = ?", digest(content), story.pk)


def puts_the_signed_digests_own_words_back(house: House, story: Story, word: str) -> None:
    """The second half of the one above: the row gets the bytes whose digest was (he hopes) signed."""
    for name, content in house.kept_back.items():
        house.sql("UPDATE review_version SET content = ? WHERE digest = ?", content, name)


def changes_the_words_on_the_desk(house: House, story: Story, word: str) -> None:
    house.sql("UPDATE newsroom_story SET headline = ?, deck = ? WHERE id = ?", f"春茶{word}", word, story.pk)


def says_it_is_ready(house: House, story: Story, word: str) -> None:
    house.sql("UPDATE newsroom_story SET state = 'ready', headline = ? WHERE id = ?", f"春茶{word}", story.pk)


def says_it_is_live(house: House, story: Story, word: str) -> None:
    house.sql("UPDATE newsroom_story SET state = 'released', live_version = version WHERE id = ?", story.pk)


def says_an_older_version_is_the_one(house: House, story: Story, word: str) -> None:
    first = Version.objects.filter(piece=story.key).order_by("number").first()
    if first:
        house.sql("UPDATE newsroom_story SET version = ? WHERE id = ?", first.digest, story.pk)


def washes_his_hands(house: House, story: Story, word: str) -> None:
    house.sql("UPDATE newsroom_story SET hands = '[\"chen\"]', byline = '' WHERE id = ?", story.pk)


def makes_everybody_a_superuser_in_every_group(house: House, story: Story, word: str) -> None:
    house.sql("UPDATE auth_user SET is_superuser = 1, is_staff = 1, is_active = 1")
    house.sql("INSERT INTO auth_user_groups(user_id, group_id) SELECT u.id, g.id FROM auth_user u, auth_group g "
              "WHERE NOT EXISTS (SELECT 1 FROM auth_user_groups x WHERE x.user_id = u.id AND x.group_id = g.id)")  # fmt: skip


def swaps_two_peoples_keys(house: House, story: Story, word: str) -> None:
    mine, theirs = (house.user(name).stamp_key.pk for name in ("wang", "qian"))
    for user, key in ((-1, mine), (house.user("wang").pk, theirs), (house.user("qian").pk, mine)):
        house.sql("UPDATE people_stampkey SET user_id = ? WHERE id = ?", user, key)


def gives_an_order_again(house: House, story: Story, word: str) -> None:
    for kept in house.orders(story):
        house.slip_order(kept.kind, kept.piece, kept.signed)


def gives_an_order_again_under_another_kind(house: House, story: Story, word: str) -> None:
    for kept in house.orders(story):
        house.slip_order("release" if kept.kind == "withdraw" else "withdraw", kept.piece, kept.signed)
        house.slip_order("倒签", "story:999", kept.signed)


def opens_settled_orders_again(house: House, story: Story, word: str) -> None:
    house.sql("UPDATE ledger_order SET state = 'waiting', edition = NULL WHERE kind = 'release'")


def alters_orders_that_wait(house: House, story: Story, word: str) -> None:
    for kept in house.orders(story):
        if kept.kind == "release" and '"document":{"format"' in kept.signed:
            said = json.loads(kept.signed)
            said["document"]["time"] = "2027-01-01T00:00:00Z"
            house.slip_order("release", kept.piece, canonical(said).decode())


def slips_in_rubbish(house: House, story: Story, word: str) -> None:
    for text in ("", "{}", "[" * 9000, word, '{"document":{},"key":"","signature":""}', "null"):
        house.slip_order("release", story.key, text)
        house.slip_order("withdraw", story.key, text)


def tears_pages_out_of_the_ledger(house: House, story: Story, word: str) -> None:
    house.sql("DELETE FROM ledger_entry WHERE number % 3 = 1")


ATTEMPTS: tuple[Attempt, ...] = (
    copies_stamps_from_another_version,
    forges_stamps_with_a_key_of_his_own,
    claims_the_reviewers_keys_under_his_own_signature,
    has_the_chief_sign_everything,
    has_two_of_three_sign,
    has_the_deputy_give_all_three_stages,
    has_the_deputy_give_two_stages,
    has_three_sign_of_whom_one_wrote_it,
    has_three_sign_of_whom_one_is_in_the_byline,
    has_three_sign_for_another_story,
    swaps_the_person_in_a_stamp,
    swaps_the_words_of_a_version,
    swaps_the_words_of_two_stories,
    shows_one_text_and_has_another_digest_signed,
    puts_the_signed_digests_own_words_back,
    changes_the_words_on_the_desk,
    says_it_is_ready,
    says_it_is_live,
    says_an_older_version_is_the_one,
    washes_his_hands,
    makes_everybody_a_superuser_in_every_group,
    swaps_two_peoples_keys,
    gives_an_order_again,
    gives_an_order_again_under_another_kind,
    opens_settled_orders_again,
    alters_orders_that_wait,
    slips_in_rubbish,
    tears_pages_out_of_the_ledger,
)
