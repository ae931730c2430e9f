"""Pictures at the desk: what is uploaded is cleaned before anything else looks at it; a search finds words in Chinese."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.images.views import chooser, images

from hemei.intake.errors import Unreadable
from hemei.intake.picture import clean
from hemei.rooms.library.actions import keep_master


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


SEARCHED = ("title", "description", "credit")
"""Where a word is looked for. The library's index splits text at blanks, so that it finds no word of a Chinese title."""


class PictureIndexView(images.IndexView):
    """All pictures, without deeds in bulk, folders and counts of use, which are not kept."""

    search_backend_name = None
    search_fields = SEARCHED
    filterset_class = None
    ORDERING_OPTIONS = {
        "-created_at": "新的在前",
        "created_at": "旧的在前",
        "title": "按标题",
        "-file_size": "大的在前",
    }

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
            objects = objects.filter(reduce(or_, (Q(**{f"{field}__icontains": query}) for field in SEARCHED)))
            self.is_searching, self.search_query = True, query
        return objects


class ChooseView(chooser.ImageChooseView):
    filter_form_class = _Found


class ChooseResultsView(chooser.ImageChooseResultsView):
    filter_form_class = _Found
