from django.apps import AppConfig
from django.db.backends.signals import connection_created

from hemei.sqlite.base import assert_pragmas


def _as_we_need_it(sender, connection, **kwargs):
    assert_pragmas(connection)


class Room(AppConfig):
    name = "hemei.rooms.ledger"
    label = "ledger"

    def ready(self) -> None:
        connection_created.connect(_as_we_need_it)  # every connection, or none of them starts
