"""Warehouse Inventory: racks seen from the front, shelf by shelf; `itemCount` equals the boxes found."""

from datetime import datetime
from random import Random

from sightlog.demo.bodies import Annotations, Body, box, confidence, event_body
from sightlog.demo.plants import EMPTYING_AISLE, SHELVES, local_time
from sightlog.demo.rack_scene import CAPACITY, EMPTY_BAY, RackScene, rack_scene, row_box
from sightlog.demo.timetable import Slot, fingerprint

_RESTOCK_AT = 2


def inventory_count(slot: Slot) -> Body:
    """One count of one shelf."""
    chance, camera = slot.chance, slot.camera
    shelf = slot.ordinal % len(SHELVES[camera.place]) + 1
    item_type = SHELVES[camera.place][shelf - 1]
    count = _stock(slot, shelf)
    location = f"{camera.place}-{shelf}"
    event_data = {"location": location, "itemCount": count, "itemType": item_type}
    metadata = {
        "site": camera.site,
        "aisle": camera.place,
        "shelf": shelf,
        "item_type": item_type,
        "capacity": CAPACITY,
        "fill_percent": round(100 * count / CAPACITY, 1),
        "restock_due": count <= _RESTOCK_AT,
        "air_temperature": round(15.0 + 4.0 * chance.random(), 1),
    }
    scene = rack_scene(slot.event_id, camera.device_id, location, item_type, count, slot.local.toordinal())
    return event_body(slot, "inventory_count", event_data, metadata, _findings(chance, scene))


def _stock(slot: Slot, shelf: int) -> int:
    """A shelf is used up over one to three days and filled again; in the story one aisle is not."""
    left = slot.plot.stock_left(slot.moment) if slot.camera == EMPTYING_AISLE else None
    if left is not None:
        # The upper shelves run out a little before the lower ones.
        return round(CAPACITY * max(0.0, left - 0.02 * shelf * (1 - left)))
    character = fingerprint(f"{slot.plot.seed}/{slot.camera.device_id}/{shelf}")
    hours_to_use_up = 26 + character[0] % 46
    used = (slot.moment.timestamp() / 3600 + character[1]) % hours_to_use_up / hours_to_use_up
    return round(CAPACITY - (CAPACITY - 3) * used)


def scene_of(body: Body) -> RackScene:
    """The scene that an event's annotations come from, for painting it."""
    event_data, local = body["eventData"], local_time(datetime.fromisoformat(body["timestamp"]))
    return rack_scene(
        body["eventId"], body["deviceId"], event_data["location"], event_data["itemType"], event_data["itemCount"],
        local.toordinal(),
    )  # fmt: skip


def _findings(chance: Random, scene: RackScene) -> Annotations:
    objects = []
    for stored in scene.stored:
        objects.append(box(chance, stored.kind, stored.bounds, confidence(chance, stored.bounds, 0.94)))
    for row in scene.empty_rows:
        bounds = row_box(row, scene.view)
        objects.append(box(chance, EMPTY_BAY, bounds, confidence(chance, bounds, 0.72)))
    return {"objectDetections": objects}
