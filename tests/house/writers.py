"""A writer for the tests of the fair lock, run as a program: ``python -m tests.house.writers DATABASE MODE NUMBER``."""

from __future__ import annotations

import sys
import threading
import time


def ready(path: str) -> None:
    """Set Django up on this one database."""
    from hemei.sqlite import swap

    swap()
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": {"ENGINE": "hemei.sqlite", "NAME": path, "OPTIONS": {"timeout": 60}}}, INSTALLED_APPS=[]
    )
    django.setup()


def count(saves: int) -> None:
    """Read a number, add one, write it back, in a transaction; and every other time also add a row outside of one."""
    from django.db import connection, transaction

    for turn in range(saves):
        with transaction.atomic(), connection.cursor() as cursor:
            number = cursor.execute("SELECT number FROM counter").fetchone()[0]
            cursor.execute("UPDATE counter SET number = %s", [number + 1])
        if turn % 2:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO alone (word) VALUES (%s)", ["青棠"])
    connection.close()


def main(path: str, mode: str, number: int) -> None:
    ready(path)
    from django.db import connection, transaction

    if mode == "hold":  # take the turn, say so, and never give it back
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE counter SET number = 1000")
            sys.stdout.write("holding\n")
            sys.stdout.flush()
            time.sleep(600)
    sys.stdin.readline()  # all start together
    threads = [threading.Thread(target=count, args=(number,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
