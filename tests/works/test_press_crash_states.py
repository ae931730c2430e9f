"""Whatever a power cut leaves of a publish, the live edition is whole, and nothing lies under a name that is not its own."""

from __future__ import annotations

import errno
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from re import fullmatch
from typing import Any

import pytest

from hemei.press import plates, renditions, store
from hemei.press.book import snapshot
from hemei.press.store import SMALL, Store
from hemei.press.switch import export
from hemei.seal import keys as sealing
from hemei.seal.digest import digest
from tests.works.crash_disk import BOOK, NEEDED, SHEETS, Killed, Log, Recorder
from tests.works.crash_states import Folder, Promise, Verdict, judge
from tests.works.crash_world import World, files
from tests.works.press_sample import ROOT, START, TOY, County, Fast, picture, roster


class Inline(Executor):
    """A pool of nobody: a task is done where it is given."""

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*given, **named))
        return done


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures without an encoder, many pages sooner, and reams of few."""

    def made(master: bytes, crop: object) -> list[renditions.Made]:
        return [renditions.Made("webp", f"{digest(master)} {crop} {width}".encode(), width, 9) for width in (480, 960)]

    monkeypatch.setattr(renditions, "make", made)
    monkeypatch.setattr(plates, "MANY", 60)
    monkeypatch.setattr(store, "WORTH", 1)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A home that only has the house's keys, one with an edition, another edition, and one whose edition is of sheets."""
    folder = tmp_path_factory.mktemp("homes")
    bare = folder / "bare"
    (bare / "keys").mkdir(parents=True)
    (bare / "keys" / "root.pub").write_text(sealing.public_hex(ROOT))
    (bare / "keys" / "roster.json").write_bytes(sealing.sign(ROOT, roster().document()).to_json())
    printed = folder / "printed"
    for home, small in ((printed, 0), (folder / "sheets", SMALL)):
        shutil.copytree(bare, home)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "SMALL", small)
            county = County(home, TOY, disk=Fast()).start(5)
        county.press.close()
    changed = folder / "changed"
    shutil.copytree(printed, changed)
    county = County(changed, TOY, disk=Fast())
    one_change(county)
    county.press.close()
    return {"bare": bare, "printed": printed, "changed": changed, "sheets": folder / "sheets"}


def first_run(county: County) -> None:
    _at(county, 0)
    county.press.publish([county.site(), county.story(1), county.story(2)])


def one_change(county: County) -> None:
    _at(county, 1)
    county.press.publish([county.story(2, headline="改过的标题")])


def several(county: County) -> None:
    """A withdrawal, which goes first, a picture, another headline."""
    _at(county, 1)
    lead = picture(2, [0, 0, 100, 100])
    county.press.publish([county.story(6, lead=lead), county.withdraw(4), county.story(2, headline="改过的标题")])


def many(county: County) -> None:
    """So many files that the whole file system is synced."""
    _at(county, 1)
    county.press.publish([county.story(number) for number in range(10, 44)])


def by_others(county: County) -> None:
    """So many pages that other processes print them; few of them are new to the store when it is done again."""
    _at(county, 1)
    county.press.publish([county.story(number) for number in range(10, 70)])


def pulped(county: County) -> None:
    """What was replaced leaves the store, and comes back."""
    for hours, name in ((1, "另一个名字"), (2, "又一个名字"), (2000, "第三个名字"), (2001, "另一个名字")):
        _at(county, hours)
        county.orders = 100 + hours * 10
        county.press.publish([county.site(name=name)])
        county.press.tidy()


def opened(county: County) -> None:
    """What lies in reams is replaced, and they are opened when it is pulped; their files go a day later."""
    by_others(county)
    for hours, name in ((2, "另一个名字"), (2000, "又一个名字"), (2030, "第三个名字")):
        _at(county, hours)
        county.orders = 200 + hours * 10
        county.press.publish([county.site(name=name)])
        county.press.tidy()


def _at(county: County, hours: int) -> None:
    county.orders, county.clock.now = 100 + hours, START + timedelta(hours=hours)


SCENES: dict[str, tuple[str, Callable[[County], None], int]] = {
    "first run": ("bare", first_run, 0),
    "one change": ("printed", one_change, 0),
    "several": ("printed", several, 0),
    "many": ("printed", many, 0),
    "by others": ("printed", by_others, 0),
    "pulped": ("printed", pulped, 0),
    "first run of sheets": ("bare", first_run, SMALL),
    "one change of sheets": ("sheets", one_change, SMALL),
    "sheets beside older files": ("printed", several, SMALL),
    "sheets by others": ("sheets", by_others, SMALL),
    "sheets pulped": ("sheets", pulped, SMALL),
    "reams opened": ("sheets", opened, SMALL),
    "short ones are sheets": ("sheets", several, 90),
}
"""The home that each begins with, what is done, and from how many bytes on it makes files."""
EXPORT = "export"
PROMISES: defaultdict[str, Callable[[Log], Promise | Folder]] = defaultdict(lambda: Promise, {EXPORT: Folder})


@dataclass(frozen=True)
class Take:
    """A recorded scene: what was asked of the disk from `begin` on, and the folders that it left."""

    log: Log
    begin: int
    base: Path
    books: list[Path]
    sheets: list[Path]
    asked: list[int]


def record(homes: dict[str, Path], base: Path, scene: str, n: int = 0, error: int = 0) -> Take:
    """Play a scene; killed or refused at its n-th request, and then played again to the end."""
    home, work, small = SCENES[scene]
    shutil.copytree(homes[home], base / "home")
    disk = Recorder(base, n, error)
    with disk.everywhere(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "SMALL", small)
        for _ in range(2):
            county = None
            try:
                county = _county(base / "home", disk)
                work(county)
                break
            except Killed:
                disk.again()
            except OSError:  # the same press goes on, if it was open by then
                if county:
                    work(county)
                    break
                disk.again()
        assert county is not None
        county.press.close()
        disk.finish()
    return Take(disk.log, disk.begin, base, disk.books, disk.sheets, disk.asked)


def _county(home: Path, disk: Recorder) -> County:
    return County(home, TOY, disk=disk, committing=disk.committing, pool=Inline)


def exported(homes: dict[str, Path], base: Path, n: int = 0, error: int = 0) -> Take:
    """One edition handed to a folder, and then the next one; killed or refused, and then done again."""
    base.mkdir()
    disk = Recorder(base, n, error)
    with disk.everywhere():
        for home in ("printed", "changed"):
            try:
                export(homes[home], base / "out", disk)
            except (Killed, OSError):
                disk.again()
                export(homes[home], base / "out", disk)
            disk.mark("exported")
    return Take(disk.log, disk.begin, base, [], [], disk.asked)


def play(homes: dict[str, Path], base: Path, scene: str, n: int = 0, error: int = 0) -> Take:
    return exported(homes, base, n, error) if scene == EXPORT else record(homes, base, scene, n, error)


def takes(homes: dict[str, Path], folder: Path, scenes: Iterable[str], most: int) -> Iterator[tuple[str, Take]]:
    """Each scene played to its end; then killed, and refused, at so many of its requests, evenly spread."""
    for scene in scenes:
        calm = play(homes, folder / f"{scene} calm", scene)
        yield scene, calm
        last = len(calm.asked)
        for n in sorted({each * last // (most + 1) for each in range(1, most + 1)} - {0}):
            for error in (0, errno.EIO):
                base = folder / f"{scene} {n} {error}"
                yield scene, play(homes, base, scene, n, error)
                for left in folder.glob(f"{base.name}*"):
                    shutil.rmtree(left)


def seek(homes: dict[str, Path], folder: Path, scenes: Iterable[str], kills: int, most: int) -> Verdict:
    """Look at up to `most` states at each moment of all these takes."""
    verdicts: dict[str, Verdict] = {}
    for nth, (scene, take) in enumerate(takes(homes, folder, scenes, kills)):
        judge(take.log, take.begin, PROMISES[scene](take.log), most, nth, verdicts.setdefault(scene, Verdict()))
    total = Verdict()
    for scene, verdict in verdicts.items():
        print(f"{scene}: {verdict.states} states, {sum(verdict.bad.values())} bad {verdict.bad or ''}")
        total += verdict
    return total


def test_no_power_cut_leaves_a_bad_state(homes: dict[str, Path], tmp_path: Path) -> None:
    found = seek(
        homes,
        tmp_path,
        ("first run", "one change", "several", "many", "short ones are sheets", EXPORT),
        kills=1,
        most=14,
    )
    assert found.bad == {}
    assert found.states >= 20_000


@pytest.mark.parametrize(
    ("scene", "kind", "path"),
    [
        ("first run", "mkdir", "home/press/store/[0-9a-f]{2}"),
        ("first run", "rename", "home/keys/keys.json.new"),
        ("one change", "rename", "home/press/store/new/.*"),
        ("by others", "rename", "home/press/store/new/.*"),
        (EXPORT, "rename", "out"),
        (EXPORT, "rename", "out.new"),
    ],
)
def test_a_name_that_a_killed_press_left_unsynced_is_not_trusted(
    homes: dict[str, Path], tmp_path: Path, scene: str, kind: str, path: str
) -> None:
    """Killed right after the last change of this kind: who comes next finds it there, and the power fails later."""
    calm = play(homes, tmp_path / "calm", scene)
    last = max(at for at, op in enumerate(calm.log) if op[0] == kind and fullmatch(path, op[1]))
    after = next(nth for nth, length in enumerate(calm.asked, 1) if length > last)
    take = play(homes, tmp_path / "killed", scene, after)
    assert take.log[take.begin] == ("restart",)
    assert take.log[take.begin - 1][0] == kind
    found = Verdict()
    judge(take.log, take.begin, PROMISES[scene](take.log), 30, 1, found)
    assert found.bad == {}
    assert found.states > 200


@pytest.mark.prove
def test_a_million_crash_states_and_none_is_bad(homes: dict[str, Path], tmp_path: Path) -> None:
    found = seek(homes, tmp_path, (*SCENES, EXPORT), kills=16, most=29)
    print(f"{found.states} crash states, {sum(found.bad.values())} bad")
    assert found.bad == {}
    assert found.states >= 1_000_000


def reopened(take: Take, count: int, seed: int) -> Iterator[Path]:
    """Homes as a power cut may leave them, at so many moments of a take, each with the book of that moment."""
    world, random = World(), Random(seed)
    moments_there = range(take.begin, len(take.log))
    moments = set(random.sample(moments_there, min(count, len(moments_there))))
    begun = done = settling = settled = 0
    for at, op in enumerate(take.log):
        world.apply(op)
        begun, done = begun + (op[0] == "committing"), done + (op[0] == "committed")
        settling, settled = settling + (op[0] == "settling"), settled + (op[0] == "sheets")
        if at not in moments:
            continue
        *_, state = world.crashes(1 + random.randrange(8), random)
        folder = take.base.with_name(f"{take.base.name} {at}")
        for path, data in files(state).items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if path == BOOK:
                shutil.copytree(take.books[random.choice((begun, done))], place.parent, dirs_exist_ok=True)
            elif path == SHEETS:  # the first of these entries is what was there before
                shutil.copytree(take.sheets[random.choice((settling, settled - 1))], place.parent, dirs_exist_ok=True)
            else:
                place.write_bytes(data)
        yield folder / "home"
        shutil.rmtree(folder)


def _restarts(homes: dict[str, Path], folder: Path, count: int) -> int:
    """Open the press on what a power cut left, and give it its orders again; how often that was done."""
    done = 0
    for scene, (_, work, _) in SCENES.items():
        take = record(homes, folder / scene, scene)
        calm = County(take.base / "home", TOY, disk=Fast())
        root = calm.press.root()
        calm.press.close()
        for home in reopened(take, count, done):
            county = County(home, TOY, disk=Fast(), pool=Inline)
            work(county)
            assert county.press.root() == root == county.press.build_full()
            county.press.close()
            kept = Store(home / "press" / "store", reading=True)
            with snapshot(home / "press" / "press.sqlite3") as db:
                for (name,) in db.execute(NEEDED):
                    kept.get(name)
            done += 1
    return done


def test_after_a_power_cut_the_press_opens_and_prints_what_it_was_told(homes: dict[str, Path], tmp_path: Path) -> None:
    assert _restarts(homes, tmp_path, 2) == 2 * len(SCENES)


@pytest.mark.prove
def test_after_hundreds_of_power_cuts_the_press_opens_and_prints(homes: dict[str, Path], tmp_path: Path) -> None:
    assert _restarts(homes, tmp_path, 27) >= 200
