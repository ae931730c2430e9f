"""Voice notes: told by their first bytes, kept as they came, never decoded here."""

from __future__ import annotations

from hemei.intake.errors import unreadable

MOST_BYTES = 20 << 20
KINDS = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav", "webm": "audio/webm", "aac": "audio/aac",
         "amr": "audio/amr"}  # fmt: skip
"""Kind -> what a browser is told."""


def kind_of(data: bytes) -> str:
    """A key of KINDS. Raises Unreadable for what is empty, too large or no sound."""
    if not data:
        raise unreadable("empty")
    if len(data) > MOST_BYTES:
        raise unreadable("big-sound")
    if data[4:8] == b"ftyp" and data[8:11] in (b"M4A", b"mp4", b"iso", b"3gp", b"MSN"):
        return "m4a"
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return "wav"
    for start, kind in ((b"ID3", "mp3"), (b"OggS", "ogg"), (b"\x1a\x45\xdf\xa3", "webm"), (b"#!AMR", "amr")):
        if data.startswith(start):
            return kind
    if data[0] == 0xFF and data[1:2] and data[1] & 0xE0 == 0xE0:
        return "aac" if data[1] & 0xF6 == 0xF0 else "mp3"
    raise unreadable("not-sound")
