"""Many pages at once: tasks for other processes, each of which carries all that its pages will probably ask.

The pool is anything that behaves as `concurrent.futures.Executor` does. A task needs nothing but its arguments and the
folder of the store. A page that asks more than was foreseen is printed by the press itself: a wrong guess costs time,
and never a wrong page.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain, islice, starmap
from typing import Any, NamedTuple, TypeVar, TypeVarTuple, Unpack

from hemei.press.book import compact
from hemei.press.corrections import listed
from hemei.press.errors import CannotPrint
from hemei.press.lists import ALL, LISTED, lists_of, read_row, row_text
from hemei.press.printer import Printer
from hemei.press.reader import Printed
from hemei.press.recorder import Answers, Raw, Recorder, Sources, Told, told
from hemei.press.renditions import recipe
from hemei.press.store import Store
from hemei.press.turning import LATEST
from hemei.seal import fields
from hemei.seal.digest import Digest, digest
from hemei.seal.tree import Leaf
from hemei.seal.whole import place

MANY = 1500
"""From so many pages on it pays to wake other processes: each needs some 0.4 s to begin."""
AT_ONCE = 100
"""Pages in one task."""
BUFFER = 128 << 10
"""Bytes that a worker gathers before it writes them. Not the whole lot: fresh memory for it costs more than the calls."""
AHEAD = 24
"""Tasks given out for each worker, at most: what bounds the memory."""

Pool = Callable[[], AbstractContextManager[Executor]]
"""Opens an executor for one piece of work, and shuts it afterwards."""
_Given = TypeVarTuple("_Given")
_Found = TypeVar("_Found")
Progress = Callable[[int, int], None]
"""Told how many pages of how many are printed."""


def processes(jobs: int | None = None) -> Pool:
    """A pool of so many processes of this machine; as many as it has cores when none is said."""
    return lambda: ProcessPoolExecutor(jobs or os.cpu_count() or 1, multiprocessing.get_context("spawn"))


@dataclass(frozen=True, slots=True)
class Task:
    """Files to print, with what the book says to all that they will ask.

    It lies in a file, and so do the bytes that are printed: a pipe would take longer than printing them does.
    """

    printer: Printer
    said: dict[str, Raw]
    paths: Sequence[str]


class Plate(NamedTuple):
    """A file that was printed: where its bytes lie in the store, and what it asked, with the answers."""

    path: str
    digest: Digest
    size: int
    asked: dict[str, str]
    why: str = ""
    """Why it could not be made; the rest is empty then."""
    row: tuple[int, str, str] | None = None
    """Of a story's page: its number, its row in lists and their names, as the book keeps them."""
    corrected: dict[int, str] | None = None
    """Of a story that has any: the rows of its corrections, by their places in the list."""

    @property
    def leaf(self) -> Leaf:
        """Its leaf in the tree."""
        return Leaf(self.path, self.size, self.digest)


class Unforeseen(Exception):
    """A page asks what its task does not carry."""


class Handed:
    """The answers that a task carries."""

    def __init__(self, said: dict[str, Raw]) -> None:
        self._said = said
        self._told: dict[str, tuple[Any, str]] = {}
        self._story: tuple[str, tuple[Any, str]] | None = None
        """The story that was asked last: its page and its row ask one after the other, and nobody asks later."""

    def __call__(self, key: str) -> tuple[Any, str]:
        if self._story and self._story[0] == key:
            return self._story[1]
        if key in self._told:
            return self._told[key]
        if key not in self._said:
            raise Unforeseen(key)
        if key.startswith("proof:"):  # it ends with its version, which the task carries already
            return self._said[key] + self._said[f"story:{key[6:]}"][1] + b"}", ""
        found = told(key, self._said[key])
        if key.startswith("story:"):
            self._story = key, found
        else:
            self._told[key] = found
        return found


def render(printer: Printer, path: str, answers: Told) -> tuple[bytes, dict[str, str]]:
    """One file's bytes, and what it asked, with the answers: a page, or a story's proof.json. Raises CannotPrint."""
    if found := _PROOF.fullmatch(path):
        # Asked for by nobody but us, hence not written down: it comes and goes with its story.
        return answers(f"proof:{found[1]}")[0], {}
    recorder = Recorder(answers, printer)
    try:
        return printer.render(path, recorder), recorder.answers
    except printer.failures as error:
        raise CannotPrint(path, str(error)) from error


def rows_of(path: str, answers: Told) -> tuple[tuple[int, str, str] | None, dict[int, str] | None]:
    """What lists show of the story that this is the page of, and the list of corrections; None for any other page."""
    found = _STORY.fullmatch(path)
    if not found:
        return None, None
    printed: Printed = answers(f"story:{found[1]}")[0]
    story = printed.story
    row = row_text(story, fields.shown(printed.first_released))
    corrected = listed(story, fields.shown(printed.released)) if story.correction else None
    return (story.number, row, compact(sorted(lists_of(story)))), corrected


def plate_of(printer: Printer, store: Store, path: str, answers: Told) -> Plate:
    """One page, printed by the press itself and staged in the store. Raises CannotPrint."""
    data, asked = render(printer, path, answers)
    row, corrected = rows_of(path, answers)
    return Plate(path, store.put(data), len(data), asked, row=row, corrected=corrected)


class Lot(NamedTuple):
    """What came of a task."""

    place: str
    """Where the bytes of its files lie, one behind the other."""
    paths: Sequence[str]
    plates: list[Plate | None]
    """None for one that asked more than was foreseen: it has no bytes there."""
    leaves: bytes
    """Of those that were made, as `Leaves` takes them."""


def pressed(place: str) -> Lot:
    """What a worker does: every file of the task that lies here; their bytes lie in its place then."""
    gc.disable()  # what a task makes goes with it, and there is nothing in a ring to be found
    try:
        with open(place, "rb") as file:
            task: Task = pickle.load(file)  # noqa: S301 - the press has just put it there
        return _pressed(task, place)
    finally:
        gc.enable()


def _pressed(task: Task, lot: str) -> Lot:
    answers = Handed(task.said)
    plates: list[Plate | None] = []
    leaves: list[bytes] = []
    with open(lot, "wb", buffering=BUFFER) as file:  # buffered: what does not write all of it says so
        for path in task.paths:
            try:
                data, asked = render(task.printer, path, answers)
                row, corrected = rows_of(path, answers)
            except Unforeseen:
                plates.append(None)
            except CannotPrint as error:
                plates.append(Plate(path, "", 0, {}, why=str(error)))
            else:
                name = digest(data)
                plates.append(Plate(path, name, len(data), asked, row=row, corrected=corrected))
                leaves += place(Leaf(path, len(data), name))
                file.write(data)
    return Lot(lot, task.paths, plates, b"".join(leaves))


def ahead(
    workers: Executor | None, work: Callable[[Unpack[_Given]], _Found], tasks: Iterable[tuple[*_Given]]
) -> Iterator[_Found]:
    """What `work` makes of each task, in their order; some are given out ahead, as many as keep all workers busy."""
    if workers is None:
        yield from starmap(work, tasks)
        return
    waiting: deque[Future[_Found]] = deque()
    most = AHEAD * (getattr(workers, "_max_workers", None) or os.cpu_count() or 1)
    try:
        for task in tasks:
            waiting.append(workers.submit(work, *task))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def _few_collections() -> Iterator[None]:
    """While many values come and go in lots the collector would look a thousand times, for some 200 MB at the most."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass
class Presses:
    """What prints many files: the pool, and what it works with."""

    pool: Pool
    progress: Progress
    printer: Printer
    store: Store
    sources: Sources

    def plates(self, paths: Sequence[str]) -> Iterator[Plate]:
        """Every file printed and staged in the store, in the order of the paths; few of them here. Raises CannotPrint."""
        if len(paths) < MANY:
            answers = Answers(self.sources)
            yield from (plate_of(self.printer, self.store, path, answers) for path in paths)
            return
        with self.pool() as workers:
            for plates, _ in self.lots(workers, paths, len(paths)):
                yield from plates

    def lots(self, workers: Executor, paths: Iterable[str], count: int) -> Iterator[tuple[list[Plate], bytes]]:
        """The same in lots by these workers, each with its leaves. `count` is how many paths there are, for the progress."""
        answers = Answers(self.sources)
        left, done = iter(paths), 0

        def tasks() -> Iterator[tuple[str]]:
            while part := list(islice(left, AT_ONCE)):
                task = Task(self.printer, _foreseen(self.sources, part), part)
                yield (self.store.lay(pickle.dumps(task, pickle.HIGHEST_PROTOCOL)),)

        with _few_collections():
            for lot in ahead(workers, pressed, tasks()):
                found = lot.plates
                bad = next((plate for plate in found if plate and plate.why), None)
                if bad:
                    raise CannotPrint(bad.path, bad.why)
                self.store.adopt(lot.place, [(plate.digest, plate.size) for plate in found if plate])
                plates = [
                    plate or plate_of(self.printer, self.store, path, answers)
                    for path, plate in zip(lot.paths, found, strict=True)
                ]
                more = [place(new.leaf) for new, old in zip(plates, found, strict=True) if old is None]
                done += len(plates)
                self.progress(done, count)
                yield plates, b"".join((lot.leaves, *chain.from_iterable(more)))


_STORY = re.compile(r"a/([1-9]\d*)/index\.html")
_PROOF = re.compile(r"a/([1-9]\d*)/proof\.json")
_MAP = re.compile(r"sitemap/([1-9]\d*)\.xml")
_LIST = re.compile(r"(t/)?([0-9a-z-]+)/(?:index|p([1-9]\d*))\.html")


def _foreseen(sources: Sources, paths: Sequence[str]) -> dict[str, Raw]:
    """What the book says to all that these pages will probably ask."""
    numbers = dict.fromkeys([path.split("/", 2)[1] for path in paths if path.startswith("a/")])
    said: dict[str, Raw] = {"setting:site": sources.ask("setting:site"), **sources.stories(numbers)}

    def ask(key: str) -> Raw:
        if key not in said:
            said[key] = sources.ask(key)
            if key.startswith(("page:", "latest:")):
                pictured(said[key])
        return said[key]

    def pictured(rows: Iterable[str]) -> None:
        for text in rows:
            if "[" in text[1:]:  # most rows have no picture; reading them all would cost as much as printing them
                picture = read_row(text).picture
                if picture:
                    ask(f"picture:{recipe(picture)}")

    for key, raw in list(said.items()):
        if key.startswith("story:") and b'"master":' in raw[1]:
            for picture in sources.pictures(raw[1]):
                ask(f"picture:{recipe(picture)}")
    for path in paths:
        if path.startswith("a/"):
            continue
        if found := _MAP.fullmatch(path):
            ask(f"numbers:{ALL}:{(int(found[1]) - 1) * LISTED + 1}:{LISTED}")
        elif found := _LIST.fullmatch(path):
            name = f"tag:{ask(f'slug:{found[2]}')}" if found[1] else f"section:{found[2]}"
            if found[3] is None:
                ask(f"latest:{name}:{LATEST}")
                ask(f"pages:{name}")
            else:
                ask(f"page:{name}:{found[3]}")
                ask(f"has:{name}:{int(found[3]) + 1}")
    return said
