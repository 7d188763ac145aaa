"""POST /vision-events/delete: events for good, with their feedback and the pictures that only they named."""

from typing import Any

import httpx
import pytest

from tests.builders import an_event, feedback_on, new_id, some_events
from tests.expect import Caller, answer, paths_of, refused
from tests.pictures.sending import a_picture, hash_of, kept_files
from tests.processes import Server

PATH = "/vision-events/delete"
Json = dict[str, Any]


def naming(*source_ids: str, use_case: str) -> Json:
    return an_event(use_case=use_case, images=[{"sourceId": id} for id in source_ids])


def body(use_case: Any, *event_ids: Any) -> Json:
    return {"useCaseId": use_case, "eventIds": list(event_ids)}


def test_deleted_events_leave_everything_that_counts_them(caller: Caller, use_case: str) -> None:
    events = some_events(3, use_case, deviceId="cam-1", customMetadata={"shift": "night"})
    caller.batch(*events)
    gone = [event["eventId"] for event in events[:2]]
    assert caller.delete(use_case, *gone) == {"deleted": 2, "notFound": []}

    assert caller.ids(use_case) == [events[2]["eventId"]]
    refused(caller.http.get(f"/vision-events/events/{gone[0]}"), 404, "not_found")
    assert caller.use_case(use_case)["eventCount"] == caller.count(use_case) == 1
    assert caller.schema(use_case)["shift"]["count"] == 1
    assert caller.facets(use_case)["devices"][0]["count"] == 1
    caller.delete(use_case, events[2]["eventId"])
    row = caller.use_case(use_case)
    assert (row["eventCount"], row["lastEventAt"], row["eventTypes"]) == (0, None, [])
    assert caller.schema(use_case) == {}


def test_ids_without_an_event_are_told_back_in_their_order(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    absent = [new_id("absent-") for _ in range(2)]
    reply = caller.delete(use_case, absent[1], event["eventId"], absent[0], absent[1])
    assert reply == {"deleted": 1, "notFound": [absent[1], absent[0]]}


def test_deleting_again_finds_nothing(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    assert caller.delete(use_case, event["eventId"], event["eventId"]) == {"deleted": 1, "notFound": []}
    assert caller.delete(use_case, event["eventId"]) == {"deleted": 0, "notFound": [event["eventId"]]}


def test_events_of_another_use_case_are_not_found(caller: Caller, use_case: str, other_use_case: str) -> None:
    event = an_event(use_case=other_use_case)
    caller.create(event)
    assert caller.delete(use_case, event["eventId"]) == {"deleted": 0, "notFound": [event["eventId"]]}
    assert caller.count(other_use_case) == 1


def test_another_workspaces_use_case_and_events_are_out_of_reach(
    caller: Caller, stranger: Caller, use_case: str, strangers_use_case: str
) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    refused(stranger.http.post(PATH, json=body(use_case, event["eventId"])), 404, "not_found")
    assert stranger.delete(strangers_use_case, event["eventId"])["notFound"] == [event["eventId"]]
    assert caller.count(use_case) == 1


def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.post(PATH, json=body(use_case, "x")), 401, "unauthenticated")


def test_only_a_key_that_may_manage_deletes(
    caller: Caller, reader: httpx.Client, writer: httpx.Client, use_case: str
) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    for http in (reader, writer):
        refused(http.post(PATH, json=body(use_case, event["eventId"])), 403, "forbidden", says="vision-events:manage")
    assert caller.count(use_case) == 1


def test_missing_use_case_is_not_found(caller: Caller) -> None:
    refused(caller.http.post(PATH, json=body("absent", "x")), 404, "not_found")


def test_archived_use_case_still_lets_go_of_events(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    caller.archive(use_case)
    assert caller.delete(use_case, event["eventId"])["deleted"] == 1


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({}, "useCaseId"),
        ({"useCaseId": "x"}, "eventIds"),
        (body("x"), "eventIds"),
        (body(5, "a"), "useCaseId"),
        (body("x", 5), "eventIds.0"),
        (body("x", None), "eventIds.0"),
        (body("x", "a", "x" * 257), "eventIds.1"),
        (body("x", "a\0"), "eventIds.0"),
        ({"useCaseId": "x", "eventIds": "a"}, "eventIds"),
        (body("x", "a") | {"all": True}, "all"),
    ],
)
def test_bad_body_is_refused_with_its_place(caller: Caller, content: Json, path: str) -> None:
    refused(caller.http.post(PATH, json=content), 400, "invalid", path=path)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]"])
def test_what_is_no_object_is_refused(caller: Caller, content: bytes) -> None:
    reply = caller.http.post(PATH, content=content)
    refused(reply, 400, reply.json()["code"])


def test_a_thousand_ids_may_be_named_and_not_one_more(caller: Caller, use_case: str) -> None:
    events = [event for _ in range(10) for event in some_events(100, use_case)]
    for at in range(0, 1000, 100):
        caller.batch(*events[at : at + 100])
    ids = [event["eventId"] for event in events]
    told = refused(caller.http.post(PATH, json=body(use_case, *ids, "more")), 400, "invalid", says="1000")
    assert paths_of(told) == ["eventIds"]
    assert caller.count(use_case) == 1000
    assert caller.delete(use_case, *ids) == {"deleted": 1000, "notFound": []}
    assert caller.count(use_case) == 0


def test_ids_of_any_characters_are_found(caller: Caller, use_case: str) -> None:
    ids = ["a/b?c#d", "漢 🏭", "%2e%2e", "'; DROP TABLE events; --", "x" * 256]
    ids = [new_id(id)[-256:] for id in ids]
    caller.batch(*[an_event(use_case=use_case, eventId=id) for id in ids])
    assert caller.delete(use_case, *ids) == {"deleted": 5, "notFound": []}


def test_feedback_goes_along_wherever_it_is(caller: Caller, use_case: str, other_use_case: str) -> None:
    event, other = an_event(use_case=use_case), an_event(use_case=use_case)
    reviews = [
        feedback_on(event["eventId"], "incorrect", use_case),
        feedback_on(event["eventId"], "correct", other_use_case),
        feedback_on(other["eventId"], "correct", use_case),
    ]
    caller.batch(event, other, *reviews)
    assert caller.delete(use_case, event["eventId"]) == {"deleted": 1, "notFound": []}
    assert set(caller.ids(use_case)) == {other["eventId"], reviews[2]["eventId"]}
    assert caller.count(other_use_case) == 0
    assert caller.event(other["eventId"])["feedback"]["status"] == "correct"


def test_deleting_a_review_gives_the_status_back_to_the_one_before(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    reviews = [feedback_on(event["eventId"], verdict, use_case) for verdict in ("correct", "incorrect")]
    caller.batch(event, *reviews)
    newest = caller.event(event["eventId"])["feedback"]["latest"]
    caller.delete(use_case, newest["eventId"])
    (left,) = [review for review in reviews if review["eventId"] != newest["eventId"]]
    feedback = caller.event(event["eventId"])["feedback"]
    assert (feedback["status"], feedback["count"]) == (left["eventData"]["feedback"], 1)
    caller.delete(use_case, left["eventId"])
    assert "feedback" not in caller.event(event["eventId"])
    assert caller.ids(use_case, feedbackStatus=["none"]) == [event["eventId"]]


def test_pictures_that_nobody_else_names_go_at_once_and_shared_ones_stay(
    caller: Caller, server: Server, use_case: str, other_use_case: str
) -> None:
    own, shared, never_used = a_picture(), a_picture(), a_picture()
    ids = {data: caller.upload(data)["sourceId"] for data in (own, shared, never_used)}
    first = naming(ids[own], ids[shared], use_case=use_case)
    second = naming(ids[shared], use_case=other_use_case)
    caller.batch(first, second)
    caller.picture(ids[own], size="thumb")

    caller.delete(use_case, first["eventId"])
    refused(caller.http.get(f"/vision-events/images/{ids[own]}"), 404, "not_found")
    files = kept_files(server.data)
    assert not [name for name in files if name.startswith(hash_of(own))]
    assert {hash_of(shared), hash_of(never_used)} <= files
    assert caller.picture(ids[shared]).content == shared
    assert caller.picture(ids[never_used]).content == never_used

    caller.delete(other_use_case, second["eventId"])
    assert hash_of(shared) not in kept_files(server.data)


def test_file_stays_while_another_picture_has_the_same_bytes(caller: Caller, server: Server, use_case: str) -> None:
    data = a_picture()
    used, other = (caller.upload(data)["sourceId"] for _ in range(2))
    event = naming(used, use_case=use_case)
    caller.create(event)
    caller.delete(use_case, event["eventId"])
    refused(caller.http.get(f"/vision-events/images/{used}"), 404, "not_found")
    assert caller.picture(other).content == data
    assert hash_of(data) in kept_files(server.data)


def test_same_bytes_may_be_sent_again_after_they_went(caller: Caller, use_case: str) -> None:
    data = a_picture()
    for _ in range(3):
        event = naming(caller.upload(data)["sourceId"], use_case=use_case)
        caller.create(event)
        assert caller.picture(event["images"][0]["sourceId"]).content == data
        caller.delete(use_case, event["eventId"])


def test_another_workspace_that_names_a_picture_does_not_keep_it(
    caller: Caller, stranger: Caller, server: Server, use_case: str, strangers_use_case: str
) -> None:
    """Whoever has once seen a link knows the id; the picture must be gone all the same."""
    data = a_picture()
    id = caller.upload(data)["sourceId"]
    mine, theirs = naming(id, use_case=use_case), naming(id, use_case=strangers_use_case)
    stranger.create(theirs)
    caller.create(mine)
    caller.delete(use_case, mine["eventId"])
    refused(caller.http.get(f"/vision-events/images/{id}"), 404, "not_found")
    assert hash_of(data) not in kept_files(server.data)


def test_another_workspace_that_names_a_picture_cannot_remove_it(
    caller: Caller, stranger: Caller, strangers_use_case: str
) -> None:
    id = caller.upload(a_picture())["sourceId"]
    theirs = naming(id, use_case=strangers_use_case)
    stranger.create(theirs)
    stranger.delete(strangers_use_case, theirs["eventId"])
    caller.picture(id)


def test_deleted_event_may_be_sent_again(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    caller.delete(use_case, event["eventId"])
    assert answer(caller.http.post("/vision-events", json=event), 201)["created"] is True
    assert caller.count(use_case) == 1
