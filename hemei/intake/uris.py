"""Runs in the jail: addresses in a copy. None is ever asked; a data URI is taken apart."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

MOST_LINK = 500
"""Characters; what is longer no page may carry."""
_GOOD = re.compile(r"(?:https?://|mailto:|tel:|/(?!/))[^\s\x00-\x20<>\"'\\]+", re.IGNORECASE)


def link(address: str) -> str:
    """The address as a story may hold it; empty for scripts, files, anchors and what is too long."""
    address = address.strip()
    return address if len(address) <= MOST_LINK and _GOOD.fullmatch(address) else ""


def embedded(address: str) -> bytes | None:
    """The bytes in a data URI (RFC 2397); None when it is damaged."""
    head, comma, body = address.partition(",")
    if not comma:
        return None
    if not head.lower().rstrip().endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(re.sub(r"\s+", "", body.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")))
    except (binascii.Error, ValueError):
        return None
