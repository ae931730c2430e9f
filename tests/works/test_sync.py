"""An edition that is brought somewhere arrives whole, in a safe order, and again after any cut; what was withdrawn goes."""

from __future__ import annotations

import errno
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hemei.press.known import known
from hemei.press.switch import export
from hemei.press.sync import Synced, sync, told
from hemei.press.targets import ASIDE, Found, NotSynced, Target, target
from hemei.press.targets.folder import Folder
from hemei.press.targets.s3 import Account, sign
from hemei.seal import command
from hemei.seal.tree import RESERVED
from tests.works.places_sample import (
    BucketPlace,
    FolderPlace,
    Line,
    Place,
    ServerPlace,
    Service,
    Shaky,
    Sshd,
    tree,
)
from tests.works.press_sample import TOY, County, Fast, picture

KINDS = ("folder", "sftp", "s3")
FRESHNESS = f"{RESERVED}freshness.json"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    server = Sshd(tmp_path_factory.mktemp("sshd") / "own")
    yield server
    server.close()


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    running = Service()
    running.guard()
    yield running
    running.close()


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """Places by kind."""
    lines: list[Line] = []

    def one(kind: str) -> Place:
        if kind == "folder":
            return FolderPlace(tmp_path / "mirror")
        server: Sshd | Service = request.getfixturevalue("sshd" if kind == "sftp" else "service")
        lines.append(Line(server.port))
        if isinstance(server, Sshd):
            return ServerPlace(server, lines[-1], tmp_path / "srv" / "mirror")
        return BucketPlace(server, lines[-1], f"site-{tmp_path.name}")

    yield one
    for line in lines:
        line.close()


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County(tmp_path / "home", TOY, disk=Fast()).start(6)


def bring(county: County, place: Place, **how: bool) -> Synced:
    """Sync, and let the list of addresses be handed out."""
    opened = place.open()
    try:
        done = sync(county.home, opened, **how)
        told(county.home, opened)
        return done
    finally:
        opened.close()


def exported(county: County) -> dict[str, bytes]:
    folder = county.home.parent / "export"
    export(county.home, folder, Fast())
    return tree(folder)


def forget(county: County) -> None:
    shutil.rmtree(county.home / "press" / "sync")


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_ends_equal_to_an_export_and_a_second_sync_does_nothing(
    make: Callable[[str], Place], county: County, kind: str
) -> None:
    place = make(kind)
    first = bring(county, place)
    assert place.files() == exported(county)
    assert (first.put, first.removed, first.strangers) == (len(exported(county)), 0, ())
    again = bring(county, place)
    assert (again.put, again.removed, again.addresses) == (0, 0, ())
    before = exported(county)
    county.press.publish([county.story(7), county.story(2, headline="改过的标题"), county.withdraw(3)])
    done = bring(county, place, verify=True)
    after = exported(county)
    assert place.files() == after
    changed = {path for path in after if before.get(path) != after[path]}
    assert done.put == len(changed)
    assert done.removed == len(before.keys() - after.keys()) + 1  # freshness.json is away meanwhile
    assert {"a/3/index.html", "a/3/proof.json"} <= before.keys() - after.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_cut_anywhere_and_run_again_it_ends_equal(make: Callable[[str], Place], county: County, kind: str) -> None:
    cut_often(county, make(kind), 3)


def cut_often(county: County, place: Place, cuts: int) -> None:
    chance = random.Random(cuts)
    bring(county, place)
    place.cut_after(None)
    county.press.publish([county.site(name="第-1个名字"), county.story(100)])
    bring(county, place)
    usual, failed = place.traffic(), 0
    for at in range(cuts):
        withdrawn = {f"a/{at + 1}/index.html", f"a/{at + 1}/proof.json"}
        before = place.files()
        # another name is on every page; taken back below, it makes the bytes again that stood there before
        county.press.publish([county.site(name=f"第{at}个名字"), county.story(101 + at), county.withdraw(at + 1)])
        after = exported(county)
        place.cut_after(chance.randrange(usual))
        try:
            bring(county, place)
        except (NotSynced, KeyboardInterrupt):
            failed += 1
        place.cut_after(None)
        middle = {path: data for path, data in place.files().items() if not path.startswith(f"{ASIDE}/")}
        assert all(data in (before.get(path), after.get(path)) for path, data in middle.items()), (
            "a file is half written"
        )
        if {path for path in middle.keys() | before.keys() if middle.get(path) != before.get(path)} - withdrawn:
            assert not withdrawn & middle.keys(), "something was done before what was withdrawn had gone"
        if middle != before and middle.keys() - after.keys() - withdrawn - {p for p in middle if "/tree/" in p}:
            assert FRESHNESS not in middle, "a mixed copy claims to be current"
        if isinstance(place, FolderPlace) and verified(county, place.top):
            genuine = [{path: files[path] for path in files.keys() - {FRESHNESS}} for files in (before, after, middle)]
            assert genuine[2] in genuine[:2]
        if at % 2:
            forget(county)
        else:
            county.press.publish([county.site(name=f"第{at - 1}个名字")])
        bring(county, place)
        assert place.files() == exported(county)
    assert failed >= cuts // 2


@pytest.mark.prove
@pytest.mark.parametrize("kind", KINDS)
def test_cut_at_many_points_it_ends_equal(make: Callable[[str], Place], tmp_path: Path, kind: str) -> None:
    county = County(tmp_path / "long", TOY, disk=Fast()).start(33)
    cut_often(county, make(kind), 30)


def verified(county: County, folder: Path) -> bool:
    reader = county.home.parent / "reader"
    return command.main([str(folder), "--key", str(county.home / "keys" / "root.pub")], reader) == 0


class Noting:
    """A target that says what is asked of it, to whom it may concern."""

    def __init__(self, inner: Target, note: Callable[[str, Sequence[str]], None]) -> None:
        self.inner, self.note, self.name = inner, note, inner.name

    def put(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        self.note("put", [path for path, _ in files])
        return self.inner.put(files)

    def remove(self, paths: Sequence[str]) -> None:
        self.note("remove", paths)
        self.inner.remove(paths)

    def listing(self, folders: Collection[str]) -> Iterator[Found]:
        self.note("list", sorted(folders))
        return self.inner.listing(folders)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def _order(county: County, folder: Path) -> list[str]:
    done: list[str] = []
    opened = Noting(Folder(folder, Fast()), lambda deed, paths: done.extend(f"{deed} {path}" for path in paths))
    sync(county.home, opened)
    return [re.sub(r"(?<=p/)[a-z2-7]{16}\.\w+|[0-9a-f]{64}", "…", each) for each in done]


def test_what_links_comes_after_what_it_links_to_and_the_edition_last(county: County, tmp_path: Path) -> None:
    _order(county, tmp_path / "mirror")
    county.press.publish([county.story(7, lead=picture(0))])
    assert _order(county, tmp_path / "mirror") == [
        "remove .well-known/hemei/freshness.json",
        *["put p/…"] * 7,
        "put .well-known/hemei/tree/…",
        "put a/7/index.html",
        "put a/7/proof.json",
        "put news/feed.xml",
        "put news/index.html",
        "put sitemap/1.xml",
        "put index.html",
        "put .well-known/hemei/edition.json",
        "put .well-known/hemei/freshness.json",
        "remove .well-known/hemei/tree/…",
    ]


def test_what_was_withdrawn_goes_first_with_its_pictures_and_the_lists_follow_at_once(
    county: County, tmp_path: Path
) -> None:
    county.press.publish([county.story(7, lead=picture(0))])
    _order(county, tmp_path / "mirror")
    county.press.publish([county.story(8, lead=picture(1)), county.withdraw(7)])
    done = _order(county, tmp_path / "mirror")
    kinds = [
        "remove a/7/index.html", "remove a/7/proof.json", "remove p/…", "remove .well-known/hemei/freshness.json",
        "put index.html", "put p/…", "put a/8/index.html", "put .well-known/hemei/edition.json",
    ]  # fmt: skip
    assert [each for each in dict.fromkeys(done) if each in kinds] == kinds


def test_with_nothing_known_what_was_withdrawn_goes_before_the_target_is_looked_through(
    county: County, tmp_path: Path
) -> None:
    _order(county, tmp_path / "mirror")
    county.press.publish([county.withdraw(5)])
    forget(county)
    done = _order(county, tmp_path / "mirror")
    assert done[:3] == ["remove a/5/index.html", "remove a/5/proof.json", "list .well-known/hemei"]
    assert "remove a/5/index.html" not in done[3:]


def test_a_withdrawal_while_a_long_sync_runs_waits_for_one_lot_only(
    county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemei.press.sync.LOT", 4)
    done: list[str] = []

    def note(deed: str, paths: Sequence[str]) -> None:
        if deed == "put" and "a/3/index.html" in paths:
            county.press.publish([county.withdraw(3)])
        done.extend(f"{deed} {path}" for path in paths)

    sync(county.home, Noting(Folder(tmp_path / "mirror", Fast()), note))
    assert 0 < done.index("remove a/3/index.html") - done.index("put a/3/index.html") <= 4
    assert tree(tmp_path / "mirror") == exported(county)


@pytest.mark.parametrize(
    ("kind", "harm"),
    [("folder", "lost"), ("folder", "damaged"), ("folder", "older"), ("sftp", "lost"), ("s3", "older")],
)
def test_what_was_withdrawn_is_gone_whatever_is_known(
    make: Callable[[str], Place], county: County, kind: str, harm: str
) -> None:
    place = make(kind)
    bring(county, place)
    kept = county.home.parent / "older"
    shutil.copytree(county.home / "press" / "sync", kept)
    county.press.publish([county.story(7)])
    bring(county, place)
    county.press.publish([county.withdraw(7), county.withdraw(5)])
    forget(county)
    if harm == "older":
        shutil.copytree(kept, county.home / "press" / "sync")
    if harm == "damaged":
        (county.home / "press" / "sync").mkdir()
        for each in kept.glob("*.sync"):
            (county.home / "press" / "sync" / each.name).write_bytes(b"SQLite format 3\0 no more")
    done = bring(county, place)
    assert place.files() == exported(county)
    assert not [path for path in place.files() if path.startswith(("a/7/", "a/5/"))]
    assert {f"http://news.qingtang.example/a/{number}/" for number in (5, 7)} <= set(done.addresses)


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_finds_what_somebody_else_did(make: Callable[[str], Place], county: County, kind: str) -> None:
    place = make(kind)
    county.press.publish([county.withdraw(6)])
    bring(county, place)
    page = place.files()["a/2/index.html"]
    place.plant("a/2/index.html", bytes(len(page)))
    place.plant("a/4/proof.json", None)
    place.plant("a/6/index.html", b"withdrawn")
    place.plant("news/p9.html", b"nobody's")
    assert bring(county, place).put == 0  # nobody looked
    done = bring(county, place, check=True)
    assert place.files() == exported(county)
    assert done.put == 3  # both, and freshness.json
    assert {address.rpartition("example")[2] for address in done.addresses} == {
        "/a/2/", "/a/2/index.html", "/a/4/proof.json", "/a/6/", "/a/6/index.html", "/news/p9.html",
        "/.well-known/hemei/freshness.json",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_others_beside_ours_are_left_alone_and_named(
    make: Callable[[str], Place], county: County, kind: str
) -> None:
    place = make(kind)
    theirs = {"BingSiteAuth.xml": b"1", "old-site/index.html": b"2", ".well-known/acme-challenge/x": b"3"}
    for path, data in theirs.items():
        place.plant(path, data)
    assert bring(county, place).strangers == ("BingSiteAuth.xml", "old-site/")
    county.press.publish([county.withdraw(1)])
    bring(county, place, check=True)
    assert place.files() == {**exported(county), **theirs}


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_with_somebody_elses_site_is_refused_and_left_as_it_is(
    make: Callable[[str], Place], county: County, kind: str
) -> None:
    place = make(kind)
    place.plant("about/index.html", b"another program's page")
    with pytest.raises(NotSynced, match=r"里有别人的文件（about/index\.html"):
        bring(county, place)
    assert place.files() == {"about/index.html": b"another program's page"}
    place.plant(f"{RESERVED}keys.json", b'{"document":{"site":"0123456789abcdef"}}')
    with pytest.raises(NotSynced, match="另一个网站的版次"):
        bring(county, place)
    assert len(place.files()) == 2


def test_a_folder_of_a_section_that_is_no_more_is_still_ours(county: County, tmp_path: Path) -> None:
    sections = [{"id": name, "name": name, "about": ""} for name in ("news", "gone")]
    county.press.publish([county.site(sections=sections)])
    place = FolderPlace(tmp_path / "mirror")
    bring(county, place)
    assert "gone/index.html" in place.files()
    county.press.publish([county.site(sections=sections[:1])])
    forget(county)
    bring(county, place)
    assert place.files() == exported(county)


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_a_link_is_never_followed_and_gives_way(make: Callable[[str], Place], county: County, kind: str) -> None:
    place = make(kind)
    assert isinstance(place, FolderPlace)
    bring(county, place)
    elsewhere = county.home.parent / "elsewhere"
    shutil.move(place.top / "a", elsewhere)
    (place.top / "a").symlink_to(elsewhere)
    kept = tree(elsewhere)
    county.press.publish([county.withdraw(1), county.story(2, headline="新标题")])
    bring(county, place)  # which believes that its pages are where they were
    assert tree(elsewhere) == kept
    bring(county, place, check=True)
    assert tree(elsewhere) == kept
    assert not (place.top / "a").is_symlink()
    assert place.files() == exported(county)
    shutil.move(place.top / ".well-known", elsewhere / "shared")
    (place.top / ".well-known").symlink_to(elsewhere / "shared")
    with pytest.raises(NotSynced, match="是一个链接"):
        bring(county, place, check=True)


def test_after_the_last_page_of_a_folder_the_folder_goes_too(county: County, tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "mirror")
    bring(county, place)
    county.press.publish([county.withdraw(4)])
    bring(county, place)
    assert not (place.top / "a" / "4").exists()
    assert not (place.top / ASIDE).exists()


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_a_stranger_verifies_the_synced_copy(make: Callable[[str], Place], county: County, kind: str) -> None:
    place = make(kind)
    assert isinstance(place, FolderPlace)
    bring(county, place)
    county.press.publish([county.withdraw(2)])
    bring(county, place)
    key = str(county.home / "keys" / "root.pub")
    assert command.main([str(place.top), "--proofs", "--key", key], county.home.parent / "reader") == 0
    place.plant("a/3/index.html", b"altered")
    assert command.main([str(place.top), "--key", key], county.home.parent / "reader") == 1


def test_a_stranger_verifies_the_bucket_over_http(
    make: Callable[[str], Place], county: County, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    place = make("s3")
    assert isinstance(place, BucketPlace)
    bring(county, place)
    key = str(county.home / "keys" / "root.pub")
    address = f"http://127.0.0.1:{service.port}/news/{place.prefix}"
    with service.open_to_all() as client:
        assert command.main([address, "--proofs", "--key", key], county.home.parent / "reader") == 0
        head = client.head_object(Bucket="news", Key=f"{place.prefix}/a/1/index.html")
        assert head["ContentType"] == "text/html; charset=utf-8"
        assert head["CacheControl"] == "public, max-age=0, must-revalidate"
        place.plant("a/1/index.html", b"altered")
        assert command.main([address, "--key", key], county.home.parent / "reader") == 1


def test_the_addresses_are_those_that_changed_and_stay_until_somebody_has_them(county: County, tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "mirror")
    bring(county, place)
    county.press.publish([county.withdraw(1)])
    place.cut_after(2)
    with pytest.raises(NotSynced) as stopped:
        bring(county, place)
    assert "http://news.qingtang.example/a/1/" in stopped.value.addresses
    place.cut_after(None)
    for _ in range(2):  # nobody took the first list
        done = sync(county.home, place.open())
        assert [each.removeprefix("http://news.qingtang.example") for each in done.addresses if "/tree/" not in each] == [
            "/.well-known/hemei/edition.json", "/.well-known/hemei/freshness.json", "/a/1/", "/a/1/index.html",
            "/a/1/proof.json", "/", "/index.html", "/news/feed.xml", "/news/", "/news/index.html", "/sitemap/1.xml",
        ]  # fmt: skip
    told(county.home, place.open())
    assert sync(county.home, place.open()).addresses == ()


def test_two_commands_do_not_sync_one_target_at_once(county: County, tmp_path: Path) -> None:
    opened = Folder(tmp_path / "mirror", Fast())
    with known(county.home, opened.name), pytest.raises(NotSynced, match="另一个命令正在同步"):
        sync(county.home, opened)


class Full(Shaky):
    def _fail(self) -> None:
        raise OSError(errno.ENOSPC, "full")


def test_a_full_disk_is_told_and_leaves_nothing_half_written(county: County, tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "mirror")
    place.disk, wanted = Full(), exported(county)
    for much in (1, 8, 9, 10, 20, 21):
        place.cut_after(much)
        with pytest.raises(NotSynced, match="磁盘满了。请腾出空间，再运行一次。"):
            bring(county, place)
        assert all(wanted[path] == data for path, data in place.files().items() if not path.startswith(f"{ASIDE}/"))
    place.cut_after(None)
    bring(county, place)
    assert place.files() == wanted


def test_a_server_that_is_not_known_or_does_not_know_us_is_told(
    make: Callable[[str], Place], county: County, sshd: Sshd, tmp_path: Path
) -> None:
    place = make("sftp")
    assert isinstance(place, ServerPlace)
    (sshd.folder / "changed").write_text("hemei-test " + (sshd.folder / "other.pub").read_text())
    for name, key, hosts, message in (
        ("stranger", "own", "nobody", "主机密钥没有登记，或与登记的不同"),
        ("impostor", "own", "changed", "主机密钥没有登记，或与登记的不同"),
        ("refused", "other", "known", "服务器不让登录"),
    ):
        settings = sshd.set_up(name, key=key, known=hosts)
        with pytest.raises(NotSynced, match=message):
            target(place.address, {}, str(settings))
        assert not (sshd.folder / "nobody").exists(), "the stranger's key was taken down"
    with pytest.raises(NotSynced, match="连不上服务器"):
        target("sftp://127.0.0.1:1/srv", {}, str(sshd.settings))
    assert not place.top.exists()


def test_a_bucket_that_does_not_let_us_in_is_told(make: Callable[[str], Place], county: County) -> None:
    place = make("s3")
    assert isinstance(place, BucketPlace)
    good = dict(place.environment)
    for changed, message in (
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "访问密钥不对"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "不认识这个访问密钥"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "连不上"),
        ({"AWS_ENDPOINT_URL": "ftp://x"}, "AWS_ENDPOINT_URL 写得不对"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "没有访问密钥。请设环境变量 AWS_SECRET_ACCESS_KEY"),
    ):
        place.environment = {**good, **changed}
        with pytest.raises(NotSynced, match=message):
            bring(county, place)
    opened = target("s3://no-such-bucket", good)
    with pytest.raises(NotSynced, match="没有这个存储桶"):
        sync(county.home, opened)
    secret = good["AWS_SECRET_ACCESS_KEY"].encode()
    place.environment = good
    bring(county, place)
    assert not [each for each in county.home.rglob("*") if each.is_file() and secret in each.read_bytes()]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://host/x", "不认识“ftp://”"),
        ("sftp://u:secret@host/x", "不要写密码"),
        ("sftp://host", "地址写得不对"),
        ("sftp://-oProxyCommand=x/y", "地址写得不对"),
        ("sftp://-lroot@host/y", "地址写得不对"),
        ("sftp://host:port/y", "地址写得不对"),
        ("s3://UPPER/x", "地址写得不对"),
        ("s3://", "地址写得不对"),
        ("", "请写明目标目录"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_secret(address: str, message: str) -> None:
    with pytest.raises(NotSynced, match=message) as stopped:
        target(address, {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"})
    assert "secret" not in str(stopped.value)


def test_a_request_is_signed_as_botocore_signs_it() -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    account = Account("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "token", "cn-north-1", "")
    from datetime import UTC, datetime

    address = "https://s3.example.cn/news/a%20b/%E7%BA%B8.html?list-type=2&prefix=a%2F"
    said = {"content-type": "text/html; charset=utf-8", "cache-control": "public"}
    ours = sign(account, "PUT", address, b"body", said, datetime.now(UTC))
    request = AWSRequest("PUT", address, data=b"body", headers=said)
    theirs = S3SigV4Auth(Credentials(account.key, account.secret, account.token), "s3", account.region)
    request.context["timestamp"] = ours["x-amz-date"]
    for name in ("x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "host"):
        request.headers[name] = ours[name]
    told_us = re.search(r"SignedHeaders=([^,]+), Signature=(\w+)", ours["authorization"])
    assert told_us
    string = theirs.string_to_sign(request, theirs.canonical_request(request))
    assert theirs.signature(string, request) == told_us[2]


KILLED = """
import os, signal, sys
from pathlib import Path
from hemei.press.store import Disk
from hemei.press.sync import sync
from hemei.press.targets.folder import Folder

class Dying(Disk):
    left = int(sys.argv[3])
    def rename(self, old, new):
        Dying.left -= 1
        if Dying.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        super().rename(old, new)

sync(Path(sys.argv[1]), Folder(Path(sys.argv[2]), Dying()))
"""


@pytest.mark.parametrize("at", [1, 20, 43])
def test_killed_in_the_middle_it_goes_on_where_it_was(county: County, tmp_path: Path, at: int) -> None:
    words = [sys.executable, "-c", KILLED, str(county.home), str(tmp_path / "mirror"), str(at)]
    assert subprocess.run(words, timeout=60).returncode == -signal.SIGKILL
    done = bring(county, FolderPlace(tmp_path / "mirror"))
    assert tree(tmp_path / "mirror") == exported(county)
    assert done.put <= len(exported(county))
