"""The edition key lost or revoked: a new one takes over, and readers who remember the old one go on trusting the site."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hemei.press.edition import Seal
from hemei.press.errors import NotReady
from hemei.press.store import Disk
from hemei.press.switch import export
from hemei.rooms.people import keys
from hemei.seal import keys as sealing
from hemei.seal.roster import Keys, Revoked, read_keys
from hemei.seal.sources import Folder
from hemei.seal.verify import Remembered, Report, verify
from tests.rooms import HOME
from tests.rooms.house import MORNING, House, secret_word

KEY, KEYS = HOME / "press" / "edition.key", HOME / "keys" / "keys.json"
WELL_KNOWN = ".well-known/hemei"


def in_force() -> Keys:
    return read_keys(KEYS.read_bytes(), keys.house(HOME).root_public)


def checked(folder: Path, house: House, remembered: Remembered | None = None) -> Report:
    root = bytes.fromhex(keys.house(HOME).root_public)
    return verify(Folder(folder), root, house.clock(), remembered, proofs=True)


def exported(folder: Path) -> Path:
    export(HOME, folder)
    return folder


def said(folder: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((folder / WELL_KNOWN / name).read_bytes()))


@pytest.mark.parametrize("later", [0, 3600])
def test_a_lost_key_is_made_anew_and_what_the_old_one_sealed_stays_genuine_and_current(house, tmp_path, later):
    house.publish(secret_word(1))
    old = exported(tmp_path / "old")
    first = checked(old, house)
    assert (first.ok, first.current, first.remember and first.remember.keys) == (True, True, 1)
    lost = sealing.public_hex(bytes.fromhex(KEY.read_text()))

    KEY.unlink()
    house.clock.tick(seconds=later)
    house.restart()
    house.press.renew()

    new = exported(tmp_path / "new")
    report = checked(new, house, first.remember)
    assert (report.ok, report.current, report.bad, report.edition) == (True, True, (), first.edition)
    assert said(new, "edition.json") == said(old, "edition.json")  # under the new keys.json, still of the old key
    assert said(new, "edition.json")["key"] == lost != said(new, "freshness.json")["key"]
    assert report.remember is not None
    assert report.remember.keys == 2
    assert [(each.key == lost, each.until) for each in in_force().edition] == [
        (True, house.clock() + timedelta(seconds=1)),
        (False, None),
    ]

    stale = checked(old, house, report.remember)  # the same edition, with the keys of yesterday
    assert [(one.path, "密钥文件倒退" in one.why) for one in stale.bad] == [(f"{WELL_KNOWN}/keys.json", True)]
    assert stale.remember is None
    (new / WELL_KNOWN / "keys.json").write_bytes((old / WELL_KNOWN / "keys.json").read_bytes())
    assert {one.path for one in checked(new, house).bad} == {f"{WELL_KNOWN}/freshness.json"}

    house.publish(secret_word(2))
    last = exported(tmp_path / "last")
    assert checked(last, house, report.remember).ok
    assert said(last, "edition.json")["key"] == in_force().edition[1].key


def test_a_lost_key_seals_nothing_of_a_later_time(house):
    house.publish(secret_word(1))
    lost = sealing.public_hex(bytes.fromhex(KEY.read_text()))
    KEY.unlink()
    house.clock.tick(hours=1)
    house.restart()
    made = house.clock()
    assert [in_force().seals(lost, made + timedelta(seconds=after)) for after in (-3600, 0, 1, 3600)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_press_that_has_its_key_changes_nothing_on_a_restart(house):
    before = KEYS.read_bytes()
    for _ in range(2):
        house.clock.tick(days=400)
        house.restart()
    assert KEYS.read_bytes() == before


def test_a_second_and_a_third_loss_only_add(house):
    for number in (2, 3, 4):
        KEY.unlink()
        house.clock.tick(days=1)
        house.restart()
        found = in_force()
        assert (found.number, len(found.edition), sum(each.until is None for each in found.edition)) == (
            number, number, 1,
        )  # fmt: skip


def test_where_keys_json_is_lost_as_well_the_published_one_is_gone_on_from(house):
    KEY.unlink()
    house.restart()
    house.press.renew()
    known = in_force()
    KEY.unlink()
    KEYS.unlink()
    house.restart()
    assert in_force().number == known.number + 1 == 3
    assert {each.key for each in known.edition} < {each.key for each in in_force().edition}


def test_a_revoked_key_is_not_certified_again_and_its_edition_is_sealed_anew_by_the_next(house, tmp_path):
    house.publish(secret_word(1))
    first = checked(exported(tmp_path / "old"), house)
    stolen = sealing.public_hex(bytes.fromhex(KEY.read_text()))
    now = house.clock.tick(hours=1)
    last = in_force()
    revoked = replace(last, number=2, time=now, revoked=(Revoked(stolen, now, "硬盘失窃"),))
    signed = sealing.sign(keys.root_private(HOME), revoked.document()).to_json()
    KEYS.write_bytes(signed)

    with pytest.raises(NotReady, match="已经吊销"):
        Seal(HOME, lambda public, moment: keys.certify(HOME, public, moment, None), now, os.urandom, Disk())
    assert KEYS.read_bytes() == signed

    KEY.unlink()
    house.restart()
    house.press.renew()
    new = exported(tmp_path / "new")
    report = checked(new, house, first.remember)
    assert (report.ok, report.current, report.edition, report.root) == (True, True, first.edition, first.root)
    assert said(new, "edition.json")["key"] == in_force().edition[-1].key != stolen
    assert (in_force().number, in_force().is_revoked(stolen)) == (3, True)


def test_a_first_run_that_was_cut_between_its_keys_is_finished_by_the_next(tmp_path):
    first = keys.prepare(tmp_path, MORNING)
    kept = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    for name in ("root.pub", "pin-secret", "roster.json"):
        (tmp_path / "keys" / name).unlink()
        assert keys.prepare(tmp_path, MORNING) == first
    again = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert again.keys() == kept.keys()
    assert {name for name in kept if kept[name] != again[name]} == {"pin-secret"}, "a secret that was lost is another"
