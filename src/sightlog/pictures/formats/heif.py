"""HEIC and AVIF: boxes that describe items, of which one is the picture; every piece of every item is in the file.

The size stands beside the compressed data, and a decoder believes it only until it has unpacked the data, for which
it has then taken the memory. So we look into the headers of the data, and refuse what is larger than it says.
"""

from sightlog.pictures.formats import av1, hevc
from sightlog.pictures.formats.boxes import Box, Cursor, boxes_between, find_box
from sightlog.pictures.formats.contents import Contents, Size
from sightlog.pictures.formats.heif_items import Item, read_items

HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
AVIF_BRANDS = frozenset((b"avif", b"avis"))

_HEVC, _AV1, _GRID = _PICTURE_KINDS = b"hvc1", b"av01", b"grid"


def read(contents: Contents) -> Size:
    """Width and height of the picture as it is stored, before any turning, when the file is whole."""
    primary: Item | None = None
    for box in boxes_between(contents, 0, contents.size):
        if box.kind == b"meta" and primary is None:
            items, number = read_items(contents, box)
            primary = items.get(number)
            for item in items.values():
                _check_item(contents, item)
        elif box.kind == b"moov":
            _check_movie(contents, box)
    if primary is None or primary.size is None:
        raise contents.damaged("there is no picture in it")
    if primary.kind not in _PICTURE_KINDS:
        raise contents.damaged("its picture is put together in a way that is not taken; save it as a plain picture")
    return primary.size


def _check_item(contents: Contents, item: Item) -> None:
    """Each picture of the file: the main one, tiles, small versions, masks."""
    if item.kind not in _PICTURE_KINDS:
        return
    if item.size is None:
        raise contents.damaged("a picture in it has no size")
    width, height = item.size
    if item.kind == _HEVC:
        if item.coded_size is None:
            raise contents.damaged("its HEVC data has no header")
        contents.check_within(item.coded_size, (width + hevc.LARGEST_BLOCK, height + hevc.LARGEST_BLOCK))
    elif item.kind == _AV1:
        contents.check_within(av1.coded_size(contents, _data(contents, item)), item.size)
    else:
        contents.check_within(_grid_size(contents, _data(contents, item)), item.size)


def _data(contents: Contents, item: Item) -> bytes:
    contents.count_bytes(sum(length for _, length in item.extents))
    return b"".join(contents.bytes(at, length) for at, length in item.extents)


def _grid_size(contents: Contents, data: bytes) -> Size:
    """A grid: version, flags, rows - 1, columns - 1, width, height; a flag says that the latter are long."""
    length = 4 if len(data) > 1 and data[1] & 1 else 2
    if len(data) < 4 + 2 * length:
        raise contents.damaged("its grid is cut short")
    return int.from_bytes(data[4 : 4 + length], "big"), int.from_bytes(data[4 + length : 4 + 2 * length], "big")


def _check_movie(contents: Contents, movie: Box) -> None:
    """A sequence: its frames are counted, and the first one, which stands for it, is checked like a picture."""
    for track in boxes_between(contents, movie.start, movie.end):
        table = find_box(contents, track.start, track.end, b"mdia", b"minf", b"stbl") if track.kind == b"trak" else None
        if table is not None:
            _check_track(contents, {box.kind: box for box in boxes_between(contents, table.start, table.end)})


def _check_track(contents: Contents, parts: dict[bytes, Box]) -> None:
    chunks, pointer_length = (parts.get(b"stco"), 4) if b"stco" in parts else (parts.get(b"co64"), 8)
    if chunks is None or not {b"stsd", b"stsz"} <= parts.keys():
        raise contents.damaged("a track of it has no frames")
    lengths = Cursor(contents, parts[b"stsz"])
    lengths.version_and_flags()
    length_of_all, frames = lengths.number(4), lengths.number(4)
    contents.count_frame(frames)
    places = Cursor(contents, chunks)
    places.version_and_flags()
    entry = find_box(contents, parts[b"stsd"].start + 8, parts[b"stsd"].end, _AV1)
    if entry is None or not frames or not places.number(4):
        return
    size = contents.claim_size(contents.big(entry.start + 24, 2), contents.big(entry.start + 26, 2))
    data = contents.bytes(places.number(pointer_length), length_of_all or lengths.number(4))
    contents.check_within(av1.coded_size(contents, data), size)
