"""Construction Site Safety: people and machines from a high mast by day, at dusk and in infra-red."""

from math import pi, sin
from random import Random

from sightlog.demo.bodies import Annotations, Body, box, event_body
from sightlog.demo.plants import CONTRACTORS, HELMETLESS_CONTRACTOR
from sightlog.demo.timetable import Slot

PERSON, HELMET, NO_HELMET, VEST, EXCAVATOR = "person", "helmet", "no_helmet", "vest", "excavator"
MISSING_HELMET = "no_helmet"

# Alert type: how often among the alerts of a working day, how severe, what it says.
_ALERTS = {
    MISSING_HELMET: (0.22, "high", "Person without a helmet near the {zone}"),
    "no_vest": (0.34, "medium", "Person without a safety vest near the {zone}"),
    "zone_intrusion": (0.26, "medium", "Person inside the marked zone at the {zone}"),
    "machine_too_close": (0.18, "high", "Person within five metres of a moving machine at the {zone}"),
}
_WORKDAY_HOURS = range(6, 19)
# Where the points of a skeleton lie in a person's box, from -0.5 to 0.5; the ids are COCO's.
_SKELETON = {
    0: (0.0, -0.42), 5: (-0.22, -0.28), 6: (0.22, -0.28), 9: (-0.34, 0.02), 10: (0.34, 0.02),
    11: (-0.14, 0.06), 12: (0.14, 0.06), 15: (-0.16, 0.46), 16: (0.16, 0.46),
}  # fmt: skip


def safety_event(slot: Slot) -> Body:
    """An alert, or (about every second event) the plain count of people on the site."""
    is_story = slot.plot.is_helmetless_morning(slot.camera, slot.moment)
    is_workday = slot.local.hour in _WORKDAY_HOURS
    if slot.chance.random() < (0.85 if is_story else 0.5 if is_workday else 0.8):
        return _alert(slot, is_story=is_story, is_workday=is_workday)
    return _head_count(slot)


def _alert(slot: Slot, *, is_story: bool, is_workday: bool) -> Body:
    chance, camera = slot.chance, slot.camera
    alert_type, contractor = _pick_alert(chance, is_workday), chance.choice(CONTRACTORS[camera.site])
    if is_story and chance.random() < 0.9:
        alert_type, contractor = MISSING_HELMET, HELMETLESS_CONTRACTOR
    _, severity, description = _ALERTS[alert_type]
    event_data = {
        "alertType": alert_type,
        "severity": severity if is_workday else "high",
        "description": description.format(zone=camera.place),
    }
    findings = _findings(slot, 1 + int(2.5 * chance.random()), alert_type)
    metadata = {
        "site": camera.site,
        "zone": camera.place,
        "alert_type": alert_type,
        "contractor": contractor if is_workday else "unknown",
        "people": _people(findings),
        "wind_speed": round(1.0 + 9.0 * chance.random(), 1),
        "siren": severity == "high" and chance.random() < 0.4,
    }
    return event_body(slot, "safety_alert", event_data, metadata, findings)


def _pick_alert(chance: Random, is_workday: bool) -> str:
    if not is_workday:
        return "zone_intrusion"
    return chance.choices(list(_ALERTS), [share for share, _, _ in _ALERTS.values()])[0]


def _head_count(slot: Slot) -> Body:
    chance, camera = slot.chance, slot.camera
    findings = _findings(slot, int(1 + 4 * chance.random()) if slot.local.hour in _WORKDAY_HOURS else 0, None)
    people = _people(findings)
    metadata = {
        "site": camera.site,
        "zone": camera.place,
        "people": people,
        "wind_speed": round(1.0 + 9.0 * chance.random(), 1),
        "siren": False,
    }
    if people:
        metadata["contractor"] = chance.choice(CONTRACTORS[camera.site])
    return event_body(slot, "custom", {"value": f"{people} people at the {camera.place}"}, metadata, findings)


def _people(findings: Annotations) -> int:
    """Everybody is found once, as a box or as a skeleton."""
    return sum(found["class"] == PERSON for name in ("objectDetections", "keypoints") for found in findings[name])


def _findings(slot: Slot, people: int, alert_type: str | None) -> Annotations:
    """The first person is the one that an alert is about."""
    chance = slot.chance
    light = light_at(slot)
    objects: list[Body] = []
    skeletons: list[Body] = []
    for index in range(people):
        height = 52 + 36 * chance.random()
        x, y = 140 + 680 * chance.random(), 200 + 270 * chance.random()
        person = box(chance, PERSON, x, y, 0.42 * height, height, 0.7)
        is_culprit = index == 0
        if is_culprit and chance.random() < 0.5:
            skeletons.append(person | {"keypoints": _skeleton(chance, person)})
        else:
            objects.append(person)
        head = NO_HELMET if is_culprit and alert_type == MISSING_HELMET else HELMET
        objects.append(box(chance, head, x, y - 0.43 * height, 0.2 * height, 0.15 * height, 0.6))
        if not (is_culprit and alert_type == "no_vest"):
            objects.append(box(chance, VEST, x, y - 0.15 * height, 0.36 * height, 0.34 * height, 0.6))
    if alert_type == "machine_too_close" or slot.camera.place == "excavation":
        objects.append(box(chance, EXCAVATOR, 300 + 360 * chance.random(), 300, 210, 160, 0.85))
    return {
        "objectDetections": objects,
        "keypoints": skeletons,
        "classifications": [_light_found(chance, light)],
    }


def _light_found(chance: Random, light: str) -> Body:
    return {"class": light, "confidence": round(0.9 + 0.09 * chance.random(), 2)}


def _skeleton(chance: Random, person: Body) -> list[Body]:
    return [
        {
            "id": number,
            "x": round(person["x"] + right * person["width"] + chance.random() - 0.5, 1),
            "y": round(person["y"] + down * person["height"] + chance.random() - 0.5, 1),
        }
        for number, (right, down) in _SKELETON.items()
    ]


def light_at(slot: Slot) -> str:
    """Day, dusk (also of the morning) or infra-red, as the sun of central Europe stands at this time."""
    half_day = 6.1 + 1.9 * sin(2 * pi * (slot.local.timetuple().tm_yday - 80) / 365)
    noon = 13.2 if slot.local.dst() else 12.2
    from_noon = abs(slot.local.hour + slot.local.minute / 60 - noon)
    if from_noon < half_day:
        return "day"
    return "dusk" if from_noon < half_day + 0.8 else "infrared"
