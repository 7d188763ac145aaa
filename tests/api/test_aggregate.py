"""Counting events by value and by time."""

import httpx
import pytest

from tests.builders import Json, an_event
from tests.expect import Caller, answer, refused

PATH = "/vision-events/aggregate"


def asked(caller: Caller, use_case: str, **body: object) -> Json:
    found: Json = answer(caller.http.post(PATH, json={"useCaseId": use_case} | body))
    return found


@pytest.fixture
def line(caller: Caller, use_case: str) -> str:
    for hour, device, result in ((8, "a", "fail"), (8, "a", "pass"), (10, "b", "pass")):
        caller.create(
            an_event(
                use_case=use_case,
                deviceId=device,
                timestamp=f"2026-11-20T{hour:02}:30:00Z",
                eventData={"result": result},
            )
        )
    return use_case


def test_groups_and_buckets_are_counted(caller: Caller, line: str) -> None:
    span = {"startTime": "2026-11-20T08:00:00Z", "endTime": "2026-11-20T10:59:59Z"}
    found = asked(caller, line, groupBy="device", timeBucket="hour", **span)
    assert found["total"] == {"count": 3, "fails": 1, "alerts": 0, "checked": 3}
    assert [start[11:13] for start in found["bucketStarts"]] == ["08", "09", "10"]
    assert [one["count"] for one in found["buckets"]] == [2, 0, 1]
    shown = {group["value"]: [one["count"] for one in group["buckets"]] for group in found["groups"]}
    assert shown == {"a": [2, 0, 0], "b": [0, 0, 1]}
    first = asked(caller, line, groupBy="device", timeBucket="hour", limit=1, **span)
    assert [group["value"] for group in first["groups"]] == ["a"]
    assert (first["rest"]["count"], first["otherGroups"]) == (1, 1)


def test_days_begin_at_midnight_of_the_zone(caller: Caller, line: str) -> None:
    span = {"startTime": "2026-11-20T00:00:00Z", "endTime": "2026-11-20T23:00:00Z"}
    found = asked(caller, line, timeBucket="day", timeZone="Asia/Tokyo", **span)
    assert found["bucketStarts"] == ["2026-11-19T15:00:00.000000Z", "2026-11-20T15:00:00.000000Z"]
    assert [one["count"] for one in found["buckets"]] == [3, 0]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"groupBy": "moon"}, "groupBy"),
        ({"groupBy": "metadata."}, "groupBy"),
        ({"timeBucket": "hour"}, "timeBucket"),
        ({"timeBucket": "week", "startTime": "2026-11-20", "endTime": "2026-11-20"}, "timeBucket"),
        ({"timeBucket": "quarter_hour", "startTime": "2020-01-01", "endTime": "2026-11-20"}, "timeBucket"),
        ({"timeBucket": "day", "timeZone": "Mars", "startTime": "2026-11-20", "endTime": "2026-11-20"}, "timeZone"),
        ({"limit": 0}, "limit"),
        (
            {
                "groupBy": "device",
                "timeBucket": "hour",
                "limit": 1000,
                "startTime": "2026-11-01",
                "endTime": "2026-11-20",
            },
            "limit",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(caller: Caller, line: str, body: Json, path: str) -> None:
    refused(caller.http.post(PATH, json={"useCaseId": line} | body), 400, "invalid", path=path)


def test_bad_filter_is_refused(caller: Caller, line: str) -> None:
    refused(caller.http.post(PATH, json={"useCaseId": line, "deviceId": "a"}), 400, "invalid_filter")


def test_only_who_may_read_may_ask(writer: httpx.Client, outsider: httpx.Client, line: str) -> None:
    refused(outsider.post(PATH, json={"useCaseId": line}), 401, "unauthenticated")
    refused(writer.post(PATH, json={"useCaseId": line}), 403, "forbidden")


def test_other_workspace_sees_nothing(stranger: Caller, line: str) -> None:
    refused(stranger.http.post(PATH, json={"useCaseId": line}), 404, "not_found")
