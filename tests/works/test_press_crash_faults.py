"""The crash simulation can fail: every fault that is planted in the press's protocol is caught by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from re import fullmatch

from tests.works.crash_disk import REAMS, Log, Op, Rows
from tests.works.crash_states import Verdict, judge
from tests.works.test_press_crash_states import EXPORT, PROMISES, SCENES, exported, homes, quick, record

__all__ = ["homes", "quick"]

Plant = Callable[[Log], Log]
"""A fault that a protocol may have, as what it does to a log."""


def _left_out(unwanted: Callable[[Op], bool]) -> Plant:
    return lambda log: [op for op in log if not unwanted(op)]


def _syncs(*paths: str) -> Callable[[Op], bool]:
    return lambda op: op[0] == "sync" and any(fullmatch(path, op[1]) for path in paths)


def _every_other_sync_all(which: int) -> Plant:
    def plant(log: Log) -> Log:
        places = [at for at, op in enumerate(log) if op[0] == "sync_all"][which::2]
        return [op for at, op in enumerate(log) if at not in places]

    return plant


def _named_before_synced(log: Log) -> Log:
    made = log.copy()
    for at, op in enumerate(log[:-1]):
        if op[0] == "sync" and log[at + 1][:2] == ("rename", op[1]):
            made[at : at + 2] = [log[at + 1], ("sync", log[at + 1][2])]
    return made


def _committed_first(log: Log) -> Log:
    made: Log = []
    since: Log = []
    for op in log:
        if op[0].startswith("commit"):
            made.append(op)
        else:
            since.append(op)
        if op[0] == "committed":
            made += since
            since = []
    return made + since


def _used_again_unsynced(log: Log) -> Log:
    """Only folders in which this process named something since the last commit are synced."""
    made: Log = []
    named: set[str] = set()
    for op in log:
        if op[0] in ("committed", "restart"):
            named.clear()
        elif op[0] == "rename":
            named.add(op[2].rpartition("/")[0])
        if not _syncs(SHELF)(op) or op[1] in named:
            made.append(op)
    return made


def _in_place(where: str) -> Plant:
    """Written under the last name at once, and synced there."""

    def plant(log: Log) -> Log:
        data: dict[str, bytes] = {}
        made: Log = []
        for op in log:
            if op[0] == "write" and fullmatch(where, op[1]):
                data[op[1]] = op[2]
            elif op[0] == "rename" and op[1] in data:
                made += [("write", op[2], data.pop(op[1])), ("sync", op[2])]
            elif op[1:2] not in [(path,) for path in data]:
                made.append(op)
        return made

    return plant


def _pulped_before_the_commit(log: Log) -> Log:
    made: Log = []
    for op in log:
        at = len(made)
        if op[0] == "unlink" and fullmatch(f"{SHELF}/.*", op[1]):
            at = max(place for place, each in enumerate(made) if each[0] == "committing")
        made.insert(at, op)
    return made


def _of_sheets(op: Op) -> bool:
    return op[0] in ("settling", "sheets")


def _sheets_after_the_book(log: Log) -> Log:
    made: Log = []
    late: Log = []
    for op in log:
        (late if _of_sheets(op) else made).append(op)
        if op[0] == "committed":
            made += late
            late = []
    return made + late


def _sheets_pulped_before_the_commit(log: Log) -> Log:
    made: Log = []
    rows: Rows = {}
    for op in log:
        at = len(made)
        if _of_sheets(op) and op[1].keys() < rows.keys():
            at = max(place for place, each in enumerate(made) if each[0] == "committing")
        rows = op[1] if op[0] == "sheets" else rows
        made.insert(at, op)
    return made


SHELF, ASIDE = "home/press/store/[0-9a-f]{2}", "home/press/store/new/.*"
PLANTED: dict[str, Plant] = {
    "a file is not synced": _left_out(_syncs(ASIDE)),
    "a shelf is not synced": _left_out(_syncs(SHELF)),
    "the folder above a new shelf is not synced": _left_out(_syncs("home/press/store")),
    "the press's folder is not synced": _left_out(_syncs("home/press")),
    "the home is not synced": _left_out(_syncs("home")),
    "many files get their names unsynced": _every_other_sync_all(0),
    "many names are not synced": _every_other_sync_all(1),
    "a file is named before it is synced": _named_before_synced,
    "a file is written under its name": _in_place(ASIDE),
    "the commit comes before the files": _committed_first,
    "a name that was there is used unsynced": _used_again_unsynced,
    "old files go before the commit": _pulped_before_the_commit,
    "the sheets are committed after the book": _sheets_after_the_book,
    "the sheets are not committed": _left_out(_of_sheets),
    "a sheet is dropped while an edition needs it": _sheets_pulped_before_the_commit,
    "the reams' names are not synced": _left_out(_syncs(REAMS)),
    "a key is not synced": _left_out(_syncs(r".*\.new")),
    "the keys' folder is not synced": _left_out(_syncs("home/keys")),
    "a key is written in place": _in_place(r"home/(press|keys)/.*\.new"),
    "an export is not synced": _left_out(lambda op: op[0] == "sync_all"),
    "an export's new name is not synced": _left_out(_syncs(r"\.")),
}
EXPORTS = [name for name in PLANTED if "an export" in name]


def test_every_planted_fault_is_caught(homes: dict[str, Path], tmp_path: Path) -> None:
    calm = {scene: record(homes, tmp_path / scene, scene) for scene in SCENES if "by others" not in scene}
    last = len(calm["one change"].asked)
    tapes = [*calm.values()]
    tapes += [record(homes, tmp_path / f"killed {n}", "one change", n) for n in range(last - 8, last + 1)]
    handed = [exported(homes, tmp_path / "handed")]
    found: dict[str, Verdict] = {}
    for name, plant in PLANTED.items():
        verdict = found[name] = Verdict()
        for nth, take in enumerate(handed if name in EXPORTS else tapes):
            begin = next(at for at, op in enumerate(take.log) if op[0] == "sync_all") + 1
            log = take.log[:begin] + plant(take.log[begin:])
            promise = PROMISES[EXPORT if name in EXPORTS else ""](take.log)
            judge(log, begin, promise, 6, nth, verdict)
            if verdict.bad:
                break
        print(f"{name}: {sum(verdict.bad.values())} of {verdict.states} states are bad: {verdict.bad}")
    assert [name for name, verdict in found.items() if not verdict.bad] == []
    assert len(found) >= 8
