"""The demo's stream of events: always the same, always valid, and it tells its story."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from sightlog.demo.assembly_line import is_reflection
from sightlog.demo.plants import (
    EMPTYING_AISLE,
    HELMETLESS_CONTRACTOR,
    NUMBERS_FOR_PARTS,
    REVIEWERS,
    SCRATCHED_PART,
    SILENT_CAMERA,
    local_time,
)
from sightlog.demo.plot import Plot, Span
from sightlog.demo.reviews import LONGEST_DELAY
from sightlog.demo.story import (
    ARCHIVED,
    USE_CASES,
    history,
    history_between,
    live_event,
    live_pause_seconds,
    newest_first,
)
from sightlog.domain.event_reading import Reading, read_event
from sightlog.domain.limits import Limits
from sightlog.domain.times import microseconds

Body = dict[str, Any]

TUESDAY_NOON = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
MOMENTS = (
    TUESDAY_NOON,
    datetime(2026, 11, 22, 23, 5, tzinfo=UTC),  # the night from Sunday to Monday, local time
    datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2026, 4, 4, 6, 59, 59, tzinfo=UTC),  # the clocks went forward within the two weeks
    datetime(2026, 11, 5, 17, 0, tzinfo=UTC),  # and back
)
at_any_moment = pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%a-%d-%b-%H-%M}")


@cache
def events_until(now: datetime) -> tuple[Body, ...]:
    return tuple(history(now))


def moment_of(body: Body) -> datetime:
    return datetime.fromisoformat(body["timestamp"])


def ids_of(bodies: Iterable[Body]) -> set[str]:
    return {body["eventId"] for body in bodies}


def without_reviews(bodies: Iterable[Body]) -> list[Body]:
    return [body for body in bodies if body["eventType"] != "operator_feedback"]


def within(span: Span, bodies: Iterable[Body]) -> list[Body]:
    return [body for body in bodies if span[0] <= moment_of(body) < span[1]]


def sent_by(device_id: str, bodies: Iterable[Body]) -> list[Body]:
    return [body for body in bodies if body.get("deviceId") == device_id]


def is_scratched(body: Body) -> bool:
    return any(
        found["class"] == "scratch" for image in body["images"] for found in image.get("instanceSegmentations", ())
    )


def share_scratched(bodies: list[Body]) -> float:
    return sum(map(is_scratched, bodies)) / len(bodies)


@at_any_moment
def test_about_ten_thousand_events_come_newest_first_each_once(now: datetime) -> None:
    events = events_until(now)
    assert 9_500 <= len(events) <= 10_500
    assert len(ids_of(events)) == len(events)
    keys = [newest_first(body) for body in events]
    assert keys == sorted(keys, reverse=True)


@at_any_moment
def test_every_event_lies_in_the_last_fifteen_days(now: datetime) -> None:
    assert all(now - timedelta(days=15) <= moment_of(body) <= now for body in events_until(now))


@at_any_moment
def test_every_event_is_accepted_and_only_a_few_with_the_warnings_of_the_story(now: datetime) -> None:
    rules = Reading(limits=Limits(), now=microseconds(now), lookback_days=365)
    warnings = Counter()
    for body in events_until(now):
        accepted = read_event(json.dumps(body).encode(), rules)
        warnings.update((warning.code.value, warning.path) for warning in accepted.warnings)
    assert warnings.keys() == {("unknown_field", "firmwareVersion"), ("missing_field", "eventData.result")}
    assert all(1 <= count <= 30 for count in warnings.values())


def test_the_same_start_gives_the_same_events_to_everyone() -> None:
    again = tuple(history(TUESDAY_NOON + timedelta(seconds=42)))
    assert again == events_until(TUESDAY_NOON)
    assert again[0] == json.loads(json.dumps(again[0]))


def test_another_seed_gives_other_events() -> None:
    other = list(history(TUESDAY_NOON, events=500, seed=8))
    assert 400 <= len(other) <= 600
    assert not ids_of(other) & ids_of(history(TUESDAY_NOON, events=500))


def test_events_take_little_room() -> None:
    sizes = [len(json.dumps(body, ensure_ascii=False).encode()) for body in events_until(TUESDAY_NOON)]
    assert 900 < sum(sizes) / len(sizes) < 1500
    assert max(sizes) < 3000


def test_all_use_cases_have_events_and_the_pilot_is_the_oldest_and_archived() -> None:
    events = events_until(TUESDAY_NOON)
    counts = Counter(body["useCaseId"] for body in events)
    assert set(counts) == set(USE_CASES)
    assert ARCHIVED == ("Bottle Caps Pilot",)
    assert counts["Bottle Caps Pilot"] == 120
    latest = next(moment_of(body) for body in events if body["useCaseId"] == "Bottle Caps Pilot")
    assert latest < TUESDAY_NOON - timedelta(days=11)


@at_any_moment
def test_both_sites_and_all_event_types_appear(now: datetime) -> None:
    events = events_until(now)
    assert {body["customMetadata"]["site"] for body in events} == {"Graz", "León"}
    types = {"quality_check", "inventory_count", "safety_alert", "custom", "operator_feedback"}
    assert {body["eventType"] for body in events} == types


def test_boxes_and_points_lie_inside_the_picture() -> None:
    for body in events_until(TUESDAY_NOON)[::7]:
        for image in body.get("images", ()):
            for found in (*image.get("objectDetections", ()), *image.get("instanceSegmentations", ())):
                assert found["width"] / 2 <= found["x"] <= 960 - found["width"] / 2
                assert found["height"] / 2 <= found["y"] <= 540 - found["height"] / 2
            for x, y in (point for found in image.get("instanceSegmentations", ()) for point in found["points"]):
                assert 0 <= x <= 960
                assert 0 <= y <= 540


def test_the_item_count_equals_the_boxes_found() -> None:
    for body in events_until(TUESDAY_NOON):
        if body["eventType"] == "inventory_count":
            found = [box["class"] for box in body["images"][0]["objectDetections"]]
            assert body["eventData"]["itemCount"] == len(found) - found.count("empty_bay")


@at_any_moment
def test_fewer_events_come_at_night_and_at_weekends(now: datetime) -> None:
    local = [local_time(moment_of(body)) for body in without_reviews(events_until(now))]
    night = sum(moment.hour < 5 for moment in local) / 5
    day = sum(8 <= moment.hour < 13 for moment in local) / 5
    assert night < 0.5 * day
    weekend = sum(moment.weekday() >= 5 for moment in local) / 2
    weekdays = sum(moment.weekday() < 5 for moment in local) / 5
    assert weekend < 0.5 * weekdays


@at_any_moment
def test_scratches_on_line_l2_rise_in_two_night_shifts_and_fall_with_the_next_part(now: datetime) -> None:
    line = sent_by("cam-graz-l2-top", events_until(now))
    first, second = Plot(now).scratched_nights
    before = share_scratched(within((now - timedelta(days=14), first[0]), line))
    between = share_scratched(within((first[1], second[0]), line))
    after = share_scratched(within((second[1], now), line))
    for calm in (before, between, after):
        assert 0.01 < calm < 0.035
    assert 0.05 < share_scratched(within(first, line)) < 0.09
    assert 0.09 < share_scratched(within(second, line)) < 0.14
    assert second[1] - first[0] == timedelta(hours=32)


@at_any_moment
def test_the_scratches_go_with_one_part_number_of_line_l2(now: datetime) -> None:
    nights = Plot(now).scratched_nights
    for body in sent_by("cam-graz-l2-top", events_until(now)):
        is_in_the_nights = any(within(night, [body]) for night in nights)
        assert (body["customMetadata"]["part_number"] == SCRATCHED_PART) == is_in_the_nights
        assert not is_in_the_nights or body["customMetadata"]["shift"] == "night"


@at_any_moment
def test_one_camera_is_silent_since_yesterday_evening(now: datetime) -> None:
    events = sent_by(SILENT_CAMERA.device_id, events_until(now))
    silent_since = Plot(now).silent_since
    last = moment_of(events[0])
    assert last < silent_since
    assert silent_since - last < timedelta(hours=8)
    evening = local_time(silent_since)
    assert evening.date() == local_time(now).date() - timedelta(days=1)
    assert evening.hour == 20


def test_one_camera_sends_the_part_number_as_a_number() -> None:
    for body in events_until(TUESDAY_NOON):
        if "part_number" in body.get("customMetadata", {}):
            expected = int if body["deviceId"] == NUMBERS_FOR_PARTS.device_id else str
            assert type(body["customMetadata"]["part_number"]) is expected


@at_any_moment
def test_one_contractor_works_without_helmets_on_two_mornings(now: datetime) -> None:
    alerts = [body for body in events_until(now) if body["eventData"].get("alertType") == "no_helmet"]
    mornings = Plot(now).helmetless_mornings
    for morning in mornings:
        contractors = Counter(body["customMetadata"]["contractor"] for body in within(morning, alerts))
        assert contractors[HELMETLESS_CONTRACTOR] >= 5
        assert contractors[HELMETLESS_CONTRACTOR] > 0.7 * contractors.total()
    elsewhere = [body for body in alerts if not any(within(morning, [body]) for morning in mornings)]
    contractors = Counter(body["customMetadata"]["contractor"] for body in elsewhere)
    assert contractors[HELMETLESS_CONTRACTOR] < 0.35 * contractors.total()


@at_any_moment
def test_one_aisle_runs_empty(now: datetime) -> None:
    counts = sent_by(EMPTYING_AISLE.device_id, events_until(now))
    assert counts[0]["eventData"]["itemCount"] <= 1
    assert counts[0]["customMetadata"]["restock_due"] is True
    start = now - timedelta(days=4)
    days = [within((start + timedelta(days=day), start + timedelta(days=day + 1)), counts) for day in range(4)]
    means = [sum(body["eventData"]["itemCount"] for body in day) / len(day) for day in days if day]
    assert means == sorted(means, reverse=True)
    for body in events_until(now):
        if body["eventType"] == "inventory_count" and body["deviceId"] != EMPTYING_AISLE.device_id:
            assert body["eventData"]["itemCount"] >= 3


@at_any_moment
def test_three_operators_review_and_call_reflections_incorrect(now: datetime) -> None:
    events = {body["eventId"]: body for body in events_until(now)}
    reviews = [body for body in events.values() if body["eventType"] == "operator_feedback"]
    assert 200 <= len(reviews) <= 400
    assert {body["customMetadata"]["reviewer"] for body in reviews} == {
        name for names in REVIEWERS.values() for name in names
    }
    reflections = 0
    for review in reviews:
        reviewed = events[review["eventData"]["relatedEventId"]]
        assert reviewed["useCaseId"] == review["useCaseId"]
        assert moment_of(reviewed) < moment_of(review) <= moment_of(reviewed) + LONGEST_DELAY
        if is_reflection(reviewed):
            reflections += 1
            assert review["eventData"]["feedback"] == "incorrect"
            assert "reflect" in review["comment"].lower()
    assert reflections >= 3


def test_a_demo_that_is_continued_gives_the_same_events_again() -> None:
    later = TUESDAY_NOON + timedelta(days=2, hours=3, minutes=7)
    first = {body["eventId"]: body for body in events_until(TUESDAY_NOON)}
    start = later - timedelta(days=14)
    shared = (start + LONGEST_DELAY, TUESDAY_NOON)
    again = {body["eventId"]: body for body in within(shared, history(later, anchor=TUESDAY_NOON))}
    assert again == {body["eventId"]: body for body in within(shared, first.values())}


def test_spans_that_meet_hold_the_events_of_the_whole_and_no_review_of_anything_outside() -> None:
    start, middle, end = (TUESDAY_NOON + timedelta(hours=hours) for hours in (-30, -9.4, 3))
    whole = list(history_between(start, end, TUESDAY_NOON))
    halves = [*history_between(middle, end, TUESDAY_NOON), *history_between(start, middle, TUESDAY_NOON)]
    assert without_reviews(halves) == without_reviews(whole)
    assert ids_of(halves) <= ids_of(whole)
    known = ids_of(whole)
    assert all(body["eventData"].get("relatedEventId", body["eventId"]) in known for body in whole)


def test_an_empty_span_has_no_events() -> None:
    assert list(history_between(TUESDAY_NOON, TUESDAY_NOON, TUESDAY_NOON)) == []


def test_a_live_event_is_of_its_moment_and_number_and_can_be_made_again() -> None:
    moment = TUESDAY_NOON + timedelta(seconds=3, microseconds=4567)
    event = live_event(moment, 1, anchor=TUESDAY_NOON)
    assert event["timestamp"] == "2026-11-24T12:30:03.004Z"
    assert live_event(moment, 1, anchor=TUESDAY_NOON) == event
    assert live_event(moment, 2, anchor=TUESDAY_NOON)["eventId"] != event["eventId"]


def test_live_events_are_valid_repeat_nothing_and_leave_the_silent_camera_silent() -> None:
    moments = [TUESDAY_NOON + timedelta(seconds=4 * number) for number in range(1000)]
    events = [live_event(moment, number, anchor=TUESDAY_NOON) for number, moment in enumerate(moments)]
    rules = Reading(limits=Limits(), now=microseconds(moments[-1]), lookback_days=365)
    for body in events:
        read_event(json.dumps(body).encode(), rules)
    assert len(ids_of(events)) == len(events)
    assert not ids_of(events) & ids_of(events_until(TUESDAY_NOON))
    assert not sent_by(SILENT_CAMERA.device_id, events)
    assert {body["useCaseId"] for body in events} == set(USE_CASES) - set(ARCHIVED)


def test_live_events_come_every_few_seconds_and_slower_at_night() -> None:
    def mean_pause(moment: datetime) -> float:
        pauses = [live_pause_seconds(moment, number) for number in range(200)]
        assert all(2 <= pause <= 12 for pause in pauses)
        return sum(pauses) / len(pauses)

    assert 2.5 < mean_pause(TUESDAY_NOON) < 5
    assert mean_pause(TUESDAY_NOON - timedelta(hours=10)) > 1.2 * mean_pause(TUESDAY_NOON)
