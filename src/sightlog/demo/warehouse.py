"""Warehouse Inventory: racks seen from the front, shelf by shelf; `itemCount` equals the boxes found."""

from random import Random

from sightlog.demo.bodies import Annotations, Body, box, event_body
from sightlog.demo.plants import EMPTYING_AISLE, SHELVES
from sightlog.demo.timetable import Slot, fingerprint

CARTON, TOTE, CRUSHED_BOX, EMPTY_BAY = "carton", "tote", "crushed_box", "empty_bay"
CAPACITY = 12
_BAYS_PER_ROW = 6
_TOTES_FOR = ("bearing", "connector", "fitting", "fuse_box")
_RESTOCK_AT = 2


def inventory_count(slot: Slot) -> Body:
    """One count of one shelf."""
    chance, camera = slot.chance, slot.camera
    shelf = slot.ordinal % len(SHELVES[camera.place]) + 1
    item_type = SHELVES[camera.place][shelf - 1]
    count = _stock(slot, shelf)
    event_data = {"location": f"{camera.place}-{shelf}", "itemCount": count, "itemType": item_type}
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
    return event_body(slot, "inventory_count", event_data, metadata, _findings(chance, item_type, count))


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


def _findings(chance: Random, item_type: str, count: int) -> Annotations:
    usual = TOTE if item_type in _TOTES_FOR else CARTON
    objects = []
    for index in range(count):
        row, column = divmod(index, _BAYS_PER_ROW)
        name = CRUSHED_BOX if usual == CARTON and chance.random() < 0.006 else usual
        x, y = 118 + column * 145, 172 + row * 226
        objects.append(box(chance, name, x, y, 116 + 8 * chance.random(), 128 + 20 * chance.random()))
    if count <= _BAYS_PER_ROW:
        objects.append(box(chance, EMPTY_BAY, 480, 398, 860, 190, 0.7))
    return {"objectDetections": objects}
