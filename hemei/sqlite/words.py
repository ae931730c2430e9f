"""Any two neighbouring characters of a text find it: a word index for Chinese, where no blank says what a word is.

SQLite's own full-text index (FTS5) takes a whole run of Han for one word, and finds only how it begins. Here every pair
of neighbouring characters is a term, and words that are looked for are a phrase of such pairs; so that whatever
stands anywhere in the text is found, two characters at the least. What rows are narrowed by (marks) are terms too, and
the newest rows come first: a question costs what it finds, not what there is.

Nobody has to remember the index: triggers write down which rows changed, in the transaction that changed them, whoever
did it; `waiting`, `put` and `done` bring the index up to date before it answers. Another database brings another class
with the same methods.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.db import connection
from django.db.migrations import RunPython

PREFIX: Final = "words_"
"""What the names of the triggers begin with."""
MOST_TEXT: Final = 200_000
"""Characters of one row that are read; a pasted book must not hold up a save."""
MOST_WORDS, MOST_LETTERS = 8, 60
"""Words of one question, and characters in all, that are looked at."""
BREAK: Final = "\ue0ff"
"""A term between two lines, so that no phrase runs from one into the next."""


class _Fold(dict[int, str]):
    """One character as it is looked for: small letters, one width, no accents' composition, nothing invisible.

    Each character by itself, whatever stands beside it: or a piece of a text could fold to something that the whole
    does not hold. What the ascii tokenizer would split at becomes a character of the private area.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        made = ""
        if character.isspace():
            made = " "
        elif unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
            plain = unicodedata.normalize("NFKD", character).casefold()
            made = "".join(chr(0xE000 + ord(one)) if one.isascii() and not one.isalnum() else one for one in plain)
        self[code] = made
        return made


_fold: Final = _Fold()
_APART: Final = re.compile(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")
"""Blanks between two Han, as in 王　帆, which nobody types when looking."""


def folded(text: str) -> str:
    """The text as the index keeps it."""
    return re.sub(" +", "\ue020", _APART.sub("", text.translate(_fold).strip(" ")))


def words(asked: str) -> list[str]:
    """What is looked for, word by word as blanks part them; not more than is bearable."""
    kept, room = [], MOST_LETTERS
    for word in asked[: MOST_LETTERS * 4].split()[:MOST_WORDS]:
        made = folded(word)[:room]
        room -= len(made)
        if made and made not in kept:
            kept.append(made)
    return kept


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


def _terms(lines: Iterable[str]) -> str:
    return f" {BREAK} ".join(" ".join(_pairs(line)) for line in lines if len(line) > 1)


def mark(name: str, value: object) -> str:
    """A term that says a row's state, section, person or day: what a question is narrowed by."""
    return f"{name}\ue03a{value}".translate(_fold).replace(" ", "\ue020")


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says."""

    head: Sequence[str]
    """Lines of which a single character is found, too: titles, names."""
    rest: Iterable[str]
    marks: Iterable[str]


class WordIndex:
    """The words of one table, by its integer primary key; newer rows have larger keys."""

    def __init__(self, table: str) -> None:
        self.table, self.words, self.changed = table, f"{table}_words", f"{table}_changed"

    def migration(self, columns: Sequence[str]) -> RunPython:
        """The migration step that makes the index, with every row waiting to be put into it.

        ``columns``: what is read of a row; one in which none of them changed is left alone. Altering the table later makes Django rebuild it without its triggers: repeat the step then. SQLite only.
        """
        note = "INSERT INTO {0}(id) SELECT {1}.id WHERE NOT EXISTS (SELECT 1 FROM {0} WHERE id = {1}.id)"

        def make(apps: Any, schema_editor: Any) -> None:
            if schema_editor.connection.vendor != "sqlite":
                return
            take_down(apps, schema_editor)
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {self.words} USING fts5"
                "(head, rest, letters, marks, content='', contentless_delete=1, tokenize='ascii')"
            )
            schema_editor.execute(f"CREATE TABLE {self.changed} (id INTEGER PRIMARY KEY)")
            differ = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
            for what, row, when in (("INSERT", "NEW", "1"), ("UPDATE", "NEW", differ), ("DELETE", "OLD", "1")):
                schema_editor.execute(
                    f"CREATE TRIGGER {PREFIX}{self.table}_{what.lower()} AFTER {what} ON {self.table} WHEN {when} "
                    f"BEGIN {note.format(self.changed, row)}; END",
                    params=None,
                )
            schema_editor.execute(f"INSERT INTO {self.changed}(id) SELECT id FROM {self.table}")  # noqa: S608  our names

        def take_down(apps: Any, schema_editor: Any) -> None:
            if schema_editor.connection.vendor != "sqlite":
                return
            for what in ("insert", "update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}{self.table}_{what}")
            for table in (self.words, self.changed):
                schema_editor.execute(f"DROP TABLE IF EXISTS {table}")

        return RunPython(make, take_down)

    def waiting(self, most: int) -> list[int]:
        """Rows that changed since they were put into the index, the newest first."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {self.changed} ORDER BY id DESC LIMIT %s", [most])  # noqa: S608  our names
            return [row for (row,) in cursor.fetchall()]

    def put(self, said: Mapping[int, Said | None]) -> None:
        """Put rows into the index in place of what it knew of them; None for a row that is gone. In a transaction."""
        made = []
        for row, one in said.items():
            if one is None:
                continue
            head = [folded(line) for line in one.head]
            letters = " ".join(sorted({letter for line in head for letter in line}))
            rest = _terms(folded(line) for line in _bounded(one.rest))
            made.append((row, _terms(head), rest, letters, " ".join(one.marks)))
        gone = [(row,) for row in said]
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {self.words} WHERE rowid = %s", gone)  # noqa: S608  our names
            cursor.executemany(
                f"INSERT INTO {self.words}(rowid, head, rest, letters, marks) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
                made,
            )
            cursor.executemany(f"DELETE FROM {self.changed} WHERE id = %s", gone)  # noqa: S608  our names

    def find(self, asked: Sequence[str], marks: Iterable[Sequence[str]], most: int) -> list[int]:
        """The newest rows that say all these `words` and have one mark of each set; `most` at the most.

        Raises ValueError when neither words nor marks are given: that would be everything.
        """
        parts = [_looked_for(word) for word in asked]
        parts += [f"marks : ({' OR '.join(_quoted(one) for one in each)})" for each in marks if each]
        if not parts:
            raise ValueError("nothing is looked for")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT rowid FROM {self.words} WHERE {self.words} MATCH %s ORDER BY rowid DESC LIMIT %s",  # noqa: S608
                [" AND ".join(parts), most],
            )
            return [row for (row,) in cursor.fetchall()]


def _looked_for(word: str) -> str:
    return f"letters : {_quoted(word)}" if len(word) == 1 else f"{{head rest}} : {_quoted(' '.join(_pairs(word)))}"


def _quoted(terms: str) -> str:
    return f'"{terms}"'  # folded text holds no quotation mark of FTS5's language


def _bounded(lines: Iterable[str]) -> Iterable[str]:
    room = MOST_TEXT
    for line in lines:
        if room <= 0:
            return
        yield line[:room]
        room -= len(line)


def highlighted(text: str, asked: Sequence[str]) -> list[tuple[bool, str]]:
    """The text in pieces, and whether each is one of the folded words that were looked for."""
    kept = [(one, at) for at, character in enumerate(text) for one in character.translate(_fold)]
    apart = {at for gap in _APART.finditer("".join(one for one, _ in kept)) for at in range(*gap.span())}
    kept = [pair for at, pair in enumerate(kept) if at not in apart]
    plain = "".join(one for one, _ in kept).replace(" ", "\ue020")
    lit: set[int] = set()
    for word in asked:
        start = plain.find(word)
        while start >= 0:
            lit.update(range(kept[start][1], kept[start + len(word) - 1][1] + 1))
            start = plain.find(word, start + len(word))
    return [
        (shown, "".join(text[at] for at in each))
        for shown, each in groupby(range(len(text)), key=lambda at: at in lit)
    ]  # fmt: skip


def excerpt(text: str, asked: Sequence[str], room: int = 60) -> str:
    """The part of a long text where one of the folded words stands; "" where none does."""
    plain = text.translate(_fold)  # nearly always as long as the text; where it is not, a little more is shown
    places = [plain.find(word.replace("\ue020", " ")) for word in asked]
    found = min((place for place in places if place >= 0), default=-1)
    if found < 0:
        return ""
    start = max(0, found - room // 3)
    return ("…" if start else "") + text[start : start + room].strip() + ("…" if len(text) > start + room else "")
