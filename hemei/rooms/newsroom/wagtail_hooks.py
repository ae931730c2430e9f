"""Where the newsroom's screens hang in the desk."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.rich_text.editors.draftail.features import Feature
from wagtail.admin.ui.components import Component
from wagtail.images.views import images, multiple
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from hemei.rooms.newsroom import editor, house_screen, rules, screens, sourcing
from hemei.rooms.newsroom.models import Template
from hemei.rooms.newsroom.together import editor as templates
from hemei.rooms.newsroom.together import screens as together
from hemei.rooms.people import queries as people

register_snippet(editor.StoryViewSet)
register_permission_policy(Template, templates.EditorsPolicy(Template))
register_snippet(templates.TemplateViewSet)


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("file/", screens.file_copy, name="newsroom_file"),
        path("mine/", screens.mine, name="newsroom_mine"),
        path("copies/<int:pk>/", screens.original, name="newsroom_original"),
        path("sources/", sourcing.listing, name="newsroom_sources"),
        path("sources/new/", sourcing.edit, name="newsroom_source_new"),
        path("sources/<int:pk>/", sourcing.edit, name="newsroom_source"),
        path("sources/<int:pk>/look/", sourcing.look_now, name="newsroom_source_look"),
        path("attachments/<int:pk>/", screens.attachment, name="newsroom_attachment"),
        path("mine/<int:pk>/changes/", screens.changed, name="newsroom_changed"),
        path("alike/<int:pk>/", screens.alike, name="newsroom_alike"),
        path("proof/<int:pk>/", screens.proofread, name="newsroom_proof"),
        path("proof/<int:pk>/waive/", screens.waive, name="newsroom_waive"),
        path("review/", screens.board_screen, name="newsroom_board"),
        path("workload/", screens.workload_screen, name="newsroom_workload"),
        path("directives/<int:pk>/", screens.directives, name="newsroom_directives"),
        path("house-rules/", house_screen.house_rules, name="newsroom_house"),
        path("review/<int:pk>/", screens.case, name="newsroom_case"),
        path("review/<int:pk>/page/", screens.page, name="newsroom_page"),
        path("review/<int:pk>/<slug:what>/", screens.deed, name="newsroom_deed"),
        path("merge/<int:pk>/", together.merged, name="newsroom_merge"),
        path("history/<int:pk>/", together.history, name="newsroom_history"),
        path("history/<int:pk>/restore/", together.restore, name="newsroom_restore"),
        path("notes/", together.mentioned, name="newsroom_mentioned"),
        path("notes/<int:pk>/", together.notes_of, name="newsroom_notes"),
        path("notes/<int:pk>/<slug:what>/", together.note_deed, name="newsroom_note_deed"),
        path("here/<int:pk>/", together.here, name="newsroom_here"),
        path("templates/", together.templates, name="newsroom_templates"),
        path("templates/<int:pk>/write/", together.write_from, name="newsroom_write_from"),
        path("templates/keep/<int:pk>/", together.keep_as_template, name="newsroom_keep_as_template"),
        path("spiked/", together.spiked, name="newsroom_spiked"),
        path("pictures/<str:name>", screens.master, name="newsroom_master"),
        # Before the library's own of the same addresses:
        path("images/<int:image_id>/delete/", screens.unless_used(images.DeleteView.as_view())),
        path("images/multiple/<int:image_id>/delete/", screens.unless_used(multiple.DeleteView.as_view())),
    ]


@hooks.register("register_admin_urls", order=-1)
def list_of_pictures():
    """Before the library's, which knows no stories."""
    return [
        path("images/", screens.PictureIndexView.as_view()),
        path("images/results/", screens.PictureIndexView.as_view(results_only=True)),
    ]


class EditorsItem(MenuItem):
    """Shown to who holds an editing post today."""

    def is_shown(self, request):
        return bool(rules.EDITING & people.posts(request.user.get_username(), timezone.now()))


@hooks.register("register_admin_menu_item")
def filing_item():
    return MenuItem("来稿", reverse("newsroom_file"), icon_name="upload", order=50)


@hooks.register("register_admin_menu_item")
def mine_item():
    return MenuItem("我的来稿", reverse("newsroom_mine"), icon_name="list-ul", order=60)


@hooks.register("register_admin_menu_item")
def board_item():
    return EditorsItem("审稿台", reverse("newsroom_board"), icon_name="clipboard-list", order=150)


@hooks.register("register_admin_menu_item")
def house_item():
    return EditorsItem("本社规矩", reverse("newsroom_house"), icon_name="list-ol", order=300)


@hooks.register("register_admin_menu_item")
def sources_item():
    return EditorsItem("来源", reverse("newsroom_sources"), icon_name="download", order=160)


class AdministratorsItem(MenuItem):
    def is_shown(self, request):
        return request.user.is_superuser


@hooks.register("register_admin_menu_item")
def mentioned_item():
    return EditorsItem("提到我的", reverse("newsroom_mentioned"), icon_name="comment", order=160)


@hooks.register("register_admin_menu_item")
def templates_item():
    return EditorsItem("模板", reverse("newsroom_templates"), icon_name="copy", order=170)


@hooks.register("register_admin_menu_item")
def spiked_item():
    return EditorsItem("已毙的稿子", reverse("newsroom_spiked"), icon_name="bin", order=180)


@hooks.register("register_admin_menu_item")
def accounts_item():
    return AdministratorsItem("人员账号", reverse("wagtailusers_users:index"), icon_name="user", order=400)


UNUSED = frozenset({"explorer", "snippets", "documents", "help", "reports", "settings"})
"""Pages, a list of kinds of lists, files, reports on pages, and a help menu that leads to an English site. Of its settings only accounts are used."""


@hooks.register("construct_main_menu")
def only_what_we_use(request, menu_items):
    menu_items[:] = [item for item in menu_items if item.name not in UNUSED]


@hooks.register("construct_search")
def no_search_of_everything(request, search_areas):
    """It searches pages first, which this house does not have; stories and pictures have searches of their own."""
    search_areas.clear()


@hooks.register("construct_homepage_panels")
def first_screen(request, panels):
    panels[:] = [FirstPanel()]


@hooks.register("construct_homepage_summary_items")
def no_page_counts(request, items):
    items.clear()


class FirstPanel(Component):
    """The desk's first screen: what waits for you, and the two things one does most."""

    template_name = "newsroom/first.html"
    order = 10

    def get_context_data(self, parent_context):
        request = parent_context["request"]
        higher = [made() for made in hooks.get_hooks("newsroom_first_screen")]  # what higher rooms show here
        return screens.first_screen(request) | {"request": request, "higher": higher}


@hooks.register("insert_global_admin_css")
def desk_style():
    return format_html('<link rel="stylesheet" href="{}">', static("newsroom/desk.css"))


@hooks.register("insert_global_admin_js")
def desk_script():
    names = ("desk", "filing", "pasting")
    return format_html_join(
        "", '<script type="module" src="{}"></script>', ((static(f"newsroom/{n}.js"),) for n in names)
    )


class AtOnce(Feature):
    """Words are in the form as soon as they are typed; the editor would wait a quarter of a second, and who saves sooner
    would lose them."""

    def construct_options(self, options):
        options["stateSaveInterval"] = 0


@hooks.register("register_rich_text_features")
def words_are_kept_at_once(features):
    features.register_editor_plugin("draftail", "at-once", AtOnce())
