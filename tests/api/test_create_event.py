"""POST /vision-events. What an event may hold: test_event_rules.py; what is warned of: test_event_warnings.py."""

import unicodedata
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.builders import EVENT_TYPES, an_event, an_image, new_name
from tests.expect import Caller, answer, refused


def post(caller: Caller, event: Any) -> httpx.Response:
    return caller.http.post("/vision-events", json=event)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_event_type_is_acknowledged_and_can_be_read_at_once(
    caller: Caller, use_case: str, event_type: str
) -> None:
    reviewed = an_event(use_case=use_case)
    caller.create(reviewed)
    data = {"relatedEventId": reviewed["eventId"], "feedback": "correct"}
    event = an_event(event_type, use_case, **({"eventData": data} if "feedback" in event_type else {}))

    assert caller.create(event) == {"eventId": event["eventId"], "created": True}
    stored = caller.event(event["eventId"])
    assert stored["eventType"] == event_type
    assert stored["eventData"] == event["eventData"]


def test_event_without_id_gets_a_random_uuid(caller: Caller, use_case: str) -> None:
    first = caller.create(an_event(use_case=use_case, eventId=...))["eventId"]
    second = caller.create(an_event(use_case=use_case, eventId=...))["eventId"]

    assert UUID(first).version == 4
    assert first != second
    assert set(caller.ids(use_case)) == {first, second}


def test_event_data_images_and_metadata_may_be_left_out_or_empty(caller: Caller, use_case: str) -> None:
    bare = an_event("operator_feedback", use_case, eventData={"relatedEventId": "x", "feedback": "correct"})
    empty = an_event("custom", use_case, eventData={}, images=[], customMetadata={})
    left_out = an_event("custom", use_case, eventData=...)
    for event in (bare, empty, left_out):
        caller.create(event)
    for event in (empty, left_out):
        stored = caller.event(event["eventId"])
        assert (stored["eventData"], stored["images"], stored["customMetadata"]) == ({}, [], {})


def test_null_in_an_optional_field_is_the_same_as_leaving_it_out(caller: Caller, use_case: str) -> None:
    names = "eventId deviceId streamId workflowId displayImagePosition comment images customMetadata".split()
    data = {"result": "pass", "externalId": None}
    event_id = caller.create(an_event(use_case=use_case, eventData=data, **dict.fromkeys(names)))["eventId"]

    stored = caller.event(event_id)
    assert stored.keys().isdisjoint(
        {"deviceId", "streamId", "workflowId", "displayImagePosition", "comment", "warnings"}
    )
    assert caller.ids(use_case, externalId={"operator": "exists", "value": True}) == []


def test_same_id_again_replaces_the_whole_event(caller: Caller, use_case: str) -> None:
    old = an_event(use_case=use_case, deviceId="cam-1", customMetadata={"shift": "night"}, images=[an_image()])
    caller.create(old)
    new = an_event("safety_alert", use_case, eventId=old["eventId"])

    assert caller.create(new) == {"eventId": old["eventId"], "created": False}
    (stored,) = caller.query(use_case)["events"]
    assert stored["eventType"] == "safety_alert"
    assert (stored["customMetadata"], stored["images"]) == ({}, [])
    assert "deviceId" not in stored


def test_same_id_in_another_use_case_moves_the_event(caller: Caller, use_case: str, other_use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)

    assert caller.create(event | {"useCaseId": other_use_case})["created"] is False
    assert caller.ids(use_case) == []
    assert caller.ids(other_use_case) == [event["eventId"]]


def test_same_id_in_another_workspace_is_another_event(
    caller: Caller, stranger: Caller, use_case: str, strangers_use_case: str
) -> None:
    ours = an_event(use_case=use_case, deviceId="ours")
    theirs = ours | {"useCaseId": strangers_use_case, "deviceId": "theirs"}

    assert caller.create(ours)["created"] is True
    assert stranger.create(theirs)["created"] is True
    assert caller.event(ours["eventId"])["deviceId"] == "ours"
    assert stranger.event(ours["eventId"])["deviceId"] == "theirs"


@pytest.mark.parametrize(
    "spelling",
    [str, str.upper, lambda name: f"  {name} ", lambda name: unicodedata.normalize("NFD", name)],
    ids=["as it is", "upper case", "with spaces", "decomposed"],
)
def test_use_case_may_be_given_by_its_name(caller: Caller, spelling: Any) -> None:
    """People type names into the workflow block's field."""
    name = new_name("Lackierstraße é")
    use_case = caller.new_use_case(name)
    event = an_event(use_case=spelling(name))

    caller.create(event)
    assert caller.event(event["eventId"])["useCaseId"] == use_case


def test_an_id_wins_over_a_name(caller: Caller, use_case: str) -> None:
    caller.new_use_case(use_case)  # its name is the other one's id
    event = an_event(use_case=use_case)

    caller.create(event)
    assert caller.event(event["eventId"])["useCaseId"] == use_case


def test_content_type_is_not_looked_at(caller: Caller, use_case: str) -> None:
    """So that `curl -d` works as it is."""
    content = httpx.Request("POST", "http://x", json=an_event(use_case=use_case)).content
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer(caller.http.post("/vision-events", content=content, headers=headers), 201)


def test_create_without_a_valid_key_is_refused(outsider: httpx.Client, caller: Caller, use_case: str) -> None:
    refused(outsider.post("/vision-events", json=an_event(use_case=use_case)), 401, "unauthenticated")
    refused(outsider.post("/vision-events", content=b"not even JSON"), 401, "unauthenticated")
    assert caller.count(use_case) == 0


def test_another_workspaces_use_case_is_not_told_apart_from_an_absent_one(
    caller: Caller, stranger: Caller, strangers_use_case: str
) -> None:
    theirs = refused(post(caller, an_event(use_case=strangers_use_case)), 400, "unknown_use_case", "useCaseId")
    absent = refused(post(caller, an_event(use_case="nowhere00000")), 400, "unknown_use_case", "useCaseId")

    assert theirs["error"].replace(strangers_use_case, "X") == absent["error"].replace("nowhere00000", "X")
    assert stranger.count(strangers_use_case) == 0


def test_archived_use_case_takes_no_events_and_the_error_says_how_to_bring_it_back(caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    caller.archive(use_case)

    body = refused(post(caller, an_event(use_case=use_case)), 400, "archived_use_case", "useCaseId", says=name)
    assert f"/vision-events/use-cases/{use_case}/unarchive" in body["error"]
    caller.unarchive(use_case)
    caller.create(an_event(use_case=use_case))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_creates(caller: Caller, method: str) -> None:
    refused(caller.http.request(method, "/vision-events"), 405, "method_not_allowed")
