"""What every way of showing an event has."""

from msgspec import Struct

from sightlog.domain.stored import StoredEvent


class ShownEvent(Struct, frozen=True, kw_only=True):
    """An event as pages show it. `kind` is a shape (see the macro `mark`), `result` the word beside it."""

    stored: StoredEvent
    type: str
    kind: str
    result: str

    @property
    def id(self) -> str:
        return self.stored.event_id

    @property
    def time(self) -> int:
        return self.stored.timestamp
