"""How often somebody may guess at a password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

GUESSES_HERE = 10
"""Wrong passwords for one account from one address; a stranger who uses them up locks nobody else out."""
GUESSES_ANYWHERE = 100
"""Wrong passwords for one account from all addresses together."""
WITHIN = timedelta(minutes=15)


def locked_until(guesses: Iterable[tuple[str, datetime]], address: str) -> datetime | None:
    """From when on this address may try again; None when it may now.

    ``guesses`` are address and time of each wrong password for one account within the time, newest first.
    """
    everywhere = list(guesses)
    here = [guess for guess in everywhere if guess[0] == address]
    ends = [
        some[most - 1][1] + WITHIN  # when that one is forgotten there is one less than the limit
        for some, most in ((here, GUESSES_HERE), (everywhere, GUESSES_ANYWHERE))
        if len(some) >= most
    ]
    return max(ends, default=None)
