"""Templates in the desk: a list and a form like the stories', for whoever edits."""

from django.db import transaction
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.permission_policies.base import AuthenticationOnlyPermissionPolicy
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView, SnippetViewSet

from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom import rules
from hemei.rooms.newsroom.together.models import Template
from hemei.rooms.people import queries as people


class EditorsPolicy(AuthenticationOnlyPermissionPolicy):
    """Whoever holds an editing post today, by the signed roster; groups of the database have no say."""

    def user_has_permission(self, user, action):
        return user.is_active and bool(rules.EDITING & people.posts(user.get_username(), timezone.now()))

    def user_has_any_permission(self, user, actions):
        return self.user_has_permission(user, "")


def _entered(view, deed: str, template: Template) -> None:
    with transaction.atomic():
        enter(
            person=view.request.user.get_username(), deed=deed, piece=f"template:{template.pk}", now=timezone.now(),
            detail={"template": template.name},
        )  # fmt: skip


class TemplateCreateView(CreateView):
    def save_instance(self):
        self.form.instance.made_by = self.request.user
        made = super().save_instance()
        _entered(self, "新做模板", made)
        return made


class TemplateEditView(EditView):
    def save_instance(self):
        made = super().save_instance()
        _entered(self, "改模板", made)
        return made


class TemplateDeleteView(DeleteView):
    def delete_action(self):
        _entered(self, "删模板", self.object)
        return super().delete_action()


class TemplateViewSet(SnippetViewSet):
    model = Template
    icon = "copy"
    menu_label = "模板"
    add_to_admin_menu = False
    list_display = ["name", "hint", "updated"]
    list_per_page = 20
    search_fields = ["name", "headline"]
    search_backend_name = None
    copy_view_enabled = False
    inspect_view_enabled = False
    add_view_class = TemplateCreateView
    edit_view_class = TemplateEditView
    delete_view_class = TemplateDeleteView
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("hint")]),
        MultiFieldPanel(
            [FieldPanel("kicker"), FieldPanel("headline", classname="title"), FieldPanel("deck")], heading="标题"
        ),
        FieldRowPanel([FieldPanel("dateline"), FieldPanel("byline"), FieldPanel("source")]),
        FieldRowPanel([FieldPanel("section"), FieldPanel("tags")]),
        FieldPanel("body"),
        FieldPanel("gist"),
    ]
