"""What is only ever added: the database refuses to change, replace or delete it, and the house goes on as before."""

from __future__ import annotations

import json
import sqlite3  # the module that `hemei.sqlite.swap` has put there
from contextlib import closing

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import Model, ProtectedError

from hemei import sqlite
from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.people.models import StampKey
from hemei.rooms.review.models import Stamp, Version
from hemei.seal.digest import canonical
from hemei.sqlite.append_only import PREFIX
from tests.rooms import HOME
from tests.rooms.forgery import take_the_guards_down
from tests.rooms.house import REVIEWERS, House, fresh, secret_word

OLD, EVIL = secret_word(1), secret_word(2)
GUARDED: tuple[type[Model], ...] = (Entry, Order, Version, Stamp)


def rows(model: type[Model]) -> list[tuple[object, ...]]:
    return list(model.objects.order_by("pk").values_list())


@pytest.fixture
def printed(house: House) -> House:
    """A story in print, and no order that waits."""
    house.publish(OLD)
    return house


def refused(house: House, query: str, *values: object) -> None:
    before = [rows(model) for model in GUARDED]
    with pytest.raises(sqlite3.IntegrityError, match=r"不能|只增不改|只能"):
        house.sql(query, *values)
    assert [rows(model) for model in GUARDED] == before


def test_no_column_can_be_changed_and_no_row_deleted_or_replaced(printed):
    """Every column by name: a later migration that rebuilds a table must put its guards up again."""
    columns = [(model._meta.db_table, field.column) for model in GUARDED for field in model._meta.concrete_fields]
    assert len(columns) == 28
    for table, column in columns:
        refused(printed, f"UPDATE {table} SET {column} = {column}")
        refused(printed, f"UPDATE OR IGNORE {table} SET {column} = {column} WHERE rowid = 1")
    for table in dict(columns):
        refused(printed, f"DELETE FROM {table}")
        refused(printed, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_no_row_can_be_replaced_by_another_that_shares_a_key_with_it(printed):
    """Each time all columns are the old ones but these; rowid is the key that every table has besides."""
    for model, other in (
        (Version, {"digest": "f" * 64}),
        (Stamp, {"id": 99, "person": "x"}),
        (Stamp, {"id": 99, "stage": "x"}),
        (Version, {"rowid": None, "digest": "f" * 64, "number": 99}),
        (Order, {"rowid": None, "id": "x"}),
    ):
        table = model._meta.db_table
        columns = {field.column: None for field in model._meta.concrete_fields} | other
        chosen = [name if value is None else f"'{value}'" for name, value in columns.items()]
        refused(
            printed,
            f"INSERT OR REPLACE INTO {table}({', '.join(columns)}) SELECT {', '.join(chosen)} FROM {table} LIMIT 1",
        )


def test_an_order_takes_one_answer_and_says_for_ever_what_was_ordered(house):
    story = house.release(house.review(house.write(OLD)))
    waiting = "WHERE state = 'waiting'"
    for column in ("id", "number", "kind", "piece", "signed", "made"):
        refused(house, f"UPDATE ledger_order SET state = 'printed', {column} = 'x' {waiting}")
    refused(house, f"UPDATE ledger_order SET answer = 'x' {waiting}")
    house.print()
    assert house.last(story) == ("printed", "")
    for state in ("waiting", "refused", "printed"):
        refused(house, "UPDATE ledger_order SET state = ?", state)


def test_the_ways_of_the_program_are_refused_as_well(printed):
    story = printed.write(OLD)
    printed.submit(story)
    version = Version.objects.get(digest=fresh(story).version)  # no stamp protects it
    for deed in (
        version.delete,
        Entry.objects.last().delete,
        Entry.objects.all().delete,
        Stamp.objects.first().delete,
        Order.objects.first().delete,
        Entry.objects.last().save,
        lambda: Version.objects.update(content=b""),
        lambda: Stamp.objects.update(person="zhao"),
        lambda: Order.objects.update(state="waiting"),
        lambda: Version.objects.bulk_create([version], ignore_conflicts=True),
    ):
        with pytest.raises(IntegrityError):
            deed()
    with pytest.raises(ProtectedError):
        Version.objects.exclude(stamps=None).first().delete()


def test_without_the_guards_changed_words_are_changed_and_the_press_still_refuses_them(house):
    """Two layers: here the first is gone, and the signatures hold alone."""
    story = house.release(house.review(house.write(OLD)))
    said = json.loads(bytes(Version.objects.get(digest=story.version).content))
    evil = canonical({**said, "headline": EVIL})
    refused(house, "UPDATE review_version SET content = ? WHERE digest = ?", evil, story.version)
    assert take_the_guards_down() == 12
    assert house.sql("UPDATE review_version SET content = ? WHERE digest = ?", evil, story.version) == 1
    house.print()
    assert (house.last(story)[0], house.where(EVIL), house.where(OLD)) == ("refused", set(), set())


def test_without_the_guards_a_lacking_stamp_still_keeps_the_story_out(house):
    story = house.release(house.review(house.write(OLD)))
    refused(house, "DELETE FROM review_stamp WHERE stage = 'second'")
    take_the_guards_down()
    assert house.sql("DELETE FROM review_stamp WHERE stage = 'second'") == 1
    house.print()
    assert (house.last(story), house.where(OLD)) == (("refused", "还缺复审。"), set())


# ---- what goes on as before ----


def test_a_person_can_be_deleted_with_his_key_and_what_he_did_stays(printed):
    stamps, deeds = Stamp.objects.count(), Entry.objects.filter(person="zhou").count()
    User.objects.get(username="zhou").delete()
    assert not StampKey.objects.filter(user__username="zhou").exists()
    assert (Stamp.objects.count(), Entry.objects.filter(person="zhou").count()) == (stamps, deeds)


def test_a_flush_empties_the_tables_and_the_guards_stand_again(printed):
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    assert [model.objects.count() for model in GUARDED] == [0, 0, 0, 0]
    Version.objects.create(digest="a" * 64, piece="story:1", number=1, content=b"{}", made=printed.clock(), person="li")
    refused(printed, "DELETE FROM review_version")


def test_the_guards_travel_with_a_copy_of_the_database(printed, tmp_path):
    connection.close()
    source = sqlite.swap().connect(HOME / "data" / "desk.sqlite3")
    copy = sqlite.swap().connect(tmp_path / "copy")
    with closing(source), closing(copy):
        source.backup(copy, pages=-1)  # as `hemei backup` does
        with pytest.raises(sqlite3.IntegrityError, match="台账只增不改"):
            copy.execute("DELETE FROM ledger_entry")


def test_the_step_back_takes_the_guards_down_and_the_step_forward_puts_them_up(printed):
    def guards() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM sqlite_master WHERE name GLOB '{PREFIX}*'")
            return int(cursor.fetchone()[0])

    for room in ("ledger", "review"):
        call_command("migrate", room, "0001", verbosity=0)
    assert guards() == 0
    assert printed.sql("DELETE FROM review_stamp") == len(REVIEWERS) + 1
    call_command("migrate", verbosity=0)
    assert guards() == 12
