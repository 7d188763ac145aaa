"""What is worth a warning: the event is stored all the same, and the warning stays with it."""

from typing import Any

import pytest

from sightlog.domain.event_reading import Reading
from sightlog.domain.limits import Limits
from sightlog.domain.times import format_timestamp
from tests.domain.reading import NOW, an_event, body, read, warnings_of

Json = dict[str, Any]

DAY = 86_400_000_000


def test_a_complete_event_has_no_warnings() -> None:
    for event_type in ("quality_check", "inventory_count", "safety_alert", "custom", "operator_feedback"):
        assert warnings_of(an_event(event_type)) == []


def test_a_time_without_an_offset_is_warned_of() -> None:
    assert warnings_of(an_event(timestamp="2026-08-13T08:00:00")) == [("no_offset", "timestamp")]


@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        ("quality_check", "result"),
        ("inventory_count", "itemCount"),
        ("safety_alert", "alertType"),
        ("custom", "value"),
    ],
)
@pytest.mark.parametrize("data", [..., {}, {"externalId": "x"}])
def test_a_missing_main_field_is_warned_of(event_type: str, field: str, data: Any) -> None:
    assert warnings_of(an_event(event_type, eventData=data)) == [("missing_field", f"eventData.{field}")]


def test_a_main_field_of_zero_is_there() -> None:
    assert warnings_of(an_event("inventory_count", eventData={"itemCount": 0})) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"site": 1}, "site"),
        ({"eventData": {"result": "pass", "site": 1}}, "eventData.site"),
        ({"eventData": {"result": "pass", "itemCount": 1}}, "eventData.itemCount"),
        ({"images": [{"site": 1}]}, "images.0.site"),
        ({"images": [{"classifications": [{"class": "a", "x": 1}]}]}, "images.0.classifications.0.x"),
    ],
)
def test_an_unknown_field_is_warned_of_with_its_place(changes: Json, path: str) -> None:
    assert warnings_of(an_event(**changes)) == [("unknown_field", path)]


def test_an_unknown_field_that_every_entry_repeats_is_warned_of_once() -> None:
    annotations = [{"class": "a", "tracker": n} for n in range(500)]
    found = read(an_event(images=[{"classifications": annotations}]))
    assert [(warning.code.value, warning.path) for warning in found.warnings] == [
        ("unknown_field", "images.0.classifications.0.tracker")
    ]
    assert "500 places" in found.warnings[0].message


def test_an_event_never_has_more_than_a_hundred_warnings() -> None:
    assert len(warnings_of(an_event(**{f"unknown {n}": n for n in range(300)}))) == 100


def test_a_long_annotation_list_is_kept_whole_with_a_warning() -> None:
    annotations = [{"class": "a"} for _ in range(1001)]
    event = an_event(images=[{"classifications": annotations[:1000]}, {"classifications": annotations}])
    assert warnings_of(event) == [("too_many_annotations", "images.1.classifications")]
    assert len(body(read(event))["images"][1]["classifications"]) == 1001


@pytest.mark.parametrize(("position", "warned"), [(0, False), (1, False), (2, True)])
def test_a_display_image_that_is_not_there_is_warned_of(position: int, warned: bool) -> None:
    found = warnings_of(an_event(displayImagePosition=position, images=[{}, {}]))
    assert found == ([("display_image_out_of_range", "displayImagePosition")] if warned else [])


def test_an_event_that_will_soon_be_removed_is_warned_of() -> None:
    rules = Reading(limits=Limits(), now=NOW, lookback_days=30)
    event = an_event(timestamp=format_timestamp(NOW - 30 * DAY - 1))
    assert warnings_of(event, rules) == [("beyond_lookback", "timestamp")]
    assert warnings_of(an_event(timestamp=format_timestamp(NOW - 30 * DAY)), rules) == []
    assert warnings_of(event, Reading(limits=Limits(), now=NOW, lookback_days=0)) == []
