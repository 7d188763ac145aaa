"""Bottle Caps Pilot: a short trial at a bench that ended and was archived."""

from sightlog.demo.bodies import Body, box, confidence, event_body
from sightlog.demo.timetable import Slot

_COLOURS = ("blue", "white", "green")


def cap_check(slot: Slot) -> Body:
    """Six bottles under the camera; a cap that sits askew fails the check."""
    chance = slot.chance
    askew = chance.randrange(6) if chance.random() < 0.15 else None
    caps = []
    for index in range(6):
        bounds = (88.0 + 140 * index, 199.0, 172.0 + 140 * index, 261.0)
        name = "crooked_cap" if index == askew else "cap"
        caps.append(box(chance, name, bounds, confidence(chance, bounds, 0.9)))
    event_data = {
        "result": "pass" if askew is None else "fail",
        "externalId": f"pilot-{slot.ordinal + 1:03d}",
    }
    metadata = {
        "site": slot.camera.site,
        "bench": 1,
        "cap_colour": _COLOURS[slot.ordinal // 40 % len(_COLOURS)],
        "torque": round(1.4 + 0.6 * chance.random(), 2),
        "lighting_trial": slot.ordinal % 2 == 0,
    }
    return event_body(slot, "quality_check", event_data, metadata, {"objectDetections": caps})
