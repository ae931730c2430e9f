"""The press's error tree: what a caller of this package may cure. Messages are for editors, and name the next step."""

from __future__ import annotations


class PressError(Exception):
    """Something stops the press; the edition that is live stays as it was."""


class Refused(PressError):
    """One order cannot be carried out, the others can; the message tells the desk why."""


class CannotPrint(PressError, LookupError):
    """A page could not be made from what is admitted."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"页面 {path} 印不出来：{why}")
        self.path = path


class Inexact(PressError):
    """A full build differs from the edition: a fault of ours, never of an editor."""


class BadStore(PressError):
    """A stored file is missing, or is not what its name says."""


class NotReady(PressError):
    """The press lacks something it needs: a key, a database it can trust, an edition."""
