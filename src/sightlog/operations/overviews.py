"""What a quality manager looks for first: what is new to review, who fell silent, and whether today is unusual."""

from zoneinfo import ZoneInfo

from msgspec import Struct

from sightlog.domain.aggregates import Figures, bucket_edges
from sightlog.domain.filters import EventFilters, Selection, select
from sightlog.domain.stored import Count
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.operations.sources import MOST_SOURCES, NO_FEEDBACK, Rhythms, SourceState, quiet_sources
from sightlog.store.contract import Store

DAYS = 14
_DAY = 86_400_000_000
# With fewer checks a share says nothing.
LEAST_CHECKS = 20
_LEAST_DAYS = 3
_MOST_COUNTED = 10_000


class Overview(Struct, frozen=True, kw_only=True):
    """A use case at a glance. `days` are the last fourteen with today as the last one, and `day_starts` where each
    begins. `new` are the fails and alerts since the person's last visit, None before the first one. `unusual` is
    `higher` or `lower` when today's share of fails is above, or below, that of every earlier day."""

    last_event: int | None
    to_review: Count
    new: Count | None
    quiet: list[SourceState]
    day_starts: list[int]
    days: list[Figures]
    unusual: str

    @property
    def today(self) -> Figures:
        """Today so far."""
        return self.days[-1]


def overview_of(
    store: Store,
    rhythms: Rhythms,
    workspace: int,
    use_case: UseCase,
    zone: ZoneInfo,
    now: int,
    seen_at: int | None = None,
) -> Overview:
    """`seen_at` is when the person last looked at the use case. Raises QueryTooSlow."""
    since = None
    if seen_at is not None:
        since = EventFilters(
            use_case_id=use_case.id, outcomes=["fail", "alert"], start_time=format_timestamp(seen_at + 1)
        )
    edges = last_days(zone, now)
    days = store.aggregate(workspace, use_case, _within(use_case, edges), None, edges, 1).buckets
    return Overview(
        last_event=last_event_of(store, workspace, use_case),
        to_review=count_to_review(store, workspace, use_case),
        new=None if since is None else store.count_events(workspace, use_case, select(since), _MOST_COUNTED),
        quiet=quiet_sources(store, rhythms, workspace, use_case, now),
        day_starts=edges[:-1],
        days=days,
        unusual=how_unusual(days),
    )


def last_event_of(store: Store, workspace: int, use_case: UseCase) -> int | None:
    """When its newest event was (microseconds), feedback aside. Raises QueryTooSlow."""
    whole = select(EventFilters(use_case_id=use_case.id, event_types=NO_FEEDBACK))
    page = store.find_events(workspace, use_case, whole, None, 1)
    return page.events[0].timestamp if page.events else None


def count_to_review(store: Store, workspace: int, use_case: UseCase) -> Count:
    """How many fails and alerts nobody has reviewed, bounded. Raises QueryTooSlow."""
    waiting = EventFilters(use_case_id=use_case.id, outcomes=["fail", "alert"], feedback_status=["none"])
    return store.count_events(workspace, use_case, select(waiting), _MOST_COUNTED)


def last_days(zone: ZoneInfo, now: int) -> list[int]:
    """Where each of the last fourteen days of a zone begins, today as the last one, and where it ends."""
    return bucket_edges(now - (DAYS - 1) * _DAY, now, "day", zone)[-DAYS - 1 :]


def days_of_sources(
    store: Store, workspace: int, use_case: UseCase, kind: str, zone: ZoneInfo, now: int
) -> dict[str, list[Figures]]:
    """The last fourteen days of each source of a kind that was heard in them, feedback aside. Raises QueryTooSlow."""
    edges = last_days(zone, now)
    found = store.aggregate(workspace, use_case, _within(use_case, edges), kind, edges, MOST_SOURCES)
    return {str(group.value): group.buckets or [] for group in found.groups if group.value is not None}


def _within(use_case: UseCase, edges: list[int]) -> Selection:
    return select(
        EventFilters(
            use_case_id=use_case.id,
            event_types=NO_FEEDBACK,
            start_time=format_timestamp(edges[0]),
            end_time=format_timestamp(edges[-1] - 1),
        )
    )


def how_unusual(days: list[Figures]) -> str:
    """`higher` or `lower` when the last day's share of fails is outside that of every earlier day with enough checks
    (20 a day, three days); else nothing."""
    *earlier, today = days
    shares = [day.fails / day.checked for day in earlier if day.checked >= LEAST_CHECKS]
    if today.checked < LEAST_CHECKS or len(shares) < _LEAST_DAYS:
        return ""
    share = today.fails / today.checked
    if share > max(shares):
        return "higher"
    return "lower" if share < min(shares) else ""
