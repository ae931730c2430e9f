"""The full build: everything anew from what was admitted, to be compared with the edition that grew change by change.

It is written into a book of its own beside the real one: every page, what it read, the rows of the lists, the leaves of
the tree. The files go to the store, which is whole again afterwards. Then both books are compared, row by row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hemei.press import layout
from hemei.press.admitted import Admitted, Standing
from hemei.press.book import Connection
from hemei.press.edition import Trunk
from hemei.press.errors import Inexact
from hemei.press.lists import PER_PAGE, Lists
from hemei.press.pieces import read_setting
from hemei.press.plates import MANY, plates
from hemei.press.recorder import Sources
from hemei.press.renditions import Renditions
from hemei.seal.digest import Digest
from hemei.seal.tree import Leaf
from hemei.seal.whole import ordered_root, place, unsound
from hemei.sqlite import swap

if TYPE_CHECKING:
    from hemei.press.printing import Tools

NAMED = 10
"""How many differences an error names."""

_SCHEMA = (
    "CREATE TABLE pages(path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE queries(key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE reads(key TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (key, path)) WITHOUT ROWID",
    "CREATE TABLE rows(number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, row TEXT NOT NULL, lists TEXT NOT NULL)",
    "CREATE TABLE leaves(place BLOB PRIMARY KEY, hash BLOB NOT NULL) WITHOUT ROWID",
)
_COMPARED = {
    "rows": ("number", "'the row of story ' || number", "sequence row lists"),
    "pages": ("path", "path || ' is served otherwise'", "digest size"),
    "reads": ("key path", "path || ' reads ' || key", ""),
    "queries": ("key", "key || ' is answered otherwise'", "answer"),
}
"""For each table: what identifies a row, how a difference is told, what else has to be the same. Causes first."""


def root_from_scratch(db: Connection, tools: Tools, now: datetime) -> Digest:
    """The root of a build from admitted pieces alone. Raises Inexact when lists, reads, files or root differ from it.

    Only what cannot be derived is taken as it is: the order of first releases, where the pages of lists begin, and
    the printed sizes of pictures. The book may not change meanwhile.
    """
    with _aside(tools.book.path, large=int(tools.book.get("pages", "0")) >= MANY) as build:
        made = _Build(build, db, tools, now)
        made.everything()
        found = chain(_differences(build), _misplaced(build, db), made.miscounted(), _unsealed(build, db))
        faults = list(dict.fromkeys(found))
        root = ordered_root(build.execute("SELECT place, hash FROM leaves ORDER BY place"))
    live = tools.book.get("root")
    if faults or live != root:
        named = "；".join(faults[:NAMED])
        raise Inexact(f"全部重印与现在的版次不一致（{len(faults)} 处）：{named}。请保留 var/press 并报告这个错误")
    return root


@contextmanager
def _aside(book: Path, *, large: bool) -> Iterator[Connection]:
    """An empty book of nobody's, which can look into the real one as `live`. A large one lies on the disk meanwhile."""
    path = book.with_name("full.sqlite3")
    path.unlink(missing_ok=True)
    build: Connection = swap().connect(path if large else ":memory:", isolation_level=None, uri=True)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            build.execute(f"PRAGMA {pragma}")
        build.execute("ATTACH ? AS live", (f"{book.absolute().as_uri()}?mode=ro",))
        build.execute("BEGIN")
        for statement in _SCHEMA:
            build.execute(statement)
        yield build
    finally:
        build.close()
        path.unlink(missing_ok=True)


class _Build:
    """One full build, written into the book `build`."""

    def __init__(self, build: Connection, db: Connection, tools: Tools, now: datetime) -> None:
        self._build, self._db, self._tools, self._now = build, db, tools, now
        self._admitted = Admitted(db, tools.seal.site)
        self._lists = Lists(db)
        self._counted: Counter[str] = Counter()

    def everything(self) -> None:
        tools = self._tools
        for name, data in tools.printer.assets.items():
            self._file([(tools.printer.asset_path(name), tools.store.put(data), len(data))])
        self._marks()
        paths = [*layout.everything(self._lists, self._sections(), self._stories())]
        sources = Sources(self._db, tools.seal.site, self._now)
        used: set[str] = set()
        for batch in _batched(plates(tools.pool, tools.progress, tools.printer, tools.store, sources, paths), 500):
            self._file([(plate.path, plate.digest, plate.size) for plate in batch])
            self._build.executemany(
                "INSERT INTO reads VALUES (?, ?)", [(key, plate.path) for plate in batch for key in plate.asked]
            )
            self._build.executemany(
                "INSERT INTO rows SELECT ?, sequence, ?, ? FROM live.pieces WHERE key = ?",
                [(*plate.row, f"story:{plate.row[0]}") for plate in batch if plate.row],
            )
            asked = {key: answer for plate in batch for key, answer in plate.asked.items()}
            self._build.executemany("INSERT INTO queries VALUES (?, ?) ON CONFLICT DO NOTHING", asked.items())
            used |= {key for key in asked if key.startswith("picture:")}
        pictures = {file for key in used for file in Renditions(self._db).files(key.removeprefix("picture:"))}
        self._file(sorted(pictures))

    def miscounted(self) -> Iterator[str]:
        """What the book counts of the edition, where that is not what was built."""
        book = self._tools.book
        counted = {name: int(book.get(name, "0")) for name in ("files", "bytes")}
        if counted != {name: self._counted[name] for name in counted}:
            yield f"counted {counted}"

    def _sections(self) -> frozenset[str]:
        site = self._admitted.standing("setting:site")
        value = read_setting(self._admitted.content(site))[2] if site else {"sections": []}
        return frozenset(section["id"] for section in value["sections"])

    def _stories(self) -> list[str]:
        """Keys of the admitted stories; their proofs are made on the way."""
        found = []
        for batch in _batched((each for each in self._admitted.all() if each.key.startswith("story:")), 500):
            self._file([self._proof(each) for each in batch])
            found += [each.key for each in batch]
        return found

    def _proof(self, standing: Standing) -> tuple[str, Digest, int]:
        data = self._admitted.proof(standing)
        return f"a/{standing.key.removeprefix('story:')}/proof.json", self._tools.store.put(data), len(data)

    def _marks(self) -> None:
        self._leaf([Leaf("!theme", 0, self._tools.printer.theme)])
        for batch in _batched(self._admitted.all(), 500):
            self._leaf([Leaf(f"!admitted/{each.key}", 0, each.version) for each in batch])
        for batch in _batched(self._admitted.all("withdrawn"), 500):
            self._leaf([Leaf(f"!withdrawn/{each.key}", 0, each.withdrawal) for each in batch])

    def _file(self, files: list[tuple[str, Digest, int]]) -> None:
        self._build.executemany("INSERT INTO pages VALUES (?, ?, ?)", files)
        self._counted["files"] += len(files)
        self._counted["bytes"] += sum(size for _, _, size in files)
        self._leaf([Leaf(path, size, content) for path, content, size in files])

    def _leaf(self, leaves: list[Leaf]) -> None:
        self._build.executemany("INSERT INTO leaves VALUES (?, ?)", map(place, leaves))


_Item = TypeVar("_Item")


def _batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    for _, batch in groupby(enumerate(items), lambda pair: pair[0] // size):
        yield [item for _, item in batch]


def _differences(build: Connection) -> Iterator[str]:
    """Rows that only one of both books has, or that differ."""
    for table, (names, said, values) in _COMPARED.items():
        same = " AND ".join(f"theirs.{name} = ours.{name}" for name in f"{names} {values}".split())
        for one, other in (("main", "live"), ("live", "main")):
            found = build.execute(  # names from _COMPARED only
                f"SELECT {said} FROM {one}.{table} ours WHERE NOT EXISTS "  # noqa: S608
                f"(SELECT 1 FROM {other}.{table} theirs WHERE {same}) LIMIT {NAMED}"
            )
            yield from (text for (text,) in found)


def _misplaced(build: Connection, db: Connection) -> Iterator[str]:
    """Where the lists are not what the rows of the stories say, or their pages are not in order."""
    lists = Lists(db)
    stories = dict(build.execute("SELECT each.value, count(*) FROM rows, json_each(rows.lists) each GROUP BY 1"))
    yield from (
        f"story {number} is not in {name}"
        for name, number in build.execute(
            "SELECT each.value, number FROM rows ours, json_each(ours.lists) each WHERE NOT EXISTS (SELECT 1 FROM "
            "live.entries e WHERE (e.list, e.sequence, e.number) = (each.value, ours.sequence, ours.number)) LIMIT ?",
            (NAMED,),
        )
    )
    kept = dict(db.execute("SELECT list, count(*) FROM entries GROUP BY list"))
    for name in stories.keys() | kept.keys() | {name for (name,) in db.execute("SELECT DISTINCT list FROM bounds")}:
        counts = lists.counts(name)
        full = counts[-1:] > [PER_PAGE]
        if 0 in counts or full or not sum(counts) == lists.stories(name) == kept.get(name) == stories.get(name):
            yield f"pages of {name}: {counts[:NAMED]}"


def _unsealed(build: Connection, db: Connection) -> Iterator[str]:
    """Where the tree that grew is not sound in itself; that it says the same, its root shows."""
    if fault := unsound(Trunk(db)):
        yield f"the tree at {fault!r}"
