"""The press with the real theme: what it prints is counted, exact, without a dead link, and genuine to a verifier."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import urljoin

import pytest

from hemei.press import look
from hemei.press.book import snapshot
from hemei.press.pages import tag_slug
from hemei.press.switch import NotExported, export
from hemei.seal import keys as sealing
from hemei.seal.bundles import entries
from hemei.seal.sources import Folder
from hemei.seal.tree import root as root_of
from hemei.seal.verify import Report, verify
from tests.works.press_sample import ROOT, County, Fast, picture

NEWS = {"news/index.html", "news/feed.xml"}
_LINK = re.compile(r'(?:href|src|srcset)=(?:"([^"]+)"|([^\s>"]+))')


@pytest.fixture(scope="module")
def printed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy stories, most of them in one section, some with tags and pictures; edition 1, closed."""
    home = tmp_path_factory.mktemp("county")
    county = County(home, disk=Fast())
    county.press.publish(
        [
            county.site(),
            *(
                county.story(
                    number,
                    section="life" if number % 9 == 0 else "news",
                    tags=["供水"] if number % 2 else ["红叶", "供水"],
                    lead=picture(number // 30) if number % 30 == 0 else None,
                )
                for number in range(1, 71)
            ),
        ]
    )
    county.press.build_full()
    county.press.close()
    return home


@pytest.fixture
def county(printed_home: Path, tmp_path: Path) -> County:
    county = County(shutil.copytree(printed_home, tmp_path / "home"), disk=Fast())
    county.orders = 100
    county.clock.tick(86400)
    return county


def published(county: County, *orders: object) -> tuple[set[str], set[str]]:
    """Pages that were printed, and files whose bytes are new."""
    issued, refused = county.press.publish(orders)  # type: ignore[arg-type]
    assert refused == {}
    assert issued is not None
    assert county.press.build_full() == issued.root
    return set(issued.printed), set(issued.changed)


def test_a_new_title_reprints_the_story_and_its_lists_only(county: County) -> None:
    printed, changed = published(county, county.story(5, headline="新的标题", tags=["供水"]))
    assert printed == {"a/5/index.html", "news/p1.html", _tag("供水", "p1.html"), "sitemap/1.xml"}
    assert changed == {"a/5/index.html", "a/5/proof.json", "news/p1.html", _tag("供水", "p1.html")}


def test_a_new_story_prints_what_shows_it_and_no_page_of_another_tag(county: County) -> None:
    printed, changed = published(county, county.story(71, tags=["红叶"]))
    assert changed == {
        "a/71/index.html", "a/71/proof.json", "index.html", "feed.xml", *NEWS, "news/p4.html",
        _tag("红叶", "index.html"), _tag("红叶", "p2.html"), "tags/index.html", "sitemap/1.xml",
    }  # fmt: skip
    assert _tag("供水", "index.html") not in printed
    assert len(printed) <= len(changed) + 2, "pages that ask whether there is a next one"


def test_a_new_word_in_a_body_prints_one_page(county: County) -> None:
    body = [{"kind": "paragraph", "runs": [{"t": "第5篇的王文。"}]}]
    printed, changed = published(county, county.story(5, tags=["供水"], body=body))
    assert printed == {"a/5/index.html"}
    assert changed == {"a/5/index.html", "a/5/proof.json"}


def test_no_link_is_dead_however_many_stories_leave(county: County, tmp_path: Path) -> None:
    assert _dead_links(county, tmp_path / "full") == set()
    gone = [number for number in range(1, 70) if number % 7 and number != 41]
    published(county, *(county.withdraw(number) for number in gone[: len(gone) // 2]))
    assert _dead_links(county, tmp_path / "half") == set()
    published(county, *(county.withdraw(number) for number in gone[len(gone) // 2 :]))
    assert _dead_links(county, tmp_path / "few") == set()
    left = {f"a/{number}/index.html" for number in range(1, 71) if number not in gone}
    assert {path for path in _files(tmp_path / "few") if re.fullmatch(r"a/\d+/index\.html", path)} == left


def test_an_exported_folder_is_genuine_with_every_proof_and_one_changed_byte_is_not(
    county: County, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    assert export(county.home, folder) == len(_files(folder))
    report = _verified(county, folder)
    assert (report.ok, report.current, report.files) == (True, True, look.status(county.home)["files"])
    page = folder / "a/5/index.html"
    page.write_bytes(page.read_bytes().replace("第5篇".encode(), "第6篇".encode()))
    (folder / "a/6/proof.json").unlink()
    (folder / "planted.html").write_text("x")
    report = _verified(county, folder)
    assert {each.path for each in report.bad} == {"a/5/index.html", "a/6/proof.json", "planted.html"}


def test_an_export_replaces_an_earlier_one_and_nothing_else(county: County, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    export(county.home, folder)
    published(county, county.withdraw(5))
    export(county.home, folder)
    assert not (folder / "a/5").exists()
    assert _verified(county, folder).ok
    assert {each.name for each in tmp_path.iterdir()} == {"home", "site"}
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").write_text("x")
    with pytest.raises(NotExported):
        export(county.home, other)
    assert [each.name for each in other.iterdir()] == ["precious"]


def test_the_press_tells_its_state_its_past_and_why_a_page_is_as_it_is(county: County) -> None:
    published(county, county.story(5, headline="新的标题"))
    state = look.status(county.home)
    assert (state["edition"], state["root"]) == (2, county.press.root())
    assert state["pages"] == sum(path.endswith((".html", ".xml", ".txt")) for path in _kept(county))
    newest, first = look.history(county.home)
    assert (newest["number"], newest["why"], first["number"]) == (2, "story:5 admitted", 1)
    told = look.explain(county.home, "news/p1.html")
    assert told is not None
    assert (told["edition"], told["why"]) == (2, "page:section:news:1")
    assert set(told["reads"]) == {"setting:site", "page:section:news:1", "page:section:news:2"}
    assert look.explain(county.home, "nowhere.html") is None


def test_a_freshness_statement_is_renewed_without_a_new_edition(county: County, tmp_path: Path) -> None:
    county.clock.tick(8 * 86400)
    export(county.home, tmp_path / "old")
    report = _verified(county, tmp_path / "old")
    assert (report.ok, report.current) == (True, False)
    county.press.renew()
    export(county.home, tmp_path / "new")
    report = _verified(county, tmp_path / "new")
    assert (report.ok, report.current, report.edition) == (True, True, 1)


def test_the_tree_of_every_edition_can_be_read_from_its_bundles(county: County, tmp_path: Path) -> None:
    """Bundles are published change by change; after each, a verifier that knows nothing finds all it needs."""
    for turn in range(12):
        county.press.publish([county.withdraw(10 + turn), county.story(71 + turn, tags=[f"词{turn}"])])
        with snapshot(county.home / "press" / "press.sqlite3") as db:
            names = dict(db.execute("SELECT name, data FROM bundles").fetchall())
            live = {name for (name,) in db.execute("SELECT name FROM bundles WHERE gone IS NULL")}
            read: set[str] = set()

            def fetch(name: str, names: dict[str, bytes] = names, read: set[str] = read) -> bytes:
                read.add(name)
                return bytes(names[name])

            assert root_of(entries(fetch, county.press.root())) == county.press.root()
            assert read == live, "no bundle is kept that no edition in the window needs"
    assert len(names) < 16 * len(live)


def _tag(word: str, file: str) -> str:
    return f"t/{tag_slug(word)}/{file}"


def _verified(county: County, folder: Path) -> Report:
    return verify(Folder(folder), sealing.public(ROOT), county.clock(), proofs=True)


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _kept(county: County) -> list[str]:
    return [path for (path,) in county.press._tools.book.db.execute("SELECT path FROM pages")]


def _dead_links(county: County, folder: Path) -> set[str]:
    """Addresses within the site that a page names and nobody printed."""
    export(county.home, folder)
    files = _files(folder)
    dead = set()
    for path in files:
        if path.endswith(".html"):
            named = ",".join(quoted or bare for quoted, bare in _LINK.findall((folder / path).read_text()))
            for link in (each.split()[0] for each in named.split(",")):
                target = urljoin(f"/{path}", link).partition("#")[0]
                inside = target.lstrip("/") + ("index.html" if target.endswith("/") else "")
                if (
                    target.startswith("/")
                    and not target.startswith(("/desk/", "/.well-known/"))
                    and inside not in files
                ):
                    dead.add(f"{path} -> {target}")
    return dead
