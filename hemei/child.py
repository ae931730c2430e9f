"""One process of `hemei run`: ``python -m hemei.child NAME PARENT``. Started by `hemei.run`, by nobody else."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from hemei.home import home, whole
from hemei.lifeline import die_with


def front(folder: Path) -> None:
    """granian on the reader's port, with `hemei.front` in its worker."""
    granian("hemei.front:app", "rsgi", address=os.environ["HEMEI_HOST"], port=whole("HEMEI_PORT", 8000, 1, 65535))


def desk(folder: Path) -> None:
    """granian on a unix socket, with Django in its worker."""
    socket = folder / "run" / "desk.sock"
    # reads run side by side; writes take turns anyway, so that more threads would only wait
    granian("hemei.desk:application", "wsgi", uds=socket, uds_permissions=0o600, blocking_threads=16, backpressure=64)


def press(folder: Path) -> None:
    """The press: takes orders, prints, answers previews."""
    _django()
    from hemei.press.errors import PressError
    from hemei.rooms.pressroom import process  # Django has to be set up before its models

    try:
        process.run(folder)
    except PressError as error:  # it cannot open; the supervisor will ask it again
        sys.exit(f"印刷间开不了工：{error}")


def prepare(folder: Path) -> None:
    """Bring the database up to date; on a first run (``HEMEI_DEMO=1``) load the demo county and print it."""
    _django()
    from django.core.management import call_command

    from hemei.run import show

    show("正在建立或更新数据库")
    call_command("migrate", interactive=False, verbosity=0)
    from hemei.rooms.library import search as pictures  # see above
    from hemei.rooms.newsroom import search as stories

    stories.settle_all(show)
    pictures.settle_all()
    if os.environ.get("HEMEI_DEMO") == "1":
        from hemei.rooms.pressroom import demo  # see above

        show("正在装入演示县：青棠县")
        demo.load(folder, show)


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.settings")
    import django  # the front and the supervisor live without it

    django.setup()


def granian(target: str, interface: str, **options: Any) -> None:
    """Serve `target` until told to end; its worker finds our id in HEMEI_PARENT."""
    os.environ["HEMEI_PARENT"] = str(os.getpid())  # the worker asks to end with us
    Server(
        target,
        interface=Interfaces(interface),
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        log_level=LogLevels.error,
        **options,
    ).serve()


PROCESSES = {"front": front, "desk": desk, "press": press, "prepare": prepare}


def main(argv: list[str]) -> None:
    name, parent = argv
    die_with(int(parent))
    # the supervisor waits for its signals with all of them blocked, and we inherit that
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    PROCESSES[name](home())


if __name__ == "__main__":
    main(sys.argv[1:])
