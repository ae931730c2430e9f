"""The inside of the jail: one process, one file from standard input, one answer to standard output, then the end."""

from __future__ import annotations

import ctypes
import json
import resource
import struct
import sys

from hemei.intake.errors import Unreadable

_NO_NEW_PRIVS = 38  # prctl(2), PR_SET_NO_NEW_PRIVS
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # unshare(2), CLONE_NEWUSER and CLONE_NEWNET


def main(arguments: list[str]) -> None:
    """``docx|xlsx|jpeg|png|webp|gif MEMORY PROCESSOR ANSWER``: limits in bytes, seconds and bytes. Exit 0 with an answer."""
    task, memory, processor, answer = arguments[0], *map(int, arguments[1:])
    _shut(memory, processor, answer)
    try:
        head, blobs = _work(task, sys.stdin.buffer.read())
    except Unreadable as refused:
        head, blobs = {"reason": refused.reason}, []
    except MemoryError:
        head, blobs = {"reason": "slow"}, []
    # Any other error ends this process with a code; its parent knows what to say then.
    head["sizes"] = [len(blob) for blob in blobs]
    text = json.dumps(head).encode()
    sys.stdout.buffer.write(b"".join([struct.pack(">I", len(text)), text, *blobs]))


def _work(task: str, data: bytes) -> tuple[dict[str, object], list[bytes]]:
    if task == "docx":
        from hemei.intake import docx

        return docx.extract(data)
    if task == "xlsx":
        from hemei.intake import xlsx

        return xlsx.extract(data)
    from hemei.intake import pixels

    return pixels.redraw(data, task)


def _shut(memory: int, processor: int, answer: int) -> None:
    """Gives up what a decoder does not need: the network too, where the system lets us and bubblewrap did not."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (answer, answer))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(_NEW_USER | _NEW_NET)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        sys.exit(3)
