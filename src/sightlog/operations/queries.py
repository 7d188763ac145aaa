"""Asking for events: pages, counts, one event, facets and schemas."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from sightlog.domain.api_keys import Caller
from sightlog.domain.cursor import read_cursor, write_cursor
from sightlog.domain.errors import Invalid, InvalidFilter, NotFound
from sightlog.domain.facets import Facets
from sightlog.domain.filters import COLUMNS, CountQuery, EventFilters, EventQuery, select
from sightlog.domain.images import UploadedImage
from sightlog.domain.metadata_schema import MetadataSchema
from sightlog.domain.problems import decode_body
from sightlog.domain.retention import reported_lookback_days
from sightlog.domain.stored import Arrivals, Count, StoredEvent
from sightlog.domain.use_cases import UseCase
from sightlog.operations.use_cases import use_case_of
from sightlog.store.contract import Store

# In the JSON of images that name pictures, and in no other that is common: both id fields end so.
NAMES_PICTURES = b'ourceId"'
DEFAULT_PAGE_EVENTS = 100
MOST_FACET_VALUES = 100
MOST_ARRIVALS = 1000
_MOST_NAMED_FIELDS = 20

# What stands in the bodies beside the filters; the empty path is the body itself.
_NO_FILTERS = ("", "useCaseId", "limit", "cursor", "atMost", "format", "groupBy", "timeBucket", "timeZone")

F = TypeVar("F", bound=EventFilters)

_query_decoder = msgspec.json.Decoder(EventQuery)
_count_decoder = msgspec.json.Decoder(CountQuery)


class Note(msgspec.Struct, frozen=True):
    """Why a page may be empty: what in the query cannot match, and what could."""

    code: str
    path: str
    message: str


class QueryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a query; `next_cursor` is None on the last one, `last_sequence` is that of the newest arrival."""

    events: list[StoredEvent]
    pictures: dict[str, UploadedImage]
    next_cursor: str | None
    last_sequence: int
    lookback_days: int
    notes: list[Note] = []


def query_events(store: Store, caller: Caller, raw: bytes) -> QueryPage:
    """One page. Raises Invalid and its kind for a bad body, NotFound for the use case, QueryTooSlow."""
    query = read_filters(raw, _query_decoder)
    return find_page(store, caller, query, query.cursor, query.limit or DEFAULT_PAGE_EVENTS)


def find_page(store: Store, caller: Caller, filters: EventFilters, cursor: str | None, limit: int) -> QueryPage:
    """The same for filters that were read already."""
    selection = select(filters)
    use_case = use_case_of(store, caller, filters.use_case_id)
    before = read_cursor(cursor, use_case.id) if cursor else None
    page = store.find_events(caller.workspace, use_case, selection, before, limit)
    return QueryPage(
        events=page.events,
        pictures=find_pictures(store, page.events),
        next_cursor=write_cursor(use_case.id, page.next) if page.next else None,
        last_sequence=page.last_sequence,
        lookback_days=reported_lookback_days(caller.lookback_days),
        notes=_unknown_fields(store, caller, use_case, filters) if not page.events else [],
    )


def _unknown_fields(store: Store, caller: Caller, use_case: UseCase, filters: EventFilters) -> list[Note]:
    """The metadata fields that filters ask for and no event has had: an empty page for a misspelt name must not look
    like an answer."""
    notes: list[Note] = []
    for name, given, of_images in (
        ("customMetadataFilters", filters.custom_metadata_filters, False),
        ("imageMetadataFilters", filters.image_metadata_filters, True),
    ):
        if not given:
            continue
        known = store.metadata_schema(caller.workspace, use_case, of_images=of_images).fields
        for index, one in enumerate(given):
            if one.field not in known:
                there = ", ".join(list(known)[:_MOST_NAMED_FIELDS]) or "none yet"
                message = f"no event of this use case has the field '{one.field}'; there is: {there}"
                notes.append(Note("unknown_metadata_field", f"{name}.{index}.field", message))
    return notes


def count_events(store: Store, caller: Caller, raw: bytes) -> Count:
    """How many events match; errors as `query_events`."""
    query = read_filters(raw, _count_decoder)
    return count_matching(store, caller, query, query.at_most)


def count_matching(store: Store, caller: Caller, filters: EventFilters, at_most: int | None) -> Count:
    """The same for filters that were read already."""
    selection = select(filters)
    return store.count_events(caller.workspace, use_case_of(store, caller, filters.use_case_id), selection, at_most)


def count_arrivals(store: Store, caller: Caller, filters: EventFilters, after: int) -> Arrivals:
    """How many matching events came after a sequence, of a bounded number of arrivals: a question for each second."""
    selection = select(filters)
    use_case = use_case_of(store, caller, filters.use_case_id)
    return store.count_arrivals(caller.workspace, use_case, selection, after, MOST_ARRIVALS)


def read_filters(raw: bytes, decoder: "msgspec.json.Decoder[F]") -> F:
    """A body with filters. Raises InvalidJson; InvalidFilter where filters are unknown or have the wrong shape, and
    Invalid for the rest of the body."""
    try:
        return decode_body(raw, decoder)
    except Invalid as error:
        if all(problem.path.partition(".")[0] not in _NO_FILTERS for problem in error.details):
            raise InvalidFilter(error.message, error.details) from None
        raise


def get_event(store: Store, caller: Caller, event_id: str) -> StoredEvent:
    """One event whole. Raises NotFound."""
    event = store.find_event(caller.workspace, event_id)
    if event is None:
        raise NotFound(f"no event has the id '{event_id[:80]}'")
    return event


def find_pictures(store: Store, events: list[StoredEvent]) -> dict[str, UploadedImage]:
    """The uploaded pictures that these events name, by their ids."""
    ids = {source_id for event in events if NAMES_PICTURES in event.images for source_id in _source_ids(event)}
    return store.find_images(ids) if ids else {}


def _source_ids(event: StoredEvent) -> Iterator[str]:
    for entry in msgspec.json.decode(event.images):
        for name in ("sourceId", "inputSourceId"):
            if entry.get(name):
                yield entry[name]


def get_facets(store: Store, caller: Caller, reference: str) -> Facets:
    """What a filter bar offers. Raises NotFound."""
    return store.facets(caller.workspace, use_case_of(store, caller, reference), MOST_FACET_VALUES)


def recent_values(store: Store, caller: Caller, use_case: UseCase, columns: Iterable[str]) -> dict[str, list[str]]:
    """The values of text columns (see `filters.COLUMNS`) that the newest events have, most frequent first."""
    return {
        column: store.recent_values(caller.workspace, use_case, COLUMNS[column][0], MOST_FACET_VALUES)
        for column in columns
    }


def get_metadata_schema(store: Store, caller: Caller, reference: str, *, of_images: bool) -> MetadataSchema:
    """The observed metadata fields of a use case's events or of their images. Raises NotFound."""
    return store.metadata_schema(caller.workspace, use_case_of(store, caller, reference), of_images=of_images)
