"""Small files of the store are sheets in one database; whatever their way, bytes that have a name are whole and found."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from hemei.press import store as storing
from hemei.press.book import snapshot
from hemei.press.errors import BadStore, NotReady, PressError
from hemei.press.look import live
from hemei.press.serve import Server
from hemei.press.sheets import NAME, Connection
from hemei.press.store import SMALL, Store
from hemei.press.switch import export
from hemei.seal.digest import Digest, digest
from hemei.seal.verify import verify
from hemei.sqlite import swap
from tests.works.press_sample import START, TOY, County, Fast, as_before_sheets, hurt, stored
from tests.works.test_press_serve import got

WITHDRAWN = "撤下的话".encode() * 9


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home / "press/store", Fast())


def keep(store: Store, *data: bytes) -> list[Digest]:
    with store.settled():
        return [store.put(each) for each in data]


def shelved(home: Path) -> set[str]:
    return {path.name for path in home.glob("press/store/??/*")}


def test_small_ones_are_sheets_and_large_ones_are_files(home: Path, store: Store) -> None:
    data = [b"", b"x" * (SMALL - 1), b"x" * SMALL]
    names = keep(store, *data)
    assert shelved(home) == {names[2]}
    assert stored(home) == set(names)
    for each in (store, Store(store.folder, reading=True)):
        assert [each.get(name) for name in names] == data


def test_what_is_put_is_had_at_once_and_by_others_when_it_is_settled(store: Store) -> None:
    other = Store(store.folder, reading=True)
    with store.settled():
        names = [store.put(each) for each in (b"", b"small", b"x" * SMALL)]
        assert [len(store.get(name)) for name in names] == [0, 5, SMALL]
        for name in names:
            with pytest.raises(BadStore, match=name):
                other.get(name)
    assert [len(other.get(name)) for name in names] == [0, 5, SMALL]


def test_the_same_bytes_are_kept_once(home: Path, store: Store) -> None:
    (name,) = set(keep(store, b"same", b"same") + keep(store, b"same"))
    (large,) = set(keep(store, bytes(SMALL), bytes(SMALL)) + keep(store, bytes(SMALL)))
    assert stored(home) == {name, large}
    for _ in range(2):  # as other processes hand it in
        with store.settled():
            for _ in (1, 2):
                lot = store.lay(b"what is to be printed")
                Path(lot).write_bytes(b"same")
                store.adopt(lot, [(name, 4)])
    assert stored(home) == {name, large}
    with store.settled():
        assert store.drop([name, large]) == 2


def test_what_fails_is_forgotten(home: Path, store: Store) -> None:
    (before,) = keep(store, b"before")

    def fails() -> None:
        with store.settled():
            store.put(b"small")
            store.put(bytes(SMALL))
            store.drop([before])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert stored(home) == {before}
    assert list((store.folder / "new").iterdir()) == []
    assert keep(store, b"small") == [digest(b"small")]
    assert stored(home) == {before, digest(b"small")}


def test_a_great_many_are_settled_in_lots_beside(home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "MOST", 100)
    data = [f"sheet {number}".encode() for number in range(300)]
    other = Store(store.folder, reading=True)
    with store.settled():
        names = [store.put(each) for each in data]
        assert [store.get(name) for name in names] == data
    assert [other.get(name) for name in names] == data
    assert stored(home) == set(names)


def test_a_lot_that_cannot_be_settled_beside_fails_the_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Fast):
        left = 3

        def commit(self, db: Connection) -> None:
            self.left -= 1
            if not self.left:
                raise OSError(28, "full")
            super().commit(db)

    monkeypatch.setattr(storing, "MOST", 100)
    store = Store(home / "press/store", Full())
    data = [f"sheet {number}".encode() for number in range(300)]
    with pytest.raises(OSError, match="full"):
        keep(store, *data)
    assert 0 < len(stored(home)) < 300
    assert keep(store, *data) == [digest(each) for each in data]
    assert len(stored(home)) == 300


def test_files_of_an_older_store_are_found_and_not_doubled(home: Path, store: Store) -> None:
    names = keep(store, b"one", b"two")
    store.close()
    as_before_sheets(home)
    assert shelved(home) == set(names)
    store = Store(store.folder, Fast())
    assert keep(store, b"two", b"three")[0] == names[1]
    assert shelved(home) == set(names)
    assert [store.get(name) for name in names] == [b"one", b"two"]
    with store.settled():
        assert store.drop([names[0], digest(b"three"), digest(b"none")]) == 2
    assert stored(home) == {names[1]}


def test_every_sheet_is_on_one_of_256_shelves(store: Store) -> None:
    put = set()
    with store.settled():
        for number in range(2000):
            put.add(store.put(b"%d" % number))
    found = [name for shelf in range(256) for name, _ in store.names(shelf)]
    assert len(found) == len(set(found)) == 2000
    assert set(found) == put
    assert all(name.startswith(f"{shelf:02x}") for shelf in (0, 255) for name, _ in store.names(shelf))


def test_a_sheet_that_was_cut_short_is_written_again(store: Store) -> None:
    with store.settled():
        name = store.put(b"whole")
    with closing(swap().connect(store.folder / NAME)) as db, db:
        db.execute("UPDATE sheets SET data = substr(data, 1, 2)")
    with pytest.raises(BadStore):
        store.get(name)
    with store.settled():
        store.put(b"whole")
    assert store.get(name) == b"whole"
    with store.settled():
        assert store.drop([name]) == 2


def test_a_reader_finds_another_database_in_the_place(home: Path, store: Store) -> None:
    with store.settled():
        store.put(b"old")
    reader = Store(store.folder, reading=True)
    assert reader.get(digest(b"old")) == b"old"
    store.close()
    for left in store.folder.glob("sheets.sqlite3*"):
        left.rename(home / left.name)
    fresh = Store(store.folder)
    with fresh.settled():
        fresh.put(b"new")
    assert reader.get(digest(b"new")) == b"new"
    fresh.close()


def test_what_is_dropped_is_written_over_at_the_next_rest(store: Store) -> None:
    def lying_about() -> bool:
        return any(WITHDRAWN in path.read_bytes() for path in store.folder.glob(f"{NAME}*"))

    names = keep(store, WITHDRAWN, bytes(20_000) + WITHDRAWN, *(f"{number}".encode() * 99 for number in range(50)))
    assert lying_about()
    store.rest()
    assert lying_about()
    with store.settled():
        store.drop(names[:2])
    store.rest()
    assert not lying_about()


def test_it_is_written_over_as_soon_as_nobody_reads(store: Store) -> None:
    (name, _) = keep(store, WITHDRAWN, b"stays")
    reader = swap().connect(store.folder / NAME, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM sheets").fetchall()
    with store.settled():
        store.drop([name])
    store.rest()
    assert any(WITHDRAWN in path.read_bytes() for path in store.folder.glob(f"{NAME}*"))
    reader.close()
    store.rest()
    assert not any(WITHDRAWN in path.read_bytes() for path in store.folder.glob(f"{NAME}*"))


def test_readers_in_several_threads_find_it_all(store: Store) -> None:
    data = [f"sheet {number}".encode() for number in range(200)]
    names = keep(store, *data)
    reader = Store(store.folder, reading=True)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(reader.get, names * 5)) == data * 5


def test_a_reader_that_was_there_before_the_store_finds_what_comes(home: Path) -> None:
    reader = Store(home / "press/store", reading=True)
    with pytest.raises(BadStore):
        reader.get(digest(b"small"))
    assert not home.exists()
    keep(Store(home / "press/store", Fast()), b"small")
    assert reader.get(digest(b"small")) == b"small"
    with pytest.raises(NotReady, match="只供读取"):
        keep(reader, b"other")


def test_altered_bytes_are_told(home: Path, store: Store) -> None:
    (name,) = keep(store, b"small")
    hurt(home, name, b"other")
    with pytest.raises(BadStore, match="被改动过"):
        store.get(name)


# A database that is none, or not whole


def overwritten(place: Path) -> None:
    size = place.stat().st_size
    with place.open("r+b") as file:
        file.seek(16_384)
        file.write(b"\x5a" * (size - 16_384))


def truncated(place: Path) -> None:
    os.truncate(place, place.stat().st_size // 2 - 99)


def none_at_all(place: Path) -> None:
    place.write_bytes(b"this is no database " * 999)


def anothers(place: Path) -> None:
    place.unlink()
    db = swap().connect(place)
    db.execute("CREATE TABLE theirs(x)")
    db.close()


DAMAGE = [overwritten, truncated, none_at_all, anothers, Path.unlink]


@pytest.fixture
def printed(home: Path) -> Path:
    county = County(home, TOY, disk=Fast()).start(30)
    county.press.close()
    return home


@pytest.mark.parametrize("damage", DAMAGE)
def test_readers_of_a_damaged_store_are_told_500_and_verify_and_export_say_why(
    printed: Path, damage: Callable[[Path], object]
) -> None:
    damage(printed / "press/store" / NAME)
    server = Server(printed)
    for _ in range(2):
        assert got(server, "/").status == 500
        assert got(server, "/.well-known/hemei/edition.json").status == 200
    key = bytes.fromhex((printed / "keys/root.pub").read_text())
    with live(printed) as source:
        report = verify(source, key, START + timedelta(hours=2), proofs=True)
    why = {each.path: each.why for each in report.bad}
    assert "成品库" in why["index.html"]
    with pytest.raises(BadStore, match="成品库"):
        export(printed, printed / "out")


@pytest.mark.parametrize("damage", [none_at_all, anothers])
def test_a_press_does_not_open_another_programs_store(printed: Path, damage: Callable[[Path], object]) -> None:
    damage(printed / "press/store" / NAME)
    with pytest.raises(NotReady, match="移走"):
        County(printed, TOY, disk=Fast())


@pytest.mark.parametrize("damage", [overwritten, truncated])
def test_a_press_with_a_damaged_store_says_so_and_keeps_its_edition(
    printed: Path, damage: Callable[[Path], object]
) -> None:
    damage(printed / "press/store" / NAME)
    try:
        county = County(printed, TOY, disk=Fast())
        county.press.build_full()
    except PressError as error:
        told = str(error)
    assert "移走成品库" in told
    with snapshot(printed / "press/press.sqlite3") as book:
        assert book.execute("SELECT max(number) FROM editions").fetchone() == (1,)


def test_without_its_sheets_a_full_build_prints_them_again(printed: Path) -> None:
    before = stored(printed)
    (printed / "press/store" / NAME).unlink()
    county = County(printed, TOY, disk=Fast())
    assert county.press.build_full() == county.press.root()
    assert stored(printed) == before
    assert got(Server(printed), "/").status == 200
