"""Import and export: events in and out as NDJSON, a chunk at a time."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.domain.errors import Invalid, VisionEventsError
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_plain_event
from sightlog.domain.limits import Limits
from sightlog.domain.names import event_id_of_content
from sightlog.domain.problems import read_json
from sightlog.domain.retention import is_beyond_lookback
from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.domain.workspaces import Workspace
from sightlog.operations.use_cases import create_use_case
from sightlog.store.contract import Store

# What an export adds to the body that create takes.
EXPORTED = ("useCaseName", "receivedAt", "warnings", "feedback")


class BadLine(Struct, frozen=True):
    """A line that was not imported, counted from 0 within its chunk, and why."""

    line: int
    message: str


class ImportedChunk(Struct, frozen=True):
    """What became of a chunk: events that are new, events that replaced one, and lines that were left out. Those
    beyond the lookback were stored too, but retention will remove them."""

    created: int
    overwritten: int
    bad: list[BadLine]
    beyond_lookback: int


class ExportedChunk(Struct, frozen=True):
    """Lines of NDJSON, and the sequence number to go on from; None when there is no more."""

    lines: list[str]
    after: int | None


def import_lines(
    store: Store, workspace: Workspace, lines: list[str], create: bool, limits: Limits, now: int
) -> ImportedChunk:
    """Store each line's event, of any age; what is bad is reported and left out. Sending it again changes nothing.

    An event names its use case by `useCaseId`, or by `useCaseName` when there is no such id here, so that an export
    of one server is an import of another. With `create`, use cases that are missing are made.
    """
    rules = Reading(limits=limits, now=now, lookback_days=0, any_age=True)
    bad: list[BadLine] = []
    good: dict[str, tuple[int, AcceptedEvent]] = {}
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            event = _read_line(store, workspace, line, create, limits, rules)
        except VisionEventsError as error:
            bad.append(BadLine(number, error.message))
        else:
            good[event.event_id] = (number, event)
    waiting = [(number, store.add_events(workspace.number, None, [event], now)) for number, event in good.values()]
    created = overwritten = beyond_lookback = 0
    for number, future in waiting:
        try:
            receipt = future.result()[0]
        except VisionEventsError as error:
            bad.append(BadLine(number, error.message))
        else:
            created += receipt.created
            overwritten += not receipt.created
            timestamp = good[receipt.event_id][1].timestamp
            beyond_lookback += is_beyond_lookback(timestamp, workspace.lookback_days, now)
    return ImportedChunk(created, overwritten, sorted(bad, key=lambda one: one.line), beyond_lookback)


def _read_line(
    store: Store, workspace: Workspace, line: str, create: bool, limits: Limits, rules: Reading
) -> AcceptedEvent:
    plain: Any = read_json(line.encode("utf-8", "surrogatepass"))
    name = None
    if isinstance(plain, dict):
        name = plain.get("useCaseName")
        plain = {key: value for key, value in plain.items() if key not in EXPORTED}
        if not plain.get("eventId"):
            plain["eventId"] = event_id_of_content(line.encode("utf-8", "surrogatepass"))
    event = read_plain_event(plain, rules)
    if store.find_use_case(workspace.number, event.use_case) is None:
        wanted = name if isinstance(name, str) and name.strip() else event.use_case
        if store.find_use_case(workspace.number, wanted) is None:
            if not create:
                raise Invalid.at("useCaseId", f"there is no use case '{wanted[:80]}'; --create would make it")
            create_use_case(store, workspace.number, wanted, limits, rules.now)
        event.use_case = wanted
    return event


def export_lines(store: Store, workspace: int, use_case: int | None, after: int, limit: int) -> ExportedChunk:
    """The next lines of an export, in the order of arrival: the create body, plus use case name and arrival."""
    events = store.export_events(workspace, use_case, after, limit)
    lines = [line_of(event).decode() for event in events]
    return ExportedChunk(lines, events[-1].sequence if len(events) == limit else None)


def export_selected(store: Store, workspace: int, use_case: UseCase, event_ids: Sequence[str]) -> list[bytes]:
    """The lines of these events, in the order given; those that are gone, or of another use case, are left out."""
    found = (store.find_event(workspace, event_id) for event_id in event_ids)
    return [line_of(event) for event in found if event is not None and event.use_case_id == use_case.id]


def line_of(event: StoredEvent) -> bytes:
    """One event as a line of NDJSON, without the line's end."""
    added = {
        "useCaseId": event.use_case_id,
        "useCaseName": event.use_case_name,
        "receivedAt": format_timestamp(event.received_at),
    }
    return event.rest[:-1] + b',"images":' + event.images + b"," + msgspec.json.encode(added)[1:]
