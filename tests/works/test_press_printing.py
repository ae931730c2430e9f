"""What one change prints: exactly the pages whose recorded reads changed, counted."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hemei.press import look
from hemei.press.compiler import NoSuchEdition, Press
from hemei.press.errors import CannotPrint, Inexact, NotReady
from hemei.press.pieces import NotAPiece
from hemei.press.printer import Printer
from hemei.press.reader import Reader
from hemei.press.serve import Server
from hemei.seal.digest import digest
from hemei.sqlite import swap
from tests.works.pages_sample import SITE
from tests.works.press_sample import TOY, Admit, County, Fast, content, drawn, picture, stored, toy

NEWS = {"news/index.html", "news/feed.xml"}


@pytest.fixture
def county(tmp_path: Path) -> County:
    """Twelve stories of the section news, printed as edition 1 with toy pages."""
    return County(tmp_path, TOY, disk=Fast()).start(12)


def printed(county: County, *orders: object) -> set[str]:
    issued, refused = county.press.publish(orders)  # type: ignore[arg-type]
    assert refused == {}
    county.press.build_full()
    return set(issued.printed) if issued else set()


def test_the_first_edition_prints_every_page_once(tmp_path: Path) -> None:
    county = County(tmp_path, TOY, disk=Fast())
    issued, refused = county.press.publish([county.story(1), county.site()])
    assert refused == {}, "the setting is carried out first, wherever it stands"
    assert issued is not None
    fixed = {"404.html", "about/index.html", "feed.xml", "index.html", "robots.txt", "sitemap.xml", "sitemap/1.xml"}
    sections = {f"{one['id']}/{file}" for one in SITE["sections"] for file in ("index.html", "feed.xml")}
    fixed |= {"corrections/index.html", "corrections/feed.xml"}
    wanted = fixed | sections | {"tags/index.html", "verify/index.html", "a/1/index.html"}
    assert sorted(issued.printed) == sorted(wanted)
    assert set(issued.changed) == wanted | {"a/1/proof.json", TOY.asset_path("toy.css")}


def test_a_new_story_prints_its_page_its_lists_and_the_map(county: County) -> None:
    # It is the thirteenth: no list has opened a second page, so the count of pages is what it was.
    assert printed(county, county.story(13)) == {"a/13/index.html", "index.html", "sitemap/1.xml", *NEWS}


def test_a_new_title_reprints_the_story_and_its_two_lists_only(county: County) -> None:
    assert printed(county, county.story(12, headline="改过的标题")) == {
        "a/12/index.html", "index.html", *NEWS,
    }  # fmt: skip


def test_a_new_title_of_an_old_story_leaves_the_home_page_alone(county: County) -> None:
    assert printed(county, county.story(2, headline="改过的标题")) == {"a/2/index.html", *NEWS}


def test_a_new_word_in_the_body_reprints_the_story_alone(county: County) -> None:
    body = [{"kind": "paragraph", "runs": [{"t": "第3篇的王文。"}]}]
    assert printed(county, county.story(3, body=body)) == {"a/3/index.html"}


def test_the_same_version_released_again_prints_its_own_page_only(county: County) -> None:
    assert printed(county, county.story(3)) == {"a/3/index.html"}


LISTED = {"corrections/index.html", "corrections/feed.xml"}


def test_a_correction_reprints_the_story_and_the_list_of_corrections_with_its_feed_only(county: County) -> None:
    fixed = {"correction": "2026-11-02 第二段“三百”应为“三百四十”。"}
    assert printed(county, county.story(3, **fixed)) == {"a/3/index.html", *LISTED}
    both = {"correction": f"{fixed['correction']}\n2026-11-05 图说中的地名有误。"}
    assert printed(county, county.story(3, **both)) == {"a/3/index.html", *LISTED}
    page = served(county, "corrections/index.html")
    assert page.index("图说中的地名") < page.index("应为"), "newest first, and the first one stays"


def test_a_correction_with_a_new_title_reprints_the_lists_that_show_the_title_too(county: County) -> None:
    changed = {"correction": "2026-11-02 标题有误。", "headline": "改过的标题"}
    assert printed(county, county.story(2, **changed)) == {"a/2/index.html", *NEWS, *LISTED}
    assert printed(county, county.story(2, **changed, tags=["水"])) == {
        "a/2/index.html", "tags/index.html", "t/327b54d04f/index.html",
    }, "a version that corrects nothing anew leaves the list alone"  # fmt: skip


def test_a_withdrawal_that_is_made_known_stands_among_the_corrections_until_the_story_comes_back(
    county: County,
) -> None:
    printed(county, county.story(3, correction="2026-11-02 数字有误。"))
    assert printed(county, county.withdraw(3, "rights")) >= LISTED
    page = served(county, "corrections/index.html")
    assert "涉及他人权益" in page
    assert "数字有误" not in page, "what was withdrawn takes its own lines along"
    assert printed(county, county.story(3, body=[{"kind": "heading", "text": "改好了", "level": 2}])) >= LISTED
    assert "涉及他人权益" not in served(county, "corrections/index.html")
    assert not LISTED & printed(county, county.withdraw(3))


def test_the_twenty_first_correction_opens_a_second_page_and_leaves_the_older_alone(county: County) -> None:
    for number in range(1, 13):
        printed(county, county.story(number, correction=f"2026-11-{number:02} 甲。\n2026-11-{number:02} 乙。"))
    made = {"corrections/p1.html", "corrections/p2.html"}
    assert look.explain(county.home, "corrections/p1.html") is not None
    assert printed(county, county.story(13, correction="2026-11-20 丙。")) & made == {"corrections/p2.html"}


def test_a_book_of_the_version_before_gets_the_list_of_corrections_with_its_first_edition(county: County) -> None:
    printed(county, county.story(3, correction="第二段有误。"))
    county.press.close()
    with closing(swap().connect(county.home / "press/press.sqlite3", isolation_level=None)) as book:
        for table in ("corrections", "recalls"):
            book.execute(f"DROP TABLE {table}")
        for table in ("bounds", "entries", "lists"):
            book.execute(f"DELETE FROM {table} WHERE list = 'corrections'")
        for table in ("pages", "reads"):
            book.execute(f"DELETE FROM {table} WHERE path LIKE 'corrections/%'")
        book.execute("DELETE FROM queries WHERE key LIKE '%:corrections%'")
        book.execute("UPDATE meta SET value = 'the programs of before' WHERE name = 'printer'")
        book.execute("PRAGMA user_version=2")
    county.press = county.opened()
    assert county.press.number() == 2
    county.press.publish()
    assert "第二段有误。" in served(county, "corrections/index.html")
    assert "第二段有误。" in served(county, "corrections/feed.xml")


def served(county: County, path: str) -> str:
    return Server(county.home).answer("GET", f"/{path}", {}).body.decode()


def test_a_story_that_another_one_names_takes_that_one_along(county: County) -> None:
    assert printed(county, county.story(13, kicker="2")) == {"a/13/index.html", "index.html", "sitemap/1.xml", *NEWS}
    assert "a/13/index.html" in printed(county, county.story(2, headline="改过的标题"))
    assert "a/13/index.html" in printed(county, county.withdraw(2))


def test_a_first_tag_makes_its_page_and_the_next_story_joins_it(county: County) -> None:
    water = "t/327b54d04f/index.html"
    assert printed(county, county.story(5, tags=["水"])) == {"a/5/index.html", water, "tags/index.html"}
    assert printed(county, county.story(6, tags=["水"])) == {"a/6/index.html", water, "tags/index.html"}


def test_a_tag_page_is_not_printed_for_another_tag(county: County) -> None:
    printed(county, county.story(5, tags=["水"]), county.story(6, tags=["山"]))
    assert printed(county, county.story(7, tags=["山"])) == {
        "a/7/index.html", f"t/{digest('山'.encode())[:10]}/index.html", "tags/index.html",
    }  # fmt: skip


def test_the_last_story_of_a_tag_takes_its_page_along(county: County) -> None:
    printed(county, county.story(5, tags=["水"]))
    issued, _ = county.press.publish([county.story(5)])
    assert issued is not None
    assert issued.gone == ("t/327b54d04f/index.html",)
    county.press.build_full()


def test_a_story_that_moves_prints_both_sections(county: County) -> None:
    assert printed(county, county.story(4, section="life")) == {
        "a/4/index.html", "index.html", *NEWS, "life/index.html", "life/feed.xml",
    }  # fmt: skip


def test_the_twenty_first_story_opens_a_second_page(county: County) -> None:
    for number in range(13, 21):
        printed(county, county.story(number))
    assert printed(county, county.story(21)) == {
        "a/21/index.html", "index.html", *NEWS, "news/p1.html", "news/p2.html", "sitemap/1.xml", "sitemap.xml",
    }  # fmt: skip


def test_a_change_on_an_archived_page_prints_that_page_only(county: County) -> None:
    printed(county, *(county.story(number) for number in range(13, 82)))
    assert look.explain(county.home, "news/p5.html") is not None
    assert printed(county, county.story(45, headline="改过的标题")) == {"a/45/index.html", "news/p3.html"}


def test_a_withdrawal_in_the_archive_leaves_a_gap_and_moves_no_other_page(county: County) -> None:
    printed(county, *(county.story(number) for number in range(13, 82)))
    assert printed(county, county.withdraw(45)) == {"news/p3.html", "sitemap/1.xml"}


def test_an_archived_page_that_falls_empty_takes_half_of_its_neighbour(county: County) -> None:
    printed(county, *(county.story(number) for number in range(13, 62)))
    printed(county, *(county.withdraw(number) for number in range(21, 40)))
    assert printed(county, county.withdraw(40)) == {
        "news/p2.html", "news/p3.html", "sitemap/1.xml",
    }  # fmt: skip
    served = {path: look.explain(county.home, path) for path in ("news/p2.html", "news/p3.html", "news/p4.html")}
    assert all(served.values()), "no number in the middle goes missing"


def test_a_second_release_of_a_section_setting_prints_what_shows_it(county: County) -> None:
    assert len(printed(county, county.site(name="新名字"))) == look.status(county.home)["pages"]


def test_a_section_that_goes_takes_its_pages_along_and_comes_back_with_them(county: County) -> None:
    fewer = [one for one in SITE["sections"] if one["id"] != "news"]
    issued, _ = county.press.publish([county.site(sections=fewer)])
    assert issued is not None
    assert set(issued.gone) == NEWS
    county.press.build_full()
    assert printed(county, county.site()) >= NEWS


def test_a_moment_that_comes_prints_the_page_that_waited_for_it(county: County) -> None:
    due = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
    printed(county, county.story(3, deck=f"至{due.isoformat()}"), county.story(4, deck=f"至{due.isoformat()}"))
    assert county.press.next_crossing() == due
    assert not county.press.due()
    county.clock.now = datetime(2026, 11, 9, tzinfo=UTC)
    assert county.press.due()
    assert printed(county) == {"a/3/index.html", "a/4/index.html"}
    assert county.press.next_crossing() is None
    assert printed(county) == set()


def test_a_clock_that_is_set_back_takes_back_nothing(county: County) -> None:
    due = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
    printed(county, county.story(3, deck=f"至{due.isoformat()}"))
    county.clock.now = datetime(2026, 11, 3, tzinfo=UTC)
    assert printed(county) == {"a/3/index.html"}
    root = county.press.root()
    county.clock.now = datetime(2026, 10, 1, tzinfo=UTC)
    assert printed(county) == set()
    assert county.press.root() == root


def test_a_new_theme_prints_everything_and_lets_the_old_files_go(county: County) -> None:
    county.press.close()
    other = Printer(toy, {"toy.css": b"p{color:red}"}, digest(b"other"), "1")
    county.printer = other
    county.press = county.opened()
    pages = look.status(county.home)["pages"]
    issued, _ = county.press.publish()
    assert issued is not None
    assert len(issued.printed) == pages
    assert issued.changed == (other.asset_path("toy.css"),), "the toy's pages do not show their style"
    assert issued.gone == (TOY.asset_path("toy.css"),)
    county.press.build_full()


def test_new_programs_that_print_the_same_make_no_new_edition(county: County) -> None:
    county.press.close()
    county.printer = Printer(TOY.render, TOY.assets, TOY.theme, "2")
    county.press = county.opened()
    assert county.press.due()
    assert county.press.publish() == (None, {})
    assert not county.press.due()


def test_a_picture_comes_with_its_first_user_and_leaves_with_its_last(county: County) -> None:
    issued, _ = county.press.publish([county.story(5, lead=picture(1)), county.story(6, lead=picture(1))])
    assert issued is not None
    shots = [path for path in issued.changed if path.startswith("p/")]
    assert len(shots) == 7, "480, 960 and 1440 pixels in AVIF and WebP, one JPEG; never 1600, and once for both stories"
    issued, _ = county.press.publish([county.withdraw(5)])
    assert issued is not None
    assert not set(shots) & set(issued.gone)
    issued, _ = county.press.publish([county.withdraw(6)])
    assert issued is not None
    assert set(shots) <= set(issued.gone)
    county.press.build_full()


def test_a_crop_has_printed_sizes_of_its_own_and_a_missing_master_is_refused(county: County) -> None:
    issued, _ = county.press.publish([county.story(5, lead=picture(1, [0, 0, 250, 1000]))])
    assert issued is not None
    assert sum(path.startswith("p/") for path in issued.changed) == 3, "a crop of 400 pixels is never made wider"
    lost = {**picture(1), "master": digest(b"nobody has it")}
    order = county.story(6, lead=lost)
    issued, refused = county.press.publish([order, county.story(13)])
    assert issued is not None
    assert "请重新上传" in refused[order.order]
    assert "a/13/index.html" in issued.printed, "one order that is refused keeps no other one back"
    assert drawn(1)


def test_a_withdrawn_story_is_gone_everywhere_and_its_version_never_returns(county: County) -> None:
    first = county.story(13, tags=["水"], lead=picture(1))
    county.press.publish([first])
    issued, _ = county.press.publish([county.withdraw(13)])
    assert issued is not None
    assert {"a/13/index.html", "a/13/proof.json", "t/327b54d04f/index.html"} <= set(issued.gone)
    again = county.story(13, tags=["水"], lead=picture(1))
    _, refused = county.press.publish([again])
    assert "新的定稿" in refused[again.order]
    assert printed(county, county.story(13, headline="另一稿")) >= {"a/13/index.html"}
    assert county.press.rollback(2) is not None
    assert look.explain(county.home, "a/13/index.html") is None, "nor through a roll-back"
    county.press.build_full()


def test_a_withdrawal_that_outruns_its_release_keeps_it_out(county: County) -> None:
    release = county.story(13)
    withdrawal = county.withdraw(13)
    assert printed(county, withdrawal) == set(), "nothing showed it; the withdrawal alone is sealed"
    _, refused = county.press.publish([release])
    assert "撤稿" in refused[release.order]
    assert county.press.rollback(1) is None
    county.press.resume()
    assert printed(county, county.story(13)) >= {"a/13/index.html"}, "a release that was signed later is another matter"
    county.press.rollback(2)
    assert look.explain(county.home, "a/13/index.html") is None
    county.press.build_full()


def test_a_withdrawal_takes_hold_whatever_the_clocks_say(county: County) -> None:
    early = county.withdraw(3)
    between, latest = county.story(3, headline="撤稿之后签发的"), county.story(3, headline="更晚签发的")
    printed(county, latest)
    printed(county, early)
    assert look.explain(county.home, "a/3/index.html") is None
    _, refused = county.press.publish([between])
    assert between.order in refused, "nor does an older release bring it back"


def test_rolling_back_brings_old_versions_less_what_was_withdrawn_since(county: County) -> None:
    root = county.press.root()
    printed(county, county.story(3, headline="改过的标题"), county.story(13))
    issued = county.press.rollback(1)
    assert issued is not None
    assert (issued.number, issued.root) == (3, root), "a new edition with the old content"
    county.press.build_full()
    printed(county, county.withdraw(3))
    county.press.rollback(2)
    county.press.build_full()
    assert look.explain(county.home, "a/3/index.html") is None
    assert look.explain(county.home, "a/13/index.html") is not None, "edition 2 had it"
    with pytest.raises(NoSuchEdition):
        county.press.rollback(99)


def test_an_order_is_carried_out_once(county: County) -> None:
    order = county.story(13)
    assert printed(county, order)
    assert county.press.handled(order.order) == 2
    assert printed(county, order) == set()
    assert county.press.number() == 2


@pytest.mark.parametrize("changed", [{"section": "nowhere"}, {"site": "0" * 16}, {"story": 99}])
def test_an_order_that_does_not_fit_the_site_is_refused_and_changes_nothing(
    county: County, changed: dict[str, object]
) -> None:
    order = county.story(13, **changed)
    root = county.press.root()
    issued, refused = county.press.publish([order])
    assert issued is None
    assert order.order in refused
    assert county.press.refusal(order.order) == refused[order.order]
    assert county.press.root() == root
    county.press.build_full()


def test_an_older_release_never_replaces_a_newer_one(county: County) -> None:
    older, newer = county.story(3, headline="旧"), county.story(3, headline="新")
    printed(county, newer)
    _, refused = county.press.publish([older])
    assert older.order in refused


def test_a_proof_of_another_version_is_refused(county: County) -> None:
    order = county.story(3, headline="一个标题")
    forged = Admit(order.order, order.key, content(3, headline="另一个标题"), order.proof, order.released)
    _, refused = county.press.publish([forged])
    assert order.order in refused


def kept(county: County) -> dict[str, list[tuple[object, ...]]]:
    """What the book has of pieces, lists, reads and files."""
    db = county.press._tools.book.db
    tables = (
        "pieces versions proofs history rows entries lists bounds queries reads crossings pages shelf nodes bundles"
    )
    return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables.split()}


def test_orders_that_are_refused_leave_in_the_book_what_a_lot_without_them_leaves(tmp_path: Path) -> None:
    county, other = (County(tmp_path / name, TOY, disk=Fast()).start(4) for name in ("one", "other"))
    good = [county.story(5, tags=["水"]), county.story(2, headline="新"), county.story(6, tags=["山"])]
    old, forged, spoilt = county.story(3, headline="旧"), county.story(7), county.story(8)
    newer = county.story(3, headline="新")
    bad = [
        county.story(9, section="nowhere", tags=["路"]),
        county.story(9, site="0" * 16),
        Admit(forged.order, forged.key, content(7, headline="别的"), forged.proof, forged.released),
        Admit(spoilt.order, spoilt.key, b" " + spoilt.content, spoilt.proof, spoilt.released),
        Admit("cut", "story:10", content(10), county.story(10).proof[:-2], forged.released),
        county._signed("setting:other", content(11)),
    ]
    issued, refused = county.press.publish([bad[0], good[0], newer, *bad[1:4], good[1], old, *bad[4:], good[2]])
    assert refused.keys() == {old.order, *(order.order for order in bad)}
    assert {county.press.handled(order) for order in refused} == {None}
    assert {county.press.handled(order.order) for order in [*good, newer]} == {2}
    again, none = other.press.publish([good[0], newer, *good[1:]])
    assert none == {}
    assert issued is not None
    assert again is not None
    assert (issued.root, issued.printed, issued.changed) == (again.root, again.printed, again.changed)
    assert kept(county) == kept(other)
    county.press.build_full()


def test_two_words_that_share_an_address_are_told_apart_within_a_lot_too(county: County) -> None:
    # Forty bits of their SHA-256 are the same.
    first, second, both = (county.story(13 + at, tags=tags) for at, tags in enumerate(
        (["水995278"], ["水1023401"], ["水1023401", "水995278"])
    ))  # fmt: skip
    _, refused = county.press.publish([first, second, both])
    assert refused.keys() == {second.order, both.order}
    assert all("网址相同" in why for why in refused.values())
    county.press.build_full()
    printed(county, county.withdraw(13))
    assert "a/14/index.html" in printed(county, county.story(14, tags=["水1023401"])), "the address is free again"


def test_a_piece_that_changes_several_times_in_a_lot_stands_as_the_last_order_says(county: County) -> None:
    root = county.press.root()
    lot = [
        county.story(3, headline="一", tags=["水"]), county.story(13, section="life", tags=["山"]),
        county.story(3, headline="二", section="life"), county.story(13, tags=["村"]), county.story(3, tags=["村"]),
    ]  # fmt: skip
    assert printed(county, *lot, lot[-1]) >= {"a/3/index.html", "a/13/index.html"}
    assert county.press.number() == 2, "nothing stands in the way of one edition for all"
    db = county.press._tools.book.db
    tags = [path for (path,) in db.execute("SELECT path FROM pages WHERE path GLOB 't/*'")]
    assert tags == [f"t/{digest('村'.encode())[:10]}/index.html"]
    issued = county.press.rollback(1)
    assert issued is not None
    assert issued.root == root, "it stands again as before the lot, not as within it"
    county.press.build_full()


def test_what_cannot_be_printed_is_refused_alone(tmp_path: Path) -> None:
    def fails(path: str, reader: Reader) -> bytes:
        printed = reader.story(int(path.split("/")[1])) if path.startswith("a/") else None
        if printed and printed.story.headline == "坏":
            raise NotAPiece("no")
        return toy(path, reader)

    county = County(tmp_path, Printer(fails, TOY.assets), disk=Fast()).start(2)
    bad, good = county.story(3, headline="坏"), county.story(4)
    issued, refused = county.press.publish([bad, good])
    assert issued is not None
    assert set(refused) == {bad.order}
    assert "a/4/index.html" in issued.changed
    county.press.build_full()


def test_a_fault_in_the_records_is_found_by_a_full_build(county: County) -> None:
    county.press._tools.book.db.execute("DELETE FROM reads WHERE path = 'index.html' AND key = 'latest:all:6'")
    with pytest.raises(Inexact, match=r"index\.html reads latest:all:6"):
        county.press.build_full()


def test_a_preview_shows_the_draft_and_keeps_nothing(county: County) -> None:
    before = stored(county.home)
    page = county.press.preview(content(3, headline="还在改", lead=picture(2))).decode()
    assert "还在改" in page
    assert f"/desk/pictures/{picture(2)['master']}" in page
    assert stored(county.home) == before
    assert county.press.number() == 1
    with pytest.raises(NotAPiece):
        county.press.preview(b"{}")


def test_two_presses_never_share_a_home(county: County) -> None:
    with pytest.raises(NotReady):
        county.opened()


def test_before_the_site_has_a_name_nothing_is_printed(tmp_path: Path) -> None:
    county = County(tmp_path, TOY, disk=Fast())
    order = county.story(1)
    assert county.press.publish([order]) == (None, {order.order: "网站还没有名称和栏目，请先签发网站设置。"})
    assert look.status(tmp_path) == {"edition": 0, "root": "", "pages": 0, "files": 0, "bytes": 0}
    assert isinstance(county.press, Press)
    with pytest.raises(NotReady):
        county.press.build_full()
    assert issubclass(CannotPrint, LookupError)


def test_after_a_rollback_only_withdrawals_are_carried_out_until_somebody_says_resume(county: County) -> None:
    printed(county, county.story(3, headline="改过的标题"))
    county.press.rollback(1)
    root, waiting = county.press.root(), county.story(13)
    county.clock.tick(30 * 24 * 3600)
    assert county.press.publish([waiting]) == (None, {})
    assert (county.press.root(), county.press.handled(waiting.order), county.press.due()) == (root, None, False)
    county.reopen()
    assert county.press.held() == 1
    withdrawal = county.withdraw(5)
    county.press.publish([withdrawal, waiting])
    assert county.press.handled(withdrawal.order)
    assert county.press.handled(waiting.order) is None
    assert look.explain(county.home, "a/5/index.html") is None
    county.press.resume()
    assert printed(county, waiting) >= {"a/13/index.html"}
    county.press.build_full()
