"""A home with keys, a clock that is set by hand and signed orders: what the tests of the press print with."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from hemei.press.compiler import Admit, Press, Withdraw
from hemei.press.printer import Printer
from hemei.press.reader import Reader, Row
from hemei.press.sheets import NAME, Sheets
from hemei.press.shown import NoSuchPage
from hemei.press.site import read_site
from hemei.press.store import Disk
from hemei.seal import keys as sealing
from hemei.seal.digest import Digest, canonical, digest
from hemei.seal.roster import Keys, Person, PersonKey, Post, Roster
from hemei.seal.statement import Release, Stamp, Withdrawal
from hemei.sqlite import swap
from tests.works.pages_sample import SITE

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
ROOT, WANG, ZHOU, ZHAO = (bytes([number]) * 32 for number in (1, 2, 3, 4))
SITE_ID = sealing.site_id(sealing.public(ROOT))
CAST = {"wang": ("first", WANG), "zhou": ("second", ZHOU), "zhao": ("final", ZHAO)}


class Clock:
    """The time is what the test says."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: int = 60) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


class Fast(Disk):
    """A disk that promises nothing: for tests that lose no power."""

    def sync(self, path: Path) -> None:
        pass

    def sync_all(self, folder: Path) -> None:
        pass


def stored(home: Path) -> set[Digest]:
    """What the press's store holds, sheets and files."""
    with _sheets(home) as db:
        sheets = {name.hex() for (name,) in db.execute("SELECT digest FROM sheets")}
    return sheets | {path.name for path in home.glob("press/store/??/*")}


def hurt(home: Path, name: Digest, data: bytes | None) -> None:
    """Alter what the store holds under this name, or take it away."""
    with _sheets(home) as db:
        change = "DELETE FROM sheets" if data is None else "UPDATE sheets SET data = ?1"
        done = db.execute(f"{change} WHERE digest = ?2", (data, bytes.fromhex(name))).rowcount
    if not done:
        place = home / "press/store" / name[:2] / name
        place.unlink() if data is None else place.write_bytes(data)


def as_before_sheets(home: Path) -> None:
    """Let a store whose press is closed be as the versions before this one kept it: each sheet is a file."""
    store = home / "press/store"
    with closing(Sheets(store / NAME, reading=True)) as sheets:
        for name in stored(home):
            if data := sheets.get(name):
                (store / name[:2]).mkdir(exist_ok=True)
                (store / name[:2] / name).write_bytes(data)
    (store / NAME).unlink()


@contextmanager
def _sheets(home: Path) -> Iterator[Any]:
    with closing(swap().connect(home / "press/store" / NAME, isolation_level=None)) as db:
        yield db


class County:
    """One home. Stories and orders are made by short names; every signature is real."""

    def __init__(
        self,
        home: Path,
        printer: Printer | None = None,
        *,
        disk: Disk | None = None,
        committing: Callable[[], None] | None = None,
        pool: Callable[[], Executor] | None = None,
    ) -> None:
        self.home, self.clock, self.printer, self.pool = home, Clock(), printer, pool
        self.progress: Callable[[int, int], None] | None = None
        self._disk, self._committing = disk, committing
        self.orders = 0
        keys = home / "keys"
        if not keys.exists():
            keys.mkdir(parents=True)
            (keys / "root.pub").write_text(sealing.public_hex(ROOT))
            (keys / "roster.json").write_bytes(sealing.sign(ROOT, roster().document()).to_json())
        self.press = self.opened()

    def opened(self) -> Press:
        return Press(
            self.home,
            masters=master,
            certify=certify,
            clock=self.clock,
            random=os.urandom,
            printer=self.printer,
            disk=self._disk,
            committing=self._committing,
            pool=self.pool,
            progress=self.progress,
        )

    def reopen(self) -> None:
        self.press.close()
        self.press = self.opened()

    def site(self, **changed: Any) -> Admit:
        value = {**SITE, **changed}
        content = canonical({"format": "hemei-setting/1", "site": SITE_ID, "name": "site", "value": value})
        return self._signed("setting:site", content)

    def story(self, number: int, **changed: Any) -> Admit:
        return self._signed(f"story:{number}", content(number, **changed))

    def withdraw(self, number: int, notice: str = "") -> Withdraw:
        now = self.clock.tick()
        said = Withdrawal(SITE_ID, f"story:{number}", "zhao", now, "来源有误", notice=notice)
        return Withdraw(self._next(), f"story:{number}", sealing.sign(ZHAO, said.document()).to_json())

    def start(self, stories: int = 0, **site: Any) -> County:
        """Print a first edition with the site's setting and so many stories."""
        self.press.publish([self.site(**site), *(self.story(number) for number in range(1, stories + 1))])
        return self

    def _signed(self, key: str, said: bytes) -> Admit:
        now = self.clock.tick()
        version = digest(said)
        stamps = [
            sealing.sign(private, Stamp(SITE_ID, key, version, stage, person, now).document()).plain()
            for person, (stage, private) in CAST.items()
        ]
        release = sealing.sign(ZHAO, Release(SITE_ID, key, version, "zhao", now).document()).plain()
        proof = {"format": "hemei-proof/1", "version": json.loads(said), "stamps": stamps, "release": release}
        return Admit(self._next(), key, said, canonical(proof), now)

    def _next(self) -> str:
        self.orders += 1
        return f"order-{self.orders}"


def content(number: int, **changed: Any) -> bytes:
    """A story's canonical bytes. `section`, `tags`, `headline` and the rest as the format names them."""
    story = {
        "format": "hemei-story/1",
        "site": SITE_ID,
        "story": number,
        "previous": None,
        "kicker": "",
        "headline": f"第{number}篇稿件的标题",
        "deck": "",
        "dateline": "",
        "byline": "记者 罗青禾",
        "editor": "周砚",
        "source": "",
        "date": None,
        "section": "news",
        "tags": [],
        "gist": [],
        "lead": None,
        "body": [{"kind": "paragraph", "runs": [{"t": f"第{number}篇的正文。"}]}],
        "correction": "",
        "hands": ["luo"],
    }
    return canonical({**story, **changed})


def picture(seed: int, crop: list[int] | None = None) -> dict[str, Any]:
    """A picture as a story carries it; its master is a real JPEG."""
    return {
        "master": digest(drawn(seed)),
        "width": 1600,
        "height": 900,
        "alt": "山",
        "caption": "",
        "credit": "石小满 摄",
        "crop": crop,
        "focus": None,
    }


@cache
def drawn(seed: int) -> bytes:
    kept = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 900)).rotate(seed * 7).convert("RGB").save(kept, "JPEG", quality=85)
    return kept.getvalue()


def master(name: Digest) -> bytes:
    for seed in range(12):
        if digest(drawn(seed)) == name:
            return drawn(seed)
    raise FileNotFoundError(name)


def roster() -> Roster:
    since = START - timedelta(days=400)
    people = tuple(
        Person(
            name,
            name,
            tuple(Post(post, since.date(), None) for post in (stage, "release", "withdraw")),
            (PersonKey(sealing.public_hex(private), since, None),),
        )
        for name, (stage, private) in CAST.items()
    )
    return Roster(SITE_ID, 1, START, people)


def certify(public: str, now: datetime) -> bytes:
    made = Keys(SITE_ID, 1, now, sealing.public_hex(ROOT), (PersonKey(public, now, None),))
    return sealing.sign(ROOT, made.document()).to_json()


def toy(path: str, reader: Reader) -> bytes:
    """Pages as plain as can be, that read what real ones do; the article also reads the time and its neighbour."""
    site = read_site(reader.setting("site"))
    said: list[object] = [path, site.name]
    parts = path.split("/")
    if path == "index.html":
        said += [row.headline for row in reader.latest("all", 6)]
        said += [[row.headline for row in reader.latest(f"section:{one.id}", 3)] for one in site.sections]
    elif path == "tags/index.html":
        said += reader.tags()
    elif path.startswith("sitemap/"):
        first = (int(parts[1].removesuffix(".xml")) - 1) * 50 + 1
        said += reader.numbers("all", first, 50)
    elif path == "sitemap.xml":
        said.append(reader.pages("all"))
    elif parts[0] == "corrections":
        said += _toy_list("corrections", parts[-1], reader)
    elif parts[0] == "a":
        said += _toy_article(int(parts[1]), reader)
    elif parts[0] == "t":
        word = reader.tag(parts[1])
        if word is None:
            raise NoSuchPage(path)
        said += _toy_list(f"tag:{word}", parts[-1], reader)
    elif len(parts) == 2 and site.section(parts[0]):
        said += [site.section(parts[0]), *_toy_list(f"section:{parts[0]}", parts[-1], reader)]
    return "\n".join(map(str, said)).encode()


def _toy_article(number: int, reader: Reader) -> list[object]:
    printed = reader.story(number)
    if printed is None:
        raise NoSuchPage(f"a/{number}/index.html")
    story = printed.story
    said: list[object] = [printed.version, story.headline, printed.released, printed.first_released, story.body]
    said += [reader.renditions(each) for each in story.pictures()]
    if story.deck.startswith("至"):  # a page that changes when a moment comes
        said.append(reader.past(datetime.fromisoformat(story.deck[1:])))
    if story.kicker.isdigit():  # a page that shows another story's headline
        other = reader.story(int(story.kicker))
        said.append(other.story.headline if other else "-")
    return said


def _toy_list(name: str, file: str, reader: Reader) -> list[object]:
    if not file.startswith("p"):
        return [_toy_row(name, row) for row in reader.latest(name, 20)]
    number = int(file[1:].removesuffix(".html"))
    rows = reader.page(name, number)
    if not rows:
        raise NoSuchPage(f"{name} {file}")
    return [*(_toy_row(name, row) for row in rows), reader.has(name, number + 1)]


def _toy_row(name: str, row: Row) -> object:
    return (row.number, row.headline, row.deck) if name == "corrections" else (row.number, row.headline)


TOY = Printer(toy, {"toy.css": b"p{}"}, digest(b"toy"), "1")
