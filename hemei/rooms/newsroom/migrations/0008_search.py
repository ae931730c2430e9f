"""What stories say, word by word, and which pictures they show: read from them after this (`search.settle_all`)."""


import django.db.models.deletion
from django.db import migrations, models

from hemei.sqlite.words import WordIndex

COLUMNS = ["kicker", "headline", "deck", "byline", "tags", "dateline", "editor", "source", "gist", "lead_caption",
           "lead_credit", "lead_alt", "correction", "body", "state", "section_id", "filed_by_id", "date", "lead_id"]


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0001_initial'),
        ('newsroom', '0007_board'),
    ]

    operations = [
        migrations.CreateModel(
            name='Shown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('picture', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shown', to='library.picture', verbose_name='图片')),
                ('story', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='newsroom.story', verbose_name='稿件')),
            ],
            options={
                'verbose_name': '用图',
                'verbose_name_plural': '用图',
                'constraints': [models.UniqueConstraint(fields=('story', 'picture'), name='one_use_a_story')],
            },
        ),
        WordIndex("newsroom_story").migration(COLUMNS),
    ]
