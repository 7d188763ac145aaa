"""Filters on their way to conditions: what each means, and that every bad one names what would be allowed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert

from sightlog.domain.conditions import AllOf, AnyOf, Condition, Match, Not
from sightlog.domain.errors import InvalidFilter
from sightlog.domain.filters import EventFilters, Span, select
from tests.profiles import examples
from tests.strategies import filters

Json = dict[str, Any]

IDS = ["deviceId", "streamId", "workflowId", "externalId"]
TEXT = "eq, neq, in, not_in, contains, starts_with, exists"
NUMBER = "eq, neq, gt, gte, lt, lte, in, not_in, exists"
COUNT = "eq, neq, gt, gte, lt, lte, in, not_in"
BOOLEAN = "eq, neq, exists"


def wire(**given: Any) -> EventFilters:
    return convert({"useCaseId": "u"} | given, EventFilters)


def conditions(**given: Any) -> tuple[Condition, ...]:
    return select(wire(**given)).condition.conditions


def op(operator: Any, value: Any) -> Json:
    return {"operator": operator, "value": value}


def metadata(operator: str, value: Any, **more: Any) -> Json:
    return {"customMetadataFilters": [{"field": "temp", **op(operator, value), **more}]}


def column(name: str, operator: str, value: Any) -> Json:
    return {"eventFieldFilters": [{"column": name, **op(operator, value)}]}


def detection(operator: str, value: Any, confidence: Json | None = None) -> Json:
    return {"detection": op(operator, value) | ({"confidence": confidence} if confidence else {})}


# What each means


def test_no_filters_select_everything() -> None:
    selection = select(wire())
    assert (selection.condition, selection.span.start, selection.span.end) == (AllOf(()), None, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"deviceId": op("eq", "c")}, Match(("device",), "s", "eq", "c")),
        ({"streamId": op("neq", "c")}, Not(Match(("stream",), "s", "eq", "c"))),
        ({"workflowId": op("in", ["a", "b"])}, Match(("workflow",), "s", "in", ("a", "b"))),
        ({"externalId": op("not_in", ["a"])}, Not(Match(("external_id",), "s", "in", ("a",)))),
        ({"deviceId": op("contains", "")}, Match(("device",), "s", "contains", "")),
        ({"deviceId": op("exists", True)}, Match(("device",), None, "exists")),
        ({"deviceId": op("exists", False)}, Not(Match(("device",), None, "exists"))),
        ({"eventType": "custom"}, Match(("type",), "s", "in", ("custom",))),
        ({"imageCount": op("gte", 2)}, Match(("image_count",), "n", "gte", 2)),
        ({"hasWarnings": True}, Match(("has_warnings",), "b", "eq", True)),
        ({"hasWarnings": False}, Not(Match(("has_warnings",), "b", "eq", True))),
        (
            {"outcomes": ["alert", "fail"]},
            AnyOf((Match(("result",), "s", "in", ("fail",)), Match(("type",), "s", "eq", "safety_alert"))),
        ),
        (metadata("gt", 70), Match(("metadata.temp",), "n", "gt", 70)),
        (metadata("eq", "70"), Match(("metadata.temp",), "s", "eq", "70")),
        (metadata("eq", True), Match(("metadata.temp",), "b", "eq", True)),
        (metadata("in", [1, 2.5]), Match(("metadata.temp",), "n", "in", (1, 2.5))),
        (metadata("exists", True), Match(("metadata.temp",), None, "exists")),
        (metadata("exists", True, type="number"), Match(("metadata.temp",), "n", "exists")),
        (column("item_count", "lt", 5), Match(("item_count",), "n", "lt", 5)),
        (column("event_type", "eq", "custom"), Match(("type",), "s", "eq", "custom")),
        (detection("eq", "dent"), Match(("class.dent",), None, "exists")),
        (detection("in", ["a", "b"]), Match(("class.a", "class.b"), None, "exists")),
        (detection("neq", "dent"), Not(Match(("class.dent",), None, "exists"))),
        (detection("eq", "dent", op("gte", 0.6)), Match(("class.dent",), "n", "gte", 0.6)),
        (detection("not_in", ["a"], op("lt", 1)), Not(Match(("class.a",), "n", "lt", 1))),
    ],
)
def test_what_a_filter_means(given: Json, expected: Condition) -> None:
    assert conditions(**given) == (expected,)


def test_image_metadata_is_filtered_like_that_of_events_under_its_own_name() -> None:
    (condition,) = conditions(imageMetadataFilters=[{"field": "lens", **op("eq", "wide")}])
    assert condition == Match(("image.lens",), "s", "eq", "wide")


def test_an_event_type_and_event_types_must_both_hold() -> None:
    assert len(conditions(eventType="custom", eventTypes=["custom", "quality_check"])) == 2


def test_the_status_none_means_no_review_and_no_feedback_event() -> None:
    (condition,) = conditions(feedbackStatus=["correct", "none"])
    assert isinstance(condition, AnyOf)
    reviewed, unreviewed = condition.conditions
    assert reviewed == Match(("feedback_status",), "s", "in", ("correct",))
    assert unreviewed == AllOf(
        (
            Not(Match(("feedback_status",), None, "exists")),
            Not(Match(("type",), "s", "eq", "operator_feedback")),
        )
    )


def test_all_filters_combine_and_are_named_for_messages() -> None:
    given = {"deviceId": op("eq", "c"), "hasWarnings": True} | metadata("gt", 1) | column("result", "eq", "fail")
    selection = select(wire(**given))
    assert len(selection.condition.conditions) == 4
    assert set(selection.names) == {
        "deviceId",
        "hasWarnings",
        "customMetadataFilters.0",
        "eventFieldFilters.0",
    }


def test_bounds_are_inclusive_microseconds_and_dates_are_whole_days() -> None:
    span = select(wire(startTime="2026-08-13", endTime="2026-08-13")).span
    assert (span.start, span.end) == (1_786_579_200_000_000, 1_786_579_200_000_000 + 86_400_000_000 - 1)


@settings(max_examples=examples(2))
@given(given_filters=filters())
def test_every_filter_that_fits_the_tables_is_taken(given_filters: Json) -> None:
    selection = select(wire(**given_filters))
    assert (selection.condition.conditions or selection.span != Span()) or not given_filters


# Bad filters: (filters, where the problem is, what the message must say)

BAD_IDS = [
    ({name: op(operator, "x")}, f"{name}.operator", TEXT)
    for name in IDS
    for operator in ("gt", "gte", "lt", "lte", "like", "EQ", "", " eq")
] + [
    ({name: op(operator, value)}, f"{name}.value", says)
    for name in IDS
    for operator, value, says in (
        ("eq", 5, "expected a string, got a number"),
        ("neq", True, "expected a string, got true or false"),
        ("contains", None, "expected a string, got null"),
        ("starts_with", ["x"], "expected a string, got an array"),
        ("eq", {"x": 1}, "expected a string, got an object"),
        ("in", "x", "array of 1 to 1000 values, each a string"),
        ("in", [], "array of 1 to 1000"),
        ("not_in", ["x"] * 1001, "array of 1 to 1000"),
        ("exists", "true", "true or false"),
        ("exists", 1, "true or false"),
        ("exists", None, "true or false"),
        ("eq", "a\0", "NUL"),
    )
]

FIRST = "customMetadataFilters.0"
BAD_METADATA = [
    (metadata("gt", "70"), f"{FIRST}.operator", TEXT),
    (metadata("contains", 7), f"{FIRST}.operator", NUMBER),
    (metadata("starts_with", 7), f"{FIRST}.operator", NUMBER),
    (metadata("gt", True), f"{FIRST}.operator", BOOLEAN),
    (metadata("in", [True]), f"{FIRST}.operator", BOOLEAN),
    (metadata("is", 7), f"{FIRST}.operator", "'is'"),
    (metadata("eq", None), f"{FIRST}.value", "a string, a number, true or false"),
    (metadata("in", []), f"{FIRST}.value", "array"),
    (metadata("in", [[1]]), f"{FIRST}.value", "array"),
    (metadata("eq", {}), f"{FIRST}.value", "a string, a number, true or false"),
    (metadata("in", [1, "a"]), f"{FIRST}.value.1", "expected a number, got a string"),
    (metadata("in", [1, True]), f"{FIRST}.value.1", "expected a number, got true or false"),
    (metadata("eq", [1]), f"{FIRST}.value", "expected a number, got an array"),
    (metadata("gt", "70", type="number"), f"{FIRST}.value", "expected a number, got a string"),
    (metadata("eq", 1, type="boolean"), f"{FIRST}.value", "expected true or false, got a number"),
    (metadata("eq", 1, type="string"), f"{FIRST}.value", "expected a string, got a number"),
    (metadata("contains", "7", type="number"), f"{FIRST}.operator", NUMBER),
    (metadata("exists", "yes", type="number"), f"{FIRST}.value", "true or false"),
    (metadata("eq", 2**53 + 1), f"{FIRST}.value", "2^53"),
    (metadata("in", [1, -(2**53) - 1]), f"{FIRST}.value.1", "2^53"),
]

ZERO = "eventFieldFilters.0"
COLUMNS = "event_type, result, location, item_count, item_type, alert_type, severity, feedback, related_event_id"
BAD_COLUMNS = [
    (column("itemCount", "eq", 5), f"{ZERO}.column", COLUMNS),
    (column("", "eq", 5), f"{ZERO}.column", COLUMNS),
    (column("result; DROP TABLE events", "eq", 5), f"{ZERO}.column", COLUMNS),
    (column("item_count", "contains", 5), f"{ZERO}.operator", NUMBER),
    (column("item_count", "eq", "5"), f"{ZERO}.value", "expected a number, got a string"),
    *[(column(name, "gt", "x"), f"{ZERO}.operator", TEXT) for name in COLUMNS.split(", ") if name != "item_count"],
    *[
        (column(name, "eq", 5), f"{ZERO}.value", "expected a string, got a number")
        for name in COLUMNS.split(", ")
        if name != "item_count"
    ],
]

BAD_OTHERS = [
    (
        {"eventType": "quality"},
        "eventType",
        "quality_check, inventory_count, safety_alert, custom, operator_feedback",
    ),
    ({"eventType": ""}, "eventType", "quality_check"),
    ({"eventTypes": ["custom", "x"]}, "eventTypes", "'x'"),
    ({"startTime": "yesterday"}, "startTime", "ISO 8601"),
    ({"endTime": ""}, "endTime", "or a date"),
    ({"endTime": "2026-02-30"}, "endTime", "'2026-02-30'"),
    ({"imageCount": op("exists", True)}, "imageCount.operator", COUNT),
    ({"imageCount": op("contains", 1)}, "imageCount.operator", COUNT),
    ({"imageCount": op("eq", "1")}, "imageCount.value", "expected a number, got a string"),
    ({"imageCount": op("in", [])}, "imageCount.value", "array"),
    ({"imageCount": op("eq", True)}, "imageCount.value", "expected a number, got true or false"),
    (detection("contains", "dent"), "detection.operator", "eq, neq, in, not_in"),
    (detection("exists", True), "detection.operator", "eq, neq, in, not_in"),
    (detection("eq", 5), "detection.value", "expected a string, got a number"),
    (detection("eq", ["dent"]), "detection.value", "expected a string, got an array"),
    (detection("in", "dent"), "detection.value", "array"),
    (detection("in", ["dent", 5]), "detection.value.1", "expected a string"),
    (detection("eq", "dent", op("eq", 0.5)), "detection.confidence.operator", "gt, gte, lt, lte"),
    (detection("eq", "dent", op("gt", "0.5")), "detection.confidence.value", "expected a number"),
    (detection("eq", "dent", op("gt", 1.5)), "detection.confidence.value", "between 0 and 1, got 1.5"),
    (detection("eq", "dent", op("gt", -1)), "detection.confidence.value", "between 0 and 1"),
    ({"feedbackStatus": ["good"]}, "feedbackStatus", "correct, incorrect, inconclusive, none"),
    ({"feedbackStatus": ["none", ""]}, "feedbackStatus", "correct, incorrect, inconclusive, none"),
    ({"outcomes": ["fail", "bad"]}, "outcomes", "pass, fail, alert"),
]
BAD = BAD_IDS + BAD_METADATA + BAD_COLUMNS + BAD_OTHERS


@pytest.mark.parametrize(("given", "path", "says"), BAD)
def test_a_bad_filter_names_its_place_and_what_would_be_allowed(given: Json, path: str, says: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        select(wire(**given))
    assert [problem.path for problem in caught.value.details] == [path]
    assert says in caught.value.details[0].message
    assert path in caught.value.message


@pytest.mark.parametrize(("given", "path", "says"), BAD_METADATA)
def test_so_does_one_on_the_metadata_of_images(given: Json, path: str, says: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        select(wire(imageMetadataFilters=given["customMetadataFilters"]))
    assert [problem.path for problem in caught.value.details] == [path.replace("custom", "image")]
    assert says in caught.value.details[0].message


def test_every_bad_filter_is_told_at_once() -> None:
    given = {"deviceId": op("gt", "x"), "startTime": "never", "eventType": "x"} | detection("like", "x")
    given["customMetadataFilters"] = [{"field": "a", **op("eq", 1)}, {"field": "b", **op("eq", None)}]
    with pytest.raises(InvalidFilter) as caught:
        select(wire(**given))
    assert {problem.path for problem in caught.value.details} == {
        "deviceId.operator",
        "startTime",
        "eventType",
        "detection.operator",
        "customMetadataFilters.1.value",
    }


def test_what_is_shown_of_a_bad_filter_is_short() -> None:
    for bad in (
        {"deviceId": op("x" * 5000, "x")},
        {"eventType": "x" * 5000},
        {"startTime": "x" * 5000},
        {"feedbackStatus": ["x" * 5000]},
        column("x" * 5000, "eq", 1),
    ):
        with pytest.raises(InvalidFilter) as caught:
            select(wire(**bad))
        assert len(caught.value.message) < 400


@given(
    field=st.sampled_from(["deviceId", "imageCount", "detection"]),
    operator=st.text(max_size=12) | st.sampled_from(TEXT.split(", ") + NUMBER.split(", ")),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    ),
)
def test_any_operator_and_value_are_a_condition_or_an_error_in_words(field: str, operator: str, value: Any) -> None:
    problems = []
    try:
        select(wire(**{field: op(operator, value)}))
    except InvalidFilter as error:
        problems = [problem.path for problem in error.details]
    assert all(path.startswith(field) for path in problems)
