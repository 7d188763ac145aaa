"""Timestamps: what is read, to which microsecond, and what is refused."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.times import (
    format_timestamp,
    microseconds,
    moment_of,
    parse_bound,
    parse_timestamp,
)

NINE = 1_786_611_600_000_000  # 2026-08-13T09:00:00Z


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-13T09:00:00Z",
        "2026-08-13T09:00:00z",
        "2026-08-13t09:00:00z",
        "2026-08-13T09:00:00.000Z",
        "2026-08-13T09:00:00+00:00",
        "2026-08-13T11:00:00+02:00",
        "2026-08-13T11:00:00+0200",
        "2026-08-13T11:00:00+02",
        "2026-08-12T21:30:00.000-11:30",
        "2026-08-13 09:00:00Z",
        "2026-08-13T09:00Z",
        "20260813T090000Z",
        "2026-W33-4T09:00:00Z",
        "2026-08-13T09:00:00,000000Z",
    ],
)
def test_every_usual_spelling_of_a_moment_is_the_same_moment(text: str) -> None:
    assert parse_timestamp(text) == (NINE, True)


@pytest.mark.parametrize("text", ["2026-08-13T09:00:00", "2026-08-13 09:00:00.000", "20260813T0900"])
def test_without_an_offset_it_is_utc_and_that_is_told(text: str) -> None:
    assert parse_timestamp(text) == (NINE, False)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [("1", 100_000), ("123", 123_000), ("123456", 123_456), ("1234567", 123_456), ("999999999", 999_999)],
)
def test_digits_beyond_microseconds_are_cut_off_not_rounded(fraction: str, expected: int) -> None:
    assert parse_timestamp(f"2026-08-13T09:00:00.{fraction}Z") == (NINE + expected, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-08-13",
        "2026-W33-4",
        "09:00:00Z",
        "2026-08-13T",
        "2026-08-13T24:00:00Z",
        "2026-08-13T23:59:60Z",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-08-13T09:60:00Z",
        "2026-08-13T09:00:00+24:00",
        "2026-08-13T09:00:00 CEST",
        "2026-08-13T09:00:00ZZ",
        "13.08.2026 09:00",
        "1786611600000",
        "+2026-08-13T09:00:00Z",
        "２０２６-08-13T09:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-08-13T09:00:00Z\n",
        "\ud800" * 12,
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 2026-08-13T09:00:00"):
        parse_timestamp(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-00:01"])
def test_a_moment_outside_of_the_years_that_there_are_in_utc_is_refused(text: str) -> None:
    """An import takes any age, but what it takes must be answered again."""
    with pytest.raises(ValueError, match="ISO 8601"):
        parse_timestamp(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
def test_the_first_and_the_last_microsecond_come_back(text: str) -> None:
    assert format_timestamp(parse_timestamp(text)[0]) == text


def test_a_time_is_answered_in_utc_with_six_digits() -> None:
    assert format_timestamp(NINE) == "2026-08-13T09:00:00.000000Z"
    assert format_timestamp(NINE + 1) == "2026-08-13T09:00:00.000001Z"
    assert format_timestamp(-1) == "1969-12-31T23:59:59.999999Z"


@given(
    st.datetimes(
        datetime(1, 1, 3),
        datetime(9999, 12, 29),
        timezones=st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
            lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
        ),
    )
)
def test_any_moment_is_read_exactly_and_comes_back(moment: datetime) -> None:
    timestamp, has_offset = parse_timestamp(moment.isoformat())
    assert has_offset
    assert moment_of(timestamp) == moment
    assert microseconds(moment) == timestamp
    assert parse_timestamp(format_timestamp(timestamp)) == (timestamp, True)


@given(st.text(max_size=40))
def test_no_text_brings_anything_but_a_value_or_a_value_error(text: str) -> None:
    try:
        timestamp, _ = parse_timestamp(text)
    except ValueError:
        return
    assert parse_timestamp(format_timestamp(timestamp))[0] == timestamp


def test_a_bare_date_as_a_bound_is_its_first_or_its_last_microsecond() -> None:
    assert format_timestamp(parse_bound("2026-08-13", end=False)) == "2026-08-13T00:00:00.000000Z"
    assert format_timestamp(parse_bound("2026-08-13", end=True)) == "2026-08-13T23:59:59.999999Z"


def test_a_time_as_a_bound_is_that_microsecond_at_either_end() -> None:
    assert parse_bound("2026-08-13T09:00:00Z", end=False) == parse_bound("2026-08-13T09:00:00Z", end=True) == NINE
    assert parse_bound("2026-08-13T11:00:00.0000009+02:00", end=True) == NINE


@pytest.mark.parametrize("text", ["", "2026-8-1", "2026-02-30", "yesterday", "2026", "２０２６-08-13"])
def test_a_bound_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        parse_bound(text, end=True)
