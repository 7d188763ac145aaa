"""What the page of one event shows: pictures, data as values that lead on, warnings in words, and reviews."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.dashboard import words
from sightlog.dashboard.event_rows import outcome_of
from sightlog.dashboard.pictures import Picture, PictureLinks, display_index, pictures_of
from sightlog.dashboard.shown_events import ShownEvent
from sightlog.domain.event_reading import read_stored
from sightlog.domain.events import EventType, NewEvent, event_type_of
from sightlog.domain.facts import Value
from sightlog.domain.feedback import Review
from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import parse_timestamp
from sightlog.domain.warnings import EventWarning, WarningCode
from sightlog.operations.transfer import line_of

UNKNOWN_REVIEWER = "Unknown"

# Field of the event data → (what people call it, the filter on it or nothing).
_DATA = {
    "result": ("Result", "field.result"),
    "confidence": ("Confidence", ""),
    "alertType": ("Alert type", "field.alert_type"),
    "severity": ("Severity", "field.severity"),
    "location": ("Location", "field.location"),
    "itemCount": ("Item count", "field.item_count"),
    "itemType": ("Item type", "field.item_type"),
    "externalId": ("External id", "external"),
    "feedback": ("Feedback", "field.feedback"),
    "relatedEventId": ("Reviewed event", "field.related_event_id"),
    "description": ("Description", ""),
    "value": ("Value", ""),
}
_SOURCES = {
    "deviceId": ("Device", "device"),
    "streamId": ("Stream", "stream"),
    "workflowId": ("Workflow", "workflow"),
}
_KNOWN = {*_SOURCES, *"eventId eventType timestamp displayImagePosition eventData customMetadata comment".split()}
_ID_FIELDS = ("external", "field.related_event_id")

EXPLANATIONS = {
    WarningCode.UNKNOWN_FIELD: "The sender uses a field that Vision Events do not have. It is kept, and cannot be"
    " filtered; custom metadata could.",
    WarningCode.MISSING_FIELD: "The field that gives this type of event its meaning is not there, so the event has no"
    " result in lists and charts.",
    WarningCode.NO_OFFSET: "The sender's clock may be in another time zone than UTC; then this event is hours off.",
    WarningCode.TOO_MANY_ANNOTATIONS: "All of them are kept here. Other programs may show fewer.",
    WarningCode.DISPLAY_IMAGE_OUT_OF_RANGE: "The first picture stands for the event instead.",
    WarningCode.IMAGE_NOT_FOUND: "The event names a picture that was not uploaded before it; it may have got lost on"
    " the way, or was removed because no event named it in time.",
    WarningCode.REPEATED_IN_BATCH: "The sender put this id into one batch twice; the last one counts.",
    WarningCode.BEYOND_LOOKBACK: "It came so late that it is older than what this workspace keeps.",
    WarningCode.RELATED_EVENT_NOT_FOUND: "It was reviewed before it arrived, or was deleted, or the id is wrong.",
    WarningCode.FEEDBACK_ON_FEEDBACK: "Reviews cannot be reviewed, so it changes no status.",
}


class Line(Struct, frozen=True):
    """A value with its name; `filter` is the filter that asks for it, or nothing; `text` the value in an address."""

    label: str
    filter: str
    text: str
    words: str
    is_id: bool = False


class MetadataLine(Struct, frozen=True):
    """A field of the metadata."""

    field: str
    value: Value

    @property
    def words(self) -> str:
        """The whole value."""
        return words.as_sent(self.value)


class ShownWarning(Struct, frozen=True):
    """A warning: where, what, and what it means for the reader."""

    path: str
    message: str
    meaning: str


class ShownReview(Struct, frozen=True):
    """One review, with who gave it, and whether that is who looks at it."""

    id: str
    verdict: str
    comment: str
    name: str
    time: int
    is_mine: bool


class EventView(ShownEvent, frozen=True, kw_only=True):
    """One event, ready for its page."""

    description: str
    comment: str
    data: list[Line]
    sources: list[Line]
    metadata: list[MetadataLine]
    others: list[Line]
    warnings: list[ShownWarning]
    pictures: list[Picture]
    display_index: int
    reviews: list[ShownReview]
    raw: str

    @property
    def can_be_reviewed(self) -> bool:
        """Feedback is given on everything but feedback."""
        return self.type != EventType.OPERATOR_FEEDBACK

    @property
    def title(self) -> str:
        """What happened, in a few words."""
        return self.result or words.EVENT_TYPES[self.type]


def view_of(
    stored: StoredEvent, links: PictureLinks, reviewers: Mapping[str, int | None] | None = None, person: int = 0
) -> EventView:
    """The view of an event; `reviewers` says who gave which feedback, `person` who is looking."""
    event: NewEvent = read_stored(stored.rest, stored.images)
    body: dict[str, Any] = msgspec.json.decode(stored.rest)
    data: dict[str, Any] = body.get("eventData") or {}
    type = event_type_of(event)
    kind, result = outcome_of(type, data)
    return EventView(
        stored=stored,
        type=type,
        kind=kind,
        result=result,
        description=_description(data, result),
        comment=event.comment or "",
        data=[_line(label, filter, data[name]) for name, (label, filter) in _DATA.items() if _is_shown(data, name)],
        sources=[_line(label, filter, body[name]) for name, (label, filter) in _SOURCES.items() if body.get(name)],
        metadata=[MetadataLine(name, value) for name, value in (event.custom_metadata or {}).items()],
        others=_unknown_fields(body, data),
        warnings=_warnings(stored),
        pictures=pictures_of(event, links),
        display_index=display_index(event),
        reviews=[_review(review, reviewers or {}, person) for review in _reviews(stored)],
        raw=msgspec.json.format(line_of(stored), indent=2).decode(),
    )


def _description(data: dict[str, Any], title: str) -> str:
    """The long text, unless the title says all of it."""
    text: str = data.get("description") or data.get("value") or ""
    return "" if text == title else text


def _is_shown(data: dict[str, Any], name: str) -> bool:
    return data.get(name) not in (None, "") and name not in ("description", "value")


def _line(label: str, filter: str, value: Any) -> Line:
    text = words.as_sent(value)
    shown = words.FEEDBACK.get(text, text) if filter == "field.feedback" else text
    if filter in ("field.result", "field.severity"):
        shown = text.capitalize()
    return Line(label, filter, text, shown, is_id=filter in _ID_FIELDS)


def _unknown_fields(body: dict[str, Any], data: dict[str, Any]) -> list[Line]:
    """What the sender added of its own, as JSON."""
    unknown = {name: value for name, value in body.items() if name not in _KNOWN}
    unknown |= {f"eventData.{name}": value for name, value in data.items() if name not in _DATA}
    return [Line(name, "", "", msgspec.json.encode(value).decode()) for name, value in unknown.items()]


def _warnings(stored: StoredEvent) -> list[ShownWarning]:
    if stored.warnings is None:
        return []
    warnings = msgspec.json.decode(stored.warnings, type=list[EventWarning])
    return [ShownWarning(one.path, one.message, EXPLANATIONS[one.code]) for one in warnings]


def _reviews(stored: StoredEvent) -> list[Review]:
    if stored.feedback is None:
        return []
    return stored.feedback.all or [stored.feedback.latest]


def _review(review: Review, reviewers: Mapping[str, int | None], person: int) -> ShownReview:
    return ShownReview(
        id=review.event_id,
        verdict=review.feedback,
        comment=review.comment or "",
        name=review.reviewer or UNKNOWN_REVIEWER,
        time=parse_timestamp(review.timestamp)[0],
        is_mine=reviewers.get(review.event_id) == person,
    )
