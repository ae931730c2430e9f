"""Rows that are only ever added: triggers by which the database itself refuses to change, replace or delete them.

They stop mistakes, and SQL that does not know of them. Who may drop a trigger may still change rows; against him stand
the ledger's chain and the signatures, which the press checks for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations import RunPython

PREFIX = "append_only_"
"""What the names of these triggers begin with."""


def append_only(table: str, says: str, *, keys: Sequence[str], unless: str = "0") -> RunPython:
    """The migration step that guards a table. Altering a column later makes Django rebuild it without: repeat the step.

    ``says`` is the error's text. ``keys`` are the sets of columns of which each is unique, as in "version_id, stage".
    ``unless`` is SQL over OLD and NEW: an update of which it is true passes. SQLite only, which is what the house runs
    on; another database is left alone.
    """
    same = (f"({columns}) = ({', '.join(f'NEW.{one.strip()}' for one in columns.split(','))})" for columns in keys)
    # INSERT OR REPLACE deletes without asking the triggers of DELETE
    there = f"EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid OR {' OR '.join(same)})"  # noqa: S608  our own names
    guards = {
        "change": f"UPDATE ON {table} WHEN NOT ({unless})",
        "delete": f"DELETE ON {table}",
        "replace": f"INSERT ON {table} WHEN {there}",
    }

    def put_up(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for name, when in guards.items():
                made = f"CREATE TRIGGER {PREFIX}{table}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"
                schema_editor.execute(made, params=None)

    def take_down(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for name in guards:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}{table}_{name}", params=None)

    return RunPython(put_up, take_down)
