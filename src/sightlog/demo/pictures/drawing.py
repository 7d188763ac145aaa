"""The door to the demo's pictures: which events carry one, and the frame that belongs to an event."""

from dataclasses import replace
from datetime import datetime, timedelta

from PIL import Image

from sightlog.demo import assembly_line, construction, warehouse
from sightlog.demo.bodies import Body
from sightlog.demo.pictures import assembly_line as plates
from sightlog.demo.pictures import construction as sites
from sightlog.demo.pictures import warehouse as racks
from sightlog.demo.pictures.camera_look import Look, as_jpeg, photographed, stamp
from sightlog.demo.plants import (
    ASSEMBLY_LINE,
    BOTTLE_CAPS,
    CONSTRUCTION,
    HELMETLESS_CONTRACTOR,
    SCRATCHED_PART,
    WAREHOUSE,
    local_time,
)
from sightlog.demo.rack_scene import CRUSHED_BOX
from sightlog.demo.timetable import fingerprint

_OTHERS_PER_PICTURE, _NEEDY_PER_PICTURE = 3, 2
# Of the newest events all pictures are there, of a day those of fails and alerts; of older ones those of the story and
# some of the others.
_NEWEST, _FULL, _THINNED = timedelta(hours=3), timedelta(hours=24), timedelta(days=3)
_SHARE_OF_THINNED, _SHARE_OF_OLDER = 0.1, 0.04


def carries_picture(body: Body) -> bool:
    """Whether the plant sends a picture along: of fails, of alerts, of every second shelf that is almost empty or
    has a crushed box, and of every third of the others."""
    if not body.get("images") or body["useCaseId"] == BOTTLE_CAPS:
        return False
    if _is_fail_or_alert(body):
        return True
    return _luck(body, "others") < 1 / (_NEEDY_PER_PICTURE if _needs_somebody(body) else _OTHERS_PER_PICTURE)


def needs_picture(body: Body, now: datetime) -> bool:
    """Whether to draw the picture of this event of the history: about 350 times in a default demo."""
    if not carries_picture(body):
        return False
    age = now - datetime.fromisoformat(body["timestamp"])
    if age < (_FULL if _is_fail_or_alert(body) else _NEWEST) or _is_in_story(body):
        return True
    return _luck(body, "history") < (_SHARE_OF_THINNED if age < _THINNED else _SHARE_OF_OLDER)


def _is_fail_or_alert(body: Body) -> bool:
    return bool(body["eventType"] == "safety_alert" or body["eventData"].get("result") == "fail")


def _needs_somebody(body: Body) -> bool:
    """Whether somebody should go to this shelf."""
    found = body["images"][0].get("objectDetections", ())
    return bool(body["customMetadata"].get("restock_due")) or any(each["class"] == CRUSHED_BOX for each in found)


def _is_in_story(body: Body) -> bool:
    """The scratched part, the reflections, and the contractor's people without helmets."""
    metadata = body["customMetadata"]
    if body["useCaseId"] == ASSEMBLY_LINE:
        is_fail = bool(body["eventData"].get("result") == "fail")
        return is_fail and bool(metadata["part_number"] == SCRATCHED_PART or assembly_line.is_reflection(body))
    is_of_contractor = bool(metadata.get("contractor") == HELMETLESS_CONTRACTOR)
    return is_of_contractor and bool(body["eventData"].get("alertType") == construction.MISSING_HELMET)


def draw_picture(body: Body) -> bytes:
    """The camera frame of this event, as a JPEG file: always the same for the same event."""
    painters = {ASSEMBLY_LINE: _plate, WAREHOUSE: _rack, CONSTRUCTION: _site}
    return painters[body["useCaseId"]](body)


def _luck(body: Body, question: str) -> float:
    """A number from 0 to 1 that belongs to the event and the question."""
    return int.from_bytes(fingerprint(f"{body['eventId']}/{question}")[:8], "big") / 2**64


def _clock(body: Body) -> str:
    return f"{local_time(datetime.fromisoformat(body['timestamp'])):%Y-%m-%d %H:%M:%S}"


def _plate(body: Body) -> bytes:
    scene = assembly_line.scene_of(body)
    return _taken(plates.paint(scene), plates.LOOKS[scene.device_id], body)


def _rack(body: Body) -> bytes:
    scene = warehouse.scene_of(body)
    return _taken(racks.paint(scene), racks.LOOKS[scene.device_id], body)


def _site(body: Body) -> bytes:
    scene = construction.scene_of(body)
    look = _adjusted(sites.look_of(scene), body)
    frame = photographed(sites.paint(scene), look, body["eventId"])
    sites.mark_zone(frame, scene)
    stamp(frame, look, _clock(body))
    return as_jpeg(frame)


def _taken(scene: Image.Image, look: Look, body: Body) -> bytes:
    look = _adjusted(look, body)
    frame = photographed(scene, look, body["eventId"])
    stamp(frame, look, _clock(body))
    return as_jpeg(frame)


def _adjusted(look: Look, body: Body) -> Look:
    """Brighter after a longer exposure, and more grain with more gain, as the image's metadata tell."""
    told = body["images"][0]["metadata"]
    brighter, grainier = 0.93 + 0.14 * (told["exposure_ms"] - 2) / 6, 1 + 0.03 * told["gain_db"]
    return replace(look, exposure=brighter * look.exposure, grain=grainier * look.grain)
