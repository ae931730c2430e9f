"""One printing: from changed pieces to the files, the tree and the signed edition, all within one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from hemei.press import layout
from hemei.press.admitted import Admitted, Standing, story_in
from hemei.press.book import Book
from hemei.press.edition import Seal, Trunk, publish_bundles, well_known
from hemei.press.errors import Refused
from hemei.press.lists import Lists, slug_of
from hemei.press.pieces import Story, read_setting
from hemei.press.plates import Pool, Presses, Progress
from hemei.press.printer import Printer
from hemei.press.recorder import Sources, save_reads, told
from hemei.press.renditions import Renditions
from hemei.press.store import Store
from hemei.seal import fields
from hemei.seal.digest import Digest
from hemei.seal.tree import Leaf


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

    def __post_init__(self) -> None:
        self.db = self.tools.book.db
        self.admitted = Admitted(self.db, self.tools.seal.site)
        self.lists = Lists(self.db)
        self._sections_before = self.sections()

    def sections(self) -> frozenset[str]:
        """Ids of the sections that the site has now; none before its setting is admitted."""
        standing = self.admitted.standing("setting:site")
        if standing is None or standing.state != "admitted":
            return frozenset()
        value = read_setting(self.admitted.content(standing))[2]
        return frozenset(section["id"] for section in value["sections"])

    def place(self, standing: Standing, *, restored: bool = False) -> None:
        """Bring lists, files and marks in line with how a piece stands now.

        Raises Refused, with nothing changed, for one that has no place on this site; what is `restored` had one.
        """
        key = standing.key
        live = standing.state == "admitted"
        story = story_in(self.admitted.content(standing)) if live and key.startswith("story:") else None
        if not restored:
            self._welcome(story)
        self.why.append(f"{key} {standing.state}")
        self._touched.add(key)
        self._mark(f"!admitted/{key}", standing.version if live else "")
        self._mark(f"!withdrawn/{key}", standing.withdrawal if standing.state == "withdrawn" else "")
        if not key.startswith("story:"):
            return
        number = int(key.removeprefix("story:"))
        page, proof = f"a/{number}/index.html", f"a/{number}/proof.json"
        if story:
            self.lists.put(standing.sequence, story, standing.first_released)
            self._come.add(page)
            self._go.discard(page)
            data = self.admitted.proof(standing)
            self.file(proof, self.tools.store.put(data), len(data), "proof")
        else:
            self.lists.drop(number)
            self._go.add(page)
            self._come.discard(page)
            self.take(proof)

    def _welcome(self, story: Story | None) -> None:
        if not self.sections():
            raise Refused("网站还没有名称和栏目，请先签发网站设置。")
        if story is None:
            return
        if story.section not in self.sections():
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
        self._come |= {path for (path,) in self.db.execute("SELECT path FROM pages WHERE kind = 'page'")}

    def print(self) -> None:
        """Print exactly the pages that are new or whose recorded reads have other answers now."""
        self.lists.settle()
        self._touched |= self.lists.touched
        self._pages_of_lists()
        sources = Sources(self.db, self.tools.seal.site, self.now)
        reasons = self._stale(sources)
        for path in self._go:
            self._pictures |= save_reads(self.db, path, {})
            self.take(path)
        paths = sorted((self._come | reasons.keys()) - self._go)
        tools = self.tools
        for plate in Presses(tools.pool, tools.progress, tools.printer, tools.store, sources).plates(paths):
            self._pictures |= save_reads(self.db, plate.path, plate.asked)
            self.printed.append(plate.path)
            self.file(plate.path, plate.digest, plate.size, "page", reasons.get(plate.path, "new"))
        self._pictures_of_pages()

    def issue(self) -> Issued | None:
        """Seal the files as they are now. None when the tree is the one that was sealed before."""
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
        old = self.db.execute("SELECT size, edition, digest FROM pages WHERE path = ?", (path,)).fetchone()
        if old and old[2] == content:
            return
        self._count(kind, 1 - bool(old), size - (old[0] if old else 0))
        self._shelve(path, old)
        self.db.execute(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?)", (path, content, size, kind, self.edition, why)
        )
        self.leaves[path] = Leaf(path, size, content)

    def take(self, path: str) -> None:
        """Take the file at this path out of the site."""
        old = self.db.execute("SELECT size, edition, digest, kind FROM pages WHERE path = ?", (path,)).fetchone()
        if old:
            self._count(old[3], -1, -old[0])
            self._shelve(path, old)
            self.db.execute("DELETE FROM pages WHERE path = ?", (path,))
            self.leaves[path] = None

    def _shelve(self, path: str, old: tuple[int, int, Digest, *tuple[str, ...]] | None) -> None:
        """Keep what stood there (size, edition, digest) for the editions that had it; none had what came in this one."""
        if old and old[1] < self.edition:
            self.db.execute(
                "INSERT INTO shelf VALUES (?, ?, ?, ?, ?)", (path, old[1], self.edition - 1, old[2], old[0])
            )

    def _mark(self, path: str, content: Digest) -> None:
        self.leaves[path] = Leaf(path, 0, content) if content else None

    def _count(self, kind: str, files: int, size: int) -> None:
        self._counted["files"] += files
        self._counted["bytes"] += size
        self._counted["pages"] += files if kind == "page" else 0

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
        before, after = self._sections_before, self.sections()
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
            if name.startswith("tag:") and not stories:
                self._come.update(layout.heads(name, folder))
            elif name.startswith("tag:") and not self.lists.stories(name):
                self._go.update(layout.heads(name, folder))
        if "all" in self.lists.before:
            old, new = layout.maps(self.lists.before["all"][1]), layout.maps(self.lists.pages("all"))
            self._come.update(f"sitemap/{number}.xml" for number in range(old + 1, new + 1))
            self._go.update(f"sitemap/{number}.xml" for number in range(new + 1, old + 1))

    def _stale(self, sources: Sources) -> dict[str, str]:
        """The pages that read something whose answer is another now, each with that question."""
        stale: dict[str, str] = {}
        for key in sorted(self._touched):
            found = self.db.execute("SELECT answer FROM queries WHERE key = ?", (key,)).fetchone()
            if found is None:
                continue
            answer = told(key, sources.ask(key))[1]
            if answer != found[0]:
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
