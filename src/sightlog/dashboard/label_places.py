"""Where labels stand on a picture, so that none covers another one and none reaches out of the picture.

A label hangs on a point of the picture, to its right or left, below or above it. The points move with the picture, the
labels keep their size. Whatever does not overlap at one size of the picture therefore does not at any larger one:
the points only move apart. `label-places.js` takes the same steps for the size that is on the screen.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

# Of a label on the screen, in pixels: as in overlays.css.
HEIGHT = 18
WIDEST = 200
# Boxes with no side longer than this show their label on hover only.
TINY = 14
# More labels than one for so many square pixels would hide the picture; smaller boxes show theirs on hover, or nearer.
PIXELS_PER_LABEL = 8000
_ALWAYS = 12
_CELL = 64

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Place(Struct, frozen=True):
    """The point that a label hangs on, in the units of the boxes, and on which side of it."""

    x: float
    y: float
    is_left: bool = False
    is_above: bool = False

    def area(self, width: float, height: float) -> Box:
        """What a label of this size covers there."""
        left = self.x - width if self.is_left else self.x
        top = self.y - height if self.is_above else self.y
        return left, top, left + width, top + height


def label_width(text: str) -> float:
    """A text's width in pixels, rather too much than too little: the server knows no fonts."""
    wide = sum(_is_wide(letter) for letter in text)
    return min(WIDEST, 12 + 7 * (len(text) - wide) + 12 * wide)


def place_labels(boxes: Sequence[Box], widths: Sequence[float], width: float, height: float) -> list[Place | None]:
    """A place for the label of each box on a picture of this size, all in pixels of the screen; None where there is
    no room, or for tiny boxes. Larger boxes come first."""
    places: list[Place | None] = [None] * len(boxes)
    taken = _Taken()
    left_over = max(_ALWAYS, int(width * height / PIXELS_PER_LABEL))
    order = sorted(range(len(boxes)), key=lambda index: -_area(boxes[index]))
    for index in order:
        if left_over == 0:
            break
        left, top, right, bottom = boxes[index]
        if max(right - left, bottom - top) <= TINY:
            continue
        for place in _candidates(boxes[index], widths[index], width):
            area = place.area(widths[index], HEIGHT)
            if area[1] >= 0 and area[3] <= height and taken.add_if_free(area):
                places[index] = place
                left_over -= 1
                break
    return places


def _candidates(box: Box, label: float, width: float) -> Iterator[Place]:
    """Above, inside, below and beside the box, from the most to the least usual."""
    left, top, right, bottom = box
    if label > width:
        return
    at_left = min(left, width - label)
    at_right = max(right, label)
    yield Place(at_left, top, is_above=True)
    if right - left >= label and bottom - top >= HEIGHT:
        yield Place(at_left, top)
    yield Place(at_left, bottom)
    yield Place(at_right, top, is_left=True, is_above=True)
    yield Place(at_right, bottom, is_left=True)
    if right + label <= width:
        yield Place(right, top)
        yield Place(right, bottom, is_above=True)
    if left - label >= 0:
        yield Place(left, top, is_left=True)
        yield Place(left, bottom, is_left=True, is_above=True)


class _Taken:
    """The areas of labels, found by the cells of a grid that they touch."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def add_if_free(self, area: Box) -> bool:
        """Keep an area unless it overlaps another one. Whether it was kept."""
        cells = list(_cells(area))
        if any(_overlap(area, other) for cell in cells for other in self._cells.get(cell, ())):
            return False
        for cell in cells:
            self._cells.setdefault(cell, []).append(area)
        return True


def _cells(area: Box) -> Iterable[tuple[int, int]]:
    left, top, right, bottom = (int(side // _CELL) for side in area)
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_wide(letter: str) -> bool:
    return letter >= "\u1100"
