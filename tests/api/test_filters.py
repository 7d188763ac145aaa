"""Every filter of a query: which events of one small, varied use case it finds. Count must agree each time."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.builders import a_box, an_event, an_image, feedback_on, moment, new_id, new_name
from tests.expect import Caller

Json = dict[str, Any]
ALL = {"pass", "fail", "mixed", "alert", "count", "review", "warned"}


@dataclass(frozen=True)
class Line:
    """The use case that is asked; events go by short names."""

    use_case: str
    names: dict[str, str]


def _events(use_case: str, failed_id: str) -> dict[str, Json]:
    return {
        "pass": an_event(
            use_case=use_case,
            deviceId="cam-1",
            streamId="line-1",
            workflowId="wf-a",
            eventData={"result": "pass", "externalId": "batch-7"},
            customMetadata={"shift": "morning", "temperature": 70, "rework": False},
            images=[an_image(a_box("scratch", 0.9), a_box("dent", 0.4), metadata={"exposure": 12})],
        ),
        "fail": an_event(
            use_case=use_case,
            eventId=failed_id,
            deviceId="cam-2",
            streamId="line-1",
            eventData={"result": "fail", "externalId": "batch-8"},
            customMetadata={"shift": "night", "temperature": 72.5, "rework": True},
            images=[an_image(a_box("scratch", 0.5), a_box("dent", 0.95), metadata={"exposure": "auto"})],
        ),
        "mixed": an_event(
            "custom",
            use_case,
            customMetadata={"shift": "Morning", "temperature": "72.5", "rework": "yes", "code": 1},
        ),
        "alert": an_event(
            "safety_alert",
            use_case,
            deviceId="cam-10",
            images=[
                an_image(keypoints=[a_box("person", 0.8)], metadata={"lens": "wide"}),
                an_image(
                    classifications=[{"class": "dusk"}],
                    instanceSegmentations=[a_box("zone", 0.7, points=[[0, 0], [9, 0], [9, 9]])],
                ),
            ],
        ),
        "count": an_event("inventory_count", use_case, customMetadata={"code": 1.0, "aisle": "100%_A"}),
        "review": feedback_on(failed_id, "incorrect", use_case),
        "warned": an_event("custom", use_case, eventData={}, deviceId="Cam-1"),
    }


@pytest.fixture(scope="module")
def line(caller: Caller) -> Line:
    use_case, failed_id = caller.new_use_case(new_name()), new_id()
    events = _events(use_case, failed_id)
    for minutes, event in enumerate(events.values(), 1):
        event["timestamp"] = moment(minutes=minutes)
        caller.create(event)
    return Line(use_case, {event["eventId"]: name for name, event in events.items()})


def op(operator: str, value: Any) -> Json:
    return {"operator": operator, "value": value}


def metadata(field: str, operator: str, value: Any, type: str | None = None) -> Json:
    one = {"field": field, "operator": operator, "value": value} | ({"type": type} if type else {})
    return {"customMetadataFilters": [one]}


def image_metadata(field: str, operator: str, value: Any, type: str | None = None) -> Json:
    return {"imageMetadataFilters": metadata(field, operator, value, type)["customMetadataFilters"]}


def column(name: str, operator: str, value: Any) -> Json:
    return {"eventFieldFilters": [{"column": name, "operator": operator, "value": value}]}


def detection(operator: str, value: Any, confidence: Json | None = None) -> Json:
    return {"detection": op(operator, value) | ({"confidence": confidence} if confidence else {})}


CASES: list[tuple[Json, set[str]]] = [
    ({}, ALL),
    # types
    ({"eventType": "custom"}, {"mixed", "warned"}),
    ({"eventTypes": ["custom", "safety_alert"]}, {"mixed", "warned", "alert"}),
    ({"eventTypes": ["operator_feedback"]}, {"review"}),
    ({"eventType": "custom", "eventTypes": ["custom", "quality_check"]}, {"mixed", "warned"}),
    ({"eventType": "custom", "eventTypes": ["quality_check"]}, set()),
    # sources
    ({"deviceId": op("eq", "cam-1")}, {"pass"}),
    ({"deviceId": op("eq", "CAM-1")}, set()),
    ({"deviceId": op("neq", "cam-1")}, ALL - {"pass"}),
    ({"deviceId": op("in", ["cam-1", "cam-2", "cam-3"])}, {"pass", "fail"}),
    ({"deviceId": op("not_in", ["cam-1", "cam-2"])}, ALL - {"pass", "fail"}),
    ({"deviceId": op("starts_with", "cam-1")}, {"pass", "alert"}),
    ({"deviceId": op("contains", "am-1")}, {"pass", "alert", "warned"}),
    ({"deviceId": op("exists", True)}, {"pass", "fail", "alert", "warned"}),
    ({"deviceId": op("exists", False)}, {"mixed", "count", "review"}),
    ({"streamId": op("eq", "line-1")}, {"pass", "fail"}),
    ({"workflowId": op("neq", "wf-a")}, ALL - {"pass"}),
    ({"externalId": op("eq", "batch-7")}, {"pass"}),
    ({"externalId": op("starts_with", "batch-")}, {"pass", "fail"}),
    # detections: any of the four lists; the confidence holds on the same annotation
    ({**detection("eq", "scratch")}, {"pass", "fail"}),
    ({**detection("eq", "person")}, {"alert"}),
    ({**detection("eq", "dusk")}, {"alert"}),
    ({**detection("eq", "zone")}, {"alert"}),
    ({**detection("neq", "scratch")}, ALL - {"pass", "fail"}),
    ({**detection("in", ["scratch", "person"])}, {"pass", "fail", "alert"}),
    ({**detection("not_in", ["scratch", "person"])}, ALL - {"pass", "fail", "alert"}),
    ({**detection("eq", "scratch", op("gte", 0.9))}, {"pass"}),
    ({**detection("eq", "scratch", op("gt", 0.9))}, set()),
    ({**detection("eq", "dent", op("lt", 0.95))}, {"pass"}),
    ({**detection("eq", "dent", op("lte", 0.95))}, {"pass", "fail"}),
    ({**detection("in", ["scratch", "dent"], op("gt", 0.92))}, {"fail"}),
    ({**detection("neq", "scratch", op("gt", 0.6))}, ALL - {"pass"}),
    ({**detection("eq", "dusk", op("gte", 0))}, set()),
    # custom metadata: without `type` the JSON type of the value decides
    (metadata("shift", "eq", "morning"), {"pass"}),
    (metadata("shift", "neq", "morning"), ALL - {"pass"}),
    (metadata("shift", "in", ["morning", "night"]), {"pass", "fail"}),
    (metadata("shift", "not_in", ["morning", "night"]), ALL - {"pass", "fail"}),
    (metadata("shift", "contains", "orn"), {"pass", "mixed"}),
    (metadata("shift", "contains", ""), {"pass", "fail", "mixed"}),
    (metadata("shift", "starts_with", "M"), {"mixed"}),
    (metadata("aisle", "contains", "%_"), {"count"}),
    (metadata("aisle", "contains", "0_"), set()),
    (metadata("aisle", "starts_with", "1%"), set()),
    (metadata("shift", "exists", True), {"pass", "fail", "mixed"}),
    (metadata("shift", "exists", False), ALL - {"pass", "fail", "mixed"}),
    (metadata("temperature", "exists", True, "string"), {"mixed"}),
    (metadata("temperature", "exists", False, "string"), ALL - {"mixed"}),
    (metadata("nothing", "exists", True), set()),
    (metadata("nothing", "neq", 1), ALL),
    (metadata("temperature", "eq", 72.5), {"fail"}),
    (metadata("temperature", "eq", "72.5"), {"mixed"}),
    (metadata("temperature", "eq", 72.5, "number"), {"fail"}),
    (metadata("temperature", "neq", 72.5), ALL - {"fail"}),
    (metadata("temperature", "gt", 70, "number"), {"fail"}),
    (metadata("temperature", "gte", 70), {"pass", "fail"}),
    (metadata("temperature", "lt", 72.5), {"pass"}),
    (metadata("temperature", "lte", 72.5), {"pass", "fail"}),
    (metadata("temperature", "in", [70.0, 71]), {"pass"}),
    (metadata("temperature", "not_in", [70, 72.5]), ALL - {"pass", "fail"}),
    (metadata("code", "eq", 1), {"mixed", "count"}),
    (metadata("code", "eq", 1.0), {"mixed", "count"}),
    (metadata("rework", "eq", True), {"fail"}),
    (metadata("rework", "eq", False, "boolean"), {"pass"}),
    (metadata("rework", "neq", True), ALL - {"fail"}),
    (metadata("rework", "eq", "yes", "string"), {"mixed"}),
    (metadata("rework", "eq", 1), set()),
    # image metadata
    (image_metadata("exposure", "eq", 12), {"pass"}),
    (image_metadata("exposure", "eq", "auto"), {"fail"}),
    (image_metadata("exposure", "exists", True), {"pass", "fail"}),
    (image_metadata("exposure", "gt", 10), {"pass"}),
    (image_metadata("lens", "starts_with", "w"), {"alert"}),
    (image_metadata("lens", "neq", "wide"), ALL - {"alert"}),
    # the nine columns
    (column("event_type", "eq", "custom"), {"mixed", "warned"}),
    (column("event_type", "not_in", ["custom"]), ALL - {"mixed", "warned"}),
    (column("result", "eq", "fail"), {"fail"}),
    (column("result", "neq", "fail"), ALL - {"fail"}),
    (column("result", "exists", True), {"pass", "fail"}),
    (column("location", "starts_with", "A"), {"count"}),
    (column("item_type", "contains", "art"), {"count"}),
    (column("item_count", "gte", 12), {"count"}),
    (column("item_count", "in", [12.0, 13]), {"count"}),
    (column("item_count", "gt", 12), set()),
    (column("alert_type", "eq", "no_helmet"), {"alert"}),
    (column("severity", "in", ["high", "medium"]), {"alert"}),
    (column("feedback", "eq", "incorrect"), {"review"}),
    (column("related_event_id", "exists", True), {"review"}),
    # the rest
    ({"imageCount": op("eq", 0)}, {"mixed", "count", "review", "warned"}),
    ({"imageCount": op("gte", 1)}, {"pass", "fail", "alert"}),
    ({"imageCount": op("in", [2, 3])}, {"alert"}),
    ({"imageCount": op("neq", 1)}, ALL - {"pass", "fail"}),
    ({"hasWarnings": True}, {"warned"}),
    ({"hasWarnings": False}, ALL - {"warned"}),
    ({"feedbackStatus": ["incorrect"]}, {"fail"}),
    ({"feedbackStatus": ["correct", "inconclusive"]}, set()),
    ({"feedbackStatus": ["none"]}, ALL - {"fail", "review"}),
    ({"feedbackStatus": ["none", "incorrect"]}, ALL - {"review"}),
    ({"outcomes": ["fail"]}, {"fail"}),
    ({"outcomes": ["alert"]}, {"alert"}),
    ({"outcomes": ["fail", "alert"]}, {"fail", "alert"}),
    ({"outcomes": ["fail", "alert"], "feedbackStatus": ["none"]}, {"alert"}),
    # all together: AND
    (
        {"eventType": "quality_check", **detection("eq", "dent", op("gte", 0.9)), "hasWarnings": False},
        {"fail"},
    ),
    ({**metadata("shift", "exists", True), "deviceId": op("exists", False)}, {"mixed"}),
    ({**metadata("shift", "eq", "night"), **image_metadata("exposure", "eq", 12)}, set()),
    # null in an optional filter is the same as leaving it out
    ({"eventType": None, "deviceId": None, "limit": None, "cursor": None, "startTime": None}, ALL),
    ({"eventFieldFilters": [], "customMetadataFilters": []}, ALL),
]


@pytest.mark.parametrize(("filters", "expected"), CASES, ids=[str(filters) for filters, _ in CASES])
def test_filter_finds_exactly_the_events_that_match(
    caller: Caller, line: Line, filters: Json, expected: set[str]
) -> None:
    found = caller.ids(line.use_case, **filters)
    assert {line.names[event_id] for event_id in found} == expected
    assert len(found) == len(expected)
    countable = {name: value for name, value in filters.items() if name not in {"limit", "cursor"}}
    assert caller.count(line.use_case, **countable) == len(expected)


def test_two_filters_on_one_field_must_both_hold(caller: Caller, line: Line) -> None:
    between = [
        {"field": "temperature", "operator": "gt", "value": 70, "type": "number"},
        {"field": "temperature", "operator": "lt", "value": 80, "type": "number"},
    ]
    (found,) = caller.ids(line.use_case, customMetadataFilters=between)
    assert line.names[found] == "fail"


def test_filters_find_the_event_as_it_is_after_an_overwrite(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, deviceId="old", customMetadata={"a": 1}, images=[an_image(a_box("dent"))])
    caller.create(event)
    caller.create(an_event(use_case=use_case, eventId=event["eventId"], deviceId="new"))

    assert caller.count(use_case, deviceId=op("eq", "new")) == 1
    assert caller.count(use_case, deviceId=op("eq", "old")) == 0
    assert caller.count(use_case, **metadata("a", "exists", True)) == 0
    assert caller.count(use_case, **detection("eq", "dent")) == 0


def test_the_newest_review_decides_the_feedback_status(caller: Caller, use_case: str) -> None:
    """Newest by the review's own time, and of equal times by arrival."""
    event = an_event(use_case=use_case, timestamp=moment(hours=9))
    caller.create(event)
    at_noon = moment(hours=2)
    expected = [("incorrect", at_noon, "incorrect"), ("correct", moment(hours=3), "incorrect")]
    expected += [("inconclusive", at_noon, "inconclusive"), ("correct", moment(hours=1), "correct")]
    for verdict, when, status in expected:
        caller.create(feedback_on(event["eventId"], verdict, use_case, timestamp=when))
        assert caller.ids(use_case, feedbackStatus=[status]) == [event["eventId"]]
        others = {"correct", "incorrect", "inconclusive", "none"} - {status}
        assert caller.ids(use_case, feedbackStatus=sorted(others)) == []


def test_feedback_counts_across_use_cases_but_not_across_workspaces(
    caller: Caller, stranger: Caller, use_case: str, other_use_case: str, strangers_use_case: str
) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    stranger.create(feedback_on(event["eventId"], "incorrect", strangers_use_case))
    assert caller.count(use_case, feedbackStatus=["none"]) == 1

    caller.create(feedback_on(event["eventId"], "correct", other_use_case))
    assert caller.count(use_case, feedbackStatus=["correct"]) == 1


def test_feedback_survives_an_overwrite_and_may_come_before_its_event(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(feedback_on(event["eventId"], "incorrect", use_case))
    for _ in range(2):
        caller.create(event)
        assert caller.ids(use_case, feedbackStatus=["incorrect"]) == [event["eventId"]]
