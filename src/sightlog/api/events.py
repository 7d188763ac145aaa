"""Creating events, one or a batch, and reading one whole."""

import asyncio

from msgspec import Struct

from sightlog.api.event_replies import whole_event
from sightlog.domain.api_keys import MAY_READ, MAY_WRITE
from sightlog.domain.warnings import EventWarning
from sightlog.operations import events, queries
from sightlog.web.answers import JSON_TYPE, Answer, created
from sightlog.web.requests import ApiRequest


class CreatedEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The reply of create. `created` is false when an event of this id was overwritten."""

    event_id: str
    created: bool
    warnings: list[EventWarning] = []


class IndexedWarnings(Struct, frozen=True, rename="camel"):
    """The warnings of one event of a batch."""

    event_id: str
    warnings: list[EventWarning]


class CreatedBatch(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The reply of a batch: `created` counts the distinct ids that were stored."""

    created: int
    event_ids: list[str]
    warnings: list[IndexedWarnings] = []


async def create_event(request: ApiRequest) -> Answer:
    """201 once the event is on disk."""
    caller = request.require(*MAY_WRITE)
    raw = await request.body()
    future = events.create_event(request.store, caller, raw, request.limits, request.now)
    receipt = (await asyncio.wrap_future(future))[0]
    return created(CreatedEvent(receipt.event_id, receipt.created, receipt.warnings))


async def create_batch(request: ApiRequest) -> Answer:
    """201 once all events of the batch are on disk; else none of them is."""
    caller = request.require(*MAY_WRITE)
    raw = await request.body()
    future = events.create_batch(request.store, caller, raw, request.limits, request.now)
    receipts = await asyncio.wrap_future(future)
    warned = [IndexedWarnings(receipt.event_id, receipt.warnings) for receipt in receipts if receipt.warnings]
    return created(CreatedBatch(len(receipts), [receipt.event_id for receipt in receipts], warned))


async def get_event(request: ApiRequest) -> Answer:
    """One event with its use case, its arrival, its warnings and all its feedback."""
    caller = request.require(*MAY_READ)
    event_id = request.path_parameters["eventId"]
    event = await request.run_errand(lambda: queries.get_event(request.store, caller, event_id))
    return Answer(200, whole_event(event), JSON_TYPE)
