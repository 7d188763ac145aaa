"""BMP: one header that says everything, then the rows."""

from sightlog.pictures.formats.contents import Contents, Size

# What Windows and OS/2 have written: the length of the header tells the version.
HEADER_LENGTHS = (12, 40, 52, 56, 64, 108, 124)
_OLDEST = 12
_DEPTHS = (1, 4, 8, 16, 24, 32)
_RUN_LENGTH = (1, 2)
_UNCOMPRESSED, _BIT_FIELDS = 0, 3


def read(contents: Contents) -> Size:
    """Width and height, when all rows are there."""
    data_at, header_length = contents.little(10, 4), contents.little(14, 4)
    compression = _UNCOMPRESSED
    if header_length == _OLDEST:
        width, height, depth = contents.little(18, 2), contents.little(20, 2), contents.little(24, 2)
    else:
        width, height, depth = contents.little(18, 4), contents.little(22, 4), contents.little(28, 2)
        height = min(height, 2**32 - height)  # negative: the rows go from top to bottom
        compression = contents.little(30, 4)
    size = contents.claim_size(width, height)
    if compression in _RUN_LENGTH:
        # Pillow unpacks these in pure Python: a hostile one would stop the whole server for seconds.
        raise contents.damaged("it is compressed by run lengths, which are not taken; save it uncompressed or as PNG")
    if depth not in _DEPTHS or compression not in (_UNCOMPRESSED, _BIT_FIELDS):
        raise contents.damaged(f"there is no kind {compression} with {depth} bits a pixel")
    contents.reach(data_at + (width * depth + 31) // 32 * 4 * height)
    return size
