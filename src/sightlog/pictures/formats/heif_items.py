"""The items of a HEIC or AVIF file as its meta box describes them: kind, size, and where the data is (ISO 23008-12)."""

from msgspec import Struct

from sightlog.pictures.formats import hevc
from sightlog.pictures.formats.boxes import Box, Cursor, boxes_between, find_box
from sightlog.pictures.formats.contents import Contents, Size

_IN_FILE, _IN_META = 0, 1  # where an item's data is


class Item(Struct):
    """One item: its announced size, the size in its HEVC header, and its data as (place, length)."""

    kind: bytes = b""
    size: Size | None = None
    coded_size: Size | None = None
    extents: list[tuple[int, int]] = []


def read_items(contents: Contents, meta: Box) -> tuple[dict[int, Item], int]:
    """All items by number, and the number of the one that is the picture."""
    parts = {box.kind: box for box in boxes_between(contents, meta.start + 4, meta.end)}
    if not {b"pitm", b"iinf", b"iloc", b"iprp"} <= parts.keys():
        raise contents.damaged("the description of its picture is not complete")
    items = _read_kinds(contents, parts[b"iinf"])
    _read_extents(contents, items, parts[b"iloc"], parts.get(b"idat"))
    _read_properties(contents, items, parts[b"iprp"])
    cursor = Cursor(contents, parts[b"pitm"])
    version, _ = cursor.version_and_flags()
    return items, cursor.number(4 if version else 2)


def _read_kinds(contents: Contents, box: Box) -> dict[int, Item]:
    items: dict[int, Item] = {}
    count_length = 4 if contents.byte(box.start) else 2
    for entry in boxes_between(contents, box.start + 4 + count_length, box.end):
        cursor = Cursor(contents, entry)
        version, _ = cursor.version_and_flags()
        if entry.kind == b"infe" and version >= 2:
            number = cursor.number(4 if version > 2 else 2)
            cursor.skip(2)
            items[number] = Item(cursor.bytes(4))
    return items


def _read_extents(contents: Contents, items: dict[int, Item], box: Box, in_meta: Box | None) -> None:
    """Where the pieces of each item are; all must be inside the file."""
    cursor = Cursor(contents, box)
    version, _ = cursor.version_and_flags()
    lengths = cursor.number(2)
    offset_length, length_length, base_length, index_length = (lengths >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(cursor.number(4 if version == 2 else 2)):
        contents.count_part()
        item = items.get(cursor.number(4 if version == 2 else 2), Item())
        place = cursor.number(2) & 15 if version else _IN_FILE
        cursor.skip(2)
        base = cursor.number(base_length)
        if place == _IN_META and in_meta is not None:
            base += in_meta.start
        for _ in range(cursor.number(2)):
            contents.count_part()
            cursor.skip(index_length if version else 0)
            at, length = base + cursor.number(offset_length), cursor.number(length_length)
            if place in (_IN_FILE, _IN_META):
                contents.reach(at + length)
                item.extents.append((at, length))


def _read_properties(contents: Contents, items: dict[int, Item], box: Box) -> None:
    """Sizes stand in a list of their own, and items point to their places in it, counted from 1."""
    container = find_box(contents, box.start, box.end, b"ipco")
    if container is None:
        raise contents.damaged("the description of its picture is not complete")
    announced: dict[int, Size] = {}
    coded: dict[int, Size | None] = {}
    for place, each in enumerate(boxes_between(contents, container.start, container.end), 1):
        if each.kind == b"ispe":
            cursor = Cursor(contents, each)
            cursor.version_and_flags()
            announced[place] = contents.claim_size(cursor.number(4), cursor.number(4))
        elif each.kind == b"hvcC":
            coded[place] = hevc.coded_size(contents, each)
    for each in boxes_between(contents, box.start, box.end):
        if each.kind == b"ipma":
            for number, place in _associations(contents, each):
                item = items.get(number, Item())
                if (place in announced and item.size) or (place in coded and item.coded_size):
                    raise contents.contradicts("it gives a size twice")
                item.size = announced.get(place, item.size)
                item.coded_size = coded.get(place, item.coded_size)


def _associations(contents: Contents, box: Box) -> list[tuple[int, int]]:
    """Which item has which property, as (item's number, property's place)."""
    cursor = Cursor(contents, box)
    version, flags = cursor.version_and_flags()
    place_length = 2 if flags & 1 else 1
    place_mask = (1 << 8 * place_length - 1) - 1  # the highest bit says whether it is essential
    associations: list[tuple[int, int]] = []
    for _ in range(cursor.number(4)):
        contents.count_part()
        number = cursor.number(4 if version else 2)
        for _ in range(cursor.number(1)):
            contents.count_part()
            associations.append((number, cursor.number(place_length) & place_mask))
    return associations
