"""What an event may hold: every rule of create, and the path at which a breach is told."""

from typing import Any

import httpx
import pytest

from tests.builders import a_box, an_event, an_image, feedback_on, new_id
from tests.expect import Caller, paths_of, refused

Json = dict[str, Any]


def post(caller: Caller, event: Any) -> httpx.Response:
    return caller.http.post("/vision-events", json=event)


@pytest.mark.parametrize("field", ["eventType", "useCaseId", "timestamp"])
def test_required_field_that_is_missing_is_named(caller: Caller, use_case: str, field: str) -> None:
    refused(post(caller, an_event(use_case=use_case, **{field: ...})), 400, "invalid", path=field)
    assert caller.count(use_case) == 0


@pytest.mark.parametrize("field", ["relatedEventId", "feedback"])
def test_feedback_needs_an_event_and_a_verdict(caller: Caller, use_case: str, field: str) -> None:
    event = feedback_on("some-event", "correct", use_case)
    del event["eventData"][field]
    refused(post(caller, event), 400, "invalid", path=f"eventData.{field}")
    refused(post(caller, event | {"eventData": None}), 400, "invalid")


def test_every_problem_of_an_event_is_listed(caller: Caller, use_case: str) -> None:
    event = an_event(
        use_case=use_case,
        timestamp="yesterday",
        deviceId=7,
        eventData={"result": "maybe"},
        customMetadata={"a/b": 1, "nested": {}},
        images=[an_image(), an_image(a_box(x="left"), label=1)],
    )
    body = refused(post(caller, event), 400, "invalid")
    assert set(paths_of(body)) == {
        "timestamp",
        "deviceId",
        "eventData.result",
        "customMetadata.a/b",
        "customMetadata.nested",
        "images.1.label",
        "images.1.objectDetections.0.x",
    }


WRONG_FIELDS = [
    ("eventId", 7, "eventId"),
    ("eventId", "", "eventId"),
    ("eventId", "a\nb", "eventId"),
    ("eventId", "a\x7f", "eventId"),
    ("eventType", "quality", "eventType"),
    ("eventType", None, "eventType"),
    ("eventType", ["custom"], "eventType"),
    ("useCaseId", 7, "useCaseId"),
    ("useCaseId", "", "useCaseId"),
    ("useCaseId", None, "useCaseId"),
    ("timestamp", 1_760_000_000, "timestamp"),
    ("timestamp", None, "timestamp"),
    ("deviceId", ["cam"], "deviceId"),
    ("streamId", {}, "streamId"),
    ("workflowId", True, "workflowId"),
    ("displayImagePosition", -1, "displayImagePosition"),
    ("displayImagePosition", "0", "displayImagePosition"),
    ("displayImagePosition", 0.5, "displayImagePosition"),
    ("comment", 5, "comment"),
    ("eventData", "pass", "eventData"),
    ("eventData", {"result": "PASS"}, "eventData.result"),
    ("eventData", {"externalId": 12}, "eventData.externalId"),
    ("eventData", {"result": "pass", "confidence": 1.5}, "eventData.confidence"),
    ("customMetadata", [], "customMetadata"),
    ("customMetadata", {"a": None}, "customMetadata.a"),
    ("customMetadata", {"a": [1]}, "customMetadata.a"),
    ("customMetadata", {"a": {"b": 1}}, "customMetadata.a"),
    ("customMetadata", {"": 1}, None),
    ("customMetadata", {"line.id": 1}, None),
    ("customMetadata", {"größe": 1}, "customMetadata.größe"),
    ("images", {}, "images"),
    ("images", ["img-1"], "images.0"),
    ("images", [{"sourceId": 5}], "images.0.sourceId"),
    ("images", [{"metadata": {"a": None}}], "images.0.metadata.a"),
]


@pytest.mark.parametrize(("field", "value", "path"), WRONG_FIELDS)
def test_field_of_the_wrong_kind_is_refused_at_its_path(
    caller: Caller, use_case: str, field: str, value: Any, path: str | None
) -> None:
    refused(post(caller, an_event(use_case=use_case, **{field: value})), 400, "invalid", path=path)
    assert caller.count(use_case) == 0


WRONG_DATA = [
    ("inventory_count", {"itemCount": -1}, "itemCount"),
    ("inventory_count", {"itemCount": 1.5}, "itemCount"),
    ("inventory_count", {"itemCount": "3"}, "itemCount"),
    ("safety_alert", {"alertType": "no helmet!"}, "alertType"),
    ("safety_alert", {"severity": "urgent"}, "severity"),
    ("safety_alert", {"description": "x" * 10_001}, "description"),
    ("custom", {"value": 5}, "value"),
    ("custom", {"value": "x" * 10_001}, "value"),
    ("operator_feedback", {"relatedEventId": "e", "feedback": "wrong"}, "feedback"),
    ("operator_feedback", {"relatedEventId": 1, "feedback": "correct"}, "relatedEventId"),
]


@pytest.mark.parametrize(("event_type", "data", "field"), WRONG_DATA)
def test_event_data_of_each_type_has_rules(
    caller: Caller, use_case: str, event_type: str, data: Json, field: str
) -> None:
    event = an_event(event_type, use_case, eventData=data)
    refused(post(caller, event), 400, "invalid", path=f"eventData.{field}")


POLYGON = [[1, 2], [3, 4], [5.5, 6]]
WRONG_ANNOTATIONS = [
    ("objectDetections", a_box(**{"class": ...}), "class"),
    ("objectDetections", a_box(""), "class"),
    ("objectDetections", a_box("x" * 257), "class"),
    ("objectDetections", a_box(x=...), "x"),
    ("objectDetections", a_box(width="50"), "width"),
    ("objectDetections", a_box(confidence=1.01), "confidence"),
    ("objectDetections", a_box(confidence=-1), "confidence"),
    ("objectDetections", a_box(confidence="0.9"), "confidence"),
    ("classifications", {"confidence": 0.5}, "class"),
    ("instanceSegmentations", a_box(), "points"),
    ("instanceSegmentations", a_box(points=POLYGON[:2]), "points"),
    ("instanceSegmentations", a_box(points=[*POLYGON, [1]]), "points.3"),
    ("keypoints", a_box(keypoints=[{"id": 0, "x": 1}]), "keypoints.0.y"),
    ("keypoints", a_box(keypoints=[{"id": "nose", "x": 1, "y": 2}]), "keypoints.0.id"),
]


@pytest.mark.parametrize(("kind", "annotation", "path"), WRONG_ANNOTATIONS)
def test_wrong_annotation_is_refused_at_its_path(
    caller: Caller, use_case: str, kind: str, annotation: Json, path: str
) -> None:
    event = an_event(use_case=use_case, images=[an_image(**{kind: [annotation]})])
    refused(post(caller, event), 400, "invalid", path=f"images.0.{kind}.0.{path}")


def test_all_four_kinds_of_annotations_come_back(caller: Caller, use_case: str) -> None:
    image = an_image(
        a_box(),
        a_box(confidence=None),
        classifications=[{"class": "day", "confidence": 1}, {"class": "dry"}],
        instanceSegmentations=[a_box("crack", points=POLYGON)],
        keypoints=[a_box("person", keypoints=[{"id": 0, "x": 15.0, "y": 25}]), a_box("person")],
        metadata={"exposure": 12, "lens": "wide", "flash": False},
    )
    event = an_event(use_case=use_case, images=[image], displayImagePosition=0)

    assert "warnings" not in caller.create(event)
    stored = caller.event(event["eventId"])
    assert stored["images"][0].items() >= image.items()
    assert stored["displayImagePosition"] == 0


def test_ids_of_pictures_come_back_whether_or_not_they_were_uploaded(caller: Caller, use_case: str) -> None:
    image = an_image(sourceId=new_id("img-"), inputSourceId=new_id("img-"))
    event = an_event(use_case=use_case, images=[image])
    caller.create(event)
    assert caller.event(event["eventId"])["images"][0].items() >= image.items()


AT_THE_LIMIT = [
    ("eventId", "x" * 200, "x"),
    ("deviceId", "d" * 256, "d"),
    ("streamId", "s" * 256, "s"),
    ("workflowId", "w" * 256, "w"),
    ("comment", "c" * 10_000, "c"),
]


@pytest.mark.parametrize(("field", "longest", "one_more"), AT_THE_LIMIT)
def test_longest_text_is_taken_and_one_more_character_is_refused(
    caller: Caller, use_case: str, field: str, longest: str, one_more: str
) -> None:
    if field == "eventId":
        longest = new_id(longest).ljust(256, "x")
    caller.create(an_event(use_case=use_case, **{field: longest}))
    event = an_event(use_case=use_case, **{field: longest + one_more})
    refused(post(caller, event), 400, "invalid", path=field)
    assert caller.count(use_case) == 1


def test_external_id_has_up_to_1000_characters(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case, eventData={"result": "pass", "externalId": "é" * 1000}))
    event = an_event(use_case=use_case, eventData={"result": "pass", "externalId": "é" * 1001})
    refused(post(caller, event), 400, "invalid", path="eventData.externalId")


def test_an_event_has_up_to_20_images(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case, images=[an_image() for _ in range(20)]))
    event = an_event(use_case=use_case, images=[an_image() for _ in range(21)])
    refused(post(caller, event), 400, "invalid", path="images", says="20")


def test_metadata_has_up_to_100_keys_of_100_characters_and_values_of_1000(caller: Caller, use_case: str) -> None:
    longest = {f"{number:03d} a_B-{'k' * 92}": "v" * 1000 for number in range(100)}
    event = an_event(use_case=use_case, customMetadata=longest)
    caller.create(event)
    assert caller.event(event["eventId"])["customMetadata"] == longest
    for metadata, path in (
        (longest | {"one more": 1}, "customMetadata"),
        ({"k" * 101: 1}, "customMetadata." + "k" * 101),
        ({"k": "v" * 1001}, "customMetadata.k"),
    ):
        event = an_event(use_case=use_case, customMetadata=metadata)
        refused(post(caller, event), 400, "invalid", path=path)


@pytest.mark.parametrize("event_id", ["query", "a/b//c", "50%", "ü 漢 🏭", "..", "a?b#c"])
def test_an_event_id_may_be_any_text(caller: Caller, use_case: str, event_id: str) -> None:
    event_id = new_id(event_id + " ")
    caller.create(an_event(use_case=use_case, eventId=event_id))
    assert caller.ids(use_case) == [event_id]
