"""GET /v2/events/latest/query: what arrived last, in a device's words (contract 11.2)."""

import httpx
import pytest

from tests.builders import a_box, an_event, an_image, moment, new_name
from tests.expect import Caller, answer
from tests.pictures.sending import a_picture

PATH = "/v2/events/latest/query"


def bearing(key: str) -> dict[str, str]:
    return {"X-API-Key": key}


def test_newest_arrivals_come_first_whatever_their_time_and_use_case(
    caller: Caller, nobody: httpx.Client, use_case: str, other_use_case: str
) -> None:
    ages = (1, 300, 20, 5)
    events = [
        an_event(use_case=(use_case, other_use_case)[number % 2], timestamp=moment(minutes=age))
        for number, age in enumerate(ages)
    ]
    for event in events:
        caller.create(event)
    reply = answer(nobody.get(PATH, params={"limit": "4"}, headers=bearing(caller.key)))
    assert reply["count"] == 4
    assert [event["id"] for event in reply["events"]] == [event["eventId"] for event in reversed(events)]


def test_event_is_told_in_the_devices_words(caller: Caller, nobody: httpx.Client) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    images = [an_image(a_box(), sourceId=caller.upload(a_picture())["sourceId"])]
    event = an_event(use_case=use_case, deviceId="edge-7", customMetadata={"line": "A1"}, images=images)
    caller.create(event)
    (told,) = answer(nobody.get(PATH, params={"limit": "1"}, headers=bearing(caller.key)))["events"]
    assert told["received_at"].endswith("Z")
    del told["received_at"]
    assert told == {
        "id": event["eventId"],
        "event_schema": "quality_check",
        "event_data": event["eventData"],
        "inference_timestamp": event["timestamp"],
        "solution": name,
        "use_case_id": use_case,
        "device_id": "edge-7",
        "custom_metadata": {"line": "A1"},
        "images": images,
    }


def test_five_are_told_unless_asked_otherwise(caller: Caller, nobody: httpx.Client, use_case: str) -> None:
    caller.batch(*[an_event(use_case=use_case) for _ in range(7)])
    for parameters, count in (({}, 5), ({"limit": "7"}, 7), ({"limit": "1"}, 1)):
        reply = answer(nobody.get(PATH, params=parameters, headers=bearing(caller.key)))
        assert len(reply["events"]) == reply["count"] == count


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "five", "", "²", "9" * 5000, "1e1"])
def test_bad_limit_is_refused(caller: Caller, nobody: httpx.Client, limit: str) -> None:
    body = answer(nobody.get(PATH, params={"limit": limit}, headers=bearing(caller.key)), 400)
    assert "1 to 100" in body["detail"]


def test_another_workspaces_events_are_not_told(caller: Caller, stranger: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    told = answer(stranger.http.get(PATH, params={"limit": "100"}))["events"]
    assert event["eventId"] not in [one["id"] for one in told]


def test_only_a_key_that_may_read_is_answered(
    nobody: httpx.Client, outsider: httpx.Client, reader: httpx.Client, writer: httpx.Client
) -> None:
    assert answer(outsider.get(PATH), 401)["detail"]
    assert answer(nobody.get(PATH, headers=bearing("sl_" + "0b" * 32)), 401)["detail"]
    assert "vision-events:read" in answer(writer.get(PATH), 403)["detail"]
    answer(reader.get(PATH))


def test_health_needs_no_key(nobody: httpx.Client) -> None:
    assert answer(nobody.get("/health"))["status"] == "healthy"
