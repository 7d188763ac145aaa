"""Every problem of a bad event or body, each with its place and in words that help."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from sightlog.domain.errors import Invalid, InvalidJson
from sightlog.domain.event_reading import Reading
from sightlog.domain.events import NewEvent
from sightlog.domain.filters import CountQuery, EventQuery
from sightlog.domain.limits import Limits
from sightlog.domain.metadata import Metadata
from sightlog.domain.patterns import rule_of
from sightlog.domain.problems import decode_body, type_info
from sightlog.domain.use_cases import NewUseCase
from tests.domain.reading import NOW, an_event, body, problems_of, read

Json = dict[str, Any]

BOX = {"class": "dent", "x": 1, "y": 1, "width": 1, "height": 1}


def in_image(**lists: Any) -> Json:
    return {"images": [{}, lists]}


def in_data(event_type: str, **data: Any) -> Json:
    return {"eventType": event_type, "eventData": data}


# (what is changed, where the problem is, what the message says)
WRONG: list[tuple[Json, str, str]] = [
    ({"eventType": ...}, "eventType", "'quality_check', 'inventory_count', 'safety_alert', 'custom'"),
    ({"eventType": "quality"}, "eventType", "got 'quality'"),
    ({"eventType": 5}, "eventType", "got 5"),
    ({"eventType": None}, "eventType", "got null"),
    ({"useCaseId": ...}, "useCaseId", "missing"),
    ({"useCaseId": ""}, "useCaseId", "at least 1 character"),
    ({"useCaseId": "x" * 257}, "useCaseId", "at most 256 characters, got 257"),
    ({"useCaseId": 7}, "useCaseId", "expected text, got 7"),
    ({"useCaseId": None}, "useCaseId", "got null"),
    ({"timestamp": ...}, "timestamp", "missing"),
    ({"timestamp": "yesterday"}, "timestamp", "'yesterday'"),
    ({"timestamp": 1786611600}, "timestamp", "expected text"),
    ({"timestamp": "2026-08-13"}, "timestamp", "ISO 8601"),
    ({"timestamp": "2026-08-13T24:00:00Z"}, "timestamp", "ISO 8601"),
    ({"timestamp": "2025-08-12T09:00:00Z"}, "timestamp", "older than 365 days"),
    ({"timestamp": "2026-08-15T09:00:00Z"}, "timestamp", "in the future"),
    ({"timestamp": "x" * 101}, "timestamp", "at most 100 characters"),
    ({"eventId": ""}, "eventId", "1 to 256 characters without control characters"),
    ({"eventId": "x" * 257}, "eventId", "1 to 256 characters"),
    ({"eventId": "a\nb"}, "eventId", "control characters"),
    ({"eventId": "a\n"}, "eventId", "control characters"),
    ({"eventId": "a\x7fb"}, "eventId", "control characters"),
    ({"eventId": 7}, "eventId", "expected text, got 7"),
    ({"deviceId": "x" * 257}, "deviceId", "at most 256 characters"),
    ({"streamId": "x" * 257}, "streamId", "at most 256 characters"),
    ({"workflowId": "x" * 257}, "workflowId", "at most 256 characters"),
    ({"deviceId": 5}, "deviceId", "expected text, got 5"),
    ({"deviceId": ["cam"]}, "deviceId", "got an array"),
    ({"comment": "x" * 10_001}, "comment", "at most 10000 characters"),
    ({"displayImagePosition": -1}, "displayImagePosition", "between 0 and"),
    ({"displayImagePosition": 0.0}, "displayImagePosition", "a whole number"),
    ({"displayImagePosition": "0"}, "displayImagePosition", "a whole number, got '0'"),
    ({"displayImagePosition": True}, "displayImagePosition", "a whole number, got true"),
    ({"eventData": []}, "eventData", "expected an object, got an array"),
    ({"eventData": "x"}, "eventData", "expected an object, got 'x'"),
    (in_data("quality_check", result="ok"), "eventData.result", "one of 'fail', 'pass', got 'ok'"),
    (in_data("quality_check", result=True), "eventData.result", "got true"),
    (in_data("quality_check", confidence=1.5), "eventData.confidence", "between 0 and 1"),
    (in_data("quality_check", confidence="high"), "eventData.confidence", "a number"),
    (in_data("quality_check", externalId="x" * 1001), "eventData.externalId", "at most 1000 characters"),
    (in_data("quality_check", externalId=5), "eventData.externalId", "expected text, got 5"),
    (in_data("inventory_count", itemCount=-1), "eventData.itemCount", "between 0 and 2^53"),
    (in_data("inventory_count", itemCount=2**53 + 1), "eventData.itemCount", "2^53"),
    (in_data("inventory_count", itemCount=1.5), "eventData.itemCount", "a whole number, got 1.5"),
    (in_data("inventory_count", itemCount="12"), "eventData.itemCount", "a whole number, got '12'"),
    (in_data("inventory_count", location="x" * 1001), "eventData.location", "at most 1000"),
    (in_data("inventory_count", itemType=5), "eventData.itemType", "expected text"),
    (in_data("safety_alert", alertType="no helmet"), "eventData.alertType", "'no helmet'"),
    (in_data("safety_alert", alertType=""), "eventData.alertType", "a-zA-Z0-9_-"),
    (in_data("safety_alert", alertType="fire\n"), "eventData.alertType", "a-zA-Z0-9_-"),
    (in_data("safety_alert", alertType="x" * 257), "eventData.alertType", "256"),
    (in_data("safety_alert", severity="urgent"), "eventData.severity", "'high', 'low', 'medium'"),
    (in_data("safety_alert", description="x" * 10_001), "eventData.description", "at most 10000"),
    (in_data("custom", value="x" * 10_001), "eventData.value", "at most 10000"),
    (in_data("custom", value=5), "eventData.value", "expected text, got 5"),
    (in_data("operator_feedback", feedback="correct"), "eventData.relatedEventId", "missing"),
    (in_data("operator_feedback", relatedEventId="e"), "eventData.feedback", "missing"),
    (
        in_data("operator_feedback", relatedEventId="", feedback="correct"),
        "eventData.relatedEventId",
        "1 to 256",
    ),
    (in_data("operator_feedback", relatedEventId="e", feedback="wrong"), "eventData.feedback", "'incorrect'"),
    (
        in_data("operator_feedback", relatedEventId=None, feedback="correct"),
        "eventData.relatedEventId",
        "got null",
    ),
    ({"images": {}}, "images", "expected an array, got an object"),
    ({"images": [{}, "x"]}, "images.1", "expected an object, got 'x'"),
    ({"images": [{}] * 21}, "images", "at most 20 entries, got 21"),
    (in_image(label=5), "images.1.label", "expected text"),
    (in_image(label="x" * 257), "images.1.label", "at most 256"),
    (in_image(sourceId="x" * 257), "images.1.sourceId", "at most 256"),
    (in_image(inputSourceId={}), "images.1.inputSourceId", "expected text, got an object"),
    (in_image(objectDetections={}), "images.1.objectDetections", "expected an array"),
    (in_image(objectDetections=[BOX, 5]), "images.1.objectDetections.1", "expected an object"),
    (in_image(objectDetections=[{"class": "dent"}]), "images.1.objectDetections.0.x", "missing"),
    (in_image(objectDetections=[BOX | {"class": ""}]), "images.1.objectDetections.0.class", "at least 1"),
    (
        in_image(objectDetections=[BOX | {"class": "x" * 257}]),
        "images.1.objectDetections.0.class",
        "at most 256",
    ),
    (in_image(objectDetections=[BOX | {"x": "1"}]), "images.1.objectDetections.0.x", "a number, got '1'"),
    (in_image(objectDetections=[BOX | {"x": True}]), "images.1.objectDetections.0.x", "a number, got true"),
    (in_image(objectDetections=[BOX | {"x": 2**53 + 1}]), "images.1.objectDetections.0.x", "2^53"),
    (
        in_image(objectDetections=[BOX | {"confidence": -0.1}]),
        "images.1.objectDetections.0.confidence",
        "0 and 1",
    ),
    (in_image(classifications=[{"confidence": 0.5}]), "images.1.classifications.0.class", "missing"),
    (
        in_image(classifications=[{"class": "a", "confidence": 2}]),
        "images.1.classifications.0.confidence",
        "0 and 1",
    ),
    (in_image(instanceSegmentations=[BOX]), "images.1.instanceSegmentations.0.points", "missing"),
    (
        in_image(instanceSegmentations=[BOX | {"points": [[0, 0], [1, 1]]}]),
        "images.1.instanceSegmentations.0.points",
        "at least 3 entries, got 2",
    ),
    (
        in_image(instanceSegmentations=[BOX | {"points": [[0, 0], [1, 1], [1]]}]),
        "images.1.instanceSegmentations.0.points.2",
        "[x, y]",
    ),
    (
        in_image(instanceSegmentations=[BOX | {"points": [[0, 0], [1, "1"], [1, 0]]}]),
        "images.1.instanceSegmentations.0.points.1.1",
        "a number",
    ),
    (
        in_image(keypoints=[BOX | {"keypoints": [{"x": 1, "y": 1}]}]),
        "images.1.keypoints.0.keypoints.0.id",
        "missing",
    ),
    (
        in_image(keypoints=[BOX | {"keypoints": [{"id": 1.0, "x": 1, "y": 1}]}]),
        "images.1.keypoints.0.keypoints.0.id",
        "a whole number",
    ),
    ({"site": 2**53 + 1}, "site", "2^53"),
    ({"site": {"a": ["b\0"]}}, "site.a.0", "NUL"),
    ({"site\0": 1}, "", "NUL"),
]


@pytest.mark.parametrize(("changes", "path", "says"), WRONG, ids=[f"{path} {says}"[:60] for _, path, says in WRONG])
def test_a_bad_field_is_named_and_the_message_helps(changes: Json, path: str, says: str) -> None:
    found = problems_of(an_event(**changes))
    assert path in [problem.path for problem in found]
    assert says in next(problem.message for problem in found if problem.path == path)


def test_every_problem_of_an_event_is_listed() -> None:
    """An integrator fixes them all at once instead of one a try."""
    event = {
        "eventType": "quality_check",
        "eventId": "x" * 300,
        "timestamp": "yesterday",
        "deviceId": 7,
        "displayImagePosition": -1,
        "eventData": {"result": "ok", "externalId": 5},
        "customMetadata": {"a/b": 1, "c": None},
        "images": [{"label": 5, "objectDetections": [{"x": "1"}]}, 7],
    }
    assert [problem.path for problem in problems_of(event)] == [
        "eventId",
        "deviceId",
        "displayImagePosition",
        "eventData.result",
        "eventData.externalId",
        "customMetadata.a/b",
        "customMetadata.c",
        "images.0.label",
        "images.0.objectDetections.0.x",
        "images.0.objectDetections.0.class",
        "images.0.objectDetections.0.y",
        "images.0.objectDetections.0.width",
        "images.0.objectDetections.0.height",
        "images.1",
        "useCaseId",
        "timestamp",
    ]


def test_a_bad_time_and_too_many_images_are_told_together() -> None:
    found = problems_of(an_event(timestamp="2020-01-01T00:00:00Z", images=[{}] * 21))
    assert [problem.path for problem in found] == ["timestamp", "images"]


@pytest.mark.parametrize("value", [[], "x", 5, None, True, 1.5])
def test_an_event_that_is_no_object_is_one_problem_with_the_whole(value: Any) -> None:
    found = problems_of(value)
    assert [problem.path for problem in found] == [""]
    assert "expected an object" in found[0].message


def test_what_is_shown_of_a_bad_value_is_short() -> None:
    found = problems_of(an_event("quality_check", eventData={"result": "x" * 5000}))
    assert len(found[0].message) < 200


@pytest.mark.parametrize(
    "changes",
    [
        {"eventId": "🏭" * 256, "deviceId": "é" * 256, "comment": "漢" * 10_000},
        in_data("inventory_count", itemCount=2**53, location="x" * 1000, itemType="", externalId="y" * 1000),
        in_data("safety_alert", alertType="Az09_-" * 40, severity="high", description="x" * 10_000),
        in_data("quality_check", result="fail", confidence=1, externalId=""),
        in_image(objectDetections=[BOX | {"x": -1.5, "y": 2**53, "confidence": 0}]),
        in_image(instanceSegmentations=[BOX | {"points": [[0, 0.5], [1, 1], [-1, 0]]}]),
        in_image(keypoints=[BOX, BOX | {"keypoints": []}, BOX | {"keypoints": [{"id": 0, "x": 1, "y": 1.5}]}]),
        {"images": [{}] * 20, "displayImagePosition": 19},
        {"images": []},
    ],
)
def test_what_is_just_within_the_limits_is_taken(changes: Json) -> None:
    found = body(read(an_event(**changes)))
    for name, value in changes.items():
        assert json.dumps(found[name], sort_keys=True) == json.dumps(value, sort_keys=True)


def test_the_limits_of_an_event_are_settings() -> None:
    strict = Reading(
        limits=Limits(images_per_event=1, oldest_event_days=1, newest_event_days=0),
        now=NOW,
        lookback_days=365,
    )
    assert [one.path for one in problems_of(an_event(images=[{}, {}]), strict)] == ["images"]
    for timestamp in ("2026-08-12T08:59:59Z", "2026-08-13T09:00:01Z"):
        assert [one.path for one in problems_of(an_event(timestamp=timestamp), strict)] == ["timestamp"]


# Other bodies: unknown fields are problems too


def paths(body: Any, of: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        decode_body(json.dumps(body).encode(), msgspec.json.Decoder(of))
    return [problem.path for problem in caught.value.details]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["useCaseId"]),
        ({"useCaseId": "u", "filters": {}}, ["filters"]),
        ({"useCaseId": "u", "limit": 0}, ["limit"]),
        ({"useCaseId": "u", "limit": 1001}, ["limit"]),
        ({"useCaseId": "u", "limit": "10"}, ["limit"]),
        ({"useCaseId": "u", "limit": 10.0}, ["limit"]),
        ({"useCaseId": "u", "cursor": 5}, ["cursor"]),
        ({"useCaseId": "u", "cursor": "x" * 2001}, ["cursor"]),
        ({"useCaseId": "u", "eventTypes": []}, ["eventTypes"]),
        ({"useCaseId": "u", "eventTypes": ["custom"] * 21}, ["eventTypes"]),
        ({"useCaseId": "u", "eventTypes": "custom"}, ["eventTypes"]),
        ({"useCaseId": "u", "deviceId": "cam-1"}, ["deviceId"]),
        ({"useCaseId": "u", "deviceId": {"operator": "eq"}}, ["deviceId.value"]),
        ({"useCaseId": "u", "deviceId": {"op": "eq", "value": 1}}, ["deviceId.operator", "deviceId.op"]),
        ({"useCaseId": "u", "hasWarnings": "yes"}, ["hasWarnings"]),
        ({"useCaseId": "u", "feedbackStatus": "none"}, ["feedbackStatus"]),
        ({"useCaseId": "u", "customMetadataFilters": {}}, ["customMetadataFilters"]),
        (
            {"useCaseId": "u", "customMetadataFilters": [{"field": "a/b", "operator": "eq", "value": 1}]},
            ["customMetadataFilters.0.field"],
        ),
        (
            {
                "useCaseId": "u",
                "customMetadataFilters": [{"field": "a", "operator": "eq", "value": 1, "type": "text"}],
            },
            ["customMetadataFilters.0.type"],
        ),
        (
            {"useCaseId": "u", "detection": {"operator": "eq", "value": "a", "confidence": 0.5}},
            ["detection.confidence"],
        ),
        ({"useCaseId": "u", "limit": 0, "more": 1, "deviceId": 5}, ["limit", "deviceId", "more"]),
        ([], [""]),
    ],
)
def test_every_problem_of_a_query_is_listed(body: Any, expected: list[str]) -> None:
    assert paths(body, EventQuery) == expected


def test_a_count_takes_no_limit_and_no_cursor_but_a_bound() -> None:
    assert paths({"useCaseId": "u", "limit": 10, "cursor": "x"}, CountQuery) == ["limit", "cursor"]
    for at_most in (0, -1, 1.5, "10", True):
        assert paths({"useCaseId": "u", "atMost": at_most}, CountQuery) == ["atMost"]


@pytest.mark.parametrize("name", [5, None, ["x"], {}, True, "a\0b"])
def test_a_name_must_be_text(name: Any) -> None:
    assert paths({"name": name}, NewUseCase) == ["name"]


def test_nulls_in_a_query_are_the_same_as_leaving_fields_out() -> None:
    whole = {
        "useCaseId": "u",
        "limit": None,
        "cursor": None,
        "deviceId": None,
        "eventTypes": None,
        "hasWarnings": None,
    }
    decoder = msgspec.json.Decoder(EventQuery)
    assert decode_body(json.dumps(whole).encode(), decoder) == decode_body(b'{"useCaseId":"u"}', decoder)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"{'a':1}", b'{"useCaseId":"\\ud800"}', b'{"useCaseId":NaN}', b"[" * 99_999]
)
def test_a_body_that_is_no_json_is_told_apart(text: bytes) -> None:
    with pytest.raises(InvalidJson):
        decode_body(text, msgspec.json.Decoder(EventQuery))


def _decoded_without_pattern(node: Any, path: str) -> Iterator[str]:
    """Where in a type its rule is left to be looked at after the decode."""
    if isinstance(node, inspect.Metadata):
        if rule_of(node) is not None:
            yield path
        yield from _decoded_without_pattern(node.type, path)
    elif isinstance(node, inspect.UnionType):
        for one in node.types:
            yield from _decoded_without_pattern(one, path)
    elif isinstance(node, inspect.ListType):
        yield from _decoded_without_pattern(node.item_type, path + "[]")
    elif isinstance(node, inspect.StructType):
        for field in node.fields:
            yield from _decoded_without_pattern(field.type, f"{path}.{field.encode_name}")


def test_what_is_decoded_without_its_pattern_is_what_reading_looks_at() -> None:
    """Whoever leaves another pattern to be looked at must look at it: `event_reading._with_good_names`."""
    found = set(_decoded_without_pattern(type_info(NewEvent), ""))
    assert found == {".eventId", ".customMetadata", ".images[].metadata"}


@pytest.mark.parametrize("body_type", [EventQuery, CountQuery, NewUseCase, Metadata])
def test_no_other_body_leaves_a_pattern_to_be_looked_at(body_type: Any) -> None:
    assert list(_decoded_without_pattern(type_info(body_type), "")) == []
