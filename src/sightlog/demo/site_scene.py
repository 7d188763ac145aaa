"""Who and what is on a building site, and where the camera on its mast sees it. Geometry only, no pixels."""

from dataclasses import dataclass
from math import cos, hypot, sin
from random import Random

from sightlog.demo.plants import PICTURE_HEIGHT, PICTURE_WIDTH
from sightlog.demo.poses import ANKLES, HEAD, SHOULDERS, Skeleton, Space, skeleton

DAY, DUSK, INFRARED = "day", "dusk", "infrared"
NO_HELMET_ALERT, NO_VEST_ALERT = "no_helmet", "no_vest"
INTRUSION_ALERT, MACHINE_ALERT = "zone_intrusion", "machine_too_close"

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]
Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mast:
    """A camera so many metres up, tilted down by so many radians."""

    height: float
    pitch: float
    zoom: float

    def depth(self, place: Space) -> float:
        """How far in front of the lens a place is."""
        return place.away * cos(self.pitch) + (self.height - place.up) * sin(self.pitch)

    def seen(self, place: Space) -> Point:
        """Where it comes to lie in the picture."""
        near = self.zoom / self.depth(place)
        down = (self.height - place.up) * cos(self.pitch) - place.away * sin(self.pitch)
        return PICTURE_WIDTH / 2 + near * place.right, PICTURE_HEIGHT / 2 + near * down

    def metre(self, place: Space) -> float:
        """How many pixels a metre takes there."""
        return self.zoom / self.depth(place)


@dataclass(frozen=True, slots=True)
class Ground:
    """A site that does not change: its camera, where people walk (left, right, near, far), the zone that is
    watched (corners on the ground), where a machine works, and what nobody stands on."""

    mast: Mast
    walkable: Area
    zone: tuple[Point, ...]
    machine: Area
    taken: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the site. Colours are numbers of the painter's palette."""

    joints: Skeleton
    has_helmet: bool
    has_vest: bool
    helmet: int
    vest: int
    clothes: int
    carries: bool

    @property
    def feet(self) -> Space:
        """Where the person stands."""
        left, right = (self.joints[number] for number in ANKLES)
        return Space((left.right + right.right) / 2, 0.0, (left.away + right.away) / 2)


@dataclass(frozen=True, slots=True)
class Excavator:
    """A machine at work; `facing` is 1 when its arm points to the right."""

    place: Space
    facing: int
    boom: float
    stick: float


@dataclass(frozen=True, slots=True)
class SiteScene:
    """One moment on one site."""

    seed: str
    device_id: str
    light: str
    sunny: bool
    people: tuple[Person, ...]
    excavator: Excavator | None


_GROUNDS = {
    "cam-graz-gate": Ground(
        Mast(7.6, 0.42, 760), (-6.5, 6.0, 12.8, 22.0), ((-3.4, 13.2), (3.2, 13.2), (2.6, 18.2), (-2.8, 18.2)),
        (3.5, 6.5, 20.0, 23.0),
        ((-6.0, -3.8, 12.3, 16.0), (3.8, 6.0, 11.5, 15.2), (-13.2, -5.0, 19.4, 22.2)),
    ),
    "cam-graz-scaffold": Ground(
        Mast(8.2, 0.43, 790), (-7.5, 7.0, 12.6, 20.5), ((-7.6, 17.2), (6.8, 17.2), (7.8, 20.8), (-8.6, 20.8)),
        (-5.0, 4.0, 19.5, 21.0),
        ((-9.8, -5.4, 12.9, 14.4), (6.2, 10.2, 11.4, 14.2), (-8.9, -6.9, 18.0, 19.7), (7.2, 9.8, 16.6, 18.2)),
    ),
    "cam-leon-scaffold": Ground(
        Mast(7.2, 0.40, 740), (-6.0, 7.2, 12.2, 20.0), ((-1.0, 15.6), (8.6, 15.6), (10.2, 20.4), (-1.6, 20.4)),
        (-4.2, -2.8, 16.8, 18.6),
        ((4.6, 8.4, 11.0, 12.8), (-8.8, -4.9, 10.0, 12.8), (-8.2, -5.9, 14.0, 15.8), (-13.4, -6.7, 19.9, 23.2)),
    ),
    "cam-leon-excavation": Ground(
        Mast(8.6, 0.44, 810), (-7.5, 6.5, 13.0, 19.5), ((-5.2, 16.6), (6.4, 16.6), (8.4, 22.6), (-7.0, 22.6)),
        (-3.0, 4.0, 19.5, 22.5),
        ((-10.6, -5.7, 14.2, 15.8), (7.0, 11.4, 12.5, 15.0), (-8.7, -6.5, 18.2, 19.4)),
    ),
}  # fmt: skip
CAMERAS = tuple(_GROUNDS)
_POSES = ("walk", "walk", "stand", "stand", "carry", "bend")


def ground_of(device_id: str) -> Ground:
    """The site under this camera."""
    return _GROUNDS[device_id]


def site_scene(
    event_id: str, device_id: str, light: str, people: int, alert_type: str | None, *, sunny: bool
) -> SiteScene:
    """So many people; the first is the one that an alert is about."""
    chance, ground = Random(f"{event_id}/site"), _GROUNDS[device_id]
    has_machine = alert_type == MACHINE_ALERT or device_id == "cam-leon-excavation"
    excavator = _excavator(chance, ground) if has_machine else None
    crowd: list[Person] = []
    for index in range(people):
        alert = alert_type if index == 0 else None
        crowd.append(_person(chance, _feet(chance, ground, alert, excavator, crowd), alert))
    return SiteScene(event_id, device_id, light, sunny, tuple(crowd), excavator)


def _excavator(chance: Random, ground: Ground) -> Excavator:
    left, right, near, far = ground.machine
    place = Space(left + (right - left) * chance.random(), 0.0, near + (far - near) * chance.random())
    facing = -1 if place.right > 0 else 1
    return Excavator(place, facing, 0.45 + 0.45 * chance.random(), -0.9 - 0.4 * chance.random())


def _feet(chance: Random, ground: Ground, alert: str | None, excavator: Excavator | None, crowd: list[Person]) -> Space:
    """Somewhere free: inside the zone, beside the machine, or anywhere people walk."""
    area = ground.walkable
    if alert == INTRUSION_ALERT:
        # The corners come as near left, near right, far right, far left.
        (left, near), (right, _), (_, far), _ = ground.zone
        area = (left + 0.6, right - 0.6, near + 0.4, far - 0.4)
    elif alert == MACHINE_ALERT and excavator:
        middle = excavator.place
        area = (middle.right - 4.5, middle.right + 4.5, middle.away - 4.2, middle.away - 2.6)
    left, right, near, far = area
    for _ in range(40):
        away = near + (far - near) * chance.random()
        # The frame shows less of what is near.
        reach = 0.52 * ground.mast.depth(Space(0, 0, away))
        place = Space(min(reach, max(-reach, left + (right - left) * chance.random())), 0.0, away)
        if _is_free(place, ground, excavator, crowd):
            break
    return place


def _is_free(place: Space, ground: Ground, excavator: Excavator | None, crowd: list[Person]) -> bool:
    taken = ground.taken
    if excavator:
        x, _, z = excavator.place
        taken = (*taken, (x - 2.2, x + 2.2, z - 1.7, z + 1.7))
    if any(left < place.right < right and near < place.away < far for left, right, near, far in taken):
        return False
    others = [each.feet for each in crowd]
    return all(hypot(place.right - each.right, (place.away - each.away) * 0.5) > 1.1 for each in others)


def _person(chance: Random, feet: Space, alert: str | None) -> Person:
    pose = chance.choice(_POSES)
    return Person(
        joints=skeleton(chance, feet, pose),
        has_helmet=alert != NO_HELMET_ALERT,
        has_vest=alert != NO_VEST_ALERT,
        helmet=chance.choice((0, 0, 1, 1, 2, 3)),
        vest=chance.choice((0, 0, 1)),
        clothes=chance.randrange(5),
        carries=pose == "carry",
    )


def person_box(person: Person, mast: Mast) -> Bounds:
    """The box around a person, clothes and shoes included."""
    reach = {HEAD: 0.16, 0: 0.1, 9: 0.07, 10: 0.07, 15: 0.13, 16: 0.13}
    return _around([(place, reach.get(number, 0.1)) for number, place in person.joints.items()], mast)


def head_box(person: Person, mast: Mast) -> Bounds:
    """The box around the helmet, or the bare head."""
    head = person.joints[HEAD]
    lifted = Space(head.right, head.up + (0.06 if person.has_helmet else 0.02), head.away)
    return _around([(lifted, 0.15 if person.has_helmet else 0.13)], mast)


def vest_box(person: Person, mast: Mast) -> Bounds:
    """The box around the upper body."""
    return _around([(person.joints[number], 0.09) for number in (*SHOULDERS, 11, 12)], mast)


def excavator_points(machine: Excavator) -> list[Space]:
    """The joints of its arm, from the foot of the boom to the bucket's teeth."""
    foot = Space(machine.place.right + 0.9 * machine.facing, 1.5, machine.place.away)
    elbow = _reached(foot, machine.facing, machine.boom, 3.3)
    hand = _reached(elbow, machine.facing, machine.stick, 2.3)
    tip = Space(hand.right - 0.55 * machine.facing, max(0.05, hand.up - 0.75), hand.away)
    return [foot, elbow, hand, tip]


def excavator_box(machine: Excavator, mast: Mast) -> Bounds:
    """The box around the whole machine."""
    x, _, z = machine.place
    body = [Space(x + dx, y, z + dz) for dx in (-2.0, 1.9) for y in (0.0, 2.7) for dz in (-1.25, 1.25)]
    low = [place for place in body if place.up == 0 or place.right * machine.facing < x * machine.facing + 1.5]
    return _around([(place, 0.05) for place in low] + [(each, 0.3) for each in excavator_points(machine)], mast)


def _reached(start: Space, facing: int, angle: float, length: float) -> Space:
    return Space(start.right + facing * length * cos(angle), start.up + length * sin(angle), start.away)


def _around(places: list[tuple[Space, float]], mast: Mast) -> Bounds:
    points = [(*mast.seen(place), radius * mast.metre(place)) for place, radius in places]
    return (
        max(0.0, min(x - radius for x, _, radius in points)),
        max(0.0, min(y - radius for _, y, radius in points)),
        min(float(PICTURE_WIDTH), max(x + radius for x, _, radius in points)),
        min(float(PICTURE_HEIGHT), max(y + radius for _, y, radius in points)),
    )
