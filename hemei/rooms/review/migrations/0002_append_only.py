"""Versions and stamps stay as they were made."""

from django.db import migrations

from hemei.sqlite.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]
    operations = [
        append_only("review_version", "定稿不能改动或删除", keys=["digest", "piece, number"]),
        append_only("review_stamp", "审签不能改动或删除", keys=["id", "version_id, stage", "version_id, person"]),
    ]
