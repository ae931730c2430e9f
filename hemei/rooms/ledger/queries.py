"""Looking things up in the ledger."""

from __future__ import annotations

from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.ledger.rules import link


def entries_of(piece: str) -> list[Entry]:
    """The deeds about one piece, oldest first."""
    return list(Entry.objects.filter(piece=piece).order_by("number"))


def last_order(piece: str) -> Order | None:
    """The latest order about a piece that is to be printed or withdrawn; a recall only answers others."""
    return Order.objects.filter(piece=piece).exclude(kind="recall").order_by("-number").first()


def orders_of(piece: str, *kinds: str) -> list[str]:
    """The signed documents of these kinds about a piece, whatever came of them, newest first."""
    found = Order.objects.filter(piece=piece, kind__in=kinds).order_by("-number")
    return list(found.values_list("signed", flat=True))


def refused_orders(most: int = 5) -> list[Order]:
    """The latest orders that the press refused."""
    return list(Order.objects.filter(state=Order.State.REFUSED).order_by("-number")[:most])


def first_broken() -> int | None:
    """The number of the first entry that does not follow from the one before; None when the chain is whole.

    Entries cut off at the end show when the next one is added: its number leaves a gap. Until then nothing in this
    database can tell, for whoever may delete may also write.
    """
    last = ""
    for number, entry in enumerate(Entry.objects.order_by("number").iterator(), 1):
        made = link(last, time=entry.time, person=entry.person, deed=entry.deed, piece=entry.piece, detail=entry.detail)
        if (entry.number, entry.chain) != (number, made):
            return int(entry.number)
        last = entry.chain
    return None
