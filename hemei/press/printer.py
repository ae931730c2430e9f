"""What makes pages: the theme's function with its files, and digests of both, which every page reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from minijinja import TemplateError

from hemei.press import frame, pages
from hemei.press.pieces import NotAPiece
from hemei.press.reader import Reader
from hemei.press.renditions import encoder
from hemei.press.shown import NoSuchPage
from hemei.seal.digest import Digest, digest

PRESS_VERSION = "1"
"""Raise it when pages must be printed again for a reason that no file shows."""

NO_THEME: Digest = digest(b"")

Render = Callable[[str, Reader], bytes]

# Everything whose text decides what a page's bytes are. What only moves bytes (store, serve) is not among it.
_PRINTING = (
    "article",
    "body",
    "corrections",
    "feeds",
    "frame",
    "layout",
    "lists",
    "pages",
    "pieces",
    "printer",
    "recorder",
    "shown",
    "site",
    "turning",
)
_PROSE = ("headline", "marks", "surnames")
"""Of the Chinese copy's own modules: a better proofreading prints nothing anew."""
_LIBRARIES = ("minijinja", "rjieba")


@dataclass(frozen=True, slots=True)
class Printer:
    """How pages are made. `render` prints the page at one path of the tree from a Reader."""

    render: Render
    assets: Mapping[str, bytes] = field(default_factory=dict)
    """The theme's files by name."""
    theme: Digest = NO_THEME
    """Of all that the theme consists of; sealed in the tree as ``!theme``."""
    making: str = ""
    """Of the programs that print; when it changes, every page is printed again."""
    failures: tuple[type[Exception], ...] = (NotAPiece, NoSuchPage)
    """What `render` raises when a page cannot be made from what was admitted."""

    def asset_path(self, name: str) -> str:
        """Where a theme's file lies in the tree. Raises KeyError."""
        return _address(name, self.assets[name])

    @property
    def stamp(self) -> str:
        """Changes whenever pages may look different though nothing that was admitted did."""
        return f"{PRESS_VERSION} {self.theme} {self.making} {encoder()}"


@lru_cache(maxsize=64)
def _address(name: str, data: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"assets/{stem}.{digest(data)[:10]}.{ending}"


def qingtang() -> Printer:
    """The theme 青棠."""
    package = files("hemei.press")
    theme = hashlib.sha256()
    for name, data in sorted(_texts(package / "themes" / frame.THEME)):
        theme.update(f"{name} {digest(data)}\n".encode())
    making = hashlib.sha256()
    for folder, wanted in ((package, _PRINTING), (files("hemei.prose"), _PROSE)):
        for name, data in sorted(_texts(folder)):
            if name.endswith(".py") and name.removesuffix(".py") in wanted:
                making.update(f"{name} {digest(data)}\n".encode())
    for library in _LIBRARIES:
        making.update(f"{library} {version(library)}\n".encode())
    failures = (NotAPiece, NoSuchPage, TemplateError)
    return Printer(pages.render, frame.assets(), theme.hexdigest(), making.hexdigest(), failures)


def _texts(folder: Traversable) -> list[tuple[str, bytes]]:
    return [(each.name, each.read_bytes()) for each in folder.iterdir() if each.is_file()]
