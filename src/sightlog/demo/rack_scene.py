"""What stands in a rack and where its camera sees it: boxes in a simple space. Geometry only, no pixels."""

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from random import Random

from sightlog.demo.plants import PICTURE_HEIGHT, PICTURE_WIDTH

CARTON, TOTE, CRUSHED_BOX, EMPTY_BAY = "carton", "tote", "crushed_box", "empty_bay"
CAPACITY = 12
BAYS_PER_ROW = 6
_TOTES_FOR = ("bearing", "connector", "fitting", "fuse_box")

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]

# Centimetres: the rack's front is the plane z = 0, its middle x = 0; y grows downwards.
BAY = 46.0
HALF_RACK = 3 * BAY + 6
DEPTH = 62.0
# Where each row's boxes stand, from the top row down, and the clear height above it.
FLOORS = (-20.0, 68.0)
CLEAR = 72.0
BEAM = 13.0


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where the camera hangs (`x` and `y` against the rack's middle, `away` from its front) and its zoom."""

    x: float
    y: float
    away: float
    zoom: float
    shift_x: float = 0.0
    shift_y: float = 0.0

    def seen(self, x: float, y: float, z: float) -> Point:
        """Where a point in the rack comes to lie in the picture."""
        near, front = self.zoom / (self.away + z), self.zoom / self.away
        return (
            PICTURE_WIDTH / 2 + self.shift_x + (x - self.x) * near + self.x * front,
            PICTURE_HEIGHT / 2 + self.shift_y + (y - self.y) * near + self.y * front,
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """One box: what it is, its number in the rack, its left, right, top, floor and how far back it stands, and
    the box around what the camera sees of it."""

    kind: str
    place: int
    left: float
    right: float
    top: float
    floor: float
    front: float
    seed: str
    bounds: Bounds

    def face(self, view: Viewpoint, z: float | None = None) -> tuple[Point, Point, Point, Point]:
        """The corners of its front (or of the plane so far back), clockwise from the upper left."""
        depth = self.front if z is None else z
        return (
            view.seen(self.left, self.top, depth),
            view.seen(self.right, self.top, depth),
            view.seen(self.right, self.floor, depth),
            view.seen(self.left, self.floor, depth),
        )

    @property
    def back(self) -> float:
        """How far back its rear side is."""
        return self.front + 0.85 * (DEPTH - 8)


@dataclass(frozen=True, slots=True)
class RackScene:
    """One shelf of an aisle with what stands on it."""

    seed: str
    device_id: str
    label: str
    view: Viewpoint
    stored: tuple[Stored, ...]

    @property
    def empty_rows(self) -> tuple[int, ...]:
        """The rows (0 is the upper one) on which nothing stands."""
        filled = {each.place // BAYS_PER_ROW for each in self.stored}
        return tuple(row for row in (0, 1) if row not in filled)


_VIEWPOINTS = {
    "cam-graz-aisle-a": Viewpoint(-22, -6, 330, 1040, 6, -8),
    "cam-graz-aisle-b": Viewpoint(38, -34, 320, 1000, -10, -4),
    "cam-graz-aisle-c": Viewpoint(4, -52, 345, 1080, 0, -14),
    "cam-leon-aisle-d": Viewpoint(-48, -28, 325, 1010, 14, -6),
    "cam-leon-aisle-e": Viewpoint(26, 12, 335, 1060, -8, -2),
}
CAMERAS = tuple(_VIEWPOINTS)


def rack_scene(event_id: str, device_id: str, label: str, item_type: str, count: int, day: int) -> RackScene:
    """So many boxes on this shelf. They stay where they are from one picture to the next; every few days
    (`day` counts them) others have come."""
    shelf = _delivered(device_id, label, item_type, (day + len(item_type)) // 4)
    return RackScene(event_id, device_id, label, _VIEWPOINTS[device_id], tuple(sorted(shelf[:count], key=_place)))


@lru_cache(maxsize=512)
def _delivered(device_id: str, label: str, item_type: str, week: int) -> tuple[Stored, ...]:
    """A full shelf, in the order in which it is filled; it is used up from the end."""
    delivery = f"{device_id}/{label}/{week}"
    order = Random(f"{delivery}/order")
    # The lower row is used last; within a row people take what they reach.
    upper, lower = list(range(BAYS_PER_ROW)), list(range(BAYS_PER_ROW, CAPACITY))
    order.shuffle(upper)
    order.shuffle(lower)
    usual = TOTE if item_type in _TOTES_FOR else CARTON
    return tuple(_stored(delivery, place, usual, _VIEWPOINTS[device_id]) for place in lower + upper)


def _place(stored: Stored) -> int:
    return stored.place


def viewpoint_of(device_id: str) -> Viewpoint:
    """Where this camera hangs."""
    return _VIEWPOINTS[device_id]


def _stored(delivery: str, place: int, usual: str, view: Viewpoint) -> Stored:
    chance = Random(f"{delivery}/{place}")
    row, column = divmod(place, BAYS_PER_ROW)
    kind = CRUSHED_BOX if usual == CARTON and chance.random() < 0.012 else usual
    if usual == TOTE:
        width, height = 39.0, 27.0 if chance.random() < 0.5 else 34.0
    else:
        width, height = 34 + 8 * chance.random(), 40 + 22 * chance.random()
    left = (column - 2.5) * BAY - width / 2 + (BAY - width - 2) * (chance.random() - 0.5)
    floor, front = FLOORS[row], 3 + 9 * chance.random()
    top = floor - height
    # The camera sees the front, and a part of a side or of the top.
    corners = [view.seen(x, y, z) for x in (left, left + width) for y in (top, floor) for z in (front, front + 12)]
    return Stored(kind, place, left, left + width, top, floor, front, f"{delivery}/{place}", _bounds(corners))


def row_box(row: int, view: Viewpoint) -> Bounds:
    """The opening of a whole row between its uprights."""
    half, floor = 3 * BAY - 1, FLOORS[row]
    return _bounds([view.seen(x, y, 0) for x in (-half, half) for y in (floor - CLEAR, floor)])


def _bounds(points: list[Point]) -> Bounds:
    left = top = inf
    right = bottom = -inf
    for x, y in points:
        left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
    return max(0.0, left), max(0.0, top), min(PICTURE_WIDTH, right), min(PICTURE_HEIGHT, bottom)
