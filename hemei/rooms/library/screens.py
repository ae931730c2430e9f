"""The picture form: what is uploaded is cleaned before anything else looks at it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

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


class PictureForm(BaseImageForm):
    """Wagtail's form with the cleaning field in place of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain = self.fields.get("file")
        if plain is not None:
            self.fields["file"] = CleanPictureField(label=plain.label, required=plain.required, widget=plain.widget)

    def save(self, commit=True):
        if "file" in self.changed_data:
            self.instance.file.open()
            self.instance.master = keep_master(self.instance.file.read())
        return super().save(commit=commit)
