"""Is this site what its newsroom sealed? Checks keys, edition, freshness, tree and every file; names all that is bad.

docs/edition.md gives the same checks in the same order for strangers. Three answers: genuine and current; genuine, not
confirmed current since some moment; bad. Age alone makes nothing bad, a number below one seen before does.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from hemei.seal import bundles, keys
from hemei.seal.digest import Digest, digest
from hemei.seal.errors import BadTree, NotAStatement, Refused, SealError
from hemei.seal.keys import Signed
from hemei.seal.proof import LARGEST as LARGEST_PROOF
from hemei.seal.proof import why_unproven
from hemei.seal.roster import Keys, Roster, read_keys
from hemei.seal.sources import Source, Unread
from hemei.seal.statement import AHEAD, Edition, Freshness, checked_roster
from hemei.seal.tree import RESERVED, Leaf, key, why_not

KEYS, ROSTER, EDITION, FRESHNESS = (f"{RESERVED}{name}.json" for name in ("keys", "roster", "edition", "freshness"))
TREE = f"{RESERVED}tree/"

_PROOF = re.compile(r"a/([1-9][0-9]{0,15})/proof\.json", re.ASCII)
_ARTICLE = re.compile(r"a/[1-9][0-9]{0,15}/index\.html", re.ASCII)
_WITHDRAWN = re.compile(r"!withdrawn/story:([1-9][0-9]{0,15})", re.ASCII)
_BATCH = 64


class CannotCheck(SealError):
    """Nothing could be said, neither genuine nor bad; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The highest numbers that were seen of a site, and its newest root key."""

    site: str
    key: str
    number: int
    root: Digest
    keys: int
    roster: int


@dataclass(frozen=True, slots=True, order=True)
class Bad:
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    ok: bool
    """Genuine: nothing is bad. Says nothing of age."""
    edition: int | None
    root: Digest | None
    files: int
    """Files that the edition lists, each of which was checked."""
    current: bool
    """The edition was confirmed to be the newest within the last seven days."""
    bad: tuple[Bad, ...]
    since: datetime | None = None
    """The last moment at which the edition is known to have been the newest."""
    remember: Remembered | None = None
    """What to hand in next time; None when the edition's own signature is not good, or it was rolled back."""

    def plain(self) -> dict[str, Any]:
        """As `hemei verify --json` prints it."""
        bad = [{"path": each.path, "why": each.why} for each in self.bad]
        named = {"ok": self.ok, "edition": self.edition, "root": self.root, "files": self.files}
        return {**named, "current": self.current, "bad": bad}


def verify(
    source: Source, root_key: bytes, now: datetime, remembered: Remembered | None = None, *, proofs: bool = False
) -> Report:
    """Check a whole site against its root public key (32 bytes). Raises CannotCheck when nobody answers.

    With `proofs` every article's stamps are checked too. A live site that goes on to another edition meanwhile is read
    again, three times at most.
    """
    for _ in range(3):
        with ThreadPoolExecutor(source.jobs) if source.jobs > 1 else nullcontext() as pool:
            look = _Look(source, now, pool)
            report = look.whole(root_key.hex(), remembered, proofs)
        if report.ok or not source.live or not look.moved_on():
            break
    return report


@dataclass
class _Look:
    """One reading of a site, with what was found to be bad so far."""

    source: Source
    now: datetime
    pool: Executor | None
    bad: list[Bad] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    sealed: bytes = b""

    def whole(self, root_key: str, remembered: Remembered | None, proofs: bool) -> Report:
        found = self._keys(root_key)
        if found is None:
            return self._report(None)
        if remembered and remembered.site != found.site:
            remembered = None  # another site has moved in at this address, and our key vouches for it
        roster = self._roster(found)
        edition = self._edition(found)
        if edition is None:
            return self._report(None)
        backward = self._backward(found, roster, edition, remembered)
        since, current = self._freshness(found, edition)
        self._files(edition, roster if proofs else None)
        seen = Remembered(
            found.site, found.root, edition.number, edition.root, found.number, roster.number if roster else 0
        )
        return self._report(edition, current, since, None if backward else seen)

    def moved_on(self) -> bool:
        """Whether the site shows another edition by now."""
        try:
            return self.source.read(EDITION, keys.LARGEST) != self.sealed
        except Unread:
            return False

    def _report(
        self,
        edition: Edition | None,
        current: bool = False,
        since: datetime | None = None,
        remember: Remembered | None = None,
    ) -> Report:
        bad = tuple(sorted(set(self.bad)))
        if edition is None:
            return Report(False, None, None, 0, False, bad)
        return Report(not bad, edition.number, edition.root, edition.files, current and not bad, bad, since, remember)

    def _blame(self, path: str, why: str) -> None:
        self.bad.append(Bad(path, why))

    def _keys(self, root_key: str) -> Keys | None:
        try:
            return read_keys(self.source.read(KEYS, keys.LARGEST), root_key)
        except Unread as error:
            if error.unreachable:
                raise CannotCheck(f"连不上站点（{error}）；请核对网址与网络后再试") from error
            self._blame(KEYS, str(error))
        except NotAStatement as error:
            self._blame(KEYS, str(error))
        return None

    def _signed(self, path: str) -> Signed | None:
        try:
            return Signed.from_json(self.source.read(path, keys.LARGEST))
        except Unread as error:
            self._blame(path, str(error))
        except NotAStatement as error:
            self._blame(path, f"不合格式：{error}")
        return None

    def _roster(self, found: Keys) -> Roster | None:
        signed = self._signed(ROSTER)
        try:
            return checked_roster(signed, found) if signed else None
        except Refused as error:
            self._blame(ROSTER, str(error))
        return None

    def _edition(self, found: Keys) -> Edition | None:
        signed = self._signed(EDITION)
        if signed is None:
            return None
        self.sealed = signed.to_json()
        try:
            edition = Edition.read(signed.document)
        except NotAStatement as error:
            self._blame(EDITION, f"不合格式：{error}")
            return None
        why = _unsealed(signed, found, edition.site, edition.time)
        if why is None and edition.time > self.now + AHEAD:
            why = "封印时间在将来（请先核对本机时钟）"
        if why:
            self._blame(EDITION, why)
            return None
        return edition

    def _backward(self, found: Keys, roster: Roster | None, edition: Edition, remembered: Remembered | None) -> bool:
        if remembered is None:
            return False
        before = len(self.bad)
        if edition.number < remembered.number:
            self._blame(EDITION, f"版次倒退：以前见过第 {remembered.number} 版，现在却是第 {edition.number} 版")
        elif edition.number == remembered.number and edition.root != remembered.root:
            self._blame(EDITION, f"第 {edition.number} 版以前见到的是另一个根，同一版次有两种内容")
        if found.number < remembered.keys:
            self._blame(KEYS, f"密钥文件倒退：以前见过第 {remembered.keys} 份，现在却是第 {found.number} 份")
        if roster and roster.number < remembered.roster:
            self._blame(ROSTER, f"名册倒退：以前见过第 {remembered.roster} 份，现在却是第 {roster.number} 份")
        return len(self.bad) > before

    def _freshness(self, found: Keys, edition: Edition) -> tuple[datetime, bool]:
        """The last moment at which the edition was the newest, and whether that is recent enough."""
        try:
            signed = Signed.from_json(self.source.read(FRESHNESS, keys.LARGEST))
            fresh = Freshness.read(signed.document)
        except Unread:
            # Not bad: the statement is renewed hourly and a mirror may well lack it. It is not confirmed, no more.
            return edition.time, False
        except NotAStatement as error:
            self._blame(FRESHNESS, f"不合格式：{error}")
            return edition.time, False
        why = _unsealed(signed, found, fresh.site, fresh.time)
        if why is None and fresh.time > self.now + AHEAD:
            why = "时间在将来（请先核对本机时钟）"
        if why is None and fresh.number == edition.number and fresh.root != edition.root:
            why = "与版次号相同、根却不同：同一版次有两种内容"
        if why:
            self._blame(FRESHNESS, why)
        if why or fresh.number != edition.number:
            return edition.time, False
        return max(fresh.time, edition.time), self.now <= fresh.until

    def _files(self, edition: Edition, roster: Roster | None) -> None:
        listed = self.source.listing()
        left = set(listed[0]) if listed else set()
        names: set[Digest] = set()
        leaves = _Tally(self._leaves(edition.root, names))
        odd = listed[1] if listed else {}
        for leaf, why in _ahead(self.pool, self._measured, _batches(leaves, _BATCH), 4 * self.source.jobs):
            if not leaf.path.startswith("!"):  # an entry is no file: one of its name is extra
                left.discard(leaf.path)
            if why and leaf.path not in odd:
                self._blame(leaf.path, why)
        if not self.holes and (leaves.files, leaves.bytes) != (edition.files, edition.bytes):
            self._blame(EDITION, "写明的文件数或总字节数与树不符")
        if listed:
            for path, why in odd.items():
                self._blame(path, why)
            self._extra(left, names)
        else:
            self._withdrawn(leaves)
        if roster:
            self._proofs(leaves, roster)

    def _leaves(self, root: Digest, names: set[Digest]) -> Iterator[Leaf]:
        def fetch(name: Digest) -> bytes:
            try:
                return self.source.read(TREE + name, bundles.LARGEST)
            except Unread as error:
                raise BadTree(str(error)) from error

        def refused(prefix: str, name: Digest, why: str) -> None:
            self.holes.append(prefix)
            self._blame(TREE + name, f"{why}；它列出的文件因此无法核对")

        def spread(fetch: Callable[[Digest], bytes], wanted: list[Digest]) -> Iterable[bytes]:
            names.update(wanted)
            return _ahead(self.pool, lambda name: (fetch(name),), wanted, 4 * self.source.jobs)

        try:
            yield from bundles.entries(fetch, root, spread=spread, refused=refused)
        except BadTree as error:
            self.holes.append("")
            self._blame(EDITION, str(error))

    def _measured(self, batch: list[Leaf]) -> list[tuple[Leaf, str | None]]:
        return [(leaf, self._why_bad(leaf)) for leaf in batch]

    def _why_bad(self, leaf: Leaf) -> str | None:
        why = why_not(leaf)
        if why or leaf.path.startswith("!"):
            return why
        try:
            size, content = self.source.measure(leaf.path, leaf.size)
        except Unread as error:
            return str(error)
        if size > leaf.size:
            return f"内容被改动：比封存的 {leaf.size} 字节长"
        if size < leaf.size:
            return f"内容被改动：只有 {size} 字节，封存的是 {leaf.size} 字节"
        return None if content == leaf.digest else "内容被改动：摘要与封存的不符"

    def _extra(self, left: set[str], names: set[Digest]) -> None:
        known = {KEYS, ROSTER, EDITION, FRESHNESS, *(TREE + name for name in names)}
        for path in left - known:
            # What a bundle that we could not read may list is not called extra.
            unsure = path.startswith(TREE) if path.startswith(RESERVED) else _under(path, self.holes)
            if not (unsure and self.holes):
                self._blame(path, "多出来的文件，不在封存的版次里")

    def _withdrawn(self, leaves: _Tally) -> None:
        """On the web nobody can list what is extra, but what was withdrawn is known by name."""

        def served(path: str) -> Iterable[str]:
            try:
                self.source.measure(path, 0)
            except Unread:
                return []
            return [path]

        wanted = [path for path in sorted(leaves.withdrawn) if not _under(path, self.holes)]
        for path in _ahead(self.pool, served, wanted, 4 * self.source.jobs):
            self._blame(path, "已经撤稿，网站却仍在发布")

    def _proofs(self, leaves: _Tally, roster: Roster) -> None:
        def checked(leaf: Leaf) -> Iterable[tuple[str, str | None]]:
            number = leaf.path.split("/")[1]
            if leaf.size > LARGEST_PROOF:
                return [(leaf.path, f"审签证明超过 {LARGEST_PROOF} 字节")]
            try:
                data = self.source.read(leaf.path, leaf.size)
            except Unread:
                return []
            if digest(data) != leaf.digest:
                return []  # told already, as a file
            piece = f"story:{number}"
            return [(leaf.path, why_unproven(data, piece, leaves.admitted.get(piece), roster, self.now))]

        for path, why in _ahead(self.pool, checked, leaves.proofs, 4 * self.source.jobs):
            if why:
                self._blame(path, why)
        for page, proof in leaves.unproven:
            if not _under(proof, self.holes):
                self._blame(page, "文章旁边没有审签证明")


class _Tally:
    """Passes leaves on and counts them by the way."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self._leaves = leaves
        self.files = self.bytes = 0
        self.admitted: dict[str, Digest] = {}
        self.proofs: list[Leaf] = []
        self.unproven: list[tuple[str, str]] = []
        """(page, proof) of the articles that have no proof in the tree."""
        self.withdrawn: set[str] = set()
        """What must be gone: the pages of stories withdrawn, less those that the tree has after all."""

    def __iter__(self) -> Iterator[Leaf]:
        kept: set[str] = set()
        for leaf in self._leaves:
            path = leaf.path
            if not path.startswith("!"):
                self.files += 1
                self.bytes += leaf.size
                if path.startswith("a/"):
                    kept.add(path)
                    if _PROOF.fullmatch(path):
                        self.proofs.append(leaf)
            elif path.startswith("!admitted/"):
                self.admitted[path.removeprefix("!admitted/")] = leaf.digest
            elif gone := _WITHDRAWN.fullmatch(path):
                self.withdrawn |= {f"a/{gone[1]}/index.html", f"a/{gone[1]}/proof.json"}
            yield leaf
        self.withdrawn -= kept
        beside = ((path, f"{path.removesuffix('index.html')}proof.json") for path in kept if _ARTICLE.fullmatch(path))
        self.unproven = sorted((page, proof) for page, proof in beside if proof not in kept)


def _unsealed(signed: Signed, found: Keys, site: str, when: datetime) -> str | None:
    if found.is_revoked(signed.key):
        return "签名的密钥已被吊销"
    if not found.seals(signed.key, when):
        return "签名的密钥不是本站当时的封印密钥"
    if not keys.verify(signed):
        return "签名对不上，内容或签名被改动过"
    return None if site == found.site else "属于另一个站点"


def _under(path: str, holes: list[str]) -> bool:
    try:
        where = key(path)
    except BadTree:
        return False
    return any(where.startswith(hole) for hole in holes)


_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch


def _ahead(
    pool: Executor | None, work: Callable[[_Item], Iterable[_Found]], items: Iterable[_Item], window: int
) -> Iterator[_Found]:
    """What `work` finds for each item, in order, `window` items ahead at most: unlike pool.map, memory is bounded.

    Without a pool the work is done here: a thread of its own would only wait for this one, and this one for it.
    """
    if pool is None:
        for item in items:
            yield from work(item)
        return
    running: deque[Future[Iterable[_Found]]] = deque()
    for item in items:
        running.append(pool.submit(work, item))
        if len(running) >= window:
            yield from running.popleft().result()
    while running:
        yield from running.popleft().result()
