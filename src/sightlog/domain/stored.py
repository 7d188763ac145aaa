"""Events as the store gives them back: the pieces of a reply, not yet joined."""

from msgspec import Struct

from sightlog.domain.cursor import Position
from sightlog.domain.feedback import FeedbackSummary
from sightlog.domain.warnings import EventWarning


class StoredEvent(Struct, frozen=True, kw_only=True):
    """`rest` and `images` are JSON as it will be answered; `warnings` is JSON too, or None; times in microseconds."""

    sequence: int
    event_id: str
    use_case_id: str
    use_case_name: str
    timestamp: int
    received_at: int
    rest: bytes
    images: bytes
    warnings: bytes | None
    feedback: FeedbackSummary | None = None


class EventPage(Struct, frozen=True, kw_only=True):
    """Newest first. `next` is where the page ended when there is more, also when the time was up. `last_sequence` is
    that of the newest arrival in the whole store that was looked at, which the page may or may not show."""

    events: list[StoredEvent]
    next: Position | None
    last_sequence: int


class Arrivals(Struct, frozen=True, kw_only=True, rename="camel"):
    """How many matching events came after a sequence, up to what was asked for, and the newest arrival of any kind
    that was looked at."""

    count: int
    last_sequence: int


class Receipt(Struct, kw_only=True):
    """What became of an event: `created` is false for an overwrite, `index` is its place in its batch."""

    event_id: str
    warnings: list[EventWarning]
    created: bool = True
    index: int | None = None


class Deleted(Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a deletion: how many events went, and which ids had none."""

    deleted: int
    not_found: list[str]


class Count(Struct, frozen=True, kw_only=True):
    """`exact` is false when counting stopped at the number asked for."""

    count: int
    exact: bool = True
