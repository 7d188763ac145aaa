"""The bodies of the examples, sent and answered, with the use cases of the demo."""

from datetime import date
from typing import Any

Json = dict[str, Any]

QUALITY_ID, NEW_ID = "k7m2xq9hw4tb", "r3n8vd5yc6pz"
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


def facets(today: date) -> Json:
    """What a filter bar would offer."""
    heard = {"lastEventAt": at(today, "00:12:36.000000"), "lastArrivalAt": at(today, "00:12:36.731050")}
    return {
        "useCaseId": QUALITY_ID,
        "eventTypes": [{"value": "quality_check", "count": 1840}, {"value": "operator_feedback", "count": 12}],
        "devices": [{"value": "graz-line-1", "count": 1840, "fails": 55} | heard],
        "streams": [{"value": "graz-line-1-top", "count": 1840, "fails": 55} | heard],
        "workflows": [{"value": "plate-inspection", "count": 1840, "fails": 55} | heard],
        "detectionClasses": [{"value": "scratch", "count": 41}, {"value": "dent", "count": 14}],
        "customMetadata": {
            "shift": {
                "types": {"string": 1840},
                "values": [
                    {"value": "morning", "type": "string", "count": 1012},
                    {"value": "night", "type": "string", "count": 828},
                ],
                "manyValues": False,
            }
        },
        "imageMetadata": {},
        "feedback": [
            {"value": "correct", "count": 0},
            {"value": "incorrect", "count": 12},
            {"value": "inconclusive", "count": 0},
            {"value": "none", "count": 1828},
        ],
    }


def custom_schema(today: date) -> Json:
    """Two fields, one of them with two types."""
    shift = {"types": ["string"], "count": 1840, "countByType": {"string": 1840}} | _seen(today)
    part = {"types": ["string", "number"], "count": 1840, "countByType": {"string": 1699, "number": 141}}
    return {"useCaseId": QUALITY_ID, "fields": {"shift": shift, "part_number": part | _seen(today)}}


def image_schema(today: date) -> Json:
    """One field."""
    exposure = {"types": ["number"], "count": 1840, "countByType": {"number": 1840}} | _seen(today)
    return {"useCaseId": QUALITY_ID, "fields": {"exposure_ms": exposure}}


def _seen(today: date) -> Json:
    return {"firstSeenAt": at(today, "00:01:00.000000"), "lastSeenAt": at(today, "00:12:36.000000")}


def new_use_case(today: date) -> Json:
    """A use case as create answers it."""
    made = at(today, "00:00:10.104233")
    return {"id": NEW_ID, "name": "Paint line 2", "status": "active", "createdAt": made, "updatedAt": made}


def use_case_with_counts(today: date) -> Json:
    """A use case as the list answers it."""
    return new_use_case(today) | {
        "id": QUALITY_ID,
        "name": QUALITY,
        "workspaceId": "my-workspace",
        "eventCount": 1852,
        "lastEventAt": at(today, "00:12:36.000000"),
        "eventTypes": ["quality_check", "operator_feedback"],
        "countByType": {"quality_check": 1840, "operator_feedback": 12},
    }


def whole_event(today: date) -> Json:
    """The failed check, with everything that is known about it."""
    whole = as_answered(failed_check(today))
    whole["feedback"]["all"] = [whole["feedback"]["latest"]]
    return whole | {"useCaseId": QUALITY_ID, "receivedAt": at(today, "00:12:31.018204")}


def good_check(today: date) -> Json:
    """The part after it."""
    good = failed_check(today) | {
        "eventId": PASS_ID,
        "timestamp": at(today, "00:12:36"),
        "eventData": {"result": "pass"},
    }
    del good["images"]
    return good
