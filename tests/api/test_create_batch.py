"""POST /vision-events/batch: all or nothing."""

from typing import Any

import httpx
import pytest

from tests.builders import an_event, new_id, some_events
from tests.expect import Caller, in_batch, paths_of, refused


def post(caller: Caller, *events: Any) -> httpx.Response:
    return caller.http.post("/vision-events/batch", json={"events": list(events)})


def test_a_batch_is_stored_and_its_ids_come_back_in_order(caller: Caller, use_case: str) -> None:
    events = some_events(3, use_case)
    ids = [event["eventId"] for event in events]

    assert caller.batch(*events) == {"created": 3, "eventIds": ids}
    assert set(caller.ids(use_case)) == set(ids)


def test_a_batch_may_hold_events_of_several_use_cases_and_types(
    caller: Caller, use_case: str, other_use_case: str
) -> None:
    caller.batch(an_event(use_case=use_case), an_event("custom", other_use_case), an_event(use_case=use_case))
    assert (caller.count(use_case), caller.count(other_use_case)) == (2, 1)


def test_events_without_ids_get_ids(caller: Caller, use_case: str) -> None:
    ids = caller.batch(*[an_event(use_case=use_case, eventId=...) for _ in range(3)])["eventIds"]
    assert len(set(ids)) == 3
    assert set(caller.ids(use_case)) == set(ids)


def test_the_largest_batch_has_100_events(caller: Caller, use_case: str) -> None:
    assert caller.batch(*some_events(100, use_case))["created"] == 100
    assert caller.count(use_case) == 100


@pytest.mark.parametrize("count", [0, 101])
def test_batch_of_no_or_too_many_events_is_refused(caller: Caller, use_case: str, count: int) -> None:
    refused(post(caller, *some_events(count, use_case)), 400, "invalid", path="events", says="100")
    assert caller.count(use_case) == 0


def test_the_same_batch_again_changes_nothing(caller: Caller, use_case: str) -> None:
    """An outbox that missed the answer sends again; `created` counts the distinct ids that are stored."""
    events = some_events(5, use_case)
    first, second = caller.batch(*events), caller.batch(*events)
    assert second == first
    assert caller.count(use_case) == 5


def test_of_an_id_that_comes_twice_the_last_is_stored_with_a_warning(caller: Caller, use_case: str) -> None:
    first = an_event(use_case=use_case, deviceId="first")
    other = an_event(use_case=use_case)
    last = first | {"deviceId": "last"}

    reply = caller.batch(first, other, last)
    assert reply["created"] == 2
    assert sorted(reply["eventIds"]) == sorted([first["eventId"], other["eventId"]])
    (warning,) = reply["warnings"]
    assert (warning["index"], warning["code"], warning["path"]) == (2, "repeated_in_batch", "eventId")
    stored = caller.event(first["eventId"])
    assert stored["deviceId"] == "last"
    assert [warning["code"] for warning in stored["warnings"]] == ["repeated_in_batch"]


def test_warnings_name_the_index_of_their_event(caller: Caller, use_case: str) -> None:
    fine = an_event(use_case=use_case)
    odd = an_event("custom", use_case, eventData={}, priority=1)
    found = caller.batch(fine, odd, fine | {"eventId": new_id()})["warnings"]
    assert sorted((warning["index"], warning["code"], warning["path"]) for warning in found) == [
        (1, "missing_field", "eventData.value"),
        (1, "unknown_field", "priority"),
    ]


def test_one_bad_event_refuses_the_batch_and_every_bad_event_is_named(caller: Caller, use_case: str) -> None:
    events = some_events(6, use_case)
    events[1]["timestamp"] = "yesterday"
    events[3]["images"] = [{"label": 5}]
    events[3]["deviceId"] = 5
    events[5] = "not an event"  # type: ignore[call-overload]

    body = refused(post(caller, *events), 400, "invalid", path=in_batch(1, "timestamp"))
    assert {problem["index"] for problem in body["details"]} == {1, 3, 5}
    assert {in_batch(3, "deviceId"), in_batch(3, "images.0.label")} <= set(paths_of(body))
    assert caller.count(use_case) == 0


def test_one_unknown_use_case_refuses_the_batch(
    caller: Caller, stranger: Caller, use_case: str, strangers_use_case: str
) -> None:
    """Absent or another workspace's: the answer is the same."""
    events = [an_event(use_case=use_case), an_event(use_case=strangers_use_case), an_event(use_case="absent")]
    body = refused(post(caller, *events), 400, "unknown_use_case")
    assert {(problem["index"], problem["path"]) for problem in body["details"]} == {
        (1, in_batch(1, "useCaseId")),
        (2, in_batch(2, "useCaseId")),
    }
    assert (caller.count(use_case), stranger.count(strangers_use_case)) == (0, 0)


def test_one_archived_use_case_refuses_the_batch(caller: Caller, use_case: str, other_use_case: str) -> None:
    caller.archive(other_use_case)
    events = [an_event(use_case=use_case), an_event(use_case=other_use_case)]
    refused(post(caller, *events), 400, "archived_use_case", in_batch(1, "useCaseId"), says="unarchive")
    assert caller.count(use_case) == 0


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], None),
        ({}, "events"),
        ({"events": None}, "events"),
        ({"events": {}}, "events"),
        ({"events": "all"}, "events"),
    ],
)
def test_body_of_the_wrong_shape_is_refused(caller: Caller, body: Any, path: str | None) -> None:
    refused(caller.http.post("/vision-events/batch", json=body), 400, "invalid", path=path)


def test_unknown_field_beside_the_events_is_refused(caller: Caller, use_case: str) -> None:
    body = {"events": [an_event(use_case=use_case)], "atomic": True}
    refused(caller.http.post("/vision-events/batch", json=body), 400, "invalid", path="atomic")
    assert caller.count(use_case) == 0


def test_batch_without_a_valid_key_is_refused(outsider: httpx.Client, caller: Caller, use_case: str) -> None:
    body = {"events": [an_event(use_case=use_case)]}
    refused(outsider.post("/vision-events/batch", json=body), 401, "unauthenticated")
    assert caller.count(use_case) == 0


def test_an_overwrite_in_a_batch_may_move_events(caller: Caller, use_case: str, other_use_case: str) -> None:
    events = some_events(3, use_case)
    caller.batch(*events)
    caller.batch(*[event | {"useCaseId": other_use_case} for event in events[:2]])
    assert (caller.count(use_case), caller.count(other_use_case)) == (1, 2)
