"""Timestamps: any ISO 8601 in, UTC with six digits and Z out; one year back and one day ahead."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.builders import an_event
from tests.expect import Caller, refused, warned_of

DAY = (datetime.now(UTC) - timedelta(days=5)).strftime("%Y-%m-%d")
COMPACT = DAY.replace("-", "")


def stored(caller: Caller, use_case: str, timestamp: str) -> str:
    event = an_event(use_case=use_case, timestamp=timestamp)
    assert "warnings" not in caller.create(event)
    answered: str = caller.event(event["eventId"])["timestamp"]
    return answered


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("T09:00:00Z", "T09:00:00.000000Z"),
        ("T09:00:00z", "T09:00:00.000000Z"),
        ("T09:00Z", "T09:00:00.000000Z"),
        ("T09:00:00.5Z", "T09:00:00.500000Z"),
        ("T09:00:00.000Z", "T09:00:00.000000Z"),
        ("T09:00:00.123456+00:00", "T09:00:00.123456Z"),
        ("T09:00:00.123456789Z", "T09:00:00.123456Z"),
        ("T09:00:00.999999999Z", "T09:00:00.999999Z"),
        ("T11:00:00+02:00", "T09:00:00.000000Z"),
        ("T11:00:00+0200", "T09:00:00.000000Z"),
        ("T11:00:00+02", "T09:00:00.000000Z"),
        ("T14:45:00+05:45", "T09:00:00.000000Z"),
        ("T00:00:00-09:30", "T09:30:00.000000Z"),
    ],
)
def test_timestamp_is_answered_in_utc_with_six_digits(caller: Caller, use_case: str, sent: str, answered: str) -> None:
    assert stored(caller, use_case, DAY + sent) == DAY + answered


def test_compact_form_is_read_too(caller: Caller, use_case: str) -> None:
    assert stored(caller, use_case, COMPACT + "T090000Z") == DAY + "T09:00:00.000000Z"


def test_an_offset_may_change_the_day(caller: Caller, use_case: str) -> None:
    before = (datetime.fromisoformat(DAY) - timedelta(days=1)).strftime("%Y-%m-%d")
    assert stored(caller, use_case, DAY + "T01:00:00+03:00") == before + "T22:00:00.000000Z"


def test_the_same_instant_in_two_zones_is_the_same_time(caller: Caller, use_case: str) -> None:
    now = datetime.now(UTC)
    texts = [now.astimezone(timezone(timedelta(hours=hours))).isoformat() for hours in (-12, 0, 14)]
    assert len({stored(caller, use_case, text) for text in texts}) == 1


def test_timestamp_without_an_offset_is_utc_with_a_warning(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, timestamp=DAY + "T09:00:00.25")
    assert warned_of(caller.create(event)) == [("no_offset", "timestamp")]
    (found,) = caller.query(use_case, hasWarnings=True)["events"]
    assert found["timestamp"] == DAY + "T09:00:00.250000Z"


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "yesterday",
        DAY,
        "09:00:00Z",
        DAY + "T",
        DAY + "T24:00:00Z",
        DAY + "T23:59:60Z",
        DAY + "T25:00:00Z",
        DAY + "T09:60:00Z",
        DAY[:5] + "13-01T00:00:00Z",
        DAY[:5] + "02-30T00:00:00Z",
        DAY + "T09:00:00+25:00",
        DAY + "T09:00:00 Europe/Vienna",
        DAY + "T09:00:00Z ",
        " " + DAY + "T09:00:00Z",
        "1760000000",
        "Thu, 13 Aug 2026 09:00:00 GMT",
        "0000-00-00T00:00:00Z",
        "٢٠٢٦-٠٨-١٣T09:00:00Z",
        DAY + "T09:00:00Z" + "0" * 200,
    ],
)
def test_what_is_not_a_time_is_refused(caller: Caller, use_case: str, timestamp: str) -> None:
    event = an_event(use_case=use_case, timestamp=timestamp)
    refused(caller.http.post("/vision-events", json=event), 400, "invalid", path="timestamp")
    assert caller.count(use_case) == 0


def test_the_window_is_one_year_back_and_one_day_ahead(caller: Caller, use_case: str) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    year, day = timedelta(days=365), timedelta(days=1)
    for inside in (now - year + hour, now + day - hour):
        event = an_event(use_case=use_case, timestamp=inside.isoformat())
        assert "warnings" not in caller.create(event)
    for outside in (now - year - hour, now + day + hour, datetime(1970, 1, 1, tzinfo=UTC)):
        event = an_event(use_case=use_case, timestamp=outside.isoformat())
        refused(caller.http.post("/vision-events", json=event), 400, "invalid", path="timestamp")
    for outside_text in (
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00+23:59",
    ):
        event = an_event(use_case=use_case, timestamp=outside_text)
        refused(caller.http.post("/vision-events", json=event), 400, "invalid", path="timestamp")
    assert caller.count(use_case) == 2
