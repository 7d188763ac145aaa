"""The size that HEVC data has, from the sequence parameters beside it (ISO 14496-15, 8.3.3; HEVC 7.3.2.2, 7.3.3)."""

from sightlog.pictures.formats.bits import Bits
from sightlog.pictures.formats.boxes import Box, Cursor
from sightlog.pictures.formats.contents import Contents, Size

# Coded pictures are padded to whole blocks of up to this many pixels.
LARGEST_BLOCK = 64

_SEQUENCE_PARAMETERS = 33
_BYTES_BEFORE_ARRAYS = 22
_PROFILE_BITS, _LEVEL_BITS = 88, 8
_SEPARABLE_CHROMA = 3


def coded_size(contents: Contents, configuration: Box) -> Size | None:
    """The largest size in an `hvcC` box; None when it has none."""
    cursor = Cursor(contents, configuration)
    cursor.skip(_BYTES_BEFORE_ARRAYS)
    sizes: list[Size] = []
    for _ in range(cursor.number(1)):
        kind = cursor.number(1) & 63
        for _ in range(cursor.number(2)):
            contents.count_part()
            unit = cursor.bytes(cursor.number(2))
            if kind == _SEQUENCE_PARAMETERS:
                sizes.append(contents.claim_size(*_sequence_size(unit)))
    if not sizes:
        return None
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _sequence_size(unit: bytes) -> Size:
    bits = Bits(unit[2:514].replace(b"\x00\x00\x03", b"\x00\x00"))
    bits.take(4)
    sub_layers = bits.take(3)
    bits.take(1)
    _skip_profiles(bits, sub_layers)
    bits.take_by_zeros()
    if bits.take_by_zeros() == _SEPARABLE_CHROMA:
        bits.take(1)
    return bits.take_by_zeros(), bits.take_by_zeros()


def _skip_profiles(bits: Bits, sub_layers: int) -> None:
    bits.take(_PROFILE_BITS + _LEVEL_BITS)
    present = [(bits.take(1), bits.take(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.take(2 * (8 - sub_layers))
    for has_profile, has_level in present:
        bits.take(_PROFILE_BITS * has_profile + _LEVEL_BITS * has_level)
