"""A folder on a server that speaks SFTP."""

from __future__ import annotations

import stat
import struct
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NoReturn, TypeVar

from hemei.press.targets import ASIDE, SHARED, Found, NotSynced, is_link, wire
from hemei.press.targets.wire import Answer, Reading, Wire, text

HANDLES = 32
"""Files that are open on the server at once."""
PIECE = 32 << 10
"""Bytes that every server takes and gives in one packet."""
NEEDED = "posix-rename@openssh.com"
SYNC = "fsync@openssh.com"


class Server:
    """Files are written aside, made safe, then renamed over the old ones. A link below the folder is never followed."""

    def __init__(self, host: str, port: int | None, user: str, top: str, settings: str = "") -> None:
        self.name = f"sftp://{user + '@' if user else ''}{host}{f':{port}' if port else ''}/{top.lstrip('/')}"
        self._top = top
        words = ["ssh", "-F", settings] if settings else ["ssh"]
        words += ["-p", str(port)] if port else []
        words += ["-l", user] if user else []
        for said in ("BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=20", "ServerAliveInterval=15",
                     "ServerAliveCountMax=4", "ClearAllForwardings=yes", "RequestTTY=no"):  # fmt: skip
            words += ["-o", said]
        self._wire = Wire([*words, "-s", "--", host, "sftp"], host)
        if NEEDED not in self._wire.extensions:
            self._wire.close()
            raise NotSynced(f"{host} 的 SFTP 不能原子地改名（缺少 {NEEDED}）。请换用 OpenSSH 的 SFTP 服务。")
        self._known: set[str] = set()
        """Folders that were seen to be folders; "" is the top."""

    def listing(self, folders: Collection[str]) -> Iterator[Found]:
        for name, mode, size in self._entries([""]):
            inside = stat.S_ISDIR(mode)
            if not inside or name not in {*folders, ASIDE, SHARED}:
                yield Found(name + "/" * inside, size if stat.S_ISREG(mode) else -1)
        real = self._real(folders)
        level = [folder for folder in sorted(folders) if folder in real]
        while level:
            below = []
            for path, mode, size in self._entries(level):
                if stat.S_ISDIR(mode):
                    below.append(path)
                else:
                    yield Found(path, size if stat.S_ISREG(mode) else -1)
            level = below

    def _entries(self, folders: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Path, mode and size of what stands directly in these folders."""
        for lot in _lots(folders, HANDLES):
            opened = self._wire.ask((wire.OPENDIR, text(self._place(folder))) for folder in lot)
            reading = {}
            for folder, answer in zip(lot, opened, strict=True):
                if answer[0] == wire.HANDLE:
                    reading[folder] = Reading(answer[1]).data()
                elif wire.status(answer) != wire.NOTHING:
                    self._refused(folder, answer, "读")
            handles = list(reading.values())
            while reading:
                names = self._wire.ask((wire.READDIR, text(handle)) for handle in reading.values())
                for (folder, _), answer in zip(list(reading.items()), names, strict=True):
                    if answer[0] != wire.NAMES:
                        if wire.status(answer) != wire.END:
                            self._refused(folder, answer, "读")
                        del reading[folder]
                        continue
                    yield from _named(folder, answer)
            self._wire.ask((wire.CLOSE, text(handle)) for handle in handles)

    def read(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        return [data for lot in _lots(wanted, HANDLES) for data in self._read(lot)]

    def _read(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        opened = self._wire.ask((wire.OPEN, _open(self._place(path), 1)) for path, _ in wanted)
        handles: dict[int, bytes] = {}
        for at, ((path, _), answer) in enumerate(zip(wanted, opened, strict=True)):
            if answer[0] == wire.HANDLE:
                handles[at] = Reading(answer[1]).data()
            elif wire.status(answer) != wire.NOTHING:
                self._refused(path, answer, "读")
        got = {at: bytearray() for at in handles}
        reading = list(handles)
        while reading:
            asked = [(wire.READ, text(handles[at]) + struct.pack(">QI", len(got[at]), PIECE)) for at in reading]
            for at, answer in zip(list(reading), self._wire.ask(asked), strict=True):
                if answer[0] == wire.DATA:
                    got[at] += Reading(answer[1]).data()
                elif wire.status(answer) != wire.END:
                    self._refused(wanted[at][0], answer, "读")
                if answer[0] != wire.DATA or len(got[at]) > wanted[at][1]:
                    reading.remove(at)
        self._wire.ask((wire.CLOSE, text(handle)) for handle in handles.values())
        return [bytes(got[at][: size + 1]) if at in got else None for at, (_, size) in enumerate(wanted)]

    def put(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        if "" not in self._known:
            self._make_top()
        self._room([ASIDE, *{str(PurePosixPath(path).parent) for path, _ in files}])
        for lot in _lots(files, HANDLES):
            self._put(lot)
        return [""] * len(files)

    def _put(self, files: Sequence[tuple[str, bytes]]) -> None:
        aside = [self._place(f"{ASIDE}/{number}") for number in range(len(files))]
        opened = self._wire.ask((wire.OPEN, _open(name, 2 | 8 | 16)) for name in aside)
        handles = []
        for (path, _), answer in zip(files, opened, strict=True):
            if answer[0] != wire.HANDLE:
                self._refused(path, answer, "写")
            handles.append(text(Reading(answer[1]).data()))
        asked = [
            (path, (wire.WRITE, handle + struct.pack(">Q", at) + text(data[at : at + PIECE])))
            for handle, (path, data) in zip(handles, files, strict=True)
            for at in range(0, len(data), PIECE)
        ]
        if SYNC in self._wire.extensions:
            pairs = zip(handles, files, strict=True)
            asked += [(path, (wire.EXTENDED, text(SYNC) + handle)) for handle, (path, _) in pairs]
        asked += [(path, (wire.CLOSE, handle)) for handle, (path, _) in zip(handles, files, strict=True)]
        self._all(asked)
        self._all(
            (path, (wire.EXTENDED, text(NEEDED) + text(name) + text(self._place(path))))
            for name, (path, _) in zip(aside, files, strict=True)
        )

    def remove(self, paths: Sequence[str]) -> None:
        inside = {path: str(PurePosixPath(path).parent) for path in paths}
        real = self._real(list(inside.values()))
        wanted = [path for path in paths if inside[path] in real]
        answers = self._wire.ask((wire.REMOVE, text(self._place(path))) for path in wanted)
        for path, answer in zip(wanted, answers, strict=True):
            if wire.status(answer) not in (wire.OK, wire.NOTHING):
                self._refused(path, answer, "删")
        above = {each for path in wanted for each in map(str, PurePosixPath(path).parents) if each != "."}
        self._known -= above
        # Those that are not empty stay: the server sees to that.
        deepest_first = sorted(above, key=lambda each: -each.count("/"))
        self._wire.ask((wire.RMDIR, text(self._place(each))) for each in deepest_first)

    def tidy(self) -> None:
        left = [path for path, _, _ in self._entries([ASIDE])] if ASIDE in self._real([ASIDE]) else []
        self._wire.ask((wire.REMOVE, text(self._place(path))) for path in [*left, ASIDE])  # ASIDE: were it a link
        self._wire.ask([(wire.RMDIR, text(self._place(ASIDE)))])
        self._known.discard(ASIDE)

    def close(self) -> None:
        self._wire.close()

    def _place(self, path: str) -> str:
        return f"{self._top}/{path}" if path not in ("", ".") else self._top or "/"

    def _make_top(self) -> None:
        steps = [str(each) for each in [*reversed(PurePosixPath(self._top).parents), PurePosixPath(self._top)]]
        for step in steps:
            if wire.status(self._wire.ask([(wire.STAT, text(step))])[0]) == wire.NOTHING:
                self._all([(step, (wire.MKDIR, text(step) + bytes(4)))])
        self._known.add("")

    def _real(self, folders: Iterable[str]) -> set[str]:
        """Those of these that are folders, and not behind a link."""
        return self._looked(folders, make=False) | {"."}

    def _room(self, folders: Sequence[str]) -> None:
        """Make these folders; what is no folder on the way gives way."""
        self._looked(folders, make=True)

    def _looked(self, folders: Iterable[str], *, make: bool) -> set[str]:
        steps = {each for folder in folders for each in (folder, *map(str, PurePosixPath(folder).parents))} - {"."}
        for depth in sorted({each.count("/") for each in steps}):
            level = sorted(each for each in steps if each.count("/") == depth and each not in self._known)
            level = [each for each in level if depth == 0 or str(PurePosixPath(each).parent) in self._known]
            found = self._wire.ask((wire.LSTAT, text(self._place(each))) for each in level)
            missing = []
            for each, answer in zip(level, found, strict=True):
                if answer[0] == wire.ATTRIBUTES and stat.S_ISDIR(Reading(answer[1]).attributes()[0]):
                    self._known.add(each)
                elif make:
                    missing.append(each)
                    if answer[0] == wire.ATTRIBUTES and each == SHARED:
                        raise is_link(self.name)
                    if answer[0] == wire.ATTRIBUTES:
                        self._all([(each, (wire.REMOVE, text(self._place(each))))])
            self._all((each, (wire.MKDIR, text(self._place(each)) + bytes(4))) for each in missing)
            self._known.update(missing)
        return steps & self._known

    def _all(self, asked: Iterable[tuple[str, tuple[int, bytes]]]) -> None:
        """Every one of these must succeed."""
        paths: list[str] = []

        def each() -> Iterator[tuple[int, bytes]]:
            for path, request in asked:
                paths.append(path)
                yield request

        answers = self._wire.ask(each())
        for path, answer in zip(paths, answers, strict=True):
            if wire.status(answer) != wire.OK:
                self._refused(path, answer, "写")

    def _refused(self, path: str, answer: Answer, deed: str) -> NoReturn:
        if wire.status(answer) == wire.FORBIDDEN:
            raise NotSynced(f"{self.name}：没有{deed} {path} 的权限。请管服务器的人把这个目录交给登录的账号。")
        raise NotSynced(
            f"{self.name}：没能{deed} {path}。可能是磁盘满了，或那里有同名的目录。请在服务器上查看，再运行一次，会接着做。"
        )


def _open(name: str, flags: int) -> bytes:
    """Flags: 1 read, 2 write, 8 create, 16 truncate. What is created may be read by all: it is a public page."""
    return text(name) + struct.pack(">III", flags, 4, 0o644)


def _named(folder: str, answer: Answer) -> Iterator[tuple[str, int, int]]:
    fields = Reading(answer[1])
    for _ in range(fields.whole()):
        name = fields.text()
        fields.text()
        mode, size = fields.attributes()
        if name not in (".", ".."):
            yield (f"{folder}/{name}" if folder else name), mode, size


_Item = TypeVar("_Item")


def _lots(items: Sequence[_Item], most: int) -> Iterator[Sequence[_Item]]:
    return (items[at : at + most] for at in range(0, len(items), most))
