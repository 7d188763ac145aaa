"""The eight picture formats, recognised from their first bytes; names and headers of requests are not asked."""

from collections.abc import Callable

from msgspec import Struct

from sightlog.domain.errors import UnsupportedImage
from sightlog.pictures.formats import bmp, gif, heif, jpeg, png, tiff, webp
from sightlog.pictures.formats.contents import Contents, Size

START_BYTES = 512  # enough for all brands that a HEIC or AVIF file lists


class Kind(Struct, frozen=True):
    """A format: its name, its media type, what Pillow calls it, and the walk through its files."""

    name: str
    content_type: str
    pillow_name: str
    read: Callable[[Contents], Size]


JPEG = Kind("JPEG", "image/jpeg", "JPEG", jpeg.read)
PNG = Kind("PNG", "image/png", "PNG", png.read)
WEBP = Kind("WebP", "image/webp", "WEBP", webp.read)
GIF = Kind("GIF", "image/gif", "GIF", gif.read)
TIFF = Kind("TIFF", "image/tiff", "TIFF", tiff.read)
BMP = Kind("BMP", "image/bmp", "BMP", bmp.read)
HEIC = Kind("HEIC", "image/heic", "HEIF", heif.read)
AVIF = Kind("AVIF", "image/avif", "AVIF", heif.read)
KINDS = (JPEG, PNG, WEBP, GIF, TIFF, BMP, HEIC, AVIF)


def recognise(start: bytes) -> Kind:
    """The format of a file that begins with these bytes. Raises UnsupportedImage, naming the eight."""
    found = _by_signature(start) or _by_header(start)
    if found is None:
        names = ", ".join(kind.name for kind in KINDS[:-1])
        raise UnsupportedImage(f"this is not a picture in one of the formats {names} and {KINDS[-1].name}")
    return found


def _by_signature(start: bytes) -> Kind | None:
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start.startswith(png.SIGNATURE):
        return PNG
    if start.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if start.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return TIFF
    return None


def _by_header(start: bytes) -> Kind | None:
    if start.startswith(b"RIFF") and start[8:15] == b"WEBPVP8":
        return WEBP
    if start.startswith(b"BM") and int.from_bytes(start[14:18], "little") in bmp.HEADER_LENGTHS:
        return BMP
    if start[4:8] == b"ftyp":
        return _by_brands(start)
    return None


def _by_brands(start: bytes) -> Kind | None:
    """The main brand decides, when it is one of a format and not of a family; else the first that fits."""
    end = int.from_bytes(start[:4], "big")
    brands = [start[8:12], *(start[at : at + 4] for at in range(16, min(end, len(start)), 4))]
    for brand in brands:
        if brand in heif.HEIC_BRANDS:
            return HEIC
        if brand in heif.AVIF_BRANDS:
            return AVIF
    return None
