"""Many pages at once: tasks for other processes, each of which carries all that its pages will probably ask.

The pool is anything that behaves as `concurrent.futures.Executor` does. A task needs nothing but its arguments and the
folder of the store. A page that asks more than was foreseen is printed by the press itself: a wrong guess costs time,
and never a wrong page.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from hemei.press.book import compact
from hemei.press.errors import CannotPrint
from hemei.press.feeds import LISTED
from hemei.press.lists import lists_of, read_row, row_text
from hemei.press.pages import LATEST
from hemei.press.printer import Printer
from hemei.press.reader import Printed
from hemei.press.recorder import Answers, Raw, Recorder, Sources, Told, told
from hemei.press.renditions import recipe
from hemei.press.store import Store, stage
from hemei.seal import fields
from hemei.seal.digest import Digest

MANY = 1500
"""From so many pages on it pays to wake other processes: each needs some 0.4 s to begin."""
AT_ONCE = 100
"""Pages in one task."""
AHEAD = 4
"""Tasks given out for each worker, at most: what bounds the memory."""

Pool = Callable[[], Executor]
Progress = Callable[[int, int], None]
"""Told how many pages of how many are printed."""


def processes(jobs: int | None = None) -> Pool:
    """A pool of so many processes of this machine; as many as it has cores when none is said."""
    return lambda: ProcessPoolExecutor(jobs or os.cpu_count() or 1, multiprocessing.get_context("spawn"))


@dataclass(frozen=True, slots=True)
class Task:
    """Pages to print, with what the book says to all that they will ask."""

    printer: Printer
    store: str
    said: dict[str, Raw]
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class Plate:
    """A page that was printed: where its bytes lie in the store, and what it asked, with the answers."""

    path: str
    digest: Digest
    size: int
    asked: dict[str, str]
    fresh: bool = False
    """Whether its bytes were written aside for this, and are still to be settled."""
    why: str = ""
    """Why it could not be made; the rest is empty then."""
    row: tuple[int, str, str] | None = None
    """Of a story's page: its number, its row in lists and their names, as the book keeps them."""


class Unforeseen(Exception):
    """A page asks what its task does not carry."""


class Handed:
    """The answers that a task carries."""

    def __init__(self, said: dict[str, Raw]) -> None:
        self._said = said
        self._told: dict[str, tuple[Any, str]] = {}

    def __call__(self, key: str) -> tuple[Any, str]:
        if key not in self._told:
            if key not in self._said:
                raise Unforeseen(key)
            self._told[key] = told(key, self._said[key])
        return self._told[key]


def render(printer: Printer, path: str, answers: Told) -> tuple[bytes, dict[str, str]]:
    """One page's bytes, and what it asked, with the answers. Raises CannotPrint."""
    recorder = Recorder(answers, printer)
    try:
        return printer.render(path, recorder), recorder.answers
    except printer.failures as error:
        raise CannotPrint(path, str(error)) from error


def row_of(path: str, answers: Told) -> tuple[int, str, str] | None:
    """What lists show of the story that this is the page of; None for any other page."""
    found = _STORY.fullmatch(path)
    if not found:
        return None
    printed: Printed = answers(f"story:{found[1]}")[0]
    row = row_text(printed.story, fields.shown(printed.first_released))
    return printed.story.number, row, compact(sorted(lists_of(printed.story)))


def plate_of(printer: Printer, store: Store, path: str, answers: Told) -> Plate:
    """One page, printed by the press itself and staged in the store. Raises CannotPrint."""
    data, asked = render(printer, path, answers)
    return Plate(path, store.put(data), len(data), asked, row=row_of(path, answers))


def pressed(task: Task) -> list[Plate | None]:
    """What a worker does: every page of the task, written aside in the store; None for one that asked more."""
    answers = Handed(task.said)
    plates: list[Plate | None] = []
    for path in task.paths:
        try:
            data, asked = render(task.printer, path, answers)
            row = row_of(path, answers)
        except Unforeseen:
            plates.append(None)
        except CannotPrint as error:
            plates.append(Plate(path, "", 0, {}, why=str(error)))
        else:
            name, fresh = stage(task.store, data)
            plates.append(Plate(path, name, len(data), asked, fresh, row=row))
    return plates


def plates(
    pool: Pool, progress: Progress, printer: Printer, store: Store, sources: Sources, paths: Sequence[str]
) -> Iterator[Plate]:
    """Every page printed and staged in the store, in the order of the paths; few of them here. Raises CannotPrint."""
    answers = Answers(sources)
    if len(paths) < MANY:
        yield from (plate_of(printer, store, path, answers) for path in paths)
        return
    most = AHEAD * (os.cpu_count() or 1)
    waiting: deque[tuple[Sequence[str], Future[list[Plate | None]]]] = deque()

    def finished(given: Sequence[str], done: Future[list[Plate | None]]) -> Iterator[Plate]:
        for path, plate in zip(given, done.result(), strict=True):
            if plate is None:
                yield plate_of(printer, store, path, answers)
                continue
            if plate.why:
                raise CannotPrint(path, plate.why)
            store.adopt(plate.digest, plate.fresh)
            yield plate

    with pool() as workers:
        try:
            for at in range(0, len(paths), AT_ONCE):
                part = paths[at : at + AT_ONCE]
                task = Task(printer, str(store.folder), _foreseen(sources, part), part)
                waiting.append((part, workers.submit(pressed, task)))
                if len(waiting) >= most:
                    yield from finished(*waiting.popleft())
                    progress(at - (len(waiting) - 1) * AT_ONCE, len(paths))
            while waiting:
                yield from finished(*waiting.popleft())
            progress(len(paths), len(paths))
        finally:
            for _, left in waiting:
                left.cancel()


_STORY = re.compile(r"a/([1-9]\d*)/index\.html")
_MAP = re.compile(r"sitemap/([1-9]\d*)\.xml")
_LIST = re.compile(r"(t/)?([0-9a-z-]+)/(?:index|p([1-9]\d*))\.html")


def _foreseen(sources: Sources, paths: Iterable[str]) -> dict[str, Raw]:
    """What the book says to all that these pages will probably ask."""
    said: dict[str, Raw] = {"setting:site": sources.ask("setting:site")}

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

    for path in paths:
        if found := _STORY.fullmatch(path):
            story = ask(f"story:{found[1]}")
            if story and b'"master":' in story[1]:
                for picture in sources.pictures(story[1]):
                    ask(f"picture:{recipe(picture)}")
        elif found := _MAP.fullmatch(path):
            first = (int(found[1]) - 1) * LISTED + 1
            for number in range(first, first + LISTED):
                ask(f"page:all:{number}")
        elif found := _LIST.fullmatch(path):
            name = f"tag:{ask(f'slug:{found[2]}')}" if found[1] else f"section:{found[2]}"
            if found[3] is None:
                ask(f"latest:{name}:{LATEST}")
                ask(f"pages:{name}")
            else:
                ask(f"page:{name}:{found[3]}")
                ask(f"page:{name}:{int(found[3]) + 1}")
    return said
