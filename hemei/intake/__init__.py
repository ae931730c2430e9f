"""Files from outside become plain paragraphs and clean pictures. Nothing here trusts what it reads.

``read`` takes a document, ``pasted`` a paste, ``clean`` a picture. Decoders run in a sandboxed process with limits of
time and memory; nothing here reaches the network. Every refusal is an ``Unreadable`` with a Chinese message.
"""

from hemei.intake.copy import Copy, CopyParagraph
from hemei.intake.door import pasted, read
from hemei.intake.errors import Broken, Empty, TooBig, Unreadable, Unsafe, WrongKind
from hemei.intake.picture import Cleaned, clean

__all__ = [
    "Broken", "Cleaned", "Copy", "CopyParagraph", "Empty", "TooBig", "Unreadable", "Unsafe", "WrongKind",
    "clean", "pasted", "read",
]  # fmt: skip
