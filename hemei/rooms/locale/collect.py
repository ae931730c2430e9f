"""Keep the back office Chinese: list what the installed libraries leave in English, and compile our catalogues.

A developer's tool; nothing imports it at run time.

    python -m hemei.rooms.locale.collect missing    prints, as .po, what neither the LIBRARIES nor we say in Chinese
    python -m hemei.rooms.locale.collect stale      lists our entries that no library asks for any more
    python -m hemei.rooms.locale.collect compile    writes each .mo beside its .po

What a library *can* say is read from three places, because none is complete alone: its English catalogue (`locale/en`),
the calls of gettext in its Python (by syntax tree), and the translate tags in its templates. What it *does* say in
Chinese is its `zh_Hans` .mo, which is what Django loads: a .po may hold fuzzy lines that msgfmt dropped.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
CATALOGUES = HERE / "zh_Hans" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")
HEADER = (
    "Project-Id-Version: hemei\nLanguage: zh_Hans\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=1; plural=0;\n"
)

LIBRARIES = (
    "django.conf", "django.core", "django.db", "django.forms", "django.utils", "django.views", "django.http",
    "django.template", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.humanize", "django.contrib.messages", "wagtail", "taggit", "modelcluster", "treebeard",
    "permissionedforms", "django_filters", "django_tasks", "modelsearch", "laces",
)  # fmt: skip
"""Packages whose words an editor can meet. Folders of apps that we do not install are in LEFT_OUT."""

LEFT_OUT = re.compile(
    r"(^|/)(tests?|test|migrations|project_template|node_modules|management|bin|contrib/styleguide|contrib/simple_translation"
    r"|contrib/search_promotions|contrib/sitemaps|contrib/frontend_cache|django_filters/rest_framework|django_filters/conf"
    r"|django_filters/templates/django_filters/rest_framework|api)/"
)
"""Parts of LIBRARIES that we neither install nor show: tests, commands, and Wagtail apps that are switched off."""

GETTEXT = {
    "_": (0, None, None), "gettext": (0, None, None), "gettext_lazy": (0, None, None), "gettext_noop": (0, None, None),
    "ngettext": (0, 1, None), "ngettext_lazy": (0, 1, None),
    "pgettext": (1, None, 0), "pgettext_lazy": (1, None, 0), "npgettext": (1, 2, 0), "npgettext_lazy": (1, 2, 0),
}  # fmt: skip
"""Each function of gettext: at which place stand the text, its plural and its context."""


BUILT = (
    "Body", "Can add", "Can change", "Can delete", "Can lock", "Can publish", "Can unlock", "Content types", "Date from",
    "Date to", "Include descendants", "Link text", "Page", "Permissions", "Phone number", "Requested by", "Role", "Site",
    "Subject", "Task",
)  # fmt: skip
"""Texts that stand in no call of gettext, but that a template translates as it shows them: labels which Django makes of
the names of unlabelled form fields (through our `shared/formatted_field.html`), and Wagtail's names of permissions."""

KEPT = {"%s KB", "%s MB", "%s GB", "%s TB", "%s PB", "IPv4", "IPv6"}
"""Texts that read the same in Chinese: units of size, and the names of protocols."""


class CatalogueError(ValueError):
    """A .po or .mo file that cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Entry:
    """One text and what it becomes: `said` is empty while nobody has translated it.

    `context` is gettext's msgctxt, `plural` the English plural; `fuzzy` marks a guess, which does not count.
    """

    text: str
    said: str = ""
    plural: str | None = None
    context: str | None = None
    fuzzy: bool = False
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """How gettext looks it up: context and text joined by U+0004; the plural plays no part."""
        return self.text if self.context is None else f"{self.context}\x04{self.text}"


# --- reading and writing .po ----------------------------------------------------------------------------------------

_PIECE = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*"(.*)"$')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def read_po(text: str, name: str = "po") -> list[Entry]:
    """The entries of a .po file, without header and obsolete lines (`#~`); CatalogueError for a line it cannot read."""
    entries: list[Entry] = []
    parts: dict[str, str] = {}
    notes: list[str] = []
    last = ""

    def close() -> None:
        if parts.get("msgid"):
            said = parts.get("msgstr", parts.get("msgstr[0]", ""))
            fuzzy = any(note.startswith("#,") and "fuzzy" in note for note in notes)
            entries.append(
                Entry(parts["msgid"], said, parts.get("msgid_plural"), parts.get("msgctxt"), fuzzy, tuple(notes))
            )
        parts.clear()
        notes.clear()

    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            if parts:
                close()
            if line and not line.startswith("#~"):
                notes.append(line)
            continue
        piece = _PIECE.match(line)
        if piece is None or (piece[1] is None and not last):
            raise CatalogueError(f"{name}, line {number}: neither a comment nor a quoted text: {line[:60]}")
        if piece[1]:
            if piece[1] in parts:
                close()
            last = piece[1]
            parts[last] = ""
        parts[last] += re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), piece[2])
    close()
    return entries


def _quoted(word: str, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\r", "\\r")
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'{word} "{escaped}"'
    ends = [f"{line}\\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return "\n".join([f'{word} ""', *(f'"{line}"' for line in ends)])


def write_po(entries: Iterable[Entry]) -> str:
    """A .po file, in the order given, our header first."""
    blocks = ["\n".join(['msgid ""', _quoted("msgstr", HEADER)])]
    for entry in entries:
        lines = list(entry.notes)
        if entry.context is not None:
            lines.append(_quoted("msgctxt", entry.context))
        lines.append(_quoted("msgid", entry.text))
        if entry.plural is not None:
            lines += [_quoted("msgid_plural", entry.plural), _quoted("msgstr[0]", entry.said)]
        else:
            lines.append(_quoted("msgstr", entry.said))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


# --- reading and writing .mo ----------------------------------------------------------------------------------------


def compile_mo(entries: Iterable[Entry]) -> bytes:
    """The .mo file for these entries: same entries, same bytes, on any machine. Fuzzy and empty ones are left out.

    GNU gettext manual, "The Format of GNU MO Files"; little endian, no hash table (readers of Python never use it).
    """
    pairs = {"": HEADER}
    for entry in entries:
        if entry.said and not entry.fuzzy:
            pairs[entry.key if entry.plural is None else f"{entry.key}\0{entry.plural}"] = entry.said
    rows = sorted((key.encode(), said.encode()) for key, said in pairs.items())
    keys_at, values_at = 28, 28 + 8 * len(rows)
    at = values_at + 8 * len(rows)
    tables, blob = [], b""
    for column in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[column]), at + len(blob)))
            blob += row[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), keys_at, values_at, 0, at)
    return head + b"".join(tables) + blob


def read_mo(data: bytes, name: str = "mo") -> dict[str, str]:
    """What a .mo file says: key (context, U+0004, text; no plural) to its first form; CatalogueError if it is none."""
    order = {b"\xde\x12\x04\x95": "<", b"\x95\x04\x12\xde": ">"}.get(data[:4])
    if order is None or len(data) < 28:
        raise CatalogueError(f"{name}: not a .mo file")
    count, keys_at, values_at = struct.unpack_from(f"{order}3I", data, 8)
    found: dict[str, str] = {}
    for row in range(count):
        texts = []
        for table in (keys_at, values_at):
            size, at = struct.unpack_from(f"{order}2I", data, table + 8 * row)
            texts.append(data[at : at + size].decode().split("\0")[0])
        found[texts[0]] = texts[1]
    found.pop("", None)
    return found


# --- what the libraries can say -------------------------------------------------------------------------------------


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CatalogueError(f"package {package} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def _files(package: str, ending: str) -> Iterator[Path]:
    root = _folder(package)
    for path in sorted(root.rglob(f"*{ending}")):
        if not LEFT_OUT.search(path.relative_to(root.parent).as_posix()):
            yield path


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def from_python(source: str) -> Iterator[Entry]:
    """The texts that a Python module hands to gettext as plain literals."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in GETTEXT:
            continue
        text_at, plural_at, context_at = GETTEXT[name]
        values = [_literal(argument) for argument in node.args]

        def at(place: int | None, values: list[str | None] = values) -> str | None:
            return None if place is None or place >= len(values) else values[place]

        text, plural, context = at(text_at), at(plural_at), at(context_at)
        if text and (plural_at is None or plural) and (context_at is None or context):
            yield Entry(text, plural=plural, context=context)


_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"(?<![A-Za-z])(?:n?p?gettext|_)\((?:\s*u?{_STRING},?)+")


def from_template(source: str) -> Iterator[Entry]:
    """The texts in the translate tags of a Django template: Django's own reader turns them into gettext calls."""
    from django.utils.translation.template import templatize

    for call in _CALL.finditer(templatize(source)):
        yield from from_python(call[0].rstrip(",") + ")")


@cache
def wanted(packages: tuple[str, ...] = LIBRARIES) -> dict[str, dict[str, Entry]]:
    """By domain, every text that these packages can show, by key, with a note of where it stands first."""
    found: dict[str, dict[str, Entry]] = {domain: {} for domain in DOMAINS}

    def add(domain: str, entry: Entry, where: str) -> None:
        known = found[domain].get(entry.key, entry)
        notes = (f"#: {where}",) if known is entry else known.notes
        plural = entry.plural or known.plural
        found[domain][entry.key] = Entry(entry.text, plural=plural, context=entry.context, notes=notes)

    for text in BUILT:
        add("django", Entry(text), "made of a name")
    for package in packages:
        root = _folder(package).parents[package.count(".")]
        for path in _files(package, ".po"):
            if path.parent.parent.name == "en" and path.stem in DOMAINS:
                for entry in read_po(path.read_text("utf-8"), path.name):
                    add(path.stem, entry, next((n[3:] for n in entry.notes if n.startswith("#: ")), path.parent.name))
        for path in _files(package, ".py"):
            for entry in from_python(path.read_text("utf-8")):
                add("django", entry, path.relative_to(root).as_posix())
        for path in _files(package, ".html"):
            for entry in from_template(path.read_text("utf-8")):
                add("django", entry, path.relative_to(root).as_posix())
    return found


@cache
def spoken(packages: tuple[str, ...] = LIBRARIES) -> dict[str, dict[str, str]]:
    """By domain, what these packages say in Chinese themselves: their `zh_Hans` .mo files, merged."""
    found: dict[str, dict[str, str]] = {domain: {} for domain in DOMAINS}
    for package in packages:
        for path in _files(package, ".mo"):
            if path.parent.parent.name == "zh_Hans" and path.stem in DOMAINS:
                found[path.stem].update(read_mo(path.read_bytes(), path.name))
    return found


def lacking(domain: str, known: Mapping[str, Entry]) -> list[Entry]:
    """The texts of this domain, made of letters, that neither a library nor `known` says in anything but English."""
    theirs = spoken()[domain]
    return [
        entry
        for key, entry in sorted(wanted()[domain].items())
        if key not in KEPT
        and re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)[sd]|\{\w*\}|<[^>]*>", "", entry.text))
        and not (key in known and known[key].said)
        and theirs.get(key, entry.text) in ("", entry.text)
    ]


def ours(domain: str) -> dict[str, Entry]:
    """Our own catalogue of this domain, by key; a key that stands in it twice is a CatalogueError."""
    found: dict[str, Entry] = {}
    for entry in read_po((CATALOGUES / f"{domain}.po").read_text("utf-8"), f"{domain}.po"):
        if entry.key in found:
            raise CatalogueError(f"{domain}.po says {entry.text[:60]!r} twice")
        found[entry.key] = entry
    return found


def main(arguments: list[str]) -> int:
    """The three verbs of the module's first lines; exit 0, 1 when something is missing, 2 for a verb we do not know."""
    if arguments == ["compile"]:
        for domain in DOMAINS:
            (CATALOGUES / f"{domain}.mo").write_bytes(compile_mo(ours(domain).values()))
        return 0
    if arguments == ["missing"]:
        rows = [entry for domain in DOMAINS for entry in lacking(domain, ours(domain))]
        print(write_po(rows))
        return 1 if rows else 0
    if arguments == ["stale"]:
        everything = wanted()
        for domain in DOMAINS:
            print("\n".join(f"{domain}: {key!r}" for key in ours(domain) if key not in everything[domain]))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
