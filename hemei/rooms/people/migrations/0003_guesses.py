from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_no_english_seeds'),
    ]

    operations = [
        migrations.CreateModel(
            name='Guess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(db_index=True, max_length=254, verbose_name='账号')),
                ('address', models.CharField(max_length=64, verbose_name='来自')),
                ('time', models.DateTimeField(db_index=True, verbose_name='时间')),
            ],
            options={
                'verbose_name': '输错的密码',
                'verbose_name_plural': '输错的密码',
            },
        ),
    ]
