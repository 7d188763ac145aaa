"""Devices, streams and workflows: when each was last heard, and which of them are quiet.

A source is quiet when it has been silent for more than three times its usual interval, at a time when it usually is
not. The usual interval is the one that nine of ten of its newest hundred events kept: the middle one would call a
camera quiet that works in bursts, the longest one would miss a camera that was off for a night. A time is usual when
the source was heard in the same hours a week or two ago (of a source that is younger, the day before): so nobody is
called quiet at night, or on Sunday, who never works then.
"""

import threading
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from sightlog.domain.events import EventType
from sightlog.domain.facets import SourceFacet
from sightlog.domain.filters import EventFilters, Selection, select
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

# Before all events.
_EARLIEST = -(2**62)

SourceKey = tuple[int, str, str]
"""A use case, a kind, and a source's name."""
Rhythm = tuple[int | None, int | None]
"""When a source was last heard, feedback aside, and its usual interval; None for what its events do not tell."""


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


class Sources(Struct, frozen=True):
    """The sources of one kind in a use case, and what can be asked of their events, feedback aside."""

    store: Store
    workspace: int
    use_case: UseCase
    kind: str

    def key(self, name: str) -> SourceKey:
        return self.use_case.number, self.kind, name

    def rhythms(self, names: Collection[str]) -> dict[str, Rhythm]:
        """What the newest events of these sources say of each."""
        events = self._events(None, None)
        times = self.store.newest_times_of(self.workspace, self.use_case, events, self.kind, names, _NEWEST)
        return {name: (max(own, default=None), usual_interval(own)) for name, own in times.items()}

    def usually_heard(self, last: Mapping[str, int], now: int) -> set[str]:
        """Those that were heard in the hours of their silence (`last` is its beginning) a week or two ago; of sources
        without older events, a day ago, and of those without any of these, always."""
        silences = {name: (at + 1, max(now, at + _LEAST_WINDOW)) for name, at in last.items()}
        usual: set[str] = set()
        for step in (_WEEK, _DAY):
            older = self._heard({name: (_EARLIEST, end - step) for name, (_, end) in silences.items()})
            for back in (1, 2) if step == _WEEK else (1,):
                shift = step * back
                asked = {name: silences[name] for name in older - usual}
                usual |= self._heard({name: (start - shift, end - shift) for name, (start, end) in asked.items()})
            silences = {name: silence for name, silence in silences.items() if name not in older}
        return usual | silences.keys()

    def _heard(self, spans: dict[str, tuple[int, int]]) -> set[str]:
        if not spans:
            return set()
        start, end = min(start for start, _ in spans.values()), max(end for _, end in spans.values())
        events = self._events(None if start == _EARLIEST else start, end)
        return self.store.heard_between(self.workspace, self.use_case, events, self.kind, spans)

    def _events(self, start: int | None, end: int | None) -> Selection:
        return select(
            EventFilters(
                use_case_id=self.use_case.id,
                event_types=NO_FEEDBACK,
                start_time=None if start is None else format_timestamp(start),
                end_time=None if end is None else format_timestamp(end),
            )
        )


class Rhythms:
    """Remembers what the events of a source say of its rhythm: of a silent source the usual interval cannot change,
    and whether it is usually heard at this time holds for a minute."""

    def __init__(self) -> None:
        self._rhythms: dict[SourceKey, tuple[int, Rhythm]] = {}
        self._expected: dict[SourceKey, tuple[int, int, bool]] = {}
        self._lock = threading.Lock()

    def of(self, sources: Sources, last: Mapping[str, int]) -> dict[str, Rhythm]:
        """The rhythms of sources by their names; `last` is the time of each one's last event of any kind."""
        with self._lock:
            known = {name: self._rhythms.get(sources.key(name)) for name in last}
        found = {name: one[1] for name, one in known.items() if one is not None and one[0] == last[name]}
        missing = last.keys() - found.keys()
        if missing:
            asked = sources.rhythms(missing)
            with self._lock:
                _make_room(self._rhythms)
                self._rhythms |= {sources.key(name): (last[name], rhythm) for name, rhythm in asked.items()}
            found |= asked
        return found

    def expected(self, sources: Sources, last: Mapping[str, int], now: int) -> set[str]:
        """Those of the sources that are usually heard at the times since their last event."""
        with self._lock:
            known = {name: self._expected.get(sources.key(name)) for name in last}
        lately = _SECONDS_REMEMBERED * _SECOND
        found = {
            name: one[2]
            for name, one in known.items()
            if one is not None and one[0] == last[name] and 0 <= now - one[1] < lately
        }
        missing = {name: at for name, at in last.items() if name not in found}
        if missing:
            usual = sources.usually_heard(missing, now)
            asked = {name: name in usual for name in missing}
            with self._lock:
                _make_room(self._expected)
                self._expected |= {sources.key(name): (last[name], now, one) for name, one in asked.items()}
            found |= asked
        return {name for name, is_expected in found.items() if is_expected}


def _make_room(memory: dict[SourceKey, Any]) -> None:
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()


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
        state
        for kind in kinds
        for state in _states(
            rhythms, Sources(store, workspace, use_case, kind), of_kind[kind], now, has_reviews=has_reviews
        )
    ]


def quiet_sources(store: Store, rhythms: Rhythms, workspace: int, use_case: UseCase, now: int) -> list[SourceState]:
    """The devices that fell silent, the longest silence last; streams where no device is named."""
    found = states_of(store, rhythms, workspace, use_case, ("device",), now)
    if not found:
        found = states_of(store, rhythms, workspace, use_case, ("stream",), now)
    return sorted((one for one in found if one.is_quiet), key=lambda one: -(one.last_heard or 0))


def _states(
    rhythms: Rhythms, sources: Sources, facets: Sequence[SourceFacet], now: int, *, has_reviews: bool
) -> list[SourceState]:
    last = {one.value: parse_timestamp(one.last_event_at)[0] for one in facets if one.last_event_at is not None}
    asked = {name: at for name, at in last.items() if has_reviews or now - at > _LEAST_SILENCE}
    found = {name: (at, None) for name, at in last.items()} | rhythms.of(sources, asked)
    silent = {
        name: at
        for name, (at, usual) in found.items()
        if at is not None and usual is not None and now - at > max(_TIMES_USUAL * usual, _LEAST_SILENCE)
    }
    quiet = rhythms.expected(sources, silent, now)
    states = []
    for one in facets:
        heard, usual = found.get(one.value, (None, None))
        states.append(
            SourceState(
                kind=sources.kind,
                name=one.value,
                count=one.count,
                fails=one.fails,
                last_heard=heard,
                usual=usual,
                is_quiet=one.value in quiet,
            )
        )
    return states
