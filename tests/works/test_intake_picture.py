"""Pictures from outside: always drawn anew, upright, without place or camera; what is none is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from hemei import intake
from hemei.intake import picture


def drawn(form: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **how) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def opened(cleaned: intake.Cleaned) -> Image.Image:
    image = Image.open(io.BytesIO(cleaned.data))
    image.load()
    return image


def png_header(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + bytes(64)


def refusal(data: bytes) -> intake.Unreadable:
    with pytest.raises(intake.Unreadable) as caught:
        intake.clean(data)
    assert "请" in str(caught.value)
    return caught.value


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_every_usual_kind_becomes_a_jpeg_of_the_same_size(form):
    cleaned = intake.clean(drawn(form))
    image = opened(cleaned)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (60, 40))
    assert (cleaned.width, cleaned.height) == (60, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_png_keeps_its_light_and_shade(mode):
    data = drawn("PNG", mode=mode) if mode != "I;16" else drawn_deep()
    image = opened(intake.clean(data)).convert("L")
    assert image.getpixel((30, 2)) < 40
    assert image.getpixel((30, 37)) > 215


def drawn_deep() -> bytes:
    image = Image.new("I;16", (60, 40))
    for down in range(40):
        for across in range(60):
            image.putpixel((across, down), down * 65535 // 39)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_what_is_transparent_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(intake.clean(out.getvalue())).getpixel((10, 10)) == (255, 255, 255)


def test_place_camera_comment_profile_and_tail_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 20.0)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = drawn("JPEG", exif=exif, comment=b"SECRETCOMMENT", icc_profile=srgb) + b"<script>SECRETTAIL</script>"
    assert data.count(b"SECRET") == 3
    cleaned = intake.clean(data)
    assert b"SECRET" not in cleaned.data
    image = opened(cleaned)
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(("turn", "dark"), [(1, "top"), (3, "bottom"), (6, "right"), (8, "left")])
def test_a_picture_taken_sideways_stands_upright(turn, dark):
    exif = Image.Exif()
    exif[0x0112] = turn
    cleaned = intake.clean(drawn("JPEG", (80, 40), exif=exif))
    assert (cleaned.width, cleaned.height) == ((80, 40) if turn in (1, 3) else (40, 80))
    image, (w, h) = opened(cleaned).convert("L"), (cleaned.width, cleaned.height)
    edges = {"top": (w // 2, 1), "bottom": (w // 2, h - 2), "left": (1, h // 2), "right": (w - 2, h // 2)}
    assert min(edges, key=lambda edge: image.getpixel(edges[edge])) == dark


def test_long_sides_are_brought_to_2400_and_small_pictures_stay():
    wide = intake.clean(drawn("PNG", (9_000, 300)))
    assert (wide.width, wide.height) == (2400, 80)
    assert intake.clean(drawn("JPEG", (3_000, 2_000))).height == 1600


def test_the_same_picture_gives_the_same_bytes():
    assert intake.clean(drawn("PNG")).data == intake.clean(drawn("PNG")).data


def test_the_first_frame_of_a_moving_gif_is_taken():
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "lime")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = opened(intake.clean(out.getvalue())).getpixel((15, 15))
    assert red > 240 > 20 > blue


@pytest.mark.parametrize("size", [(30_000, 10), (12_001, 1), (8_000, 7_501), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_from_the_header_without_a_decoder(monkeypatch, size):
    monkeypatch.setattr("hemei.intake.jail.pixels", None)
    assert refusal(png_header(*size)).reason == "many-pixels"


def test_headers_are_read_alike_by_us_and_by_the_decoder():
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        for size in ((1, 1), (300, 7), (5, 1025)):
            data = drawn(form, size)
            assert picture.size_of(picture.kind_of(data), data) == size
    lossless = drawn("WEBP", (33, 44), lossless=True)
    alpha = drawn("WEBP", (33, 44), "RGBA", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    assert picture.size_of("webp", lossless) == picture.size_of("webp", alpha) == (33, 44)


def test_a_gif_whose_frame_is_larger_than_its_canvas_is_refused():
    data = bytearray(drawn("GIF"))
    at = data.index(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    struct.pack_into("<HHHH", data, at + 1, 0, 0, 65_535, 65_535)
    assert refusal(bytes(data)).reason == "many-pixels"


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("empty", b""),
        ("svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
        ("svg", b"<svg/>"),
        ("heic", b"\0\0\0\x18ftypheic" + bytes(40)),
        ("not-picture", "这不是图片".encode()),
        ("not-picture", b"MZ" + bytes(200)),
        ("not-picture", b"BM" + bytes(200)),
        ("not-picture", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
        ("not-picture", b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(http://192.0.2.1/)'"),
        ("broken-picture", b"\xff\xd8\xff"),
        ("broken-picture", b"GIF89a"),
        ("broken-picture", b"RIFF\0\0\0\0WEBPVP8X"),
        ("broken-picture", png_header(0, 5)),
        ("broken-picture", png_header(5, 5)),
        ("big-picture", b"\xff\xd8\xff" + bytes(30 << 20)),
    ],
)
def test_what_is_no_picture_is_refused_and_the_next_step_is_said(reason, data):
    assert refusal(data).reason == reason


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_cut_of_a_picture_is_refused(form):
    whole = drawn(form)
    for length in range(1, len(whole) * 4 // 5, len(whole) // 8):
        assert isinstance(refusal(whole[:length]), intake.Broken | intake.WrongKind)
