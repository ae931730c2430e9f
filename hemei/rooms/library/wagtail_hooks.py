"""Our picture chooser in the library's place. The list of pictures is hung up by the newsroom, which knows their uses."""

from wagtail.images.views import chooser

from hemei.rooms.library import screens

# The library offers no setting for its own chooser; the addresses and widgets stay its own.
chooser.viewset.choose_view_class = screens.ChooseView
chooser.viewset.choose_results_view_class = screens.ChooseResultsView
