"""Small versions: every format becomes an upright, opaque JPEG without metadata, of the size that was asked for."""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from sightlog.domain.errors import InvalidImage, UnsupportedImage
from sightlog.domain.limits import Limits
from sightlog.pictures.checking import check_picture
from sightlog.pictures.shrinking import SHRUNK_TYPE, VARIANTS, shrink
from tests.pictures.making import (
    BLUE,
    CONTENT_TYPES,
    GREEN,
    RED,
    WHITE,
    YELLOW,
    encoded,
    half_transparent,
    quarters,
    saved,
    whole,
)

ORIENTATION = 0x0112


def shrunk(folder: Path, data: bytes, variant: str = "thumb") -> Image.Image:
    """What comes out, opened again."""
    target = folder / "small"
    shrink(saved(folder, data), target, variant)
    image = Image.open(target, formats=["JPEG"])
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colours of the four quarters, by rows; as drawn, as far as JPEG keeps them."""
    places = [(x * image.width // 4, y * image.height // 4) for y in (1, 3) for x in (1, 3)]
    return [_nearest(image.convert("RGB").getpixel(place)) for place in places]


def _nearest(colour: object) -> tuple[int, int, int]:
    assert isinstance(colour, tuple)
    known = (RED, GREEN, BLUE, YELLOW, WHITE, (0, 0, 0))
    best = min(known, key=lambda one: max(abs(a - b) for a, b in zip(one, colour, strict=True)))
    assert max(abs(a - b) for a, b in zip(best, colour, strict=True)) < 60, colour
    return best


def greys(image: Image.Image, *places: float) -> list[int]:
    """The brightness at some places from left to right."""
    row = image.convert("L")
    return [int(row.getpixel((int(place * (row.width - 1)), row.height // 2))) for place in places]  # type: ignore[arg-type]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize(("variant", "size"), [("thumb", (480, 320)), ("screen", (1920, 1280))])
def test_every_format_becomes_a_jpeg_that_fits(
    tmp_path: Path, content_type: str, variant: str, size: tuple[int, int]
) -> None:
    image = shrunk(tmp_path, encoded(quarters(2400, 1600), content_type), variant)
    assert (image.size, image.mode) == (size, "RGB")
    assert corners(image) == [RED, GREEN, BLUE, YELLOW]


def test_the_type_that_is_answered_is_the_one_that_is_made() -> None:
    assert Image.MIME["JPEG"] == SHRUNK_TYPE
    assert set(VARIANTS) == {"thumb", "screen"}


@pytest.mark.parametrize("size", [(1, 1), (479, 480), (1, 3000), (3000, 1)])
def test_small_pictures_stay_and_narrow_ones_keep_a_pixel(tmp_path: Path, size: tuple[int, int]) -> None:
    image = shrunk(tmp_path, encoded(quarters(*size), "image/png"))
    assert image.size == tuple(min(side, 480) for side in size)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "content_type", ["image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic", "image/avif"]
)
def test_pictures_are_turned_upright(tmp_path: Path, content_type: str, orientation: int) -> None:
    """Stored turned as a camera would store it for each of the eight values, all look the same."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = quarters(1200, 800)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    data = encoded(stored, content_type, exif=exif.tobytes())
    facts = check_picture(saved(tmp_path, data), Limits())
    assert (facts.width, facts.height) == stored.size
    image = shrunk(tmp_path, data)
    assert image.size == (480, 320)
    assert corners(image) == [RED, GREEN, BLUE, YELLOW]


def test_metadata_is_left_behind(tmp_path: Path) -> None:
    """Where and by whom a picture was taken is nothing for everybody who sees a list."""
    exif = Image.Exif()
    exif[0x013B] = "a name"
    exif.get_ifd(0x8825)[1] = "N"
    data = encoded(quarters(), "image/jpeg", exif=exif.tobytes(), comment=b"a remark", xmp=b"<x:xmpmeta/>")
    assert b"a name" in data
    image = shrunk(tmp_path, data)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"a name" not in (tmp_path / "small").read_bytes()


def test_broken_exif_is_no_reason_to_show_nothing(tmp_path: Path) -> None:
    for exif in (
        b"Exif\0\0",
        b"Exif\0\0nonsense",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
    ):
        assert shrunk(tmp_path, encoded(quarters(), "image/jpeg", exif=exif)).size == (96, 64)


@pytest.mark.parametrize("content_type", ["image/png", "image/webp", "image/tiff", "image/heic", "image/avif"])
def test_what_is_transparent_becomes_white(tmp_path: Path, content_type: str) -> None:
    image = shrunk(tmp_path, encoded(half_transparent(), content_type))
    assert corners(image) == [WHITE, GREEN, WHITE, YELLOW]


def test_transparent_palettes_colours_and_greys_become_white(tmp_path: Path) -> None:
    palette = half_transparent().convert("P", palette=Image.Palette.ADAPTIVE)
    for content_type in ("image/gif", "image/png"):
        image = shrunk(tmp_path, encoded(half_transparent() if content_type == "image/gif" else palette, content_type))
        assert corners(image)[1] == GREEN
    image = shrunk(tmp_path, encoded(half_transparent(), "image/gif"))
    assert corners(image) == [WHITE, GREEN, WHITE, YELLOW]
    image = shrunk(tmp_path, encoded(quarters(), "image/png", transparency=RED))
    assert corners(image) == [WHITE, GREEN, BLUE, YELLOW]
    image = shrunk(tmp_path, encoded(Image.new("LA", (9, 9), (0, 0)), "image/png"))
    assert image.convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize("content_type", ["image/png", "image/tiff"])
@pytest.mark.parametrize("highest", [4095, 65535])
def test_16_bit_greys_show_what_is_in_them(tmp_path: Path, content_type: str, highest: int) -> None:
    """A 12-bit camera stores 0 to 4095 in 16 bits: shown as they are, they would be nearly black."""
    slope = Image.linear_gradient("L").rotate(90).convert("I").point(lambda value: value * (highest / 255))
    data = encoded(slope.convert("I;16"), content_type)
    assert greys(shrunk(tmp_path, data), 0, 0.5, 1) == pytest.approx([0, 128, 255], abs=6)


@pytest.mark.parametrize(("lowest", "highest"), [(0.0, 1.0), (-40.0, 120.0), (0.0, 1e9)])
def test_float_pictures_show_what_is_in_them(tmp_path: Path, lowest: float, highest: float) -> None:
    """Temperatures and distances come as floats, with any range."""
    slope = Image.linear_gradient("L").rotate(90).convert("F")
    scale = (highest - lowest) / 255
    data = encoded(slope.point(lambda value: value * scale + lowest), "image/tiff")
    assert greys(shrunk(tmp_path, data), 0, 0.5, 1) == pytest.approx([0, 128, 255], abs=6)


@pytest.mark.parametrize("value", [0.0, 7.5, float("nan"), float("inf"), -float("inf"), 1e300])
def test_float_pictures_of_one_value_or_none_are_no_error(tmp_path: Path, value: float) -> None:
    assert shrunk(tmp_path, encoded(Image.new("F", (96, 64), value), "image/tiff")).size == (96, 64)


@pytest.mark.parametrize(
    ("content_type", "mode"),
    [("image/tiff", mode) for mode in ("1", "L", "P", "CMYK", "I", "YCbCr")]
    + [("image/png", mode) for mode in ("1", "L", "P")]
    + [("image/jpeg", mode) for mode in ("L", "CMYK")]
    + [("image/bmp", mode) for mode in ("1", "L", "P")],
)
def test_other_modes_are_shown(tmp_path: Path, content_type: str, mode: str) -> None:
    image = shrunk(tmp_path, encoded(quarters(mode=mode), content_type))
    assert image.size == (96, 64)
    if mode in ("P", "CMYK", "YCbCr"):
        assert corners(image) == [RED, GREEN, BLUE, YELLOW]


def test_colours_of_another_space_are_brought_into_the_one_of_browsers(tmp_path: Path) -> None:
    """Lab has no meaning as RGB; a profile that cannot be read is left out of account."""
    grey = Image.new("LAB", (96, 64), (128, 128, 128))
    red, green, blue = shrunk(tmp_path, encoded(grey, "image/tiff")).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert max(red, green, blue) - min(red, green, blue) < 8
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (usual, b"no profile"):
        for mode in ("RGB", "L"):
            image = shrunk(tmp_path, encoded(quarters(mode=mode), "image/jpeg", icc_profile=profile))
            assert image.size == (96, 64)
        image = shrunk(tmp_path, encoded(quarters(), "image/jpeg", icc_profile=profile))
        assert corners(image) == [RED, GREEN, BLUE, YELLOW]


@pytest.mark.parametrize("content_type", ["image/gif", "image/png", "image/webp", "image/tiff", "image/avif"])
def test_of_several_frames_the_first_is_shown(tmp_path: Path, content_type: str) -> None:
    frames = [quarters(), Image.new("RGB", (96, 64), BLUE), Image.new("RGB", (96, 64), WHITE)]
    data = encoded(frames[0], content_type, save_all=True, append_images=frames[1:])
    assert corners(shrunk(tmp_path, data)) == [RED, GREEN, BLUE, YELLOW]


@pytest.mark.parametrize("content_type", ["image/png", "image/tiff"])
def test_damage_that_only_shows_when_decoding_is_an_invalid_image(tmp_path: Path, content_type: str) -> None:
    options = {"compression": "tiff_adobe_deflate"} if content_type == "image/tiff" else {}
    data = bytearray(encoded(quarters(600, 400), content_type, **options))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(range(60, 100))
    assert check_picture(saved(tmp_path, bytes(data)), Limits()).width == 600
    with pytest.raises(InvalidImage, match="damaged"):
        shrink(tmp_path / "picture", tmp_path / "small", "thumb")
    assert not (tmp_path / "small").exists()


def test_what_is_no_picture_and_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedImage):
        shrunk(tmp_path, b"text")
    with pytest.raises(FileNotFoundError):
        shrink(tmp_path / "missing", tmp_path / "small", "thumb")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_not_blamed_on_the_picture(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        shrink(saved(tmp_path, whole("image/jpeg")), Path("/dev/full"), "thumb")
