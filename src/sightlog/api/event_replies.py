"""Events as replies show them, joined from the JSON that was stored, without reading it again."""

import msgspec
from msgspec import Struct

from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import format_timestamp
from sightlog.operations.queries import QueryPage


def event_in_page(event: StoredEvent) -> bytes:
    """The contract's event (4.5), plus `warnings` and `feedback` when there are any."""
    return _joined(event) + b"}"


def whole_event(event: StoredEvent) -> bytes:
    """One event with everything that is known about it."""
    added = {"useCaseId": event.use_case_id, "receivedAt": format_timestamp(event.received_at)}
    return _joined(event) + b"," + msgspec.json.encode(added)[1:]


def _joined(event: StoredEvent) -> bytes:
    pieces = [event.rest[:-1], b',"images":', event.images]
    if event.warnings is not None:
        pieces += (b',"warnings":', event.warnings)
    if event.feedback is not None:
        pieces += (b',"feedback":', msgspec.json.encode(event.feedback))
    return b"".join(pieces)


class _PageEnd(Struct, frozen=True, rename="camel"):
    next_cursor: str | None
    has_more: bool
    lookback_days: int


def page_reply(page: QueryPage) -> bytes:
    """The reply of a query (contract 4.5)."""
    end = _PageEnd(page.next_cursor, page.next_cursor is not None, page.lookback_days)
    events = b",".join(event_in_page(event) for event in page.events)
    return b'{"events":[' + events + b"]," + msgspec.json.encode(end)[1:]
