"""Runs in the jail: decodes one picture and draws it anew. Never imported by the process that serves people."""

from __future__ import annotations

import io

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from hemei.intake.errors import unreadable

LONGEST = 2400
"""Pixels along the longer side of a master."""
QUALITY = 88
MOST_PIXELS = 60_000_000
_STRIP = 4_000_000
"""Pixels that are flattened at once, so that a large picture with transparency needs no second copy of itself."""


def redraw(data: bytes, kind: str) -> tuple[dict[str, object], list[bytes]]:
    """Size and the one JPEG. Raises Unreadable; a decoder's own crash ends the process."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow raises at twice this figure
    try:
        with Image.open(io.BytesIO(data), formats=[kind.upper()]) as picture:
            turn = picture.getexif().get(0x0112)
            profile = picture.info.get("icc_profile")
            picture.draft("RGB", (LONGEST, LONGEST))
            picture.load()
            small = _upright(_shrunk(picture), turn)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise unreadable("many-pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise unreadable("broken-picture") from error
    small = _srgb(small, profile)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=False, subsampling="4:2:0")
    return {"width": small.width, "height": small.height}, [out.getvalue()]


def _shrunk(picture: Image.Image) -> Image.Image:
    """The first frame as RGB on white (CMYK stays until its profile is read), at most LONGEST pixels a side."""
    factor = max(1, max(picture.size) // (2 * LONGEST))
    width, height = -(-picture.width // factor), -(-picture.height // factor)
    mode = "CMYK" if picture.mode == "CMYK" else "RGB"
    canvas = Image.new(mode, (width, height))
    step = max(1, _STRIP // picture.width // factor) * factor
    for top in range(0, picture.height, step):
        strip = _flat(picture.crop((0, top, picture.width, min(picture.height, top + step))))
        canvas.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    canvas.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return canvas


def _flat(strip: Image.Image) -> Image.Image:
    if strip.mode in ("RGB", "CMYK"):
        return strip
    if strip.mode.startswith("I"):  # 16 bits of grey, which a plain conversion would clip to white
        return strip.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if "A" in strip.mode or "transparency" in strip.info or strip.mode == "PA":
        clear = strip.convert("RGBA")
        white = Image.new("RGB", strip.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    return strip.convert("RGB")


def _upright(picture: Image.Image, turn: object) -> Image.Image:
    """Turns as EXIF's orientation says (1-8); any other value means as it is."""
    if turn not in (2, 3, 4, 5, 6, 7, 8):
        return picture
    picture.getexif()[0x0112] = int(str(turn))
    return ImageOps.exif_transpose(picture)


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB: phones write wide-gamut pictures, whose colours would pale once the profile is dropped."""
    if profile:
        try:
            changed = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            changed = None  # a broken or foreign profile is no reason to refuse: the numbers are taken as sRGB
        if changed is not None:
            return changed
    return picture if picture.mode == "RGB" else picture.convert("RGB")
