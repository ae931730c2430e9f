"""Printed sizes of a picture: WebP, made once for each (master, crop, width, encoder), in a process of their own."""

from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import PIL

from hemei.press.pieces import Picture

WIDTHS = (480, 960, 1440)
QUALITY = 78
ENCODER = f"webp-{QUALITY}-pillow-{PIL.__version__}"
SECONDS = 30
MEMORY = 1 << 30


class CannotRender(RuntimeError):
    """A master that the encoder could not read; cleaned masters always can be."""


@dataclass(frozen=True, slots=True)
class Made:
    """One printed size."""

    data: bytes
    width: int
    height: int


def recipe(picture: Picture) -> str:
    """What the printed sizes depend on: master, crop and encoder."""
    crop = ",".join(str(part) for part in picture.crop) if picture.crop else "whole"
    return f"{picture.master}:{crop}:{ENCODER}"


def make(picture: Picture, master: bytes) -> tuple[Made, ...]:
    """Every printed size, narrowest first, never larger than the master. Raises CannotRender."""
    task = {"crop": picture.crop, "widths": WIDTHS, "quality": QUALITY}
    head = json.dumps(task).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(Path(__file__).with_name("encode.py"))],
            input=struct.pack(">I", len(head)) + head + master,
            capture_output=True,
            timeout=SECONDS,
            env={},
            check=False,
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRender(f"图片 {picture.master[:12]} 处理超时") from error
    if done.returncode != 0:
        raise CannotRender(f"图片 {picture.master[:12]} 不能处理：{done.stderr[-200:].decode('utf-8', 'replace')}")
    return _unpacked(done.stdout)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _unpacked(data: bytes) -> tuple[Made, ...]:
    made, at = [], 0
    while at < len(data):
        width, height, size = struct.unpack_from(">III", data, at)
        at += 12
        made.append(Made(data[at : at + size], width, height))
        at += size
    return tuple(made)
