"""A second opinion on everything that is kept: the statistics of the stored events, counted anew in plain Python.

It reads the stored JSON and knows nothing of how the program finds facts or counts them.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sightlog.store.contract import Store

Json = dict[str, Any]
Fact = tuple[str, str, Any]

SEPARATOR = "\x1f"
_LISTS = ("objectDetections", "classifications", "instanceSegmentations", "keypoints")
_DATA_FIELDS = {
    "result": "result",
    "externalId": "external_id",
    "location": "location",
    "itemCount": "item_count",
    "itemType": "item_type",
    "alertType": "alert_type",
    "severity": "severity",
    "feedback": "feedback",
    "relatedEventId": "related_event_id",
}
_LETTERS = {str: "s", bool: "b", int: "n", float: "n"}
_SOURCES = {"deviceId": "device", "streamId": "stream", "workflowId": "workflow"}


@dataclass(frozen=True)
class Event:
    """A stored event as its JSON says, and where and when it was stored."""

    seq: int
    use_case: int
    timestamp: int
    received_at: int
    body: Json
    has_warnings: bool
    picture_metadata: list[Json] = field(default_factory=list)
    """What was said at their upload of the pictures that were there when the event came."""

    @property
    def id(self) -> str:
        return str(self.body["eventId"])

    @property
    def type(self) -> str:
        return str(self.body["eventType"])


@dataclass
class Kept:
    """What the store should have kept, or has: counts, index entries, spans of fields, sources and reviews."""

    tallies: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    index: set[tuple[Any, ...]] = field(default_factory=set)
    fields: dict[tuple[int, str, str], tuple[int, int]] = field(default_factory=dict)
    sources: dict[tuple[int, str, str], tuple[int, int, int]] = field(default_factory=dict)
    reviews: set[tuple[str, int, int, str]] = field(default_factory=set)
    statuses: dict[str, str | None] = field(default_factory=dict)


def stored_events(store: Store, workspace: int, numbers: dict[str, int]) -> list[Event]:
    """Every event of a workspace, by way of the export; `numbers` gives each use case id's number."""
    found: list[Event] = []
    after = 0
    while page := store.export_events(workspace, None, after, 7):
        for stored in page:
            body = json.loads(stored.rest) | {"images": json.loads(stored.images)}
            use_case, warned = (
                numbers[stored.use_case_id],
                bool(stored.warnings and json.loads(stored.warnings)),
            )
            found.append(Event(stored.sequence, use_case, stored.timestamp, stored.received_at, body, warned))
        after = page[-1].sequence
    return found


def recompute(events: list[Event]) -> Kept:
    """Everything that follows from the events of one workspace."""
    kept = Kept()
    reviews = [event for event in events if event.type == "operator_feedback"]
    for event in events:
        facts = list(_facts(event))
        status = _newest_verdict(event, reviews)
        if status is not None:
            facts.append(("feedback_status", "s", status))
            kept.tallies[(event.use_case, "feedback", status)] += 1
        kept.statuses[event.id] = status
        kept.index.update((event.use_case, *fact, event.timestamp, event.seq) for fact in facts)
        _count(kept, event)
    for review in reviews:
        data = review.body["eventData"]
        kept.reviews.add((data["relatedEventId"], review.timestamp, review.seq, data["feedback"]))
    return kept


def _newest_verdict(event: Event, reviews: list[Event]) -> str | None:
    """The verdict of the newest review, by time and then by arrival; feedback itself has none."""
    pointing = [review for review in reviews if review.body["eventData"]["relatedEventId"] == event.id]
    if event.type == "operator_feedback" or not pointing:
        return None
    newest = max(pointing, key=lambda review: (review.timestamp, review.seq))
    return str(newest.body["eventData"]["feedback"])


def _count(kept: Kept, event: Event) -> None:
    use_case = event.use_case
    result = event.body["eventData"].get("result", "")
    kept.tallies[(use_case, "type", event.type)] += 1
    for name in {annotation["class"] for annotation in _annotations(event)}:
        kept.tallies[(use_case, "class", name)] += 1
    for wire_name, kind in _SOURCES.items():
        if name := event.body.get(wire_name):
            kept.tallies[(use_case, kind, name)] += 1
            if result == "fail":
                kept.tallies[(use_case, kind + "_fails", name)] += 1
            _hear(kept, event, (use_case, kind, name))
    for prefix, pairs in (("", _event_metadata(event)), ("image_", _image_metadata(event))):
        for name, letter in {(name, letter) for name, letter, _ in pairs}:
            kept.tallies[(use_case, prefix + "field", name, letter)] += 1
            first, last = kept.fields.get((use_case, prefix + "field", name), (event.timestamp, event.timestamp))
            span = (min(first, event.timestamp), max(last, event.timestamp))
            kept.fields[(use_case, prefix + "field", name)] = span
        for name, letter, value in pairs:
            kept.tallies[(use_case, prefix + "value", name, letter, value)] += 1


def _hear(kept: Kept, event: Event, source: tuple[int, str, str]) -> None:
    last_timestamp, last_seq, last_received_at = kept.sources.get(source, (event.timestamp, 0, 0))
    if event.seq > last_seq:
        last_seq, last_received_at = event.seq, event.received_at
    kept.sources[source] = (max(last_timestamp, event.timestamp), last_seq, last_received_at)


def _facts(event: Event) -> Iterator[Fact]:
    yield "type", "s", event.type
    for wire_name, name in _SOURCES.items():
        if event.body.get(wire_name):
            yield name, "s", event.body[wire_name]
    for wire_name, name in _DATA_FIELDS.items():
        value = event.body["eventData"].get(wire_name)
        if value is not None and value != "":
            yield name, _LETTERS[type(value)], value
    yield "image_count", "n", len(event.body["images"])
    if event.has_warnings:
        yield "has_warnings", "b", True
    for name, letter, value in _event_metadata(event):
        yield "metadata." + name, letter, value
    for name, letter, value in _image_metadata(event):
        yield "image." + name, letter, value
    for name in {annotation["class"] for annotation in _annotations(event)}:
        sure = [one["confidence"] for one in _annotations(event) if one["class"] == name and "confidence" in one]
        if not sure:
            yield "class." + name, "s", ""
        for bound in {min(sure), max(sure)} if sure else ():
            yield "class." + name, "n", bound


def _annotations(event: Event) -> list[Json]:
    return [one for image in event.body["images"] for name in _LISTS for one in image.get(name) or []]


def _event_metadata(event: Event) -> set[Fact]:
    return {(name, _LETTERS[type(value)], value) for name, value in event.body["customMetadata"].items()}


def _image_metadata(event: Event) -> set[Fact]:
    holders = [image.get("metadata") or {} for image in event.body["images"]] + event.picture_metadata
    return {(name, _LETTERS[type(value)], value) for holder in holders for name, value in holder.items()}


def read_tally_key(kind: str, key: str) -> tuple[Any, ...]:
    """The parts of a kept count's key: a field, its type and its value, and so on."""
    if kind in ("value", "image_value"):
        name, letter, text = key.split(SEPARATOR, 2)
        return name, letter, text if letter == "s" else json.loads(text)
    if kind in ("field", "image_field"):
        return tuple(key.split(SEPARATOR))
    return (key,)


def group_of(tally: tuple[Any, ...]) -> tuple[int, str, str] | None:
    """The crowd that a recomputed count belongs to: (use case, kind, field or empty), if it belongs to any."""
    use_case, kind, first = tally[:3]
    if kind in ("value", "image_value"):
        return use_case, kind, first
    base = str(kind).removesuffix("_fails")
    return (use_case, base, "") if base in ("device", "stream", "workflow", "class") else None
