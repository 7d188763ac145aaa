"""Taking events out by filters, as a file that is written while it is read.

An export goes through the pages of a query, each a short read of its own: it holds neither a snapshot open, which
would keep the database's log from being tidied, nor more than one page in memory.
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from sightlog.domain.api_keys import Caller
from sightlog.domain.event_tables import BYTE_ORDER_MARK, EventTable
from sightlog.domain.exports import CONTENT_TYPES, ExportFormat, ExportQuery
from sightlog.domain.filters import EventFilters, Selection, select
from sightlog.domain.stored import EventPage, StoredEvent
from sightlog.domain.times import moment_of
from sightlog.domain.use_cases import UseCase
from sightlog.operations.queries import read_filters
from sightlog.operations.time_zones import zone_of
from sightlog.operations.transfer import line_of
from sightlog.operations.use_cases import use_case_of
from sightlog.operations.workspaces import get_workspace
from sightlog.store.contract import Store

_FIRST_PAGE_EVENTS = 100
_MOST_PAGE_EVENTS = 1000
# Pages of about this size; events with many predictions are a hundred times as large as others.
_PAGE_BYTES = 1_000_000

_decoder = msgspec.json.Decoder(ExportQuery)


class Export(Struct, frozen=True):
    """An export under way: what to call its file, its content type, and its pieces, whose first is made already, so
    that what is wrong with the question has been raised. Further ones raise QueryTooSlow or Busy."""

    name: str
    content_type: str
    pieces: Iterator[bytes]


def export_events(store: Store, caller: Caller, raw: bytes, now: int) -> Export:
    """Begin an export. Raises Invalid and its kind for a bad body, NotFound for the use case, QueryTooSlow."""
    query = read_filters(raw, _decoder)
    return export_matching(store, caller, query, query.format, now)


def export_matching(store: Store, caller: Caller, filters: EventFilters, form: ExportFormat, now: int) -> Export:
    """The same for filters that were read already."""
    selection = select(filters)
    use_case = use_case_of(store, caller, filters.use_case_id)
    zone = zone_of(get_workspace(store, caller.workspace_slug))
    pieces = _pieces(store, caller.workspace, use_case, selection, form, zone)
    name = _file_name(use_case, form, moment_of(now).astimezone(zone).date())
    return Export(name, CONTENT_TYPES[form], chain([next(pieces)], pieces))


def _pieces(
    store: Store, workspace: int, use_case: UseCase, selection: Selection, form: ExportFormat, zone: ZoneInfo
) -> Iterator[bytes]:
    """The file, piece by piece, newest event first. It has the events that were there when it began: an event that is
    deleted or overwritten before its page is read is not in it, and none that arrives later."""
    page = store.find_events(workspace, use_case, selection, None, _FIRST_PAGE_EVENTS)
    newest = page.last_sequence
    table, head = None, b""
    if form == "csv":
        # After the first page, so that no event of it or of older arrivals has a field without a column.
        known = store.metadata_schema(workspace, use_case, of_images=False).fields
        table = EventTable({*known, *_fields_of(page)}, zone)
        head = (BYTE_ORDER_MARK + table.head()).encode()
    limit = _FIRST_PAGE_EVENTS
    while True:
        events = [event for event in page.events if event.sequence <= newest]
        piece = _lines(events) if table is None else table.rows(events).encode()
        yield head + piece
        if page.next is None:
            return
        head = b""
        limit = _next_limit(limit, len(piece))
        page = store.find_events(workspace, use_case, selection, page.next, limit)


def _next_limit(limit: int, size: int) -> int:
    return max(1, min(_MOST_PAGE_EVENTS, 2 * limit, limit * _PAGE_BYTES // max(size, 1)))


def _fields_of(page: EventPage) -> set[str]:
    return {name for event in page.events for name in msgspec.json.decode(event.rest).get("customMetadata", {})}


def _lines(events: list[StoredEvent]) -> bytes:
    return b"".join(_line(event) + b"\n" for event in events)


def _line(event: StoredEvent) -> bytes:
    """The line that `sightlog events import` takes, with what it leaves out: warnings and feedback."""
    more = b""
    if event.warnings is not None:
        more += b',"warnings":' + event.warnings
    if event.feedback is not None:
        more += b',"feedback":' + msgspec.json.encode(event.feedback)
    return line_of(event)[:-1] + more + b"}"


def _file_name(use_case: UseCase, form: str, day: date) -> str:
    return f"{use_case.name} {day.isoformat()}.{form}"
