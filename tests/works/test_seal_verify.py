"""Verifying a folder: every altered, missing and extra path is named, and nothing outside the folder is ever read."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hemei.seal.bundles import bundles
from hemei.seal.digest import canonical, digest
from hemei.seal.keys import public, sign
from hemei.seal.sources import Folder, Unread
from hemei.seal.tree import RESERVED, Kept, update
from hemei.seal.verify import Remembered, Report, verify
from tests.works.vectors.make import CAST, FILES, NOW, PRESS, ROOT, SEALED, SITE, VERSION, Site, lay, stamped

MANY = FILES | {f"b/{number}/index.html": b"%d" % number * 50 for number in range(1500)}


def look(folder: Path, **more: Any) -> Report:
    return verify(Folder(folder), public(ROOT), NOW, **more)


def bad(report: Report) -> dict[str, str]:
    assert report.ok == (not report.bad)
    return {each.path: each.why for each in report.bad}


def test_a_genuine_site_is_said_to_be_so_with_its_numbers(tmp_path: Path):
    site = Site(number=4)
    report = look(site.write(tmp_path), proofs=True)
    assert report == Report(True, 4, site.root(), 5, True, (), SEALED, report.remember)
    assert report.plain() == {
        "ok": True, "edition": 4, "root": site.root(), "files": 5, "current": True, "bad": [],
    }  # fmt: skip
    assert look(tmp_path, remembered=report.remember).ok


def test_of_fifteen_hundred_files_exactly_those_tampered_with_are_named(tmp_path: Path):
    Site(files=MANY).write(tmp_path)
    altered = {f"b/{number}/index.html" for number in range(0, 1500, 100)}
    missing = {f"b/{number}/index.html" for number in range(7, 1500, 300)}
    extra = {"b/1500/index.html", "b/3/index.html.bak", "new.html"}
    for path in altered:
        (tmp_path / path).write_bytes((tmp_path / path).read_bytes()[:-1] + b"x")
    for path in missing:
        (tmp_path / path).unlink()
    lay(tmp_path, dict.fromkeys(extra, b"extra"))
    told = bad(look(tmp_path))
    assert told.keys() == altered | missing | extra
    assert {told[path] for path in missing} == {"缺失"}
    assert all("摘要" in told[path] for path in altered)
    assert all("多出来" in told[path] for path in extra)


def test_the_last_byte_of_every_file_counts(tmp_path: Path):
    site = Site().sealed()
    for path, data in site.items():
        folder = tmp_path / digest(path.encode())[:8]
        lay(folder, site | {path: data[:-1] + bytes([data[-1] ^ 1])})
        assert path in bad(look(folder)), path


def test_links_pipes_and_odd_names_are_named_and_never_followed(tmp_path: Path):
    site, outside = tmp_path / "site", tmp_path / "outside"
    Site().write(site)
    outside.mkdir()
    (outside / "404.html").write_bytes(FILES["404.html"])
    (site / "404.html").unlink()
    (site / "404.html").symlink_to(outside / "404.html")
    (site / "a/1").rename(outside / "1")
    (site / "a/1").symlink_to(outside / "1")
    os.mkfifo(site / "pipe")
    (site / os.fsdecode(b"\xff\xfe")).write_bytes(b"x")
    told = bad(look(site))
    assert told.keys() == {"404.html", "a/1", "a/1/index.html", "a/1/proof.json", "pipe", os.fsdecode(b"\xff\xfe")}
    assert "符号链接" in told["404.html"]
    assert "不是普通文件" in told["pipe"]


def test_a_folder_read_by_itself_gives_no_more_than_asked(tmp_path: Path):
    (tmp_path / "big").write_bytes(b"x" * 3_000_000)
    assert Folder(tmp_path).measure("big", 10)[0] == 11
    assert Folder(tmp_path).measure("big", 3_000_000) == (3_000_000, digest(b"x" * 3_000_000))
    with pytest.raises(Unread):
        Folder(tmp_path).read("big", 10)
    with pytest.raises(Unread):
        Folder(tmp_path / "a").read("../big", 10)


def test_bundles_of_two_places_swapped_hide_nothing(tmp_path: Path):
    site = Site(files=MANY)
    site.write(tmp_path)
    nodes = Kept()
    update(nodes, site.leaves())
    names = [name for name, data in bundles(nodes) if b'"leaves"' in data][:2]
    one, other = (tmp_path / f"{RESERVED}tree/{name}" for name in names)
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)
    (tmp_path / "extra.html").write_bytes(b"x")
    told = bad(look(tmp_path))
    assert {f"{RESERVED}tree/{name}" for name in names} <= told.keys()
    assert told.keys() - {"extra.html"} == {f"{RESERVED}tree/{name}" for name in names}


def test_leftovers_of_an_older_edition_are_extra(tmp_path: Path):
    old = Site()
    old.write(tmp_path)
    Site(files=FILES | {"new.html": b"new"}, number=2, previous=old.root()).write(tmp_path)
    assert bad(look(tmp_path)).keys() == {f"{RESERVED}tree/{old.root()}"}


def test_an_edition_that_miscounts_its_files_is_bad(tmp_path: Path):
    site = Site()
    wrong = sign(PRESS, replace(site.edition(), files=6).document())
    lay(tmp_path, site.sealed() | {f"{RESERVED}edition.json": wrong.to_json()})
    assert bad(look(tmp_path)).keys() == {f"{RESERVED}edition.json"}


@pytest.mark.parametrize("path", ["../up.html", "a//b", "/etc/passwd", ".well-known/hemei/x", "a\nb"])
def test_a_sealed_path_that_leads_elsewhere_is_bad_and_not_read(path: str, tmp_path: Path):
    site = Site(files=FILES | {path: b"x"})
    lay(tmp_path / "site", {each: data for each, data in site.sealed().items() if each != path})
    (tmp_path / "up.html").write_bytes(b"x")
    assert "路径" in bad(look(tmp_path / "site"))[path]


def test_age_alone_is_never_bad_but_the_future_is(tmp_path: Path):
    site = Site().write(tmp_path)
    for days, current in [(0, True), (6, True), (8, False), (4000, False)]:
        report = verify(Folder(site), public(ROOT), NOW + timedelta(days=days))
        assert (report.ok, report.current, report.since) == (True, current, SEALED)
    assert bad(verify(Folder(site), public(ROOT), SEALED - timedelta(minutes=6))).keys() == {f"{RESERVED}edition.json"}


def test_every_number_seen_before_holds_the_next_visit_to_it(tmp_path: Path):
    seen = look(Site(number=5).write(tmp_path)).remember
    assert seen
    assert seen == Remembered(SITE, public(ROOT).hex(), 5, Site().root(), 1, 1)
    for later, path in [({"number": 6}, "edition"), ({"keys": 2}, "keys"), ({"roster": 2}, "roster")]:
        report = look(tmp_path, remembered=replace(seen, **later))
        assert bad(report).keys() == {f"{RESERVED}{path}.json"}
        assert "倒退" in report.bad[0].why
        assert report.remember is None
    assert look(tmp_path, remembered=replace(seen, number=4)).ok
    assert look(tmp_path, remembered=replace(seen, site="0" * 16, number=99)).ok


def test_without_an_edition_that_is_genuine_nothing_is_said_of_files(tmp_path: Path):
    lay(tmp_path, FILES)
    report = look(tmp_path)
    assert report.plain() == {
        "ok": False, "edition": None, "root": None, "files": 0, "current": False,
        "bad": [{"path": f"{RESERVED}keys.json", "why": "缺失"}],
    }  # fmt: skip
    assert verify(Folder(Site().write(tmp_path)), public(CAST["wang"]), NOW).edition is None


def proofs_of(proof: bytes, entries: dict[str, str] | None = None) -> Callable[[Path], Report]:
    site = Site(files=FILES | {"a/1/proof.json": proof})
    if entries is not None:
        site.entries = entries
    return lambda folder: look(site.write(folder), proofs=True)


def test_proofs_are_asked_for_three_people_for_this_very_version(tmp_path: Path):
    other = VERSION | {"headline": "另一个标题"}
    ours = {"!admitted/story:1": digest(canonical(VERSION))}
    own = VERSION | {"hands": ["zhao"]}
    half = stamped().replace(b'"stage":"second"', b'"stage":"first"')
    cases = {
        "a version that was not admitted": (proofs_of(stamped(other), ours), "不是本版收入"),
        "nothing admitted": (proofs_of(stamped(), {}), "不是本版收入"),
        "a changed stamp": (proofs_of(half, ours), "改动过"),
        "one person twice": (proofs_of(stamped(people=("wang", "wang", "zhao")), ours), "不担任复审"),
        "stamped by who wrote it": (
            proofs_of(stamped(own), {"!admitted/story:1": digest(canonical(own))}), "采写或编辑过",
        ),
        "no proof at all": (proofs_of(b"{}", ours), "不合格式"),
        "bottomless": (proofs_of(b"[" * 50_000, ours), "不合格式"),
    }  # fmt: skip
    for name, (told, why) in cases.items():
        report = told(tmp_path / name)
        assert bad(report).keys() == {"a/1/proof.json"}, name
        assert why in report.bad[0].why
    assert look(tmp_path / "no proof at all").ok
