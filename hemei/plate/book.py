"""The press's own database: what was admitted, what lists are made of it, what every page read, and each edition."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemei.press.pieces import Picture
from hemei.press.reader import Row
from hemei.seal.digest import Digest, canonical, digest
from hemei.seal.tree import Node

PAGE_SIZE = 20

_SCHEMA = """
create table if not exists piece(key text primary key, version text, content blob, proof blob,
  first_released text, released text, sequence integer);
create table if not exists admitted(id integer primary key, key text, version text, content blob, proof blob,
  first_released text, released text, sequence integer);
create table if not exists withdrawn(key text primary key, proof blob, time text);
create table if not exists gone(key text, version text, primary key(key, version)) without rowid;
create table if not exists row(number integer primary key, data text);
create table if not exists member(listing text, sequence integer, number integer,
  primary key(listing, sequence)) without rowid;
create table if not exists listing_page(listing text, page integer, low integer,
  primary key(listing, page)) without rowid;
create table if not exists tag(word text primary key, stories integer) without rowid;
create table if not exists read(path text, key text, answer text, primary key(path, key)) without rowid;
create index if not exists readers on read(key, answer);
create table if not exists crossing(instant text primary key) without rowid;
create table if not exists page(path text primary key, digest text, size integer) without rowid;
create table if not exists node(prefix text primary key, data blob) without rowid;
create table if not exists rendition(recipe text primary key, made text) without rowid;
create table if not exists edition(number integer primary key, root text, time text, statement blob,
  files integer, bytes integer);
create table if not exists change(edition integer, key text, before integer, after integer,
  primary key(edition, key)) without rowid;
create table if not exists printed(edition integer, path text, digest text, primary key(edition, path)) without rowid;
create table if not exists handled(id text primary key, edition integer) without rowid;
create table if not exists well(path text primary key, data blob) without rowid;
create table if not exists meta(name text primary key, value text) without rowid;
"""


class NotDurable(RuntimeError):
    """The database does not run as the press needs it: write-ahead log, full sync."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the press's database for writing, made when it is missing. Raises NotDurable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    mode = connection.execute("pragma journal_mode").fetchone()[0]
    sync = connection.execute("pragma synchronous").fetchone()[0]
    if (mode, sync) != ("wal", 2):
        raise NotDurable(f"journal_mode={mode}, synchronous={sync}")
    connection.executescript(_SCHEMA)
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open it for reading only: for the server and for previews."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20, check_same_thread=False)
    connection.isolation_level = None
    return connection


class Nodes:
    """The tree's nodes in the database; `update` of hemei.seal.tree writes them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def get(self, prefix: str) -> Node | None:
        found = self._sql.execute("select data from node where prefix=?", (prefix,)).fetchone()
        return Node.from_bytes(found[0]) if found else None

    def put(self, prefix: str, node: Node) -> None:
        self._sql.execute("insert or replace into node values(?,?)", (prefix, node.to_bytes()))

    def drop(self, prefix: str) -> None:
        self._sql.execute("delete from node where prefix=?", (prefix,))


def when(moment: datetime) -> str:
    """A moment as the book keeps it: UTC, sortable, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


class Book:
    """Queries and small writes over the press's database. Transactions are the compiler's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sql = connection

    def one(self, query: str, *values: Any) -> Any:
        found = self.sql.execute(query, values).fetchone()
        return found[0] if found else None

    # pieces

    def piece(self, key: str) -> sqlite3.Row | tuple[Any, ...] | None:
        """(version, content, proof, first_released, released, sequence) of an admitted piece."""
        found: tuple[Any, ...] | None = self.sql.execute(
            "select version, content, proof, first_released, released, sequence from piece where key=?", (key,)
        ).fetchone()
        return found

    def stories(self) -> Iterator[int]:
        """Numbers of all admitted stories."""
        for (key,) in self.sql.execute("select key from piece where key like 'story:%'"):
            yield int(key.partition(":")[2])

    # lists

    def rows(self, numbers: Iterable[tuple[int]]) -> tuple[Row, ...]:
        made = (self.one("select data from row where number=?", number) for (number,) in numbers)
        return tuple(row_from(json.loads(data)) for data in made)

    def latest(self, listing: str, most: int) -> tuple[Row, ...]:
        query = "select number from member where listing=? order by sequence desc limit ?"
        return self.rows(self.sql.execute(query, (listing, most)).fetchall())

    def page(self, listing: str, number: int) -> tuple[Row, ...]:
        low = self.one("select low from listing_page where listing=? and page=?", listing, number)
        if low is None:
            return ()
        high = self.one("select low from listing_page where listing=? and page=?", listing, number + 1)
        query = "select number from member where listing=? and sequence>=? and sequence<? order by sequence desc"
        return self.rows(self.sql.execute(query, (listing, low, high if high is not None else 2**62)).fetchall())

    def pages(self, listing: str) -> int:
        return self.one("select max(page) from listing_page where listing=?", listing) or 0

    def page_of(self, listing: str, sequence: int) -> int:
        """The page whose range covers this sequence number; 0 when the listing has none."""
        query = "select max(page) from listing_page where listing=? and low<=?"
        return self.one(query, listing, sequence) or (1 if self.pages(listing) else 0)

    def tags(self) -> list[tuple[str, int]]:
        return list(self.sql.execute("select word, stories from tag order by stories desc, word"))

    def join(self, listing: str, sequence: int, number: int) -> None:
        """Put a story into a listing. A new page opens when the newest is full; a late-comer goes where its time belongs."""
        last = self.pages(listing)
        if not last:
            self.sql.execute("insert into listing_page values(?,1,?)", (listing, sequence))
        else:
            low = self.one("select low from listing_page where listing=? and page=?", listing, last)
            newest = self.one("select max(sequence) from member where listing=?", listing) or 0
            query = "select count(*) from member where listing=? and sequence>=?"
            if sequence > newest and self.one(query, listing, low) >= PAGE_SIZE:
                self.sql.execute("insert into listing_page values(?,?,?)", (listing, last + 1, sequence))
            elif sequence < self.one("select low from listing_page where listing=? and page=1", listing):
                self.sql.execute("update listing_page set low=? where listing=? and page=1", (sequence, listing))
        self.sql.execute("insert or replace into member values(?,?,?)", (listing, sequence, number))

    def leave(self, listing: str, sequence: int) -> None:
        """Take a story out of a listing; the last one takes the pages along."""
        self.sql.execute("delete from member where listing=? and sequence=?", (listing, sequence))
        if self.one("select 1 from member where listing=? limit 1", listing) is None:
            self.sql.execute("delete from listing_page where listing=?", (listing,))

    # reads

    def readers_but(self, key: str, answer: str) -> set[str]:
        """Paths of the pages that read this key and got another answer than this."""
        return {path for (path,) in self.sql.execute("select path from read where key=? and answer<>?", (key, answer))}

    def keys_like(self, prefix: str) -> list[str]:
        """Recorded keys that begin so."""
        query = "select distinct key from read where key>=? and key<?"
        return [key for (key,) in self.sql.execute(query, (prefix, prefix + "\U0010ffff"))]

    def record(self, path: str, reads: Mapping[str, str]) -> set[str]:
        """Replace what a page read; returns the picture keys that it reads no more."""
        before = {key for (key,) in self.sql.execute("select key from read where path=?", (path,))}
        self.sql.execute("delete from read where path=?", (path,))
        self.sql.executemany("insert into read values(?,?,?)", [(path, key, reads[key]) for key in reads])
        return {key for key in before - reads.keys() if key.startswith("picture:")}

    # counters

    def meta(self, name: str) -> str:
        return self.one("select value from meta where name=?", name) or ""

    def set_meta(self, name: str, value: str) -> None:
        self.sql.execute("insert or replace into meta values(?,?)", (name, value))


def row_data(row: Row) -> str:
    """A row as the book keeps it."""
    picture = row.picture
    return json.dumps(
        {
            "number": row.number,
            "kicker": row.kicker,
            "headline": row.headline,
            "deck": row.deck,
            "section": row.section,
            "first_released": when(row.first_released),
            "picture": picture_data(picture) if picture else None,
            "length": row.length,
        },
        ensure_ascii=False,
    )


def row_from(data: Mapping[str, Any]) -> Row:
    picture = data["picture"]
    if picture:
        crop, focus = picture["crop"], picture["focus"]
        picture = Picture(**{**picture, "crop": tuple(crop) if crop else None, "focus": tuple(focus) if focus else None})
    return Row(**{**data, "first_released": moment(data["first_released"]), "picture": picture})


def picture_data(picture: Picture) -> dict[str, Any]:
    return {
        "master": picture.master,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "caption": picture.caption,
        "credit": picture.credit,
        "crop": list(picture.crop) if picture.crop else None,
        "focus": list(picture.focus) if picture.focus else None,
    }


def answer_of(rows: tuple[Row, ...]) -> Digest:
    """The digest of a list query's answer."""
    return digest(canonical([row_data(row) for row in rows]))
