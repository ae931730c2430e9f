"""Entries stay as they were written. An order changes once, when its answer comes: it stops waiting."""

from django.db import migrations

from hemei.sqlite.append_only import append_only

ORDERED = ("id", "number", "kind", "piece", "signed", "made")
ANSWERED = "OLD.state = 'waiting' AND NEW.state <> 'waiting' AND " + " AND ".join(
    f"NEW.{name} IS OLD.{name}" for name in ORDERED
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        append_only("ledger_entry", "台账只增不改", keys=["number"]),
        append_only("ledger_order", "印单只能填一次回执", keys=["id"], unless=ANSWERED),
    ]
