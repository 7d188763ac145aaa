"""How the dashboard writes numbers, ids and times."""

from zoneinfo import ZoneInfo

import pytest

from sightlog.dashboard import addresses, words
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.times import parse_timestamp


def at(text: str) -> int:
    return parse_timestamp(text)[0]


def clock(now: str, zone: str = "Europe/Berlin") -> WallClock:
    return WallClock(ZoneInfo(zone), at(now))


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-27T12:00:00Z", "just now"),
        ("2026-11-27T11:59:30Z", "30 s ago"),
        ("2026-11-27T11:57:00Z", "3 min ago"),
        ("2026-11-27T09:00:00Z", "3 h ago"),
        ("2026-11-25T09:00:00Z", "2 d ago"),
        ("2026-07-01T09:00:00Z", "1 Jul"),
        ("2025-07-01T09:00:00Z", "1 Jul 2025"),
        ("2026-11-27T12:00:40Z", "just now"),
        ("2026-11-27T12:05:00Z", "clock ahead"),
    ],
)
def test_how_long_ago(then: str, words: str) -> None:
    assert clock("2026-11-27T12:00:00Z").ago(at(then)) == words


def test_day_begins_at_midnight_of_the_zone() -> None:
    """23:30 UTC is already the next day in Berlin."""
    berlin = clock("2026-11-27T08:00:00Z")
    assert berlin.at(at("2026-11-26T23:30:00Z")) == "00:30:00"
    assert berlin.at(at("2026-11-26T22:30:00Z")) == "26 Nov 23:30:00"


def test_hover_names_the_zone_and_utc() -> None:
    full = clock("2026-11-27T12:00:00Z").full(at("2026-07-01T09:00:00Z"))
    assert full == "Wed 1 Jul 2026, 11:00:00 CEST · 2026-07-01 09:00:00 UTC"


def test_zone_is_named_once() -> None:
    assert clock("2026-11-27T12:00:00Z").zone_name == "Europe/Berlin (CET)"
    assert clock("2026-11-27T12:00:00Z", "UTC").zone_name == "UTC"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234567, "1,234,567"), (0.5, "0.5"), (72.0, "72"), (3.14159, "3.14"), (-2.5, "-2.5")]
)
def test_numbers(value: float, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "–"), (0, 5, "0 %"), (1, 2000, "< 0.1 %"), (24, 1000, "2.4 %"), (1, 3, "33 %"), (5, 5, "100 %")],
)
def test_shares(part: int, whole: int, text: str) -> None:
    assert words.share(part, whole) == text


def test_long_id_keeps_its_beginning_and_its_end() -> None:
    assert words.shortened("0d2f6f3e-7c0b-4a63-9b0e-52f3a1a5c001") == "0d2f6f3…a5c001"
    assert words.shortened("short") == "short"


def test_ids_of_any_letters_stay_one_part_of_the_address() -> None:
    address = addresses.event("plant-7", "abc", "a/b?c#d é")
    assert address == "/plant-7/vision-events/abc/events/a%2Fb%3Fc%23d%20%C3%A9"


def test_empty_parameters_are_left_out() -> None:
    assert addresses.use_case("p", "u", query={"type": ["a", "b"], "device": "", "page": 2}) == (
        "/p/vision-events/u?type=a&type=b&page=2"
    )
