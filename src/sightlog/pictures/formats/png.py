"""PNG and APNG: chunks from the header to IEND."""

from sightlog.pictures.formats.contents import MOST_INFLATION, Contents, Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_AROUND_DATA = 12  # length, type and checksum of a chunk
_BYTES_OF_EMPTY_STREAM = 8


def read(contents: Contents) -> Size:
    """Width and height, when the file is whole."""
    if contents.bytes(8, 8) != b"\x00\x00\x00\x0dIHDR":
        raise contents.damaged("it does not begin with its header")
    size = contents.claim_size(contents.big(16, 4), contents.big(20, 4))
    depth, colour = contents.byte(24), contents.byte(25)
    if depth not in _DEPTHS.get(colour, ()):
        raise contents.damaged(f"it has {depth} bits of colour type {colour}, which does not exist")
    data_bytes = _walk(contents)
    row_bytes = (size[0] * _CHANNELS[colour] * depth + 7) // 8
    if (data_bytes + _BYTES_OF_EMPTY_STREAM) * MOST_INFLATION < row_bytes * size[1]:
        raise contents.too_little(data_bytes, size)
    return size


def _walk(contents: Contents) -> int:
    """To the end; how many bytes of compressed pixels there are. Counts frames where they are, not where announced."""
    data_bytes = 0
    announced_frames = frames = 0
    at = 8
    while True:
        contents.count_part()
        length, kind = contents.big(at, 4), contents.bytes(at + 4, 4)
        contents.reach(at + _AROUND_DATA + length)
        if kind == b"IEND":
            break
        if kind == b"IDAT":
            data_bytes += length
        elif kind == b"acTL":
            announced_frames = contents.big(at + 8, 4)
            contents.count_frame(announced_frames)
        elif kind == b"fcTL":
            frames += 1
            if frames > announced_frames:
                raise contents.contradicts(f"it announces {announced_frames} frames and has more")
        at += _AROUND_DATA + length
    if not data_bytes:
        raise contents.damaged("there is no picture in it")
    return data_bytes
