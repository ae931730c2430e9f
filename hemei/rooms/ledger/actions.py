"""Writing to the ledger. Call inside the transaction of the deed itself."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import connection

from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.ledger.rules import link


def enter(*, person: str, deed: str, piece: str, now: datetime, detail: dict[str, Any] | None = None) -> Entry:
    """Add one entry. The chain is SHA-256 over the previous chain and this entry's canonical content."""
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs in the transaction of its deed")
    last = Entry.objects.order_by("-number").values_list("chain", flat=True).first() or ""
    kept = detail or {}
    chain = link(last, time=now, person=person, deed=deed, piece=piece, detail=kept)
    return Entry.objects.create(time=now, person=person, deed=deed, piece=piece, detail=kept, chain=chain)


def order(*, kind: str, piece: str, signed: str, now: datetime) -> Order:
    """Put a signed order into the outbox; the press takes it after the commit."""
    number = (Order.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    return Order.objects.create(id=uuid.uuid4().hex, number=number, kind=kind, piece=piece, signed=signed, made=now)
