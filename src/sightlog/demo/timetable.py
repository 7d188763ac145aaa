"""When each camera sends: events per hour by use case, hour and weekday, cut into slots.

A slot depends on absolute time, the seed and the plot only, never on when it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from random import Random
from uuid import UUID

from sightlog.demo.plants import (
    ASSEMBLY_LINE,
    BOTTLE_CAPS,
    CAMERAS,
    CONSTRUCTION,
    PILOT_CAMERA,
    WAREHOUSE,
    Camera,
    local_time,
    shift_start,
)
from sightlog.demo.plot import Plot

HOUR = timedelta(hours=1)

# The use case's part of all events; what is missing to 1 are reviews.
SHARES = {ASSEMBLY_LINE: 0.56, WAREHOUSE: 0.27, CONSTRUCTION: 0.13, BOTTLE_CAPS: 0.012}

# How busy each local hour is, from midnight on, and each day, from Monday on.
_THREE_SHIFTS = (0.7,) * 6 + (0.9,) + (1.0,) * 7 + (0.95,) * 8 + (0.7,) * 2
_STOREKEEPERS = (0.12,) * 5 + (0.4, 0.8, 1.0, 1.2, 1.2, 1.0, 0.8, 0.8, 1.1, 1.2, 1.0, 0.8, 0.6, 0.4, 0.3) + (0.15,) * 4
_BUILDERS = (0.05,) * 6 + (0.5, 1.0, 1.1, 0.8, 1.1, 1.0, 0.6, 1.0, 1.1, 1.0, 0.6, 0.3) + (0.08,) * 6
_OFFICE = (0.0,) * 8 + (1.0,) * 9 + (0.0,) * 7
_HOURS = {
    ASSEMBLY_LINE: _THREE_SHIFTS,
    WAREHOUSE: _STOREKEEPERS,
    CONSTRUCTION: _BUILDERS,
    BOTTLE_CAPS: _OFFICE,
}
_DAYS = {
    ASSEMBLY_LINE: (1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.25),
    WAREHOUSE: (1.1, 1.0, 1.0, 1.0, 1.1, 0.35, 0.15),
    CONSTRUCTION: (1.0, 1.0, 1.0, 1.0, 0.9, 0.25, 0.08),
    BOTTLE_CAPS: (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0),
}
_BUSYNESS_OF_A_WEEK = {use_case: sum(_HOURS[use_case]) * sum(_DAYS[use_case]) for use_case in SHARES}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in time that one event fills. `ordinal` counts the camera's slots since its shift began;
    `chance` gives the same numbers whenever the slot is filled again."""

    event_id: str
    camera: Camera
    moment: datetime
    local: datetime
    ordinal: int
    chance: Random
    plot: Plot


def busyness(use_case: str, local: datetime) -> float:
    """How busy a use case is at this local time; 1 is an ordinary working hour."""
    return _HOURS[use_case][local.hour] * _DAYS[use_case][local.weekday()]


def expected_events(plot: Plot, camera: Camera, moment: datetime) -> float:
    """How many events the camera sends in the hour of this moment, on average."""
    each_week = plot.events / 2 * SHARES[camera.use_case] * camera.share
    hourly = each_week / _BUSYNESS_OF_A_WEEK[camera.use_case]
    return hourly * busyness(camera.use_case, local_time(moment)) * plot.pace(camera, moment)


@lru_cache(maxsize=8192)
def _events_in_hour(plot: Plot, camera: Camera, hour: datetime) -> int:
    expected = expected_events(plot, camera, hour)
    name = f"{plot.seed}/{camera.device_id}/{hour.isoformat()}/count"
    return int(expected + int.from_bytes(fingerprint(name)[:8], "big") / 2**64)


def slots_of_hour(plot: Plot, hour: datetime) -> Iterator[Slot]:
    """The slots of all cameras in this hour (UTC)."""
    for camera in CAMERAS:
        count = _events_in_hour(plot, camera, hour)
        earlier = _earlier_in_shift(plot, camera, hour) if count else 0
        for number in range(count):
            yield _slot(plot, camera, hour, number, count, earlier + number)


def slots_of_pilot(plot: Plot) -> Iterator[Slot]:
    """The slots of the archived pilot, spread over the working hours of its days."""
    start, end = plot.pilot
    hours = [hour for hour in hours_between(start, end) if busyness(BOTTLE_CAPS, local_time(hour))]
    hours = [hour for hour in hours if start <= hour and hour + HOUR <= end]
    total = round(plot.events * SHARES[BOTTLE_CAPS])
    for index, hour in enumerate(hours):
        first, beyond = total * index // len(hours), total * (index + 1) // len(hours)
        for number in range(beyond - first):
            yield _slot(plot, PILOT_CAMERA, hour, number, beyond - first, first + number)


def slot_of_moment(plot: Plot, moment: datetime, number: int) -> Slot:
    """A slot at exactly this moment, of a camera picked by how busy each is now."""
    moment = _to_milliseconds(moment)
    digest = fingerprint(f"{plot.seed}/live/{moment.isoformat()}/{number}")
    chance = Random(digest)
    cameras = [camera for camera in CAMERAS if not plot.is_silent(camera, moment)]
    camera = chance.choices(cameras, [expected_events(plot, camera, moment) for camera in cameras])[0]
    return Slot(_id_of(digest), camera, moment, local_time(moment), chance.randrange(1_000_000), chance, plot)


def hours_between(start: datetime, end: datetime) -> list[datetime]:
    """The UTC hours that hold some of the time from start to end, oldest first."""
    first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    count = -((first - end) // HOUR)
    return [first + HOUR * index for index in range(count)]


def fingerprint(name: str) -> bytes:
    """16 bytes that stand for this name on every machine."""
    return blake2b(name.encode(), digest_size=16).digest()


def event_id_of(name: str) -> str:
    """The event id that belongs to this name: a UUID that looks like any other."""
    return _id_of(fingerprint(name))


def _id_of(digest: bytes) -> str:
    return str(UUID(bytes=digest, version=4))


def _slot(plot: Plot, camera: Camera, hour: datetime, number: int, count: int, ordinal: int) -> Slot:
    digest = fingerprint(f"{plot.seed}/{camera.device_id}/{hour.isoformat()}/{number}")
    chance = Random(digest)
    moment = _to_milliseconds(hour + HOUR * ((number + chance.random()) / count))
    return Slot(_id_of(digest), camera, moment, local_time(moment), ordinal, chance, plot)


def _earlier_in_shift(plot: Plot, camera: Camera, hour: datetime) -> int:
    began = shift_start(local_time(hour)).astimezone(UTC)
    return sum(_events_in_hour(plot, camera, earlier) for earlier in hours_between(began, hour))


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
