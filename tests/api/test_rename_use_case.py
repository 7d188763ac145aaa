"""PUT /vision-events/use-cases/{id}."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.builders import an_event, new_name
from tests.expect import Caller, answer, refused


def rename(http: httpx.Client, use_case: str, name: Any) -> httpx.Response:
    return http.put(f"/vision-events/use-cases/{use_case}", json={"name": name})


def test_rename_keeps_id_and_events(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case))
    before, name = caller.use_case(use_case), new_name("Renamed")

    reply = answer(rename(caller.http, use_case, f" {name} "))
    assert (reply["id"], reply["name"]) == (use_case, name)
    after = caller.use_case(use_case)
    assert (after["name"], after["eventCount"], after["createdAt"]) == (name, 1, before["createdAt"])
    assert after["updatedAt"] > before["updatedAt"]


def test_the_old_name_is_free_again_and_no_longer_resolves(caller: Caller) -> None:
    old = new_name()
    use_case = caller.new_use_case(old)
    answer(rename(caller.http, use_case, new_name()))

    refused(caller.http.post("/vision-events/query", json={"useCaseId": old}), 404, "not_found")
    assert caller.new_use_case(old) != use_case


def test_the_same_name_again_or_in_another_spelling_is_fine(caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    for spelling in (name, name.upper()):
        assert answer(rename(caller.http, use_case, spelling))["name"] == spelling


def test_archived_use_case_can_be_renamed_and_stays_archived(caller: Caller, use_case: str) -> None:
    caller.archive(use_case)
    answer(rename(caller.http, use_case, new_name()))
    assert caller.use_case(use_case)["status"] == "inactive"


def test_taken_name_is_refused(caller: Caller, use_case: str) -> None:
    name = new_name()
    holder = caller.new_use_case(name)
    body = refused(rename(caller.http, use_case, name.upper()), 409, "name_taken")
    assert body["useCaseId"] == holder


@pytest.mark.parametrize("name", ["", " ", None, 5, "x" * 257, "a\nb"])
def test_bad_name_is_refused(caller: Caller, use_case: str, name: Any) -> None:
    before = caller.use_case(use_case)
    refused(rename(caller.http, use_case, name), 400, "invalid", path="name")
    assert caller.use_case(use_case) == before


def test_missing_or_another_workspaces_use_case_is_not_found(
    caller: Caller, stranger: Caller, strangers_use_case: str
) -> None:
    before = stranger.use_case(strangers_use_case)
    for absent in (strangers_use_case, "absent"):
        refused(rename(caller.http, absent, new_name()), 404, "not_found")
    assert stranger.use_case(strangers_use_case) == before


def test_rename_without_a_valid_key_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(rename(outsider, use_case, new_name()), 401, "unauthenticated")


def test_name_with_a_slash_or_a_percent_sign_can_stand_in_an_address(caller: Caller) -> None:
    for name in (new_name("Line 1/2"), new_name("50%2Foff")):
        id = caller.new_use_case(name)
        address = f"/vision-events/custom-metadata-schema/{quote(name, safe='')}"
        assert answer(caller.http.get(address))["useCaseId"] == id
