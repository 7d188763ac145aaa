"""GET /vision-events/facets/{useCaseId}: what a filter bar needs."""

from typing import Any

import httpx

from tests.builders import a_box, an_event, an_image, feedback_on
from tests.expect import Caller, answer, refused

PATH = "/vision-events/facets/"
LISTS = ("eventTypes", "devices", "streams", "workflows", "detectionClasses")


def counted(entries: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    return [(entry["value"], entry["count"]) for entry in entries]


def test_an_empty_use_case_has_empty_facets(caller: Caller, use_case: str) -> None:
    facets = answer(caller.http.get(PATH + use_case))
    assert facets["useCaseId"] == use_case
    assert [name for name in LISTS if facets[name]] == []
    assert (facets["customMetadata"], facets["imageMetadata"]) == ({}, {})
    assert set(dict(counted(facets["feedback"])).values()) <= {0}


def test_sources_types_and_classes_come_most_frequent_first(caller: Caller, use_case: str) -> None:
    dent = an_image(a_box("dent"), a_box("dent"), a_box("scratch"))
    caller.batch(
        an_event(use_case=use_case, deviceId="cam-1", streamId="line-1", images=[dent, dent]),
        an_event(use_case=use_case, deviceId="cam-2", workflowId="wf", images=[an_image(a_box("scratch"))]),
        an_event("custom", use_case, deviceId="cam-2"),
    )
    facets = caller.facets(use_case)
    assert counted(facets["devices"]) == [("cam-2", 2), ("cam-1", 1)]
    assert counted(facets["streams"]) == [("line-1", 1)]
    assert counted(facets["workflows"]) == [("wf", 1)]
    assert counted(facets["eventTypes"]) == [("quality_check", 2), ("custom", 1)]
    assert counted(facets["detectionClasses"]) == [("scratch", 2), ("dent", 1)]


def test_metadata_fields_come_with_their_values_by_type(caller: Caller, use_case: str) -> None:
    for value in ("night", "night", "morning", 3, 3.0, True, "3"):
        caller.create(an_event(use_case=use_case, customMetadata={"shift": value}))
    field = caller.facets(use_case)["customMetadata"]["shift"]
    assert field["types"] == {"string": 4, "number": 2, "boolean": 1}
    assert field["manyValues"] is False
    found = {(entry["type"], entry["value"]): entry["count"] for entry in field["values"]}
    assert found == {
        ("string", "night"): 2,
        ("string", "morning"): 1,
        ("string", "3"): 1,
        ("number", 3): 2,
        ("boolean", True): 1,
    }
    counts = [entry["count"] for entry in field["values"]]
    assert counts == sorted(counts, reverse=True)


def test_image_metadata_is_apart(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case, images=[an_image(metadata={"lens": "wide"})]))
    facets = caller.facets(use_case)
    assert facets["customMetadata"] == {}
    assert facets["imageMetadata"]["lens"]["values"] == [{"value": "wide", "type": "string", "count": 1}]


def test_feedback_counts_reviewed_events_by_their_status(caller: Caller, use_case: str) -> None:
    reviewed = [an_event(use_case=use_case) for _ in range(3)]
    caller.batch(*reviewed, an_event(use_case=use_case))
    for event, verdict in zip(reviewed, ("incorrect", "incorrect", "correct"), strict=True):
        caller.create(feedback_on(event["eventId"], "inconclusive", use_case))
        caller.create(feedback_on(event["eventId"], verdict, use_case))
    found = dict(counted(caller.facets(use_case)["feedback"]))
    assert {status: found.get(status, 0) for status in ("correct", "incorrect", "inconclusive")} == {
        "correct": 1,
        "incorrect": 2,
        "inconclusive": 0,
    }


def test_a_value_disappears_with_its_last_event(caller: Caller, use_case: str) -> None:
    event = an_event(
        use_case=use_case,
        deviceId="cam-1",
        customMetadata={"shift": "night"},
        images=[an_image(a_box("dent"))],
    )
    caller.create(event)
    caller.create(an_event(use_case=use_case, eventId=event["eventId"], deviceId="cam-2"))
    facets = caller.facets(use_case)
    assert counted(facets["devices"]) == [("cam-2", 1)]
    assert facets["detectionClasses"] == []
    assert facets["customMetadata"] == {}


def test_a_field_with_very_many_values_says_so(caller: Caller, use_case: str) -> None:
    """Serial numbers: beyond a thousand different ones, values are a suggestion and no longer counted."""
    for start in range(0, 1100, 100):
        numbers = range(start, start + 100)
        caller.batch(*[an_event(use_case=use_case, customMetadata={"serial": number}) for number in numbers])
    field = caller.facets(use_case)["customMetadata"]["serial"]
    assert field["manyValues"] is True
    assert field["types"] == {"number": 1100}


def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.get(PATH + use_case), 401, "unauthenticated")


def test_missing_or_another_workspaces_use_case_is_not_found(caller: Caller, strangers_use_case: str) -> None:
    for absent in (strangers_use_case, "absent"):
        refused(caller.http.get(PATH + absent), 404, "not_found")
