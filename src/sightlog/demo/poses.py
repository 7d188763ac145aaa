"""How a person stands, walks, bends or carries: a skeleton in metres. Geometry only, no pixels."""

from math import cos, pi, sin
from random import Random
from typing import NamedTuple

# COCO's numbers of the joints.
NOSE, SHOULDERS, ELBOWS, WRISTS = 0, (5, 6), (7, 8), (9, 10)
HIPS, KNEES, ANKLES = (11, 12), (13, 14), (15, 16)
# Not one of COCO's: the middle of the head.
HEAD = -1


class Space(NamedTuple):
    """A place on the site: metres to the right, up, and away from the camera."""

    right: float
    up: float
    away: float


Skeleton = dict[int, Space]


def skeleton(chance: Random, feet: Space, pose: str) -> Skeleton:
    """The joints of a person whose feet are here, turned any way."""
    tall = 0.95 + 0.1 * chance.random()
    turn = 2 * pi * chance.random()
    joints = _joints(chance, pose)
    placed = {}
    for number, (side, up, ahead) in joints.items():
        right = side * cos(turn) + ahead * sin(turn)
        away = side * sin(turn) - ahead * cos(turn)
        placed[number] = Space(feet.right + tall * right, feet.up + tall * up, feet.away + tall * away)
    return placed


def _joints(chance: Random, pose: str) -> dict[int, tuple[float, float, float]]:
    """Sideways, up and ahead, before the person is turned. Even numbers are the right side."""
    lean = {"bend": 0.95, "carry": 0.1, "walk": 0.06}.get(pose, 0.02)
    stride = 0.34 * (0.6 + 0.5 * chance.random()) if pose == "walk" else 0.05 if pose == "stand" else 0.16
    hip_height = 0.93 if pose != "bend" else 0.86
    chest = (hip_height + 0.5 * cos(lean), 0.5 * sin(lean))
    head = (hip_height + 0.73 * cos(lean), 0.73 * sin(lean) + 0.03)
    joints = {HEAD: (0.0, head[0], head[1]), NOSE: (0.0, head[0] - 0.02, head[1] + 0.1)}
    for index, side in ((0, -1.0), (1, 1.0)):
        swing = stride * (1 if index else -1)
        bent = 0.1 if swing < 0 else 0.03
        joints[SHOULDERS[index]] = (0.2 * side, chest[0], chest[1])
        joints[HIPS[index]] = (0.12 * side, hip_height, 0.0)
        joints[KNEES[index]] = (0.13 * side, 0.5, swing * 0.55 + bent)
        joints[ANKLES[index]] = (0.13 * side, 0.09, swing)
        elbow, wrist = _arm(chance, pose, chest, -swing)
        joints[ELBOWS[index]] = ((0.27 + 0.05 * chance.random()) * side, *elbow)
        joints[WRISTS[index]] = ((0.24 + 0.06 * chance.random()) * side, *wrist)
    return joints


def _arm(
    chance: Random, pose: str, chest: tuple[float, float], swing: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Elbow and wrist, each up and ahead."""
    up, ahead = chest
    if pose == "carry":
        return (up - 0.27, ahead + 0.08), (up - 0.36, ahead + 0.34)
    if pose == "bend":
        return (up - 0.26, ahead + 0.08), (up - 0.5, ahead + 0.16)
    if pose == "stand" and chance.random() < 0.3:
        return (up - 0.22, ahead + 0.1), (up - 0.1, ahead + 0.32)
    return (up - 0.28, ahead + 0.4 * swing), (up - 0.52, ahead + 0.9 * swing + 0.06)
