"""Valid things to send, so that a test mentions only what it is about."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

Json = dict[str, Any]

MAIN_DATA: dict[str, Json] = {
    "quality_check": {"result": "pass"},
    "inventory_count": {"itemCount": 12, "itemType": "carton", "location": "A-1"},
    "safety_alert": {"alertType": "no_helmet", "severity": "high"},
    "custom": {"value": "anything"},
    "operator_feedback": {"relatedEventId": "nobody", "feedback": "correct"},
}
EVENT_TYPES = list(MAIN_DATA)
SENTENCE = "Grüße aus León ✓ 你好 🏭 é \u2028 \u200f"  # composed, combining, astral and right-to-left text


def new_id(prefix: str = "") -> str:
    """An id that no other test uses."""
    return f"{prefix}{uuid4()}"


def new_name(prefix: str = "Paint line") -> str:
    """A use case's name that no other test uses."""
    return f"{prefix} {uuid4().hex[:12]}"


def noise(letters: int, seed: int) -> str:
    """Text that no compression makes much smaller than half."""
    return random.Random(seed).randbytes(letters // 2).hex()


def moment(**ago: float) -> str:
    """The time some `minutes=`, `hours=` or `days=` ago, as a server answers it."""
    when = datetime.now(UTC) - timedelta(**ago)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def an_event(event_type: str = "quality_check", use_case: str = "", **changes: Any) -> Json:
    """A valid event; `changes` are fields of the wire, and Ellipsis leaves one out."""
    event: Json = {
        "eventId": new_id(),
        "eventType": event_type,
        "useCaseId": use_case,
        "timestamp": moment(minutes=10),
        "eventData": dict(MAIN_DATA.get(event_type, {})),
    }
    return {name: value for name, value in (event | changes).items() if value is not ...}


def feedback_on(event_id: str, verdict: str, use_case: str, **changes: Any) -> Json:
    """A review of another event."""
    data = {"relatedEventId": event_id, "feedback": verdict}
    return an_event("operator_feedback", use_case, **({"eventData": data} | changes))


def a_box(name: str = "scratch", confidence: float | None = 0.9, **changes: Any) -> Json:
    """An object detection."""
    box: Json = {"class": name, "x": 320.5, "y": 240, "width": 50, "height": 40.0}
    if confidence is not None:
        box["confidence"] = confidence
    return {key: value for key, value in (box | changes).items() if value is not ...}


def an_image(*boxes: Json, **changes: Any) -> Json:
    """An images entry with these object detections, and without pictures, which would have to be uploaded first."""
    image: Json = {"label": "workflow"}
    if boxes:
        image["objectDetections"] = list(boxes)
    return image | changes


def some_events(count: int, use_case: str, **changes: Any) -> list[Json]:
    """Valid events, one second apart, in no particular order."""
    events = [
        an_event(use_case=use_case, timestamp=moment(minutes=30, seconds=second), **changes) for second in range(count)
    ]
    random.Random(7).shuffle(events)
    return events
