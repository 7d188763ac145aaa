"""POST /v2/events: the device dialect (contract 11.1)."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.builders import EVENT_TYPES, MAIN_DATA, a_box, an_event, moment, new_id, new_name
from tests.expect import Caller, answer
from tests.pictures.sending import a_picture, hash_of, kept_files
from tests.processes import Server

PATH = "/v2/events"
Json = dict[str, Any]


def from_device(event_schema: str = "quality_check", **changes: Any) -> Json:
    """A valid event in a device's words; Ellipsis leaves a field out."""
    event: Json = {
        "inference_timestamp": moment(minutes=10),
        "event_schema": event_schema,
        "event_data": dict(MAIN_DATA.get(event_schema, {})),
        "images": [],
    }
    return {name: value for name, value in (event | changes).items() if value is not ...}


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def device(caller: Caller, server: Server) -> Iterator[httpx.Client]:
    """Requests as a device sends them: its key in X-API-Key."""
    with server.client(None) as http:
        http.headers["X-API-Key"] = caller.key
        yield http


def taken(device: httpx.Client, event: Json) -> str:
    """The id of a device's event, which must be accepted."""
    reply = answer(device.post(PATH, json=event), 201)
    assert reply.keys() == {"id"}
    assert isinstance(reply["id"], str)
    return str(reply["id"])


def refused(response: httpx.Response, status: int, says: str) -> Json:
    """The body of a refusal in this dialect: `detail` is text."""
    body: Json = answer(response, status)
    assert isinstance(body["detail"], str)
    assert says.casefold() in body["detail"].casefold(), body
    return body


def use_cases(caller: Caller) -> list[str]:
    rows = answer(caller.http.get("/vision-events/use-cases", params={"status": "all"}))["useCases"]
    return sorted(row["name"] for row in rows)


def test_every_field_finds_its_place(caller: Caller, device: httpx.Client, use_case: str) -> None:
    shown, frame = a_picture(), a_picture("image/png", width=200, height=100)
    entry = {
        "base64Image": in_base64(shown),
        "inputBase64Image": in_base64(frame),
        "label": "workflow",
        "objectDetections": [a_box()],
    }
    event = from_device(
        inference_timestamp=moment(minutes=5).replace("Z", "+00:00"),
        solution=use_case,
        event_data={"result": "fail", "externalId": "part-7"},
        images=[entry],
        displayImagePosition=0,
        custom_metadata={"line": "A1", "temperature": 72.5, "rework": False},
    )
    stored = caller.event(taken(device, event))
    assert stored["useCaseId"] == use_case
    assert stored["eventType"] == "quality_check"
    assert stored["timestamp"] == event["inference_timestamp"].replace("+00:00", "Z")
    assert stored["eventData"] == event["event_data"]
    assert stored["customMetadata"] == event["custom_metadata"]
    assert stored["displayImagePosition"] == 0
    assert "warnings" not in stored
    (image,) = stored["images"]
    assert not {"base64Image", "inputBase64Image"} & image.keys()
    assert (image["label"], image["objectDetections"]) == ("workflow", [a_box()])
    assert caller.picture(image["sourceId"]).content == shown
    assert caller.picture(image["inputSourceId"]).content == frame
    assert (image["width"], image["inputWidth"]) == (96, 200)


def test_picture_is_never_in_the_rows(caller: Caller, device: httpx.Client, use_case: str) -> None:
    data = a_picture()
    id = taken(device, from_device(solution=use_case, images=[{"base64Image": in_base64(data)}]))
    assert in_base64(data)[:100] not in json.dumps(caller.event(id))


@pytest.mark.parametrize("event_schema", EVENT_TYPES)
def test_every_schema_is_taken(caller: Caller, device: httpx.Client, use_case: str, event_schema: str) -> None:
    id = taken(device, from_device(event_schema, solution=use_case))
    assert caller.event(id)["eventType"] == event_schema


def test_what_the_event_writer_sends_is_taken(caller: Caller, device: httpx.Client) -> None:
    """It never names a use case, and sends empty metadata along (contract 11.1)."""
    entry = {"base64Image": in_base64(a_picture()), "label": "workflow"}
    event = from_device(images=[entry], displayImagePosition=0, custom_metadata={})
    assert caller.event(taken(device, event))["customMetadata"] == {}


def test_source_may_be_named(caller: Caller, device: httpx.Client, use_case: str) -> None:
    named = {"device_id": "edge-7", "stream_id": "line-2", "workflow_id": "wf-1"}
    stored = caller.event(taken(device, from_device(solution=use_case, **named)))
    assert (stored["deviceId"], stored["streamId"], stored["workflowId"]) == ("edge-7", "line-2", "wf-1")


def test_use_case_may_be_named_by_its_name(caller: Caller, device: httpx.Client) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    taken(device, from_device(solution=name))
    assert caller.count(use_case) == 1


def test_use_case_that_does_not_exist_is_made(caller: Caller, device: httpx.Client) -> None:
    name = new_name("Neue Linie ü")
    ids = [taken(device, from_device(solution=name)) for _ in range(2)]
    made = {caller.event(id)["useCaseId"] for id in ids}
    assert len(made) == 1
    row = caller.use_case(made.pop())
    assert (row["name"], row["status"], row["eventCount"]) == (name, "active", 2)


@pytest.mark.parametrize("solution", [..., None, ""])
def test_without_a_use_case_the_default_one_takes_it(caller: Caller, device: httpx.Client, solution: Any) -> None:
    stored = caller.event(taken(device, from_device(solution=solution)))
    assert caller.use_case(stored["useCaseId"])["name"] == "Device events"


def test_same_body_again_is_the_same_event(caller: Caller, device: httpx.Client, use_case: str) -> None:
    """A device that got no answer sends it once more."""
    event = from_device(solution=use_case, images=[{"base64Image": in_base64(a_picture())}])
    assert taken(device, event) == taken(device, event)
    assert caller.count(use_case) == 1
    other = event | {"images": [{"base64Image": in_base64(a_picture())}]}
    assert taken(device, other) != taken(device, event)


def test_bearer_key_is_taken_too(caller: Caller, use_case: str) -> None:
    taken(caller.http, from_device(solution=use_case))


def test_without_a_valid_key_it_is_refused(nobody: httpx.Client, caller: Caller, use_case: str) -> None:
    before = use_cases(caller)
    for headers in ({}, {"X-API-Key": ""}, {"X-API-Key": "sl_" + "0b" * 32}, {"X-API-Key": "é".encode("latin-1")}):
        event = from_device(solution=new_name("Never made"))
        refused(nobody.post(PATH, json=event, headers=headers), 401, "key")
    assert use_cases(caller) == before


def test_key_that_may_only_read_is_refused_and_one_that_may_only_write_is_enough(
    reader: httpx.Client, writer: httpx.Client, use_case: str
) -> None:
    refused(reader.post(PATH, json=from_device(solution=use_case)), 403, "vision-events:write")
    taken(writer, from_device(solution=new_name()))


def test_key_of_another_workspace_writes_only_there(
    caller: Caller, stranger: Caller, device: httpx.Client, use_case: str
) -> None:
    id = taken(stranger.http, from_device(solution=use_case))
    assert caller.http.get(f"/vision-events/events/{id}").status_code == 404
    assert stranger.use_case(stranger.event(id)["useCaseId"])["name"] == use_case
    assert caller.count(use_case) == 0


BAD: list[tuple[Json, str]] = [
    ({"event_schema": "nonsense"}, "event_schema"),
    ({"event_schema": ...}, "event_schema"),
    ({"inference_timestamp": ...}, "inference_timestamp"),
    ({"inference_timestamp": "yesterday"}, "inference_timestamp"),
    ({"inference_timestamp": moment(days=400)}, "inference_timestamp"),
    ({"event_data": []}, "event_data"),
    ({"event_data": {"result": "maybe"}}, "event_data.result"),
    ({"custom_metadata": {"a": [1]}}, "custom_metadata.a"),
    ({"custom_metadata": {"é": 1}}, "custom_metadata"),
    ({"images": "none"}, "images"),
    ({"images": [7]}, "images.0"),
    ({"images": [{"objectDetections": [{}]}]}, "images.0.objectDetections.0"),
    ({"displayImagePosition": -1}, "displayImagePosition"),
    ({"solution": 5}, "solution"),
    ({"solution": "x" * 257}, "solution"),
    ({"device_id": 5}, "device_id"),
    ({"images": [{}] * 21}, "images"),
]


@pytest.fixture
def _nothing_is_stored(caller: Caller, server: Server) -> Iterator[None]:
    """After the test there is no use case, no event and no file more than before."""
    listing = "/vision-events/use-cases"
    before = answer(caller.http.get(listing))["useCases"], kept_files(server.data)
    yield
    assert (answer(caller.http.get(listing))["useCases"], kept_files(server.data)) == before
    answer(caller.http.get("/readyz"))


stores_nothing = pytest.mark.usefixtures("_nothing_is_stored")


@stores_nothing
@pytest.mark.parametrize(("changes", "says"), BAD, ids=lambda value: str(value)[:40])
def test_bad_event_is_refused_in_the_devices_words_and_makes_no_use_case(
    device: httpx.Client, changes: Json, says: str
) -> None:
    refused(device.post(PATH, json=from_device(**({"solution": new_name("Never made")} | changes))), 400, says)


@stores_nothing
@pytest.mark.parametrize("content", [b"", b"{", b"hello", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_refused(device: httpx.Client, content: bytes) -> None:
    refused(device.post(PATH, content=content), 400, "JSON" if content[:1] != b"[" else "nested")


@stores_nothing
@pytest.mark.parametrize("content", [b"[]", b"null", b"7", b'"x"'])
def test_what_is_no_object_is_refused(device: httpx.Client, content: bytes) -> None:
    refused(device.post(PATH, content=content), 400, "object")


WHOLE = in_base64(a_picture())
NO_BASE64 = {
    "words": "!!! not base64",
    "cut": WHOLE[:-3],
    "with a prefix": "data:image/jpeg;base64," + WHOLE,
    "of the address kind": WHOLE.replace("/", "_") + "_-==",
    "other letters": "é" * 40,
    "a number": 7,
    "a list": [WHOLE],
    "an object": {"data": WHOLE},
    "true": True,
}


@stores_nothing
@pytest.mark.parametrize("bad", NO_BASE64.values(), ids=NO_BASE64)
@pytest.mark.parametrize("field", ["base64Image", "inputBase64Image"])
def test_base64_that_is_not_is_refused_with_its_place(device: httpx.Client, field: str, bad: Any) -> None:
    images = [{"base64Image": in_base64(a_picture())}, {field: bad}]
    event = from_device(solution=new_name("Never made"), images=images)
    refused(device.post(PATH, json=event), 400, f"images.1.{field}")


@stores_nothing
@pytest.mark.parametrize(
    ("data", "status"),
    [(b"text", 415), (b"", 415), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415), (a_picture()[:-40], 400)],
    ids=["text", "empty", "SVG", "truncated"],
)
def test_base64_of_no_picture_is_refused(device: httpx.Client, data: bytes, status: int) -> None:
    images = [{"base64Image": in_base64(a_picture()), "inputBase64Image": in_base64(data)}]
    event = from_device(solution=new_name("Never made"), images=images)
    refused(device.post(PATH, json=event), status, "")


@stores_nothing
def test_picture_over_the_limit_is_refused(device: httpx.Client) -> None:
    too_large = a_picture().ljust(20_000_001, b"\0")
    event = from_device(solution=new_name("Never made"), images=[{"base64Image": in_base64(too_large)}])
    refused(device.post(PATH, json=event), 400, "20,000,000")


@stores_nothing
def test_body_over_the_limit_is_refused(device: httpx.Client) -> None:
    refused(device.post(PATH, content=b" " * 64_000_001), 413, "64,000,000")


def test_archived_use_case_is_refused_and_keeps_no_picture(
    caller: Caller, device: httpx.Client, server: Server, use_case: str
) -> None:
    caller.archive(use_case)
    data = a_picture()
    event = from_device(solution=use_case, images=[{"base64Image": in_base64(data)}])
    refused(device.post(PATH, json=event), 400, "archived")
    assert hash_of(data) not in kept_files(server.data)
    assert caller.count(use_case) == 0


def test_id_may_be_given(caller: Caller, device: httpx.Client, use_case: str) -> None:
    id = new_id("device-")
    assert taken(device, from_device(solution=use_case, event_id=id)) == id


def test_feedback_reaches_its_event(caller: Caller, device: httpx.Client, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    data = {"relatedEventId": event["eventId"], "feedback": "incorrect"}
    taken(device, from_device("operator_feedback", solution=use_case, event_data=data))
    assert caller.event(event["eventId"])["feedback"]["status"] == "incorrect"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused_in_this_dialect(device: httpx.Client, method: str) -> None:
    refused(device.request(method, PATH), 405, "POST")
