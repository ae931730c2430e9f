"""`hemei backup` and `hemei restore`: everything that is not code, in one file that knows its own digests.

The file is a tar, gzipped when its name says so. Its first member, ``hemei-backup.json``, lists every other with size
and SHA-256: ``{"format": "hemei-backup/1", "time", "edition", "files": {path: [size, sha256]}}``. Behind the tar's end
stands one more line, the SHA-256 of all that comes before, so that no byte can change unnoticed.

Works while Hemei runs. Order matters: first the desk's database, then the press's, then the files. An order the desk
still shows as waiting may then have been printed already, which the press notices; the other way round a withdrawal
could be lost. Files, and the sheets of the press's store, are written before the rows that name them, so what a copied
row names is there to be copied.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from hemei.sqlite import swap

MANIFEST: Final = "hemei-backup.json"
FORMAT: Final = "hemei-backup/1"
SEAL: Final = b"hemei-backup sha256 "
SEALED: Final = len(SEAL) + 64 + 1
SHEETS: Final = "press/store/sheets.sqlite3"
REAMS: Final = "press/store/reams/"
#: In the order in which they are copied. A home of an older version has no sheets.
DATABASES: Final = ("data/desk.sqlite3", "press/press.sqlite3", SHEETS)
PARTS: Final = ("data", "keys", "press")
SINGLE: Final = ("logins.json",)
#: What belongs to a running process and not to the home's contents.
PASSING: Final = (".lock", ".new", "-wal", "-shm", "-journal", ".part", ".sync")
#: What the press makes again by itself.
MADE_AGAIN: Final = "press/packed"
MOST_MANIFEST: Final = 512 * 1024 * 1024  # bytes; some four million files

Live = Callable[[Path], tuple[int, set[str]]]


class BackupFailed(Exception):
    """Why there is no backup, or nothing was restored; the message tells the next step."""


class Damaged(BackupFailed):
    """A backup that is not what was saved; `bad` lists each damaged or missing path with the reason."""

    def __init__(self, bad: list[tuple[str, str]]) -> None:
        super().__init__(f"备份文件已损坏，有 {len(bad)} 处不对，没有恢复任何东西。请换一份备份。")
        self.bad = bad


@dataclass(frozen=True, slots=True)
class Report:
    """What a backup holds."""

    files: int
    bytes: int
    edition: int
    time: str


def save(home: Path, file: Path, now: datetime, live: Live) -> Report:
    """Write a backup of `home` into the new file `file`, whole or not at all. Raises BackupFailed.

    `live` reads the press's database: number of the live edition, and the digests of the files it needs.
    """
    if file.exists():
        raise BackupFailed(f"{file} 已经存在。请换一个文件名。")
    if not (home / DATABASES[0]).exists():
        raise BackupFailed(f"{home} 里没有和媒的数据。请用 HEMEI_HOME 指明数据目录。")
    if any(file.absolute().is_relative_to(home.absolute() / part) for part in PARTS):
        raise BackupFailed("备份文件不能放在它要备份的目录里。请换一个位置，最好在另一块磁盘上。")
    made = file.with_name(file.name + ".part")
    try:
        with tempfile.TemporaryDirectory(prefix=".hemei-backup-", dir=file.absolute().parent) as scratch:
            sources, edition = _sources(home, Path(scratch), live)
            report = _write(made, sources, edition, now)
        os.replace(made, file)
        _sync_folder(file.absolute().parent)
    except OSError as error:
        raise BackupFailed(f"没有备份成：{error.strerror or error}（{error.filename or file}）。") from error
    finally:
        made.unlink(missing_ok=True)
    return report


def restore(file: Path, home: Path) -> Report:
    """Restore a backup into the empty or missing folder `home`, whole or not at all. Raises BackupFailed and Damaged."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise BackupFailed(f"{home} 不是空的。恢复只写进空目录：请先把它移走，或用 HEMEI_HOME 指定一个新目录。")
    made = home.with_name(f".{home.name}.restoring")
    shutil.rmtree(made, ignore_errors=True)
    try:
        home.absolute().parent.mkdir(parents=True, exist_ok=True)
        made.mkdir(mode=0o750)
        report = _unpack(file, made)
        if home.exists():
            home.rmdir()
        made.rename(home)
        _sync_folder(home.absolute().parent)
    except OSError as error:
        raise BackupFailed(f"没有恢复成：{error.strerror or error}（{error.filename or file}）。") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return report


# saving


def _snapshot(database: Path, copy: Path) -> Path | None:
    """An exact copy of a database in use, as of one moment; writers go on meanwhile."""
    if not database.exists():
        return None
    with closing(swap().connect(database, timeout=20)) as source, closing(swap().connect(copy)) as target:
        try:
            source.backup(target, pages=-1)
            verdict = target.execute("PRAGMA quick_check").fetchone()[0]
        except swap().DatabaseError as error:
            verdict = error
    if verdict != "ok":
        raise BackupFailed(f"数据库 {database} 已损坏（{verdict}）。请不要覆盖以前的备份，并从最近一份完好的备份恢复。")
    return copy


def _sources(home: Path, scratch: Path, live: Live) -> tuple[dict[str, Path], int]:
    """Everything to save, and the number of the live edition in it.

    The press sweeps what no edition needs any more. When it swept something between the copy of its database and our
    look at its store, we look again.
    """
    for _ in range(5):
        copies = {name: _snapshot(home / name, scratch / Path(name).name) for name in DATABASES}
        sources = dict(_files(home)) | {name: path for name, path in copies.items() if path is not None}
        printed = copies[DATABASES[1]]
        edition, needed = live(printed) if printed else (0, set())
        files = {digest for digest in needed if f"press/store/{digest[:2]}/{digest}" in sources}
        lacking = sorted(needed - files - _among(needed - files, copies[SHEETS], sources))
        if not lacking:
            return sources, edition
    raise BackupFailed(
        f"印刷间缺少第 {edition} 版次的 {len(lacking)} 个文件（{'、'.join(lacking[:5])}）。请先运行 hemei press build --full 重印。"
    )


def _among(digests: set[str], sheets: Path | None, sources: dict[str, Path]) -> set[str]:
    """Those of these that are sheets, and can be read."""
    if sheets is None:
        return set()
    lengths = {name: path.stat().st_size for name, path in sources.items() if name.startswith(REAMS)}
    found = set()
    with closing(swap().connect(sheets)) as db:
        for each in sorted(digests):
            for (data,) in db.execute("SELECT data FROM sheets WHERE digest = ?", (bytes.fromhex(each),)):
                if isinstance(data, str):
                    ream, start, size = data.split(":")
                    if lengths.get(f"{REAMS}{ream}", 0) < int(start) + int(size):
                        continue
                found.add(each)
    return found


def _altered(sheets: Path, sources: dict[str, Path]) -> list[str]:
    """Digests of the sheets that are not what these say."""
    wrong, last, ream = [], "", b""
    with closing(swap().connect(sheets)) as db:
        for digest, data in db.execute("SELECT digest, data FROM sheets"):
            if isinstance(data, str):
                number, start, size = data.split(":")
                if number != last:  # they lie in the order of the rows
                    last, path = number, sources.get(f"{REAMS}{number}")
                    ream = path.read_bytes() if path else b""
                data = ream[int(start) : int(start) + int(size)]
            if hashlib.sha256(data).digest() != bytes(digest):
                wrong.append(digest.hex())
    return wrong


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    for part in PARTS:
        for folder, folders, names in os.walk(home / part):
            folders[:] = sorted(name for name in folders if Path(folder, name) != home / MADE_AGAIN)
            for name in sorted(names):
                path = Path(folder, name)
                if not name.endswith(PASSING) and path.is_file() and not path.is_symlink():
                    yield path.relative_to(home).as_posix(), path
    for name in SINGLE:
        if (home / name).is_file():
            yield name, home / name


def _write(made: Path, sources: dict[str, Path], edition: int, now: datetime) -> Report:
    listed: dict[str, list[Any]] = {}
    for name, path in list(sources.items()):
        try:
            listed[name] = list(_measure(path))
        except FileNotFoundError:
            if not name.startswith("press/store/"):
                raise
            del sources[name]  # swept since; no edition that is copied here needs it, see _sources
    wrong = [name for name, (_, digest) in listed.items() if _is_blob(name) and digest != PurePosixPath(name).name]
    wrong += _altered(sources[SHEETS], sources) if SHEETS in sources else []
    if wrong:
        raise BackupFailed(f"有 {len(wrong)} 个文件与自己的摘要不符：{'、'.join(wrong[:20])}。请从以前的备份取回它们。")
    time = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest = json.dumps({"format": FORMAT, "time": time, "edition": edition, "files": listed}, ensure_ascii=False)
    with ExitStack() as stack:
        raw = stack.enter_context(made.open("xb"))
        os.chmod(made, 0o600)  # it holds the keys
        zipped = made.name.removesuffix(".part").endswith((".gz", ".tgz"))
        stream: Any = stack.enter_context(gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1)) if zipped else raw
        hashed = _Hashing(stream)
        with tarfile.open(fileobj=hashed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, io.BytesIO(manifest.encode()), len(manifest.encode()))
            for name, (size, _) in listed.items():
                with sources[name].open("rb") as content:
                    _add(tar, name, content, size)
        stream.write(SEAL + hashed.digest.hexdigest().encode() + b"\n")
        stack.pop_all().close()
    with made.open("rb") as written:
        os.fsync(written.fileno())
    return Report(len(listed), sum(size for size, _ in listed.values()), edition, time)


def _is_blob(name: str) -> bool:
    """Whether a file is named after its digest: stores of the press, masters, copies."""
    stem = PurePosixPath(name).name
    return len(stem) == 64 and set(stem) <= set("0123456789abcdef")


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o600 if name.startswith(("keys/", "press/")) or name in SINGLE else 0o640
    tar.addfile(entry, content)


class _Hashing(io.RawIOBase):
    """A stream to write to that takes the digest of what goes through."""

    def __init__(self, target: Any) -> None:
        self.target, self.digest = target, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.target.write(data)
        return len(data)


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest


# restoring


def _unpack(file: Path, made: Path) -> Report:
    bad: list[tuple[str, str]] = []
    if not _sealed(file):
        bad.append((file.name, "整个文件的摘要不符，或文件不完整"))
    listed: dict[str, Any] | None = None
    seen: set[str] = set()
    try:
        with _opened(file) as stream, tarfile.open(fileobj=stream, mode="r|", ignore_zeros=True) as tar:
            for entry in tar:
                if listed is None:
                    listed = _manifest(tar, entry)
                elif why := _take(tar, entry, listed["files"], made, seen):
                    bad.append((entry.name, why))
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        bad.append((file.name, f"从这里往后读不出来（{error}）"))
    if listed is None:
        raise BackupFailed(f"{file} 不是和媒的备份，或开头已损坏。请换一份备份。")
    named = {name for name, _ in bad}
    bad += [(name, "缺少") for name in listed["files"] if name not in seen and name not in named]
    if bad:
        raise Damaged(bad)
    return Report(len(seen), sum(size for size, _ in listed["files"].values()), listed["edition"], listed["time"])


def _opened(file: Path) -> Any:
    with file.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    return gzip.open(file, "rb") if zipped else file.open("rb")


def _sealed(file: Path) -> bool:
    """Whether the last line is the digest of everything before it."""
    digest, kept = hashlib.sha256(), b""
    try:
        with _opened(file) as stream:
            while piece := stream.read(1 << 20):
                kept += piece
                digest.update(kept[:-SEALED])
                kept = kept[-SEALED:]
    except (zlib.error, EOFError, gzip.BadGzipFile):
        return False
    return kept == SEAL + digest.hexdigest().encode() + b"\n"


def _manifest(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> dict[str, Any]:
    content = tar.extractfile(entry) if entry.isreg() and entry.name == MANIFEST else None
    if content is None or entry.size > MOST_MANIFEST:
        raise tarfile.ReadError("no manifest")
    try:
        read = json.loads(content.read())
        sound = read["format"] == FORMAT and all(
            isinstance(size, int) and isinstance(digest, str) and _inside(name)
            for name, (size, digest) in read["files"].items()
        )
        if not sound or not isinstance(read["edition"], int) or not isinstance(read["time"], str):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise tarfile.ReadError("no manifest") from None
    checked: dict[str, Any] = read
    return checked


def _inside(name: str) -> bool:
    """Whether a path is one of a home's: relative, without `..`, in a part that we save."""
    parts = name.split("/")
    return (
        (name in SINGLE or (parts[0] in PARTS and len(parts) > 1))
        and not {"", ".", ".."} & set(parts)
        and "\0" not in name
    )


def _take(
    tar: tarfile.TarFile, entry: tarfile.TarInfo, files: dict[str, list[Any]], made: Path, seen: set[str]
) -> str | None:
    """Write one member out; returns what is wrong with it."""
    if entry.name not in files or not entry.isreg() or entry.name in seen:
        return "不该有的内容"
    size, digest = files[entry.name]
    content = tar.extractfile(entry)
    if entry.size != size or content is None:
        return "大小不符"
    seen.add(entry.name)
    place = made / entry.name
    private = entry.name.startswith(("keys/", "press/"))
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o750)
    taken = hashlib.sha256()
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o640), "wb") as target:
        while piece := content.read(1 << 20):
            taken.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return None if taken.hexdigest() == digest else "内容与摘要不符"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
