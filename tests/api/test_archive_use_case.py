"""POST /vision-events/use-cases/{id}/archive and /unarchive."""

import httpx
import pytest

from tests.builders import an_event
from tests.expect import Caller, answer, refused

BOTH = pytest.mark.parametrize("action", ["archive", "unarchive"])


def do(http: httpx.Client, use_case: str, action: str) -> httpx.Response:
    return http.post(f"/vision-events/use-cases/{use_case}/{action}")


def test_archived_use_case_stays_readable_with_all_its_statistics(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, customMetadata={"shift": "night"}, deviceId="cam-1")
    caller.create(event)
    before = caller.use_case(use_case), caller.schema(use_case), caller.facets(use_case)

    assert answer(do(caller.http, use_case, "archive")) == {"success": True}
    after = caller.use_case(use_case), caller.schema(use_case), caller.facets(use_case)
    assert after[0]["status"] == "inactive"
    assert after[0]["updatedAt"] > before[0]["updatedAt"]
    assert after[0]["eventCount"] == 1
    assert after[1:] == before[1:]
    assert caller.ids(use_case) == [event["eventId"]]


def test_event_of_an_archived_use_case_cannot_be_overwritten_there(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, deviceId="old")
    caller.create(event)
    caller.archive(use_case)
    reply = caller.http.post("/vision-events", json=event | {"deviceId": "new"})
    refused(reply, 400, "archived_use_case")
    assert caller.event(event["eventId"])["deviceId"] == "old"


def test_unarchive_brings_it_back(caller: Caller, use_case: str) -> None:
    caller.archive(use_case)
    caller.unarchive(use_case)
    assert caller.use_case(use_case)["status"] == "active"
    caller.create(an_event(use_case=use_case))


@BOTH
def test_doing_it_again_changes_nothing(caller: Caller, use_case: str, action: str) -> None:
    assert answer(do(caller.http, use_case, action)) == {"success": True}
    once = caller.use_case(use_case)
    assert answer(do(caller.http, use_case, action)) == {"success": True}
    assert caller.use_case(use_case) == once


@BOTH
def test_missing_or_another_workspaces_use_case_is_not_found(
    caller: Caller, stranger: Caller, strangers_use_case: str, action: str
) -> None:
    before = stranger.use_case(strangers_use_case)
    for absent in (strangers_use_case, "absent"):
        refused(do(caller.http, absent, action), 404, "not_found")
    assert stranger.use_case(strangers_use_case) == before


@BOTH
def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str, action: str) -> None:
    refused(do(outsider, use_case, action), 401, "unauthenticated")


@BOTH
def test_only_post_is_allowed(caller: Caller, use_case: str, action: str) -> None:
    reply = caller.http.get(f"/vision-events/use-cases/{use_case}/{action}")
    refused(reply, 405, "method_not_allowed")
