"""Reams: what other processes print stays in the files that they wrote, until the first of its sheets is dropped."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hemei.press import store as storing
from hemei.press.errors import BadStore
from hemei.press.sheets import NAME, REAMS
from hemei.press.store import Store
from hemei.seal.digest import Digest, digest
from hemei.sqlite import swap
from tests.works.press_sample import Fast, stored
from tests.works.test_store import home, keep, store

__all__ = ["home", "store"]


PAGES = [f"page {number} ".encode() * 8000 for number in range(6)]


def bound(store: Store, pages: list[bytes]) -> list[Digest]:
    """These pages printed by another process, in one lot."""
    names = [digest(page) for page in pages]
    with store.settled():
        lot = store.lay(b"a task")
        Path(lot).write_bytes(b"".join(pages))
        store.adopt(lot, [(name, len(page)) for name, page in zip(names, pages, strict=True)])
    return names


def reams(store: Store) -> list[Path]:
    return sorted((store.folder / REAMS).iterdir())


def test_what_other_processes_print_stays_in_the_files_that_they_wrote(home: Path, store: Store) -> None:
    names = bound(store, PAGES[:3]) + bound(store, PAGES[3:])
    assert [ream.read_bytes() for ream in reams(store)] == [b"".join(PAGES[:3]), b"".join(PAGES[3:])]
    assert list((store.folder / "new").iterdir()) == []
    for each in (store, Store(store.folder, reading=True)):
        assert [each.get(name) for name in names] == PAGES
    assert stored(home) == set(names)
    assert {name for shelf in range(256) for name, _ in store.names(shelf)} == set(names)


def test_a_lot_that_is_mostly_there_already_or_small_is_no_ream(home: Path, store: Store) -> None:
    names = keep(store, *PAGES[:4])
    assert bound(store, PAGES) == [*names, *map(digest, PAGES[4:])]
    assert bound(store, [b"small", b"smaller"])
    assert reams(store) == []
    assert [store.get(digest(page)) for page in [*PAGES, b"small"]] == [*PAGES, b"small"]
    assert bound(store, [b"other", *PAGES])[1:] == list(map(digest, PAGES))
    assert reams(store) == []


def test_what_lies_in_a_ream_is_not_written_again(home: Path, store: Store) -> None:
    names = bound(store, PAGES)
    assert bound(store, PAGES) == keep(store, *PAGES) == names
    assert len(reams(store)) == 1
    with store.settled():
        assert store.drop(names) == len(names)
    assert stored(home) == set()


def test_a_ream_of_which_one_sheet_is_dropped_is_opened_and_goes_a_day_later(home: Path, store: Store) -> None:
    names, (ream,) = bound(store, PAGES), reams(store)
    reader = Store(store.folder, reading=True)
    assert reader.get(names[1]) == PAGES[1]
    with store.settled():
        assert store.drop([names[0], digest(b"none")]) == 1
    assert stored(home) == set(names[1:])
    touched = ream.stat().st_mtime
    assert store.clear(touched - 1) == 0
    assert store.clear(touched + 1) == 1
    assert reams(store) == []
    for each in (store, reader):
        assert [each.get(name) for name in names[1:]] == PAGES[1:]
        with pytest.raises(BadStore, match=names[0]):
            each.get(names[0])


def test_what_was_there_before_and_lies_in_a_ream_too_leaves_both(store: Store) -> None:
    (name,) = keep(store, PAGES[0])
    names, (ream,) = bound(store, PAGES), reams(store)
    assert names[0] == name
    with store.settled():
        assert store.drop([name]) == 2
    store.clear(ream.stat().st_mtime + 1)
    store.rest()
    assert reams(store) == []
    assert not any(PAGES[0] in path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert [store.get(each) for each in names[1:]] == PAGES[1:]


def test_a_reader_finds_what_moved_out_of_a_ream_under_its_hands(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    names, (ream,) = bound(store, PAGES), reams(store)
    reader = Store(store.folder, reading=True)
    look = reader._sheets._in_ream

    def late(where: str) -> bytes | None:
        if ream.exists():
            with store.settled():
                store.drop([names[0]])
            store.clear(ream.stat().st_mtime + 1)
        return look(where)

    monkeypatch.setattr(reader._sheets, "_in_ream", late)
    assert reader.get(names[1]) == PAGES[1]


@pytest.mark.parametrize("lost", [Path.unlink, lambda ream: os.truncate(ream, 9)], ids=["gone", "cut short"])
def test_what_lay_in_a_lost_ream_is_written_again(home: Path, store: Store, lost: Callable[[Path], object]) -> None:
    names, others = bound(store, PAGES[:3]), bound(store, PAGES[3:])
    lost(reams(store)[0])
    with pytest.raises(BadStore, match=names[2]):
        store.get(names[2])
    store.close()
    store = Store(store.folder, Fast())
    assert stored(home) == set(others)
    assert keep(store, *PAGES) == names + others
    assert [store.get(name) for name in names + others] == PAGES


def test_many_lots_are_bound_beside(home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "BOUND", 5)
    monkeypatch.setattr(storing, "WORTH", 1)
    lots = [[f"{lot} {page}".encode() for page in range(3)] for lot in range(20)]
    with store.settled():
        for lot in lots:
            place = store.lay(b"")
            Path(place).write_bytes(b"".join(lot))
            store.adopt(place, [(digest(page), len(page)) for page in lot])
    assert len(reams(store)) == 20
    assert [store.get(digest(page)) for lot in lots for page in lot] == [page for lot in lots for page in lot]
    keep(store, b"and one more")
    assert len(stored(home)) == 61


def test_a_store_of_the_version_without_reams_takes_them(home: Path, store: Store) -> None:
    (name,) = keep(store, b"before")
    store.close()
    with closing(swap().connect(store.folder / NAME, isolation_level=None)) as db:
        db.execute("DROP TABLE reams")
        db.execute("PRAGMA user_version=1")
    reader = Store(store.folder, reading=True)
    assert reader.get(name) == b"before"
    store = Store(store.folder, Fast())
    names = bound(store, PAGES)
    assert [reader.get(each) for each in [name, *names]] == [b"before", *PAGES]
