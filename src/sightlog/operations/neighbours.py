"""The event before and the one after another in a filtered list: for walking through it one by one."""

from msgspec import structs

from sightlog.domain.api_keys import Caller
from sightlog.domain.cursor import Position
from sightlog.domain.filters import EventFilters, Selection, Span, select
from sightlog.domain.stored import StoredEvent
from sightlog.domain.use_cases import UseCase
from sightlog.operations.use_cases import use_case_of
from sightlog.store.contract import Store

# Lists are read newest first only. The next newer event is looked for in spans that grow: the first one that holds
# any holds few, so that its oldest is soon found.
_FIRST_SPAN = 1_000_000
_GROWTH = 8
_PAGE = 100


def older_event(store: Store, caller: Caller, filters: EventFilters, at: Position) -> str | None:
    """The id of the next older event of the list; None at its end. Raises QueryTooSlow."""
    use_case = use_case_of(store, caller, filters.use_case_id)
    found = store.find_events(caller.workspace, use_case, select(filters), at, 1).events
    return found[0].event_id if found else None


def newer_event(store: Store, caller: Caller, filters: EventFilters, at: Position) -> str | None:
    """The id of the next newer event of the list; None at its beginning. Raises QueryTooSlow."""
    use_case = use_case_of(store, caller, filters.use_case_id)
    selection = select(filters)
    newest = store.find_events(caller.workspace, use_case, _within(selection, at.timestamp, None), None, 1).events
    if not newest or not _is_newer(newest[0], at):
        return None
    span = _FIRST_SPAN
    while True:
        end = min(at.timestamp + span, newest[0].timestamp)
        found = _oldest_after(store, caller, use_case, _within(selection, at.timestamp, end), at)
        if found is not None:
            return found.event_id
        if end == newest[0].timestamp:  # it was removed meanwhile
            return None
        span *= _GROWTH


def _oldest_after(
    store: Store, caller: Caller, use_case: UseCase, selection: Selection, at: Position
) -> StoredEvent | None:
    """The oldest of the selection's events that is newer than a position."""
    oldest, before = None, None
    while True:
        page = store.find_events(caller.workspace, use_case, selection, before, _PAGE)
        newer = [event for event in page.events if _is_newer(event, at)]
        oldest = newer[-1] if newer else oldest
        if page.next is None or len(newer) < len(page.events):
            return oldest
        before = page.next


def _is_newer(event: StoredEvent, at: Position) -> bool:
    return (event.timestamp, event.event_id.encode()) > (at.timestamp, at.event_id.encode())


def _within(selection: Selection, start: int, end: int | None) -> Selection:
    """The selection, not before and not after these times either."""
    span = selection.span
    start = start if span.start is None else max(start, span.start)
    ends = [one for one in (end, span.end) if one is not None]
    return structs.replace(selection, span=Span(start, min(ends) if ends else None))
