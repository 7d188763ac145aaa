"""The time range of an overview: its own or the last fourteen days, its buckets, and the way to their events."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.dashboard.filter_bodies import read_meaning
from sightlog.dashboard.filter_urls import ListState
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.aggregates import Aggregate, AggregateQuery, TimeUnit
from sightlog.domain.times import format_timestamp, parse_bound, parse_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.operations.aggregates import aggregate
from sightlog.web.requests import ApiRequest
from sightlog.web.visits import Visit

TIME_FILTERS = ("last", "from", "to")
DEFAULT_PRESET = "14d"

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
# So many names fit below a chart, also on a phone.
_MOST_NAMES = 8
_MINUTES_BETWEEN_NAMES = (15, 30, 60, 120, 180, 360, 720, 1440)


class Range(Struct, frozen=True):
    """What a page shows: its state with a time range, the query of it, and how fine its buckets are."""

    state: ListState
    body: dict[str, Any]
    unit: TimeUnit
    start: int
    end: int


class Bucket(Struct, frozen=True):
    """A bucket of a range: its name for a hover, the shorter one below the chart (or nothing), and its events."""

    name: str
    short: str
    events: ListState


def with_range(state: ListState) -> ListState:
    """The state with a time range."""
    if any(state.find(name) for name in TIME_FILTERS):
        return state
    return state.with_filter("last", [DEFAULT_PRESET])


def read_range(state: ListState, use_case: UseCase, clock: WallClock) -> Range:
    """The state's filters as the body of an aggregate, with both times, and the buckets that suit them."""
    state = with_range(state)
    body = read_meaning(state, use_case.id, clock).body
    start_text, end_text = body.get("startTime"), body.get("endTime")
    end = max(clock.now, 0) if end_text is None else parse_bound(str(end_text), end=True)
    start = end - 14 * _DAY if start_text is None else parse_bound(str(start_text), end=False)
    length = end - start
    unit: TimeUnit = "quarter_hour" if length <= 8 * _HOUR else "hour" if length <= 4 * _DAY else "day"
    times = {"startTime": format_timestamp(start), "endTime": format_timestamp(end)}
    return Range(state, {**body, **times, "timeZone": clock.zone.key}, unit, start, end)


def ask(request: ApiRequest, who: Visit, shown: Range, **more: Any) -> Aggregate:
    """The figures of a range. Raises Invalid for a range that ends before it begins, or is too long."""
    return aggregate(request.store, who.caller, msgspec.convert({**shown.body, **more}, AggregateQuery))


def buckets_of(shown: Range, starts: Sequence[str], clock: WallClock) -> list[Bucket]:
    """The buckets that begin at these times."""
    times = [parse_timestamp(text)[0] for text in starts]
    ends = [time - 1 for time in times[1:]] + [shown.end]
    named = _named(shown, times, clock)
    return [
        Bucket(
            clock.day(time) if shown.unit == "day" else clock.at(time).removesuffix(":00"),
            _short_name(shown, time, clock) if at in named else "",
            _events_between(shown, max(time, shown.start), end, clock),
        )
        for at, (time, end) in enumerate(zip(times, ends, strict=True))
    ]


def _named(shown: Range, times: Sequence[int], clock: WallClock) -> set[int]:
    """Which buckets have a name below the chart: every so many days, or at round hours."""
    if shown.unit == "day":
        step = -(-len(times) // _MOST_NAMES)
        return set(range(len(times) - 1, -1, -step))
    minutes = [clock.local(time).hour * 60 + clock.local(time).minute for time in times]
    for step in _MINUTES_BETWEEN_NAMES:
        found = {at for at, minute in enumerate(minutes) if minute % step == 0}
        if len(found) <= _MOST_NAMES:
            break
    return found


def _short_name(shown: Range, time: int, clock: WallClock) -> str:
    local = clock.local(time)
    is_midnight = local.hour == local.minute == 0
    return clock.day(time) if shown.unit == "day" or is_midnight else f"{local:%H:%M}"


def _events_between(shown: Range, start: int, end: int, clock: WallClock) -> ListState:
    state = shown.state.without_name(*TIME_FILTERS)
    if shown.unit == "day":
        day = clock.local(start).date().isoformat()
        return state.with_filter("from", [day]).with_filter("to", [day])
    bounds = (format_timestamp(bound).replace(".000000", "") for bound in (start, end))
    for name, bound in zip(("from", "to"), bounds, strict=True):
        state = state.with_filter(name, [bound])
    return state
