"""What is stored all the same, with a warning that stays with the event."""

from typing import Any

import httpx
import pytest

from tests.builders import a_box, an_event, an_image, feedback_on, new_id
from tests.expect import Caller, warned_of


def post(caller: Caller, event: Any) -> httpx.Response:
    return caller.http.post("/vision-events", json=event)


MAIN_FIELDS = [
    ("quality_check", "result"),
    ("inventory_count", "itemCount"),
    ("safety_alert", "alertType"),
    ("custom", "value"),
]


@pytest.mark.parametrize(("event_type", "field"), MAIN_FIELDS)
def test_missing_main_field_is_stored_with_a_warning(
    caller: Caller, use_case: str, event_type: str, field: str
) -> None:
    event = an_event(event_type, use_case, eventData={"externalId": "part-7"})
    expected = [("missing_field", f"eventData.{field}")]

    assert warned_of(caller.create(event)) == expected
    (stored,) = caller.query(use_case)["events"]
    assert warned_of(stored) == expected


def test_unknown_fields_are_kept_with_a_warning_each(caller: Caller, use_case: str) -> None:
    image = an_image(a_box(trackId=7), rotation=90)
    event = an_event(use_case=use_case, priority=3, eventData={"result": "fail", "reason": {"code": 5}}, images=[image])
    paths = ["priority", "eventData.reason", "images.0.rotation", "images.0.objectDetections.0.trackId"]

    warned = warned_of(caller.create(event))
    assert sorted(warned) == sorted(("unknown_field", path) for path in paths)
    stored = caller.event(event["eventId"])
    assert stored["priority"] == 3
    assert stored["eventData"] == event["eventData"]
    assert stored["images"][0]["rotation"] == 90
    assert stored["images"][0]["objectDetections"] == image["objectDetections"]


def test_replys_own_fields_cannot_be_forged_by_sending_them(caller: Caller, use_case: str) -> None:
    """An event that was copied from a reply can be sent again; what the server says of it stays its own."""
    event = an_event(use_case=use_case)
    forged = {
        "feedback": {"status": "correct", "count": 9},
        "warnings": [{"code": "x"}],
        "receivedAt": "never",
    }
    caller.create(event | forged)

    stored = caller.event(event["eventId"])
    assert "feedback" not in stored
    assert {"code": "x"} not in stored.get("warnings", [])
    assert stored["receivedAt"] != "never"


def test_display_image_that_is_not_there_is_a_warning(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, images=[an_image()], displayImagePosition=1)
    assert warned_of(caller.create(event)) == [("display_image_out_of_range", "displayImagePosition")]


def test_more_than_1000_annotations_are_all_kept_with_a_warning(caller: Caller, use_case: str) -> None:
    many = [{"class": "bolt", "confidence": 0.5}] * 1001
    event = an_event(use_case=use_case, images=[an_image(), an_image(classifications=many)])

    assert warned_of(caller.create(event)) == [("too_many_annotations", "images.1.classifications")]
    assert len(caller.event(event["eventId"])["images"][1]["classifications"]) == 1001


def test_feedback_for_nothing_and_feedback_on_feedback_are_warnings(caller: Caller, use_case: str) -> None:
    lonely = feedback_on(new_id("absent-"), "correct", use_case)
    nested = feedback_on(lonely["eventId"], "correct", use_case)
    path = "eventData.relatedEventId"

    assert warned_of(caller.create(lonely)) == [("related_event_not_found", path)]
    assert warned_of(caller.create(nested)) == [("feedback_on_feedback", path)]
