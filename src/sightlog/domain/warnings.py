"""What was noticed about an event that was accepted all the same; kept with the event."""

from enum import StrEnum

from msgspec import Struct


class WarningCode(StrEnum):
    """The machine words of `warnings[].code`."""

    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    NO_OFFSET = "no_offset"
    TOO_MANY_ANNOTATIONS = "too_many_annotations"
    DISPLAY_IMAGE_OUT_OF_RANGE = "display_image_out_of_range"
    IMAGE_NOT_FOUND = "image_not_found"
    REPEATED_IN_BATCH = "repeated_in_batch"
    BEYOND_LOOKBACK = "beyond_lookback"
    RELATED_EVENT_NOT_FOUND = "related_event_not_found"
    FEEDBACK_ON_FEEDBACK = "feedback_on_feedback"


class EventWarning(Struct, frozen=True):
    """`path` is dotted, as in the details of an error."""

    code: WarningCode
    path: str
    message: str
