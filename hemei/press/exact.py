"""The full build: everything anew from what was admitted, to be compared with the edition that grew change by change."""

from __future__ import annotations

from datetime import datetime

from hemei.press import layout
from hemei.press.admitted import Admitted, story_in
from hemei.press.book import Connection
from hemei.press.edition import Trunk
from hemei.press.errors import Inexact
from hemei.press.lists import Lists
from hemei.press.pieces import read_setting
from hemei.press.printing import Tools, render
from hemei.press.recorder import Answers
from hemei.press.renditions import Renditions
from hemei.seal.digest import Digest, digest
from hemei.seal.tree import Leaf, leaves, root

NAMED = 10
"""How many differences an error names."""


def root_from_scratch(db: Connection, tools: Tools, now: datetime) -> Digest:
    """The root of a build from admitted pieces alone. Raises Inexact when lists, reads, files or root differ from it.

    Only what cannot be derived is taken as it is: the order of first releases, where the pages of lists begin, and
    the printed sizes of pictures.
    """
    admitted = Admitted(db, tools.seal.site)
    lists = Lists(db)
    standings = [each for each in admitted.all() if each.key.startswith("story:")]
    faults = lists.faults((each.sequence, story_in(admitted.content(each)), each.first_released) for each in standings)
    site = admitted.standing("setting:site")
    value = read_setting(admitted.content(site))[2] if site else {"sections": []}
    sections = frozenset(section["id"] for section in value["sections"])
    built: dict[str, Leaf] = {}
    used: set[str] = set()
    answers = Answers(db, tools.seal.site, now)
    for path in layout.everything(lists, sections, [each.key for each in standings]):
        data, recorder = render(tools.printer, path, answers)
        built[path] = Leaf(path, len(data), tools.store.put(data))
        used |= {key for key in recorder.answers if key.startswith("picture:")}
        faults += _misread(db, path, recorder.answers)
    for key in used:
        for path, content, size in Renditions(db).files(key.removeprefix("picture:")):
            built[path] = Leaf(path, size, content)
    for each in standings:
        path = f"a/{each.key.removeprefix('story:')}/proof.json"
        built[path] = Leaf(path, len(tools.store.get(each.proof)), each.proof)
    for name, data in tools.printer.assets.items():
        path = tools.printer.asset_path(name)
        built[path] = Leaf(path, len(data), digest(data))
    built |= {leaf.path: leaf for leaf in _marks(admitted, tools)}
    return _compared(db, built, faults)


def _marks(admitted: Admitted, tools: Tools) -> list[Leaf]:
    marks = [Leaf("!theme", 0, tools.printer.theme)]
    marks += [Leaf(f"!admitted/{each.key}", 0, each.version) for each in admitted.all()]
    marks += [Leaf(f"!withdrawn/{each.key}", 0, each.withdrawal) for each in admitted.all("withdrawn")]
    return marks


def _misread(db: Connection, path: str, fresh: dict[str, str]) -> list[str]:
    """Reads of a page that were not written down, are no longer made, or were answered otherwise."""
    kept = dict(
        db.execute("SELECT r.key, q.answer FROM reads r LEFT JOIN queries q ON q.key = r.key WHERE r.path = ?", (path,))
    )
    return [f"{path} reads {key}" for key in fresh.keys() | kept.keys() if fresh.get(key) != kept.get(key)]


def _compared(db: Connection, built: dict[str, Leaf], faults: list[str]) -> Digest:
    served = {
        path: Leaf(path, size, content) for path, content, size in db.execute("SELECT path, digest, size FROM pages")
    }
    files = {path: leaf for path, leaf in built.items() if not path.startswith("!")}
    sealed = {leaf.path: leaf for leaf in leaves(Trunk(db))}
    faults += [
        f"{path} is served otherwise" for path in files.keys() | served.keys() if files.get(path) != served.get(path)
    ]
    faults += [
        f"{path} is sealed otherwise" for path in built.keys() | sealed.keys() if built.get(path) != sealed.get(path)
    ]
    made = root(built.values())
    live = db.execute("SELECT value FROM meta WHERE name = 'root'").fetchone()
    totals = {
        name: int(value) for name, value in db.execute("SELECT name, value FROM meta WHERE name IN ('files', 'bytes')")
    }
    if totals != {"files": len(files), "bytes": sum(leaf.size for leaf in files.values())}:
        faults.append(f"counted {totals}")
    if faults or live is None or live[0] != made:
        named = "；".join(sorted(faults)[:NAMED])
        raise Inexact(f"全部重印与现在的版次不一致（{len(faults)} 处）：{named}。请保留 var/press 并报告这个错误")
    return made
