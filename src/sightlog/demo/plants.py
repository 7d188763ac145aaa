"""The fixed cast of the demo: two sites, their cameras, shifts, parts, shelves, contractors and reviewers."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ASSEMBLY_LINE = "Assembly Line QA"
WAREHOUSE = "Warehouse Inventory"
CONSTRUCTION = "Construction Site Safety"
BOTTLE_CAPS = "Bottle Caps Pilot"

GRAZ = "Graz"
LEON = "León"
# Both sites keep Central European time, so one clock tells the shifts of both.
PLANT_CLOCK = ZoneInfo("Europe/Vienna")

PICTURE_WIDTH = 960
PICTURE_HEIGHT = 540


class Camera(NamedTuple):
    """One source of events. `place` is its line, aisle or zone; `share` its part of its use case's events."""

    use_case: str
    device_id: str
    stream_id: str
    workflow_id: str
    site: str
    place: str
    share: float


def _line_camera(device_id: str, site: str, line: str, share: float) -> Camera:
    return Camera(ASSEMBLY_LINE, device_id, f"line-{line.lower()}", "plate-inspection-v4", site, line, share)


def _aisle_camera(device_id: str, site: str, aisle: str, share: float) -> Camera:
    return Camera(WAREHOUSE, device_id, f"rack-{aisle.lower()}", "shelf-count-v2", site, aisle, share)


def _zone_camera(device_id: str, site: str, zone: str, share: float) -> Camera:
    return Camera(CONSTRUCTION, device_id, f"{device_id}-ptz", "site-safety-v3", site, zone, share)


NUMBERS_FOR_PARTS = _line_camera("cam-graz-l1-side", GRAZ, "L1", 0.11)
SCRATCHED_LINE = _line_camera("cam-graz-l2-top", GRAZ, "L2", 0.45)
SILENT_CAMERA = _line_camera("cam-leon-l3-side", LEON, "L3", 0.13)
EMPTYING_AISLE = _aisle_camera("cam-leon-aisle-d", LEON, "D", 0.22)
SCAFFOLD_IN_LEON = _zone_camera("cam-leon-scaffold", LEON, "scaffold", 0.28)

CAMERAS = (
    _line_camera("cam-graz-l1-top", GRAZ, "L1", 0.14),
    NUMBERS_FOR_PARTS,
    SCRATCHED_LINE,
    _line_camera("cam-leon-l3-top", LEON, "L3", 0.17),
    SILENT_CAMERA,
    _aisle_camera("cam-graz-aisle-a", GRAZ, "A", 0.24),
    _aisle_camera("cam-graz-aisle-b", GRAZ, "B", 0.2),
    _aisle_camera("cam-graz-aisle-c", GRAZ, "C", 0.16),
    EMPTYING_AISLE,
    _aisle_camera("cam-leon-aisle-e", LEON, "E", 0.18),
    _zone_camera("cam-graz-gate", GRAZ, "gate", 0.22),
    _zone_camera("cam-graz-scaffold", GRAZ, "scaffold", 0.26),
    SCAFFOLD_IN_LEON,
    _zone_camera("cam-leon-excavation", LEON, "excavation", 0.24),
)
PILOT_CAMERA = Camera(BOTTLE_CAPS, "cam-graz-bench", "bench", "cap-seating-v1", GRAZ, "bench", 1.0)

PARTS = {
    "L1": ("104410", "104415", "104432"),
    "L2": ("220714", "220716", "220721"),
    "L3": ("330102", "330118"),
}
SCRATCHED_PART = "220718"

# What lies on the shelves of an aisle, from the floor up.
SHELVES = {
    "A": ("brake_disc", "brake_pad", "caliper", "brake_hose"),
    "B": ("gear_housing", "shaft", "bearing", "bearing"),
    "C": ("cable_drum", "connector", "sensor", "fuse_box"),
    "D": ("filter", "filter", "gasket", "pump_seal"),
    "E": ("valve", "fitting", "fitting", "hose_clamp"),
}

CONTRACTORS = {
    GRAZ: ("Murquell Bau", "Kernhang Gerüste", "Lindfurt Elektro"),
    LEON: ("Vegalta Andamios", "Ordunel Obras", "Bernesca Grúas"),
}
HELMETLESS_CONTRACTOR = "Vegalta Andamios"

REVIEWERS = {GRAZ: ("Marlene Aigner", "Tobias Reiter"), LEON: ("Lucía Ferrer",)}

SHIFT_HOURS = 8


def local_time(moment: datetime) -> datetime:
    """What the clock on the wall of both sites shows."""
    return moment.astimezone(PLANT_CLOCK)


def shift_name(local: datetime) -> str:
    """The shift that works at this local time: morning from 6, afternoon from 14, night from 22."""
    return ("night", "morning", "afternoon")[(local.hour + 2) // SHIFT_HOURS % 3]


def shift_start(local: datetime) -> datetime:
    """When the shift of this local time began; a night shift began the evening before."""
    hours_in = (local.hour + 2) % SHIFT_HOURS
    began = local - timedelta(hours=hours_in)
    return began.replace(minute=0, second=0, microsecond=0, fold=0)


def at_local(moment: datetime, days: int, clock: time) -> datetime:
    """The instant, in UTC, of a wall-clock time some days after the local date of `moment`."""
    day = local_time(moment).date() + timedelta(days=days)
    return datetime.combine(day, clock, PLANT_CLOCK).astimezone(UTC)
