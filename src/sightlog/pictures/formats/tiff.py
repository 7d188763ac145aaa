"""TIFF and BigTIFF: the chain of directories, one a page, and the strips or tiles that each names."""

import struct
from operator import add

from sightlog.pictures.formats.contents import Contents, Size

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOURS = 256, 257, 258, 259, 262
_STRIP_OFFSETS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_LENGTHS, _PLANES = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_LENGTHS = 322, 323, 324, 325
_UNCOMPRESSED, _SUBSAMPLED, _SEPARATE_PLANES = 1, 6, 2

_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # the types of whole numbers
_BIG_VERSION = 43
_NUMBERS_PER_PART = 4


class Layout:
    """How long numbers are, and in which order, in this file."""

    def __init__(self, contents: Contents) -> None:
        self.order = "<" if contents.bytes(0, 2) == b"II" else ">"
        self.is_big = self.number(contents, 2, "H") == _BIG_VERSION
        self.pointer = "Q" if self.is_big else "I"
        self.count = "Q" if self.is_big else "H"
        self.first_pointer_at = 8 if self.is_big else 4

    def number(self, contents: Contents, at: int, code: str) -> int:
        """One number."""
        return self.numbers(contents, at, code, 1)[0]

    def numbers(self, contents: Contents, at: int, code: str, how_many: int) -> tuple[int, ...]:
        """Numbers that follow each other."""
        contents.reach(at + how_many * struct.calcsize(code))
        return struct.unpack_from(f"{self.order}{how_many}{code}", contents.data, at)


class Directory:
    """The fields of one page."""

    def __init__(self, contents: Contents, layout: Layout, at: int) -> None:
        self._contents, self._layout = contents, layout
        how_many = layout.number(contents, at, layout.count)
        pointer_length = struct.calcsize(layout.pointer)
        entry_length = 4 + 2 * pointer_length
        first = at + struct.calcsize(layout.count)
        contents.count_part(how_many)
        contents.reach(first + how_many * entry_length)
        self._fields: dict[int, tuple[int, int, int]] = {}
        for entry in range(first, first + how_many * entry_length, entry_length):
            tag, type = layout.numbers(contents, entry, "H", 2)
            count = layout.number(contents, entry + 4, layout.pointer)
            self._fields.setdefault(tag, (type, count, entry + 4 + pointer_length))
        self.next = layout.number(contents, first + how_many * entry_length, layout.pointer)

    def has(self, tag: int) -> bool:
        """Whether there is such a field."""
        return tag in self._fields

    def values(self, tag: int) -> tuple[int, ...]:
        """The whole numbers of a field; empty when it is not there."""
        if tag not in self._fields:
            return ()
        type, count, at = self._fields[tag]
        if type not in _CODES:
            raise self._contents.damaged(f"its field {tag} is no whole number")
        code = _CODES[type]
        if count * struct.calcsize(code) > struct.calcsize(self._layout.pointer):
            at = self._layout.number(self._contents, at, self._layout.pointer)
        self._contents.count_part(count // _NUMBERS_PER_PART)
        return self._layout.numbers(self._contents, at, code, count)

    def value(self, tag: int, default: int) -> int:
        """The first number of a field."""
        return next(iter(self.values(tag)), default)


def read(contents: Contents) -> Size:
    """Width and height of the first page as it is stored, when all pages are whole."""
    layout = Layout(contents)
    at = layout.number(contents, layout.first_pointer_at, layout.pointer)
    sizes: list[Size] = []
    seen: set[int] = set()
    while at:
        if at in seen:
            raise contents.damaged("its pages go round in a circle")
        seen.add(at)
        contents.count_frame()
        directory = Directory(contents, layout, at)
        sizes.append(_check_page(contents, directory))
        at = directory.next
    if not sizes:
        raise contents.damaged("there is no picture in it")
    return sizes[0]


def _check_page(contents: Contents, directory: Directory) -> Size:
    size = contents.claim_size(directory.value(_WIDTH, 0), directory.value(_HEIGHT, 0))
    samples = directory.value(_SAMPLES, 1)
    planes = samples if directory.value(_PLANES, 1) == _SEPARATE_PLANES else 1
    if directory.has(_TILE_OFFSETS):
        tile = contents.claim_size(directory.value(_TILE_WIDTH, 0), directory.value(_TILE_HEIGHT, 0))
        pieces = -(-size[0] // tile[0]) * -(-size[1] // tile[1])
        offsets, lengths = directory.values(_TILE_OFFSETS), directory.values(_TILE_LENGTHS)
    else:
        rows = min(directory.value(_ROWS_PER_STRIP, size[1]), size[1])
        if not rows:
            raise contents.damaged("its strips have no rows")
        pieces = -(-size[1] // rows)
        offsets, lengths = directory.values(_STRIP_OFFSETS), directory.values(_STRIP_LENGTHS)
    if len(offsets) != len(lengths) or len(offsets) < pieces * planes:
        raise contents.contradicts(f"it needs {pieces * planes} strips or tiles and lists {len(offsets)}")
    contents.reach(max(map(add, offsets, lengths)))
    _check_uncompressed(contents, directory, size, samples, sum(lengths))
    return size


def _check_uncompressed(contents: Contents, directory: Directory, size: Size, samples: int, data_bytes: int) -> None:
    """Without compression it is known how much there must be."""
    if directory.value(_COMPRESSION, 1) != _UNCOMPRESSED or directory.value(_COLOURS, 0) == _SUBSAMPLED:
        return
    bits = directory.values(_BITS) or (1,)
    pixel_bits = sum(bits) if len(bits) == samples else bits[0] * samples
    if size[0] * size[1] * pixel_bits // 8 > data_bytes:
        raise contents.too_little(data_bytes, size)
