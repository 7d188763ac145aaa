"""What a picture file must be to be kept: recognised by its bytes, whole, honest, and within the limits."""

import io
import struct
import zipfile
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from sightlog.domain.errors import InvalidImage, TooLarge, UnsupportedImage
from sightlog.domain.limits import Limits
from sightlog.pictures.checking import PictureFacts, check_picture
from tests.pictures.making import (
    CONTENT_TYPES,
    bmp,
    encoded,
    gif,
    grey_page,
    half_transparent,
    jpeg_segment,
    png,
    png_chunk,
    quarters,
    saved,
    tiff,
    whole,
    with_announced_size,
    with_size,
)

ANIMATED = ("image/png", "image/webp", "image/gif", "image/tiff", "image/avif")


def check(folder: Path, data: bytes, name: str = "picture", **limits: int) -> PictureFacts:
    return check_picture(saved(folder, data, name), msgspec.structs.replace(Limits(), **limits))


def refused(folder: Path, data: bytes, says: str, **limits: int) -> None:
    """Refused as a picture that is wrong, in words that say how."""
    with pytest.raises(InvalidImage) as caught:
        check(folder, data, **limits)
    assert says in caught.value.message


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("name", ["picture", "picture.jpg", "picture.svg"])
def test_each_of_the_eight_formats_is_recognised_whatever_its_name(
    tmp_path: Path, content_type: str, name: str
) -> None:
    assert check(tmp_path, whole(content_type), name) == PictureFacts(content_type, 96, 64)


@pytest.mark.parametrize(
    ("content_type", "options"),
    [
        ("image/jpeg", {"progressive": True}),
        ("image/jpeg", {"subsampling": 0, "restart_marker_rows": 1}),
        ("image/png", {"bits": 1}),
        ("image/webp", {"lossless": True}),
        ("image/tiff", {"compression": "tiff_lzw"}),
        ("image/tiff", {"compression": "tiff_adobe_deflate"}),
        ("image/tiff", {"compression": "jpeg"}),
        ("image/tiff", {"big_tiff": True}),
        ("image/heic", {"chroma": 444}),
        ("image/heic", {"tile_size": 64}),
        ("image/avif", {"subsampling": "4:4:4"}),
    ],
    ids=str,
)
def test_the_varieties_of_a_format_are_taken(tmp_path: Path, content_type: str, options: dict[str, object]) -> None:
    mode = "P" if "bits" in options else "RGB"
    data = encoded(quarters(200, 150, mode), content_type, **options)
    assert check(tmp_path, data) == PictureFacts(content_type, 200, 150)


@pytest.mark.parametrize("content_type", ["image/png", "image/webp", "image/tiff", "image/heic", "image/avif"])
def test_transparent_pictures_are_taken(tmp_path: Path, content_type: str) -> None:
    data = encoded(half_transparent(), content_type)
    assert check(tmp_path, data) == PictureFacts(content_type, 96, 64)


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "I", "F", "CMYK", "LA", "LAB"])
def test_tiffs_of_industrial_and_printing_programs_are_taken(tmp_path: Path, mode: str) -> None:
    image = quarters().convert("I").convert(mode) if mode == "I;16" else Image.new(mode, (96, 64))
    assert check(tmp_path, encoded(image, "image/tiff")) == PictureFacts("image/tiff", 96, 64)


@pytest.mark.parametrize("content_type", ANIMATED)
def test_frames_are_counted_up_to_the_limit(tmp_path: Path, content_type: str) -> None:
    frames = [quarters().rotate(30 * n) for n in range(5)]
    data = encoded(frames[0], content_type, save_all=True, append_images=frames[1:])
    assert check(tmp_path, data, image_frames=5) == PictureFacts(content_type, 96, 64)
    refused(tmp_path, data, "more than 4 frames", image_frames=4)


def test_the_size_is_that_of_the_stored_pixels(tmp_path: Path) -> None:
    """A phone held upright stores a wide picture and says that it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for content_type in ("image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic", "image/avif"):
        data = encoded(quarters(), content_type, exif=exif.tobytes())
        assert check(tmp_path, data) == PictureFacts(content_type, 96, 64)


# --- No picture at all -------------------------------------------------------------------------------------------


def an_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("picture.jpg", whole("image/jpeg"))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"This is a text file.\n" * 20,
        b"BMW builds cars, and this text begins like a bitmap." * 9,
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>',
        b"<!doctype html><html><body><img src=x></body></html>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        an_archive(),
        b"RIFF\x24\0\0\0WAVEfmt ",
        struct.pack(">I", 24) + b"ftypisom\0\0\0\1isommp42",
        struct.pack(">I", 24) + b"ftypmif1\0\0\0\1mif1miaf",
        b"8BPS\0\1" + b"\0" * 20,
        b"\0\0\1\0\1\0\x10\x10" + b"\0" * 20,
        whole("image/jpeg")[1:],
    ],
    ids="empty byte text bmw svg html pdf eps zip wav mp4 brand-of-a-family psd ico shifted".split(),
)
@pytest.mark.parametrize("name", ["picture.jpg", "picture"])
def test_what_is_no_picture_is_refused_and_told_what_would_be(tmp_path: Path, data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedImage) as caught:
        check(tmp_path, data, name)
    for format in ("JPEG", "PNG", "WebP", "GIF", "TIFF", "BMP", "HEIC", "AVIF"):
        assert format in caught.value.message


def test_formats_that_pillow_would_open_are_refused_too(tmp_path: Path) -> None:
    for name in ("PPM", "ICO", "TGA", "PCX", "JPEG2000", "DDS", "EPS", "PDF"):
        file = io.BytesIO()
        quarters().save(file, name)
        with pytest.raises(UnsupportedImage):
            check(tmp_path, file.getvalue(), "picture.jpg")


# --- Over the limits ---------------------------------------------------------------------------------------------


def test_a_png_of_60000_by_60000_pixels_in_a_kilobyte_is_refused(tmp_path: Path) -> None:
    data = png(60_000, 60_000, pixels=b"\0" * 100_000)
    assert len(data) < 1000
    refused(tmp_path, data, "60000 x 60000 pixels; the limit is 50,000,000")


@pytest.mark.parametrize(
    "data",
    [
        with_size(whole("image/jpeg"), 60_000, 60_000),
        png(60_000, 60_000),
        gif(1, 60_000, 60_000),
        bmp(60_000, 60_000),
        bmp(60_000, -60_000),
        tiff(grey_page(60_000, 60_000)),
        tiff(grey_page(8, 8), grey_page(60_000, 60_000, compression=5, strip_bytes=64), data=b"\0" * 64),
        tiff(grey_page(64, 8) | {322: 60_000, 323: 60_000, 324: 8, 325: 8}, data=b"\0" * 64),
        with_announced_size(whole("image/heic"), (96, 64), (60_000, 60_000)),
        with_announced_size(whole("image/avif"), (96, 64), (60_000, 60_000)),
    ],
    ids="jpeg png gif bmp bmp-upside-down tiff tiff-second-page tiff-tile heic avif".split(),
)
def test_sizes_over_the_limit_are_refused_in_every_format(tmp_path: Path, data: bytes) -> None:
    refused(tmp_path, data, "60000 x 60000 pixels; the limit is")


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_the_limit_itself_is_allowed(tmp_path: Path, content_type: str) -> None:
    assert check(tmp_path, whole(content_type), image_pixels=96 * 64).width == 96
    refused(tmp_path, whole(content_type), "96 x 64 pixels; the limit is 6,143", image_pixels=96 * 64 - 1)


def test_a_gif_of_10000_frames_is_refused(tmp_path: Path) -> None:
    assert check(tmp_path, gif(500)).width == 8
    refused(tmp_path, gif(10_000), "more than 500 frames")


def test_an_animated_png_is_refused_for_what_it_announces_and_for_what_it_holds(tmp_path: Path) -> None:
    announced = png_chunk(b"acTL", struct.pack(">II", 10_000, 0))
    refused(tmp_path, png(8, 8, announced), "more than 500 frames")
    frame = png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 1, 0, 0))
    hidden = png_chunk(b"acTL", struct.pack(">II", 1, 0)) + frame * 10_000
    refused(tmp_path, png(8, 8, hidden), "announces 1 frames and has more")


def test_more_bytes_than_an_upload_may_have_are_refused(tmp_path: Path) -> None:
    data = whole("image/bmp")
    assert check(tmp_path, data, upload_bytes=len(data)).width == 96
    with pytest.raises(TooLarge, match=f"{len(data):,} bytes"):
        check(tmp_path, data, upload_bytes=len(data) - 1)


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0, 0, 0) + b"!\xfe" + b"\x01a" * 1_000_000 + b"\0;",
        png(8, 8, *[png_chunk(b"teXt", b"")] * 300_000),
        b"\xff\xd8\xff" + b"\xff" * 3_000_000,
        b"\xff\xd8" + jpeg_segment(0xE0, b"") * 500_000,
    ],
    ids="gif png jpeg-padding jpeg-segments".split(),
)
def test_files_of_very_many_tiny_pieces_are_refused(tmp_path: Path, data: bytes) -> None:
    """Each costs little to send and much to walk."""
    refused(tmp_path, data, "more small pieces")


# --- Cut short ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("kept", [-1, 0.98, 0.9, 0.5, 0.25])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, content_type: str, kept: float) -> None:
    data = whole(content_type).removesuffix(b";")  # a GIF without its last byte shows everywhere
    refused(tmp_path, data[: int(len(data) * kept) if kept > 0 else -1], "cut short")


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_file_of_which_only_the_start_came_is_refused(tmp_path: Path, content_type: str) -> None:
    for kept in range(64):
        with pytest.raises((InvalidImage, UnsupportedImage)):
            check(tmp_path, whole(content_type)[:kept])


def test_a_gif_without_its_trailer_is_taken(tmp_path: Path) -> None:
    """Old programs left it out, and every viewer shows such files."""
    assert check(tmp_path, gif(2).removesuffix(b";")).width == 8


def test_a_jpeg_that_ends_after_its_preview_is_refused(tmp_path: Path) -> None:
    """The preview in its EXIF has an end marker of its own."""
    small = encoded(quarters(48, 32), "image/jpeg")
    preview = jpeg_segment(0xE1, b"Exif\0\0" + small)
    data = whole("image/jpeg")
    whole_with_preview = data[:2] + preview + data[2:]
    assert check(tmp_path, whole_with_preview).width == 96
    refused(tmp_path, whole_with_preview[:-2], "cut short, its end marker is missing")
    refused(tmp_path, whole_with_preview[: len(preview) + 2], "cut short")


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"])
def test_bytes_after_the_end_are_no_reason_to_refuse(tmp_path: Path, content_type: str) -> None:
    """Cameras pad files to whole blocks, or put a second picture behind the first."""
    assert check(tmp_path, whole(content_type) + b"\0" * 1000) == PictureFacts(content_type, 96, 64)


def test_a_jpeg_with_a_second_picture_behind_it_is_one_picture(tmp_path: Path) -> None:
    file = io.BytesIO()
    quarters().save(file, "MPO", save_all=True, append_images=[quarters(48, 32)])
    assert check(tmp_path, file.getvalue()) == PictureFacts("image/jpeg", 96, 64)


@pytest.mark.parametrize(
    "data",
    [
        tiff(grey_page(8, 8, strip_at=100_000)),
        tiff(grey_page(8, 8, strip_bytes=2**31)),
        tiff(grey_page(8, 8, rows=4, strip_at=[8, 40], strip_bytes=[32, 4000]), data=b"\0" * 64),
        b"II*\0\xff\xff\xff\x7f",
        bmp(96, 64, rows=b"\0" * 100),
        struct.pack("<4sI4s4sI", b"RIFF", 4000, b"WEBP", b"VP8 ", 3988) + b"\0" * 100,
    ],
    ids="strip-place strip-length second-strip directory bmp-rows webp-length".split(),
)
def test_pieces_that_are_not_in_the_file_are_refused(tmp_path: Path, data: bytes) -> None:
    refused(tmp_path, data, "cut short")


# --- Lying -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (with_size(whole("image/jpeg"), 6000, 8000), "cannot hold 6000 x 8000"),
        (png(6000, 8000), "cannot hold 6000 x 8000"),
        (tiff(grey_page(640, 480, strip_bytes=64), data=b"\0" * 64), "cannot hold 640 x 480"),
        (tiff(grey_page(8, 8, rows=1), data=b"\0" * 64), "needs 8 strips or tiles"),
        (gif(1, 8, 8, frame_width=4000), "reaches beyond the picture"),
        (whole("image/jpeg")[:-2] + whole("image/jpeg")[2:], "gives its size twice"),
        (with_announced_size(whole("image/heic"), (96, 64), (16, 16)), "announces"),
        (with_announced_size(whole("image/avif"), (96, 64), (16, 16)), "announces 16 x 16 pixels and holds 96 x 64"),
    ],
    ids="jpeg png tiff tiff-strips gif jpeg-twice heic avif".split(),
)
def test_a_header_that_contradicts_the_data_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    refused(tmp_path, data, says)


def test_a_webp_whose_canvas_is_not_its_picture_is_refused(tmp_path: Path) -> None:
    data = bytearray(encoded(half_transparent(), "image/webp"))
    assert data[12:16] == b"VP8X"
    data[24:27] = (199).to_bytes(3, "little")
    refused(tmp_path, bytes(data), "different sizes")


def test_an_animated_avif_whose_frames_are_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    frames = [quarters().rotate(30 * n) for n in range(3)]
    data = encoded(frames[0], "image/avif", save_all=True, append_images=frames[1:])
    entry = data.index(b"av01\0\0\0\0\0\0", data.index(b"stsd")) + 4 + 24
    assert struct.unpack(">HH", data[entry : entry + 4]) == (96, 64)
    refused(tmp_path, data[:entry] + struct.pack(">HH", 16, 16) + data[entry + 4 :], "holds 96 x 64")


def test_a_tiff_whose_pages_go_in_a_circle_is_refused(tmp_path: Path) -> None:
    pages = grey_page(8, 8), grey_page(8, 8)
    assert check(tmp_path, tiff(*pages, data=b"\0" * 64)).width == 8
    refused(tmp_path, tiff(*pages, data=b"\0" * 64, circle=True), "in a circle")


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path: Path) -> None:
    """Each scan makes the decoder go over the whole picture again."""
    data = encoded(quarters(), "image/jpeg", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    refused(tmp_path, data[:-2] + last_scan * 200 + data[-2:], "more than 100 scans")


def test_a_bitmap_in_run_lengths_is_refused_with_advice(tmp_path: Path) -> None:
    refused(tmp_path, bmp(8, 8, 8, 1, b"\0" * 2000), "save it uncompressed or as PNG")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        png(0, 8),
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IEND", b"") * 9,
        gif(0),
        gif(1, 0, 8),
        tiff(),
        tiff(grey_page(8, 0)),
        bmp(0, 8),
        whole("image/heic").replace(b"pitm", b"none"),
        whole("image/avif").replace(b"av01", b"none"),
        whole("image/webp").replace(b"VP8 ", b"VP8_"),
        whole("image/png").replace(b"IHDR", b"IHDX"),
        whole("image/png").replace(b"\x08\x02", b"\x07\x02", 1),
    ],
    ids=(
        "jpeg png-without-width png-without-header gif gif-without-width tiff tiff-without-height bmp"
        " heic avif webp png-other-header png-unknown-depth"
    ).split(),
)
def test_files_that_hold_no_picture_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InvalidImage):
        check(tmp_path, data)
