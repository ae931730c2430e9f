"""Pictures at the desk: what is uploaded is cleaned before anything else looks at it; a search finds words in Chinese."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.images.views import chooser, images
from wagtail.permissions import policy_registry

from hemei.intake.errors import Unreadable
from hemei.intake.picture import clean
from hemei.rooms.library import search
from hemei.rooms.library.actions import keep_master
from hemei.rooms.library.models import Picture


class CleanPictureField(WagtailImageField):
    """Decodes in a sandbox, drops every hidden field of the file (places, names), keeps a new JPEG."""

    def to_python(self, data):
        if data in self.empty_values:
            return super().to_python(data)
        try:
            cleaned = clean(data.read())
        except Unreadable as error:
            raise ValidationError(str(error)) from error
        stem = (data.name or "图片").rsplit(".", 1)[0][:60]
        return super().to_python(SimpleUploadedFile(f"{stem}.jpg", cleaned.data, "image/jpeg"))


class PictureFile(forms.FileInput):
    """The native control under a button of ours: what it says itself is in the browser's language."""

    template_name = "library/picture_file.html"


class PictureForm(BaseImageForm):
    """Wagtail's form with the cleaning field in place of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain = self.fields.get("file")
        if plain is not None:
            button = PictureFile(attrs={**plain.widget.attrs, "class": "native", "accept": "image/*"})
            self.fields["file"] = CleanPictureField(label=plain.label, required=plain.required, widget=button)

    def save(self, commit=True):
        """The library's own, less its search index: this house has none, and every upload ended in an error for it."""
        changed = "file" in self.changed_data
        if changed:
            self.instance.file.open()
            self.instance.master = keep_master(self.instance.file.read())
            self.instance._set_image_file_metadata()
        super(BaseImageForm, self).save(commit=commit)
        if commit and changed and self.original_file:
            self.original_file.storage.delete(self.original_file.name)
            self.instance.renditions.all().delete()
        return self.instance


class PictureIndexView(images.IndexView):
    """All pictures, without deeds in bulk, folders and counts of use, which are not kept."""

    is_searchable = True
    filterset_class = None
    ORDERING_OPTIONS = {
        "-created_at": "新的在前",
        "created_at": "旧的在前",
        "title": "按标题",
        "-file_size": "大的在前",
    }

    def get_base_queryset(self):
        """All: who may come here may see each. Asked folder by folder the database would sort them all first."""
        return Picture.objects.prefetch_renditions("max-165x165")

    def search_queryset(self, queryset):
        return queryset.filter(pk__in=search.find(self.search_query)) if self.is_searching else queryset

    def decorate_paginated_queryset(self, object_list):
        return object_list  # the library's own count of uses is not kept

    @property
    def columns(self):
        if self.layout == "grid":
            return []
        title = TitleColumn("title", label="标题", sort_key="title", get_url=self.get_edit_url)
        kept = {one.name: one for one in super().columns}
        return [kept["preview"], title, Column("credit", label="摄影或来源"), kept["created_at"]]


class _Found(BaseFilterForm):
    q = forms.CharField(label="搜索图片", widget=forms.TextInput(attrs={"placeholder": "搜索图片"}), required=False)

    def __init__(self, *args, collections=None, **kwargs):
        super().__init__(*args, **kwargs)

    def filter(self, objects):
        objects = super().filter(objects)
        if query := self.cleaned_data.get("q"):
            objects = objects.filter(pk__in=search.find(query))
            self.is_searching, self.search_query = True, query
        return objects


class _AllPictures:
    request: HttpRequest
    filter_form_class = _Found

    def get_object_list(self):
        """All, for who may choose any. Asked folder by folder the database would sort them all first."""
        may = policy_registry.get_by_type(Picture).user_has_any_permission(self.request.user, ["choose"])
        return Picture.objects.prefetch_renditions("max-165x165") if may else Picture.objects.none()

    def get_usage_counts(self, results):
        return {}  # the library's own count is not kept


class ChooseView(_AllPictures, chooser.ImageChooseView):
    """Who writes chooses among all pictures; there are no folders."""


class ChooseResultsView(_AllPictures, chooser.ImageChooseResultsView):
    """The same, page by page."""
