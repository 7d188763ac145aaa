"""Aggregates: how many events, fails and alerts there are for each value of a grouping, and in each bucket of time.

The endpoint is ours (contract 16 proposes it); its filters are those of a query.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from sightlog.domain.errors import Invalid
from sightlog.domain.facts import CLASS, FEEDBACK_STATUS, METADATA, Value
from sightlog.domain.filters import EventFilters
from sightlog.domain.times import format_timestamp, microseconds, moment_of

GROUPINGS = {
    "event_type": "type",
    "result": "result",
    "severity": "severity",
    "alert_type": "alert_type",
    "item_type": "item_type",
    "location": "location",
    "device": "device",
    "stream": "stream",
    "workflow": "workflow",
    "detection_class": CLASS,
    "feedback_status": FEEDBACK_STATUS,
}
"""The names of groupings on the wire, and the facts' fields behind them; `metadata.NAME` is one more."""

MOST_BUCKETS = 1500
MOST_GROUPS = 1000
DEFAULT_GROUPS = 20
MOST_CELLS = 50_000

TimeUnit = Literal["quarter_hour", "hour", "day"]
_MINUTES = {"quarter_hour": 15, "hour": 60}
_MINUTE = 60_000_000


class AggregateQuery(EventFilters, frozen=True, kw_only=True):
    """The body of an aggregate. `groupBy` is a grouping's name or `metadata.NAME`; `timeBucket` needs both times;
    days begin at midnight of `timeZone`, the workspace's own when it is left out; `limit` is the most groups."""

    group_by: Annotated[str, Meta(max_length=120)] | None = None
    time_bucket: TimeUnit | None = None
    time_zone: Annotated[str, Meta(max_length=60)] | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_GROUPS)] | None = None


class Figures(Struct, frozen=True, kw_only=True, rename="camel"):
    """Of some events: how many there are, how many failed, how many are alerts, and how many were checked, that is,
    have a result, which is what the share of fails refers to."""

    count: int = 0
    fails: int = 0
    alerts: int = 0
    checked: int = 0

    def plus(self, other: "Figures") -> "Figures":
        """The two together."""
        return Figures(
            count=self.count + other.count,
            fails=self.fails + other.fails,
            alerts=self.alerts + other.alerts,
            checked=self.checked + other.checked,
        )


class Group(Figures, frozen=True, kw_only=True):
    """The events with one value; null are those without any. `buckets` when a time bucket was asked for."""

    value: Value | None
    type: str | None
    buckets: list[Figures] | None = None


class Aggregated(Struct, frozen=True, kw_only=True):
    """What a store finds: the figures of each bucket (one without buckets), the groups with the most events first, and
    what the other groups have together."""

    buckets: list[Figures]
    groups: list[Group]
    rest: Figures
    other_groups: int


class Aggregate(Struct, frozen=True, kw_only=True, rename="camel"):
    """The reply: the groups with the most events first; `rest` are the events of the other groups, of which there are
    `other_groups` (an event with several detection classes is in several groups). `bucket_starts` belongs to every
    list of buckets."""

    use_case_id: str
    group_by: str | None
    total: Figures
    groups: list[Group]
    rest: Figures
    other_groups: int
    bucket_starts: list[str] | None = None
    buckets: list[Figures] | None = None


def field_of_grouping(name: str) -> str:
    """The facts' field behind a grouping's name. Raises Invalid."""
    if name in GROUPINGS:
        return GROUPINGS[name]
    if name.startswith(METADATA) and len(name) > len(METADATA):
        return name
    raise Invalid.at("groupBy", f"unknown grouping '{name[:60]}'; allowed: {', '.join(GROUPINGS)}, metadata.NAME")


def bucket_edges(start: int, end: int, unit: TimeUnit, zone: ZoneInfo) -> list[int]:
    """Where buckets begin, from the one that holds `start` to behind the one that holds `end` (microseconds). Days are
    those of the zone, so one may have 23 or 25 hours. Raises Invalid for too many."""
    if unit == "day":
        return _days(start, end, zone)
    step = _MINUTES[unit] * _MINUTE
    first = start - start % step
    count = (end - first) // step + 1
    _refuse_many(count)
    return [first + step * number for number in range(count + 1)]


def _days(start: int, end: int, zone: ZoneInfo) -> list[int]:
    _refuse_many((end - start) // (24 * 60 * _MINUTE) + 1)
    day = moment_of(start).astimezone(zone).date()
    edges = [_midnight(day, zone)]
    while edges[-1] <= end:
        day += timedelta(days=1)
        edges.append(_midnight(day, zone))
    return edges


def _midnight(day: object, zone: ZoneInfo) -> int:
    year, month, number = (int(part) for part in str(day).split("-"))
    return microseconds(datetime(year, month, number, tzinfo=zone))


def _refuse_many(count: int) -> None:
    if count > MOST_BUCKETS:
        raise Invalid.at("timeBucket", f"the range has {count:,} of these buckets, and {MOST_BUCKETS:,} are the most")


def bucket_names(edges: list[int]) -> list[str]:
    """The buckets' beginnings, as timestamps."""
    return [format_timestamp(edge) for edge in edges[:-1]]
