"""What the library's own migrations put into a new database, in English, for pages that this house does not use."""

from django.db import migrations


def forget(apps, schema_editor):
    for label, name in (
        ("wagtailcore", "Site"),
        ("wagtailcore", "Workflow"),
        ("wagtailcore", "Task"),
        ("auth", "Group"),
    ):
        apps.get_model(label, name).objects.filter(
            **{
                "Site": {"hostname": "localhost"},
                "Workflow": {"name": "Moderators approval"},
                "Task": {"name": "Moderators approval"},
                "Group": {"name__in": ["Editors", "Moderators"]},
            }[name]
        ).delete()
    page = apps.get_model("wagtailcore", "Page")
    if page.objects.filter(depth=2, title="Welcome to your new Wagtail site!").delete()[0]:
        page.objects.filter(depth=1).update(numchild=0)
    page.objects.filter(depth=1, title="Root").update(title="根", draft_title="根")
    apps.get_model("wagtailcore", "Collection").objects.filter(depth=1, name="Root").update(name="全部资料")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0098_apitoken"),
    ]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
