"""Our picture screens at the library's addresses."""

from django.urls import path
from wagtail import hooks
from wagtail.images.views import chooser

from hemei.rooms.library import screens

# The library offers no setting for its own chooser; the addresses and widgets stay its own.
chooser.viewset.choose_view_class = screens.ChooseView
chooser.viewset.choose_results_view_class = screens.ChooseResultsView


@hooks.register("register_admin_urls")
def addresses():
    """Before the library's own: this room comes first in INSTALLED_APPS."""
    return [
        path("images/", screens.PictureIndexView.as_view()),
        path("images/results/", screens.PictureIndexView.as_view(results_only=True)),
    ]
