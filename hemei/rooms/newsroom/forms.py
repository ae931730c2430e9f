"""The newsroom's small forms."""

from __future__ import annotations

from django import forms

MOST_TEXT = 1_000_000


class ManyFiles(forms.ClearableFileInput):
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
        label="或者上传文件", required=False, help_text=".txt 或 .docx，可一次选多个，每个不超过 20 MB"
    )
    headline = forms.CharField(label="标题（可不填）", required=False, max_length=200)

    def clean(self):
        data = super().clean()
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
