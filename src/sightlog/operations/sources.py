"""Devices, streams and workflows: when each was last heard, and which of them are quiet.

A source is quiet when it has been silent for more than three times its usual interval. Usual is the interval within
which nine of ten of its newest hundred events followed the one before: the middle one would call a camera quiet that
works in bursts, the longest one would miss a camera that was off for a night.
"""

import threading
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from sightlog.domain.facets import SourceFacet
from sightlog.domain.filters import EventFilters, ValueFilter, select
from sightlog.domain.times import parse_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.store.contract import Store

KINDS = ("device", "stream", "workflow")
NO_FEEDBACK = ["quality_check", "inventory_count", "safety_alert", "custom"]

_SECOND = 1_000_000
_NEWEST = 101
_LEAST_INTERVALS = 10
_TIMES_USUAL = 3
# A shorter silence is nobody's business, whatever is usual.
_LEAST_SILENCE = 60 * _SECOND
_MOST_SOURCES = 200
_MOST_REMEMBERED = 20_000


class SourceState(Struct, frozen=True, kw_only=True):
    """A source and when it was last heard (microseconds). `usual` is its usual interval in microseconds, None when it
    has too few events to tell, or was heard so lately that nobody asks."""

    kind: str
    name: str
    count: int
    fails: int
    last_heard: int | None
    usual: int | None = None
    is_quiet: bool = False


class Rhythms:
    """Remembers usual intervals by a source's last event: of a silent source it cannot change."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], tuple[int, int | None]] = {}
        self._lock = threading.Lock()

    def usual(self, store: Store, workspace: int, use_case: UseCase, kind: str, name: str, last: int) -> int | None:
        """The usual interval; None when there are too few events."""
        key = (use_case.number, kind, name)
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] == last:
            return known[1]
        found = usual_interval(_newest_times(store, workspace, use_case, kind, name))
        with self._lock:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = (last, found)
        return found


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
    facets = store.facets(workspace, use_case, _MOST_SOURCES)
    of_kind = {"device": facets.devices, "stream": facets.streams, "workflow": facets.workflows}
    return [_state(store, rhythms, workspace, use_case, kind, one, now) for kind in kinds for one in of_kind[kind]]


def quiet_sources(store: Store, rhythms: Rhythms, workspace: int, use_case: UseCase, now: int) -> list[SourceState]:
    """The devices that fell silent, the longest silence last; streams where no device is named."""
    found = states_of(store, rhythms, workspace, use_case, ("device",), now)
    if not found:
        found = states_of(store, rhythms, workspace, use_case, ("stream",), now)
    return sorted((one for one in found if one.is_quiet), key=lambda one: -(one.last_heard or 0))


def _state(
    store: Store, rhythms: Rhythms, workspace: int, use_case: UseCase, kind: str, facet: SourceFacet, now: int
) -> SourceState:
    last = None if facet.last_event_at is None else parse_timestamp(facet.last_event_at)[0]
    usual, is_quiet = None, False
    if last is not None and now - last > _LEAST_SILENCE:
        usual = rhythms.usual(store, workspace, use_case, kind, facet.value, last)
        is_quiet = usual is not None and now - last > max(_TIMES_USUAL * usual, _LEAST_SILENCE)
    return SourceState(
        kind=kind,
        name=facet.value,
        count=facet.count,
        fails=facet.fails,
        last_heard=last,
        usual=usual,
        is_quiet=is_quiet,
    )


def _newest_times(store: Store, workspace: int, use_case: UseCase, kind: str, name: str) -> list[int]:
    of_source = {f"{kind}_id": ValueFilter("eq", name)}
    filters = EventFilters(use_case_id=use_case.id, event_types=NO_FEEDBACK, **of_source)  # type: ignore[arg-type]
    return store.newest_times(workspace, use_case, select(filters), _NEWEST)
