"""WebP: RIFF chunks; the sizes inside the compressed data must be those of the header."""

from sightlog.pictures.formats.contents import Contents, Size

_ANIMATED = 0x02
_LOSSY_START = b"\x9d\x01\x2a"
_LOSSLESS_START = 0x2F
_FRAME_HEADER = 16


def read(contents: Contents) -> Size:
    """Width and height of the canvas, when the file is whole."""
    end = 8 + contents.little(4, 4)
    contents.reach(end)
    if contents.bytes(12, 4) != b"VP8X":
        return _pixels(contents, 12, end)
    canvas = contents.claim_size(1 + contents.little(24, 3), 1 + contents.little(27, 3))
    after_header = 20 + 8 + 2
    if contents.byte(20) & _ANIMATED:
        _check_frames(contents, after_header, end, canvas)
    elif _pixels(contents, after_header, end) != canvas:
        raise contents.contradicts("the header and the data give different sizes")
    return canvas


def _check_frames(contents: Contents, at: int, end: int, canvas: Size) -> None:
    frames = 0
    while at < end:
        kind, start, at = _chunk(contents, at, end)
        if kind != b"ANMF":
            continue
        frames += 1
        contents.count_frame()
        left, top = 2 * contents.little(start, 3), 2 * contents.little(start + 3, 3)
        size = contents.claim_size(1 + contents.little(start + 6, 3), 1 + contents.little(start + 9, 3))
        if left + size[0] > canvas[0] or top + size[1] > canvas[1]:
            raise contents.contradicts("a frame reaches beyond the picture")
        if _pixels(contents, start + _FRAME_HEADER, at) != size:
            raise contents.contradicts("a frame and its data give different sizes")
    if not frames:
        raise contents.damaged("there is no picture in it")


def _pixels(contents: Contents, at: int, end: int) -> Size:
    """The size that the first compressed picture between two places has."""
    while at < end:
        kind, start, at = _chunk(contents, at, end)
        if kind == b"VP8 ":
            if contents.bytes(start + 3, 3) != _LOSSY_START:
                raise contents.damaged("its data does not begin as it should")
            return contents.claim_size(contents.little(start + 6, 2) & 0x3FFF, contents.little(start + 8, 2) & 0x3FFF)
        if kind == b"VP8L":
            if contents.byte(start) != _LOSSLESS_START:
                raise contents.damaged("its data does not begin as it should")
            bits = contents.little(start + 1, 4)
            return contents.claim_size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    raise contents.damaged("there is no picture in it")


def _chunk(contents: Contents, at: int, end: int) -> tuple[bytes, int, int]:
    """The kind of a chunk, where its data begins and where the next one does."""
    contents.count_part()
    kind, length = contents.bytes(at, 4), contents.little(at + 4, 4)
    if at + 8 + length > end:
        raise contents.damaged("a chunk reaches beyond what holds it")
    return kind, at + 8, at + 8 + length + length % 2
