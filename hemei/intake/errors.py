"""Why a file was not taken, in words that tell the editor the next step.

The decoders run in a sandbox and may only name a reason; the words stand here, so that a subverted decoder cannot speak
to an editor.
"""

from __future__ import annotations


class Unreadable(ValueError):
    """A file that Hemei does not take. ``str()`` is the message for the editor, ``reason`` its short stable name."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Empty(Unreadable):
    """Nothing to read in it."""


class TooBig(Unreadable):
    """Beyond a limit of size, length or time."""


class WrongKind(Unreadable):
    """A kind of file that is not read, or not what its name says."""


class Broken(Unreadable):
    """The right kind, but damaged or wrongly encoded."""


class Unsafe(Unreadable):
    """Built to do something that a document or picture has no need to do."""


REASONS: dict[str, tuple[type[Unreadable], str]] = {
    "empty": (Empty, "这个文件是空的。请检查是否选错了文件，或者还没有存盘。"),
    "no-text": (Empty, "这个文件里没有文字。如果稿件是一张图片，请把文字录入后粘贴过来。"),
    "big-document": (TooBig, "这个文件超过 20 MB。请先把里面的图片另存出来单独上传，或者把文字粘贴过来。"),
    "big-picture": (TooBig, "这张图片的文件超过 30 MB。请用看图软件另存为较小的 JPEG 再传。"),
    "long-text": (TooBig, "这份来稿超过 100 万字。请拆成几份，一次交一份。"),
    "many-pixels": (TooBig, "这张图片的尺寸太大（每边最多 12000 像素，总共最多 6000 万像素）。请缩小后再传。"),
    "slow": (TooBig, "这个文件太复杂，没能在限定的时间和内存里读完。请另存一份，或者把文字粘贴过来。"),
    "binary": (
        WrongKind,
        "这不是文字文件。能读的有 Word、WPS、PDF、网页、邮件、Markdown 和纯文本；别的格式请另存为 .docx，或者把文字粘贴过来。",
    ),
    "old-word": (WrongKind, "这是 Word 95 或更早的文件，读不了。请在 Word 或 WPS 里打开，另存为 .docx 再传。"),
    "password": (WrongKind, "这个文件加了密码，读不了。请打开它，去掉密码后另存一份，再传。"),
    "old-office": (
        WrongKind,
        "这是 Excel、PowerPoint 或别的办公软件的文件，不是 Word 文档。请把文字粘贴过来，或者另存为 .docx 再传。",
    ),
    "rtf": (WrongKind, "这是 RTF 文件，现在还不能读。请用 Word 或 WPS 打开，另存为 .docx 再传。"),
    "scanned": (Empty, "这份 PDF 里没有文字，多半是扫描或拍照的图片。请传原来的文档，或者把文字录入后粘贴过来。"),
    "pdf-copy": (WrongKind, "这份 PDF 的字体没有文字对照，读出来是乱码。请传原来的文档，或者把文字录入后粘贴过来。"),
    "picture-here": (WrongKind, "这是一张图片，不是稿件。请在“图片”里上传它。"),
    "not-docx": (WrongKind, "这是一个压缩包，但不是 .docx 文档。请解压后把里面的稿件逐个上传。"),
    "not-picture": (WrongKind, "这不是能用的图片。请上传 JPEG、PNG、WebP 或 GIF。"),
    "svg": (WrongKind, "SVG 图里可以藏程序，不能上传。请导出为 PNG 再传。"),
    "heic": (WrongKind, "这是 HEIC（苹果手机）图片，现在还不能读。请在手机里导出为 JPEG 再传。"),
    "not-sound": (WrongKind, "这不是能收的录音。请上传 MP3、M4A、AAC、AMR、WAV、OGG 或 WebM 录音。"),
    "big-sound": (TooBig, "这段录音超过 20 MB。请截短，或者分成几段，再传。"),
    "garbled": (Broken, "认不出这个文件的文字编码。请用记事本打开，选“另存为”，编码选 UTF-8，再传一次。"),
    "surrogate": (Broken, "粘贴的文字里有残缺的字符。请从原文重新复制，再粘贴一次。"),
    "broken-docx": (Broken, "这个 .docx 文件已经损坏，读不出来。请用 Word 或 WPS 打开后另存一份，再传。"),
    "broken-doc": (Broken, "这个 .doc 或 .wps 文件已经损坏，读不出来。请用 Word 或 WPS 打开后另存为 .docx，再传。"),
    "broken-pdf": (Broken, "这份 PDF 已经损坏，读不出来。请重新导出一份，或者传原来的文档。"),
    "broken-mail": (Broken, "这封邮件的格式不对，读不出来。请在邮箱里重新下载 .eml，或者把正文粘贴过来。"),
    "broken-feed": (Broken, "对方给的不是 RSS 或 Atom，读不出来。请核对地址：要的是订阅地址，不是网页地址。"),
    "feed-entities": (Unsafe, "对方给的内容里有实体声明，没有读取。请换一个地址，或告诉对方。"),
    "broken-html": (Broken, "这个网页文件已经损坏，读不出来。请打开网页，把正文复制后粘贴过来。"),
    "broken-markdown": (Broken, "这个 Markdown 文件读不出来。请存为 UTF-8 编码再传，或者把文字粘贴过来。"),
    "broken-paste": (Broken, "粘贴的内容读不出来。请从原文重新复制，再粘贴一次，或者只粘贴文字。"),
    "broken-picture": (Broken, "这张图片不完整或已经损坏。请重新导出，再传一次。"),
    "zip-bomb": (Unsafe, "这个文档解开以后异常巨大，没有读取。请把文字粘贴过来。"),
    "zip-names": (Unsafe, "这个文档的内部结构不正常（文件名有问题），没有读取。请用 Word 或 WPS 另存一份，再传。"),
    "macro": (Unsafe, "这个文档带有宏程序，没有读取。请另存为不带宏的 .docx，再传。"),
    "entities": (Unsafe, "这个文档里有外部实体声明，没有读取。请用 Word 或 WPS 另存一份，再传。"),
    "empty-sheet": (Empty, "这个表格是空的。请检查是否选错了文件，或者还没有存盘。"),
    "big-sheet": (
        TooBig,
        "这个表格太大或太复杂，没有读取（最多 10 MB、6 万行）。请删去多余的行、格式和图片，或者分成几份，再传。",
    ),
    "old-sheet": (WrongKind, "这是老式的 .xls 或加了密码的表格。请在 Excel 或 WPS 里去掉密码，另存为 .xlsx 再传。"),
    "not-sheet": (WrongKind, "这不是表格文件。请传 .xlsx 或 .csv；别的格式请在 Excel 或 WPS 里另存为 .xlsx。"),
    "garbled-sheet": (Broken, "认不出这个表格的文字编码。请在 Excel 或 WPS 里另存为 .xlsx，再传一次。"),
    "broken-sheet": (
        Broken,
        "这个表格已经损坏或内部结构不正常，读不出来。请用 Excel 或 WPS 打开后另存一份 .xlsx，再传。",
    ),
    "macro-sheet": (Unsafe, "这个表格带有宏程序，没有读取。请另存为不带宏的 .xlsx，再传。"),
    "deep": (Unsafe, "这个文档的嵌套层数太多，没有读取。请把文字粘贴过来。"),
}
"""reason -> (class, message)."""


def unreadable(reason: str) -> Unreadable:
    """The error for a reason in REASONS."""
    kind, message = REASONS[reason]
    return kind(reason, message)
