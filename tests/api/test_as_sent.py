"""What was sent comes back as sent: kinds of numbers, text to the last code point, the order of keys."""

import json
from typing import Any

import pytest

from tests.builders import SENTENCE, a_box, an_event, an_image
from tests.expect import Caller, answer

NUMBERS = [1, 1.0, 0, 0.0, -0.0, -1, 0.1, 1e-9, 1e15, 1e22, 1.7976931348623157e308, 5e-324]
LARGE = [2**53, -(2**53), 2**53 - 1, 2**32]


def round_trip(caller: Caller, event: dict[str, Any]) -> dict[str, Any]:
    """The event as the query answers it; the same as when it is fetched alone."""
    caller.create(event)
    (queried,) = caller.query(event["useCaseId"])["events"]
    alone = caller.event(event["eventId"])
    assert spelled(alone) == spelled({**queried, "useCaseId": alone["useCaseId"], "receivedAt": alone["receivedAt"]})
    return queried


def spelled(value: Any) -> str:
    """A value so that 1, 1.0 and "1" differ; without regard to the order of keys."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("value", [*NUMBERS, *LARGE, True, False, "", "1", "1.0", "true", "null"], ids=repr)
@pytest.mark.parametrize("thorough", [False, True], ids=["plain", "with an unknown field"])
def test_metadata_values_keep_their_kind(caller: Caller, use_case: str, value: Any, thorough: bool) -> None:
    metadata = {"value": value}
    image = an_image(metadata=metadata)
    extra = {"unknown": value} if thorough else {}
    found = round_trip(caller, an_event(use_case=use_case, customMetadata=metadata, images=[image], **extra))
    assert spelled(found["customMetadata"]) == spelled(metadata)
    assert spelled(found["images"][0]["metadata"]) == spelled(metadata)
    assert spelled(found.get("unknown")) == spelled(extra.get("unknown"))


@pytest.mark.parametrize("thorough", [False, True], ids=["plain", "with an unknown field"])
def test_numbers_of_annotations_keep_their_kind(caller: Caller, use_case: str, thorough: bool) -> None:
    box = a_box(confidence=1, x=320, y=240.0, width=0, height=-0.5)
    segment = a_box(confidence=1.0, points=[[0, 0.0], [1, 1.5], [2.0, 2]])
    person = a_box(keypoints=[{"id": 0, "x": 15, "y": 25.0}])
    image = an_image(box, instanceSegmentations=[segment], keypoints=[person], classifications=[{"class": "a"}])
    extra = {"unknown": 1} if thorough else {}
    event = an_event("inventory_count", use_case, eventData={"itemCount": 3}, images=[image], **extra)
    found = round_trip(caller, event)
    assert spelled({name: found["images"][0][name] for name in image}) == spelled(image)
    assert spelled(found["eventData"]) == spelled(event["eventData"])


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        "é",
        "e\u0301",
        "ﬁ",
        "\u2028\u2029",
        "\U0010ffff",
        "\ufeffbom",
        "\x01\t\n\r\x7f",
        '"\\/',
        "\\ud83c",
    ],
    ids=ascii,
)
def test_text_comes_back_to_the_last_code_point(caller: Caller, use_case: str, text: str) -> None:
    """Nothing is normalised, trimmed or dropped, whether it was sent escaped or as UTF-8."""
    event = an_event(
        "custom",
        use_case,
        deviceId=f" {text} ",
        comment=text,
        eventData={"value": text, "externalId": text},
        customMetadata={"text": text},
        images=[an_image(a_box(text), label=text)],
    )
    for escaped in (True, False):
        content = json.dumps(event, ensure_ascii=escaped).encode()
        answer(caller.http.post("/vision-events", content=content), 201)
        (found,) = caller.query(use_case)["events"]
        for field in ("deviceId", "comment", "eventData", "customMetadata"):
            assert found[field] == event[field]
        assert found["images"][0].items() >= event["images"][0].items()
        assert caller.ids(use_case, deviceId={"operator": "eq", "value": f" {text} "}) == [event["eventId"]]


@pytest.mark.parametrize("thorough", [False, True], ids=["plain", "with an unknown field"])
def test_keys_of_metadata_come_back_in_their_order(caller: Caller, use_case: str, thorough: bool) -> None:
    metadata = dict.fromkeys(["z", "a", "M", "10", "9", "_", "-", "b c"], 1)
    extra = {"unknown": {"z": 1, "a": 2}} if thorough else {}
    event = an_event(use_case=use_case, customMetadata=metadata, images=[an_image(metadata=metadata)], **extra)
    found = round_trip(caller, event)
    assert list(found["customMetadata"]) == list(metadata)
    assert list(found["images"][0]["metadata"]) == list(metadata)
    assert list(found.get("unknown", {})) == list(extra.get("unknown", {}))


def test_values_survive_use_as_a_filter_and_in_facets(caller: Caller, use_case: str) -> None:
    for value in (2**53, 2**53 - 1, 0.1):
        caller.create(an_event(use_case=use_case, customMetadata={"serial": value}))
    for value in (2**53, 2**53 - 1, 0.1):
        only = [{"field": "serial", "operator": "eq", "value": value}]
        assert caller.count(use_case, customMetadataFilters=only) == 1
    values = caller.facets(use_case)["customMetadata"]["serial"]["values"]
    assert sorted(entry["value"] for entry in values) == [0.1, 2**53 - 1, 2**53]
