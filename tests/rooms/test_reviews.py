"""From draft to print and out again: who may do what, what lapses, and what no order brings back."""

import json
from datetime import timedelta

import pytest

from hemei.rooms.ledger.models import Order
from hemei.rooms.newsroom import actions
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people.actions import CannotSign
from hemei.rooms.pressroom import process
from hemei.rooms.review.models import Stamp, Version
from hemei.seal import keys as sealing
from hemei.seal.digest import canonical, digest
from hemei.seal.statement import Release
from hemei.seal.statement import Stamp as Stamped
from tests.rooms.forgery import take_the_guards_down
from tests.rooms.house import REVIEWERS, House, fresh, proven, secret_word

OLD, NEW, EVIL = secret_word(1), secret_word(2), secret_word(3)


def stages(version: str) -> list[tuple[str, str]]:
    return list(Stamp.objects.filter(version_id=version).order_by("id").values_list("stage", "person"))


def test_three_sign_one_releases_and_the_words_are_in_print_with_their_proof(house):
    assert house.where(OLD) == set()
    story = house.release(house.review(house.write(OLD)))
    assert (story.state, house.woken, house.where(OLD)) == ("released", 1, set())
    house.print()
    places = house.where(OLD)
    assert {"index.html", "a/1/index.html", "a/1/proof.json", "feed.xml", "yaowen/index.html"} <= places
    assert house.last(story) == ("printed", "")
    version, signers = proven(house.site())[story.pk]
    assert (version["headline"], signers) == (f"春茶开采{OLD}", {"wang", "zhou", "zhao"})
    assert house.exact()


def test_a_correction_prints_its_new_words_and_the_old_ones_nowhere_and_the_old_stay_until_then(house):
    story = house.publish(OLD)
    story = house.edit(story, NEW)
    house.submit(story)
    house.stamp(story, "wang")
    house.print()
    assert house.where(NEW) == set()
    assert "a/1/index.html" in house.where(OLD)
    house.stamp(story, "zhou")
    house.stamp(story, "zhao")
    house.release(story)
    house.print()
    assert house.where(OLD) == set()
    assert "a/1/index.html" in house.where(NEW)
    assert house.exact()


@pytest.mark.parametrize("lacking", list(REVIEWERS))
def test_release_is_refused_when_a_stamp_is_missing_by_the_desk_and_by_the_press(house, lacking):
    story = house.write(OLD)
    house.submit(story)
    for stage, person in REVIEWERS.items():
        if stage == lacking:
            break
        house.stamp(story, person)
    with pytest.raises(Refused, match="三审齐了才能签发"):
        house.release(story)
    for person in list(REVIEWERS.values())[list(REVIEWERS).index(lacking) :]:
        house.stamp(story, person)
    take_the_guards_down()
    assert house.sql("DELETE FROM review_stamp WHERE stage = ? AND version_id = ?", lacking, fresh(story).version) == 1
    with pytest.raises(Refused, match="还缺"):
        house.release(story)
    release = Release(house.site_id, story.key, fresh(story).version, "zhao", house.clock())
    signed = sealing.sign(house.private("zhao"), release.document()).to_json().decode()
    house.slip_order("release", story.key, signed)
    house.print()
    state, answer = house.last(story)
    assert (state, answer.startswith("还缺"), house.where(OLD)) == ("refused", True, set())


def test_stages_come_in_order_and_each_from_its_own_post(house):
    story = house.write(OLD)
    house.submit(story)
    for person in ("li", "chen", "zhou", "zhao", "admin"):
        with pytest.raises((Refused, CannotSign)):
            house.stamp(story, person)
    assert house.stamp(story, "wang") == "first"
    with pytest.raises(Refused):
        house.stamp(story, "wang")
    assert stages(fresh(story).version) == [("first", "wang")]


def test_one_person_with_all_posts_gives_one_stage_only(house):
    story = house.write(OLD)
    house.submit(story)
    assert house.stamp(story, "qian") == "first"
    with pytest.raises(Refused, match="别的审级要由别人来"):
        house.stamp(story, "qian")
    house.stamp(story, "zhou")
    assert house.stamp(story, "zhao") == "final"
    assert fresh(story).state == "ready"


@pytest.mark.parametrize("byline", ["王编辑", "李记者 王 编辑", "王　编　辑", "王\u200b编辑", "王\u3164编辑"])
def test_who_stands_in_the_byline_cannot_stamp_however_the_name_is_spaced(house, byline):
    story = house.write(OLD, byline=byline)
    house.submit(story)
    with pytest.raises(Refused, match="不能自己审自己"):
        house.stamp(story, "wang")
    assert house.stamp(story, "qian") == "first"


def test_who_edited_before_submission_cannot_stamp(house):
    story = house.edit(house.write(OLD), NEW, "wang")
    house.submit(story)
    with pytest.raises(Refused, match="不能自己审自己"):
        house.stamp(story, "wang")


def test_words_that_changed_on_the_way_to_the_stamp_are_not_stamped(house):
    story = house.write(OLD)
    house.submit(story)
    seen = house.seen(story)
    house.edit(story, NEW, "qian")
    with pytest.raises(Refused, match="有了变化"):
        house.stamp(story, "wang", seen=seen)
    assert Stamp.objects.filter(version__piece=story.key).count() == 0


# ---- amending ----


def amended(house: House) -> tuple[str, str]:
    """(version before, after): the second reviewer changes a word and stamps in one act."""
    story = house.write(OLD)
    before = house.submit(story)
    house.stamp(story, "wang")
    house.edit(story, NEW, "zhou")
    assert house.stamp(story, "zhou") == "second"
    return before, str(fresh(story).version)


def test_amending_and_stamping_makes_a_version_and_earlier_stamps_lapse(house):
    before, after = amended(house)
    assert before != after
    assert (stages(before), stages(after)) == ([("first", "wang")], [("second", "zhou")])
    assert json.loads(bytes(Version.objects.get(digest=after).content))["previous"] == before


@pytest.mark.parametrize("order", [("wang", "zhao"), ("zhao", "wang")])
def test_holders_of_lapsed_stamps_stamp_again_in_any_order_and_only_the_amended_words_are_printed(house, order):
    amended(house)
    story = Story.objects.get()
    assert [house.stamp(story, person) for person in order] == [
        {"wang": "first", "zhao": "final"}[person] for person in order
    ]
    house.release(story)
    house.print()
    assert (house.where(OLD), "a/1/index.html" in house.where(NEW)) == (set(), True)
    assert proven(house.site())[story.pk][1] == {"wang", "zhou", "zhao"}


def test_after_an_amendment_nobody_gives_the_lapsed_stage_who_gave_another(house):
    amended(house)
    story = Story.objects.get()
    with pytest.raises(Refused):
        house.stamp(story, "zhou")
    assert house.stamp(story, "qian") == "first"


def test_a_correction_is_reviewed_in_order_again_though_older_versions_were_stamped(house):
    story = house.edit(house.publish(OLD), NEW)
    house.submit(story)
    with pytest.raises(Refused, match="不担任初审"):
        house.stamp(story, "zhao")
    with pytest.raises(Refused, match="不担任初审"):
        house.stamp(story, "zhou")
    assert [house.stamp(story, person) for person in REVIEWERS.values()] == ["first", "second", "final"]


# ---- sending back ----


def test_sent_back_and_submitted_again_is_another_version_that_needs_all_three_anew(house):
    story = house.write(OLD)
    first = house.submit(story)
    house.stamp(story, "wang")
    story = house.send_back(story, "zhou", "导语太长。")
    assert (story.state, story.returned) == ("draft", "导语太长。")
    second = house.submit(story)
    assert (second != first, stages(second), fresh(story).returned) == (True, [], "")
    for person in REVIEWERS.values():
        house.stamp(story, person)
    house.release(story)
    house.print()
    assert proven(house.site())[story.pk][0]["previous"] == first


@pytest.mark.parametrize("stamped", [False, True])
def test_a_reviewer_whose_amendment_went_back_has_a_hand_in_it_stamped_or_not(house, stamped):
    story = house.write(OLD)
    house.submit(story)
    house.edit(story, NEW, "wang")
    if stamped:
        house.stamp(story, "wang")
    story = house.send_back(story, "zhou" if stamped else "wang")
    assert story.hands == ["li", "wang"]
    house.submit(story)
    with pytest.raises(Refused, match="不能自己审自己"):
        house.stamp(story, "wang")
    assert house.stamp(story, "qian") == "first"


def test_a_reviewer_who_only_read_and_sent_back_has_no_hand_in_it(house):
    story = house.write(OLD)
    house.submit(story)
    story = house.send_back(story, "wang")
    house.submit(story)
    assert (story.hands, house.stamp(story, "wang")) == (["li"], "first")


def test_only_reviewers_send_back_and_with_a_reason(house):
    story = house.write(OLD)
    house.submit(story)
    for person, reason in (("li", "不好"), ("chen", "不好"), ("admin", "不好"), ("wang", "  ")):
        with pytest.raises(Refused):
            house.send_back(story, person, reason)
    assert fresh(story).state == "review"


def test_a_spiked_story_is_kept_cannot_be_edited_and_comes_back_as_a_draft(house):
    story = house.write(OLD)
    house.submit(story)
    story = house.send_back(story, "wang", "与昨日重复。", spike=True)
    assert story.state == "spiked"
    with pytest.raises(Refused):
        house.edit(story, NEW)
    with pytest.raises(Refused):
        house.submit(story)
    with pytest.raises(Refused):
        actions.revive(story=story, by=house.user("chen"), now=house.clock.tick())
    actions.revive(story=story, by=house.user("li"), now=house.clock.tick())
    assert fresh(story).state == "draft"


# ---- orders given again, withdrawals, rolling back ----


def test_an_old_release_given_again_after_a_correction_prints_nothing(house):
    story = house.publish(OLD)
    old = house.orders(story)[0].signed
    house.correct(story, NEW)
    number = house.press.number()
    house.slip_order("release", story.key, old)
    house.print()
    assert (house.where(OLD), house.press.number()) == (set(), number)


def test_an_old_release_given_again_after_a_rollback_prints_nothing(house):
    story = house.publish(OLD)
    number = house.press.number()
    new = house.orders(house.correct(story, NEW))[1].signed
    house.press.rollback(number)
    house.press.resume()
    assert (house.where(NEW), "a/1/index.html" in house.where(OLD)) == (set(), True)
    house.slip_order("release", story.key, new)
    house.print()
    assert (house.where(NEW), house.exact()) == (set(), True)


def test_a_withdrawn_story_is_nowhere_and_neither_order_nor_rollback_nor_full_build_brings_it_back(house):
    story = house.publish(OLD)
    living = house.press.number()
    release = house.orders(story)[0].signed
    assert house.withdraw(story).state == "withdrawn"
    house.print()
    assert (house.where(OLD), house.last(story)) == (set(), ("printed", ""))
    assert not [path for path in house.site() if path.startswith("a/")]
    house.slip_order("release", story.key, release)
    house.print()
    assert house.where(OLD) == set()
    house.press.rollback(living)
    house.press.resume()
    assert house.where(OLD) == set()
    house.restart()
    house.press.build_full()
    assert (house.where(OLD), house.exact()) == (set(), True)


def test_a_withdrawn_version_cannot_be_released_again_but_a_new_one_can_and_the_old_words_stay_out(house):
    story = house.publish(OLD)
    first = house.press.number()
    story = house.withdraw(story)
    with pytest.raises(Refused, match="不能签发"):
        house.release(story)
    again = Release(house.site_id, story.key, story.version, "zhao", house.clock.tick())
    house.slip_order("release", story.key, sealing.sign(house.private("zhao"), again.document()).to_json().decode())
    house.print()
    assert house.last(story)[0] == "refused"
    assert house.where(OLD) == set()
    house.correct(story, NEW)
    assert (house.where(OLD), "a/1/index.html" in house.where(NEW)) == (set(), True)
    house.press.rollback(first)
    house.press.resume()
    assert (house.where(OLD), house.where(NEW), house.exact()) == (set(), set(), True)


def test_a_story_released_and_withdrawn_before_the_press_looked_is_never_printed(house):
    story = house.withdraw(house.release(house.review(house.write(OLD))))
    house.print()
    assert house.where(OLD) == set()
    assert house.orders(story)[0].state == "refused"
    house.restart()
    house.print()
    assert (house.where(OLD), house.exact()) == (set(), True)


def test_an_old_withdrawal_given_again_takes_no_new_version_out(house):
    story = house.publish(OLD)
    story = house.withdraw(story)
    house.print()
    withdrawal = house.orders(story)[1].signed
    house.correct(story, NEW)
    house.slip_order("withdraw", story.key, withdrawal)
    house.print()
    assert "a/1/index.html" in house.where(NEW)


def test_one_editor_withdraws_with_a_reason_and_a_reporter_cannot(house):
    story = house.publish(OLD)
    for person in ("li", "chen", "admin"):
        with pytest.raises((Refused, CannotSign)):
            house.withdraw(story, person)
    assert fresh(story).state == "released"
    assert house.withdraw(story, "zhou").state == "withdrawn"


def test_a_withdrawal_during_a_correction_takes_the_story_out_and_the_correction_can_go_on(house):
    story = house.publish(OLD)
    story = house.edit(story, NEW)
    house.submit(story)
    house.withdraw(story)
    house.print()
    assert (house.where(OLD), house.where(NEW)) == (set(), set())
    story = house.edit(story, EVIL)
    house.release(house.review(story))
    house.print()
    assert (house.where(OLD), house.where(NEW), house.where(EVIL) != set()) == (set(), set(), True)


def test_an_answer_that_was_lost_is_written_when_the_press_comes_back_and_nothing_is_printed_twice(house, monkeypatch):
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    story = house.release(house.review(house.write(OLD)))
    with monkeypatch.context() as patch:
        patch.setattr(process, "_answer", dies)
        with pytest.raises(KeyboardInterrupt):
            house.print()
    number = house.press.number()
    assert (house.last(story), house.where(OLD) != set()) == (("waiting", ""), True)
    house.restart()
    house.print()
    assert (house.last(story), house.press.number()) == (("printed", ""), number)
    assert house.orders(story)[0].edition == number


# ---- who has no post ----


def test_a_superuser_without_a_post_can_do_nothing(house):
    story = house.write(OLD)
    admin = house.user("admin")
    assert admin.is_superuser
    with pytest.raises(Refused):
        house.edit(story, NEW, "admin")
    with pytest.raises(Refused):
        house.submit(story, "admin")
    house.submit(story)
    for deed in (house.stamp, house.send_back):
        with pytest.raises((Refused, CannotSign)):
            deed(story, "admin")
    for person in REVIEWERS.values():
        house.stamp(story, person)
    with pytest.raises(Refused, match="没有签发岗位"):
        house.release(story, "admin")
    house.release(story)
    house.print()
    with pytest.raises(Refused, match="没有撤稿岗位"):
        house.withdraw(story, "admin")
    assert house.where(OLD) != set()


def test_posts_and_groups_in_the_database_give_nobody_a_post(house):
    house.sql("UPDATE auth_user SET is_superuser = 1, is_staff = 1")
    house.sql("INSERT INTO auth_user_groups(user_id, group_id) SELECT u.id, g.id FROM auth_user u, auth_group g "
              "WHERE NOT EXISTS (SELECT 1 FROM auth_user_groups x WHERE x.user_id = u.id AND x.group_id = g.id)")  # fmt: skip
    story = house.write(OLD)
    house.submit(story)
    for person in ("li", "chen", "admin"):
        with pytest.raises((Refused, CannotSign)):
            house.stamp(story, person)


# ---- what a database writer might try on the people who sign ----


def test_nobody_can_be_made_to_stamp_a_digest_whose_words_they_were_not_shown(house):
    """The row says one digest, its content another text: three signatures over unseen words were to be had that way."""
    story = house.write(OLD)
    nice = house.submit(story)
    content = json.loads(bytes(Version.objects.get(digest=nice).content))
    evil = canonical({**content, "headline": EVIL})
    house.sql(
        "INSERT INTO review_version(digest, piece, number, content, made, person) "
        "SELECT ?, piece, 2, content, made, person FROM review_version WHERE digest = ?",
        digest(evil), nice,
    )  # fmt: skip
    house.sql("UPDATE newsroom_story SET version = ? WHERE id = ?", digest(evil), story.pk)
    with pytest.raises(Refused, match="被改动过"):
        house.stamp(story, "wang", seen=digest(evil))
    assert Stamp.objects.filter(version_id=digest(evil)).count() == 0


def test_nobody_can_be_made_to_release_an_older_version_than_the_one_on_the_desk(house):
    story = house.publish(OLD)
    old = story.version
    story = house.edit(story, NEW)
    house.review(story)
    house.sql("UPDATE newsroom_story SET version = ? WHERE id = ?", old, story.pk)
    with pytest.raises(Refused, match="与三审的定稿不同"):
        house.release(story)
    assert Order.objects.filter(piece=story.key).count() == 1


def timed(house: House, story: Story) -> None:
    """A release that is signed now and due in two hours, which no screen makes yet."""
    release = Release(
        house.site_id, story.key, story.version, "zhao", house.clock(), house.clock() + timedelta(hours=2)
    )
    house.slip_order("release", story.key, sealing.sign(house.private("zhao"), release.document()).to_json().decode())
    house.print()


def test_a_timed_release_leaves_no_trace_before_its_moment_and_is_printed_then(house):
    story = house.review(house.write(OLD))
    number = house.press.number()
    timed(house, story)
    assert (house.last(story)[0], house.where(OLD), house.press.number()) == ("waiting", set(), number)
    house.restart()
    house.clock.tick(hours=1)
    house.print()
    assert house.where(OLD) == set()
    house.clock.tick(hours=1)
    house.print()
    assert (house.last(story)[0], "a/1/index.html" in house.where(OLD)) == ("printed", True)


def test_a_timed_release_is_asked_for_its_stamps_again_when_it_is_due(house):
    story = house.review(house.write(OLD))
    timed(house, story)
    take_the_guards_down()
    house.sql("DELETE FROM review_stamp WHERE stage = 'second'")
    house.clock.tick(hours=3)
    house.print()
    assert (house.last(story), house.where(OLD)) == (("refused", "还缺复审。"), set())


def test_a_timed_release_that_was_overtaken_by_a_withdrawal_is_never_printed(house):
    story = house.publish(OLD)
    story = house.review(house.edit(story, NEW))
    timed(house, story)
    house.withdraw(story)
    house.print()
    house.clock.tick(hours=3)
    house.print()
    assert (house.where(OLD), house.where(NEW)) == (set(), set())
    assert [order.state for order in house.orders(story)] == ["printed", "recalled", "printed"]


@pytest.mark.parametrize("claims", [("zhao", "zhao", "zhao"), ("wang", "zhao", "zhao"), ("wang", "zhou", "zhao")])
def test_a_chief_who_signs_all_three_stages_himself_is_refused_under_any_names(house, claims):
    story = house.write(OLD)
    version = house.submit(story)
    for stage, person in zip(REVIEWERS, claims, strict=True):
        made = Stamped(house.site_id, story.key, version, stage, person, house.clock())
        signed = sealing.sign(house.private("zhao"), made.document()).to_json().decode()
        house.sql(
            "INSERT INTO review_stamp(version_id, stage, person, time, signed) VALUES (?, ?, ?, ?, ?)",
            version, stage, f"{person}{stage}", house.clock().isoformat(sep=" "), signed,
        )  # fmt: skip
    release = Release(house.site_id, story.key, version, "zhao", house.clock.tick())
    house.slip_order("release", story.key, sealing.sign(house.private("zhao"), release.document()).to_json().decode())
    house.print()
    assert (house.last(story)[0], house.where(OLD)) == ("refused", set())
