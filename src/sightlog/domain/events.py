"""Vision events as they come in: one class per event type, each with its own event data (contract 4.3, 6)."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from sightlog.domain.images import ImageEntry
from sightlog.domain.metadata import LARGEST_INTEGER, NewMetadata
from sightlog.domain.names import EventId, Id, NewEventId

ExternalId = Annotated[str, Meta(max_length=1000)]
ShortText = Annotated[str, Meta(max_length=1000)]
LongText = Annotated[str, Meta(max_length=10_000)]


class EventType(StrEnum):
    """The five types of the contract."""

    QUALITY_CHECK = "quality_check"
    INVENTORY_COUNT = "inventory_count"
    SAFETY_ALERT = "safety_alert"
    CUSTOM = "custom"
    OPERATOR_FEEDBACK = "operator_feedback"


class Outcome(StrEnum):
    """What an event says of what it saw: a result, or an alert, which every safety alert is."""

    PASS = "pass"  # noqa: S105 - a result, no secret
    FAIL = "fail"
    ALERT = "alert"


class EventData(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """What the event data of every type has in common: nothing but how it is read."""


class QualityCheckData(EventData, frozen=True, kw_only=True):
    """`confidence` is named in prose by the original and has no field there; we take it (contract 6)."""

    result: Literal["pass", "fail"] | None = None
    confidence: Annotated[int, Meta(ge=0, le=1)] | Annotated[float, Meta(ge=0, le=1)] | None = None
    external_id: ExternalId | None = None


class InventoryCountData(EventData, frozen=True, kw_only=True):
    """How many of what, where."""

    location: ShortText | None = None
    item_count: Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)] | None = None
    item_type: ShortText | None = None
    external_id: ExternalId | None = None


class SafetyAlertData(EventData, frozen=True, kw_only=True):
    """What is unsafe, and how badly."""

    alert_type: Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]{1,256}$(?!\\n)")] | None = None
    severity: Literal["low", "medium", "high"] | None = None
    description: LongText | None = None
    external_id: ExternalId | None = None


class CustomData(EventData, frozen=True, kw_only=True):
    """Any text."""

    value: LongText | None = None
    external_id: ExternalId | None = None


class FeedbackData(EventData, frozen=True, kw_only=True):
    """A reviewer's verdict on another event; both fields are needed for it to mean anything."""

    related_event_id: EventId
    feedback: Literal["correct", "incorrect", "inconclusive"]


class EventCommon(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="eventType",
):
    """What events of every type carry. A null in an optional field is the same as leaving it out."""

    main_field: ClassVar[str | None] = None

    event_id: NewEventId | None = None
    use_case_id: Annotated[str, Meta(min_length=1, max_length=256)]
    timestamp: Annotated[str, Meta(max_length=100, description="ISO 8601 with offset or Z")]
    device_id: Id | None = None
    stream_id: Id | None = None
    workflow_id: Id | None = None
    display_image_position: Annotated[int, Meta(ge=0, le=1000)] | None = None
    custom_metadata: NewMetadata | None = None
    comment: LongText | None = None
    images: list[ImageEntry] | None = None


class QualityCheckEvent(EventCommon, frozen=True, kw_only=True, tag=EventType.QUALITY_CHECK.value):
    """An inspected part: passed or failed."""

    main_field = "result"
    event_data: QualityCheckData | None = None


class InventoryCountEvent(EventCommon, frozen=True, kw_only=True, tag=EventType.INVENTORY_COUNT.value):
    """A count of items."""

    main_field = "itemCount"
    event_data: InventoryCountData | None = None


class SafetyAlertEvent(EventCommon, frozen=True, kw_only=True, tag=EventType.SAFETY_ALERT.value):
    """Something unsafe was seen."""

    main_field = "alertType"
    event_data: SafetyAlertData | None = None


class CustomEvent(EventCommon, frozen=True, kw_only=True, tag=EventType.CUSTOM.value):
    """Anything else."""

    main_field = "value"
    event_data: CustomData | None = None


class OperatorFeedbackEvent(EventCommon, frozen=True, kw_only=True, tag=EventType.OPERATOR_FEEDBACK.value):
    """A reviewer's verdict, stored as an event that points at the reviewed one."""

    event_data: FeedbackData


NewEvent = QualityCheckEvent | InventoryCountEvent | SafetyAlertEvent | CustomEvent | OperatorFeedbackEvent


def event_type_of(event: NewEvent) -> str:
    """The wire's name of the event's type."""
    tag = event.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
