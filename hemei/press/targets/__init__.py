"""Where an edition is brought to: a folder, a server that speaks SFTP, a bucket. One file a kind, one interface.

A target keeps files by path. Nothing half written ever stands under a final name: where the place itself does not
promise that, a file is written aside, in ASIDE, and renamed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from hemei.press.errors import PressError

ASIDE = ".hemei-new"
"""Folder at the target's top for files that are not whole yet; gone when nobody writes."""

SHARED = ".well-known"
"""Folder at the top in which others have their own, too: a link in its place may be theirs."""


class NotSynced(PressError):
    """The target is not equal to the edition; the message names the next step. Running it again goes on from there."""

    addresses: tuple[str, ...] = ()
    """What was changed there before it failed: addresses that caches have to forget."""


def is_link(name: str) -> NotSynced:
    """`SHARED` is a link: writing through it would be anywhere, removing it may break what others need."""
    return NotSynced(f"{name} 里的 {SHARED} 是一个链接，没有动。请把它换成真的目录，再运行一次。")


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a path of the target."""

    path: str
    """At the top also folders that are not ours, with a slash at the end."""
    size: int
    """Bytes; -1 for a link, a device or whatever else is no plain file."""
    tag: str = ""
    """What the place itself says of the content (a bucket's ETag); empty where only reading it tells."""


class Target(Protocol):
    """A place that keeps files by path. Every method raises NotSynced when the place does not do what it is asked."""

    @property
    def name(self) -> str:
        """What it is called, always the same for the same place, without a secret."""

    def listing(self, folders: Collection[str]) -> Iterator[Found]:
        """Every file below these folders, and what stands at the top. Nothing else is looked into."""

    def read(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        """For each (path, size) the bytes there, one more than `size` at most; None when there is no such file."""

    def put(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        """Let each of these files be there, whole and safe; their tags."""

    def remove(self, paths: Sequence[str]) -> None:
        """Let none of these be there, nor a folder that is empty then."""

    def tidy(self) -> None:
        """Remove what an earlier sync left aside when it was cut."""

    def close(self) -> None:
        """Nothing more is asked."""


def target(address: str, environment: Mapping[str, str], ssh: str = "") -> Target:
    """The target at this address. Raises NotSynced for an address that is none, or lacks its keys.

    `environment` holds a bucket's AWS_…; `ssh` is the settings file for a server, empty for ssh's own.
    """
    scheme, divided, _ = address.partition("://")
    if not divided:
        return _folder(address)
    if scheme not in ("sftp", "s3"):
        raise NotSynced(f"不认识“{scheme}://”。目标写成目录、sftp://用户@主机/目录，或 s3://存储桶/前缀。")
    try:
        return _server(address, ssh) if scheme == "sftp" else _bucket(address, environment)
    except ValueError as error:  # a port that is no number, a bracket that is not closed
        raise NotSynced(
            "目标的地址写得不对。写法如 sftp://web@example.cn:22/srv/www 或 s3://news-bucket/site。"
        ) from error


def _folder(address: str) -> Target:
    from hemei.press.targets.folder import Folder  # each kind brings its own libraries, and only when it is used

    if not address:
        raise NotSynced("请写明目标目录。")
    return Folder(Path(address).absolute())


def _server(address: str, settings: str) -> Target:
    from hemei.press.targets.sftp import Server

    parts = urlsplit(address)
    if parts.password is not None:
        raise NotSynced("地址里不要写密码：会留在命令历史里。请用 ssh-copy-id 把公钥放到服务器上，再去掉密码重来。")
    if not parts.hostname or parts.query or parts.fragment or not parts.path.strip("/"):
        raise ValueError(address)
    user, path = unquote(parts.username or ""), unquote(parts.path).rstrip("/")
    if not re.fullmatch(r"[A-Za-z0-9._:%-]+", parts.hostname) or not re.fullmatch(r"[A-Za-z0-9._@+-]*", user):
        raise ValueError(address)
    if parts.hostname.startswith("-") or user.startswith("-") or "\0" in path:
        raise ValueError(address)
    return Server(parts.hostname, parts.port, user, path.removeprefix("/~/"), settings)


def _bucket(address: str, environment: Mapping[str, str]) -> Target:
    from hemei.press.targets.s3 import Bucket, account

    name, _, prefix = address.removeprefix("s3://").partition("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or not re.fullmatch(r"[A-Za-z0-9._/-]*", prefix):
        raise ValueError(address)
    return Bucket(account(environment), name, prefix.strip("/"))
