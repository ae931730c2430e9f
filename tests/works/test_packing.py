"""The second pass: what is live is packed when there is time, and what is live no longer is not lying about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hemei.press import coding, look, packing
from hemei.press.coding import CODINGS, pack, unpack
from hemei.press.packed import Packed
from hemei.press.store import Store
from tests.works.press_sample import County, Fast, picture, stored
from tests.works.test_press_serve import Printer, wordy

DAY = 24 * 3600


@pytest.fixture
def county(tmp_path: Path) -> County:
    county = County(tmp_path / "home", Printer(wordy, {"toy.css": b"p{}"}), disk=Fast()).start(6)
    county.press.publish([county.story(7, lead=picture(1))])
    return county


def through(county: County) -> int:
    """Pack all there is; how many slices that took."""
    slices = 1
    while county.press.pack():
        slices += 1
    return slices


def names(county: County) -> set[str]:
    return {path.name for path in (county.home / "press/packed").glob("??/*")}


def text(county: County) -> set[str]:
    """Digests of what wants to be packed of the live edition; the toy style sheet is too small."""
    files = look.files(county.home, county.press.number())
    return {name for path, name in files.items() if path.endswith((".html", ".xml", ".txt"))}


def test_every_page_is_packed_in_three_codings_and_no_picture_and_no_proof(county: County) -> None:
    through(county)
    assert names(county) == text(county)
    store, packed = Store(county.home / "press/store", reading=True), Packed(county.home / "press/packed")
    for name in text(county):
        page = store.get(name)
        forms = [packed.get(name, each, len(page)) for each in CODINGS]
        assert [form and unpack(each, form, len(page)) for each, form in zip(CODINGS, forms, strict=True)] == [page] * 3
    assert through(county) == 1


def test_it_comes_in_short_slices_and_what_was_changed_last_comes_first(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.reopen()
    monkeypatch.setattr(packing, "HEAVY", 1)
    assert county.press.pack()
    assert len(names(county)) == 1
    before = look.files(county.home, county.press.number())
    county.press.publish([county.story(3, headline="改过了")])
    after = look.files(county.home, county.press.number())
    changed = {name for path, name in after.items() if before.get(path) != name} & text(county)
    assert len(changed) > 3
    for done in range(len(changed)):
        assert len(names(county) & changed) == done
        assert county.press.pack()
    assert through(county) > len(text(county) - changed) - 2
    assert names(county) == text(county)


def test_a_great_printing_is_found_by_the_walk(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    through(county)
    monkeypatch.setattr(packing, "WAITING", 3)
    monkeypatch.setattr(packing, "LOOKED", 5)
    county.press.publish([county.story(number, headline="改过了") for number in range(1, 7)])
    assert through(county) > 3
    assert text(county) <= names(county)


def test_withdrawn_words_leave_at_the_next_slice_and_replaced_ones_too(county: County) -> None:
    through(county)
    files = look.files(county.home, county.press.number())
    gone = [files["a/7/index.html"], files["a/2/index.html"]]
    assert names(county) >= set(gone)
    county.press.publish([county.withdraw(7), county.story(2, headline="改过了")])
    county.press.pack()
    assert names(county) & set(gone) == set()
    assert stored(county.home) >= set(gone), "a rollback may need the page"
    through(county)
    assert names(county) == text(county)


def test_what_came_back_as_it_was_is_not_let_go(county: County) -> None:
    through(county)
    page = look.files(county.home, county.press.number())["index.html"]
    county.press.publish([county.withdraw(3)])
    county.press.rollback(county.press.number())
    county.press.resume()
    through(county)
    assert page not in names(county)
    assert names(county) == text(county)


def test_what_a_cut_left_is_swept_and_what_is_pulped_goes_with_it(county: County) -> None:
    through(county)
    old = look.files(county.home, county.press.number())["a/4/index.html"]
    county.press.publish([county.withdraw(4)])
    county.reopen()  # before the second pass heard of it
    through(county)
    assert old in names(county)
    for _ in range(16):
        county.press.tidy()
    assert names(county) == text(county)
    (county.home / "press/packed" / old[:2]).mkdir(exist_ok=True)
    (county.home / "press/packed" / old[:2] / old).write_bytes(b"words")
    county.clock.tick(40 * DAY)
    county.press.publish([county.story(1, headline="另一天")])
    county.press.tidy()
    assert old not in names(county)


def test_a_full_or_faulty_disk_is_left_alone_and_asked_again(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "ROOM", 1 << 62)
    assert not county.press.pack()
    assert names(county) == set()
    monkeypatch.undo()
    place = county.home / "press/packed"
    place.write_bytes(b"in the way")
    assert not county.press.pack()
    county.press.publish([county.story(1, headline="照样付印")])
    assert not county.press.pack()
    place.unlink()
    through(county)
    assert names(county) == text(county)
    assert {path.name for path in place.iterdir() if path.is_file()} == set()


def test_a_file_that_a_power_cut_left_short_is_made_again_on_the_next_walk(county: County) -> None:
    through(county)
    place = next((county.home / "press/packed").glob("??/*"))
    whole = place.read_bytes()
    for cut in (whole[:-1], whole[:9], b"", bytes(len(whole))):
        place.write_bytes(cut)
        through(county)
        assert place.read_bytes() == cut
        county.press.tidy()
        through(county)
        assert place.read_bytes() == whole


def test_words_that_a_cut_left_aside_are_gone_at_the_next_start(county: County) -> None:
    through(county)
    (county.home / "press/packed/new").write_bytes(b"words")
    county.reopen()
    assert not (county.home / "press/packed/new").exists()


@given(st.binary(min_size=1, max_size=3000), st.sampled_from(CODINGS), st.data())
@example(bytes(100_000), "zstd", None)
def test_only_what_was_packed_whole_is_unpacked(data: bytes, of: str, more: st.DataObject | None) -> None:
    packed = pack(of, data)
    assert unpack(of, packed, len(data)) == data
    assert unpack(of, packed, len(data) + 1) is None
    assert unpack(of, packed + b"x", len(data)) is None
    assert unpack(of, packed + packed, len(data)) is None
    assert unpack(of, packed[:-1], len(data)) is None
    assert unpack(of, packed, len(data) - 1) is None
    if more:
        at = more.draw(st.integers(0, len(packed) - 1))
        altered = unpack(of, packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :], len(data))
        assert altered is None or len(altered) == len(data)


@pytest.mark.parametrize("of", CODINGS)
def test_a_bomb_is_not_unpacked(of: str) -> None:
    bomb = pack(of, bytes(32 << 20))
    assert len(bomb) < 64 << 10
    assert unpack(of, bomb, 10_000) is None


def test_a_header_as_long_as_no_browsers_is_not_taken_apart() -> None:
    assert coding.taken("br," * 100) == ()
    assert coding.taken("gzip, deflate, br") == ("br", "gzip")
