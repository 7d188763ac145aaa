"""Which facts an event holds, for filters and counts alike."""

from typing import Any

import msgspec
import pytest

from sightlog.domain.events import NewEvent
from sightlog.domain.facts import Entry, entries_of

Json = dict[str, Any]


def facts(*, warned: bool = False, **fields: Any) -> list[Entry]:
    event: Json = {
        "eventType": "quality_check",
        "useCaseId": "u",
        "timestamp": "2026-08-13T09:00:00Z",
    } | fields
    return entries_of(msgspec.json.decode(msgspec.json.encode(event), type=NewEvent), warned)


def named(found: list[Entry], prefix: str) -> list[Entry]:
    return [entry for entry in found if entry[0].startswith(prefix)]


def an_image(*annotations: Json, **fields: Any) -> Json:
    return {"classifications": list(annotations), **fields}


def seen(name: str, confidence: float | None = None) -> Json:
    return {"class": name} if confidence is None else {"class": name, "confidence": confidence}


def test_a_bare_event_has_a_type_and_no_images() -> None:
    assert facts() == [("type", "s", "quality_check"), ("image_count", "n", 0)]


def test_sources_and_warnings_are_facts() -> None:
    found = facts(deviceId="cam-1", streamId="line-1", workflowId="wf", warned=True)
    assert set(found) >= {("device", "s", "cam-1"), ("stream", "s", "line-1"), ("workflow", "s", "wf")}
    assert ("has_warnings", "b", True) in found


@pytest.mark.parametrize(
    ("event_type", "data", "expected"),
    [
        (
            "quality_check",
            {"result": "fail", "externalId": "x", "confidence": 0.5},
            {"result": "fail", "external_id": "x"},
        ),
        (
            "inventory_count",
            {"location": "A", "itemCount": 0, "itemType": "box", "externalId": "x"},
            {"location": "A", "item_count": 0, "item_type": "box", "external_id": "x"},
        ),
        (
            "safety_alert",
            {"alertType": "fire", "severity": "low", "description": "hot", "externalId": "x"},
            {"alert_type": "fire", "severity": "low", "external_id": "x"},
        ),
        ("custom", {"value": "v", "externalId": "x"}, {"external_id": "x"}),
        (
            "operator_feedback",
            {"relatedEventId": "e", "feedback": "correct"},
            {"related_event_id": "e", "feedback": "correct"},
        ),
    ],
)
def test_the_columns_of_each_type(event_type: str, data: Json, expected: Json) -> None:
    found = {name: value for name, _, value in facts(eventType=event_type, eventData=data)}
    assert found == {"type": event_type, "image_count": 0} | expected


def test_empty_text_counts_as_not_set_but_zero_and_false_and_empty_metadata_do_not() -> None:
    found = facts(deviceId="", eventData={"externalId": ""}, customMetadata={"a": "", "b": 0, "c": False})
    assert [entry[0] for entry in found] == ["type", "metadata.a", "metadata.b", "metadata.c", "image_count"]


def test_metadata_keeps_its_types_apart() -> None:
    found = named(facts(customMetadata={"a": "1", "b": 1, "c": 1.0, "d": True}), "metadata.")
    assert [(letter, value) for _, letter, value in found] == [("s", "1"), ("n", 1), ("n", 1.0), ("b", True)]
    assert [type(value) for _, _, value in found] == [str, int, float, bool]


def test_a_class_keeps_its_lowest_and_its_highest_confidence() -> None:
    """More is not needed: a bound on the same annotation is met by one of the two whenever it is met by any."""
    image = an_image(seen("dent", 0.5), seen("dent", 0.9), seen("dent", 0.2), seen("dent"))
    assert named(facts(images=[image]), "class.") == [("class.dent", "n", 0.9), ("class.dent", "n", 0.2)]


def test_a_class_without_any_confidence_is_there_all_the_same() -> None:
    assert named(facts(images=[an_image(seen("dent"))]), "class.") == [("class.dent", "s", "")]


def test_one_confidence_is_one_fact_also_as_1_and_1_0() -> None:
    image = an_image(seen("dent", 1), seen("dent", 1.0))
    assert named(facts(images=[image]), "class.") == [("class.dent", "n", 1)]


def test_classes_of_all_four_lists_and_all_images_count_together() -> None:
    box = {"x": 1, "y": 1, "width": 1, "height": 1}
    images = [
        {"objectDetections": [seen("a", 0.1) | box], "classifications": [seen("b", 0.2)]},
        {
            "instanceSegmentations": [seen("a", 0.3) | box | {"points": [[0, 0], [1, 0], [1, 1]]}],
            "keypoints": [seen("c", 0.4) | box],
        },
    ]
    found = facts(images=images)
    assert ("image_count", "n", 2) in found
    assert set(named(found, "class.")) == {
        ("class.a", "n", 0.3),
        ("class.a", "n", 0.1),
        ("class.b", "n", 0.2),
        ("class.c", "n", 0.4),
    }


def test_metadata_of_the_images_is_told_once_each_value() -> None:
    images = [
        an_image(metadata={"lens": "wide", "iso": 100}),
        an_image(metadata={"lens": "wide", "iso": 100.0}),
    ]
    assert named(facts(images=images), "image.") == [("image.lens", "s", "wide"), ("image.iso", "n", 100)]
    mixed = [an_image(metadata={"hdr": value}) for value in (1, True, "1")]
    assert [letter for _, letter, _ in named(facts(images=mixed), "image.")] == ["n", "b", "s"]


def test_no_fact_comes_twice() -> None:
    image = an_image(seen("dent", 0.5), seen("dent", 0.5), metadata={"lens": "wide"})
    found = facts(images=[image, image], customMetadata={"lens": "wide"}, warned=True)
    assert len(set(found)) == len(found)
