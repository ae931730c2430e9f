"""The seal's error tree: what a caller of this package may cure."""


class SealError(ValueError):
    """Something under seal is not what it claims to be."""


class NotAStatement(SealError):
    """Bytes or an object that are not in a format of docs/edition.md; the message names the field."""


class BadTree(SealError):
    """A tree, a bundle of it or a proof that is not canonical, or does not have the hash that it is named by."""


class WrongPin(SealError):
    """A sealed personal key that this PIN (with this secret) does not open."""


class Refused(SealError):
    """A signed order that the roster does not back; the message is Chinese and tells the editor the next step."""
