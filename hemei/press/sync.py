"""Bringing the live edition to where people read it: only what differs, in a safe order, and again until it is equal.

What is known of the target (`known`) is believed as long as the seal that lies there is the one that was left; else, and
with `check`, the target itself is listed and read. What was withdrawn is removed before anything is listed, whatever
is known. Files that are not ours are never touched: ours are those that we put, and what lies in the site's folders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from hemei.press.book import Connection, connect
from hemei.press.known import Known, known, md5, transaction
from hemei.press.plan import FRESHNESS, OURS, REMOVE, Deed, Phase, Plan, withdrawals
from hemei.press.store import Store
from hemei.press.targets import ASIDE, NotSynced, Target
from hemei.seal.digest import Digest, digest
from hemei.seal.tree import RESERVED
from hemei.sqlite import swap

LOT = 256
"""Files that are on their way at once, at most."""
HEAVY = 16 << 20
"""Bytes that are on their way at once, but for a single file that is larger."""
MARKS = tuple(f"{RESERVED}{name}" for name in ("keys.json", "edition.json", "freshness.json"))
"""What tells whose copy this is, and of which edition."""
LARGEST_MARK = 1 << 20
NAMED = 5
"""How many files a message names."""

Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


@dataclass(frozen=True, slots=True)
class Synced:
    """A target that is equal to the edition."""

    edition: int
    put: int
    removed: int
    strangers: tuple[str, ...]
    """What stands at its top and is not ours; known after a look at the target only."""
    addresses: tuple[str, ...]
    """What was changed or removed: addresses that caches have to forget."""


def sync(
    home: Path,
    target: Target,
    *,
    check: bool = False,
    verify: bool = False,
    progress: Progress | None = None,
) -> Synced:
    """Bring the live edition to the target. Raises NotSynced, BadStore and NotReady; run again, it goes on from there.

    `check` compares the target itself first, `verify` afterwards, reading every file. `told` the addresses once somebody
    has them.
    """
    try:
        with known(home, target.name) as state, closing(connect(_book(home), reading=True)) as book:
            one = _Sync(home, target, state, book, progress or (lambda *_: None))
            try:
                return one.run(check, verify)
            except NotSynced as error:
                error.addresses = one.addresses()
                raise
    except swap().Error as error:
        raise NotSynced(f"{home / 'press'} 里的记录读写不了（{error}）。请检查磁盘，再运行一次。") from error


def told(home: Path, target: Target) -> None:
    """Somebody has the list of addresses; the next one begins anew."""
    with known(home, target.name) as state:
        state.told()


class _Sync:
    """One sync of one target."""

    def __init__(self, home: Path, target: Target, state: Known, book: Connection, progress: Progress) -> None:
        self._target, self._known, self._book, self._progress = target, state, book, progress
        self._plan = Plan(_book(home), state)
        self._store = Store(home / "press" / "store", reading=True)
        self._live = self._plan.look()
        self._seen = self._live.number
        self._strangers: set[str] = set()
        self._banned: set[str] = set()
        self._put = self._removed = 0

    def run(self, check: bool, verify: bool) -> Synced:
        self._target.tidy()
        marks = self._marks()
        ours = f'"site":"{self._live.site}"'.encode()
        claimed = any(data and ours in data for data in marks) or not self._known.empty()
        trusted = self._trusted(marks)
        if claimed and (not trusted or self._known.get(FRESHNESS) is None):
            self._ban()
        if check or not trusted:
            self._live = self._plan.look(whole=True)
            self._compare(claimed)
            self._live = self._plan.look()
        while not self._bring():
            self._live = self._plan.look()
        self._read_back()
        self._target.tidy()
        if verify:
            self._verify()
        self._known.note("withdrawals", self._live.withdrawals)
        return Synced(self._live.number, self._put, self._removed, tuple(sorted(self._strangers)), self.addresses())

    def addresses(self) -> tuple[str, ...]:
        """Absolute, in order; a page that is its folder's index also by the folder's address."""
        found = []
        for path in self._known.stale():
            address = f"{self._live.address}/{quote(path)}"
            found += [address.removesuffix("index.html")] * path.endswith("index.html") + [address]
        return tuple(found)

    # Whose copy it is, and whether what is known of it still holds

    def _marks(self) -> list[bytes | None]:
        marks = self._target.read([(path, LARGEST_MARK) for path in MARKS])
        for data in marks:
            if data and b'"site":"' in data and f'"site":"{self._live.site}"'.encode() not in data:
                raise NotSynced(f"{self._target.name} 里是另一个网站的版次，没有动。请检查目标写得对不对。")
        return marks

    def _trusted(self, marks: Iterable[bytes | None]) -> bool:
        """Whether the seal that lies there is the one that we left; what a cut left in doubt says nothing."""
        left = [self._known.get(path) for path in MARKS]
        there = [digest(data) if data is not None else None for data in marks]
        same = all(ours in ("", theirs) for ours, theirs in zip(left, there, strict=True))
        return same and any(ours and ours == theirs for ours, theirs in zip(left, there, strict=True))

    def _ban(self) -> None:
        """Remove what was withdrawn, at once and whether it is there or not."""
        paths = [path for (path,) in self._known.db.execute("SELECT path FROM withdrawn ORDER BY path")]
        self._banned.update(paths)
        for at in range(0, len(paths), LOT):
            self._remove(paths[at : at + LOT])
        self._removed = 0  # whether any was there, not every target tells

    def _compare(self, claimed: bool, *, reading: bool = False) -> None:
        """See what is there. What the target says of content is believed where it can be; `reading`, nowhere."""
        db = self._known.db
        self._list()
        found = [path for (path,) in db.execute("SELECT path FROM found LIMIT ?", (NAMED,))]
        if found and not claimed:
            raise NotSynced(
                f"{self._target.name} 里有别人的文件（{'、'.join(found)} 等），没有动。请换一个空的目标，或先清空它。"
            )
        with transaction(db):
            db.execute(
                "CREATE TEMP TABLE before AS SELECT path, digest, tag FROM there WHERE digest != '' AND tag != ''"
            )
            db.execute("DELETE FROM there")
            db.execute("INSERT INTO there SELECT path, '', size, tag, 0 FROM found")
            for path in self._alike(reading):
                db.execute(
                    "UPDATE there SET sure = 1, digest = (SELECT digest FROM wanted w WHERE w.path = there.path) "
                    "WHERE path = ?",
                    (path,),
                )
            db.execute("DROP TABLE before")

    def _list(self) -> None:
        """The table `found`: what lies at the target where our files lie."""
        db = self._known.db
        db.execute("DROP TABLE IF EXISTS temp.found")
        db.execute("CREATE TEMP TABLE found(path TEXT PRIMARY KEY, size INTEGER, tag TEXT) WITHOUT ROWID")
        both = "SELECT path FROM wanted UNION SELECT path FROM there"
        first = db.execute(f"SELECT DISTINCT substr(path, 1, instr(path, '/') - 1) FROM ({both})")  # noqa: S608
        folders = OURS | self._live.sections | {folder for (folder,) in first} - {"", RESERVED.partition("/")[0]}
        top = {path for (path,) in db.execute(f"SELECT path FROM ({both}) WHERE instr(path, '/') = 0")}  # noqa: S608
        self._strangers.clear()
        for one in self._target.listing(folders):
            if "/" in one.path.rstrip("/") or one.path in top:
                db.execute("INSERT OR REPLACE INTO found VALUES (?, ?, ?)", (one.path, one.size, one.tag))
            elif one.path.rstrip("/") not in {ASIDE, *folders}:
                self._strangers.add(one.path)

    def _alike(self, reading: bool) -> Iterator[str]:
        """Paths at which the target has what the edition has."""
        rows = self._known.db.execute(
            "SELECT w.path, w.digest, w.size, w.data, f.tag, b.digest FROM wanted w JOIN found f ON f.path = w.path "
            "AND f.size = w.size LEFT JOIN before b ON b.path = w.path AND b.tag = f.tag ORDER BY w.path"
        )
        doubtful = []
        for path, content, size, data, tag, left in rows:
            deed = Deed(path, content, size, data)
            if tag and not reading and (left == content or md5(self._bytes(deed)) == tag):
                yield path
            else:
                doubtful.append((path, content, size))
            if len(doubtful) == LOT or sum(each[2] for each in doubtful) > HEAVY:
                yield from self._same(doubtful)
                doubtful.clear()
        yield from self._same(doubtful)

    def _same(self, files: Sequence[tuple[str, Digest, int]]) -> list[str]:
        """Those of these (path, digest, size) that the target gives back."""
        read = self._target.read([(path, size) for path, _, size in files])
        return [
            path
            for (path, content, _), data in zip(files, read, strict=True)
            if data is not None and digest(data) == content
        ]

    # The work itself

    def _bring(self) -> bool:
        """Do all that is to be done; False when something was withdrawn meanwhile, which goes first."""
        todo, done = self._plan.deeds(self._live), 0
        for phase in self._plan.phases():
            for lot in _lots(self._plan.of(phase)):
                if self._outrun():
                    return False
                if phase in REMOVE:
                    paths = [deed.path for deed in lot]
                    self._banned.update(paths if phase is Phase.WITHDRAWN else ())
                    self._remove(paths)
                else:
                    self._write(lot)
                done += len(lot)
                self._progress(min(done, todo), todo)
        return True

    def _outrun(self) -> bool:
        """Whether something was withdrawn since the edition was taken down that is being brought."""
        (number,) = self._book.execute("SELECT max(number) FROM editions").fetchone()
        if number == self._seen:
            return False
        self._seen = number
        return withdrawals(self._book) != self._live.withdrawals

    def _write(self, lot: Sequence[Deed]) -> None:
        files = [(deed.path, self._bytes(deed)) for deed in lot]
        paths = [deed.path for deed in lot]
        # What is named by its content is never another: no cache can hold anything else under its name.
        self._known.doubt(paths, (path for path in paths if not path.startswith(("p/", "assets/", f"{RESERVED}tree/"))))
        self._known.written(files, self._target.put(files))
        self._put += len(files)

    def _remove(self, paths: Sequence[str]) -> None:
        self._known.doubt(paths, paths)
        self._target.remove(paths)
        self._known.removed(paths)
        self._removed += len(paths)

    def _bytes(self, deed: Deed) -> bytes:
        return deed.data if deed.data is not None else self._store.get(deed.digest)

    # Looking at what came of it

    def _read_back(self) -> None:
        """Read what was written and not confirmed by the target itself; what was withdrawn must not answer."""
        wrong: list[str] = []
        for lot in _lots(self._unsure()):
            same = set(self._same([(deed.path, deed.digest, deed.size) for deed in lot]))
            self._known.confirmed(same)
            wrong += [deed.path for deed in lot if deed.path not in same]
        self._known.doubt(wrong, ())
        banned = sorted(self._banned)
        for at in range(0, len(banned), LOT):
            asked = banned[at : at + LOT]
            read = self._target.read([(path, 0) for path in asked])
            left = [path for path, data in zip(asked, read, strict=True) if data is not None]
            self._known.doubt(left, left)
            wrong += left
        if wrong:
            raise NotSynced(_differing(self._target.name, wrong))

    def _unsure(self) -> Iterator[Deed]:
        last = ""
        while True:
            rows = self._known.db.execute(
                "SELECT path, digest, size FROM there WHERE sure = 0 AND path > ? ORDER BY path LIMIT ?", (last, LOT)
            ).fetchall()
            if not rows:
                return
            yield from (Deed(*row) for row in rows)
            last = rows[-1][0]

    def _verify(self) -> None:
        """List everything once more, and read it."""
        self._live = self._plan.look(whole=True)
        self._compare(claimed=True, reading=True)
        self._live = self._plan.look()
        if self._plan.deeds(self._live):
            wrong = [deed.path for phase in self._plan.phases() for deed in self._plan.of(phase)]
            raise NotSynced(_differing(self._target.name, wrong))


def _differing(name: str, paths: Sequence[str]) -> str:
    named = "、".join(paths[:NAMED])
    return (
        f"{name}：读回核对，有 {len(paths)} 个文件与这一版次不符（{named}）。可能另有人在改它，或服务器没有照办。"
        "请再运行一次；若仍这样，请管服务器的人检查。"
    )


def _lots(deeds: Iterable[Deed]) -> Iterator[list[Deed]]:
    """The deeds in lots that are neither many nor heavy."""
    lot: list[Deed] = []
    heavy = 0
    for deed in deeds:
        if lot and (len(lot) >= LOT or heavy + deed.size > HEAVY):
            yield lot
            lot, heavy = [], 0
        lot.append(deed)
        heavy += deed.size
    if lot:
        yield lot


def _book(home: Path) -> Path:
    return home / "press" / "press.sqlite3"
