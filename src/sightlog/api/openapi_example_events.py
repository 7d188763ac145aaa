"""The events of the examples, with the use cases of the demo."""

from datetime import date
from typing import Any

Json = dict[str, Any]

QUALITY, WAREHOUSE, SAFETY = "Assembly Line QA", "Warehouse Inventory", "Construction Site Safety"
FAIL_ID, PASS_ID = "0d2f6f3e-7c0b-4a63-9b0e-52f3a1a5c001", "8f14c2a7-51be-4d0a-b6c3-7e92d40f1b02"
COUNT_ID, REVIEW_ID = "5b9e07d4-3a6f-4f18-8c21-d06b7a94e303", "c6a1d8f2-90e4-4b57-a3fd-18c5e72b6404"


def at(today: date, clock: str) -> str:
    """A time of that day, as it is answered."""
    return f"{today.isoformat()}T{clock}Z"


def failed_check(today: date) -> Json:
    """A part with a scratch."""
    return {
        "eventId": FAIL_ID,
        "eventType": "quality_check",
        "useCaseId": QUALITY,
        "timestamp": at(today, "00:12:30.250000"),
        "deviceId": "graz-line-1",
        "streamId": "graz-line-1-top",
        "workflowId": "plate-inspection",
        "eventData": {"result": "fail", "externalId": "M0007"},
        "customMetadata": {"line_id": "line-1", "shift": "night", "part_number": "4711", "belt_speed": 12.5},
        "images": [
            {
                "label": "top view",
                "objectDetections": [
                    {"class": "scratch", "x": 320.5, "y": 240, "width": 50, "height": 40, "confidence": 0.95}
                ],
            }
        ],
    }


def count_of_boxes(today: date) -> Json:
    """A shelf that was counted."""
    return {
        "eventId": COUNT_ID,
        "eventType": "inventory_count",
        "useCaseId": WAREHOUSE,
        "timestamp": at(today, "00:15:00"),
        "deviceId": "leon-aisle-4",
        "eventData": {"location": "aisle 4, shelf B", "itemCount": 36, "itemType": "carton"},
        "customMetadata": {"aisle": "4", "shelf": "B", "item_type": "carton"},
    }


def alert(today: date) -> Json:
    """Somebody without a helmet."""
    return {
        "eventType": "safety_alert",
        "useCaseId": SAFETY,
        "timestamp": at(today, "00:16:05"),
        "deviceId": "leon-gate-2",
        "eventData": {"alertType": "no_helmet", "severity": "high", "description": "One person without a helmet"},
        "customMetadata": {"zone": "gate 2", "alert_type": "no_helmet", "contractor": "Alpha Build"},
    }


def custom(today: date) -> Json:
    """Something of its own."""
    return {
        "eventType": "custom",
        "useCaseId": QUALITY,
        "timestamp": at(today, "00:17:00"),
        "eventData": {"value": "belt stopped"},
        "customMetadata": {"line_id": "line-1", "shift": "night"},
    }


def review(today: date) -> Json:
    """A verdict on the failed check."""
    return {
        "eventId": REVIEW_ID,
        "eventType": "operator_feedback",
        "useCaseId": QUALITY,
        "timestamp": at(today, "00:20:00"),
        "eventData": {"relatedEventId": FAIL_ID, "feedback": "incorrect"},
        "comment": "The scratch is a reflection",
    }


def as_answered(event: Json) -> Json:
    """The event as a query answers it: without its use case, with six digits of the second, with its feedback."""
    answered = {name: value for name, value in event.items() if name != "useCaseId"}
    moment = event["timestamp"].removesuffix("Z")
    answered["timestamp"] = (moment if "." in moment else moment + ".000000") + "Z"
    latest = {
        "eventId": REVIEW_ID,
        "feedback": "incorrect",
        "timestamp": moment[:11] + "00:20:00.000000Z",
        "comment": "The scratch is a reflection",
    }
    return answered | {"feedback": {"status": "incorrect", "count": 1, "latest": latest}}
