"""What a list shows of an event: what happened in a word, where, when, and a few facts."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.dashboard import words
from sightlog.domain.facts import Value
from sightlog.domain.stored import StoredEvent

_LONGEST_TEXT = 80


class Fact(Struct, frozen=True):
    """A metadata field and its value."""

    field: str
    value: Value

    @property
    def words(self) -> str:
        """The value, not longer than a line can show."""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return words.number(self.value) if isinstance(self.value, int | float) else self.value[:_LONGEST_TEXT]


class Thumb(Struct, frozen=True):
    """The display picture, small; width and height are the whole one's."""

    src: str
    width: int
    height: int


class EventRow(Struct, frozen=True, kw_only=True):
    """An event as lists show it. `kind` is a shape (see the macro `mark`), `result` the word beside it."""

    stored: StoredEvent
    type: str
    kind: str
    result: str
    severity: str
    count: int | None
    device: str
    stream: str
    feedback: str
    warnings: int
    facts: list[Fact]
    thumb: Thumb | None
    has_picture: bool

    @property
    def id(self) -> str:
        return self.stored.event_id

    @property
    def time(self) -> int:
        return self.stored.timestamp

    @property
    def name(self) -> str:
        """For those who hear the page instead of seeing it."""
        return " ".join(part for part in (words.EVENT_TYPES[self.type], self.result, self.device) if part)


def row_of(event: StoredEvent, fields: list[str], show: Callable[[str], Thumb | None]) -> EventRow:
    """The row of an event; `fields` are the metadata fields to show, `show` finds a picture by its id."""
    body: dict[str, Any] = msgspec.json.decode(event.rest)
    data: dict[str, Any] = body.get("eventData") or {}
    metadata: dict[str, Value] = body.get("customMetadata") or {}
    images: list[dict[str, Any]] = msgspec.json.decode(event.images)
    kind, result = _outcome(body["eventType"], data)
    source_id = _display_picture(images, body.get("displayImagePosition"))
    return EventRow(
        stored=event,
        type=body["eventType"],
        kind=kind,
        result=result,
        severity=data.get("severity") or "",
        count=data.get("itemCount"),
        device=body.get("deviceId") or "",
        stream=body.get("streamId") or "",
        feedback=event.feedback.status if event.feedback else "",
        warnings=len(msgspec.json.decode(event.warnings)) if event.warnings else 0,
        facts=[Fact(field, metadata[field]) for field in fields if field in metadata],
        thumb=show(source_id) if source_id else None,
        has_picture=source_id is not None,
    )


def _outcome(event_type: str, data: dict[str, Any]) -> tuple[str, str]:
    """A shape and a word."""
    if event_type == "quality_check":
        result = data.get("result")
        return (result, result.capitalize()) if result else ("none", "No result")
    if event_type == "safety_alert":
        alert = (data.get("alertType") or "alert").replace("_", " ")
        return "alert", alert[:1].upper() + alert[1:]
    if event_type == "inventory_count":
        item = data.get("itemType") or data.get("location") or ""
        count = data.get("itemCount")
        return "", " ".join([words.number(count) if count is not None else "No count", item]).strip()
    if event_type == "operator_feedback":
        verdict = data.get("feedback", "")
        return verdict, words.FEEDBACK.get(verdict, verdict)
    return "", (data.get("value") or "")[:_LONGEST_TEXT]


def _display_picture(images: list[dict[str, Any]], position: int | None) -> str | None:
    """The id of the picture that stands for the event: the first one when none, or one that is not there, is named."""
    if not images:
        return None
    entry = images[position if position is not None and position < len(images) else 0]
    source_id: str | None = entry.get("sourceId") or entry.get("inputSourceId")
    return source_id
