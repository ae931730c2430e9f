"""Runs in the jail: reads a mail (.eml), or a page saved as one file (.mht): its words, its pictures, its attachments."""

from __future__ import annotations

import email
import email.header
import email.policy
import re
from collections import Counter
from email.message import Message
from email.utils import parseaddr
from urllib.parse import unquote

from hemei.intake import web
from hemei.intake.copy import split_lines
from hemei.intake.errors import Unreadable, unreadable
from hemei.intake.gathering import MOST_PICTURES, Gathering, Piece
from hemei.intake.text import decode

MOST_FILES = 30
"""Attachments that are taken from one mail, pictures not counted."""
MOST_FILE_BYTES = 20 << 20
_MOST_ALL_BYTES = 24 << 20
_MOST_PARTS = 2_000
_DEEPEST = 30
_KNOWN = {
    b"from", b"to", b"subject", b"date", b"mime-version", b"received", b"message-id", b"content-type", b"return-path", b"cc",
    b"reply-to", b"x-mailer", b"delivered-to", b"snapshot-content-location",
}  # fmt: skip
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")


def looks_like(data: bytes) -> bool:
    """Whether these bytes begin as a mail does: fields of RFC 5322, three known ones at least."""
    head = re.split(rb"\r?\n\r?\n", data[:65_536].lstrip(b"\xef\xbb\xbf\r\n"), maxsplit=1)[0]
    lines = [line for line in head.splitlines() if line[:1] not in (b" ", b"\t")]
    lines = lines[1:] if lines and lines[0].startswith(b"From ") else lines
    fields = [found[1].lower() for line in lines if (found := _FIELD.match(line))]
    return len(fields) >= max(2, len(lines) - 1) and len(_KNOWN.intersection(fields)) >= 3


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """The words of a mail; its attachments follow its pictures. Raises Unreadable."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        reader = _Reader()
        reader.part(message, 0)
    except RecursionError as error:
        raise unreadable("deep") from error
    except (LookupError, ValueError, TypeError, AttributeError, IndexError) as error:
        if isinstance(error, Unreadable):
            raise
        raise unreadable("broken-mail") from error
    reader.words()
    head, pictures = reader.found.answer()
    head["title"] = field(message, "Subject")[:200]
    head["sender"] = _sender(message)
    head["files"] = [name for name, _ in reader.files]
    return head, [*pictures, *(blob for _, blob in reader.files)]


def field(message: Message, name: str) -> str:
    """A field of the mail's head in plain words; raw bytes of any encoding are read as well as can be."""
    value = message.get(name)
    if value is None:
        return ""
    words = []
    for part, charset in email.header.decode_header(value):
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        words.append(_decoded(data, charset if charset != "unknown-8bit" else None))
    return " ".join("".join(words).split())


def _sender(message: Message) -> str:
    name, address = parseaddr(field(message, "From"))
    return " ".join(part for part in (name, f"<{address}>" if address else "") if part)[:120]


class _Reader:
    """Walks the parts of one mail once: bodies, pictures and files, each counted."""

    def __init__(self) -> None:
        self.found = Gathering()
        self.bodies: list[tuple[str, str]] = []
        self.pictures: dict[str, bytes] = {}
        self.shown: set[str] = set()
        self.files: list[tuple[str, bytes]] = []
        self.left: Counter[str] = Counter()
        self.weight = 0
        self.parts = 0

    def part(self, part: Message, depth: int) -> None:
        self.parts += 1
        if depth > _DEEPEST or self.parts > _MOST_PARTS:
            raise unreadable("deep")
        kind = part.get_content_type()
        if kind == "multipart/alternative":
            self.alternative(part, depth)
        elif kind == "message/rfc822":
            self.message(part)
        elif part.is_multipart():
            for child in _children(part):
                self.part(child, depth + 1)
        else:
            self.leaf(part, kind)

    def alternative(self, part: Message, depth: int) -> None:
        """One body in several dresses: HTML when there is one, for its structure."""
        children = _children(part)
        rich = [child for child in children if any(inner.get_content_type() == "text/html" for inner in child.walk())]
        chosen = (rich or children)[-1:]
        for child in children:
            if child in chosen or child.get_content_maintype() not in ("text", "multipart"):
                self.part(child, depth + 1)

    def message(self, part: Message) -> None:
        inner = _children(part)
        if inner:
            self.file((field(inner[0], "Subject")[:60] or "转发的邮件") + ".eml", inner[0].as_bytes())

    def leaf(self, part: Message, kind: str) -> None:
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            return
        name = _file_name(part)
        kept = part.get_content_disposition() == "attachment" or bool(name)
        if data.startswith(_PICTURES):
            self.picture(part, data)
        elif kind in ("text/plain", "text/html") and not kept:
            self.bodies.append((kind, _decoded(data, part.get_content_charset())))
        elif name.lower() == "winmail.dat" or kind.endswith("ms-tnef"):
            self.found.notes["tnef"] += 1
        elif kind != "text/css" and data:
            self.file(name or "附件", data)

    def picture(self, part: Message, data: bytes) -> None:
        names = [part.get("Content-ID", "").strip(" <>"), part.get("Content-Location", "").strip()]
        key = next((name for name in names if name), f"\0{len(self.pictures)}")
        if len(self.pictures) >= MOST_PICTURES:
            self.found.notes["pictures"] += 1
        else:
            self.pictures.setdefault(key, data)

    def file(self, name: str, data: bytes) -> None:
        self.weight += len(data)
        if len(self.files) >= MOST_FILES:
            self.found.notes["files-left"] += 1
        elif len(data) > MOST_FILE_BYTES or self.weight > _MOST_ALL_BYTES:
            self.found.notes["files-big"] += 1
        else:
            self.files.append((name, data))

    def words(self) -> None:
        """Reads the bodies, and puts the pictures that none of them shows below."""
        for kind, text in self.bodies:
            if kind == "text/html":
                web.walk(text, self.found, self.resolve, whole=False)
            else:
                for line in split_lines(text):
                    self.found.line([Piece(line)])
        self.found.title = ""
        for key, data in self.pictures.items():
            if key not in self.shown:
                self.found.picture(data)

    def resolve(self, address: str) -> bytes | None:
        key = unquote(address[4:]) if address[:4].lower() == "cid:" else address
        if key in self.pictures:
            self.shown.add(key)
        return self.pictures.get(key)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, TypeError, LookupError):
        return "附件"
    if not name:
        return ""
    words = []
    for piece, charset in email.header.decode_header(name):
        data = piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece
        words.append(_decoded(data, charset if charset != "unknown-8bit" else None))
    return "".join(words).strip()


def _decoded(data: bytes, charset: str | None) -> str:
    """Text in the charset that it says, where that fits; else as any text; lost characters are marked as such."""
    name = (charset or "").lower()
    name = "gb18030" if name.startswith(("gb", "x-gbk", "cp936", "hz")) and name != "hz-gb-2312" else name
    if name:
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass  # it says what it is not
    try:
        return decode(data)
    except Unreadable:
        return data.decode("utf-8", "replace")
