"""Picture files for the tests: one whole file of each format, and files built by hand that are wrong in one way."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

# Importing it registers the HEIF plugin, with which the tests also write.
from sightlog.pictures import pillow

assert pillow

RED, GREEN, BLUE, YELLOW, WHITE = (230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 230, 20), (255, 255, 255)

# By content type: Pillow's name, and what to save with.
ENCODINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "image/jpeg": ("JPEG", {"quality": 90}),
    "image/png": ("PNG", {}),
    "image/webp": ("WEBP", {"quality": 90}),
    "image/gif": ("GIF", {}),
    "image/tiff": ("TIFF", {}),
    "image/bmp": ("BMP", {}),
    "image/heic": ("HEIF", {"quality": 90}),
    "image/avif": ("AVIF", {"quality": 90, "speed": 10}),
}
CONTENT_TYPES = tuple(ENCODINGS)


def quarters(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Red, green, blue and yellow, from the top left by rows: any turning shows."""
    image = Image.new("RGB", (width, height), RED)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2), fill=GREEN)
    draw.rectangle((0, height // 2, width // 2, height), fill=BLUE)
    draw.rectangle((width // 2, height // 2, width, height), fill=YELLOW)
    return image.convert(mode)


def half_transparent() -> Image.Image:
    """The same, its left half seen through."""
    image = quarters(mode="RGBA")
    image.putalpha(Image.new("L", image.size, 255))
    image.paste((0, 0, 0, 0), (0, 0, 48, 64))
    return image


def photograph(width: int, height: int) -> Image.Image:
    """Something that compresses like a photograph: no flat places, no sharp noise."""
    slope = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    noise = Image.effect_noise((width // 4, height // 4), 60).resize((width, height)).convert("RGB")
    return Image.blend(slope, noise, 0.3)


def encoded(image: Image.Image, content_type: str, **options: Any) -> bytes:
    """The bytes of a file of this type."""
    name, usual = ENCODINGS[content_type]
    file = io.BytesIO()
    image.save(file, name, **usual | options)
    return file.getvalue()


@cache
def whole(content_type: str) -> bytes:
    """The bytes of one good file of this type."""
    return encoded(quarters(), content_type)


def saved(folder: Path, data: bytes, name: str = "picture") -> Path:
    """A file with these bytes; its name says nothing."""
    path = folder / name
    path.write_bytes(data)
    return path


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, pixels: bytes = b"\0" * 72) -> bytes:
    """A PNG of 8-bit grey with other chunks before its data."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = png_chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + png_chunk(b"IEND", b"")


def gif(frames: int, width: int = 8, height: int = 8, frame_width: int | None = None) -> bytes:
    """A GIF of tiny frames."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, frame_width or width, height, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + screen + frame * frames + b";"


def tiff(*pages: dict[int, int | list[int]], data: bytes = b"", circle: bool = False) -> bytes:
    """A little-endian TIFF of pages given as {tag: number or numbers}; the data begins at byte 8."""
    body = b"II*\0" + b"\0\0\0\0" + data
    at_pointer = 4
    first = len(body)
    for page in pages:
        place = len(body)
        body = body[:at_pointer] + struct.pack("<I", place) + body[at_pointer + 4 :]
        lists_at = place + 2 + 12 * len(page) + 4
        entries, lists = b"", b""
        for tag, value in sorted(page.items()):
            numbers = value if isinstance(value, list) else [value]
            packed = struct.pack(f"<{len(numbers)}I", *numbers)
            inline = packed if len(numbers) == 1 else struct.pack("<I", lists_at + len(lists))
            lists += packed if len(numbers) > 1 else b""
            entries += struct.pack("<HHI", tag, 4, len(numbers)) + inline
        body += struct.pack("<H", len(page)) + entries + b"\0\0\0\0" + lists
        at_pointer = place + 2 + 12 * len(page)
    if circle:
        body = body[:at_pointer] + struct.pack("<I", first) + body[at_pointer + 4 :]
    return body


def grey_page(width: int, height: int, **more: int | list[int]) -> dict[int, int | list[int]]:
    """The fields of an uncompressed page of 8-bit grey, its one strip at byte 8."""
    fields: dict[int, int | list[int]] = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 277: 1}
    fields |= {273: 8, 278: height, 279: width * height}
    names = {"strip_at": 273, "rows": 278, "strip_bytes": 279, "compression": 259}
    return fields | {names[name]: value for name, value in more.items()}


def bmp(width: int, height: int, depth: int = 24, compression: int = 0, rows: bytes = b"") -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + header + rows


def jpeg_segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG, announcing another size."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def with_announced_size(heif: bytes, old: tuple[int, int], new: tuple[int, int]) -> bytes:
    """The same HEIC or AVIF, announcing another size beside its data."""
    changed = heif.replace(b"ispe\0\0\0\0" + struct.pack(">II", *old), b"ispe\0\0\0\0" + struct.pack(">II", *new))
    assert changed != heif
    return changed
