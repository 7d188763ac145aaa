"""Assembly Line QA: aluminium plates with four screws, seen from above; some have a scratch or a dent."""

from math import cos, pi, sin
from random import Random

from sightlog.demo.bodies import Annotations, Body, box, event_body, outline
from sightlog.demo.plants import NUMBERS_FOR_PARTS, PARTS, SHIFT_HOURS, shift_name, shift_start
from sightlog.demo.timetable import Slot, fingerprint

SCRATCH, DENT, MISSING_SCREW, OIL_SMEAR = "scratch", "dent", "missing_screw", "oil_smear"
DEFECTS = (SCRATCH, DENT, MISSING_SCREW, OIL_SMEAR)

# Below this confidence a scratch of the demo is a reflection of the lamp.
REFLECTION_CONFIDENCE = 0.6
_REFLECTIONS_AMONG_SCRATCHES = 0.15
_PLATE = (560.0, 320.0)
_SCREWS = ((-235.0, -118.0), (235.0, -118.0), (-235.0, 118.0), (235.0, 118.0))


def quality_check(slot: Slot) -> Body:
    """One inspected plate."""
    chance = slot.chance
    defect = _defect_of(slot)
    serial = f"{shift_name(slot.local)[0].upper()}{slot.ordinal + 1:04d}"
    event_data = {
        "result": "fail" if defect else "pass",
        "externalId": f"{slot.camera.place}-{shift_start(slot.local):%y%j}-{serial}",
    }
    body = event_body(slot, "quality_check", event_data, _metadata(slot, defect), _findings(chance, defect))
    return _with_oddity(body, chance)


def is_reflection(body: Body) -> bool:
    """Whether the only scratch that was found is a reflection."""
    found = [each for image in body["images"] for each in image.get("instanceSegmentations", ())]
    return bool(found) and all(each["confidence"] < REFLECTION_CONFIDENCE for each in found)


def _defect_of(slot: Slot) -> str | None:
    if _is_scratched(slot):
        return SCRATCH
    luck = slot.chance.random()
    for defect, bound in ((DENT, 0.005), (MISSING_SCREW, 0.009), (OIL_SMEAR, 0.012)):
        if luck < bound:
            return defect
    return None


def _is_scratched(slot: Slot) -> bool:
    """Exactly one part of each run of so many, so that a shift's rate shows even among few parts."""
    run_length = slot.plot.parts_per_scratch(slot.camera, slot.moment)
    run, place = divmod(slot.ordinal, run_length)
    shift = f"{slot.plot.seed}/{slot.camera.device_id}/{shift_start(slot.local).isoformat()}"
    return int.from_bytes(fingerprint(f"{shift}/{run}")[:8], "big") % run_length == place


def _metadata(slot: Slot, defect: str | None) -> Body:
    chance, camera = slot.chance, slot.camera
    part = part_number(slot)
    return {
        "site": camera.site,
        "line_id": camera.place,
        "shift": shift_name(slot.local),
        # This one camera's workflow was set up by hand and sends a number; the schema shows both types.
        "part_number": int(part) if camera == NUMBERS_FOR_PARTS else part,
        "batch": f"{part}-{slot.local:%m%d}",
        "belt_speed": round(11.5 + 1.5 * chance.random(), 2),
        "surface_temperature": round(21.0 + 9.0 * chance.random(), 1),
        "rework": defect is None and chance.random() < 0.03,
    }


def part_number(slot: Slot) -> str:
    """What the line makes in this shift; the plot has the first word."""
    in_question = slot.plot.part_in_question(slot.camera, slot.moment)
    if in_question:
        return in_question
    parts = PARTS[slot.camera.place]
    start = shift_start(slot.local)
    shifts_so_far = start.toordinal() * 24 // SHIFT_HOURS + start.hour // SHIFT_HOURS
    return parts[shifts_so_far // 2 % len(parts)]


def _findings(chance: Random, defect: str | None) -> Annotations:
    x, y = 480 + 40 * chance.random() - 20, 270 + 20 * chance.random() - 10
    objects = [box(chance, "plate", x, y, *_PLATE, lowest=0.95)]
    lost = chance.randrange(4) if defect == MISSING_SCREW else None
    for index, (right, down) in enumerate(_SCREWS):
        name, lowest = (MISSING_SCREW, 0.75) if index == lost else ("screw", 0.88)
        objects.append(box(chance, name, x + right, y + down, 26, 26, lowest))
    spot_x, spot_y = x + 360 * chance.random() - 180, y + 180 * chance.random() - 90
    if defect == DENT:
        objects.append(box(chance, DENT, spot_x, spot_y, 28 + 30 * chance.random(), 26 + 24 * chance.random(), 0.62))
    if defect == OIL_SMEAR:
        objects.append(
            box(chance, OIL_SMEAR, spot_x, spot_y, 90 + 60 * chance.random(), 60 + 40 * chance.random(), 0.7)
        )
    scratches = [_scratch(chance, spot_x, spot_y)] if defect == SCRATCH else []
    return {"objectDetections": objects, "instanceSegmentations": scratches}


def _scratch(chance: Random, x: float, y: float) -> Body:
    """A long thin shape, slightly bent: there along one side, back along the other."""
    angle, length, bend = pi * chance.random(), 60 + 90 * chance.random(), 14 * chance.random() - 7
    there: list[tuple[float, float]] = []
    back: list[tuple[float, float]] = []
    for step in range(5):
        along = (step / 4 - 0.5) * length
        across, half_width = bend * sin(pi * step / 4), 1.2 + 1.8 * sin(pi * step / 4)
        for side, points in ((half_width, there), (-half_width, back)):
            right = along * cos(angle) - (across + side) * sin(angle)
            down = along * sin(angle) + (across + side) * cos(angle)
            points.append((x + right, y + down))
    is_reflected = chance.random() < _REFLECTIONS_AMONG_SCRATCHES
    confidence = 0.46 + 0.09 * chance.random() if is_reflected else 0.72 + 0.25 * chance.random()
    return outline(SCRATCH, there + back[::-1], confidence)


def _with_oddity(body: Body, chance: Random) -> Body:
    """A few events carry what the contract does not know, or lack their result: they arrive with warnings."""
    luck = chance.random()
    if luck < 0.0015:
        body["firmwareVersion"] = "2.4.1-rc2"
    elif luck < 0.003:
        del body["eventData"]["result"]
    return body
