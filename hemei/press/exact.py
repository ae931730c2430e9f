"""The full build: everything anew from what was admitted, compared with the edition that grew change by change.

Every page and proof is printed and staged, in the order of their paths, and compared as it comes with what the book has:
its bytes, every read with its answer, the rows of lists. The tree is made anew from all leaves. The store is whole
again afterwards, also when files had been lost.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from hemei.press import layout
from hemei.press.admitted import Admitted
from hemei.press.book import Connection
from hemei.press.corrections import CORRECTIONS, announced
from hemei.press.errors import Inexact
from hemei.press.leaves import Leaves, examined
from hemei.press.lists import PER_PAGE, Lists
from hemei.press.pieces import read_setting
from hemei.press.plates import MANY, Plate, Presses, ahead
from hemei.press.recorder import Sources
from hemei.seal.digest import Digest
from hemei.seal.errors import BadTree
from hemei.seal.tree import Leaf
from hemei.seal.whole import joined, place, summed

if TYPE_CHECKING:
    from hemei.press.printing import Tools

NAMED = 10
"""How many differences an error names."""
MOST = 1000
"""How many are told apart; more are only counted. As many marks make one task."""


def root_from_scratch(db: Connection, tools: Tools, now: datetime) -> Digest:
    """The root of a build from admitted pieces alone. Raises Inexact when lists, reads, files or root differ from it.

    Only what cannot be derived is taken as it is: the order of first releases, where the pages of lists begin, and
    the printed sizes of pictures. The book may not change meanwhile.
    """
    with closing(Leaves(tools.book.path.parent)) as leaves:
        made = _Build(db, tools, now, leaves)
        with tools.pool() if made.count >= MANY else nullcontext(None) as workers:
            found = made.everything(workers)
            faults = list(dict.fromkeys(islice(found, MOST)))
            more = sum(1 for _ in found)  # to the end all the same: there are files to be printed
            root, unsound = _root(db, leaves, workers)
    faults += unsound
    if faults or tools.book.get("root") != root:
        named = "；".join(faults[:NAMED])
        count = len(faults) + more
        raise Inexact(f"全部重印与现在的版次不一致（{count} 处）：{named}。请保留 var/press 并报告这个错误")
    return root


class _Build:
    """One full build; what it finds otherwise in the book is told in words."""

    def __init__(self, db: Connection, tools: Tools, now: datetime, leaves: Leaves) -> None:
        self._db, self._tools, self._leaves = db, tools, leaves
        self._admitted = Admitted(db)
        self._presses = Presses(tools.pool, tools.progress, tools.printer, tools.store, Sources(db, now))
        self._beside = sorted(layout.beside(Lists(db), self._sections()))
        self._stories = int(
            db.execute("SELECT count(*) FROM pieces WHERE key GLOB 'story:*' AND state = 'admitted'").fetchone()[0]
        )
        self.count = len(self._beside) + 2 * self._stories
        """Pages and proofs to print."""
        self._counted: Counter[str] = Counter()
        self._corrected: dict[int, tuple[int, str]] = {}
        """Rows of the list of corrections, with the number of the story, by place."""

    def everything(self, workers: Executor | None) -> Iterator[str]:
        """Print and stage every file, and put every leaf down. What differs from the book on the way."""
        yield from self._assets()
        self._marks(workers)
        last = ""
        for plates, leaves in self._printed(workers):
            self._leaves.add(leaves)
            self._counted.update(files=len(plates), bytes=sum(plate.size for plate in plates))
            yield from self._files(plates, last)
            yield from self._reads(plates, last)
            yield from self._rows([plate.row for plate in plates if plate.row])
            for plate in plates:
                if plate.row and plate.corrected:
                    self._corrected |= {place: (plate.row[0], row) for place, row in plate.corrected.items()}
            last = plates[-1].path
        yield from self._files([], last)
        yield from self._reads([], last)
        yield from self._pictures_used()
        yield from self._left_over()
        yield from self._corrections()
        yield from _misplaced(self._db)
        counted = {name: int(self._tools.book.get(name, "0")) for name in ("files", "bytes")}
        if counted != {name: self._counted[name] for name in counted}:
            yield f"counted {counted}"

    def _printed(self, workers: Executor | None) -> Iterator[tuple[Sequence[Plate], bytes]]:
        """Every page and proof, in the order of their paths, in lots with their leaves."""
        before = bisect_left(self._beside, "a/")
        stories = layout.of_stories(self._admitted.stories())
        paths = chain(self._beside[:before], stories, self._beside[before:])
        if workers:
            yield from self._presses.lots(workers, paths, self.count)
        else:
            for plate in self._presses.plates(list(paths)):
                yield [plate], b"".join(place(plate.leaf))

    def _sections(self) -> frozenset[str]:
        site = self._admitted.standing("setting:site")
        value = read_setting(self._admitted.content(site))[2] if site else {"sections": []}
        return frozenset(section["id"] for section in value["sections"])

    def _assets(self) -> Iterator[str]:
        tools = self._tools
        yield from self._whole(
            "asset",
            {
                tools.printer.asset_path(name): (tools.store.put(data), len(data))
                for name, data in tools.printer.assets.items()
            },
        )

    def _pictures_used(self) -> Iterator[str]:
        """The pictures of all pages, whose reads were compared by now: so the book itself may say which these are."""
        used = (
            "SELECT DISTINCT n.path, n.digest, n.size FROM renditions n WHERE EXISTS "
            "(SELECT 1 FROM reads r WHERE r.key = 'picture:' || n.recipe)"
        )
        kept = "SELECT path, digest, size FROM pages WHERE kind = 'picture'"
        for path, content, size in self._db.execute(used):
            self._leaves.add(b"".join(place(Leaf(path, size, content))))
            self._counted.update(files=1, bytes=size)
        for one, other in ((used, kept), (kept, used)):
            odd = self._db.execute(f"{one} EXCEPT {other} LIMIT {NAMED}")
            yield from (f"{path} is served otherwise" for path, _, _ in odd)

    def _whole(self, kind: str, made: dict[str, tuple[Digest, int]]) -> Iterator[str]:
        """Count and compare all files of one kind that is not printed."""
        for path, (content, size) in made.items():
            self._leaves.add(b"".join(place(Leaf(path, size, content))))
        self._counted.update(files=len(made), bytes=sum(size for _, size in made.values()))
        kept = self._db.execute("SELECT path, digest, size FROM pages WHERE kind = ?", (kind,))
        yield from _otherwise(made, {path: (content, size) for path, content, size in kept})

    def _marks(self, workers: Executor | None) -> None:
        """The leaves that have no bytes: the theme, and each piece that is admitted or withdrawn."""
        marks = chain(
            [("!theme", self._tools.printer.theme)],
            ((f"!admitted/{each.key}", each.version) for each in self._admitted.all()),
            ((f"!withdrawn/{each.key}", each.withdrawal) for each in self._admitted.all("withdrawn")),
        )
        lots = iter(lambda: list(islice(marks, MOST)), [])
        for leaves in ahead(workers, marked, ((lot,) for lot in lots)):
            self._leaves.add(leaves)

    def _files(self, plates: Sequence[Plate], last: str) -> Iterator[str]:
        """The bytes at all paths after `last`, up to the last of these."""
        kept = self._db.execute(
            "SELECT path, digest, size FROM pages WHERE path > ? AND path <= ? AND kind NOT IN ('asset', 'picture')",
            _up_to(plates, last),
        )
        made = {plate.path: (plate.digest, plate.size) for plate in plates}
        yield from _otherwise(made, {path: (content, size) for path, content, size in kept})

    def _reads(self, plates: Sequence[Plate], last: str) -> Iterator[str]:
        """Every read of the same pages, with its answer."""
        kept = self._db.execute(
            "SELECT r.path, r.key, q.answer FROM reads r LEFT JOIN queries q ON q.key = r.key "
            "WHERE r.path > ? AND r.path <= ?",
            _up_to(plates, last),
        )
        made = {(plate.path, key): answer for plate in plates for key, answer in plate.asked.items()}
        for path, key, answer in kept:
            wanted = made.pop((path, key), None)
            if wanted is None:
                yield f"{path} reads {key}"
            elif wanted != answer:
                yield f"{key} is answered otherwise"
        yield from (f"{path} reads {key}" for path, key in made)

    def _rows(self, rows: Sequence[tuple[int, str, str]]) -> Iterator[str]:
        kept = self._db.execute(
            "SELECT r.number, r.row, r.lists FROM json_each(?) j JOIN rows r ON r.number = j.value "
            "JOIN pieces p ON p.key = 'story:' || j.value AND p.sequence = r.sequence",
            (json.dumps([number for number, _, _ in rows]),),
        )
        same = set(kept.fetchall())
        yield from (f"the row of story {row[0]}" for row in rows if row not in same)

    def _corrections(self) -> Iterator[str]:
        """Where the list of corrections is not what the stories that are admitted say, and the withdrawals."""
        made = self._corrected
        for each in list(self._admitted.all("withdrawn")):
            number, signed = int(each.key[6:]), self._admitted.withdrawal(each)
            made |= {place: (number, row) for place, row in announced(number, signed, each.withdrawn).items()}
        kept = {place: (number, row) for place, number, row in self._db.execute("SELECT * FROM corrections")}
        odd = {place for place in made.keys() | kept.keys() if made.get(place) != kept.get(place)}
        yield from (f"the correction at {place}" for place in sorted(odd))

    def _left_over(self) -> Iterator[str]:
        """Rows of stories, and answers to questions, that nothing in the build had a use for."""
        for said, sql in (
            ("the row of story {}", "SELECT number FROM rows r WHERE NOT EXISTS (SELECT 1 FROM pieces p WHERE p.key = "
             "'story:' || r.number AND p.state = 'admitted')"),
            ("{} is answered otherwise", "SELECT key FROM queries q WHERE NOT EXISTS (SELECT 1 FROM reads r WHERE "
             "r.key = q.key)"),
        ):  # fmt: skip
            yield from (said.format(found) for (found,) in self._db.execute(sql + " LIMIT ?", (NAMED,)))


def marked(marks: Sequence[tuple[str, Digest]]) -> bytes:
    """The leaves of these paths, which stand for digests alone. Work for a pool."""
    return b"".join(chain.from_iterable(place(Leaf(path, 0, content)) for path, content in marks))


def _up_to(plates: Sequence[Plate], last: str) -> tuple[str, str]:
    return last, plates[-1].path if plates else "\U0010ffff"


def _otherwise(made: dict[str, tuple[Digest, int]], kept: dict[str, tuple[Digest, int]]) -> Iterator[str]:
    if made != kept:
        odd = (path for path in made.keys() | kept.keys() if made.get(path) != kept.get(path))
        yield from (f"{path} is served otherwise" for path in sorted(odd))


def _misplaced(db: Connection) -> Iterator[str]:
    """Where the lists are not what the rows of the stories say, or their pages are not in order."""
    lists = Lists(db)
    stories = dict(db.execute("SELECT each.value, count(*) FROM rows, json_each(rows.lists) each GROUP BY 1"))
    stories |= dict(db.execute("SELECT ?, count(*) FROM corrections GROUP BY 1", (CORRECTIONS,)))
    yield from (
        f"the correction at {place} is not in the list"
        for (place,) in db.execute(
            "SELECT c.sequence FROM corrections c WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE "
            "(e.list, e.sequence, e.number) = (?, c.sequence, c.number)) LIMIT ?",
            (CORRECTIONS, NAMED),
        )
    )
    yield from (
        f"story {number} is not in {name}"
        for name, number in db.execute(
            "SELECT each.value, ours.number FROM rows ours, json_each(ours.lists) each WHERE NOT EXISTS (SELECT 1 FROM "
            "entries e WHERE (e.list, e.sequence, e.number) = (each.value, ours.sequence, ours.number)) LIMIT ?",
            (NAMED,),
        )
    )
    kept = dict(db.execute("SELECT list, count(*) FROM entries GROUP BY list"))
    for name in stories.keys() | kept.keys() | {name for (name,) in db.execute("SELECT DISTINCT list FROM bounds")}:
        counts = lists.counts(name)
        full = counts[-1:] > [PER_PAGE]
        if 0 in counts or full or not sum(counts) == lists.stories(name) == kept.get(name) == stories.get(name):
            yield f"pages of {name}: {counts[:NAMED]}"


def _root(db: Connection, leaves: Leaves, workers: Executor | None) -> tuple[Digest, list[str]]:
    """The root over all leaves; and where the tree that grew is not sound in itself."""

    def nodes(where: str, *values: str) -> list[tuple[str, bytes]]:
        found = db.execute(f"SELECT prefix, data FROM nodes WHERE {where} ORDER BY prefix DESC", values)  # noqa: S608
        return [(prefix, bytes(data)) for prefix, data in found]

    tasks = (
        (first, shelf, nodes("prefix >= ? AND prefix < ?", f"{first:02x}", f"{first:02x}g"))
        for first, shelf in leaves.shelves()
    )
    parts, below, faults = [], {}, []
    for first, made, count, grew in ahead(workers, examined, tasks):
        if count:
            parts.append((first, made, count))
        if isinstance(grew, str):
            faults.append(f"the tree at {grew!r}")
        else:
            below.update(grew)
    top = ", ".join(f"'{digit}'" for digit in ("", *"0123456789abcdef"))
    root = joined(parts)
    try:
        stored = summed(nodes(f"prefix IN ({top})"), below)
        odd = sorted(stored.keys() - {""})
        if stored.get("", (bytes(32), 0))[0].hex() != root:
            odd.append("")
    except BadTree as error:
        odd = [str(error)]
    return root, list(dict.fromkeys([*faults, *(f"the tree at {prefix!r}" for prefix in odd)]))
