"""Which sources are quiet: by their own rhythm, of the interval and of the week."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sightlog.domain.times import microseconds
from sightlog.domain.use_cases import UseCase
from sightlog.operations.overviews import days_of_sources, overview_of
from sightlog.operations.sources import Rhythms, SourceState, quiet_sources, states_of
from tests.contract.backends import SqliteBackend
from tests.contract.plant import Plant

TODAY = datetime(2026, 8, 13, tzinfo=UTC)  # a Thursday; NOW of the plant lies in it
MINUTE = timedelta(minutes=1)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    backend = SqliteBackend(tmp_path / "data")
    made = Plant(backend, backend.open())
    yield made
    made.store.close()


def add(plant: Plant, use_case: UseCase, times: Sequence[datetime], device: str = "cam", **changes: object) -> None:
    made = [
        plant.event(use_case, timestamp=when.isoformat(), deviceId=device, eventData={"result": "pass"}, **changes)
        for when in times
    ]
    plant.add(*made)


def every(step: timedelta, start: datetime, end: datetime) -> list[datetime]:
    times = []
    while start <= end:
        times.append(start)
        start += step
    return times


def states(plant: Plant, use_case: UseCase, now: datetime, rhythms: Rhythms | None = None) -> dict[str, SourceState]:
    found = states_of(plant.store, rhythms or Rhythms(), plant.mine, use_case, ("device",), microseconds(now))
    return {one.name: one for one in found}


def test_silent_for_more_than_three_times_the_usual_interval_is_quiet(plant: Plant) -> None:
    use_case = plant.use_case()
    last = TODAY.replace(hour=8)
    add(plant, use_case, every(5 * MINUTE, TODAY, last))
    for silent, is_quiet in ((14, False), (16, True)):
        state = states(plant, use_case, last + silent * MINUTE)["cam"]
        assert state.is_quiet is is_quiet, silent
    assert state.usual == 5 * 60 * 1_000_000
    assert state.last_heard == microseconds(last)


def test_who_sends_every_second_is_not_quiet_within_a_minute(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, every(timedelta(seconds=1), TODAY, TODAY + MINUTE))
    assert not states(plant, use_case, TODAY + 1.9 * MINUTE)["cam"].is_quiet
    assert states(plant, use_case, TODAY + 2.1 * MINUTE)["cam"].is_quiet


def test_few_events_tell_no_rhythm(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, every(MINUTE, TODAY, TODAY + 9 * MINUTE))
    state = states(plant, use_case, TODAY + timedelta(hours=9))["cam"]
    assert (state.usual, state.is_quiet) == (None, False)


def shifts(days: Sequence[int]) -> list[datetime]:
    """A camera that works from six to eight in the evening, every ten minutes, so many days ago."""
    return [
        when
        for ago in days
        for start in [TODAY - timedelta(days=ago)]
        for when in every(10 * MINUTE, start.replace(hour=6), start.replace(hour=20))
    ]


def test_nobody_is_quiet_at_night_who_never_works_then(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, shifts(range(10)))
    tomorrow = TODAY + timedelta(days=1)
    assert not states(plant, use_case, TODAY.replace(hour=23))["cam"].is_quiet
    assert not states(plant, use_case, tomorrow.replace(hour=5, minute=55))["cam"].is_quiet
    assert states(plant, use_case, tomorrow.replace(hour=6, minute=10))["cam"].is_quiet


def test_nobody_is_quiet_on_sunday_who_works_on_weekdays(plant: Plant) -> None:
    use_case = plant.use_case()
    sunday = TODAY - timedelta(days=4)
    workdays = [ago for ago in range(20) if (TODAY - timedelta(days=ago)).weekday() < 5]
    add(plant, use_case, [when for when in shifts(workdays) if when < sunday])
    assert not states(plant, use_case, sunday.replace(hour=12))["cam"].is_quiet
    assert states(plant, use_case, (sunday + timedelta(days=1)).replace(hour=7))["cam"].is_quiet


def test_a_holiday_a_week_ago_excuses_nobody(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, [when for when in shifts([0, *range(1, 7), *range(8, 16)]) if when < TODAY.replace(hour=10)])
    assert states(plant, use_case, TODAY.replace(hour=12))["cam"].is_quiet


def test_a_source_younger_than_a_week_is_held_against_yesterday(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, [when for when in shifts([0, 1, 2]) if when < TODAY.replace(hour=10)])
    assert states(plant, use_case, TODAY.replace(hour=12))["cam"].is_quiet
    assert not states(plant, use_case, TODAY.replace(hour=9, minute=58))["cam"].is_quiet


def test_feedback_is_no_sign_of_life(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, every(MINUTE, TODAY, TODAY + 60 * MINUTE))
    now = TODAY + 120 * MINUTE
    plant.add(plant.review(use_case, "event-1", "correct", deviceId="cam", timestamp=now.isoformat()))
    plant.add(plant.review(use_case, "event-1", "correct", deviceId="desk", timestamp=now.isoformat()))
    found = states(plant, use_case, now)
    assert found["cam"].last_heard == microseconds(TODAY + 60 * MINUTE)
    assert found["cam"].is_quiet
    assert (found["desk"].last_heard, found["desk"].is_quiet) == (None, False)


def test_what_is_remembered_gives_way_to_new_events(plant: Plant) -> None:
    use_case, rhythms = plant.use_case(), Rhythms()
    add(plant, use_case, every(MINUTE, TODAY, TODAY + 60 * MINUTE))
    now = TODAY + 120 * MINUTE
    assert states(plant, use_case, now, rhythms)["cam"].is_quiet
    add(plant, use_case, [now - MINUTE])
    assert not states(plant, use_case, now, rhythms)["cam"].is_quiet
    assert states(plant, use_case, now + 60 * MINUTE, rhythms)["cam"].is_quiet


def test_a_clock_that_is_ahead_is_not_quiet(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, every(MINUTE, TODAY, TODAY + 60 * MINUTE))
    assert not states(plant, use_case, TODAY)["cam"].is_quiet


def test_streams_speak_where_no_device_is_named_and_the_longest_silence_comes_last(plant: Plant) -> None:
    use_case = plant.use_case()
    for name, end in (("a", 60), ("b", 30), ("c", 118)):
        times = every(MINUTE, TODAY, TODAY + end * MINUTE)
        plant.add(*[plant.event(use_case, timestamp=when.isoformat(), streamId=name) for when in times])
    now = microseconds(TODAY + 120 * MINUTE)
    assert [one.name for one in quiet_sources(plant.store, Rhythms(), plant.mine, use_case, now)] == ["a", "b"]


def test_days_of_sources_are_those_of_the_zone(plant: Plant) -> None:
    use_case = plant.use_case()
    add(plant, use_case, [TODAY.replace(hour=1), TODAY.replace(hour=5)], "cam-1")
    add(plant, use_case, [TODAY - timedelta(days=20)], "cam-2")
    zone, now = ZoneInfo("America/Mexico_City"), microseconds(TODAY.replace(hour=12))  # six hours behind
    found = days_of_sources(plant.store, plant.mine, use_case, "device", zone, now)
    assert {name: [day.count for day in days][-3:] for name, days in found.items()} == {"cam-1": [0, 2, 0]}
    found = days_of_sources(plant.store, plant.mine, use_case, "device", ZoneInfo("Asia/Tokyo"), now)
    assert [day.count for day in found["cam-1"]][-3:] == [0, 0, 2]
    assert len(found["cam-1"]) == 14


def test_an_overview_says_what_is_new_and_to_review(plant: Plant) -> None:
    use_case = plant.use_case()
    now = TODAY.replace(hour=12)
    for n in range(4):
        when = (now - (n + 1) * MINUTE).isoformat()
        plant.add(plant.event(use_case, eventId=f"fail {n}", timestamp=when, eventData={"result": "fail"}))
    plant.add(plant.event(use_case, eventType="safety_alert", eventData={}, timestamp=(now - 9 * MINUTE).isoformat()))
    plant.add(plant.review(use_case, "fail 1", "correct", timestamp=now.isoformat()))
    seen = microseconds(now - 2 * MINUTE)
    zone = ZoneInfo("UTC")
    overview = overview_of(plant.store, Rhythms(), plant.mine, use_case, zone, microseconds(now), seen)
    assert (overview.to_review.count, overview.new and overview.new.count) == (4, 1)
    assert overview.last_event == microseconds(now - MINUTE), "feedback aside"
    assert (overview.today.count, overview.today.fails, overview.today.alerts) == (5, 4, 1)
    first = overview_of(plant.store, Rhythms(), plant.mine, use_case, zone, microseconds(now))
    assert first.new is None
