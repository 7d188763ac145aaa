"""A bad filter is a 400 that names the field, the operator, and what would be allowed."""

from typing import Any

import pytest

from tests.expect import Caller, paths_of, refused

Json = dict[str, Any]


def op(operator: Any, value: Any) -> Json:
    return {"operator": operator, "value": value}


def metadata(**one: Any) -> Json:
    return {"customMetadataFilters": [{"field": "shift", "operator": "eq", "value": "x"} | one]}


def column(**one: Any) -> Json:
    return {"eventFieldFilters": [{"column": "result", "operator": "eq", "value": "fail"} | one]}


def detection(**one: Any) -> Json:
    return {"detection": op("eq", "scratch") | one}


ID_OPERATORS = "eq, neq, in, not_in, contains, starts_with, exists"

# (filters, where the problem is, what the text must say)
MEANINGLESS: list[tuple[Json, str, str]] = [
    ({"deviceId": op("gt", "cam")}, "deviceId.operator", ID_OPERATORS),
    ({"streamId": op("EQ", "cam")}, "streamId.operator", "'EQ'"),
    ({"workflowId": op("like", "cam")}, "workflowId.operator", "'like'"),
    ({"externalId": op("regex", "x")}, "externalId.operator", ID_OPERATORS),
    ({"deviceId": op("eq", 5)}, "deviceId.value", "string"),
    ({"deviceId": op("eq", None)}, "deviceId.value", "string"),
    ({"deviceId": op("eq", ["cam"])}, "deviceId.value", "string"),
    ({"deviceId": op("in", "cam")}, "deviceId.value", "array"),
    ({"deviceId": op("in", [])}, "deviceId.value", "array"),
    ({"deviceId": op("in", ["cam", 5])}, "deviceId.value.1", "string"),
    ({"deviceId": op("exists", "yes")}, "deviceId.value", "true or false"),
    ({"deviceId": op("exists", 1)}, "deviceId.value", "true or false"),
    ({"eventType": "quality"}, "eventType", "quality_check"),
    ({"eventTypes": ["custom", "quality"]}, "eventTypes", "quality_check"),
    ({"startTime": "yesterday"}, "startTime", "ISO 8601"),
    ({"endTime": "2026-02-30"}, "endTime", "ISO 8601"),
    (detection(operator="contains"), "detection.operator", "eq, neq, in, not_in"),
    (detection(value=5), "detection.value", "string"),
    (detection(operator="in"), "detection.value", "array"),
    (detection(confidence=op("eq", 0.5)), "detection.confidence.operator", "gt, gte, lt, lte"),
    (detection(confidence=op("gt", "0.5")), "detection.confidence.value", "number"),
    (detection(confidence=op("gt", 1.1)), "detection.confidence.value", "between 0 and 1"),
    (metadata(operator="gt"), "customMetadataFilters.0.operator", ID_OPERATORS),
    (metadata(type="number"), "customMetadataFilters.0.value", "number"),
    (metadata(type="string", value=5), "customMetadataFilters.0.value", "string"),
    (metadata(type="boolean", value="true"), "customMetadataFilters.0.value", "true or false"),
    (metadata(operator="contains", value=5), "customMetadataFilters.0.operator", "gte"),
    (metadata(operator="gt", value=True), "customMetadataFilters.0.operator", "eq, neq, exists"),
    (metadata(value=None), "customMetadataFilters.0.value", "string"),
    (metadata(value={}), "customMetadataFilters.0.value", "string"),
    (metadata(operator="in", value=["x", 1]), "customMetadataFilters.0.value.1", "string"),
    (metadata(value=2**53 + 1), "customMetadataFilters.0.value", "2^53"),
    (metadata(operator="exists"), "customMetadataFilters.0.value", "true or false"),
    (column(column="eventType"), "eventFieldFilters.0.column", "event_type"),
    (column(column="description"), "eventFieldFilters.0.column", "alert_type"),
    (column(operator="gt"), "eventFieldFilters.0.operator", ID_OPERATORS),
    (column(column="item_count", value="12"), "eventFieldFilters.0.value", "number"),
    (column(column="item_count", operator="contains", value=1), "eventFieldFilters.0.operator", "gte"),
    ({"imageCount": op("exists", True)}, "imageCount.operator", "eq, neq, gt, gte, lt, lte, in, not_in"),
    ({"imageCount": op("eq", "2")}, "imageCount.value", "number"),
    ({"imageCount": op("eq", True)}, "imageCount.value", "number"),
    ({"feedbackStatus": ["wrong"]}, "feedbackStatus", "inconclusive"),
    ({"outcomes": ["wrong"]}, "outcomes", "alert"),
]

# (filters, where): already the shape is wrong
MISSHAPEN: list[tuple[Json, str]] = [
    ({"device": op("eq", "cam")}, "device"),
    ({"deviceId": "cam"}, "deviceId"),
    ({"deviceId": {"operator": "eq"}}, "deviceId.value"),
    ({"deviceId": {"value": "cam"}}, "deviceId.operator"),
    ({"deviceId": op(1, "cam")}, "deviceId.operator"),
    ({"deviceId": op("eq", "cam") | {"caseSensitive": True}}, "deviceId.caseSensitive"),
    ({"eventType": ["custom"]}, "eventType"),
    ({"eventTypes": "custom"}, "eventTypes"),
    ({"eventTypes": []}, "eventTypes"),
    ({"eventTypes": ["custom"] * 21}, "eventTypes"),
    ({"startTime": 1_760_000_000}, "startTime"),
    ({"detection": "scratch"}, "detection"),
    (detection(confidence=0.5), "detection.confidence"),
    ({"customMetadataFilters": {"shift": "x"}}, "customMetadataFilters"),
    (metadata(field="a/b"), "customMetadataFilters.0.field"),
    (metadata(field=1), "customMetadataFilters.0.field"),
    (metadata(type="integer"), "customMetadataFilters.0.type"),
    ({"imageMetadataFilters": [{"operator": "eq", "value": 1}]}, "imageMetadataFilters.0.field"),
    ({"eventFieldFilters": ["result"]}, "eventFieldFilters.0"),
    ({"imageCount": 2}, "imageCount"),
    ({"hasWarnings": "yes"}, "hasWarnings"),
    ({"hasWarnings": 1}, "hasWarnings"),
    ({"feedbackStatus": "none"}, "feedbackStatus"),
    ({"feedbackStatus": []}, "feedbackStatus"),
]


@pytest.fixture(scope="module")
def asked(caller: Caller) -> str:
    return caller.new_use_case("Asked badly")


@pytest.mark.parametrize(("filters", "path", "says"), MEANINGLESS, ids=[str(row[0]) for row in MEANINGLESS])
def test_meaningless_filter_is_refused_with_what_would_be_allowed(
    caller: Caller, asked: str, filters: Json, path: str, says: str
) -> None:
    reply = caller.http.post("/vision-events/query", json={"useCaseId": asked} | filters)
    refused(reply, 400, "invalid_filter", path=path, says=says)


@pytest.mark.parametrize(("filters", "path"), MISSHAPEN, ids=[str(row[0]) for row in MISSHAPEN])
def test_misshapen_filter_is_refused_at_its_path(caller: Caller, asked: str, filters: Json, path: str) -> None:
    reply = caller.http.post("/vision-events/query", json={"useCaseId": asked} | filters)
    refused(reply, 400, "invalid_filter", path=path)


def test_wrong_shape_is_answered_with_an_example_of_the_right_one(caller: Caller, asked: str) -> None:
    for filters, says in (
        ({"deviceId": "cam-5"}, '{"operator": "eq", "value": "cam-5"}'),
        ({"imageCount": 2}, '{"operator": "gte", "value": 2}'),
        ({"deviceID": op("eq", "cam-5")}, "did you mean deviceId?"),
    ):
        reply = caller.http.post("/vision-events/query", json={"useCaseId": asked} | filters)
        refused(reply, 400, "invalid_filter", says=says)


def test_range_that_ends_before_it_begins_is_refused(caller: Caller, asked: str) -> None:
    filters = {"startTime": "2026-08-13T10:00:00Z", "endTime": "2026-08-13T09:00:00Z"}
    for path in ("query", "count"):
        reply = caller.http.post(f"/vision-events/{path}", json={"useCaseId": asked} | filters)
        refused(reply, 400, "invalid_filter", path="endTime", says="lies before startTime")


def test_every_bad_filter_is_named_at_once(caller: Caller, asked: str) -> None:
    filters = {"deviceId": op("gt", "x"), "imageCount": op("eq", "2"), "startTime": "soon"} | column(column="x")
    reply = caller.http.post("/vision-events/query", json={"useCaseId": asked} | filters)
    expected = {"deviceId.operator", "imageCount.value", "startTime", "eventFieldFilters.0.column"}
    assert set(paths_of(refused(reply, 400, "invalid_filter"))) == expected
