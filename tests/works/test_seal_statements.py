"""Keys, roster and statements: read strictly, and no order stands without its signer's key, post and time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hemei.seal import fields
from hemei.seal import keys as seal_keys
from hemei.seal.digest import canonical, parse
from hemei.seal.errors import NotAStatement, Refused, WrongPin
from hemei.seal.keys import Signed, open_private, public, public_hex, read_object, seal_private, sign, site_id, verify
from hemei.seal.proof import stamps_over
from hemei.seal.roster import Keys, Person, Post, Revoked, Roster, certified, keys_file, read_keys, rotate
from hemei.seal.statement import (
    Edition,
    Freshness,
    Recall,
    Release,
    Stamp,
    Withdrawal,
    checked_recall,
    checked_release,
    checked_roster,
    checked_stamp,
    checked_withdrawal,
)
from tests.works.vectors.make import CAST, KEYS, NEW_ROOT, NOW, ROOT, SITE, START, THIEF, key_of, roster

VERSION = "ab" * 32
STAMP = Stamp(SITE, "story:1", VERSION, "first", "wang", NOW)
RELEASE = Release(SITE, "story:1", VERSION, "zhao", NOW)
WITHDRAWAL = Withdrawal(SITE, "story:1", "zhao", NOW, "内容有误")
PLANNED = replace(WITHDRAWAL, not_before=NOW + timedelta(days=3), notice="expired")
RECALL = Recall(SITE, "story:1", "release", "zhao", NOW)
EDITION = Edition(SITE, 3, VERSION, None, 5, 900, NOW)
FRESHNESS = Freshness(SITE, 3, VERSION, NOW, NOW + timedelta(days=7))
EVERY: list[Any] = [
    STAMP, RELEASE, replace(RELEASE, not_before=NOW), WITHDRAWAL, PLANNED, RECALL, EDITION, FRESHNESS, roster(), KEYS,
]  # fmt: skip
MAYBE = {"hemei-withdrawal/1": {"not_before", "notice"}}
"""Fields that are left out when they say nothing."""


def test_a_signature_covers_every_byte_of_its_document():
    signed = sign(CAST["wang"], STAMP.document())
    assert verify(signed)
    assert verify(signed, public_hex(CAST["wang"]))
    assert not verify(signed, public_hex(CAST["zhou"]))
    assert Signed.from_json(signed.to_json()) == signed
    for at in range(len(signed.content)):
        changed = signed.content[:at] + bytes([signed.content[at] ^ 1]) + signed.content[at + 1 :]
        assert not verify(replace(signed, content=changed))
    assert not verify(replace(signed, key="00" * 32))
    assert not verify(replace(signed, signature="00" * 64))


def test_signed_bytes_of_any_other_shape_are_refused():
    good: dict[str, Any] = sign(ROOT, KEYS.document()).plain()
    for bad in (
        good | {"more": 1}, {"document": good["document"], "key": good["key"]}, good | {"key": good["key"].upper()},
        good | {"signature": "ab"}, good | {"document": []}, good | {"key": good["key"] + "\n"}, [good],
    ):  # fmt: skip
        with pytest.raises(NotAStatement):
            Signed.from_json(canonical(bad))
    for data in (b"", b"{", b"[" * 100_000, canonical(good) + b"\n", b"\xff", b" " * (seal_keys.LARGEST + 1)):
        with pytest.raises(NotAStatement):
            Signed.from_json(data)


def test_a_sealed_key_opens_with_its_pin_and_secret_only():
    sealed = seal_private(ROOT, "482913", b"s" * 32, b"t" * 16, b"n" * 12)
    assert ROOT.hex() not in sealed
    assert open_private(sealed, "482913", b"s" * 32) == ROOT
    flipped = sealed[:-1] + ("0" if sealed[-1] != "0" else "1")
    for text, pin, secret in [
        (sealed, "482914", b"s" * 32), (sealed, "482913", b"x" * 32), (flipped, "482913", b"s" * 32),
        ("", "482913", b"s" * 32), ("hemei-key-1.aa.bb.cc", "482913", b"s" * 32),
    ]:  # fmt: skip
        with pytest.raises(WrongPin, match=r"PIN|存档"):
            open_private(text, pin, secret)


@pytest.mark.parametrize("said", EVERY, ids=lambda said: type(said).__name__)
def test_statements_come_back_as_they_went_and_nothing_may_be_missing_unknown_or_odd(said: Any):
    document = said.document()
    assert type(said).read(parse(canonical(document))) == said
    for name in document:
        if name not in MAYBE.get(document["format"], ()):
            with pytest.raises(NotAStatement):
                type(said).read({each: value for each, value in document.items() if each != name})
        for odd in (True, 1.5, -1, [None], {"a": 1}, ""):
            with pytest.raises(NotAStatement):
                type(said).read(document | {name: odd})
    with pytest.raises(NotAStatement):
        type(said).read(document | {"note": 1})
    for odd in (None, [], "text", 3):
        with pytest.raises(NotAStatement):
            type(said).read(odd)


@pytest.mark.parametrize(
    "time",
    ["2025-03-05T02:00:00", "2025-03-05 02:00:00Z", "2025-02-30T00:00:00Z", "2025-03-05T02:00:00+00:00",
     "2025-03-05T02:00:00Z\n", "2025-03-05T24:00:00Z", "２026-03-05T02:00:00Z", "2025-03-05T02:00:60Z", None, 5],
)  # fmt: skip
def test_a_time_has_one_form(time: object):
    with pytest.raises(NotAStatement):
        Stamp.read(STAMP.document() | {"time": time})


def test_freshness_of_more_than_a_week_is_no_statement():
    with pytest.raises(NotAStatement):
        Freshness.read(replace(FRESHNESS, until=NOW + timedelta(days=7, seconds=1)).document())
    with pytest.raises(NotAStatement):
        Freshness.read(replace(FRESHNESS, until=NOW).document())


def test_a_roster_in_which_two_share_a_key_or_an_id_is_no_statement():
    wang, zhou, zhao = roster().people
    for people in ((wang, replace(zhou, keys=wang.keys), zhao), (wang, wang)):
        with pytest.raises(NotAStatement):
            Roster.read(replace(roster(), people=people).document())


def test_posts_are_held_by_the_countys_days_and_keys_to_the_second():
    person = Person(
        "wang",
        "王编辑",
        (Post("first", date(2025, 3, 1), date(2025, 3, 3)),),
        (key_of(CAST["wang"], START, NOW),),
    )
    listed = Roster(SITE, 1, START, (person,))
    first_second = datetime(2025, 2, 28, 16, 0, 0, tzinfo=UTC)  # midnight in the county
    last_second = datetime(2025, 3, 3, 15, 59, 59, tzinfo=UTC)
    second = timedelta(seconds=1)
    held = [
        listed.holds("wang", "first", when)
        for when in (first_second - second, first_second, last_second, last_second + second)
    ]
    assert held == [False, True, True, False]
    key = public_hex(CAST["wang"])
    valid = [listed.key_of("wang", key, when) for when in (START - second, START, NOW - second, NOW)]
    assert valid == [False, True, True, False]
    assert (listed.name("wang"), listed.name("nobody")) == ("王编辑", "nobody")
    assert not listed.holds("nobody", "first", START)


def test_orders_stand_when_signer_post_key_time_and_site_agree():
    listed = roster()
    assert checked_stamp(sign(CAST["wang"], STAMP.document()), listed, SITE, NOW) == STAMP
    assert checked_release(sign(CAST["zhao"], RELEASE.document()), listed, SITE, NOW) == RELEASE
    for who in CAST:
        order = replace(WITHDRAWAL, person=who)
        assert checked_withdrawal(sign(CAST[who], order.document()), listed, SITE, NOW) == order
        recall = replace(RECALL, person=who)
        assert checked_recall(sign(CAST[who], recall.document()), listed, SITE, NOW) == recall
    with pytest.raises(Refused, match="不是nobody名下"):
        checked_recall(sign(CAST["wang"], replace(RECALL, person="nobody").document()), listed, SITE, NOW)


def test_a_withdrawal_without_a_moment_or_a_notice_is_byte_for_byte_what_it_was_before_there_were_any():
    assert canonical(WITHDRAWAL.document()).startswith(b'{"format":"hemei-withdrawal/1","person":"zhao","piece":')
    assert WITHDRAWAL.document().keys() == {"format", "site", "piece", "person", "time", "reason"}
    assert PLANNED.document().keys() - WITHDRAWAL.document().keys() == {"not_before", "notice"}
    for odd in ({"not_before": None}, {"notice": None}, {"notice": "gossip"}):
        with pytest.raises(NotAStatement):
            Withdrawal.read(WITHDRAWAL.document() | odd)


def refusal(stamp: Stamp, private: bytes, now: datetime = NOW, site: str = SITE, tamper: bool = False) -> str:
    signed = sign(private, stamp.document())
    if tamper:
        signed = replace(signed, content=canonical(replace(stamp, version="cd" * 32).document()))
    with pytest.raises(Refused) as refused:
        checked_stamp(signed, roster(), site, now)
    return str(refused.value)


def test_a_stamp_is_refused_for_each_thing_that_does_not_agree():
    assert "改动过" in refusal(STAMP, CAST["wang"], tamper=True)
    assert "不是王编辑名下" in refusal(STAMP, CAST["zhou"])
    assert "不是王编辑名下" in refusal(STAMP, THIEF)
    assert "不担任复审" in refusal(replace(STAMP, stage="second"), CAST["wang"])
    assert "将来" in refusal(STAMP, CAST["wang"], now=NOW - timedelta(minutes=6))
    assert "另一个站点" in refusal(STAMP, CAST["wang"], site="0" * 16)
    assert "不是王编辑名下" in refusal(replace(STAMP, time=START - timedelta(days=1)), CAST["wang"])
    assert "不是nobody名下" in refusal(replace(STAMP, person="nobody"), CAST["wang"])


def test_one_kind_of_order_never_passes_for_another_and_posts_are_asked():
    stamp = sign(CAST["zhao"], replace(STAMP, person="zhao", stage="final").document())
    with pytest.raises(Refused, match="不合格式"):
        checked_release(stamp, roster(), SITE, NOW)
    with pytest.raises(Refused, match="不担任签发"):
        checked_release(sign(CAST["wang"], replace(RELEASE, person="wang").document()), roster(), SITE, NOW)


def test_the_roster_counts_only_with_the_roots_signature_for_the_same_site():
    assert checked_roster(sign(ROOT, roster().document()), KEYS) == roster()
    with pytest.raises(Refused, match="根密钥"):
        checked_roster(sign(THIEF, roster().document()), KEYS)
    with pytest.raises(Refused, match="另一个站点"):
        checked_roster(sign(ROOT, replace(roster(), site="0" * 16).document()), KEYS)


def test_the_root_is_handed_on_by_both_hands_and_reached_from_either():
    second, third = public_hex(NEW_ROOT), public_hex(CAST["wang"])
    one = sign(ROOT, KEYS.document())
    two = rotate(replace(KEYS, number=2, root=second), ROOT, NEW_ROOT)
    newer = replace(KEYS, number=4, root=third)
    three = rotate(replace(newer, number=3), NEW_ROOT, CAST["wang"])
    four = sign(CAST["wang"], newer.document())
    chain = keys_file(one, two, three, four)
    for trusted in (public_hex(ROOT), second, third):
        assert read_keys(chain, trusted) == newer
    assert read_keys(keys_file(two, three, four), public_hex(ROOT)) == newer
    for broken in (
        keys_file(one, three, four), keys_file(two, four), keys_file(three, two), keys_file(two, one),
        keys_file(two, sign(ROOT, replace(KEYS, number=9).document())), keys_file(two, two),
    ):  # fmt: skip
        with pytest.raises(NotAStatement):
            read_keys(broken, public_hex(ROOT))
    with pytest.raises(NotAStatement, match="信任"):
        read_keys(chain, public_hex(THIEF))


def test_a_root_named_by_one_hand_only_is_not_the_root():
    stolen = replace(KEYS, number=2, root=public_hex(THIEF))
    for link in (sign(ROOT, stolen.document()), sign(THIEF, stolen.document())):
        with pytest.raises(NotAStatement):
            read_keys(keys_file(link), public_hex(ROOT))
    double = rotate(stolen, ROOT, THIEF)
    double["signatures"][1] = double["signatures"][0]
    with pytest.raises(NotAStatement):
        read_keys(keys_file(double), public_hex(ROOT))


def test_a_new_edition_key_is_added_by_the_next_number_behind_all_rotations_and_nothing_is_forgotten():
    gone = Revoked(public_hex(THIEF), NOW, "外泄")
    before = replace(KEYS, revoked=(gone,))
    moved = rotate(replace(before, number=2, root=public_hex(NEW_ROOT)), ROOT, NEW_ROOT)
    named = [f"{number:064x}" for number in (1, 2)]
    for data, root, rotations in (
        (keys_file(sign(ROOT, before.document())), ROOT, 0),
        (keys_file(sign(ROOT, before.document()), moved), NEW_ROOT, 1),
    ):
        number = read_keys(data, public_hex(root)).number
        once = certified(data, SITE, root, named[0], NOW)
        twice = certified(once, SITE, root, named[1], NOW + timedelta(days=1))
        assert len(parse(twice).get("chain", [])) == (rotations + 1 if rotations else 0)
        assert read_keys(twice, public_hex(ROOT)) == read_keys(twice, public_hex(root))
        found = read_keys(twice, public_hex(root))
        assert (found.number, found.root, found.revoked) == (number + 2, public_hex(root), (gone,))
        assert [each.key for each in found.edition] == [*(each.key for each in KEYS.edition), *named]
        assert [each.until for each in found.edition[-2:]] == [NOW + timedelta(days=1, seconds=1), None]
    with pytest.raises(NotAStatement, match="信任"):
        certified(keys_file(sign(THIEF, before.document())), SITE, ROOT, named[0], NOW)
    assert read_keys(certified(None, SITE, ROOT, named[0], NOW), public_hex(ROOT)).number == 1


def test_a_revoked_key_seals_nothing_whatever_date_it_writes():
    thief = public_hex(THIEF)
    listed = replace(KEYS, edition=(key_of(THIEF),))
    assert listed.seals(thief, START)
    assert not listed.seals(thief, START - timedelta(seconds=1))
    gone = replace(listed, revoked=(Revoked(thief, NOW, "外泄"),))
    assert not gone.seals(thief, START)
    assert Keys.read(gone.document()) == gone


def test_a_site_is_named_by_its_founding_root_key():
    assert site_id(public(ROOT)) == SITE
    assert len(SITE) == 16
    with pytest.raises(ValueError, match="32"):
        site_id(b"short")


SAID = canonical({"headline": '桥通了：“一”\t\x01\x7f\u2028𠮷\\"', "story": 1})
PROOF: dict[str, Any] = {
    "format": "hemei-proof/1",
    "version": parse(SAID),
    "stamps": [sign(CAST["wang"], replace(STAMP, stage=stage).document()).plain() for stage in ("first", "final")],
    "release": sign(CAST["zhao"], replace(RELEASE, person='赵\x7f"𠮷').document()).plain(),
}


def slowly(proof: bytes) -> list[Stamp] | None:
    """What `stamps_over` says of SAID, read field by field."""
    value = read_object(proof)
    if value.keys() != PROOF.keys() or value["format"] != PROOF["format"]:
        raise NotAStatement("other fields")
    Signed.from_plain(value["release"])
    stamps = [Stamp.read(Signed.from_plain(each).document) for each in fields.items(value["stamps"], "stamps")]
    return stamps if value["version"] == PROOF["version"] else None


def outcome(read: Any, *given: bytes) -> object:
    try:
        return read(*given)
    except NotAStatement:
        return None


def test_the_stamps_of_a_proof_are_read_as_strictly_as_field_by_field():
    proof = canonical(PROOF)
    assert stamps_over(SAID, proof) == slowly(proof) == [replace(STAMP, stage=stage) for stage in ("first", "final")]
    head = len(proof) - len(SAID)
    spoilt = [proof[:at] + bytes([proof[at] ^ bit]) + proof[at + 1 :] for at in range(head) for bit in (1, 2, 32, 128)]
    longer = [
        proof[:at] + more + proof[at:] for at in range(head) for more in (b" ", b'"', b"\\u0041", b"0", b"}", b",{}")
    ]
    for bad in [*spoilt, *longer, *(proof[:at] + proof[at + 1 :] for at in range(len(proof)))]:
        assert outcome(stamps_over, SAID, bad) == outcome(slowly, bad), bad


def test_a_proof_of_another_version_or_with_more_or_less_in_it_gives_no_stamps():
    assert stamps_over(SAID, canonical(PROOF | {"version": {"story": 2}})) is None
    assert stamps_over(SAID, canonical(PROOF | {"version": {"inside": {"version": parse(SAID)}}})) is None
    stamp = PROOF["stamps"][0]
    for change in (
        {"format": "hemei-proof/2"}, {"more": 1}, {"release": None}, {"release": stamp | {"more": 1}}, {"stamps": {}},
        {"stamps": [stamp | {"key": stamp["key"] + "\n"}]}, {"stamps": [stamp | {"document": stamp["document"] | {"time": 1}}]},
        {"stamps": [stamp | {"document": stamp["document"] | {"person": " wang"}}]},
        {"stamps": [stamp | {"document": stamp["document"] | {"time": "2026-02-30T00:00:00Z"}}]},
        {"stamps": [stamp | {"document": RELEASE.document()}]}, {"release": stamp | {"signature": "ab"}},
        {"stamps": [{"document": stamp["document"]}]}, {"stamps": [stamp] * 20_000},
    ):  # fmt: skip
        with pytest.raises(NotAStatement):
            stamps_over(SAID, canonical(PROOF | change))
    for data in (b'{"a":' * 20_000, b"[" * 20_000, b"\xff", b'"\\ud800"', b"{}"):
        with pytest.raises(NotAStatement):
            stamps_over(SAID, data + b',"version":' + SAID + b"}")
