"""Backup and restore: everything comes back byte by byte, any flipped byte is found, and nothing is half restored."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import textwrap
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei import backup
from hemei.press.store import Store
from hemei.sqlite import swap
from tests.house.test_front import ROOT
from tests.works.press_sample import hurt, stored

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


def live(database: Path) -> tuple[int, set[str]]:
    connection = swap().connect(database)
    try:
        return 7, {digest for (digest,) in connection.execute("SELECT digest FROM page")}
    finally:
        connection.close()


def put(home: Path, name: str, data: bytes) -> str:
    place = home / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return name


def blob(home: Path, store: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return put(home, f"{store}/{digest[:2]}/{digest}", data)


def make_home(home: Path) -> Path:
    put(home, "keys/root.key", b"secret")
    put(home, "keys/roster.json", b"{}")
    put(home, "press/edition.key", b"e" * 32)
    put(home, "logins.json", b'{"people": []}')
    for number in range(6):
        blob(home, "data/masters", f"picture {number}".encode() * 99)
    blob(home, "data/copies", "来稿".encode())
    page = blob(home, "press/store", b"<!doctype html>" + bytes(range(256)) * 40)
    for name, table in (("data/desk.sqlite3", "story (digest)"), ("press/press.sqlite3", "page (digest)")):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        connection = swap().connect(home / name)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"CREATE TABLE {table}")
        connection.execute(f"INSERT INTO {table.split()[0]} VALUES (?)", [page.rsplit("/", 1)[1]])
        connection.commit()
        connection.close()
    Store(home / "press/store").close()
    put(home, "run/desk.sock", b"")
    put(home, "data/desk.sqlite3.lock", b"")
    put(home, "data/masters/ab/half.new", b"half written")
    put(home, "press/sync/0123456789abcdef.sync", b"what a mirror had: an older answer is worse than none")
    put(home, "press/packed/ab/cd", b"what the press makes again by itself")
    return home


def contents(home: Path) -> dict[str, bytes]:
    passing = (".lock", ".new", "-wal", "-shm", ".sqlite3", ".sync")
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
        and not path.name.endswith(passing)
        and not {"run", "packed"} & set(path.relative_to(home).parts)
    }


def rows(database: Path, table: str) -> list[object]:
    connection = swap().connect(database)
    try:
        return list(connection.execute(f"SELECT * FROM {table}").fetchall())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("home") / "var")


@pytest.fixture(scope="module")
def saved(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "a.tar"
    backup.save(home, file, NOW, live)
    return file


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_what_is_saved_comes_back_byte_by_byte(home: Path, tmp_path: Path, name: str) -> None:
    report = backup.save(home, tmp_path / name, NOW, live)
    restored = tmp_path / "again" / "var"
    assert backup.restore(tmp_path / name, restored) == report
    assert contents(restored) == contents(home)
    assert rows(restored / "data/desk.sqlite3", "story") == rows(home / "data/desk.sqlite3", "story")
    assert rows(restored / "press/press.sqlite3", "page") == rows(home / "press/press.sqlite3", "page")
    assert (report.files, report.edition, report.time) == (len(contents(home)) + 3, 7, "2026-05-06T07:08:09Z")
    assert ((restored / "keys/root.key").stat().st_mode & 0o777, (tmp_path / name).stat().st_mode & 0o777) == (
        0o600,
        0o600,
    )
    assert {path.name for path in tmp_path.iterdir()} == {name, "again"}


def test_ordinary_tar_reads_it(saved: Path) -> None:
    with tarfile.open(saved) as tar:
        first = tar.next()
        assert first is not None
        manifest = tar.extractfile(first)
        assert manifest is not None
        assert json.load(manifest)["format"] == "hemei-backup/1"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_flipped_byte_is_found_and_nothing_is_restored(
    tmp_path_factory: pytest.TempPathFactory, saved: Path, data: st.DataObject
) -> None:
    whole = saved.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("flip")
    (folder / "b.tar").write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
    with pytest.raises(backup.BackupFailed):
        backup.restore(folder / "b.tar", folder / "var")
    assert [path.name for path in folder.iterdir()] == ["b.tar"]


def test_every_damaged_object_is_listed_by_path(home: Path, saved: Path, tmp_path: Path) -> None:
    whole = bytearray(saved.read_bytes())
    masters = sorted(name for name in contents(home) if name.startswith("data/masters/"))
    for name in masters[:3]:
        at = whole.index((home / name).read_bytes())
        whole[at + 5] ^= 1
    name = masters[3]  # and one whose header is damaged: its content cannot be found at all
    header = whole.rindex(name.encode(), 0, whole.index((home / name).read_bytes()))
    whole[header + 3] ^= 1
    (tmp_path / "b.tar").write_bytes(whole)
    with pytest.raises(backup.Damaged) as caught:
        backup.restore(tmp_path / "b.tar", tmp_path / "var")
    assert {path for path, _ in caught.value.bad if path.startswith("data/masters/")} >= set(masters[:4])
    assert not {path for path, _ in caught.value.bad} & {"keys/root.key", *masters[4:]}


@pytest.mark.parametrize("keep", [0, 1, 600, 5_000, -1, -85, -2_000])
def test_a_cut_backup_is_refused(saved: Path, tmp_path: Path, keep: int) -> None:
    (tmp_path / "b.tar").write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(backup.BackupFailed):
        backup.restore(tmp_path / "b.tar", tmp_path / "var")
    assert not (tmp_path / "var").exists()


def test_a_cut_or_flipped_zipped_backup_is_refused(home: Path, tmp_path: Path) -> None:
    backup.save(home, tmp_path / "a.tar.gz", NOW, live)
    whole = (tmp_path / "a.tar.gz").read_bytes()
    for number, bad in enumerate([whole[: len(whole) // 2], whole[:500] + b"\0" + whole[501:], whole[:-4] + b"abcd"]):
        (tmp_path / f"{number}.tar.gz").write_bytes(bad)
        with pytest.raises(backup.BackupFailed):
            backup.restore(tmp_path / f"{number}.tar.gz", tmp_path / "var")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["../evil", "/evil", "data/../../evil", "run/x", "data", "data//x", "evil"])
def test_a_backup_made_by_a_stranger_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    content = b"evil"
    files = {name: [4, hashlib.sha256(content).hexdigest()]}
    manifest = json.dumps({"format": "hemei-backup/1", "time": "t", "edition": 1, "files": files}).encode()
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for path, data in (("hemei-backup.json", manifest), (name, content)):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, BytesIO(data))
    made = stream.getvalue()
    sealed = made + b"hemei-backup sha256 " + hashlib.sha256(made).hexdigest().encode() + b"\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.tar").write_bytes(sealed)
    with pytest.raises(backup.BackupFailed):
        backup.restore(tmp_path / "in" / "b.tar", tmp_path / "in" / "var")
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "b.tar"]


def test_restoring_needs_an_empty_home_and_saving_a_new_file(home: Path, saved: Path, tmp_path: Path) -> None:
    put(tmp_path / "var", "note", b"mine")
    with pytest.raises(backup.BackupFailed, match="不是空的"):
        backup.restore(saved, tmp_path / "var")
    assert contents(tmp_path / "var") == {"note": b"mine"}
    with pytest.raises(backup.BackupFailed, match="已经存在"):
        backup.save(home, saved, NOW, live)
    with pytest.raises(backup.BackupFailed, match="不能放在它要备份的目录里"):
        backup.save(home, home / "data" / "b.tar", NOW, live)
    with pytest.raises(backup.BackupFailed, match="没有和媒的数据"):
        backup.save(tmp_path, tmp_path / "b.tar", NOW, live)
    (tmp_path / "empty").mkdir()
    assert backup.restore(saved, tmp_path / "empty").edition == 7


def test_a_blob_that_is_not_what_its_name_says_is_told_when_saving(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    name = next(name for name in contents(home) if name.startswith("data/masters"))
    put(home, name, b"tampered")
    with pytest.raises(backup.BackupFailed, match=name):
        backup.save(home, tmp_path / "b.tar", NOW, live)
    assert not (tmp_path / "b.tar").exists()


def test_a_page_that_the_store_lacks_is_told_when_saving(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    next((home / "press/store").rglob("?" * 64)).unlink()
    with pytest.raises(backup.BackupFailed, match="缺少第 7 版次的 1 个文件"):
        backup.save(home, tmp_path / "b.tar", NOW, live)


def with_a_sheet(home: Path) -> str:
    """A home whose live edition needs a sheet; its digest."""
    store = Store(home / "press/store")
    with store.settled():
        name = store.put(b"<p>a sheet</p>")
    store.close()
    with closing(swap().connect(home / "press/press.sqlite3", isolation_level=None)) as book:
        book.execute("INSERT INTO page VALUES (?)", [name])
    return name


def test_sheets_come_back_while_the_press_has_them_open(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    name = with_a_sheet(home)
    press = Store(home / "press/store")
    with press.settled():
        later = press.put(b"<p>only in the write-ahead log</p>")
        assert backup.save(home, tmp_path / "a.tar", NOW, live).edition == 7
    backup.save(home, tmp_path / "b.tar", NOW, live)
    press.close()
    assert backup.restore(tmp_path / "a.tar", tmp_path / "a").files == len(contents(home)) + 3
    backup.restore(tmp_path / "b.tar", tmp_path / "b")
    assert Store(tmp_path / "a/press/store", reading=True).get(name) == b"<p>a sheet</p>"
    assert stored(tmp_path / "b") - stored(tmp_path / "a") == {later}
    assert stored(tmp_path / "b") == stored(home)


def test_a_sheet_that_is_lacking_or_altered_is_told_when_saving(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    name = with_a_sheet(home)
    hurt(home, name, b"<p>tampered</p>")
    with pytest.raises(backup.BackupFailed, match=f"1 个文件与自己的摘要不符：{name}"):
        backup.save(home, tmp_path / "b.tar", NOW, live)
    hurt(home, name, None)
    with pytest.raises(backup.BackupFailed, match=f"缺少第 7 版次的 1 个文件（{name}）"):
        backup.save(home, tmp_path / "b.tar", NOW, live)
    assert not (tmp_path / "b.tar").exists()


def with_a_ream(home: Path) -> tuple[str, str]:
    """A home whose live edition needs a sheet that lies in a ream, as other processes print; its digest, and another's."""
    pages = [b"<p>one</p>" * 9000, b"<p>two</p>" * 9000]
    store = Store(home / "press/store")
    with store.settled():
        lot = Path(store.lay(b""))
        lot.write_bytes(b"".join(pages))
        names = [hashlib.sha256(page).hexdigest() for page in pages]
        store.adopt(str(lot), [(name, len(page)) for name, page in zip(names, pages, strict=True)])
    store.close()
    with closing(swap().connect(home / "press/press.sqlite3", isolation_level=None)) as book:
        book.execute("INSERT INTO page VALUES (?)", [names[0]])
    return names[0], names[1]


def test_a_ream_comes_back_and_one_that_is_lacking_or_altered_is_told(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    name, other = with_a_ream(home)
    backup.save(home, tmp_path / "a.tar", NOW, live)
    backup.restore(tmp_path / "a.tar", tmp_path / "a")
    assert Store(tmp_path / "a/press/store", reading=True).get(name) == b"<p>one</p>" * 9000
    (ream,) = (home / "press/store/reams").iterdir()
    whole = ream.read_bytes()
    ream.write_bytes(whole[:-1] + b"x")
    with pytest.raises(backup.BackupFailed, match=f"1 个文件与自己的摘要不符：{other}"):
        backup.save(home, tmp_path / "b.tar", NOW, live)
    for left in (whole[:99], None):
        ream.unlink() if left is None else ream.write_bytes(left)
        with pytest.raises(backup.BackupFailed, match=f"缺少第 7 版次的 1 个文件（{name}）"):
            backup.save(home, tmp_path / "b.tar", NOW, live)


def test_a_backup_has_what_was_in_a_ream_that_was_opened_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "var")
    name, other = with_a_ream(home)
    write = backup._write

    def opened_first(*given: Any) -> backup.Report:
        store = Store(home / "press/store")
        with store.settled():
            assert store.drop([other]) == 1
        assert store.clear((NOW - timedelta(days=1)).timestamp()) == 0
        store.close()
        return write(*given)

    monkeypatch.setattr(backup, "_write", opened_first)
    backup.save(home, tmp_path / "b.tar", NOW, live)
    backup.restore(tmp_path / "b.tar", tmp_path / "b")
    for each in (home, tmp_path / "b"):
        assert Store(each / "press/store", reading=True).get(name) == b"<p>one</p>" * 9000
    assert stored(home) < stored(tmp_path / "b")


def test_a_database_that_is_none_is_told_when_saving(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    put(home, "press/store/sheets.sqlite3", b"no database at all" * 999)
    with pytest.raises(backup.BackupFailed, match=r"sheets\.sqlite3 已损坏"):
        backup.save(home, tmp_path / "b.tar", NOW, live)


def test_a_home_and_a_backup_of_the_version_without_sheets_are_saved_and_restored(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    for left in (home / "press/store").glob("sheets*"):
        left.unlink()
    report = backup.save(home, tmp_path / "a.tar", NOW, live)
    assert backup.restore(tmp_path / "a.tar", tmp_path / "again") == report
    assert report.files == len(contents(home)) + 2
    assert not (tmp_path / "again/press/store/sheets.sqlite3").exists()


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"hello", gzip.compress(b"hello"), b"\0" * 10240):
        (tmp_path / "b").write_bytes(data)
        with pytest.raises(backup.BackupFailed):
            backup.restore(tmp_path / "b", tmp_path / "var")
    with pytest.raises(backup.BackupFailed, match="没有恢复成"):
        backup.restore(tmp_path / "none", tmp_path / "var")


def test_saving_while_writers_write_gives_a_whole_database(tmp_path: Path) -> None:
    home = make_home(tmp_path / "var")
    program = """
        import sys
        from hemei.sqlite import swap
        connection = swap().connect(sys.argv[1], isolation_level=None, timeout=30)
        connection.execute("CREATE TABLE pair (a, b)")
        print("go", flush=True)
        number = 0
        while True:
            number += 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO pair VALUES (?, 0)", [number])
            connection.execute("UPDATE pair SET b = a WHERE a = ?", [number])
            connection.execute("COMMIT")
    """
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(home / "data/desk.sqlite3")],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "go\n"
        for number in range(4):
            backup.save(home, tmp_path / f"{number}.tar", NOW, live)
    finally:
        writer.kill()
        writer.communicate()
    counts = []
    for number in range(4):
        backup.restore(tmp_path / f"{number}.tar", tmp_path / f"var{number}")
        pairs = rows(tmp_path / f"var{number}/data/desk.sqlite3", "pair")
        assert all(a == b for a, b in pairs)  # type: ignore[misc]
        assert [a for a, _ in pairs] == list(range(1, len(pairs) + 1))  # type: ignore[misc]
        counts.append(len(pairs))
    assert counts == sorted(counts)
