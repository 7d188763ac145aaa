"""Assembly Line QA: aluminium plates with four screws, seen from above; some have a scratch or a dent."""

from math import exp, hypot
from random import Random

from sightlog.demo.bodies import Annotations, Body, box, confidence, event_body, outline
from sightlog.demo.plants import NUMBERS_FOR_PARTS, PARTS, SHIFT_HOURS, shift_name, shift_start
from sightlog.demo.plate_scene import (
    DEFECTS,
    DENT,
    MISSING_SCREW,
    OIL_SMEAR,
    REFLECTION,
    SCRATCH,
    SCREWS,
    Mark,
    PlateScene,
    limits,
    outline_of,
    plate_box,
    plate_scene,
    screw_box,
)
from sightlog.demo.timetable import Slot, fingerprint

# Below this confidence a scratch of the demo is a reflection of the lamp.
REFLECTION_CONFIDENCE = 0.6
_REFLECTIONS_AMONG_SCRATCHES = 0.15


def quality_check(slot: Slot) -> Body:
    """One inspected plate."""
    chance = slot.chance
    defect = _defect_of(slot)
    serial = f"{shift_name(slot.local)[0].upper()}{slot.ordinal + 1:04d}"
    event_data = {
        "result": "fail" if defect else "pass",
        "externalId": f"{slot.camera.place}-{shift_start(slot.local):%y%j}-{serial}",
    }
    is_reflected = defect == SCRATCH and chance.random() < _REFLECTIONS_AMONG_SCRATCHES
    scene = plate_scene(slot.event_id, slot.camera.device_id, part_number(slot), REFLECTION if is_reflected else defect)
    body = event_body(slot, "quality_check", event_data, _metadata(slot, defect), _findings(chance, scene))
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


def scene_of(body: Body) -> PlateScene:
    """The scene that an event's annotations come from, for painting it."""
    (image,) = body["images"]
    found = {each["class"] for name in ("objectDetections", "instanceSegmentations") for each in image.get(name, ())}
    kind = REFLECTION if is_reflection(body) else next((defect for defect in DEFECTS if defect in found), None)
    return plate_scene(body["eventId"], body["deviceId"], str(body["customMetadata"]["part_number"]), kind)


def _findings(chance: Random, scene: PlateScene) -> Annotations:
    around = plate_box(scene)
    objects = [box(chance, "plate", around, confidence(chance, around))]
    for index in range(len(SCREWS)):
        is_lost = index == scene.lost_screw
        bounds = screw_box(scene, index)
        sure = confidence(chance, bounds, 0.85 if is_lost else 1.0)
        objects.append(box(chance, MISSING_SCREW if is_lost else "screw", bounds, sure))
    mark = scene.mark
    if mark is None:
        return {"objectDetections": objects}
    if mark.kind in (SCRATCH, REFLECTION):
        return {"objectDetections": objects, "instanceSegmentations": [_scratch(chance, scene, mark)]}
    bounds = limits([scene.view.seen(u, v) for u, v in mark.points])
    objects.append(box(chance, mark.kind, bounds, confidence(chance, bounds, 0.45 + 0.5 * mark.strength)))
    return {"objectDetections": objects}


def _scratch(chance: Random, scene: PlateScene, mark: Mark) -> Body:
    """The thin shape that was drawn, a little wider and not quite exact, as a model outlines it."""
    shape = [scene.view.seen(u, v) for u, v in outline_of(mark.points, mark.width + 2.6)]
    shape = [(x + chance.random() - 0.5, y + chance.random() - 0.5) for x, y in shape]
    if mark.kind == REFLECTION:
        return outline(SCRATCH, shape, 0.46 + 0.09 * chance.random())
    left, top, right, bottom = limits(shape)
    length = hypot(right - left, bottom - top)
    sure = 0.97 - 0.24 * (1 - mark.strength) - 0.16 * exp(-length / 60) - 0.04 * chance.random()
    return outline(SCRATCH, shape, max(REFLECTION_CONFIDENCE + 0.03, sure))


def _with_oddity(body: Body, chance: Random) -> Body:
    """A few events carry what the contract does not know, or lack their result: they arrive with warnings."""
    luck = chance.random()
    if luck < 0.0015:
        body["firmwareVersion"] = "2.4.1-rc2"
    elif luck < 0.003:
        del body["eventData"]["result"]
    return body
