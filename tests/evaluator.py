"""A second opinion on filters: the wire's filter on the wire's event, in plain words, without any of the program."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

_IDS = ("deviceId", "streamId", "workflowId")
_COLUMNS = {
    "result": "result",
    "location": "location",
    "item_count": "itemCount",
    "item_type": "itemType",
    "alert_type": "alertType",
    "severity": "severity",
    "feedback": "feedback",
    "related_event_id": "relatedEventId",
}
_LISTS = ("objectDetections", "classifications", "instanceSegmentations", "keypoints")


def matches(filters: Json, event: Json) -> bool:
    """Whether an event, as a query answers it, passes all filters. (`useCaseId` is not looked at.)"""
    return all(_passes(name, wanted, event) for name, wanted in filters.items() if name != "useCaseId")


def newest_first(events: list[Json]) -> list[Json]:
    """By time, then by the bytes of the id, both descending."""
    return sorted(events, key=lambda event: (moment(event["timestamp"]), event["eventId"].encode()), reverse=True)


def moment(text: str) -> datetime:
    """An ISO 8601 time; UTC when it does not say."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _passes(name: str, wanted: Any, event: Json) -> bool:  # noqa: C901  # one branch a filter reads best
    if name == "startTime":
        return moment(event["timestamp"]) >= moment(wanted)
    if name == "endTime":
        a_day = timedelta(days=1) - timedelta(microseconds=1)
        return moment(event["timestamp"]) <= moment(wanted) + (a_day if len(wanted) == 10 else timedelta())
    if name == "eventType":
        return bool(event["eventType"] == wanted)
    if name == "eventTypes":
        return event["eventType"] in wanted
    if name in _IDS:
        return _compare(wanted, _given(event.get(name)))
    if name == "externalId":
        return _compare(wanted, _given(event["eventData"].get(name)))
    if name == "imageCount":
        return _compare(wanted, [len(event["images"])])
    if name == "detection":
        return _detects(wanted, event["images"])
    if name == "customMetadataFilters":
        return all(_metadata(one, [event["customMetadata"]]) for one in wanted)
    if name == "imageMetadataFilters":
        return all(_metadata(one, [image.get("metadata", {}) for image in event["images"]]) for one in wanted)
    if name == "eventFieldFilters":
        return all(_column(one, event) for one in wanted)
    if name == "hasWarnings":
        return bool(event.get("warnings")) is wanted
    if name == "feedbackStatus":
        is_review = event["eventType"] == "operator_feedback"
        return not is_review and event.get("feedback", {}).get("status", "none") in wanted
    if name == "outcomes":
        is_alert = event["eventType"] == "safety_alert"
        return event["eventData"].get("result") in wanted or (is_alert and "alert" in wanted)
    raise AssertionError(f"no words for {name}")


def _given(value: Any) -> list[Any]:
    """What a field holds; empty text is not a value."""
    return [] if value is None or value == "" else [value]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def _same(one: Any, other: Any) -> bool:
    return _kind(one) == _kind(other) and bool(one == other)


def _compare(condition: Json, found: list[Any]) -> bool:
    """Whether any of the values found passes; the negations, whether none does."""
    operator, wanted = condition["operator"], condition["value"]
    if operator == "exists":
        return bool(found) is wanted
    if operator in ("neq", "not_in"):
        positive = {"neq": "eq", "not_in": "in"}[operator]
        return not _compare({"operator": positive, "value": wanted}, found)
    return any(_holds(operator, value, wanted) for value in found)


def _holds(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "in":
        return any(_same(value, one) for one in wanted)
    if _kind(value) != _kind(wanted):
        return False
    if operator == "eq":
        return bool(value == wanted)
    if operator == "contains":
        return wanted in value
    if operator == "starts_with":
        return bool(value.startswith(wanted))
    return bool({"gt": value > wanted, "gte": value >= wanted, "lt": value < wanted, "lte": value <= wanted}[operator])


def _metadata(condition: Json, holders: list[Json]) -> bool:
    found = [holder[condition["field"]] for holder in holders if condition["field"] in holder]
    if condition["operator"] == "exists" and "type" in condition:
        found = [value for value in found if _kind(value) == condition["type"]]
    return _compare(condition, found)


def _column(condition: Json, event: Json) -> bool:
    if condition["column"] == "event_type":
        return _compare(condition, [event["eventType"]])
    return _compare(condition, _given(event["eventData"].get(_COLUMNS[condition["column"]])))


def _detects(condition: Json, images: list[Json]) -> bool:
    operator, wanted = condition["operator"], condition["value"]
    if operator in ("neq", "not_in"):
        positive = {"neq": "eq", "not_in": "in"}[operator]
        return not _detects(condition | {"operator": positive}, images)
    classes = wanted if operator == "in" else [wanted]
    annotations = [one for image in images for name in _LISTS for one in image.get(name, [])]
    return any(one["class"] in classes and _is_sure(condition, one) for one in annotations)


def _is_sure(condition: Json, annotation: Json) -> bool:
    """Whether this very annotation passes the bound on confidence."""
    if "confidence" not in condition:
        return True
    return _compare(condition["confidence"], [annotation["confidence"]] if "confidence" in annotation else [])
