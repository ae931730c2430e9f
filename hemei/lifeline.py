"""Processes that end with the one that started them, however it ended."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends; `parent` is the id the caller believes that to be.

    A kill -9 gives a parent no chance to end its children, and granian's workers would go on serving. The order lapses
    on fork, so each process asks for itself. The parent may have died before we asked: then we go at once.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
