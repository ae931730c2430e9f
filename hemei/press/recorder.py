"""The Reader over the book: answers a page's questions, and writes down every one with the digest of its answer.

A question is a text such as ``page:section:news:3``. All readers of a question were printed from the same answer, so the
book keeps one answer for each; when it changes, its readers are stale, and nobody else is.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from hemei.press.admitted import Admitted, story_in
from hemei.press.book import Connection, compact
from hemei.press.errors import CannotPrint
from hemei.press.lists import Lists, instant, read_rows
from hemei.press.pieces import Picture, read_setting, read_story, story_key
from hemei.press.printer import Printer
from hemei.press.reader import Printed, Rendition, Row, Stamped
from hemei.press.renditions import Renditions, recipe
from hemei.seal import fields
from hemei.seal.digest import Digest, digest

_STAMPS = msgspec.json.Decoder(tuple[Stamped, ...])
REMEMBERED = 512
"""Answers that are kept at hand."""


Raw = Any
"""What the book says to a question, as plain values: so that it may be handed to another process."""


class Sources:
    """What the book says to each question, at one moment `now`."""

    def __init__(self, db: Connection, now: datetime) -> None:
        self._admitted = Admitted(db)
        self._lists = Lists(db)
        self._renditions = Renditions(db)
        self._now = now

    def ask(self, key: str) -> Raw:
        kind, _, rest = key.partition(":")
        if kind in ("latest", "page"):
            name, _, number = rest.rpartition(":")
            return self._lists.latest(name, int(number)) if kind == "latest" else self._lists.page(name, int(number))
        if kind == "has":
            name, _, number = rest.rpartition(":")
            return self._lists.has(name, int(number))
        if kind == "numbers":
            name, first, pages = rest.rsplit(":", 2)
            return self._lists.numbers(name, int(first), int(pages))
        if kind == "pages":
            return self._lists.pages(rest)
        if kind == "tags":
            return self._lists.tags()
        if kind == "slug":
            return self._lists.tag(rest)
        if kind == "past":
            return self._now >= instant(rest)
        if kind == "picture":
            return self._renditions.printed(rest)
        standing = self._admitted.standing(f"story:{rest}" if kind == "proof" else key)
        if standing is None or standing.state != "admitted":
            return None
        if kind == "proof":
            return self._admitted.proof(standing)
        said = [standing.version, standing.stamps, standing.released, standing.first_released]
        return said, self._admitted.content(standing)

    def stories(self, numbers: Iterable[str]) -> dict[str, Raw]:
        """What `ask` says to ``story:N`` for all these that are admitted, in one look, and for ``proof:N`` what comes before
        the content in it."""
        said: dict[str, Raw] = {}
        for key, signed, content, head in self._admitted.told([f"story:{number}" for number in numbers]):
            said[key], said[f"proof:{key[6:]}"] = (signed, content), head
        return said

    def pictures(self, content: bytes) -> tuple[Picture, ...]:
        """The pictures of an admitted story."""
        return story_in(content).pictures()


def told(key: str, raw: Raw) -> tuple[Any, str]:
    """(the value for the page, the answer's digest or short text) of what the book says."""
    kind, _, rest = key.partition(":")
    if kind in ("latest", "page"):
        lines = "\n".join(raw).encode()
        return read_rows(lines), digest(lines)
    if kind == "pages":
        return raw, str(raw)
    if kind in ("tags", "numbers"):
        return raw, digest(compact(raw).encode())
    if kind in ("slug", "proof"):
        return raw, raw if kind == "slug" and raw else ""
    if kind in ("past", "has"):
        return raw, str(int(raw))
    if kind == "picture":
        # Kept by recipe for good: a question whose answer cannot change while its pages stand.
        return tuple(Rendition(f"/{path}", width, height) for path, width, height in raw), rest
    if raw is None:
        return None, ""
    said, content = raw
    answer = digest(compact(said).encode())
    return (_printed(content, *said) if kind == "story" else read_setting(content)[2]), answer


def _printed(content: bytes, version: Digest, stamps: str, released: str, first_released: str) -> Printed:
    """An admitted story as pages see it."""
    story = read_story(content, known=True)
    return Printed(story, version, _STAMPS.decode(stamps), instant(first_released), instant(released))


class Answers:
    """What the book says to each question, told; the last answers are kept at hand while many pages are printed."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._kept: OrderedDict[str, tuple[Any, str]] = OrderedDict()

    def __call__(self, key: str) -> tuple[Any, str]:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        found = told(key, self._sources.ask(key))
        self._kept[key] = found
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return found


Told = Callable[[str], tuple[Any, str]]
"""A question's value for the page, and the digest or short text of the answer."""


class Recorder:
    """One page's Reader; afterwards `answers` has every question that the page asked."""

    def __init__(self, answers: Told, printer: Printer) -> None:
        self._answers = answers
        self._printer = printer
        self.answers: dict[str, str] = {}

    def story(self, number: int) -> Printed | None:
        found: Printed | None = self._ask(story_key(number))
        return found

    def latest(self, listing: str, most: int) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = self._ask(f"latest:{listing}:{most}")
        return rows

    def page(self, listing: str, number: int) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = self._ask(f"page:{listing}:{number}")
        return rows

    def has(self, listing: str, number: int) -> bool:
        return bool(self._ask(f"has:{listing}:{number}"))

    def numbers(self, listing: str, first: int, pages: int) -> tuple[int, ...]:
        return tuple(self._ask(f"numbers:{listing}:{first}:{pages}"))

    def pages(self, listing: str) -> int:
        return int(self._ask(f"pages:{listing}"))

    def tags(self) -> Sequence[tuple[str, int]]:
        return tuple(self._ask("tags"))

    def tag(self, slug: str) -> str | None:
        word: str | None = self._ask(f"slug:{slug}")
        return word

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        sizes: tuple[Rendition, ...] = self._ask(f"picture:{recipe(picture)}")
        return sizes

    def setting(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] | None = self._ask(f"setting:{name}")
        if found is None:
            raise CannotPrint(f"setting:{name}", "这项设置还没有签发；请先签发站点设置")
        return found

    def asset(self, name: str) -> str:
        # Not written down: every page reads the theme's digest, which covers its files.
        return f"/{self._printer.asset_path(name)}"

    def past(self, instant: datetime) -> bool:
        whole = instant.astimezone(UTC).replace(microsecond=0)
        if whole < instant:
            whole += timedelta(seconds=1)
        return bool(self._ask(f"past:{fields.shown(whole)}"))

    def _ask(self, key: str) -> Any:
        value, self.answers[key] = self._answers(key)
        return value


class Draft(Recorder):
    """The Reader of a preview: what is admitted, with one draft over it. Nothing is kept."""

    def __init__(self, answers: Told, printer: Printer, draft: Printed) -> None:
        super().__init__(answers, printer)
        self._draft = draft

    def story(self, number: int) -> Printed | None:
        earlier = super().story(number)
        if number != self._draft.story.number:
            return earlier
        if earlier is None:
            return self._draft
        draft = self._draft
        return Printed(draft.story, draft.version, draft.stamps, earlier.first_released, draft.released)

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        """The printed sizes; for a picture that was never printed, the desk's own address of its master."""
        own = Rendition(f"/desk/pictures/{picture.master}", picture.width, picture.height)
        return super().renditions(picture) or (own,)


def save_reads(db: Connection, asked: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Write down what each of these pages, by path, asked in place of what it asked before. Pictures that they took up or
    left, as keys."""
    left: list[tuple[str, str]] = []
    new = {(key, path) for path, answers in asked.items() for key in answers}
    for key, path in db.execute(
        "SELECT r.key, r.path FROM json_each(?) j CROSS JOIN reads r ON r.path = j.value", (json.dumps(list(asked)),)
    ):
        if key in asked[path]:
            new.discard((key, path))
        else:
            left.append((key, path))
    answers = {key: asked[path][key] for key, path in new}
    db.executemany("DELETE FROM reads WHERE key = ? AND path = ?", left)
    db.executemany("INSERT INTO reads VALUES (?, ?)", sorted(new))
    db.executemany("INSERT INTO queries VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(answers.items()))
    db.executemany(
        "DELETE FROM queries WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM reads WHERE key = ?1)",
        [(key,) for key in {key for key, _ in left}],
    )
    db.executemany(
        "INSERT INTO crossings VALUES (?) ON CONFLICT DO NOTHING",
        [(key.removeprefix("past:"),) for key, answer in answers.items() if key.startswith("past:") and answer == "0"],
    )
    return {key for key in answers.keys() | {key for key, _ in left} if key.startswith("picture:")}
