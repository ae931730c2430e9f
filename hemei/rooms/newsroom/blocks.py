"""The blocks of a story's body, as the editor sees them."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

CROPS = [("", "整幅"), ("3:2", "横幅 3:2"), ("16:9", "宽幅 16:9"), ("1:1", "方图 1:1"), ("3:4", "竖幅 3:4")]
MOST_CELLS = 40


class PictureBlock(blocks.StructBlock):
    picture = ImageChooserBlock(label="图片")
    alt = blocks.CharBlock(
        label="替代文字", required=False, max_length=200, help_text="给看不见图的人读的一句话；空着就用图片的描述"
    )
    caption = blocks.CharBlock(label="图说", required=False, max_length=300)
    credit = blocks.CharBlock(label="摄影", required=False, max_length=80)
    crop = blocks.ChoiceBlock(label="裁切", choices=CROPS, required=False, help_text="以图片上标出的焦点为中心")

    class Meta:
        label, icon = "图片", "image"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label="引文")
    cite = blocks.CharBlock(label="谁说的", required=False, max_length=100)

    class Meta:
        label, icon = "引用", "openquote"


class TableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label="表题", required=False, max_length=100)
    cells = blocks.TextBlock(
        label="表格", help_text="一行一排，格子之间用竖线 | 隔开；第一行是表头。可从电子表格直接粘贴。"
    )

    class Meta:
        label, icon = "表格", "table"

    def clean(self, value):
        value = super().clean(value)
        rows = rows_of(value["cells"])
        if not rows or len(rows[0]) > MOST_CELLS:
            raise ValidationError(f"表格要有表头，最多 {MOST_CELLS} 列。")
        return value


def rows_of(text: str) -> list[list[str]]:
    """The cells of a typed or pasted table; short rows are filled up, longer ones keep what the head has room for."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").replace("\t", "|").split("|")]
        for line in text.splitlines()
        if line.strip()
    ]
    width = len(rows[0]) if rows else 0
    return [(row + [""] * width)[:width] for row in rows]


BODY = [
    (
        "text",
        blocks.RichTextBlock(label="文字", icon="pilcrow", features=["bold", "link", "h2", "h3", "ul", "at-once"]),
    ),
    ("picture", PictureBlock()),
    ("quote", QuoteBlock()),
    ("table", TableBlock()),
]
