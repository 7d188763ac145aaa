"""Small versions of pictures, for lists and screens: upright, without metadata, and in a type that every browser shows.

All are JPEG, with what was transparent on white. Measured for a photograph of 1920 x 1080: to `thumb` 5 ms as JPEG
and 11 as WebP, to `screen` 12 ms and 150; WebP would be half the size, but takes the time from the events. One type
for all also means that the name of a variant says what it is.
"""

from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from PIL import Image, ImageCms, ImageOps

from sightlog.pictures.pillow import opened

SHRUNK_TYPE = "image/jpeg"


class Variant(Struct, frozen=True):
    """A small version: what neither side may exceed, in pixels, and the JPEG quality."""

    longest_side: int
    quality: int


VARIANTS: Mapping[str, Variant] = MappingProxyType({"thumb": Variant(480, 80), "screen": Variant(1920, 85)})

_SRGB = ImageCms.createProfile("sRGB")
_LAB = ImageCms.createProfile("LAB")
_DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}


def shrink(source: Path, target: Path, variant: str) -> None:
    """Write the variant of this name of a picture file; smaller pictures keep their size, of animations and
    documents the first frame or page is taken. Raises InvalidImage when the file turns out to be damaged."""
    wanted = VARIANTS[variant]
    with opened(source) as (_, image):
        size = _fitting(image.size, wanted.longest_side)
        # JPEG decodes at a half, a quarter or an eighth as it reads; HEIC may hold a small version.
        image.draft(None, size)
        small = _with_plain_pixels(image)
        if small.size != size:
            small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        small = _in_srgb(_on_white(_in_eight_bits(small)))
        small = _upright(small, image)
    small.save(target, "JPEG", quality=wanted.quality)


def _fitting(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _with_plain_pixels(image: Image.Image) -> Image.Image:
    """In a mode that can be made smaller: no palette, no transparent colour, no bits."""
    image.load()
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I;16"):
        return image.convert("I")
    if image.mode in ("P", "PA", "L", "RGB") and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("P", "PA"):
        return image.convert("RGB")
    return image.convert(_PREMULTIPLIED[image.mode]) if image.mode in _PREMULTIPLIED else image


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Deep greys are spread from their darkest to their lightest value: what a 12-bit camera, a thermal one or a
    depth sensor stores in 16 or 32 bits would be black otherwise."""
    if image.mode not in _DEEP:
        return image
    lowest, highest = image.getextrema()
    assert isinstance(lowest, int | float)
    assert isinstance(highest, int | float)
    spread = highest - lowest
    if not 0 < spread < float("inf"):  # all the same, or not numbers
        return image.convert("L")
    scale = 255 / spread
    return image.convert("F").point(lambda value: value * scale - lowest * scale).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        return image
    opaque, alpha = image.convert(image.mode[:-1]), image.getchannel("A")
    white = Image.new(opaque.mode, image.size, "white")
    white.info = image.info
    white.paste(opaque, mask=alpha)
    return white


def _in_srgb(image: Image.Image) -> Image.Image:
    """As browsers understand colours without a profile. One that cannot be used is left out of account."""
    embedded: bytes = image.info.get("icc_profile") or b""
    if embedded or image.mode == "LAB":
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            profile = _LAB if image.mode == "LAB" else ImageCms.ImageCmsProfile(BytesIO(embedded))
            converted = ImageCms.profileToProfile(image, profile, _SRGB, outputMode="RGB")
            assert converted is not None
            return converted
    return image if image.mode == "L" else image.convert("RGB")


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    """Turned as the original's EXIF says. Where Pillow turned it while reading, the original says so no longer."""
    image.info = {key: original.info[key] for key in ("exif", "xmp", "XML:com.adobe.xmp") if key in original.info}
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  # broken EXIF surfaces as nearly any error, and is no reason to show nothing
        return image
