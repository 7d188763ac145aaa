"""Whether a file is a picture that we keep: recognised, whole, honest and within the limits, without decoding it."""

from contextlib import closing
from mmap import ACCESS_READ, mmap
from pathlib import Path

from msgspec import Struct

from sightlog.domain.errors import InvalidImage, TooLarge
from sightlog.domain.limits import Limits
from sightlog.pictures.formats.contents import Contents, Size
from sightlog.pictures.kinds import AVIF, HEIC, START_BYTES, Kind, recognise
from sightlog.pictures.pillow import opened


class PictureFacts(Struct, frozen=True):
    """What a picture file is. Width and height are those of the pixels as stored, in every format: a viewer that
    heeds EXIF orientation, or the turning in a HEIC or AVIF file, may show them exchanged."""

    content_type: str
    width: int
    height: int


def check_picture(path: Path, limits: Limits) -> PictureFacts:
    """What the file is, going by its bytes alone. Neither memory nor time grow with what it claims to hold.

    Raises UnsupportedImage when it is of none of the eight formats, TooLarge when it has more bytes than the limit,
    InvalidImage when it is cut short, damaged, contradicts itself, or has more pixels or frames than the limits.
    Damage inside of compressed pixels shows only when they are decoded; `shrink` meets it then.
    """
    with path.open("rb") as file:
        kind = recognise(file.read(START_BYTES))
        with closing(mmap(file.fileno(), 0, access=ACCESS_READ)) as data:
            if len(data) > limits.upload_bytes:
                raise TooLarge(f"this {kind.name} file has {len(data):,} bytes; the limit is {limits.upload_bytes:,}")
            contents = Contents(data, kind.name, limits)
            size = kind.read(contents)
            _ask_pillow(path, contents, kind, size)
    return PictureFacts(kind.content_type, *size)


def _ask_pillow(path: Path, contents: Contents, kind: Kind, size: Size) -> None:
    """A second opinion on the header, from what will decode it."""
    with opened(path) as (_, image):
        found = contents.claim_size(*image.size)
    # Pillow turns some formats and not others; and a HEIC or AVIF file may ask for a part of its pixels only.
    if sorted(found) != sorted(size) and kind not in (HEIC, AVIF):
        raise InvalidImage(f"this {kind.name} file contradicts itself about its size")
