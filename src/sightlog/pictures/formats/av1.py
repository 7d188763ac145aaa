"""The size that AV1 data itself has, from its sequence headers (AV1 specification, 5.3 and 5.5)."""

from sightlog.pictures.formats.bits import Bits
from sightlog.pictures.formats.contents import Contents, Size

_SEQUENCE_HEADER = 1
_HIGHEST_WITHOUT_TIER = 7


def coded_size(contents: Contents, data: bytes) -> Size:
    """The largest size that the data announces. Raises InvalidImage when it announces none."""
    sizes: list[Size] = []
    at = 0
    while at < len(data):
        contents.count_part()
        header = data[at]
        has_extension, has_length = header & 4, header & 2
        at += 2 if has_extension else 1
        length = len(data) - at
        if has_length:
            length, at = _length(data, at)
        if header >> 3 & 15 == _SEQUENCE_HEADER:
            sizes.append(contents.claim_size(*_sequence_size(Bits(data[at : at + 512]))))
        at += length
    if not sizes:
        raise contents.damaged("its AV1 data has no header")
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first, until a byte has no high bit; and where it ends."""
    value = 0
    for index, byte in enumerate(data[at : at + 8]):
        value |= (byte & 127) << 7 * index
        if not byte & 128:
            return value, at + index + 1
    return len(data), at


def _sequence_size(bits: Bits) -> Size:
    bits.take(3 + 1)  # profile, still picture
    if bits.take(1):  # the short header of a still picture
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_length, height_length = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_length) + 1, bits.take(height_length) + 1


def _skip_operating_points(bits: Bits) -> None:
    delay_length = 0
    if bits.take(1):  # timing
        bits.take(32 + 32)
        if bits.take(1):
            bits.take_by_zeros()
        if bits.take(1):  # decoder model
            delay_length = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    has_display_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > _HIGHEST_WITHOUT_TIER:
            bits.take(1)
        if delay_length and bits.take(1):
            bits.take(2 * delay_length + 1)
        if has_display_delay and bits.take(1):
            bits.take(4)
