"""What a list shows of an event: what happened in a word, where, when, and a few facts."""

from typing import Any

import msgspec
from msgspec import Struct

from sightlog.dashboard import words
from sightlog.dashboard.pictures import Picture, PictureLinks, display_picture
from sightlog.dashboard.shown_events import ShownEvent
from sightlog.domain.event_reading import read_stored
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


class EventRow(ShownEvent, frozen=True, kw_only=True):
    """An event as lists show it."""

    severity: str
    count: int | None
    device: str
    stream: str
    feedback: str
    warnings: int
    facts: list[Fact]
    picture: Picture | None

    @property
    def name(self) -> str:
        """For those who hear the page instead of seeing it."""
        return " ".join(part for part in (words.EVENT_TYPES[self.type], self.result, self.device) if part)


def row_of(event: StoredEvent, fields: list[str], links: PictureLinks) -> EventRow:
    """The row of an event; `fields` are the metadata fields to show."""
    body: dict[str, Any] = msgspec.json.decode(event.rest)
    data: dict[str, Any] = body.get("eventData") or {}
    metadata: dict[str, Value] = body.get("customMetadata") or {}
    kind, result = outcome_of(body["eventType"], data)
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
        picture=display_picture(read_stored(event.rest, event.images), links),
    )


def outcome_of(event_type: str, data: dict[str, Any]) -> tuple[str, str]:
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
