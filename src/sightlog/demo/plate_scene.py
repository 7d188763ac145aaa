"""Where everything lies on an inspected plate, and where the camera sees it. Geometry only, no pixels."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, pi, sin
from random import Random

from sightlog.demo.plants import PICTURE_HEIGHT, PICTURE_WIDTH

SCRATCH, DENT, MISSING_SCREW, OIL_SMEAR = "scratch", "dent", "missing_screw", "oil_smear"
DEFECTS = (SCRATCH, DENT, MISSING_SCREW, OIL_SMEAR)
# What the model takes for a scratch.
REFLECTION = "reflection"

Point = tuple[float, float]

HALF_LENGTH, HALF_WIDTH = 280.0, 160.0
CORNER = 22.0
SCREW_RADIUS = 15.0
SCREWS: tuple[Point, ...] = ((-238.0, -120.0), (238.0, -120.0), (238.0, 120.0), (-238.0, 120.0))


@dataclass(frozen=True, slots=True)
class View:
    """How a camera sees the plane of the plates: its middle, scale, turn, and for one that looks from the
    side how much smaller the far edge is (`tilt`) and how flat the plane looks (`squash`)."""

    x: float
    y: float
    scale: float
    turn: float = 0.0
    tilt: float = 0.0
    squash: float = 1.0

    def seen(self, u: float, v: float) -> Point:
        """Where a point of the plate (from its middle) comes to lie in the picture."""
        right = u * cos(self.turn) - v * sin(self.turn)
        down = u * sin(self.turn) + v * cos(self.turn)
        away = 1 - down * self.tilt
        return self.x + self.scale * right / away, self.y + self.scale * self.squash * down / away


@dataclass(frozen=True, slots=True)
class Features:
    """What is milled into all plates of one part number."""

    bore: Point
    bore_radius: float
    holes: tuple[tuple[float, float, float], ...]
    slot: tuple[float, float, float, float]
    text: Point
    code: Point


@dataclass(frozen=True, slots=True)
class Mark:
    """A defect, or the lamp's reflection: its spine or outline on the plate, and how clearly it shows (0 to 1)."""

    kind: str
    points: tuple[Point, ...]
    width: float
    strength: float


@dataclass(frozen=True, slots=True)
class PlateScene:
    """One plate under one camera."""

    seed: str
    device_id: str
    part: str
    view: View
    features: Features
    screw_turns: tuple[float, ...]
    lost_screw: int | None
    mark: Mark | None


_VIEWS = {
    "cam-graz-l1-top": View(482, 276, 1.22, 0.012),
    "cam-graz-l1-side": View(470, 296, 1.2, -0.05, 0.0011, 0.80),
    "cam-graz-l2-top": View(488, 268, 1.3, -0.016),
    "cam-leon-l3-top": View(474, 272, 1.16, 0.02),
    "cam-leon-l3-side": View(500, 290, 1.22, 0.06, 0.0012, 0.76),
}
CAMERAS = tuple(_VIEWS)


def plate_scene(event_id: str, device_id: str, part: str, kind: str | None) -> PlateScene:
    """The plate of this event; `kind` is its defect, or a reflection."""
    chance = Random(f"{event_id}/plate")
    fixed = _VIEWS[device_id]
    view = View(
        fixed.x + 34 * chance.random() - 17,
        fixed.y + 16 * chance.random() - 8,
        fixed.scale,
        fixed.turn + 0.05 * chance.random() - 0.025,
        fixed.tilt,
        fixed.squash,
    )
    features = features_of(part)
    turns = tuple(2 * pi * chance.random() for _ in SCREWS)
    lost = chance.randrange(4) if kind == MISSING_SCREW else None
    mark = _mark(chance, kind, features) if kind and kind != MISSING_SCREW else None
    return PlateScene(event_id, device_id, part, view, features, turns, lost, mark)


def background_view(device_id: str) -> View:
    """How the camera sees the belt, whatever lies on it."""
    return _VIEWS[device_id]


@lru_cache(maxsize=64)
def features_of(part: str) -> Features:
    """The same for every plate of this part number."""
    chance = Random(f"part/{part}")
    side = chance.choice((-1, 1))
    bore_u = side * (70 + 50 * chance.random())
    bore, bore_radius = (bore_u, 8 * chance.random() - 4), 40 + 20 * chance.random()
    pins = [(-side * 30.0, v, 7 + 3 * chance.random()) for v in (-112.0, 112.0)]
    # Some bores have a ring of threaded holes around them.
    count, ring = chance.choice((0, 4, 6)), bore_radius + 17
    for index in range(count):
        angle = 2 * pi * (index + 0.5) / count
        pins.append((bore[0] + ring * cos(angle), bore[1] + ring * sin(angle), 5.0))
    slot_v = chance.choice((-1, 1)) * (58 + 10 * chance.random())
    return Features(
        bore=bore,
        bore_radius=bore_radius,
        holes=(*pins, (side * 212, 0.0, 10.0)),
        slot=(-side * 148, slot_v, 92 + 30 * chance.random(), 22.0),
        text=(-side * 130, -slot_v * 0.1 - 4),
        code=(-side * 222, -4.0),
    )


def _mark(chance: Random, kind: str, features: Features) -> Mark:
    u, v = _free_spot(chance, features, 60 if kind == OIL_SMEAR else 40)
    if kind == DENT:
        radius = 13 + 15 * chance.random()
        return Mark(DENT, _ring(chance, u, v, radius, 0.86 * radius, 0.08), radius, 0.5 + 0.5 * chance.random())
    if kind == OIL_SMEAR:
        width, height = 46 + 36 * chance.random(), 30 + 22 * chance.random()
        return Mark(OIL_SMEAR, _ring(chance, u, v, width, height, 0.3), width, 0.55 + 0.4 * chance.random())
    angle = pi * chance.random() if kind == SCRATCH else pi / 2 + 0.5 * chance.random() - 0.25
    length, bend = 60 + 110 * chance.random(), 22 * chance.random() - 11
    if kind == REFLECTION:
        return Mark(
            REFLECTION, _spine(chance, (u, v), angle, 0.7 * length, bend / 2, 0.0), 4.0, 0.4 + 0.3 * chance.random()
        )
    width = 1.1 + 1.5 * chance.random()
    return Mark(SCRATCH, _spine(chance, (u, v), angle, length, bend, 2.4), width, 0.4 + 0.6 * chance.random())


def _free_spot(chance: Random, features: Features, margin: float) -> Point:
    """Somewhere on bare metal, away from the edges, the bore and the screws."""
    for _ in range(30):
        u, v = 2 * (HALF_LENGTH - 70) * (chance.random() - 0.5), 2 * (HALF_WIDTH - 55) * (chance.random() - 0.5)
        is_near_bore = hypot(u - features.bore[0], v - features.bore[1]) < features.bore_radius + 20 + margin
        is_near_code = hypot(u - features.code[0], v - features.code[1]) < 60
        is_near_slot = abs(u - features.slot[0]) < features.slot[2] / 2 + 20 and abs(v - features.slot[1]) < 40
        if not (is_near_bore or is_near_code or is_near_slot):
            break
    return u, v


def _spine(chance: Random, spot: Point, angle: float, length: float, bend: float, shaky: float) -> tuple[Point, ...]:
    """A line through this spot, bent evenly, and drawn with a hand so shaky."""
    points, steps, (u, v) = [], 8, spot
    for step in range(steps + 1):
        along, across = (step / steps - 0.5) * length, bend * sin(pi * step / steps)
        across += shaky * (chance.random() - 0.5)
        points.append((u + along * cos(angle) - across * sin(angle), v + along * sin(angle) + across * cos(angle)))
    return tuple(points)


def _ring(chance: Random, u: float, v: float, width: float, height: float, uneven: float) -> tuple[Point, ...]:
    """A closed shape around a spot: an ellipse with an uneven edge."""
    phases = [2 * pi * chance.random() for _ in range(3)]
    turn = pi * chance.random()
    points = []
    for step in range(20):
        angle = 2 * pi * step / 20
        edge = 1 + uneven * sum(sin((k + 2) * angle + phase) / (k + 2) for k, phase in enumerate(phases))
        a, b = width * edge * cos(angle), height * edge * sin(angle)
        points.append((u + a * cos(turn) - b * sin(turn), v + a * sin(turn) + b * cos(turn)))
    return tuple(points)


def outline_of(spine: tuple[Point, ...], width: float) -> tuple[Point, ...]:
    """The thin shape around a spine: there along one side, back along the other, pointed at both ends."""
    there, back, last = [], [], len(spine) - 1
    for index, (u, v) in enumerate(spine):
        (u0, v0), (u1, v1) = spine[max(0, index - 1)], spine[min(last, index + 1)]
        length = hypot(u1 - u0, v1 - v0) or 1.0
        half = width * (0.35 + 0.65 * sin(pi * index / last)) / 2
        right, down = -(v1 - v0) / length * half, (u1 - u0) / length * half
        there.append((u + right, v + down))
        back.append((u - right, v - down))
    return (*there, *back[::-1])


def screw_box(scene: PlateScene, index: int) -> tuple[float, float, float, float]:
    """The box around a screw, or the hole where it is missing, as the camera sees it."""
    u, v = SCREWS[index]
    reach = SCREW_RADIUS
    return limits([scene.view.seen(u + a * reach, v + b * reach) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


def plate_box(scene: PlateScene) -> tuple[float, float, float, float]:
    """The box around the whole plate."""
    near, far = HALF_LENGTH, HALF_WIDTH
    cut = CORNER * 0.4
    corners = [
        scene.view.seen(a * (near - (cut if b else 0)), c * (far - (0 if b else cut)))
        for a in (-1, 1) for c in (-1, 1) for b in (0, 1)
    ]  # fmt: skip
    return limits(corners)


def limits(points: list[Point]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of some points, kept inside the picture."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(0.0, min(xs)), max(0.0, min(ys)), min(PICTURE_WIDTH, max(xs)), min(PICTURE_HEIGHT, max(ys))
