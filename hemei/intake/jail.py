"""Starts a decoder in a process that can do nothing but decode, and believes as little as possible of what comes back.

Where bubblewrap works (probed once) the process has no environment, no network and no files but Python's own. Limits of
memory, processor time, file size and open files hold everywhere, and so does a wall-clock deadline. Bytes go in and out
by temporary files without names, so that the system's limit of size holds for the answer too.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import site
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from hemei.intake.copy import CopyParagraph, visible
from hemei.intake.errors import REASONS, unreadable

_PACKAGE = Path(__file__).resolve().parent.parent.parent
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from hemei.intake.sandbox import main; main(sys.argv[2:])"
_MOST_ANSWER = 64 << 20

Cell = str | int | float
Rows = tuple[tuple[int, tuple[Cell, ...]], ...]
"""Rows of a sheet that hold anything, each with its number as the spreadsheet counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int
    """Bytes of address space."""
    processor: int
    """Seconds of processor time."""
    wall: float
    """Seconds until it is killed."""


DOCUMENT = Limits(memory=512 << 20, processor=3, wall=5.0)
SHEETS = Limits(memory=512 << 20, processor=8, wall=30.0)
PICTURE = Limits(memory=768 << 20, processor=6, wall=10.0)


def docx(data: bytes) -> tuple[tuple[CopyParagraph, ...], tuple[bytes, ...], tuple[str, ...]]:
    """Paragraphs, embedded pictures and warnings of a .docx. Raises Unreadable."""
    answer, blobs = _run("docx", data, DOCUMENT)
    try:
        paragraphs = tuple(_paragraph(fields, len(blobs)) for fields in answer["paragraphs"])
        notes = tuple(_NOTES[note] for note in answer["notes"])
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable("broken-docx") from error
    return paragraphs, blobs, notes


def xlsx(data: bytes) -> tuple[tuple[tuple[str, Rows], ...], bool, tuple[str, ...]]:
    """The tables of a .xlsx, whether days are counted from 1904, and warnings. Raises Unreadable."""
    answer, _ = _run("xlsx", data, SHEETS)
    try:
        tables = tuple((_text(name), tuple(_row(row) for row in rows)) for name, rows in answer["tables"])
        return tables, answer["from_1904"] is True, tuple(_NOTES[note] for note in answer["notes"])
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable("broken-docx") from error


def _row(fields: Any) -> tuple[int, tuple[Cell, ...]]:
    number, cells = fields
    if not isinstance(number, int) or not all(isinstance(cell, str | int | float) for cell in cells):
        raise TypeError("a decoder's answer is not in the form agreed")
    return number, tuple(visible(cell)[0].strip() if isinstance(cell, str) else cell for cell in cells)


def _text(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError("a decoder's answer is not in the form agreed")
    return visible(name)[0].strip()


def pixels(data: bytes, kind: str) -> tuple[bytes, int, int]:
    """The cleaned JPEG of a picture whose header said ``kind``, its width and height. Raises Unreadable."""
    answer, blobs = _run(kind, data, PICTURE)
    width, height = answer.get("width", ""), answer.get("height", "")
    sized = isinstance(width, int) and isinstance(height, int)
    if not sized or len(blobs) != 1 or not blobs[0].startswith(b"\xff\xd8"):
        raise unreadable("broken-picture")
    return blobs[0], width, height


_NOTES = {
    "formulas": "表格里有公式：读的是存盘时算出的结果，请核对。",
    "hidden": "表格里有隐藏的工作表，没有读。",
    "external": "文档里引用了外部图片，没有下载。请把图片单独上传。",
    "textbox": "文档里有文本框，其中的文字排在它所在段落之后，请核对位置。",
    "numbering": "文档用了自动编号，已把编号写成文字，请核对。",
    "footnotes": "文档有脚注或尾注，没有带过来。",
    "revisions": "文档里有修订痕迹：保留了插入的文字，去掉了删除的文字，请核对。",
    "objects": "文档里有嵌入的对象（如表格程序的工作表），没有带过来。",
    "pictures": "文档里的图片太多或不是常用格式，有的没有带过来。",
}


def _paragraph(fields: Any, pictures: int) -> CopyParagraph:
    text, size, bold, centred, style, rows, picture = fields
    if not isinstance(text, str) or not isinstance(style, str) or not isinstance(size, int | float | None):
        raise TypeError("a decoder's answer is not in the form agreed")
    if picture is not None and not (isinstance(picture, int) and 0 <= picture < pictures):
        raise ValueError("a decoder's answer names a picture that it did not give")
    table = tuple(tuple(str(cell) for cell in row) for row in rows)
    return CopyParagraph(text, size, bool(bold), bool(centred), style, table, picture)


def _run(task: str, data: bytes, limits: Limits) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    command = [*_walls(), sys.executable, "-I", "-B", "-c", _CHILD, str(_PACKAGE), task, *_numbers(limits)]
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(data)
        question.seek(0)
        if not _finished(command, question, answer, limits.wall):
            raise unreadable("slow")
        answer.seek(0)
        raw = answer.read(_MOST_ANSWER + 1)
    head, blobs = _parsed(raw, task)
    reason = head.get("reason")
    if reason is not None:
        raise unreadable(reason if isinstance(reason, str) and reason in REASONS else _damaged(task))
    return head, blobs


def _numbers(limits: Limits) -> list[str]:
    return [str(limits.memory), str(limits.processor), str(_MOST_ANSWER)]


def _damaged(task: str) -> str:
    return "broken-docx" if task in ("docx", "xlsx") else "broken-picture"


def _finished(command: list[str], question: IO[bytes], answer: IO[bytes], wall: float) -> bool:
    """Runs it; False when it was stopped by a limit. Its whole process group goes at the deadline."""
    deadline = time.monotonic() + wall
    with subprocess.Popen(
        command, stdin=question, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/", start_new_session=True
    ) as child:
        try:
            return child.wait(max(0.0, deadline - time.monotonic())) == 0
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, 9)
            return False


def _parsed(raw: bytes, task: str) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """An answer is: u32 length, JSON object with ``sizes``, then that many bytes of each blob."""
    try:
        (length,) = struct.unpack_from(">I", raw)
        head = json.loads(raw[4 : 4 + length])
        at, blobs = 4 + length, []
        for size in head["sizes"]:
            blobs.append(raw[at : at + size])
            at += size
        if at != len(raw):
            raise ValueError("an answer has the length that it says")
    except (struct.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise unreadable(_damaged(task)) from error
    return head, tuple(blobs)


@functools.cache
def _walls() -> tuple[str, ...]:
    """bubblewrap's part of the command, or nothing where it is missing or forbidden (in many containers)."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return ()
    seen = {"/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", sys.prefix, sys.base_prefix, sys.exec_prefix}
    seen |= {str(Path(sys.executable).resolve().parent), str(_PACKAGE / "hemei"), *site.getsitepackages()}
    walls = [bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    walls += ["--proc", "/proc", "--dev", "/dev"]
    for folder in sorted(seen):
        if os.path.exists(folder):
            walls += ["--ro-bind", folder, folder]
    trial = [*walls, sys.executable, "-I", "-c", "import lxml.etree, PIL"]
    probe = subprocess.run(trial, capture_output=True, check=False)
    return tuple(walls) if probe.returncode == 0 else ()
