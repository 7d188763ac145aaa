"""The forms for filters, without scripts: choosing a field, its values, and what comes of it."""

import re
from typing import Any

import httpx
import pytest

from tests.dashboard.conftest import Visitor
from tests.dashboard.test_events import event, link_with, shown
from tests.expect import Caller


@pytest.fixture
def address(owner: Visitor, caller: Caller, use_case: str) -> str:
    caller.batch(
        event(use_case, 1, deviceId="cam-1", customMetadata={"lot": "4711", "temp": 70}),
        event(use_case, 2, deviceId="cam-2", customMetadata={"lot": "x", "temp": "hot"}),
        event(use_case, 3, eventType="safety_alert", eventData={"alertType": "fire"}),
    )
    return f"/{owner.workspace}/vision-events/{use_case}"


def apply(owner: Visitor, address: str, **fields: Any) -> httpx.QueryParams:
    """Where the form leads to."""
    answer = owner.get(f"{address}/filter", params={"set": "1", **fields})
    assert answer.status_code == 303, answer.text
    return httpx.URL(answer.headers["location"]).params


def test_every_field_that_occurs_is_offered_with_its_values(owner: Visitor, address: str) -> None:
    choice = owner.get(f"{address}/filter").text
    for words in ("Device", "Event type", "Feedback", "Warnings", "Alert type", "lot", "temp"):
        link_with(choice, words)
    device = owner.get(link_with(choice, "Device")).text
    assert 'value="cam-1"' in device
    fields = {one["name"]: one for one in owner.get(f"{address}/filter-fields").json()}
    assert fields["device"]["values"] == [["cam-1", "cam-1", 1], ["cam-2", "cam-2", 1]]
    assert fields["m.lot"]["types"] == ["string"]
    assert ['"4711"', "4711", 1] in fields["m.lot"]["values"]
    assert fields["field.alert_type"]["values"] == [["fire", "fire", None]]
    operators = [operator for operator, _ in fields["m.temp"]["comparisons"]]
    assert {"gt", "contains", "exists:number", "exists:string"} <= set(operators)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"of": "device", "value": ["cam-1", "cam-2"]}, [("device", "cam-1"), ("device", "cam-2")]),
        ({"of": "device", "operator": "not", "value": "cam-1"}, [("device.not", "cam-1")]),
        ({"of": "device", "operator": "contains", "typed": " cam "}, [("device.contains", "cam")]),
        ({"of": "device", "operator": "exists:no"}, [("device.exists", "no")]),
        ({"of": "m.lot", "typed": "4711"}, [("m.lot", '"4711"')]),
        ({"of": "m.temp", "operator": "gt", "typed": "50"}, [("m.temp.gt", "50")]),
        ({"of": "m.temp", "operator": "exists:string"}, [("m.temp.exists", "string")]),
        ({"of": "device"}, []),
        ({"of": "class", "value": "dent", "confidence": "0.6"}, [("confidence", "0.6"), ("class", "dent")]),
        ({"of": "from", "from": "2026-11-20", "to": ""}, [("from", "2026-11-20")]),
        ({"of": "from", "from": "2026-11-20T09:00"}, [("from", "2026-11-20T09:00:00Z")]),
        ({"of": "from", "from": "lately"}, [("from", "lately")]),
    ],
)
def test_what_the_form_says_comes_into_the_address(
    owner: Visitor, address: str, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    owner_zone = owner.get(address).text
    assert "UTC" in owner_zone  # the zone of the tests' server, in which the times above are
    assert apply(owner, address, **fields).multi_items() == expected


def test_editing_a_chip_keeps_the_others(owner: Visitor, address: str) -> None:
    page = owner.get(address, params={"device": "cam-1", "type": "quality_check", "view": "rows"}).text
    form = owner.get(link_with(page, "Device is cam-1")).text
    assert re.search(r'value="cam-1"\s+checked', form)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    hidden.pop("csrf")  # of the form that signs out
    assert hidden == {"type": "quality_check", "view": "rows", "of": "device", "set": "1"}
    answer = owner.get(f"{address}/filter", params=hidden | {"value": "cam-2"})
    assert len(shown(owner.get(answer.headers["location"]).text)) == 1


def test_a_filter_within_a_segment_leaves_the_rest_of_it(owner: Visitor, address: str) -> None:
    assert apply(owner, address, segment="review", of="feedback", value="incorrect").multi_items() == [
        ("outcome", "fail"),
        ("outcome", "alert"),
        ("feedback", "incorrect"),
    ]


def test_the_same_question_for_scripts(owner: Visitor, address: str, use_case: str) -> None:
    page = owner.get(f"{address}/request", params={"device": "cam-1"}).text
    assert "&#34;deviceId&#34;" in page
    assert use_case in page
    assert "query_all_vision_events" in page
