"""The newsroom's small forms."""

from __future__ import annotations

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from hemei.intake.door import MOST_PASTE_BYTES

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
        widget=forms.Textarea(attrs={"rows": 12, "placeholder": "把稿子粘贴在这里，标题、电头、署名一起粘贴即可。"}),
    )
    html = forms.FileField(required=False, widget=forms.FileInput)  # the paste's structure, which filing.js adds
    files = ManyFilesField(
        label="或者上传文件",
        required=False,
        allow_empty_file=True,  # the reader says it, and what to do next
        widget=ManyFiles(attrs={"accept": ".docx,.doc,.wps,.pdf,.txt,.md,.html,.htm,.mht,.eml", "class": "native"}),
        help_text="Word、WPS、PDF、网页、邮件、Markdown 或纯文本，可一次选多个，每个不超过 20 MB",
    )
    photos = ManyFilesField(
        label="照片",
        required=False,
        allow_empty_file=True,
        widget=ManyFiles(attrs={"accept": "image/*", "class": "native"}),
        help_text="可以现拍，也可以从相册里选，放在稿子后面",
    )
    voices = ManyFilesField(
        label="录音",
        required=False,
        allow_empty_file=True,
        widget=ManyFiles(attrs={"accept": "audio/*,.amr,.m4a", "class": "native"}),
        help_text="采访录音或口述，留给编辑听，不转成文字，每段不超过 20 MB",
    )
    sent = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    headline = forms.CharField(label="标题（可不填）", required=False, max_length=200)

    def clean_text(self):
        text = self.cleaned_data["text"]  # no max_length on the field: a browser would cut a paste without a word
        if len(text) > MOST_TEXT:
            raise forms.ValidationError(f"粘贴的文字有 {len(text)} 字，一次最多一百万字。请分开交，或者改用上传文件。")
        return text

    def clean_html(self):
        kept = self.cleaned_data["html"]
        return kept.read(MOST_PASTE_BYTES + 1).decode("utf-8", "replace") if kept else ""

    def clean_sent(self):
        sent = self.cleaned_data["sent"]
        return sent if sent.isascii() and sent.replace("-", "").isalnum() else ""

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if not (data.get("text") or "").strip() and not data.get("files"):
            if data.get("photos") or data.get("voices"):
                raise forms.ValidationError("只有照片或录音，还没有文字。请写几句话：什么时候、在哪里、谁、做了什么。")
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
