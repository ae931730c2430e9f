"""Where things lie: everything that is not code is under HEMEI_HOME."""

from __future__ import annotations

import os
from pathlib import Path


class BadSetting(ValueError):
    """A setting from the environment that makes no sense; the message says what is allowed."""


def home() -> Path:
    """HEMEI_HOME as an absolute path; ``var`` below the current folder when it is not set."""
    return Path(os.environ.get("HEMEI_HOME") or "var").absolute()


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number from the environment. Raises BadSetting outside its range."""
    text = os.environ.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(f"{name}={text!r}：请填 {least} 到 {most} 之间的整数。")
    return int(text)


def yes(name: str) -> bool:
    """A switch from the environment: 1 or 0, off when it is not set. Raises BadSetting for anything else."""
    text = os.environ.get(name, "0")
    if text not in ("0", "1"):
        raise BadSetting(f"{name}={text!r}：请填 1（开）或 0（关）。")
    return text == "1"


def secret(path: Path) -> str:
    """The secret kept in this file, made on first use: 64 hex digits, readable by its owner only."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = os.urandom(32).hex()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        return made
