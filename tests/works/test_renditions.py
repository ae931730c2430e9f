"""Printed sizes: made once in three kinds, always the same bytes; a bad master costs no more than its limits."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from demo import stories
from hemei.press import look, printer, renditions
from hemei.press.errors import Refused
from hemei.press.renditions import MIDDLING, Made, encoder, make, place
from tests.works.press_sample import County, Fast, drawn, picture

BEFORE = "webp78-pillow12.0.0"
"""What the encoder was called that made WebP alone."""


def jpeg(width: int, height: int, **how: object) -> bytes:
    kept = io.BytesIO()
    noise = random.Random(7).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), noise).save(kept, "JPEG", **how)  # type: ignore[arg-type]
    return kept.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header says that it is this large."""
    data = bytearray(jpeg(16, 16))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = height.to_bytes(2) + width.to_bytes(2)
    return bytes(data)


def opened(made: Made) -> Image.Image:
    picture = Image.open(io.BytesIO(made.data))
    picture.load()
    return picture


def kinds(made: list[Made]) -> list[tuple[str, int, int]]:
    return [(each.kind, each.width, each.height) for each in made]


@pytest.fixture(scope="module")
def photo() -> bytes:
    return stories.picture_files()["market"].read_bytes()


@pytest.fixture(scope="module")
def made(photo: bytes) -> list[Made]:
    return make(photo, None)


def test_every_width_is_there_in_avif_and_webp_and_one_in_jpeg_and_all_decode(made: list[Made]) -> None:
    assert kinds(made) == [
        ("avif", 480, 320), ("webp", 480, 320),
        ("avif", 960, 640), ("webp", 960, 640), ("jpg", 960, 640),
        ("avif", 1440, 960), ("webp", 1440, 960),
    ]  # fmt: skip
    for each in made:
        assert opened(each).format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[each.kind]
        assert opened(each).size == (each.width, each.height)


def test_what_is_offered_first_is_the_leanest(made: list[Made]) -> None:
    sizes = {(each.kind, each.width): len(each.data) for each in made}
    for width in (480, 960, 1440):
        assert sizes["avif", width] < 0.9 * sizes["webp", width]
    assert sizes["avif", 480] < 0.75 * sizes["webp", 480]
    assert sizes["webp", MIDDLING] < sizes["jpg", MIDDLING]


def test_the_same_crop_is_the_same_bytes_each_time(photo: bytes, made: list[Made]) -> None:
    assert make(photo, None) == made
    assert make(photo, (0, 0, 400, 400)) == make(photo, (0, 0, 400, 400))


@pytest.mark.parametrize(
    ("size", "crop", "printed"),
    [
        ((90, 60), None, [(90, 60)]),
        ((480, 9), None, [(480, 9)]),
        ((700, 10), None, [(480, 7), (700, 10)]),
        ((1, 300), None, [(1, 300)]),
        ((700, 10), (0, 0, 1, 1), [(1, 1)]),
    ],
)
def test_a_narrow_master_is_printed_once_as_wide_as_it_is_in_each_kind(
    size: tuple[int, int], crop: tuple[int, int, int, int] | None, printed: list[tuple[int, int]]
) -> None:
    wanted = [(kind, *each) for each in printed for kind in ("avif", "webp")] + [("jpg", *printed[-1])]
    made = make(jpeg(*size), crop)
    assert sorted(kinds(made)) == sorted(wanted)
    assert {opened(each).size for each in made} == set(printed)


def test_nothing_that_a_master_carries_beside_its_picture_is_printed() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    master = jpeg(64, 64, exif=exif, comment=b"SECRET", icc_profile=b"SECRET" * 30, xmp=b"SECRET")
    assert master.count(b"SECRET") == 33
    assert [each.kind for each in make(master, None) if b"SECRET" in each.data] == []


@pytest.mark.parametrize(
    "master",
    [
        b"", b"GIF89a" + bytes(99), jpeg(64, 64)[:400], claiming(65_000, 65_000), claiming(10_000, 10_000),
        Path(__file__).read_bytes(),
    ],
    ids=["nothing", "another kind", "cut", "a bomb", "large", "no picture"],
)  # fmt: skip
def test_a_bad_master_is_refused_in_words_for_the_editor(master: bytes) -> None:
    with pytest.raises(Refused, match="请换一张图片"):
        make(master, None)


@pytest.mark.parametrize(("limit", "least"), [("PROCESSOR", 1), ("MEMORY", 80 << 20), ("_MOST", 100_000)])
def test_an_encoder_that_takes_too_much_is_stopped(monkeypatch: pytest.MonkeyPatch, limit: str, least: int) -> None:
    monkeypatch.setattr(renditions, limit, least)
    with pytest.raises(Refused):
        make(jpeg(1440, 2400), None)


def test_the_encoder_is_named_by_all_that_decides_its_bytes() -> None:
    assert encoder().startswith("avif50/webp78/jpeg72/pillow")
    assert "/avif1." in encoder()
    assert "/aom3." in encoder()


def test_the_name_of_a_file_is_short_and_of_its_content() -> None:
    names = {place(bytes([each]), "avif") for each in range(200)}
    assert len(names) == 200
    assert {len(name) for name in names} == {len("p/abcdefghijklmnop.avif")}
    assert place(b"one", "webp") == "p/o2jmhljvic5yapac.webp"


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    """A county whose press makes WebP alone, as it did before; one story with a picture."""
    with monkeypatch.context() as then:
        then.setattr(renditions, "encoder", lambda: BEFORE)
        then.setattr(printer, "encoder", lambda: BEFORE)
        then.setattr(renditions, "make", lambda *said: [each for each in make(*said) if each.kind == "webp"])
        county = County(tmp_path, disk=Fast()).start()
        county.press.publish([county.story(1, lead=picture(1))])
        assert pictures(county) == {"webp": 3}
    county.reopen()
    yield county
    county.press.close()


def pictures(county: County) -> Counter[str]:
    """How many printed files of each kind the live edition has."""
    files = look.files(county.home, county.press.number())
    return Counter(path.rpartition(".")[2] for path in files if path.startswith("p/"))


def lost(name: str) -> bytes:
    raise FileNotFoundError(name)


def page(county: County) -> str:
    book = county.press._tools.book.db
    (name,) = book.execute("SELECT digest FROM pages WHERE path = 'a/1/index.html'").fetchone()
    return county.press._tools.store.get(name).decode()


def test_a_book_of_the_press_before_is_printed_anew_with_every_kind(older: County) -> None:
    assert older.press.due()
    issued, refused = older.press.publish()
    assert issued
    assert refused == {}
    assert pictures(older) == {"avif": 3, "webp": 3, "jpg": 1}
    assert {path for path in issued.changed if path.endswith(".webp")} == set(), "what is the same stays where it is"
    assert page(older).count("type=image/avif") == 1
    assert older.press.build_full() == older.press.root()


def test_a_picture_whose_master_is_lost_goes_on_as_it_was_drawn_before(older: County) -> None:
    older.press._masters = lost
    older.press.publish()
    assert pictures(older) == {"webp": 3}
    assert "type=image/webp" in page(older)
    assert older.press.build_full() == older.press.root()


def test_a_picture_whose_master_is_lost_later_keeps_every_kind(older: County, monkeypatch: pytest.MonkeyPatch) -> None:
    older.press.publish()
    monkeypatch.setattr(renditions, "encoder", lambda: "another")
    monkeypatch.setattr(printer, "encoder", lambda: "another")
    monkeypatch.setattr(older.press, "_masters", lost)
    older.press.publish()
    assert pictures(older) == {"avif": 3, "webp": 3, "jpg": 1}
    assert older.press.build_full() == older.press.root()


def test_a_full_build_makes_no_printed_size_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    county = County(tmp_path, disk=Fast()).start()
    county.press.publish([county.story(1, lead=picture(1, [0, 0, 100, 100]))])
    asked: list[bytes] = []
    monkeypatch.setattr(renditions, "make", lambda master, crop: asked.append(master))
    assert county.press.build_full() == county.press.root()
    county.press.publish([county.story(2, lead=picture(1, [0, 0, 100, 100]))])
    assert asked == []
    assert drawn(1)
    county.press.close()
