"""Where things lie: everything that is not code is under HEMEI_HOME."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


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


@dataclass(frozen=True, slots=True)
class Mail:
    """The server that takes our mail, and in whose name."""

    host: str
    port: int
    tls: str
    """"tls" from the first byte, "starttls", or "none" on this machine only."""
    user: str
    password: str
    sender: str


def mail() -> Mail | None:
    """The mail server of the environment; None when there is none. Raises BadSetting where the settings do not fit together."""
    host = os.environ.get("HEMEI_MAIL_HOST", "").strip()
    if not host:
        return None
    tls = os.environ.get("HEMEI_MAIL_TLS") or "tls"
    if tls not in ("tls", "starttls", "none"):
        raise BadSetting(f"HEMEI_MAIL_TLS={tls!r}：请填 tls、starttls 或 none。")
    if tls == "none" and not _here(host):
        raise BadSetting("HEMEI_MAIL_TLS=none 只能用于本机的邮件服务；别处的请用 tls 或 starttls。")
    port = whole("HEMEI_MAIL_PORT", {"tls": 465, "starttls": 587, "none": 25}[tls], 1, 65535)
    sender = os.environ.get("HEMEI_MAIL_FROM", "").strip()
    name, at, domain = sender.rpartition("@")
    if not (name and at and domain and sender.isascii() and sender.isprintable()) or " " in sender:
        raise BadSetting(f"HEMEI_MAIL_FROM={sender!r}：请填发信的邮箱地址，例如 hemei@example.cn。")
    user = os.environ.get("HEMEI_MAIL_USER", "")
    return Mail(host, port, tls, user, told("HEMEI_MAIL_PASSWORD", "HEMEI_MAIL_PASSWORD_FILE"), sender)


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def told(name: str, file: str) -> str:
    """A secret from the environment, or from the file that it names. Raises BadSetting when that cannot be read."""
    path = os.environ.get(file, "")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{file}={path!r}：读不了这个文件。") from error


def desk_address(port: int) -> str:
    """Where the desk is for whoever is told of it from outside, with a slash at its end. Raises BadSetting."""
    text = os.environ.get("HEMEI_DESK_URL") or f"http://127.0.0.1:{port}/desk/"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.path.rstrip("/").endswith("/desk"):
        raise BadSetting(f"HEMEI_DESK_URL={text!r}：请填后台的网址，例如 https://news.example.cn/desk/。")
    return text.rstrip("/") + "/"


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
