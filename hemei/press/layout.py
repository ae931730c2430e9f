"""Which pages exist: derived from what is admitted, never from what was printed before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hemei.press.corrections import CORRECTIONS
from hemei.press.lists import LISTED, Lists, slug_of

FIXED = (
    "404.html", "about/index.html", "corrections/feed.xml", "corrections/index.html", "feed.xml", "index.html",
    "robots.txt", "sitemap.xml", "tags/index.html", "verify/index.html",
)  # fmt: skip


def folder_of(name: str, sections: frozenset[str]) -> str:
    """The folder of a list's pages; empty for a list that has none."""
    kind, _, rest = name.partition(":")
    if name == CORRECTIONS:
        return name
    if kind == "section":
        return rest if rest in sections else ""
    return f"t/{slug_of(rest)}" if kind == "tag" else ""


def heads(name: str, folder: str) -> list[str]:
    """The pages that a list has whatever its length."""
    return [f"{folder}/index.html", f"{folder}/feed.xml"] if name.startswith("section:") else [f"{folder}/index.html"]


def numbered(folder: str, start: int, end: int) -> Iterator[str]:
    """A list's pages by number, `start` to `end`: none when the first page shows everything there is."""
    return (f"{folder}/p{number}.html" for number in range(start, end + 1) if end > 1)


def maps(pages: int) -> int:
    """How many sitemaps there are for so many pages of the list of all stories."""
    return max(1, -(-pages // LISTED))


def moved(before: int, after: int) -> tuple[range, range]:
    """Numbers of the pages that come and that go when a list's pages go from `before` to `after`."""
    old, new = (each if each > 1 else 0 for each in (before, after))
    return range(old + 1, new + 1), range(new + 1, old + 1)


def of_list(name: str, pages: int, sections: frozenset[str]) -> Iterator[str]:
    """Every page of one list."""
    folder = folder_of(name, sections)
    if folder:
        yield from heads(name, folder)
        yield from numbered(folder, 1, pages)


def beside(lists: Lists, sections: frozenset[str]) -> Iterator[str]:
    """Every page of the site but those of its stories."""
    yield from FIXED
    yield from (f"sitemap/{number}.xml" for number in range(1, maps(lists.pages("all")) + 1))
    yield from numbered(CORRECTIONS, 1, lists.pages(CORRECTIONS))
    for section in sorted(sections):
        yield from of_list(f"section:{section}", lists.pages(f"section:{section}"), sections)
    for word, _ in lists.tags():
        yield from of_list(f"tag:{word}", lists.pages(f"tag:{word}"), sections)


def of_stories(numbers: Iterable[int]) -> Iterator[str]:
    """Every story's page, and the proof beside it."""
    for number in numbers:
        yield f"a/{number}/index.html"
        yield f"a/{number}/proof.json"
