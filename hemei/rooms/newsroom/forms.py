"""The newsroom's small forms."""

from __future__ import annotations

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

MOST_TEXT = 1_000_000
MOST_SENT = 58 * 1024 * 1024
"""What the browser may send at once, in bytes: a little less than the front door lets through, so that the form, not a
page without it, says what is too large."""


class StoryForm(WagtailAdminModelForm):
    """The editor's form: a story without a section is asked for one in words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "section" in self.fields:
            self.fields["section"].empty_label = "请选择栏目"


class ManyFiles(forms.ClearableFileInput):
    """The native control, under a label of ours: what it says itself is in the browser's language."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; what each holds is checked when it is read."""

    widget = ManyFiles

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(one, initial) for one in files]


class FilingForm(forms.Form):
    """来稿: paste or upload, one of them at least."""

    text = forms.CharField(
        label="粘贴文字",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "placeholder": "把稿子粘贴在这里，标题、电头、署名一起粘贴即可。"}),
    )
    files = ManyFilesField(
        label="或者上传文件",
        required=False,
        allow_empty_file=True,  # the reader says it, and what to do next
        widget=ManyFiles(attrs={"accept": ".txt,.docx", "class": "native"}),
        help_text=".txt 或 .docx，可一次选多个，每个不超过 20 MB",
    )
    headline = forms.CharField(label="标题（可不填）", required=False, max_length=200)

    def clean_text(self):
        text = self.cleaned_data["text"]  # no max_length on the field: a browser would cut a paste without a word
        if len(text) > MOST_TEXT:
            raise forms.ValidationError(f"粘贴的文字有 {len(text)} 字，一次最多一百万字。请分开交，或者改用上传文件。")
        return text

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if not (data.get("text") or "").strip() and not data.get("files"):
            raise forms.ValidationError("请粘贴文字，或者选择要上传的文件。")
        return data


class PinForm(forms.Form):
    """A deed that is signed: the PIN is asked each time."""

    pin = forms.CharField(
        label="签章口令",
        max_length=20,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "required": True}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label="理由", required=False, max_length=300)
    what = forms.CharField(widget=forms.HiddenInput, required=False)
