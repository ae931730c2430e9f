"""What pictures are called, word by word (read from them after this), and the orders in which they are listed."""

from django.db import migrations, models

from hemei.sqlite.words import WordIndex


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.AddIndex("picture", models.Index(fields=["title"], name="pictures_by_title")),
        migrations.AddIndex("picture", models.Index(fields=["file_size"], name="pictures_by_size")),
        WordIndex("library_picture").migration(["title", "description", "credit"]),
    ]
