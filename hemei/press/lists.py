"""Which list holds which story, and where the pages of a list begin, so that one change touches few pages.

A page covers a range of first-release sequence numbers, page 1 the oldest. The newest page fills to `PER_PAGE`, then a
new one opens; a story that comes to an older range (moved there from another list) joins the page that covers it, and
one that goes leaves a gap. Only a page that falls empty moves a boundary: it takes half of a neighbour, so that no
page but the newest ever disappears and no number in the middle is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec.structs import astuple

from hemei.press.book import Connection, compact
from hemei.press.corrections import CORRECTIONS
from hemei.press.pieces import Listed, Story
from hemei.press.reader import Row
from hemei.press.shown import headline, length

PER_PAGE = 20
LISTED = 50
"""Pages of the list of all stories that one sitemap covers: a new story changes the last sitemap only."""
HELD = 5000
"""Stories whose rows wait to be written, at the most: a lot of orders has fewer, a change of the programs may have all."""
ALL = "all"
_ROW = msgspec.json.Decoder(Row)


@lru_cache(maxsize=4096)
def slug_of(word: str) -> str:
    """A tag's part of an address: the first ten hex digits of its SHA-256."""
    return hashlib.sha256(word.encode()).hexdigest()[:10]


def lists_of(story: Story) -> tuple[str, ...]:
    """Names of the lists that a story stands in."""
    return (ALL, f"section:{story.section}", *(f"tag:{word}" for word in story.tags))


def row_text(story: Story, first_released: str) -> str:
    """What lists show of a story, as the book keeps it."""
    picture = Listed(*astuple(story.lead)) if story.lead else None
    told = [story.number, story.kicker, story.headline, story.deck, story.section, first_released, picture]
    return compact([*told, length(story), str(headline(story.headline))])


@lru_cache(maxsize=4096)
def read_row(text: str) -> Row:
    """The row in what `row_text` wrote. Kept at hand: the same rows stand on several pages of one printing."""
    # Older books have rows without markup; they are printed anew with the first edition of this program.
    return _ROW.decode(text)


def read_rows(lines: bytes) -> tuple[Row, ...]:
    """The rows in what `row_text` wrote, one on a line: all at once, which takes half as long as one by one."""
    return tuple(_ROW.decode_lines(lines))


def instant(text: str) -> datetime:
    """A time as the book keeps it: YYYY-MM-DDTHH:MM:SSZ."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _rows(name: str) -> str:
    """Where the rows of a list are, and which row is an entry's."""
    return "corrections r ON r.sequence = e.sequence" if name == CORRECTIONS else "rows r ON r.number = e.number"


class _Kept(NamedTuple):
    """The row of a story, as the book keeps it."""

    sequence: int
    row: str
    lists: str


class Lists:
    """The lists in the book during one change; afterwards `touched` names the questions whose answers may differ.

    All that comes and goes is in the book after `settle`: until then only `tag` tells of it.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.touched: set[str] = set()
        self.before: dict[str, tuple[int, int]] = {}
        """For each list that was touched: stories and pages as they were."""
        self._dirty: dict[str, set[int]] = {}
        self._rows: dict[int, _Kept | None] = {}
        """Rows of stories that come, change or (None) go."""
        self._entries: dict[tuple[str, int], int | None] = {}
        """Numbers of the stories that come to a list and a place in it, or (None) go."""
        self._more: Counter[str] = Counter()
        """How many stories more each list has."""
        self._ends: dict[str, tuple[int, int]] = {}
        """The newest page of a list, and where it begins; no boundary moves before `settle`."""
        self._slugs: dict[str, str | None] = {}
        self._last: int | None = None
        """The last sequence number that has a row in the book."""

    def put(self, sequence: int, story: Story, first_released: str) -> None:
        """Let a story stand in its lists as this version says."""
        names = sorted(lists_of(story))
        new = _Kept(sequence, row_text(story, first_released), compact(names))
        old = self._kept(story.number, sequence)
        if new == old:
            return
        self._rows[story.number] = new
        was = set(json.loads(old.lists)) if old else set()
        for name in sorted(was - set(names)):
            self._leave(name, sequence)
        for name in names:
            if name not in was:
                self._join(name, sequence, story.number)
            else:
                self._touch(name, self.page_of(name, sequence))
        if len(self._rows) >= HELD:
            self._write()

    def drop(self, number: int) -> None:
        """Take a story out of every list."""
        old = self._kept(number)
        if old:
            self._rows[number] = None
            for name in json.loads(old.lists):
                self._leave(name, old.sequence)

    def correct(self, number: int, new: Mapping[int, str]) -> None:
        """Let the list of corrections say these of a story, each in its place, and nothing else of it."""
        old = dict(self._db.execute("SELECT sequence, row FROM corrections WHERE number = ?", (number,)))
        if new == old:
            return
        for sequence in sorted(old.keys() - new.keys()):
            self._leave(CORRECTIONS, sequence)
        for sequence in sorted(new.keys() - old.keys()):
            self._join(CORRECTIONS, sequence, number)
        for sequence in sorted(new.keys() & old.keys()):
            self._touch(CORRECTIONS, self.page_of(CORRECTIONS, sequence))
        self._db.execute("DELETE FROM corrections WHERE number = ?", (number,))
        self._db.executemany(
            "INSERT INTO corrections VALUES (?, ?, ?)", [(sequence, number, row) for sequence, row in new.items()]
        )

    def settle(self) -> None:
        """Write down what came and went, and put the pages of every touched list in order: none empty, the newest not
        over-full."""
        self._write()
        for name in sorted(self._dirty):
            for page in sorted(self._dirty[name], reverse=True):
                self._fill(name, page)
            while self._count(name, (newest := self.pages(name)), PER_PAGE + 1) > PER_PAGE:
                self._db.execute(
                    "INSERT INTO bounds VALUES (?, ?, ?)", (name, newest + 1, self._nth(name, newest, PER_PAGE))
                )
                # The newest may be an older page that has just become it, and was touched by nothing else.
                self._touch(name, newest)
                self._touch(name, newest + 1)
            if not self.stories(name):
                self._db.execute("DELETE FROM lists WHERE list = ?", (name,))
            self.touched.add(f"pages:{name}")
            self.touched.update(f"{kind}:{name}:{page}" for kind in ("page", "has") for page in self._dirty[name])
            if name == ALL:
                firsts = {(page - 1) // LISTED * LISTED + 1 for page in self._dirty[name]}
                self.touched.update(f"numbers:{name}:{first}:{LISTED}" for first in firsts)
            self.touched.update(
                key
                for (key,) in self._db.execute(
                    "SELECT key FROM queries WHERE key > ? AND key < ?", (f"latest:{name}:", f"latest:{name};")
                )
            )
            if name.startswith("tag:") and self.before[name][0] != self.stories(name):
                self.touched |= {"tags", f"slug:{slug_of(name[4:])}"}
        self._dirty.clear()

    def pages(self, name: str) -> int:
        found = self._db.execute("SELECT max(page) FROM bounds WHERE list = ?", (name,)).fetchone()
        return int(found[0] or 0)

    def stories(self, name: str) -> int:
        found = self._db.execute("SELECT stories FROM lists WHERE list = ?", (name,)).fetchone()
        return int(found[0]) if found else 0

    def page_of(self, name: str, sequence: int) -> int:
        """The page that covers this sequence number."""
        newest, first = self._end(name)
        if sequence >= first:
            return newest
        found = self._db.execute(
            "SELECT page FROM bounds WHERE list = ? AND first <= ? ORDER BY first DESC LIMIT 1", (name, sequence)
        ).fetchone()
        return int(found[0]) if found else 0

    def page(self, name: str, number: int) -> list[str]:
        """The rows of a page as the book keeps them, newest first."""
        found = self._db.execute(
            "SELECT r.row FROM bounds b LEFT JOIN bounds next ON next.list = b.list AND next.page = b.page + 1 "  # noqa: S608
            "JOIN entries e ON e.list = b.list AND e.sequence >= b.first AND e.sequence < coalesce(next.first, 1 << 62) "
            f"JOIN {_rows(name)} WHERE b.list = ? AND b.page = ? ORDER BY e.sequence DESC",
            (name, number),
        )
        return [row for (row,) in found]

    def has(self, name: str, number: int) -> bool:
        """Whether a page has stories: a page that is there is never empty."""
        found = self._db.execute("SELECT 1 FROM bounds WHERE list = ? AND page = ?", (name, number)).fetchone()
        return bool(found)

    def numbers(self, name: str, first: int, pages: int) -> list[int]:
        """Numbers of the stories on so many pages from `first` on, oldest first."""
        found = self._db.execute(
            "SELECT number FROM entries WHERE list = ? AND sequence >= ? AND sequence < ? ORDER BY sequence",
            (name, self._first(name, first), self._first(name, first + pages)),
        )
        return [number for (number,) in found]

    def latest(self, name: str, most: int) -> list[str]:
        """The newest rows of a list."""
        found = self._db.execute(
            f"SELECT r.row FROM entries e JOIN {_rows(name)} "  # noqa: S608 - of two texts of ours
            "WHERE e.list = ? ORDER BY e.sequence DESC LIMIT ?",
            (name, most),
        )
        return [row for (row,) in found]

    def tags(self) -> list[tuple[str, int]]:
        """Every tag in use with its number of stories, most used first, then by word."""
        found = self._db.execute("SELECT list, stories FROM lists WHERE slug IS NOT NULL")
        return sorted(((name[4:], stories) for name, stories in found), key=lambda one: (-one[1], one[0]))

    def tag(self, slug: str) -> str | None:
        """The tag in use with this part of an address; should two ever share it, the first by word."""
        if slug not in self._slugs:
            found = self._db.execute("SELECT min(list) FROM lists WHERE slug = ?", (slug,)).fetchone()[0]
            self._slugs[slug] = found[4:] if found else None
        return self._slugs[slug]

    def counts(self, name: str) -> list[int]:
        """How many stories each page of a list holds."""
        return [self._count(name, page) for page in range(1, self.pages(name) + 1)]

    def _kept(self, number: int, sequence: int = 0) -> _Kept | None:
        """The row of a story. Nobody is asked for that of a story which first comes now, behind all `sequence` numbers."""
        if number in self._rows:
            return self._rows[number]
        if sequence > self._newest():
            return None
        found = self._db.execute("SELECT sequence, row, lists FROM rows WHERE number = ?", (number,)).fetchone()
        return _Kept(*found) if found else None

    def _newest(self) -> int:
        # Each row has an entry in the list of all.
        if self._last is None:
            found = self._db.execute("SELECT max(sequence) FROM entries WHERE list = ?", (ALL,)).fetchone()
            self._last = int(found[0] or 0)
        return self._last

    def _end(self, name: str) -> tuple[int, int]:
        if name not in self._ends:
            found = self._db.execute(
                "SELECT page, first FROM bounds WHERE list = ? ORDER BY page DESC LIMIT 1", (name,)
            ).fetchone()
            self._ends[name] = found or (0, 0)
        return self._ends[name]

    def _join(self, name: str, sequence: int, number: int) -> None:
        self._touch(name, self.page_of(name, sequence) or self._opened(name))
        self._entries[name, sequence] = number
        self._more[name] += 1
        if name.startswith("tag:"):
            word = name[4:]
            self._slugs[slug_of(word)] = min(self.tag(slug_of(word)) or word, word)

    def _opened(self, name: str) -> int:
        """The first page of a list that had none."""
        self._remember(name)
        self._db.execute("INSERT INTO bounds VALUES (?, 1, 0)", (name,))
        self._ends[name] = (1, 0)
        return 1

    def _leave(self, name: str, sequence: int) -> None:
        self._touch(name, self.page_of(name, sequence))
        self._entries[name, sequence] = None
        self._more[name] -= 1

    def _write(self) -> None:
        gone = [(number,) for number, row in self._rows.items() if row is None]
        self._db.executemany("DELETE FROM rows WHERE number = ?", gone)
        self._db.executemany(
            "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)",
            [(number, *row) for number, row in self._rows.items() if row],
        )
        left = [where for where, number in self._entries.items() if number is None]
        self._db.executemany("DELETE FROM entries WHERE list = ? AND sequence = ?", left)
        # In the order of the table; one that left and came again stands there still.
        come = sorted((*where, number) for where, number in self._entries.items() if number is not None)
        self._db.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", come)
        self._db.executemany(
            "INSERT INTO lists VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET stories = stories + ?2",
            [(name, more, slug_of(name[4:]) if name.startswith("tag:") else None) for name, more in self._more.items()],
        )
        for done in (self._rows, self._entries, self._more, self._ends, self._slugs):
            done.clear()
        self._last = None

    def _fill(self, name: str, page: int) -> None:
        """See to it that this page is not empty; every page above it holds something already."""
        while not self._count(name, page):
            newest = self.pages(name)
            if page > newest:
                return
            if page == newest:
                self._db.execute("DELETE FROM bounds WHERE list = ? AND page = ?", (name, newest))
                self._touch(name, page)
                page = newest - 1
                if page < 1:
                    return
                continue
            below = self._count(name, page - 1) if page > 1 else 0
            above = self._count(name, page + 1)
            if above < 2 <= below:
                self._begin(name, page, self._nth(name, page - 1, below // 2))
                self._touch(name, page - 1)
                return
            # Half of the newer neighbour; its only story when it has one, and then it is the neighbour that looks on.
            if above > 1:
                first = self._nth(name, page + 1, above // 2)
            elif page + 1 < newest:
                first = self._first(name, page + 2)
            else:
                first = 2**62
            self._begin(name, page + 1, first)
            self._touch(name, page)
            page += 1

    def _begin(self, name: str, page: int, first: int) -> None:
        self._db.execute("UPDATE bounds SET first = ? WHERE list = ? AND page = ?", (first, name, page))
        self._touch(name, page)

    def _touch(self, name: str, page: int) -> None:
        self._remember(name)
        self._dirty.setdefault(name, set()).add(page)

    def _remember(self, name: str) -> None:
        if name not in self.before:
            self.before[name] = (self.stories(name), self._end(name)[0])

    def _first(self, name: str, page: int) -> int:
        found = self._db.execute("SELECT first FROM bounds WHERE list = ? AND page = ?", (name, page)).fetchone()
        return int(found[0]) if found else 2**62

    def _range(self, name: str, page: int) -> tuple[int, int]:
        return self._first(name, page), self._first(name, page + 1)

    def _count(self, name: str, page: int, most: int = -1) -> int:
        """How many stories a page holds; counting stops at `most`."""
        found = self._db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM entries WHERE list = ? AND sequence >= ? AND sequence < ? LIMIT ?)",
            (name, *self._range(name, page), most),
        ).fetchone()
        return int(found[0])

    def _nth(self, name: str, page: int, at: int) -> int:
        """The sequence number of a page's entry, its oldest being 0."""
        found = self._db.execute(
            "SELECT sequence FROM entries WHERE list = ? AND sequence >= ? AND sequence < ? ORDER BY sequence "
            "LIMIT 1 OFFSET ?",
            (name, *self._range(name, page), at),
        ).fetchone()
        return int(found[0])
