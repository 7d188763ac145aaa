"""Devices, streams and workflows: when each was last heard, and which of them are quiet.

A source is quiet when it has been silent for more than three times its usual interval, at a time when it usually is
not. The usual interval is the one that nine of ten of its newest hundred events kept: the middle one would call a
camera quiet that works in bursts, the longest one would miss a camera that was off for a night. A time is usual when
the source was heard in the same hours a week or two ago (of a source that is younger, the day before): so nobody is
called quiet at night, or on Sunday, who never works then.
"""

import threading
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from sightlog.domain.events import EventType
from sightlog.domain.facets import SourceFacet
from sightlog.domain.filters import EventFilters, Selection, ValueFilter, select
from sightlog.domain.times import format_timestamp, parse_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.store.contract import Store

KINDS = ("device", "stream", "workflow")
MOST_SOURCES = 200
NO_FEEDBACK = ["quality_check", "inventory_count", "safety_alert", "custom"]

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_WEEK = 7 * _DAY
_NEWEST = 101
_LEAST_INTERVALS = 10
_TIMES_USUAL = 3
# A shorter silence is nobody's business, whatever is usual.
_LEAST_SILENCE = 60 * _SECOND
# A silence is compared with the same time of other days, and at least with so much of it.
_LEAST_WINDOW = 900 * _SECOND
# For so long an answer about a silent source holds.
_SECONDS_REMEMBERED = 60
_MOST_REMEMBERED = 20_000

SourceKey = tuple[int, str, str]
"""A use case, a kind, and a source's name."""


class SourceState(Struct, frozen=True, kw_only=True):
    """A source and when it was last heard (microseconds; feedback aside, so None when there is nothing else). `usual`
    is its usual interval in microseconds, None when it has too few events to tell, or was heard so lately that nobody
    asks."""

    kind: str
    name: str
    count: int
    fails: int
    last_heard: int | None
    usual: int | None = None
    is_quiet: bool = False


class Rhythms:
    """Remembers what the events of a source say of its rhythm: of a silent source the usual interval cannot change,
    and whether it is usually heard at this time holds for a minute."""

    def __init__(self) -> None:
        self._rhythms: dict[SourceKey, tuple[int, int | None, int | None]] = {}
        self._expected: dict[SourceKey, tuple[int, int, bool]] = {}
        self._lock = threading.Lock()

    def of(self, source: "Source", last: int) -> tuple[int | None, int | None]:
        """When a source whose last event of any kind is of this time was last heard, feedback aside, and its usual
        interval; None for what its events do not tell."""
        with self._lock:
            known = self._rhythms.get(source.key)
        if known is not None and known[0] == last:
            return known[1:]
        times = source.newest_times(_NEWEST)
        heard, usual = max(times, default=None), usual_interval(times)
        with self._lock:
            if len(self._rhythms) >= _MOST_REMEMBERED:
                self._rhythms.clear()
            self._rhythms[source.key] = (last, heard, usual)
        return heard, usual

    def is_expected(self, source: "Source", last: int, now: int) -> bool:
        """Whether the source is usually heard at the times since its last event."""
        with self._lock:
            known = self._expected.get(source.key)
        if known is not None and known[0] == last and 0 <= now - known[1] < _SECONDS_REMEMBERED * _SECOND:
            return known[2]
        found = source.is_usually_heard(last, now)
        with self._lock:
            if len(self._expected) >= _MOST_REMEMBERED:
                self._expected.clear()
            self._expected[source.key] = (last, now, found)
        return found


class Source(Struct, frozen=True):
    """One source, and what can be asked of its events, feedback aside."""

    store: Store
    workspace: int
    use_case: UseCase
    kind: str
    name: str

    @property
    def key(self) -> SourceKey:
        return self.use_case.number, self.kind, self.name

    def newest_times(self, limit: int) -> list[int]:
        """The times of its newest events, newest first."""
        return self.store.newest_times(self.workspace, self.use_case, self._events(None, None), limit)

    def is_usually_heard(self, last: int, now: int) -> bool:
        """Whether it was heard in the hours of the silence a week or two ago; of a source without older events, a
        day ago, and of one without any of these, always."""
        start, end = last + 1, max(now, last + _LEAST_WINDOW)
        for step in (_WEEK, _DAY):
            if self._has_events(None, end - step):
                weeks = (1, 2) if step == _WEEK else (1,)
                return any(self._has_events(start - step * back, end - step * back) for back in weeks)
        return True

    def _has_events(self, start: int | None, end: int) -> bool:
        return self.store.count_events(self.workspace, self.use_case, self._events(start, end), 1).count > 0

    def _events(self, start: int | None, end: int | None) -> Selection:
        return select(
            EventFilters(
                use_case_id=self.use_case.id,
                event_types=NO_FEEDBACK,
                start_time=None if start is None else format_timestamp(start),
                end_time=None if end is None else format_timestamp(end),
                **{f"{self.kind}_id": ValueFilter("eq", self.name)},  # type: ignore[arg-type]  # one of the KINDS
            )
        )


def usual_interval(newest_first: Sequence[int]) -> int | None:
    """The interval that nine of ten do not exceed; None for fewer than ten intervals."""
    intervals = sorted(later - earlier for later, earlier in pairwise(newest_first))
    if len(intervals) < _LEAST_INTERVALS:
        return None
    return intervals[len(intervals) * 9 // 10]


def states_of(
    store: Store, rhythms: Rhythms, workspace: int, use_case: UseCase, kinds: Sequence[str], now: int
) -> list[SourceState]:
    """The sources of a use case, those with the most events first."""
    facets = store.facets(workspace, use_case, MOST_SOURCES)
    has_reviews = any(one.value == EventType.OPERATOR_FEEDBACK for one in facets.event_types)
    of_kind = {"device": facets.devices, "stream": facets.streams, "workflow": facets.workflows}
    return [
        _state(rhythms, Source(store, workspace, use_case, kind, one.value), one, now, has_reviews=has_reviews)
        for kind in kinds
        for one in of_kind[kind]
    ]


def quiet_sources(store: Store, rhythms: Rhythms, workspace: int, use_case: UseCase, now: int) -> list[SourceState]:
    """The devices that fell silent, the longest silence last; streams where no device is named."""
    found = states_of(store, rhythms, workspace, use_case, ("device",), now)
    if not found:
        found = states_of(store, rhythms, workspace, use_case, ("stream",), now)
    return sorted((one for one in found if one.is_quiet), key=lambda one: -(one.last_heard or 0))


def _state(rhythms: Rhythms, source: Source, facet: SourceFacet, now: int, *, has_reviews: bool) -> SourceState:
    last = None if facet.last_event_at is None else parse_timestamp(facet.last_event_at)[0]
    usual, is_quiet = None, False
    if last is not None and (has_reviews or now - last > _LEAST_SILENCE):
        last, usual = rhythms.of(source, last)
    if last is not None and usual is not None and now - last > max(_TIMES_USUAL * usual, _LEAST_SILENCE):
        is_quiet = rhythms.is_expected(source, last, now)
    return SourceState(
        kind=source.kind,
        name=source.name,
        count=facet.count,
        fails=facet.fails,
        last_heard=last,
        usual=usual,
        is_quiet=is_quiet,
    )
