"""One printing: from changed pieces to the files, the tree and the signed edition, all within one transaction."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from hemei.press import layout
from hemei.press.admission import Admission
from hemei.press.admitted import Admit, Admitted, Order, Standing, story_in
from hemei.press.book import Book
from hemei.press.corrections import announced, listed
from hemei.press.edition import Seal, Trunk, publish_bundles, well_known
from hemei.press.errors import Refused
from hemei.press.lists import Lists, slug_of
from hemei.press.pieces import read_setting
from hemei.press.plates import Pool, Presses, Progress
from hemei.press.printer import Printer
from hemei.press.recorder import Sources, save_reads, told
from hemei.press.renditions import Renditions
from hemei.press.store import Store
from hemei.seal import fields
from hemei.seal.digest import Digest
from hemei.seal.tree import Leaf

AT_ONCE = 1000
"""Files that are written down in the book at a time."""


@dataclass(frozen=True, slots=True)
class Issued:
    """An edition that went live, and what it took."""

    number: int
    root: Digest
    statement: bytes
    printed: tuple[str, ...]
    """Pages that were printed because something that they had read changed, or that are new."""
    changed: tuple[str, ...]
    """Files whose bytes are new at their path: what a mirror has to fetch."""
    gone: tuple[str, ...]
    """Files that are no longer part of the site."""


@dataclass
class Tools:
    """What every printing of a press works with."""

    book: Book
    store: Store
    printer: Printer
    seal: Seal
    pool: Pool
    progress: Progress


class _File(NamedTuple):
    """A file of the site: its bytes by digest, what kind it is, and why it was printed."""

    content: Digest
    size: int
    kind: str
    why: str = ""


@dataclass
class Printing:
    """One change of the edition while it is being made. Order: pieces, then `print`, then `issue`."""

    tools: Tools
    now: datetime
    edition: int
    """The number that the new edition gets if anything differs."""
    why: list[str] = field(default_factory=list)
    leaves: dict[str, Leaf | None] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)
    _come: set[str] = field(default_factory=set)
    _go: set[str] = field(default_factory=set)
    _pictures: set[str] = field(default_factory=set)
    _counted: Counter[str] = field(default_factory=Counter)
    _files: dict[str, _File | None] = field(default_factory=dict)
    """Files that come, change or (None) go, and are not in the book yet."""

    def __post_init__(self) -> None:
        self.db = self.tools.book.db
        self.admission = Admission(self.db, self.tools.seal.site, self.edition)
        self.admitted = Admitted(self.db)
        self.lists = Lists(self.db)
        site = self.admitted.standing("setting:site")
        self.sections = _sections_in(self.admitted.content(site)) if site and site.state == "admitted" else frozenset()
        """Ids of the sections that the site has now; none before its setting is admitted."""
        self._sections_before = self.sections

    def carry_out(self, order: Order) -> None:
        """Take a piece in or out. Raises Refused, with nothing changed, also for one that has no place on this site."""
        standing = self.admission.decide(order)
        self._welcome(order)
        self.admission.take(order, standing)
        if isinstance(order, Admit):
            self._place(standing, order.content, order.proof)
        else:
            self._place(standing)

    def restore(self, standing: Standing) -> None:
        """Let a piece stand as it did before."""
        self.admission.put(standing)
        if standing.state == "admitted":
            self._place(standing, self.admitted.content(standing), self.admitted.proof(standing))
        else:
            self._place(standing)

    def _place(self, standing: Standing, content: bytes = b"", proof: bytes = b"") -> None:
        """Bring lists, files and marks in line with how a piece stands now; with what it says, if it is admitted."""
        key = standing.key
        live = standing.state == "admitted"
        self.why.append(f"{key} {standing.state}")
        self._touched.add(key)
        self._mark(f"!admitted/{key}", standing.version if live else "")
        self._mark(f"!withdrawn/{key}", standing.withdrawal if standing.state == "withdrawn" else "")
        if key == "setting:site":
            self.sections = _sections_in(content) if live else frozenset()
        if not key.startswith("story:"):
            return
        number = int(key.removeprefix("story:"))
        page, proof_path = f"a/{number}/index.html", f"a/{number}/proof.json"
        if live:
            story = story_in(content)
            self.lists.put(standing.sequence, story, standing.first_released)
            self.lists.correct(number, listed(story, standing.released))
            self._come.add(page)
            self._go.discard(page)
            self.file(proof_path, self.tools.store.put(proof), len(proof), "proof")
        else:
            self.lists.drop(number)
            self.lists.correct(number, self._announced(standing))
            self._go.add(page)
            self._come.discard(page)
            self.take(proof_path)

    def _announced(self, standing: Standing) -> dict[int, str]:
        """What the list of corrections says of a story that is not in print."""
        if standing.state != "withdrawn":
            return {}
        return announced(int(standing.key.removeprefix("story:")), self.admitted.withdrawal(standing), standing.withdrawn)

    def _welcome(self, order: Order) -> None:
        """Raises Refused for what has no place on this site."""
        content = order.content if isinstance(order, Admit) else b""
        sections = _sections_in(content) if content and order.key == "setting:site" else self.sections
        if not sections:
            raise Refused("网站还没有名称和栏目，请先签发网站设置。")
        if not content or not order.key.startswith("story:"):
            return
        story = story_in(content)
        if story.section not in sections:
            raise Refused(f"网站设置里没有“{story.section}”这个栏目，请改栏目后重新送审。")
        slugs: dict[str, str] = {}
        for word in story.tags:
            # Forty bits are no more than an address: two words that share one cannot both have a page.
            slug = slug_of(word)
            if slugs.setdefault(slug, self.lists.tag(slug) or word) != word:
                raise Refused(f"标签“{word}”与“{slugs[slug]}”的网址相同，请换一个说法后重新送审。")

    def cross(self) -> None:
        """Take note of the moments that pages waited for and that have come, however long ago."""
        found = self.db.execute("SELECT at FROM crossings WHERE at <= ?", (fields.shown(self.now),)).fetchall()
        for (at,) in found:
            self._touched.add(f"past:{at}")
            self.why.append(f"past:{at}")
        self.db.execute("DELETE FROM crossings WHERE at <= ?", (fields.shown(self.now),))

    def retheme(self) -> None:
        """When the theme or the programs that print are others, print everything again."""
        book, printer = self.tools.book, self.tools.printer
        if book.get("printer") == printer.stamp:
            return
        book.set("printer", printer.stamp)
        self.why.append("theme")
        self._mark("!theme", printer.theme)
        wanted = {printer.asset_path(name): data for name, data in printer.assets.items()}
        for (path,) in self.db.execute("SELECT path FROM pages WHERE kind = 'asset'").fetchall():
            if path not in wanted:
                self.take(path)
        for path, data in wanted.items():
            self.file(path, self.tools.store.put(data), len(data), "asset")
        for standing in self.admitted.all():
            if standing.key.startswith("story:"):  # what a row shows is the programs' business too
                story = story_in(self.admitted.content(standing))
                self.lists.put(standing.sequence, story, standing.first_released)
                self.lists.correct(story.number, listed(story, standing.released))
        self._come.update(layout.FIXED)
        self._come |= {path for (path,) in self.db.execute("SELECT path FROM pages WHERE kind = 'page'")}

    def print(self) -> None:
        """Print exactly the pages that are new or whose recorded reads have other answers now."""
        self.lists.settle()
        self._touched |= self.lists.touched
        self._pages_of_lists()
        sources = Sources(self.db, self.now)
        reasons = self._stale(sources)
        self._pictures |= save_reads(self.db, {path: {} for path in self._go})
        for path in self._go:
            self.take(path)
        paths = sorted((self._come | reasons.keys()) - self._go)
        tools = self.tools
        plates = Presses(tools.pool, tools.progress, tools.printer, tools.store, sources).plates(paths)
        while some := list(islice(plates, AT_ONCE)):
            self._pictures |= save_reads(self.db, {plate.path: plate.asked for plate in some})
            for plate in some:
                self.printed.append(plate.path)
                self.file(plate.path, plate.digest, plate.size, "page", reasons.get(plate.path, "new"))
        self._pictures_of_pages()

    def issue(self) -> Issued | None:
        """Seal the files as they are now. None when the tree is the one that was sealed before."""
        self._put_down()
        tools, last = self.tools, self.tools.book.get("root")
        trunk = Trunk(self.db)
        root = trunk.change(self.leaves) if self.leaves else last
        if root == last:
            return None
        totals = self._totals()
        statement = tools.seal.edition(self.edition, root, last, totals["files"], totals["bytes"], self.now)
        names = [(path, leaf) for path, leaf in sorted(self.leaves.items()) if not path.startswith("!")]
        changed = tuple(path for path, leaf in names if leaf)
        gone = tuple(path for path, leaf in names if not leaf)
        tools.book.set("root", root)
        self.db.execute(
            "INSERT INTO editions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.edition, root, statement, fields.shown(self.now), *totals.values(), len(self.printed),
             len(changed), len(gone), "、".join(self.why[:20])),
        )  # fmt: skip
        well_known(self.db, "edition.json", statement)
        well_known(self.db, "freshness.json", tools.seal.freshness(self.edition, root, self.now))
        for name, data in tools.seal.copied():
            well_known(self.db, name, data)
        publish_bundles(self.db, trunk, self.edition)
        return Issued(self.edition, root, statement, tuple(self.printed), changed, gone)

    def file(self, path: str, content: Digest, size: int, kind: str, why: str = "") -> None:
        """Let the file at this path be these bytes."""
        self._files[path] = _File(content, size, kind, why)
        if len(self._files) >= AT_ONCE:
            self._put_down()

    def take(self, path: str) -> None:
        """Take the file at this path out of the site."""
        self._files[path] = None

    def _put_down(self) -> None:
        """Bring the pages in the book in line with the files that came and went; keep what stood there for the editions
        that had it."""
        files, self._files = self._files, {}
        found = self.db.execute(
            "SELECT p.path, p.digest, p.size, p.kind, p.edition FROM json_each(?) j CROSS JOIN pages p "
            "ON p.path = j.value",
            (json.dumps(list(files)),),
        )
        stood = {path: (_File(content, size, kind), since) for path, content, size, kind, since in found}
        shelf, pages, gone = [], [], []
        for path, new in files.items():
            old, since = stood.get(path, (None, self.edition))
            if new and old and new.content == old.content:
                continue
            if old:
                self._count(old, -1)
                if since < self.edition:  # no edition had what came in this one
                    shelf.append((path, since, self.edition - 1, old.content, old.size))
            if new:
                self._count(new, 1)
                pages.append((path, new.content, new.size, new.kind, self.edition, new.why))
                self.leaves[path] = Leaf(path, new.size, new.content)
            elif old:
                gone.append((path,))
                self.leaves[path] = None
        self.db.executemany("INSERT INTO shelf VALUES (?, ?, ?, ?, ?)", shelf)
        self.db.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?)", sorted(pages))
        self.db.executemany("DELETE FROM pages WHERE path = ?", gone)

    def _mark(self, path: str, content: Digest) -> None:
        self.leaves[path] = Leaf(path, 0, content) if content else None

    def _count(self, file: _File, files: int) -> None:
        self._counted["files"] += files
        self._counted["bytes"] += files * file.size
        self._counted["pages"] += files if file.kind == "page" else 0

    def _totals(self) -> dict[str, int]:
        """Pages, files and bytes as they are now."""
        book = self.tools.book
        totals = {name: int(book.get(name, "0")) + self._counted[name] for name in ("pages", "files", "bytes")}
        for name, total in totals.items():
            book.set(name, str(total))
        self._counted.clear()
        return totals

    def _pages_of_lists(self) -> None:
        """Which numbered pages, tags, sections and sitemaps come and go."""
        before, after = self._sections_before, self.sections
        if not before:
            self._come.update(layout.FIXED)
            self._come.add("sitemap/1.xml")
        for section in sorted(before ^ after):
            name = f"section:{section}"
            pages = self.lists.before.get(name, (0, self.lists.pages(name)))[1]
            if section in before:
                self._go.update(layout.of_list(name, pages, before))
            else:
                self._come.update(layout.of_list(name, self.lists.pages(name), after))
        for name, (stories, pages) in self.lists.before.items():
            folder = layout.folder_of(name, before & after)
            if folder:
                come, go = layout.moved(pages, self.lists.pages(name))
                self._come.update(f"{folder}/p{number}.html" for number in come)
                self._go.update(f"{folder}/p{number}.html" for number in go)
            left = self.lists.stories(name)
            if name.startswith("tag:") and bool(stories) != bool(left):  # one may also come and go in the same lot
                (self._come if left else self._go).update(layout.heads(name, folder))
        if "all" in self.lists.before:
            old, new = layout.maps(self.lists.before["all"][1]), layout.maps(self.lists.pages("all"))
            self._come.update(f"sitemap/{number}.xml" for number in range(old + 1, new + 1))
            self._go.update(f"sitemap/{number}.xml" for number in range(new + 1, old + 1))

    def _stale(self, sources: Sources) -> dict[str, str]:
        """The pages that read something whose answer is another now, each with that question."""
        stale: dict[str, str] = {}
        found = self.db.execute(
            "SELECT q.key, q.answer FROM json_each(?) j CROSS JOIN queries q ON q.key = j.value",
            (json.dumps(sorted(self._touched)),),
        )
        for key, before in found.fetchall():
            answer = told(key, sources.ask(key))[1]
            if answer != before:
                self.db.execute("UPDATE queries SET answer = ? WHERE key = ?", (answer, key))
                for (path,) in self.db.execute("SELECT path FROM reads WHERE key = ?", (key,)):
                    stale.setdefault(path, key)
        return stale

    def _pictures_of_pages(self) -> None:
        """A picture comes with its first user and leaves with its last."""
        renditions = Renditions(self.db)
        for key in sorted(self._pictures):
            for path, content, size in renditions.files(key.removeprefix("picture:")):
                if renditions.used(path):
                    self.file(path, content, size, "picture")
                else:
                    self.take(path)


def _sections_in(content: bytes) -> frozenset[str]:
    """Ids of the sections that the site's setting names."""
    return frozenset(section["id"] for section in read_setting(content)[2]["sections"])
