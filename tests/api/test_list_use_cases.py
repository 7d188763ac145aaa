"""GET /vision-events/use-cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.builders import an_event, moment, new_name
from tests.expect import Caller, answer, refused


def listed(caller: Caller, **parameters: Any) -> list[str]:
    reply = answer(caller.http.get("/vision-events/use-cases", params=parameters))
    return [row["id"] for row in reply["useCases"]]


def test_a_new_use_case_is_listed_with_everything_empty(caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    row = caller.use_case(use_case)
    created = row.pop("createdAt")

    assert abs(datetime.fromisoformat(created) - datetime.now(UTC)) < timedelta(minutes=1)
    assert row.pop("updatedAt") == created
    assert row == {
        "id": use_case,
        "name": name,
        "status": "active",
        "workspaceId": caller.workspace,
        "eventCount": 0,
        "lastEventAt": None,
        "eventTypes": [],
        "countByType": {},
    }


def test_lookback_days_stand_beside_the_list(caller: Caller) -> None:
    reply = answer(caller.http.get("/vision-events/use-cases"))
    assert reply.keys() == {"useCases", "lookbackDays"}
    assert reply["lookbackDays"] == 365


def test_counts_and_times_are_those_of_the_events(caller: Caller, use_case: str) -> None:
    newest = moment(minutes=1)
    caller.batch(
        an_event(use_case=use_case, timestamp=newest),
        an_event(use_case=use_case, timestamp=moment(minutes=9)),
        an_event("custom", use_case, timestamp=moment(minutes=8)),
    )
    row = caller.use_case(use_case)
    assert (row["eventCount"], row["lastEventAt"]) == (3, newest)
    assert row["eventTypes"] == ["quality_check", "custom"]
    assert row["countByType"] == {"quality_check": 2, "custom": 1}


def test_status_selects_active_archived_or_all(caller: Caller, use_case: str, other_use_case: str) -> None:
    caller.archive(other_use_case)
    both = {use_case, other_use_case}
    assert both & set(listed(caller)) == {use_case}
    assert both & set(listed(caller, status="active")) == {use_case}
    assert both & set(listed(caller, status="inactive")) == {other_use_case}
    assert both & set(listed(caller, status="all")) == both


@pytest.mark.parametrize("status", ["archived", "ACTIVE"])
def test_unknown_status_is_refused_with_what_is_allowed(caller: Caller, status: str) -> None:
    reply = caller.http.get("/vision-events/use-cases", params={"status": status})
    refused(reply, 400, "invalid", path="status", says="inactive")


def test_only_the_own_workspaces_use_cases_are_listed(
    caller: Caller, stranger: Caller, use_case: str, strangers_use_case: str
) -> None:
    ours, theirs = listed(caller, status="all"), listed(stranger, status="all")
    assert use_case in ours
    assert strangers_use_case in theirs
    assert not set(ours) & set(theirs)


def test_list_without_a_valid_key_is_refused(outsider: httpx.Client) -> None:
    refused(outsider.get("/vision-events/use-cases"), 401, "unauthenticated")
