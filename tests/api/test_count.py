"""POST /vision-events/count. That it agrees with the query under every filter is shown in test_filters.py."""

from typing import Any

import httpx
import pytest

from tests.builders import an_event, some_events
from tests.expect import Caller, answer, refused


def count(caller: Caller, use_case: str, **body: Any) -> httpx.Response:
    return caller.http.post("/vision-events/count", json={"useCaseId": use_case} | body)


def test_count_is_exact(caller: Caller, use_case: str) -> None:
    assert answer(count(caller, use_case)) == {"count": 0, "exact": True}
    caller.batch(*some_events(7, use_case))
    assert answer(count(caller, use_case)) == {"count": 7, "exact": True}
    assert answer(count(caller, use_case, eventType="custom")) == {"count": 0, "exact": True}


def test_count_stops_at_most_there_and_says_so(caller: Caller, use_case: str) -> None:
    caller.batch(*some_events(7, use_case))
    for filters in ({}, {"eventType": "quality_check"}):
        assert answer(count(caller, use_case, atMost=3, **filters)) == {"count": 3, "exact": False}
        assert answer(count(caller, use_case, atMost=8, **filters)) == {"count": 7, "exact": True}


def test_a_count_of_exactly_at_most_is_exact(caller: Caller, use_case: str) -> None:
    """ "7, and there is no more" is the truth, so it is said."""
    caller.batch(*some_events(7, use_case))
    assert answer(count(caller, use_case, atMost=7)) == {"count": 7, "exact": True}


def test_count_of_an_archived_use_case_works(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case))
    caller.archive(use_case)
    assert caller.count(use_case) == 1


@pytest.mark.parametrize(
    ("extra", "path"), [({"limit": 10}, "limit"), ({"cursor": "x"}, "cursor"), ({"atMost": 0}, "atMost")]
)
def test_paging_makes_no_sense_for_a_count(caller: Caller, use_case: str, extra: dict[str, Any], path: str) -> None:
    refused(count(caller, use_case, **extra), 400, "invalid", path=path)


def test_bad_filter_is_refused(caller: Caller, use_case: str) -> None:
    bad = {"operator": "gt", "value": "x"}
    refused(count(caller, use_case, deviceId=bad), 400, "invalid_filter", path="deviceId.operator")


def test_count_without_a_valid_key_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.post("/vision-events/count", json={"useCaseId": use_case}), 401, "unauthenticated")


def test_missing_or_another_workspaces_use_case_is_not_found(caller: Caller, strangers_use_case: str) -> None:
    for absent in (strangers_use_case, "absent"):
        refused(count(caller, absent), 404, "not_found")
