"""The printed sizes of a picture: made once from its master and kept, so that no build ever waits for them again."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from base64 import b32encode
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from hemei.press.book import Book, Connection
from hemei.press.errors import Refused
from hemei.press.pieces import Picture
from hemei.press.store import Store
from hemei.seal.digest import Digest, digest

WIDTHS = (480, 960, 1440)
"""Every size is made in AVIF and in WebP."""
MIDDLING = 960
"""The width of the one JPEG, for readers that take neither, and for those who pass a page on."""
QUALITY = {"AVIF": 50, "WEBP": 78, "JPEG": 72}
"""Alike to the eye, as far as SSIMULACRA 2 can tell, where 70 points are high quality. Of seven of the demo's pictures, 480,
960 and 1440 pixels wide: AVIF 8.8, 24 and 48 KB with 70, 71 and 72 points; WebP 15, 35 and 59 KB with 74, 73 and 69; JPEG
of 960 pixels 60 KB with 75."""
MEMORY = 768 << 20
"""Bytes of address space that one encoder may take: enough for the 60 million pixels that it would decode."""
PROCESSOR = 40
"""Seconds of processor time that one encoder may take. A picture takes 1; the hardest that a master of ours can be
(noise, 1440 by 2400) takes 6 on a machine of 2026, and there are machines that are five times as slow."""
WALL = 120.0
_MOST = 32 << 20
_BEGINS = {
    "avif": re.compile(rb"....ftypavif", re.DOTALL),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "jpg": re.compile(rb"\xff\xd8\xff"),
}

_PACKAGE = Path(__file__).resolve().parent.parent.parent
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from hemei.press.encoder import main; main(sys.argv[2:])"

Masters = Callable[[Digest], bytes]
"""The bytes of a cleaned master picture. Raises OSError when it is not there."""


@cache
def encoder() -> str:
    """Names the programs that make renditions: other ones may draw other bytes."""
    from PIL import AvifImagePlugin, features  # takes longer than all the rest of the press; few processes ask

    qualities = "/".join(f"{kind.lower()}{quality}" for kind, quality in QUALITY.items())
    avif = features.version("avif")
    aom = AvifImagePlugin.get_codec_version("aom") if avif else None
    return f"{qualities}/pillow{version('Pillow')}/avif{avif}/aom{aom}"


def recipe(picture: Picture) -> str:
    """What decides a rendition's bytes: master, crop and encoder."""
    crop = ",".join(map(str, picture.crop)) if picture.crop else "whole"
    return f"{picture.master}:{crop}:{encoder()}"


@dataclass(frozen=True, slots=True)
class Made:
    kind: str
    """avif, webp or jpg: how its file's name ends."""
    data: bytes
    width: int
    height: int


def make(master: bytes, crop: tuple[int, int, int, int] | None) -> list[Made]:
    """Every printed size of this crop in every kind, narrowest first, in a process of its own. Raises Refused for a bad master.

    Never wider than the master: a narrow picture is printed once, as wide as it is.
    """
    command = [sys.executable, "-I", "-B", "-c", _CHILD, str(_PACKAGE)]
    command.append(json.dumps([crop, WIDTHS, MIDDLING, QUALITY, MEMORY, PROCESSOR, _MOST]))
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(master)
        question.seek(0)
        with subprocess.Popen(
            command, stdin=question, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/", start_new_session=True
        ) as child:
            try:
                code = child.wait(WALL)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, 9)
                code = -9
        answer.seek(0)
        raw = answer.read(_MOST + 1)
    made = _parsed(raw) if code == 0 else []
    if not made:
        raise Refused("有一张图片的母版解不开，印不出来。请换一张图片，重新送审。")
    return made


def _parsed(raw: bytes) -> list[Made]:
    """An answer is, for each size and kind: u32 width, u32 height, u32 length, that many bytes of a picture."""
    made: list[Made] = []
    at = 0
    while at + 12 <= len(raw):
        width, height, length = struct.unpack_from(">III", raw, at)
        data = raw[at + 12 : at + 12 + length]
        kind = next((kind for kind, begins in _BEGINS.items() if begins.match(data)), None)
        if len(data) != length or kind is None:
            return []
        made.append(Made(kind, data, width, height))
        at += 12 + length
    return made if at == len(raw) else []


def place(data: bytes, kind: str) -> str:
    """Where a picture of these bytes lies in the tree: p/<16 letters and digits>.<kind>.

    They are 80 bits of its SHA-256. Pages name pictures often, and as many hex digits would hold 64: few enough that
    somebody with patience may draw two pictures of one name.
    """
    return f"p/{b32encode(bytes.fromhex(digest(data)[:20])).decode().lower()}.{kind}"


class Renditions:
    """The renditions in the book, by recipe."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def printed(self, name: str) -> list[tuple[str, int, int]]:
        """(path, width, height) of each printed file of a recipe, narrowest first; none when they were not made yet."""
        return [
            (path, width, height)
            for path, width, height in self._db.execute(
                "SELECT path, width, height FROM renditions WHERE recipe = ? ORDER BY width, path", (name,)
            )
        ]

    def used(self, path: str) -> bool:
        """Whether any page was printed with this file."""
        return bool(
            self._db.execute(
                "SELECT 1 FROM renditions n WHERE n.path = ? AND EXISTS "
                "(SELECT 1 FROM reads r WHERE r.key = 'picture:' || n.recipe)",
                (path,),
            ).fetchone()
        )

    def files(self, name: str) -> list[tuple[str, Digest, int]]:
        """(path, digest, size) of each file of a recipe."""
        found = self._db.execute("SELECT path, digest, size FROM renditions WHERE recipe = ?", (name,))
        return [(path, content, size) for path, content, size in found]


def prepare(book: Book, store: Store, masters: Masters, wanted: Iterable[Picture], jobs: int) -> dict[str, str]:
    """Make what is missing, `jobs` at a time, and keep it for good. Why not, by recipe, for those that cannot be made."""
    known = Renditions(book.db)
    missing = {recipe(picture): picture for picture in wanted if not known.printed(recipe(picture))}
    refused: dict[str, str] = {}

    def one(picture: Picture) -> list[Made] | str:
        try:
            return make(masters(picture.master), picture.crop)
        except OSError:
            return f"图片母版 {picture.master[:12]} 不在图库里，印不出来。请重新上传这张图片，再送审。"
        except Refused as error:
            return str(error)

    with ThreadPoolExecutor(jobs) as pool:
        for name, made in zip(missing, pool.map(one, missing.values()), strict=True):
            if not isinstance(made, str):
                _keep(book, store, name, made)
            elif not _keep_older(book, name):
                refused[name] = made
    return refused


def _keep_older(book: Book, name: str) -> bool:
    """Go on with what another encoder drew from the same crop, the one that drew most: better than a story that loses
    its picture."""
    older = name.removesuffix(encoder())
    with book.transaction() as db:
        made = db.execute(
            "INSERT INTO renditions SELECT ?, path, digest, size, width, height FROM renditions WHERE recipe = "
            "(SELECT recipe FROM renditions WHERE recipe >= ? AND recipe < ? GROUP BY recipe "
            "ORDER BY count(*) DESC, recipe DESC LIMIT 1)",
            (name, older, older + "~"),
        )
        return bool(made.rowcount > 0)


def _keep(book: Book, store: Store, name: str, made: list[Made]) -> None:
    with book.transaction() as db, store.settled():
        for each in made:
            content = store.put(each.data)
            values = (name, place(each.data, each.kind), content, len(each.data), each.width, each.height)
            db.execute("INSERT OR REPLACE INTO renditions VALUES (?, ?, ?, ?, ?, ?)", values)
