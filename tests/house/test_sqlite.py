"""The database engine: every acknowledged write is there, in turn, and a killed writer blocks nobody."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hemei import sqlite

ROOT = Path(__file__).resolve().parents[2]


def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def writer(path: Path, mode: str, number: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.house.writers", str(path), mode, str(number)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Path:
    module = sqlite.swap()
    path = tmp_path / "desk.sqlite3"
    connection = module.connect(path)
    connection.executescript(
        "CREATE TABLE counter (number INTEGER); INSERT INTO counter VALUES (0); CREATE TABLE alone (word TEXT);"
    )
    connection.close()
    return path


def rows(path: Path, query: str) -> object:
    connection = sqlite.swap().connect(path)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


def test_twelve_threads_in_three_processes_lose_no_write_and_meet_no_lock(database: Path) -> None:
    writers = [writer(database, "count", 40) for _ in range(3)]
    for one in writers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    complaints = [one.communicate(timeout=120)[1] for one in writers]
    assert complaints == ["", "", ""]
    assert rows(database, "SELECT number FROM counter") == 3 * 4 * 40
    assert rows(database, "SELECT count(*) FROM alone") == 3 * 4 * 20
    assert rows(database, "PRAGMA integrity_check") == "ok"


def test_a_writer_killed_in_its_turn_leaves_nothing_and_blocks_nobody(database: Path) -> None:
    holder = writer(database, "hold")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    next_one = writer(database, "count", 5)
    assert next_one.stdin is not None
    next_one.stdin.write("go\n")
    next_one.stdin.flush()
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=60)
    assert next_one.communicate(timeout=60)[1] == ""
    assert rows(database, "SELECT number FROM counter") == 4 * 5


def test_a_writer_that_never_ends_makes_the_next_one_give_up_with_advice(database: Path) -> None:
    holder = writer(database, "hold")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    done = python(
        """
        import sys
        from tests.house import writers
        writers.ready(sys.argv[1])
        from django.db import OperationalError, connection, transaction
        connection.settings_dict["OPTIONS"]["timeout"] = 0.2
        for _ in range(2):   # the second try must not find the first one's place still taken
            try:
                with transaction.atomic():
                    print("in")
            except OperationalError as error:
                print(error)
        with connection.cursor() as cursor:
            print(cursor.execute("SELECT count(*) FROM counter").fetchone()[0], "readers go on")
        """,
        str(database),
    )
    holder.kill()
    holder.communicate(timeout=60)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert [line.startswith("另一处写入超过 0.2 秒没有结束，这次没有保存。") for line in lines] == [True, True, False]
    assert lines[2] == "1 readers go on"


def test_the_connections_own_settings_are_checked_and_a_wrong_one_is_named(database: Path) -> None:
    done = python(
        """
        import sys
        from tests.house import writers
        writers.ready(sys.argv[1])
        from django.core.exceptions import ImproperlyConfigured
        from django.db import connection
        from hemei.sqlite.base import assert_pragmas
        assert_pragmas(connection)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA foreign_keys=OFF")
        try:
            assert_pragmas(connection)
        except ImproperlyConfigured as error:
            print(error)
        """,
        str(database),
    )
    assert done.stderr == ""
    assert done.stdout == "数据库连接的设置没有生效：synchronous=1、foreign_keys=0。请检查 settings.py 的 DATABASES。\n"


@pytest.mark.parametrize(
    ("version", "good"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 9), False), ((3, 50, 6), False),
     ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 4), True), ((4, 0, 0), True)],
)  # fmt: skip
def test_only_mended_versions_of_sqlite_are_sound(version: tuple[int, int, int], good: bool) -> None:
    assert sqlite.sound(version) is good


def test_without_pysqlite3_a_faulty_sqlite_is_refused_with_the_way_out() -> None:
    done = python(
        """
        import sys, sqlite3
        sys.modules["pysqlite3"] = None      # what the import finds where there is no wheel
        sqlite3.sqlite_version_info, sqlite3.sqlite_version = (3, 40, 1), "3.40.1"
        from hemei.sqlite import FaultySQLite, swap
        try:
            swap()
        except FaultySQLite as error:
            print(error)
        """
    )
    assert done.stderr == ""
    assert done.stdout.startswith("本机的 SQLite 是 3.40.1，它的 WAL 日志有会损坏数据库的缺陷")


def test_the_swapped_sqlite_is_what_django_gets(database: Path) -> None:
    done = python(
        """
        import sys
        from tests.house import writers
        writers.ready(sys.argv[1])
        from django.db import connection
        import pysqlite3
        assert connection.Database.sqlite_version == pysqlite3.sqlite_version
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT sqlite_version()").fetchone()[0] == pysqlite3.sqlite_version
        """,
        str(database),
    )
    assert done.stderr == ""
