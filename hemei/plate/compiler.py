"""The compiler: from signed changes to a sealed edition, printing exactly the pages whose recorded reads changed.

One publish is one transaction: changes, pages, tree, statement. Blobs are on the disk before the commit, and the commit
is the switch: before it the old edition is whole, after it the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hemei.press import feeds, pages
from hemei.plate.book import Book, Nodes, connect, connect_to_read, moment, row_data, when
from hemei.press.pieces import Story, read_setting, read_story, story_key
from hemei.press.reader import Reader, Row
from hemei.plate.reading import Answers, Draft, Masters, Recorder
from hemei.press.shown import length
from hemei.plate.store import Store
from hemei.prose import headline
from hemei.seal import keys as sealing
from hemei.seal.bundles import changed_bundles
from hemei.seal.digest import Digest, digest
from hemei.seal.statement import Edition, Freshness
from hemei.seal.tree import Leaf, root, update

FRESH_FOR = timedelta(days=7)
EMPTY_SIZE = 0

Render = Callable[[str, Reader], bytes]
Certify = Callable[[str, datetime], bytes]
"""Given the edition key's public half, the signed keys.json."""


@dataclass(frozen=True, slots=True)
class Admit:
    """A version that passed admission: to be printed."""

    order: str
    key: str
    version: Digest
    content: bytes
    proof: bytes
    released: datetime


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A piece that has to go, with the signed order for it."""

    order: str
    key: str
    proof: bytes
    time: datetime


class NoSuchEdition(LookupError):
    """An edition number that was never printed."""


class NotExact(AssertionError):
    """The incremental edition and a full build differ: a fault of the press; the full build was not put live."""


@dataclass
class _Work:
    """What one publish has touched so far."""

    keys: set[str]
    appeared: set[str]
    vanished: set[str]
    leaves: dict[str, Leaf | None]
    undo: dict[str, tuple[int | None, int | None]]


class Press:
    """The press of one home. One process at a time writes with it."""

    def __init__(
        self,
        home: Path,
        *,
        site: str,
        masters: Masters,
        certify: Certify,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes] = os.urandom,
        render: Render = pages.render,
        assets: Callable[[], Mapping[str, bytes]] = pages.assets,
    ) -> None:
        self.home, self.site, self.clock = home, site, clock
        self.store = Store(home / "press" / "store")
        self.sql = connect(home / "press" / "press.sqlite3")
        self.book = Book(self.sql)
        self._masters, self._render, self._certify = masters, render, certify
        self._assets = {_asset_path(name, data): (name, data) for name, data in assets().items()}
        self._names = {name: f"/{path}" for path, (name, _) in self._assets.items()}
        self._key = self._edition_key(random)

    # what others ask

    def handled(self, order: str) -> int | None:
        """The edition in which an order was carried out; None when it was not."""
        found: int | None = self.book.one("select edition from handled where id=?", order)
        return found

    def due(self) -> bool:
        """Whether something is to be printed though nobody ordered it: a moment has come, or the theme is another."""
        query = "select 1 from crossing where instant<=? limit 1"
        changed = self.book.meta("theme") not in ("", self._theme_digest())
        return changed or self.book.one(query, when(self.clock())) is not None

    def number(self) -> int:
        return self.book.one("select max(number) from edition") or 0

    def root(self) -> str:
        return self.book.one("select root from edition order by number desc limit 1") or ""

    # publishing

    def publish(self, orders: Sequence[Admit | Withdraw]) -> tuple[Edition | None, dict[str, str]]:
        """Carry out these orders in one edition, withdrawals first. Returns it (None when nothing changed) and refusals.

        An order that was carried out before is passed over, so that one cut short can be given again.
        """
        fresh = [order for order in orders if self.handled(order.order) is None]
        refused: dict[str, str] = {}
        with _transaction(self.sql):
            work = self._work()
            for order in sorted(fresh, key=lambda one: not isinstance(one, Withdraw)):
                why = self._why_not(order)
                if why:
                    refused[order.order] = why
                elif isinstance(order, Withdraw):
                    self._withdraw(work, order)
                else:
                    self._admit(work, order)
            self._crossings(work)
            self._theme(work)
            edition = self._print(work)
            number = edition.number if edition else self.number()
            done = [(order.order, number) for order in fresh if order.order not in refused]
            self.sql.executemany("insert into handled values(?,?)", done)
        return edition, refused

    def rollback(self, number: int) -> Edition | None:
        """A new edition with what edition ``number`` had, less everything withdrawn since. Raises NoSuchEdition."""
        if self.book.one("select 1 from edition where number=?", number) is None:
            raise NoSuchEdition(f"没有第 {number} 版次。可用 hemei press history 查看有哪些。")
        with _transaction(self.sql):
            work = self._work()
            query = "select key, before from change where edition>? order by edition desc"
            old = {key: before for key, before in self.sql.execute(query, (number,))}
            for key, before in old.items():
                query = "select 1 from gone, admitted where id=? and gone.key=admitted.key and gone.version=admitted.version"
                if before is None or self.book.one(query, before):
                    self._remove(work, key)
                else:
                    self._put(work, key, before)
            return self._print(work)

    def build_full(self) -> Edition | None:
        """Print every page anew from what is admitted. Raises NotExact when that differs though nothing of ours changed."""
        with _transaction(self.sql):
            before, same_code = self.root(), self.book.meta("theme") == self._theme_digest()
            kept = self.root_of_full_build()
            if kept == before:
                return None
            if same_code and before:
                raise NotExact(f"full build {kept}, edition {before}")
            work = self._work()
            self._theme(work)
            work.appeared |= set(self.wanted())
            return self._print(work)

    def root_of_full_build(self) -> Digest:
        """The root that a build from nothing but the admitted pieces has. Reads only, but for new sizes of pictures."""
        answers, leaves = self._answers(), {}
        for path in self.wanted():
            data, recorder = self._printed(path, answers)
            leaves[path] = Leaf(path, len(data), digest(data))
            leaves |= {name: Leaf(name, size, blob) for name, (blob, size) in recorder.files.items()}
        return root([*leaves.values(), *self._marks()])

    def preview(self, content: bytes) -> bytes:
        """The page of a draft as it would be printed now, from a connection of its own; nothing is kept."""
        story = read_story(content)
        sql = connect_to_read(self.home / "press" / "press.sqlite3")
        try:
            answers = Answers(Book(sql), self._names, self.clock())
            reader = Draft(answers, self.store, self._masters, story, digest(content))
            return self._render(f"a/{story.number}/index.html", reader)
        finally:
            sql.close()

    def renew(self) -> None:
        """Say anew that the live edition is the current one, without printing a new one."""
        with _transaction(self.sql):
            self._well("freshness.json", self._freshness(self.number(), self.root()))
            self._well("roster.json", (self.home / "keys" / "roster.json").read_bytes())

    # the steps of a publish

    def _work(self) -> _Work:
        return _Work(set(), set(), set(), {}, {})

    def _answers(self) -> Answers:
        return Answers(self.book, self._names, self.clock())

    def _why_not(self, order: Admit | Withdraw) -> str | None:
        """Why a properly signed order is not carried out all the same: old orders given again, sections that are not."""
        before = self.book.piece(order.key)
        if isinstance(order, Withdraw):
            old = before is not None and moment(before[4]) > order.time
            return "这是一张旧的撤稿单，撤稿之后又签发过新稿。要撤请重新撤稿。" if old else None
        if self.book.one("select 1 from gone where key=? and version=?", order.key, order.version):
            return "这一稿已经撤下，不能再印。请修改后重新送审。"
        taken = self.book.one("select time from withdrawn where key=?", order.key)
        if (before and moment(before[4]) >= order.released) or (taken and moment(taken) >= order.released):
            return "这是一张旧的签发单，之后已经有过新的签发或撤稿。要印请重新签发。"
        if not order.key.startswith("story:"):
            return None
        site = self.book.piece("setting:site")
        if site is None:
            return "网站还没有名称和栏目，请先签发网站设置。"
        section = read_story(order.content).section
        known = {one["id"] for one in read_setting(site[1])[2]["sections"]}
        return None if section in known else f"网站设置里没有“{section}”这个栏目，请改栏目后重新送审。"

    def _admit(self, work: _Work, order: Admit) -> None:
        before = self.book.piece(order.key)
        earlier = (
            before
            or self.sql.execute(
                "select version, content, proof, first_released, released, sequence from admitted where key=? order by id desc",
                (order.key,),
            ).fetchone()
        )
        released = when(order.released)
        first = earlier[3] if earlier else released
        sequence = earlier[5] if earlier else (self.book.one("select max(sequence) from admitted") or 0) + 1
        row = (order.key, order.version, order.content, order.proof, first, released, sequence)
        made = self.sql.execute(
            "insert into admitted(key, version, content, proof, first_released, released, sequence) values(?,?,?,?,?,?,?)",
            row,
        ).lastrowid
        self.sql.execute("delete from withdrawn where key=?", (order.key,))
        self._put(work, order.key, int(made or 0))

    def _put(self, work: _Work, key: str, admitted: int) -> None:
        """Make this admitted version the one in print."""
        before = self._out(work, key)
        query = "select version, content, proof, first_released, released, sequence from admitted where id=?"
        version, content, proof, first, released, sequence = self.sql.execute(query, (admitted,)).fetchone()
        self.sql.execute(
            "insert or replace into piece values(?,?,?,?,?,?,?)",
            (key, version, content, proof, first, released, sequence),
        )
        work.leaves[f"!admitted/{key}"] = Leaf(f"!admitted/{key}", EMPTY_SIZE, version)
        work.leaves[f"!withdrawn/{key}"] = None
        work.undo[key] = (work.undo[key][0] if key in work.undo else before, admitted)
        work.keys.add(key)
        if key.startswith("story:"):
            self._into_lists(work, read_story(content), moment(first), sequence)

    def _out(self, work: _Work, key: str) -> int | None:
        """Take what is in print of this key off every list; returns which admitted version it was."""
        before = self.book.piece(key)
        if before is None:
            return None
        if key.startswith("story:"):
            story = read_story(before[1])
            self._off_lists(work, story, before[5])
        query = "select id from admitted where key=? and version=? and released=? order by id desc"
        found: int = self.book.one(query, key, before[0], before[4])
        return found

    def _remove(self, work: _Work, key: str) -> None:
        before = self._out(work, key)
        if before is None:
            return
        self.sql.execute("delete from piece where key=?", (key,))
        work.leaves[f"!admitted/{key}"] = None
        work.undo[key] = (work.undo[key][0] if key in work.undo else before, None)
        work.keys.add(key)
        if key.startswith("story:"):
            number = key.partition(":")[2]
            self.sql.execute("delete from row where number=?", (int(number),))
            work.vanished |= {f"a/{number}/index.html", f"a/{number}/proof.json"}

    def _withdraw(self, work: _Work, order: Withdraw) -> None:
        self._remove(work, order.key)
        mark = digest(order.proof)
        self.sql.execute("insert or replace into withdrawn values(?,?,?)", (order.key, order.proof, when(order.time)))
        self.sql.execute("insert or ignore into gone select key, version from admitted where key=?", (order.key,))
        work.leaves[f"!withdrawn/{order.key}"] = Leaf(f"!withdrawn/{order.key}", EMPTY_SIZE, mark)

    def _into_lists(self, work: _Work, story: Story, first: datetime, sequence: int) -> None:
        picture = next(iter(story.pictures()), None)
        row = Row(story.number, story.kicker, story.headline, story.deck, story.section, first, picture, length(story))
        self.sql.execute("insert or replace into row values(?,?)", (story.number, row_data(row)))
        for listing in _listings(story):
            before = self.book.pages(listing)
            self.book.join(listing, sequence, story.number)
            self._touched(work, listing, sequence)
            work.appeared |= set(_listing_paths(listing, before + 1, self.book.pages(listing)))
            if listing.startswith("tag:"):
                self._count_tag(work, listing[4:], 1)
        work.appeared |= {f"a/{story.number}/index.html", f"a/{story.number}/proof.json"}
        work.vanished -= work.appeared

    def _off_lists(self, work: _Work, story: Story, sequence: int) -> None:
        for listing in _listings(story):
            self._touched(work, listing, sequence)
            before = self.book.pages(listing)
            self.book.leave(listing, sequence)
            if not self.book.pages(listing):
                gone = set(_listing_paths(listing, 1, before))
                keep = set() if listing.startswith("tag:") else set(_listing_paths(listing, 1, 0))
                work.vanished |= gone - keep
                work.appeared -= gone - keep
            if listing.startswith("tag:"):
                self._count_tag(work, listing[4:], -1)

    def _touched(self, work: _Work, listing: str, sequence: int) -> None:
        work.keys |= {f"pages:{listing}", f"page:{listing}:{self.book.page_of(listing, sequence)}"}
        work.keys |= set(self.book.keys_like(f"latest:{listing}:"))

    def _count_tag(self, work: _Work, word: str, by: int) -> None:
        self.sql.execute("insert or ignore into tag values(?,0)", (word,))
        self.sql.execute("update tag set stories=stories+? where word=?", (by, word))
        self.sql.execute("delete from tag where stories<=0")
        work.keys.add("tags")

    def _crossings(self, work: _Work) -> None:
        """Moments that pages waited for and that have come since."""
        now = when(self.clock())
        for (instant,) in self.sql.execute("select instant from crossing where instant<=?", (now,)).fetchall():
            work.keys.add(f"past:{instant}")
            self.sql.execute("delete from crossing where instant=?", (instant,))

    def _theme(self, work: _Work) -> None:
        """A new theme or press prints everything anew."""
        mark = self._theme_digest()
        if self.book.meta("theme") == mark:
            return
        self.book.set_meta("theme", mark)
        work.leaves["!theme"] = Leaf("!theme", EMPTY_SIZE, mark)
        work.appeared |= set(self.wanted())
        old = {path for (path,) in self.sql.execute("select path from page where path like 'assets/%'")}
        work.vanished |= old - self._assets.keys()

    def _theme_digest(self) -> Digest:
        made = hashlib.sha256(_printing_digest().encode())
        for path in sorted(self._assets):
            made.update(path.encode() + self._assets[path][1])
        return made.hexdigest()

    def _print(self, work: _Work) -> Edition | None:
        """Print what is stale, file it in the tree, sign: the edition, or None when no file and no mark changed."""
        if "setting:site" in work.keys and self.book.piece("setting:site"):
            wanted = set(self.wanted())
            work.appeared |= wanted
            have = {path for (path,) in self.sql.execute("select path from page where path not like 'p/%'")}
            work.vanished |= have - wanted - self._assets.keys()
        if not self.book.piece("setting:site"):
            return None  # nothing is admitted before the site has a name
        answers = self._answers()
        stale = self._stale(work, answers)
        work.vanished -= work.appeared
        dropped: set[str] = set()
        for path in sorted(work.vanished):
            dropped |= self.book.record(path, {})
            self._file(work, path, None)
        for path in sorted(stale - work.vanished):
            data, recorder = self._printed(path, answers)
            dropped |= self.book.record(path, recorder.reads)
            self.sql.executemany("insert or ignore into crossing values(?)", [(one,) for one in recorder.crossings])
            self._file(work, path, (self.store.put(data), len(data)))
            for name, file in recorder.files.items():
                self._file(work, name, file)
        self._drop_pictures(work, dropped)
        return self._seal(work)

    def _stale(self, work: _Work, answers: Answers) -> set[str]:
        stale = set(work.appeared)
        for key in work.keys:
            stale |= self.book.readers_but(key, answers.answer(key))
        maps = feeds.sitemaps(Recorder(answers, self.store, self._masters))
        have = self.book.one("select count(*) from page where path like 'sitemap/%'")
        stale |= {f"sitemap/{number}.xml" for number in range(have + 1, maps + 1)}
        work.vanished |= {f"sitemap/{number}.xml" for number in range(maps + 1, have + 1)}
        return stale

    def _printed(self, path: str, answers: Answers) -> tuple[bytes, Recorder]:
        recorder = Recorder(answers, self.store, self._masters)
        if path in self._assets:
            return self._assets[path][1], recorder
        if path.endswith("/proof.json"):
            key = story_key(int(path.split("/")[1]))
            recorder.reads[key] = answers.answer(key)
            return bytes((self.book.piece(key) or ())[2]), recorder
        return self._render(path, recorder), recorder

    def _file(self, work: _Work, path: str, file: tuple[Digest, int] | None) -> None:
        """Put a file into the edition, or take it out; unchanged ones are left alone."""
        old = self.sql.execute("select digest, size from page where path=?", (path,)).fetchone()
        if old == file:
            return
        files, size = int(self.book.meta("files") or 0), int(self.book.meta("bytes") or 0)
        if file:
            self.sql.execute("insert or replace into page values(?,?,?)", (path, *file))
            work.leaves[path] = Leaf(path, file[1], file[0])
        else:
            self.sql.execute("delete from page where path=?", (path,))
            work.leaves[path] = None
        self.book.set_meta("files", str(files + bool(file) - bool(old)))
        self.book.set_meta("bytes", str(size + (file[1] if file else 0) - (old[1] if old else 0)))

    def _drop_pictures(self, work: _Work, dropped: Iterable[str]) -> None:
        """A picture leaves with its last user."""
        for key in dropped:
            if self.book.one("select 1 from read where key=? limit 1", key) is None:
                recipe = key.partition(":")[2]
                made = self.book.one("select made from rendition where recipe=?", recipe)
                for path in _picture_paths(made):
                    if not self._shown_elsewhere(path, recipe):
                        self._file(work, path, None)

    def _shown_elsewhere(self, path: str, recipe: str) -> bool:
        # The same bytes may come of another crop of the same master; that is the only way to share an address.
        master = recipe.partition(":")[0]
        query = "select recipe, made from rendition where recipe>=? and recipe<? and recipe<>?"
        for other, made in self.sql.execute(query, (master, master + "~", recipe)).fetchall():
            used = self.book.one("select 1 from read where key=? limit 1", f"picture:{other}")
            if used and path in _picture_paths(made):
                return True
        return False

    def _seal(self, work: _Work) -> Edition | None:
        if not work.leaves:
            return None
        previous = self.root()
        top = update(Nodes(self.sql), work.leaves)
        if top == previous:
            return None
        now = self.clock().replace(microsecond=0)
        number = self.number() + 1
        files, size = int(self.book.meta("files") or 0), int(self.book.meta("bytes") or 0)
        edition = Edition(self.site, number, top, previous or None, files, size, now)
        statement = sealing.sign(self._key, edition.document()).to_json()
        self.sql.execute("insert into edition values(?,?,?,?,?,?)", (number, top, when(now), statement, files, size))
        self.sql.executemany(
            "insert into change values(?,?,?,?)", [(number, key, *ids) for key, ids in work.undo.items()]
        )
        self.sql.executemany(
            "insert into printed values(?,?,?)",
            [(number, path, leaf.digest if leaf else None) for path, leaf in work.leaves.items() if path[0] != "!"],
        )
        self._well("edition.json", statement)
        self._well("freshness.json", self._freshness(number, top))
        self._well("keys.json", (self.home / "keys" / "keys.json").read_bytes())
        self._well("roster.json", (self.home / "keys" / "roster.json").read_bytes())
        for name, data in changed_bundles(Nodes(self.sql), self._knows_bundle):
            self._well(f"tree/{name}", data)
        self.store.sync()
        return edition

    def _knows_bundle(self, name: Digest) -> bool:
        return self.book.one("select 1 from well where path=?", f"tree/{name}") is not None

    def _well(self, path: str, data: bytes) -> None:
        self.sql.execute("insert or replace into well values(?,?)", (path, data))

    def _freshness(self, number: int, top: str) -> bytes:
        now = self.clock().replace(microsecond=0)
        made = Freshness(self.site, number, top, now, now + FRESH_FOR)
        return sealing.sign(self._key, made.document()).to_json()

    def _edition_key(self, random: Callable[[int], bytes]) -> bytes:
        path = self.home / "press" / "edition.key"
        if not path.exists():
            made = path.with_suffix(".new")
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(sealing.generate(random).hex())
                file.flush()
                os.fsync(file.fileno())
            made.rename(path)
        private = bytes.fromhex(path.read_text())
        known = self.home / "keys" / "keys.json"
        if not known.exists():
            made = known.with_suffix(".new")
            made.write_bytes(self._certify(sealing.public_hex(private), self.clock().replace(microsecond=0)))
            made.rename(known)
        return private

    # what an edition consists of

    def wanted(self) -> Iterator[str]:
        """The path of every file but printed pictures, from what is admitted alone."""
        yield from self._assets
        if not self.book.piece("setting:site"):
            return
        yield from ("index.html", "about/index.html", "verify/index.html", "tags/index.html", "404.html")
        yield from ("feed.xml", "sitemap.xml", "robots.txt")
        recorder = Recorder(self._answers(), self.store, self._masters)
        for number in range(1, feeds.sitemaps(recorder) + 1):
            yield f"sitemap/{number}.xml"
        for section in recorder.setting("site")["sections"]:
            listing = f"section:{section['id']}"
            yield from _listing_paths(listing, 1, self.book.pages(listing))
        for word, _ in self.book.tags():
            yield from _listing_paths(f"tag:{word}", 1, self.book.pages(f"tag:{word}"))
        for number in self.book.stories():
            yield from (f"a/{number}/index.html", f"a/{number}/proof.json")

    def _marks(self) -> Iterator[Leaf]:
        yield Leaf("!theme", EMPTY_SIZE, self.book.meta("theme"))
        for key, version in self.sql.execute("select key, version from piece").fetchall():
            yield Leaf(f"!admitted/{key}", EMPTY_SIZE, version)
        for key, proof in self.sql.execute("select key, proof from withdrawn").fetchall():
            yield Leaf(f"!withdrawn/{key}", EMPTY_SIZE, digest(proof))


@cache
def _printing_digest() -> Digest:
    """The digest of everything that decides how a page is printed: this package, its themes, and headline breaking."""
    made = hashlib.sha256()
    for folder in (Path(pages.__file__).parent, Path(headline.__file__).parent):
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".html", ".xml", ".css", ".js", ".svg"):
                made.update(file.name.encode() + digest(file.read_bytes()).encode())
    return made.hexdigest()


def status(home: Path) -> dict[str, Any]:
    """Number, root, pages (HTML and feeds), files and bytes of the live edition; zeros before the first."""
    sql = _look(home)
    if sql is None:
        return {"edition": 0, "root": "", "pages": 0, "files": 0, "bytes": 0}
    found = sql.execute("select number, root, files, bytes from edition order by number desc").fetchone()
    number, top, files, size = found or (0, "", 0, 0)
    query = "select count(*) from page where path like '%.html' or path like '%.xml'"
    shown = sql.execute(query).fetchone()[0]
    sql.close()
    return {"edition": number, "root": top, "pages": shown, "files": files, "bytes": size}


def history(home: Path) -> list[tuple[int, str, str]]:
    """(number, time, root) of every edition, newest first."""
    sql = _look(home)
    return list(sql.execute("select number, time, root from edition order by number desc")) if sql else []


def explain(home: Path, path: str) -> tuple[list[str], int | None]:
    """The reads that made this page, and the edition that printed it last."""
    sql = _look(home)
    if sql is None:
        return [], None
    reads = [key for (key,) in sql.execute("select key from read where path=? order by key", (path,))]
    return reads, sql.execute("select max(edition) from printed where path=?", (path,)).fetchone()[0]


def _look(home: Path) -> sqlite3.Connection | None:
    path = home / "press" / "press.sqlite3"
    return connect_to_read(path) if path.exists() else None


def _listings(story: Story) -> tuple[str, ...]:
    return ("all", f"section:{story.section}", *(f"tag:{word}" for word in story.tags))


def _listing_paths(listing: str, start: int, last: int) -> Iterator[str]:
    """The files of a listing: its first page and feed, and the pages from ``start`` to ``last``."""
    kind, _, name = listing.partition(":")
    if kind == "all":
        return
    folder = name if kind == "section" else f"t/{pages.tag_slug(name)}"
    yield f"{folder}/index.html"
    if kind == "section":
        yield f"{folder}/feed.xml"
    yield from (f"{folder}/p{number}.html" for number in range(start, last + 1))


def _picture_paths(made: str | None) -> list[str]:
    return [path.lstrip("/") for path, *_ in json.loads(made)] if made else []


def _asset_path(name: str, data: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"assets/{stem}.{digest(data)[:10]}.{ending}"


class _transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK when anything is raised."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql

    def __enter__(self) -> None:
        self._sql.execute("begin immediate")

    def __exit__(self, kind: object, *_: object) -> None:
        self._sql.execute("rollback" if kind else "commit")
