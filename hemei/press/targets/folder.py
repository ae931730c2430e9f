"""A folder of this machine, as any web server serves it."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hemei.press.store import Disk
from hemei.press.targets import ASIDE, SHARED, Found, NotSynced, is_link

MANY = 8
"""From more on, one sync of the whole file system costs less than one for each."""
_CAUSES = {
    errno.ENOSPC: "磁盘满了。请腾出空间，再运行一次。",
    errno.EDQUOT: "磁盘配额用完了。请腾出空间，再运行一次。",
    errno.EACCES: "没有写入的权限。请换一个账号运行，或把目录交给这个账号。",
    errno.EPERM: "没有写入的权限。请换一个账号运行，或把目录交给这个账号。",
    errno.EROFS: "磁盘是只读的。请检查磁盘。",
    errno.EEXIST: "那里有一个文件，不是目录。请检查目标写得对不对。",
    errno.ENOTDIR: "那里有一个文件，不是目录。请检查目标写得对不对。",
    errno.EIO: "磁盘读写出错。请检查磁盘，再运行一次。",
}


class Folder:
    """Files are written aside, made safe together, then renamed one by one. A link below it is never followed."""

    def __init__(self, place: Path, disk: Disk | None = None) -> None:
        self.name = str(place)
        self._top = place
        self._disk = disk or Disk()
        self._known: set[Path] = set()

    def listing(self, folders: Collection[str]) -> Iterator[Found]:
        with self._told():
            for one in _entries(self._top):
                inside = one.is_dir(follow_symlinks=False)
                if not inside or one.name not in {*folders, ASIDE, SHARED}:
                    yield Found(one.name + "/" * inside, _size(one))
            for folder in folders:
                yield from self._below(folder)

    def _below(self, folder: str) -> Iterator[Found]:
        way = Path(folder)
        if not any((self._top / each).is_symlink() for each in (way, *way.parents[:-1])):
            for one in _entries(self._top / folder):
                path = f"{folder}/{one.name}"
                if one.is_dir(follow_symlinks=False):
                    yield from self._below(path)
                else:
                    yield Found(path, _size(one))

    def read(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        with self._told():
            return [self._read(self._top / path, size) for path, size in wanted]

    @staticmethod
    def _read(place: Path, size: int) -> bytes | None:
        try:
            handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(handle, "rb") as file:
                return file.read(size + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else None
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                return None
            raise

    def put(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        with self._told():
            aside = self._top / ASIDE
            self._top.mkdir(parents=True, exist_ok=True)
            aside.mkdir(exist_ok=True)
            for number, (_, data) in enumerate(files):
                self._disk.write(aside / str(number), data)
            self._safe({aside / str(number) for number in range(len(files))})
            changed = set()
            for number, (path, _) in enumerate(files):
                place = self._top / path
                changed |= self._room(place.parent)
                if place.is_dir() and not place.is_symlink():
                    shutil.rmtree(place)  # a folder where a page of ours belongs
                self._disk.rename(aside / str(number), place)
            self._safe(changed)
            return [""] * len(files)

    def _room(self, folder: Path) -> set[Path]:
        """Make this folder; what is no folder on the way gives way. The folders whose names have to be made safe."""
        changed = {folder}
        if folder not in self._known:
            for place in (*reversed(folder.relative_to(self._top).parents), folder.relative_to(self._top)):
                step = self._top / place
                if place.parts == (SHARED,) and step.is_symlink():
                    raise is_link(self.name)
                if place.parts and (step.is_symlink() or not step.is_dir()):
                    step.unlink(missing_ok=True)
                    step.mkdir()
                    changed.add(step.parent)
            self._known.add(folder)
        return changed

    def remove(self, paths: Sequence[str]) -> None:
        with self._told():
            parents = set()
            for path in paths:
                place = self._top / path
                if any(each.is_symlink() for each in place.parents if self._top in each.parents):
                    continue  # it lies elsewhere: behind a link that is not ours
                if place.is_symlink() or not place.is_dir():
                    with suppress(FileNotFoundError, NotADirectoryError):
                        place.unlink()
                        parents.add(place.parent)
            left = {self._empty(each) for each in parents}
            self._safe({each for each in left if each.exists()})  # one that is gone went with another, which stays

    def _safe(self, places: Collection[Path]) -> None:
        """Make these files and folders safe against a power cut."""
        if len(places) > MANY:
            self._disk.sync_all(self._top)
        else:
            for place in sorted(places):
                self._disk.sync(place)

    def _empty(self, folder: Path) -> Path:
        """Remove this folder and those above it as far as they are empty; the first that stays."""
        while folder != self._top:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass  # it went with another
            except OSError:
                break
            self._known.discard(folder)
            folder = folder.parent
        return folder

    def tidy(self) -> None:
        with self._told():
            aside = self._top / ASIDE
            if aside.is_symlink():
                aside.unlink()
            elif aside.exists():
                shutil.rmtree(aside)

    def close(self) -> None:
        pass

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = _CAUSES.get(error.errno or 0, f"读写出错（错误号 {error.errno}）。请检查这个目录，再运行一次。")
            raise NotSynced(f"{error.filename or self.name}：{why}") from error


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda one: one.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _size(one: os.DirEntry[str]) -> int:
    return one.stat(follow_symlinks=False).st_size if one.is_file(follow_symlinks=False) else -1
