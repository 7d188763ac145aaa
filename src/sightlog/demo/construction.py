"""Construction Site Safety: people and machines from a high mast by day, at dusk and in infra-red."""

from datetime import datetime
from math import pi, sin
from random import Random

from sightlog.demo.bodies import Annotations, Body, box, confidence, event_body
from sightlog.demo.plants import CONTRACTORS, HELMETLESS_CONTRACTOR, local_time
from sightlog.demo.site_scene import (
    DAY,
    DUSK,
    INFRARED,
    Mast,
    Person,
    SiteScene,
    excavator_box,
    ground_of,
    head_box,
    person_box,
    site_scene,
    vest_box,
)
from sightlog.demo.timetable import Slot, fingerprint

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
# How well people stand out in each light.
_CONTRASTS = {DAY: 1.0, DUSK: 0.78, INFRARED: 0.68}


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
    people = 1 + int(2.5 * chance.random())
    findings = _findings(chance, _scene(slot.event_id, camera.device_id, slot.local, people, alert_type))
    metadata = {
        "site": camera.site,
        "zone": camera.place,
        "alert_type": alert_type,
        "contractor": contractor if is_workday else "unknown",
        "people": people,
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
    people = int(1 + 4 * chance.random()) if slot.local.hour in _WORKDAY_HOURS else 0
    findings = _findings(chance, _scene(slot.event_id, camera.device_id, slot.local, people, None))
    metadata = {
        "site": camera.site,
        "zone": camera.place,
        "people": people,
        "wind_speed": round(1.0 + 9.0 * chance.random(), 1),
        "siren": False,
    }
    if people:
        metadata["contractor"] = chance.choice(CONTRACTORS[camera.site])
    who = "1 person" if people == 1 else f"{people} people"
    return event_body(slot, "custom", {"value": f"{who} at the {camera.place}"}, metadata, findings)


def scene_of(body: Body) -> SiteScene:
    """The scene that an event's annotations come from, for painting it."""
    local = local_time(datetime.fromisoformat(body["timestamp"]))
    return _scene(
        body["eventId"], body["deviceId"], local, body["customMetadata"]["people"], body["eventData"].get("alertType")
    )


def _scene(event_id: str, device_id: str, local: datetime, people: int, alert_type: str | None) -> SiteScene:
    # The weather of a day is the same for both cameras of a site.
    sunny = fingerprint(f"{device_id[:8]}/{local.date()}")[0] % 5 < 3
    return site_scene(event_id, device_id, light_at(local), people, alert_type, sunny=sunny)


def _findings(chance: Random, scene: SiteScene) -> Annotations:
    """The first person is the one that an alert is about, and is often found as a skeleton."""
    mast, contrast = ground_of(scene.device_id).mast, _CONTRASTS[scene.light]
    objects: list[Body] = []
    skeletons: list[Body] = []
    for index, person in enumerate(scene.people):
        bounds = person_box(person, mast)
        found = box(chance, PERSON, bounds, confidence(chance, bounds, contrast))
        if index == 0 and chance.random() < 0.5:
            skeletons.append(found | {"keypoints": _skeleton(chance, person, mast)})
        else:
            objects.append(found)
        bounds = head_box(person, mast)
        name = HELMET if person.has_helmet else NO_HELMET
        objects.append(
            box(chance, name, bounds, confidence(chance, bounds, contrast if person.has_helmet else 0.9 * contrast))
        )
        if person.has_vest:
            bounds = vest_box(person, mast)
            objects.append(box(chance, VEST, bounds, confidence(chance, bounds, contrast)))
    if scene.excavator:
        bounds = excavator_box(scene.excavator, mast)
        objects.append(box(chance, EXCAVATOR, bounds, confidence(chance, bounds, contrast)))
    return {
        "objectDetections": objects,
        "keypoints": skeletons,
        "classifications": [_light_found(chance, scene.light)],
    }


def _light_found(chance: Random, light: str) -> Body:
    return {"class": light, "confidence": round(0.9 + 0.09 * chance.random(), 2)}


def _skeleton(chance: Random, person: Person, mast: Mast) -> list[Body]:
    seen = {number: mast.seen(place) for number, place in person.joints.items() if number >= 0}
    return [
        {"id": number, "x": round(x + 2 * chance.random() - 1, 1), "y": round(y + 2 * chance.random() - 1, 1)}
        for number, (x, y) in sorted(seen.items())
    ]


def light_at(local: datetime) -> str:
    """Day, dusk (also of the morning) or infra-red, as the sun of central Europe stands at this time."""
    half_day = 6.1 + 1.9 * sin(2 * pi * (local.timetuple().tm_yday - 80) / 365)
    noon = 13.2 if local.dst() else 12.2
    from_noon = abs(local.hour + local.minute / 60 - noon)
    if from_noon < half_day:
        return DAY
    return DUSK if from_noon < half_day + 0.8 else INFRARED
