"""What we ship with: every library that Hemei runs on has a permissive licence, or a reason here."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PERMISSIVE = {
    "MIT", "MIT-0", "MIT-CMU", "MIT LICENSE", "BSD", "BSD LICENSE", "BSD-2-CLAUSE", "BSD-3-CLAUSE", "ISC",
    "ISC LICENSE (ISCL)", "APACHE-2.0", "APACHE SOFTWARE LICENSE", "PSF-2.0", "PSFL", "ZLIB",
    "PYTHON SOFTWARE FOUNDATION LICENSE",
}  # fmt: skip
REASONS = {
    "certifi": ("MPL-2.0", "a list of certificates, used as it is; the licence covers its own files only"),
    "pysqlite3": ("zlib", "its metadata names none; the wheel's LICENSE file is zlib's"),
    "tzdata": ("Apache-2.0", "installed on Windows only, so that there is nothing to ask here"),
}


def locked(lock: str = "requirements.txt") -> list[str]:
    return re.findall(r"^([A-Za-z0-9][A-Za-z0-9_.-]*)==", (ROOT / lock).read_text(), re.MULTILINE)


def licences(name: str) -> set[str]:
    """What a package says of itself: the expression, else the field, else the classifiers; upper case."""
    told = metadata(name)
    said = told["License-Expression"] or (told["License"] if len(told["License"] or "") < 40 else None)
    if said:
        return {part.strip("() ").upper() for part in re.split(r" OR | AND ", said)}
    classes = told.get_all("Classifier") or []
    return {line.rsplit("::", 1)[1].strip().upper() for line in classes if line.startswith("License ::")}


@pytest.mark.parametrize("name", locked())
def test_every_library_we_run_on_is_permissive(name: str) -> None:
    if name in REASONS:
        return
    try:
        said = licences(name)
    except PackageNotFoundError:
        raise AssertionError(f"{name} is in the lock and not installed: run make install") from None
    assert said, f"{name} names no licence"
    assert said <= PERMISSIVE, f"{name}: {said - PERMISSIVE}"


def test_no_reason_is_kept_for_a_library_that_left() -> None:
    assert set(REASONS) <= set(locked())


def test_the_decoder_with_a_gpl_wheel_stays_out() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        assert "pillow-heif" not in locked(lock)
        assert not [name for name in locked(lock) if "x265" in name]


def test_each_lock_has_hashes_and_names_no_folder() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text()
        assert len(locked(lock)) > 40
        blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks)
        assert not re.search(r"file:|://|^-e|\s/", text, re.MULTILINE)


def test_the_tests_run_on_the_same_versions_as_readers_do() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[A-Za-z0-9][^ ;\\]*==[^ ;\\]+", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_what_pyproject_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    names = {re.split(r"[<>=;\[ ]", line, maxsplit=1)[0].lower() for line in asked}
    assert names <= {name.lower() for name in locked()}
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert project["license"] == "MIT"
