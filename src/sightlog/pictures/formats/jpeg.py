"""JPEG: segments and scans up to the end marker. What follows it (padding, previews) is not read."""

import re

from sightlog.pictures.formats.contents import Contents, Size

START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ARITHMETIC = 0xC9  # from here on, a block can take less than a bit
START_OF_SCAN = 0xDA
_END = 0xD9
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}

# In a scan's data FF stands before 00 (it is data) or a restart mark; anything else ends the scan.
_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

# A progressive picture has about ten scans. Each costs a pass over all coefficients, however short it is.
_MOST_SCANS = 100


def read(contents: Contents) -> Size:
    """Width and height, when the file is whole."""
    size: Size | None = None
    scans, scan_bytes, is_arithmetic = 0, 0, False
    marker, at = _next_marker(contents, 2)
    while marker != _END:
        if marker not in _WITHOUT_LENGTH:
            length = contents.big(at, 2)
            contents.reach(at + length)
            if length < 2:
                raise contents.damaged("a segment is shorter than its own length field")
            if marker in START_OF_FRAME:
                if size is not None:
                    raise contents.contradicts("it gives its size twice")
                size = contents.claim_size(contents.big(at + 5, 2), contents.big(at + 3, 2))
                is_arithmetic = marker >= _ARITHMETIC
            at += length
        if marker == START_OF_SCAN:
            scans += 1
            if scans > _MOST_SCANS:
                raise contents.damaged(f"it has more than {_MOST_SCANS} scans")
            scan_start, at = at, _scan_end(contents, at)
            scan_bytes += at - scan_start
        marker, at = _next_marker(contents, at)
    if size is None or not scans:
        raise contents.damaged("there is no picture in it")
    _check_plausible(contents, size, scan_bytes, is_arithmetic)
    return size


def _next_marker(contents: Contents, at: int) -> tuple[int, int]:
    """The marker at this place, and where what belongs to it begins; a marker may be padded with FF."""
    if contents.byte(at) != 0xFF:
        raise contents.damaged("a segment does not begin where the one before it ends")
    while contents.byte(at) == 0xFF:
        contents.count_part()
        at += 1
    return contents.byte(at), at + 1


def _scan_end(contents: Contents, at: int) -> int:
    found = _AFTER_SCAN.search(contents.data, at)
    if found is None:
        raise contents.damaged("it is cut short, its end marker is missing")
    return found.start()


def _check_plausible(contents: Contents, size: Size, scan_bytes: int, is_arithmetic: bool) -> None:
    """A block of 8 x 8 pixels takes at least a bit. Factor 4: the first component may be a subsampled one."""
    blocks = -(-size[0] // 8) * -(-size[1] // 8)
    if not is_arithmetic and scan_bytes * 8 * 4 < blocks:
        raise contents.too_little(scan_bytes, size)
