"""The demo's events as one stream: two weeks of history, newest first, and one more for any moment."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from random import Random

from sightlog.demo.assembly_line import quality_check
from sightlog.demo.bodies import Body, wire_time
from sightlog.demo.bottle_caps import cap_check
from sightlog.demo.construction import safety_event
from sightlog.demo.plants import ASSEMBLY_LINE, BOTTLE_CAPS, CONSTRUCTION, WAREHOUSE, local_time
from sightlog.demo.plot import Plot
from sightlog.demo.reviews import LONGEST_DELAY, review_of
from sightlog.demo.timetable import (
    Slot,
    busyness,
    hours_between,
    slot_of_moment,
    slots_of_hour,
    slots_of_pilot,
)
from sightlog.demo.warehouse import inventory_count

USE_CASES = (ASSEMBLY_LINE, WAREHOUSE, CONSTRUCTION, BOTTLE_CAPS)
# To be archived once their events are stored.
ARCHIVED = (BOTTLE_CAPS,)

HISTORY = timedelta(days=14)
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 12.0

_MAKERS: dict[str, Callable[[Slot], Body]] = {
    ASSEMBLY_LINE: quality_check,
    WAREHOUSE: inventory_count,
    CONSTRUCTION: safety_event,
    BOTTLE_CAPS: cap_check,
}


def history(now: datetime, events: int = 10_000, seed: int = 7, anchor: datetime | None = None) -> Iterator[Body]:
    """About so many create bodies over the two weeks before `now` (cut to its minute), newest first.

    The archived pilot's are among them. `useCaseId` holds the use case's name. `anchor` is when the demo was
    first made; left out, it is `now`.
    """
    now = _to_minute(now)
    plot = Plot(_to_minute(anchor or now), seed, events)
    main = _between(plot, now - HISTORY, now)
    return merge(main, _sorted(map(_body, slots_of_pilot(plot))), key=newest_first, reverse=True)


def history_between(
    start: datetime, end: datetime, anchor: datetime, events: int = 10_000, seed: int = 7
) -> Iterator[Body]:
    """The create bodies from `start` until just before `end`, newest first, without the archived pilot.

    The same moment gives the same event and id whatever the bounds are, so that a demo that is continued
    repeats nothing. Reviews are given only of events inside the bounds: what they point at is always there.
    """
    return _between(Plot(_to_minute(anchor), seed, events), start, end)


def live_event(moment: datetime, number: int, seed: int = 7, anchor: datetime | None = None) -> Body:
    """One more event, sent at exactly this moment by a camera that is likely at this hour.

    `number` tells events of one moment apart.
    """
    plot = Plot(_to_minute(anchor or moment), seed)
    return _body(slot_of_moment(plot, moment, number))


def live_pause_seconds(moment: datetime, number: int, seed: int = 7) -> float:
    """How long to wait for the event after this one: a few seconds by day, more at night and at weekends."""
    usual = 3.5 / max(0.3, busyness(ASSEMBLY_LINE, local_time(moment)))
    pause = usual * (0.5 + Random(f"{seed}/pause/{number}").random())
    return min(max(pause, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)


def newest_first(body: Body) -> tuple[str, str]:
    """The server's own order, when sorted in reverse: by time, then by id."""
    return body["timestamp"], body["eventId"]


def _between(plot: Plot, start: datetime, end: datetime) -> Iterator[Body]:
    """Hour by hour back in time; an event waits until no earlier hour can bring a review newer than it."""
    waiting: list[Body] = []
    for hour in reversed(hours_between(start, end)):
        waiting.extend(_bodies_of_hour(plot, hour, start, end))
        complete_from = wire_time(hour + LONGEST_DELAY)
        yield from _sorted(body for body in waiting if body["timestamp"] >= complete_from)
        waiting = [body for body in waiting if body["timestamp"] < complete_from]
    yield from _sorted(waiting)


def _bodies_of_hour(plot: Plot, hour: datetime, start: datetime, end: datetime) -> Iterator[Body]:
    for slot in slots_of_hour(plot, hour):
        if start <= slot.moment < end and not plot.is_silent(slot.camera, slot.moment):
            body = _body(slot)
            yield body
            review = review_of(slot, body)
            if review and review[0] < end:
                yield review[1]


def _sorted(bodies: Iterable[Body]) -> list[Body]:
    return sorted(bodies, key=newest_first, reverse=True)


def _body(slot: Slot) -> Body:
    return _MAKERS[slot.camera.use_case](slot)


def _to_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
