"""GET /vision-events/events/{eventId}: one event whole."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest

from tests.builders import a_box, an_event, an_image, feedback_on, moment, new_id
from tests.expect import Caller, answer, refused


def get(http: httpx.Client, event_id: str) -> httpx.Response:
    return http.get("/vision-events/events/" + quote(event_id, safe=""))


def test_an_event_comes_whole(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, deviceId="cam-1", images=[an_image(a_box())], priority=1)
    caller.create(event)

    found = answer(get(caller.http, event["eventId"]))
    (as_queried,) = caller.query(use_case)["events"]
    assert {name: value for name, value in found.items() if name not in {"useCaseId", "receivedAt"}} == as_queried
    assert found["useCaseId"] == use_case
    assert found["warnings"][0]["code"] == "unknown_field"
    received = datetime.fromisoformat(found["receivedAt"])
    assert abs(received - datetime.now(UTC)) < timedelta(minutes=1)


def test_all_reviews_come_with_it_newest_first(caller: Caller, use_case: str, other_use_case: str) -> None:
    event = an_event(use_case=use_case, timestamp=moment(hours=9))
    early = feedback_on(event["eventId"], "correct", use_case, timestamp=moment(hours=2), comment="fine")
    late = feedback_on(event["eventId"], "incorrect", other_use_case, timestamp=moment(hours=1))
    caller.batch(event, late, early)

    feedback = answer(get(caller.http, event["eventId"]))["feedback"]
    assert (feedback["status"], feedback["count"]) == ("incorrect", 2)
    assert [review["eventId"] for review in feedback["all"]] == [late["eventId"], early["eventId"]]
    assert feedback["latest"] == feedback["all"][0]
    assert feedback["all"][1]["comment"] == "fine"
    assert "feedback" not in answer(get(caller.http, early["eventId"]))


@pytest.mark.parametrize("end", ["query", "a/b//c", "50%", "%2F", "ü 漢 🏭", "a?b#c", "a+b", "..", "a;b=c", "'\""])
def test_any_id_can_be_fetched_percent_encoded(caller: Caller, use_case: str, end: str) -> None:
    event = an_event(use_case=use_case, eventId=f"{new_id()}/{end}")
    caller.create(event)
    assert answer(get(caller.http, event["eventId"]))["eventId"] == event["eventId"]


@pytest.mark.parametrize("event_id", ["query", "count", "batch", "events"])
def test_an_id_may_be_a_word_of_the_api(caller: Caller, use_case: str, event_id: str) -> None:
    caller.create(an_event(use_case=use_case, eventId=event_id))
    assert answer(get(caller.http, event_id))["useCaseId"] == use_case


def test_slashes_in_an_id_may_be_sent_as_they_are(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, eventId=f"{new_id()}/a/b")
    caller.create(event)
    assert caller.event(event["eventId"])["eventId"] == event["eventId"]


def test_ids_are_compared_byte_for_byte(caller: Caller, use_case: str) -> None:
    event_id = new_id("cafe\u0301-A-")
    caller.create(an_event(use_case=use_case, eventId=event_id))
    for other in (event_id.lower(), event_id.replace("e\u0301", "é"), event_id + " "):
        refused(get(caller.http, other), 404, "not_found")


def test_missing_or_another_workspaces_event_is_not_found(
    caller: Caller, stranger: Caller, strangers_use_case: str
) -> None:
    event = an_event(use_case=strangers_use_case)
    stranger.create(event)
    for absent in (event["eventId"], "absent", "x" * 300):
        refused(get(caller.http, absent), 404, "not_found")


def test_event_without_a_valid_key_is_refused(outsider: httpx.Client, caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    refused(get(outsider, event["eventId"]), 401, "unauthenticated")


def test_only_get_is_allowed(caller: Caller) -> None:
    refused(caller.http.post("/vision-events/events/some-id", json={}), 405, "method_not_allowed")
