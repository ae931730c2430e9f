from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('newsroom', '0008_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='HouseRules',
            fields=[
                ('number', models.AutoField(primary_key=True, serialize=False, verbose_name='序号')),
                ('rules', models.JSONField(default=list, verbose_name='规矩')),
                ('by', models.CharField(max_length=150, verbose_name='何人')),
                ('time', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '本社规矩',
                'verbose_name_plural': '本社规矩',
                'ordering': ['-number'],
            },
        ),
    ]
