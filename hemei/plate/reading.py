"""The Reader that the press hands to pages: it answers from the book and writes down every read with its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hemei.plate import renditions
from hemei.plate.book import Book, answer_of, moment, when
from hemei.press.pieces import Picture, Story, read_setting, read_story, story_key
from hemei.press.reader import Printed, Rendition, Row, Stamped
from hemei.plate.store import Store
from hemei.seal.digest import Digest, canonical, digest

Masters = Callable[[Digest], bytes]


class NoSetting(LookupError):
    """A setting that pages need was never admitted."""


class Answers:
    """What the book answers to each kind of read, and the digest of that answer. Keys: story:12 · latest:<listing>:<n> ·
    page:<listing>:<k> · pages:<listing> · tags · picture:<recipe> · setting:<name> · asset:<name> · past:<instant>."""

    def __init__(self, book: Book, assets: Mapping[str, str], now: datetime) -> None:
        self.book = book
        self.assets = assets
        self.now = now

    def story(self, number: int) -> Printed | None:
        found = self.book.piece(story_key(number))
        return printed(*found[:5]) if found else None

    def setting(self, name: str) -> Mapping[str, Any]:
        found = self.book.piece(f"setting:{name}")
        if not found:
            raise NoSetting(f"设置“{name}”还没有签发")
        return read_setting(found[1])[2]

    def past(self, instant: datetime) -> bool:
        return self.now >= instant

    def answer(self, key: str) -> str:
        """The digest of the present answer to a recorded key."""
        kind, _, rest = key.partition(":")
        if kind in ("story", "setting"):
            found = self.book.piece(key)
            return digest(canonical([found[0], found[3], found[4]])) if found else ""
        if kind == "latest":
            listing, _, most = rest.rpartition(":")
            return answer_of(self.book.latest(listing, int(most)))
        if kind == "page":
            listing, _, number = rest.rpartition(":")
            return answer_of(self.book.page(listing, int(number)))
        if kind == "pages":
            return str(self.book.pages(rest))
        if kind == "tags":
            return digest(canonical([[word, count] for word, count in self.book.tags()]))
        if kind == "asset":
            return self.assets[rest]
        if kind == "past":
            return "1" if self.past(moment(rest)) else "0"
        return self.book.one("select made from rendition where recipe=?", rest) or ""


def printed(version: Digest, content: bytes, proof: bytes, first: str, released: str) -> Printed:
    """An admitted story as pages see it."""
    stamps = [one["document"] for one in json.loads(proof)["stamps"]] if proof else []
    return Printed(
        story=read_story(content),
        version=version,
        stamps=tuple(Stamped(one["stage"], one["person"], moment(one["time"])) for one in stamps),
        first_released=moment(first),
        released=moment(released),
    )


class Recorder:
    """One page's Reader."""

    def __init__(self, answers: Answers, store: Store, masters: Masters) -> None:
        self._answers = answers
        self._store = store
        self._masters = masters
        self.reads: dict[str, str] = {}
        self.files: dict[str, tuple[Digest, int]] = {}
        """Printed sizes that this page shows: path -> (digest, size)."""
        self.crossings: set[str] = set()

    def _read(self, key: str) -> None:
        if key not in self.reads:
            self.reads[key] = self._answers.answer(key)

    def story(self, number: int) -> Printed | None:
        self._read(story_key(number))
        return self._answers.story(number)

    def latest(self, listing: str, most: int) -> tuple[Row, ...]:
        self._read(f"latest:{listing}:{most}")
        return self._answers.book.latest(listing, most)

    def page(self, listing: str, number: int) -> tuple[Row, ...]:
        self._read(f"page:{listing}:{number}")
        return self._answers.book.page(listing, number)

    def pages(self, listing: str) -> int:
        self._read(f"pages:{listing}")
        return self._answers.book.pages(listing)

    def tags(self) -> Sequence[tuple[str, int]]:
        self._read("tags")
        return self._answers.book.tags()

    def setting(self, name: str) -> Mapping[str, Any]:
        self._read(f"setting:{name}")
        return self._answers.setting(name)

    def asset(self, name: str) -> str:
        self._read(f"asset:{name}")
        return self._answers.assets[name]

    def past(self, instant: datetime) -> bool:
        key = when(instant)
        self._read(f"past:{key}")
        gone = self._answers.past(instant)
        if not gone:
            self.crossings.add(key)
        return gone

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        name = renditions.recipe(picture)
        book = self._answers.book
        kept = book.one("select made from rendition where recipe=?", name)
        if kept is None:
            kept = self._make(picture, name)
        self.reads[f"picture:{name}"] = kept
        sizes = json.loads(kept)
        for address, _, _, blob, size in sizes:
            self.files[address.lstrip("/")] = (blob, size)
        return tuple(Rendition(address, width, height) for address, width, height, _, _ in sizes)

    def _make(self, picture: Picture, name: str) -> str:
        sizes = []
        for made in renditions.make(picture, self._masters(picture.master)):
            blob = self._store.put(made.data)
            sizes.append([f"/p/{blob[:24]}.webp", made.width, made.height, blob, len(made.data)])
        kept = json.dumps(sizes)
        self._answers.book.sql.execute("insert into rendition values(?,?)", (name, kept))
        return kept


class Draft(Recorder):
    """The Reader of a preview: the admitted pieces plus one draft. It makes nothing and keeps nothing."""

    def __init__(self, answers: Answers, store: Store, masters: Masters, story: Story, version: Digest) -> None:
        super().__init__(answers, store, masters)
        self._draft = Printed(story, version, (), answers.now, answers.now)

    def story(self, number: int) -> Printed | None:
        return self._draft if number == self._draft.story.number else super().story(number)

    def _make(self, picture: Picture, name: str) -> str:
        size = [f"/desk/pictures/{picture.master}", picture.width, picture.height, picture.master, 0]
        return json.dumps([size])
