"""Taking events in: read, check, store."""

from concurrent.futures import Future

from sightlog.domain.api_keys import Caller
from sightlog.domain.batches import AcceptedBatch
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_event
from sightlog.domain.limits import Limits
from sightlog.domain.stored import Receipt
from sightlog.store.contract import Store


def create_event(store: Store, caller: Caller, raw: bytes, limits: Limits, now: int) -> "Future[list[Receipt]]":
    """Store one event. Raises at once when its body is wrong; the future is done when it is durable."""
    event = read_event(raw, rules_of(caller, limits, now))
    return store.add_events(caller.workspace, caller.key, [event], now)


def check_event(caller: Caller, raw: bytes, limits: Limits, now: int) -> AcceptedEvent:
    """Everything that `create_event` does but storing."""
    return read_event(raw, rules_of(caller, limits, now))


def rules_of(caller: Caller, limits: Limits, now: int) -> Reading:
    """Under which rules a caller's events are read."""
    return Reading(limits=limits, now=now, lookback_days=caller.lookback_days, defaults=caller.defaults)


def store_batch(store: Store, caller: Caller, batch: AcceptedBatch, now: int) -> "Future[list[Receipt]]":
    """Store events that were read, all or none; the future is done when they are durable."""
    return store.add_events(caller.workspace, caller.key, batch.events, now, batch.facts)
