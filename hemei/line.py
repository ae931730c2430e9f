"""The line between processes of one home: a small question over the press's unix socket."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

WAIT = 30.0
"""Seconds until the one who asks gives up on the press."""


class PressAway(Exception):
    """The press process does not answer."""


class Declined(Exception):
    """The press answered, and will not; the message is its own."""


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: Path, wait: float) -> None:
        super().__init__("press", timeout=wait)
        self._path, self._wait = path, wait

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._wait)
        self.sock.connect(str(self._path))


def ask(home: Path, method: str, address: str, body: bytes = b"", wait: float = WAIT) -> bytes:
    """Ask the press process of this home. Raises PressAway, and Declined with what it said."""
    connection = _Unix(home / "run" / "press.sock", wait)
    try:
        connection.request(method, address, body)
        answer = connection.getresponse()
        data = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise PressAway("印刷间没有应答，请稍候再试；一直如此请找管理员。") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Declined(data.decode("utf-8", "replace"))
    return data
