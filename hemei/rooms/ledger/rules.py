"""How an entry of the ledger is tied to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hemei.seal.digest import Digest, canonical, digest


def link(last: str, *, time: datetime, person: str, deed: str, piece: str, detail: Mapping[str, Any]) -> Digest:
    """The chain of an entry: SHA-256 over the chain before ("" at first) and what the entry says, its time in UTC."""
    return digest(canonical([last, time.astimezone(UTC).isoformat(), person, deed, piece, dict(detail)]))
