"""Asking for aggregates: events, fails and alerts by value and by time."""

from functools import reduce
from zoneinfo import ZoneInfo

import msgspec

from sightlog.domain.aggregates import (
    DEFAULT_GROUPS,
    MOST_CELLS,
    Aggregate,
    AggregateQuery,
    Figures,
    bucket_edges,
    bucket_names,
    field_of_grouping,
)
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import Invalid
from sightlog.domain.filters import Selection, select
from sightlog.operations.queries import read_filters
from sightlog.operations.time_zones import check_time_zone, zone_of
from sightlog.operations.use_cases import use_case_of
from sightlog.operations.workspaces import get_workspace
from sightlog.store.contract import Store

_decoder = msgspec.json.Decoder(AggregateQuery)


def aggregate_events(store: Store, caller: Caller, raw: bytes) -> Aggregate:
    """The figures of the events that match. Raises Invalid and its kind, NotFound, QueryTooSlow."""
    return aggregate(store, caller, read_filters(raw, _decoder))


def aggregate(store: Store, caller: Caller, query: AggregateQuery) -> Aggregate:
    """The same for a query that was read already."""
    selection = select(query)
    field = None if query.group_by is None else field_of_grouping(query.group_by)
    edges = _edges(store, caller, query, selection)
    use_case = use_case_of(store, caller, query.use_case_id)
    found = store.aggregate(caller.workspace, use_case, selection, field, edges, query.limit or DEFAULT_GROUPS)
    return Aggregate(
        use_case_id=use_case.id,
        group_by=query.group_by,
        total=reduce(Figures.plus, found.buckets),
        groups=found.groups,
        rest=found.rest,
        other_groups=found.other_groups,
        bucket_starts=None if edges is None else bucket_names(edges),
        buckets=None if edges is None else found.buckets,
    )


def _edges(store: Store, caller: Caller, query: AggregateQuery, selection: Selection) -> list[int] | None:
    if query.time_bucket is None:
        return None
    start, end = selection.span.start, selection.span.end
    if start is None or end is None:
        raise Invalid.at("timeBucket", "needs startTime and endTime")
    edges = bucket_edges(start, end, query.time_bucket, _zone(store, caller, query))
    groups = 1 if query.group_by is None else query.limit or DEFAULT_GROUPS
    if groups * (len(edges) - 1) > MOST_CELLS:
        raise Invalid.at(
            "limit", f"{groups} groups of {len(edges) - 1} buckets are more than {MOST_CELLS:,} figures; ask for fewer"
        )
    return edges


def _zone(store: Store, caller: Caller, query: AggregateQuery) -> ZoneInfo:
    if query.time_zone is not None:
        return ZoneInfo(check_time_zone(query.time_zone))
    return zone_of(get_workspace(store, caller.workspace_slug))
