"""Passwords can be guessed at a few times only; a stranger's guesses lock his own address out and, for long, nobody else's."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from hemei.cli import main
from hemei.rooms.ledger.models import Entry
from hemei.rooms.ledger.queries import entries_of, first_broken
from hemei.rooms.people import logins, signing_in
from hemei.rooms.people.models import Guess
from hemei.rooms.people.rules import GUESSES_ANYWHERE, GUESSES_HERE, WITHIN, locked_until
from hemei.rooms.people.screens import whence
from tests.rooms import HOME
from tests.rooms.house import MORNING, Clock, House

OFFICE, STRANGER = "192.0.2.7", "203.0.113.9"
Try = Callable[..., str]


@pytest.fixture
def sign_in(house: House, monkeypatch: pytest.MonkeyPatch) -> Try:
    """Through the login page's own view; "in", or what the page says. The right password when none is given."""
    monkeypatch.setattr(timezone, "now", house.clock)
    passwords = {one.login: one.password for one in logins.noted(HOME)}

    def attempt(account: str = "wang", password: str | None = None, address: str = OFFICE) -> str:
        said = {"username": account, "password": passwords[account] if password is None else password}
        answer = Client().post("/desk/login/", said, HTTP_X_FORWARDED_FOR=address)
        if answer.status_code == 302:
            return "in"
        found = re.search(r'<li class="error">(.*?)</li>', answer.content.decode(), re.DOTALL)
        return unescape(found[1]).strip() if found else ""

    return attempt


def guesses(count: int, account: str = "wang", address: str = OFFICE) -> None:
    """So many wrong passwords at this moment, without the tenth of a second that looking at each one takes."""
    Guess.objects.bulk_create(Guess(account=account, address=address, time=timezone.now()) for _ in range(count))


def test_ten_wrong_passwords_lock_the_account_here_even_for_the_right_one_until_the_time_is_over(house, sign_in):
    said = [sign_in(password=f"wrong{number}") for number in range(GUESSES_HERE)]
    assert len(set(said)) == 1
    assert "锁定" not in said[0]
    assert sign_in() == "密码连续输错，这个账号已锁定，请 15 分钟后再试。急用或忘了密码，请找系统管理员解除、重设。"
    house.clock.tick(minutes=14, seconds=59)
    assert "请 1 分钟后再试" in sign_in()
    assert Guess.objects.count() == GUESSES_HERE  # asking while it is locked does not make it longer
    house.clock.tick(seconds=1)
    assert sign_in() == "in"
    assert Guess.objects.count() == 0


def test_nine_wrong_passwords_and_the_right_one_are_forgiven(house, sign_in):
    guesses(GUESSES_HERE - 2)
    sign_in(password="wrong")
    assert sign_in() == "in"
    guesses(GUESSES_HERE - 1)
    assert sign_in() == "in"


def test_a_stranger_who_locks_himself_out_locks_neither_the_office_nor_other_accounts(house, sign_in):
    guesses(GUESSES_HERE, address=STRANGER)
    assert "锁定" in sign_in(address=STRANGER)
    assert sign_in(address=OFFICE) == "in"
    assert sign_in("zhou", address=STRANGER) == "in"
    assert "锁定" in sign_in(address=STRANGER)  # what is right in the office forgives nothing elsewhere


def test_many_addresses_together_have_a_limit_too(house, sign_in):
    for number in range(GUESSES_ANYWHERE):
        guesses(1, address=f"203.0.113.{number}")
    assert "锁定" in sign_in(address=OFFICE)
    assert sign_in("zhou") == "in"


def test_guesses_that_are_spread_out_are_at_most_ten_in_any_quarter_of_an_hour(house):
    let_through = []
    for _ in range(40):
        with contextlib.suppress(signing_in.TooManyGuesses):
            signing_in.guess(account="wang", address=OFFICE, now=house.clock())
            let_through.append(house.clock())
        house.clock.tick(minutes=1)
    assert len(let_through) == 3 * GUESSES_HERE
    for moment in let_through:
        assert sum(moment - WITHIN < other <= moment for other in let_through) <= GUESSES_HERE


def test_an_account_that_does_not_exist_is_locked_in_the_same_words_and_leaves_no_entry(house, sign_in):
    before = Entry.objects.count()
    guesses(GUESSES_HERE - 1, "nobody")
    guesses(GUESSES_HERE - 1, "wang")
    assert sign_in("nobody", "wrong") == sign_in("wang", "wrong")
    assert sign_in("nobody", "wrong") == sign_in("wang", "wrong")
    assert [entry.piece for entry in Entry.objects.filter(number__gt=before)] == ["person:wang"]


def test_a_lock_is_one_entry_in_the_ledger_however_long_somebody_goes_on(house, sign_in, caplog):
    for address in (STRANGER, OFFICE):
        guesses(GUESSES_HERE - 1, address=address)
        sign_in(password="wrong", address=address)
        sign_in(password="wrong", address=address)
    assert [(entry.deed, entry.detail) for entry in entries_of("person:wang")[1:]] == [
        ("锁定登录", {"address": STRANGER})
    ]
    assert sum("已锁定" in line for line in caplog.messages) == 2
    assert first_broken() is None


def test_the_lock_outlives_the_program_and_an_administrator_lifts_it(house, sign_in, monkeypatch, capsys):
    guesses(GUESSES_HERE)
    connections.close_all()
    assert "锁定" in sign_in()
    monkeypatch.setenv("HEMEI_HOME", str(HOME))
    assert main(["logins", "--lift", "nobody"]) == 1
    assert main(["logins", "--lift", "wang"]) == 0
    assert capsys.readouterr().out == "wang 可以登录了：忘掉了 10 次输错的密码。\n"
    assert entries_of("person:wang")[-1].deed == "解除锁定"
    assert sign_in() == "in"


def test_of_many_tries_at_once_no_more_than_the_limit_are_looked_at(house):
    def attempt(number: int) -> bool:
        try:
            signing_in.guess(account="wang", address=OFFICE, now=house.clock())
        except signing_in.TooManyGuesses:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(30))) == GUESSES_HERE


def test_a_form_without_a_password_is_no_guess(house, sign_in):
    sign_in(password="")
    sign_in(account="", password="x")
    assert Guess.objects.count() == 0


def test_the_limits_are_counted_at_their_edges(clock: Clock):
    def at(*seconds: int, address: str = OFFICE) -> list[tuple[str, object]]:
        return [(address, MORNING - timedelta(seconds=one)) for one in seconds]

    assert locked_until(at(*range(GUESSES_HERE - 1)), OFFICE) is None
    assert locked_until(at(*range(GUESSES_HERE)), OFFICE) == MORNING - timedelta(seconds=9) + WITHIN
    assert locked_until(at(*range(GUESSES_HERE)), STRANGER) is None
    assert locked_until(at(*range(GUESSES_ANYWHERE - 1)), STRANGER) is None
    assert locked_until(at(*range(GUESSES_ANYWHERE)), STRANGER) == MORNING - timedelta(seconds=99) + WITHIN


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.7, 198.51.100.1", ""),
    ],
)
def test_one_client_is_counted_as_one_address(told, counted):
    assert whence(told) == counted
