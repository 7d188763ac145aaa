"""Creating events, one or a batch, and reading one whole."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sightlog.api.event_replies import Linker, whole_event
from sightlog.domain.api_keys import MAY_MANAGE, MAY_READ, MAY_WRITE
from sightlog.domain.names import Id
from sightlog.domain.problems import decode_body
from sightlog.domain.warnings import EventWarning, WarningCode
from sightlog.operations import events, queries, retention
from sightlog.web.answers import Answer, created, json_answer
from sightlog.web.requests import ApiRequest


class CreatedEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The reply of create. `created` is false when an event of this id was overwritten."""

    event_id: str
    created: bool
    warnings: list[EventWarning] = []


class IndexedWarning(Struct, frozen=True):
    """A warning about one event of a batch: `index` is its place, counted from 0."""

    index: int
    code: WarningCode
    path: str
    message: str


class CreatedBatch(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The reply of a batch: `created` counts the distinct ids that were stored."""

    created: int
    event_ids: list[str]
    warnings: list[IndexedWarning] = []


async def create_event(request: ApiRequest) -> Answer:
    """201 once the event is on disk."""
    caller = request.require(*MAY_WRITE)
    request.context.space.require_space()
    raw = await request.body()
    future = events.create_event(request.store, caller, raw, request.limits, request.now)
    receipt = (await request.context.completions.of(future))[0]
    return created(CreatedEvent(receipt.event_id, receipt.created, receipt.warnings))


async def create_batch(request: ApiRequest) -> Answer:
    """201 once all events of the batch are on disk; else none of them is."""
    caller = request.require(*MAY_WRITE)
    request.context.space.require_space()
    raw = await request.body()
    batches = request.context.batches
    with batches.under_way():
        batch = await batches.read(raw, events.rules_of(caller, request.limits, request.now))
        future = events.store_batch(request.store, caller, batch, request.now)
        receipts = await request.context.completions.of(future)
    warned = [
        IndexedWarning(receipt.index or 0, warning.code, warning.path, warning.message)
        for receipt in receipts
        for warning in receipt.warnings
    ]
    return created(CreatedBatch(len(receipts), [receipt.event_id for receipt in receipts], warned))


async def get_event(request: ApiRequest) -> Answer:
    """One event with its use case, its arrival, its warnings and all its feedback."""
    caller = request.require(*MAY_READ)
    event_id = request.path_parameters["eventId"]
    signer = request.context.signer

    def reply() -> bytes:
        event = queries.get_event(request.store, caller, event_id)
        pictures = queries.find_pictures(request.store, [event])
        return whole_event(event, Linker(signer, caller.workspace, request.now, pictures))

    return Answer(200, await request.run_errand(reply))


class EventsToDelete(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The body of delete (contract 4.8): at most 1000 ids of one use case."""

    use_case_id: Id
    event_ids: Annotated[list[Id], Meta(min_length=1, max_length=1000)]


_delete_decoder = msgspec.json.Decoder(EventsToDelete)


async def delete_events(request: ApiRequest) -> Answer:
    """Remove events for good, with their feedback and pictures."""
    caller = request.require(*MAY_MANAGE)
    body = decode_body(await request.body(), _delete_decoder)
    deleted = await request.run_errand(
        lambda: retention.delete_events(request.store, request.context.blobs, caller, body.use_case_id, body.event_ids)
    )
    return json_answer(deleted)
