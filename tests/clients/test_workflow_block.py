"""What the official workflow block sends, request by request, in both of its modes (contract 11 and 12).

The block itself needs hundreds of megabytes of packages; `roboflow-workflows` 0.2.13 was run against the server by
hand and sent just this.
"""

import base64
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from tests.builders import MAIN_DATA, an_event, new_name
from tests.expect import Caller, answer
from tests.pictures.making import photograph
from tests.processes import Server

Json = dict[str, Any]

INFERENCE_HEADERS = {"X-Roboflow-Inference-Version": "1.4.0", "X-Allow-Chunked": "true"}
DETECTION = {"class": "scratch", "x": 35.0, "y": 50.0, "width": 50.0, "height": 60.0, "confidence": 0.9}
OUTPUT_QUALITY, INPUT_QUALITY = 85, 95


def as_jpeg(frame: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    frame.save(file, "JPEG", quality=quality)
    return file.getvalue()


def now() -> str:
    """As Python's isoformat writes it: microseconds, unless there happen to be none, and +00:00."""
    return datetime.now(UTC).isoformat()


@pytest.fixture(scope="module")
def frame() -> Image.Image:
    return photograph(640, 480)


@pytest.fixture(scope="module")
def drawn(frame: Image.Image) -> Image.Image:
    return frame.rotate(180)


class CloudMode:
    """Uploads the output picture, then the input one, then sends the event; any error of an upload ends it."""

    def __init__(self, server: Server, key: str) -> None:
        self.base_url = server.url
        self.headers = INFERENCE_HEADERS | {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(timeout=30, trust_env=False)

    def run(self, solution: str, event_type: str, event_data: Json, **inputs: Any) -> tuple[int, str]:
        entry: Json = {}
        if inputs.get("output"):
            entry["sourceId"] = self._upload(as_jpeg(inputs["output"], OUTPUT_QUALITY))
        if inputs.get("frame"):
            entry["inputSourceId"] = self._upload(as_jpeg(inputs["frame"], INPUT_QUALITY))
        if entry:
            entry |= {"label": "workflow"} | inputs.get("predictions", {})
        payload: Json = {
            "eventId": str(uuid4()),
            "eventType": event_type,
            "useCaseId": solution,
            "timestamp": now(),
            "images": [entry] if entry else [],
        }
        if event_data:
            payload["eventData"] = event_data
        if inputs.get("metadata"):
            payload["customMetadata"] = inputs["metadata"]
        if entry:
            payload["displayImagePosition"] = 0
        headers = self.headers | {"Content-Type": "application/json"}
        reply = self.http.post(f"{self.base_url}/vision-events", headers=headers, content=json.dumps(payload))
        return reply.status_code, payload["eventId"]

    def _upload(self, content: bytes) -> str:
        files = {"file": ("image.jpg", content, "image/jpeg")}
        reply = self.http.post(f"{self.base_url}/vision-events/upload", headers=self.headers, files=files)
        reply.raise_for_status()
        result = reply.json()
        assert isinstance(result.get("url", ""), str)
        source_id: str = result["sourceId"]
        return source_id


class DeviceMode:
    """Sends everything in one request; the pictures in base64, both of quality 95 when the block encodes them."""

    def __init__(self, server: Server, key: str) -> None:
        self.event_store_url = server.url + "/"
        self.headers = {"Content-Type": "application/json", "X-API-Key": key}
        self.http = httpx.Client(timeout=30, trust_env=False)

    def run(self, solution: str, event_type: str, event_data: Json, **inputs: Any) -> tuple[int, str]:
        entry: Json = {}
        if inputs.get("output"):
            entry["base64Image"] = base64.b64encode(as_jpeg(inputs["output"], INPUT_QUALITY)).decode()
        if inputs.get("frame"):
            entry["inputBase64Image"] = base64.b64encode(as_jpeg(inputs["frame"], INPUT_QUALITY)).decode()
        if entry:
            entry |= {"label": "workflow"} | inputs.get("predictions", {})
        payload: Json = {
            "inference_timestamp": now(),
            "solution": solution,
            "event_schema": event_type,
            "event_data": event_data,
            "images": [entry] if entry else [],
        }
        if inputs.get("metadata"):
            payload["custom_metadata"] = inputs["metadata"]
        if entry:
            payload["displayImagePosition"] = 0
        url = f"{self.event_store_url.rstrip('/')}/v2/events"
        reply = self.http.post(url, headers=self.headers, content=json.dumps(payload))
        return reply.status_code, str(reply.json().get("id", ""))


Mode = CloudMode | DeviceMode


@pytest.fixture(params=[CloudMode, DeviceMode], ids=["cloud mode", "device mode"])
def block(request: pytest.FixtureRequest, server: Server, caller: Caller) -> Iterator[Mode]:
    """The block in one of its modes, with a key of the first workspace."""
    made: Mode = request.param(server, caller.key)
    with made.http:
        yield made


def test_event_with_both_pictures_arrives_whole(
    block: Mode, caller: Caller, nobody: httpx.Client, use_case: str, frame: Image.Image, drawn: Image.Image
) -> None:
    inputs = {"output": drawn, "frame": frame, "predictions": {"objectDetections": [DETECTION]}}
    data = {"result": "fail", "externalId": "part-7"}
    status, event_id = block.run(use_case, "quality_check", data, metadata={"line": "A1"}, **inputs)
    assert status == 201

    (event,) = caller.query(use_case)["events"]
    assert event["eventId"] == event_id
    assert event["timestamp"].endswith("Z")
    assert (event["eventType"], event["eventData"], event["customMetadata"]) == ("quality_check", data, {"line": "A1"})
    assert event["displayImagePosition"] == 0
    assert not {"deviceId", "streamId", "workflowId", "comment", "warnings"} & event.keys()
    (image,) = event["images"]
    assert (image["label"], image["objectDetections"]) == ("workflow", [DETECTION])
    quality = INPUT_QUALITY if isinstance(block, DeviceMode) else OUTPUT_QUALITY
    assert nobody.get(image["url"]).content == as_jpeg(drawn, quality)
    assert nobody.get(image["inputUrl"]).content == as_jpeg(frame, INPUT_QUALITY)
    assert [image[name] for name in ("width", "height", "inputWidth", "inputHeight")] == [640, 480, 640, 480]


@pytest.mark.parametrize("which", ["output", "frame"])
def test_event_with_one_picture_arrives(
    block: Mode, caller: Caller, use_case: str, frame: Image.Image, which: str
) -> None:
    assert block.run(use_case, "custom", {"value": "x"}, **{which: frame})[0] == 201
    (image,) = caller.query(use_case)["events"][0]["images"]
    named = {"output": {"sourceId", "url", "thumbUrl", "width", "height"}}
    named["frame"] = {"inputSourceId", "inputUrl", "inputThumbUrl", "inputWidth", "inputHeight"}
    assert image.keys() == {"label"} | named[which]


@pytest.mark.parametrize("event_type", MAIN_DATA)
def test_event_of_each_type_without_pictures_arrives(
    block: Mode, caller: Caller, use_case: str, event_type: str
) -> None:
    assert block.run(use_case, event_type, MAIN_DATA[event_type])[0] == 201
    (event,) = caller.query(use_case)["events"]
    assert (event["eventType"], event["eventData"], event["images"]) == (event_type, MAIN_DATA[event_type], [])
    assert "displayImagePosition" not in event


def test_event_without_any_data_arrives(block: Mode, caller: Caller, use_case: str) -> None:
    """A custom event with neither value nor external id: in the cloud mode the key is then left out."""
    assert block.run(use_case, "custom", {})[0] == 201
    assert caller.query(use_case)["events"][0]["eventData"] == {}


def test_predictions_of_every_kind_arrive(block: Mode, caller: Caller, use_case: str, frame: Image.Image) -> None:
    box = {name: value for name, value in DETECTION.items() if name != "class"}
    kinds: list[Json] = [
        {"classifications": [{"class": "day", "confidence": 0.0}]},
        {
            "instanceSegmentations": [
                {"class": "crack", **box, "points": [[10.0, 20.0], [50.0, 20.0], [50.0, 60.0]]},
            ],
            "objectDetections": [{"class": "unknown", **box}],
        },
        {"keypoints": [{"class": "person", **box, "keypoints": [{"id": 0, "x": 15.0, "y": 25.0}]}]},
        {"keypoints": [{"class": "person", **box}]},
    ]
    for predictions in kinds:
        status, event_id = block.run(use_case, "custom", {"value": "x"}, output=frame, predictions=predictions)
        assert status == 201
        image = caller.event(event_id)["images"][0]
        assert {name: image[name] for name in predictions} == predictions
        assert "warnings" not in caller.event(event_id)


def test_same_picture_as_input_and_output_is_two_ids(
    block: Mode, caller: Caller, use_case: str, frame: Image.Image
) -> None:
    block.run(use_case, "custom", {"value": "x"}, output=frame, frame=frame)
    (image,) = caller.query(use_case)["events"][0]["images"]
    assert image["sourceId"] != image["inputSourceId"]


def test_review_reaches_the_event(block: Mode, caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    block.run(use_case, "operator_feedback", {"relatedEventId": event["eventId"], "feedback": "incorrect"})
    assert caller.event(event["eventId"])["feedback"]["status"] == "incorrect"


def test_use_case_that_does_not_exist_is_refused_in_the_cloud_mode(server: Server, caller: Caller) -> None:
    """There somebody chose it from a list; the pictures that are there already go after a day."""
    block = CloudMode(server, caller.key)
    with block.http:
        assert block.run(new_name("Never made"), "custom", {"value": "x"})[0] == 400


def test_use_case_that_does_not_exist_is_made_in_the_device_mode(server: Server, caller: Caller) -> None:
    block, name = DeviceMode(server, caller.key), new_name("Made by the block")
    with block.http:
        assert block.run(name, "custom", {"value": "x"})[0] == 201
    rows = answer(caller.http.get("/vision-events/use-cases"))["useCases"]
    assert [row["eventCount"] for row in rows if row["name"] == name] == [1]


def test_wrong_key_ends_it_at_its_first_request(server: Server, use_case: str, frame: Image.Image) -> None:
    wrong = "sl_" + "0e" * 32
    cloud, device = CloudMode(server, wrong), DeviceMode(server, wrong)
    with cloud.http, pytest.raises(httpx.HTTPStatusError, match="401"):
        cloud.run(use_case, "custom", {"value": "x"}, output=frame)
    with device.http:
        assert device.run(use_case, "custom", {"value": "x"}) == (401, "")


def test_headers_of_a_gateway_do_not_matter(server: Server, caller: Caller, use_case: str, frame: Image.Image) -> None:
    """The block adds what ROBOFLOW_API_EXTRA_HEADERS holds to each request (contract 2.2)."""
    block = CloudMode(server, caller.key)
    block.headers |= {"x-temporary-auth-token": "abc", "X-Forwarded-Host": "elsewhere.example"}
    with block.http:
        assert block.run(use_case, "custom", {"value": "x"}, output=frame)[0] == 201
    url = caller.query(use_case)["events"][0]["images"][0]["url"]
    assert url.startswith("/vision-events/images/")


def test_what_the_inference_server_asks_around_it_is_answered(caller: Caller, nobody: httpx.Client) -> None:
    reply = nobody.get("/", params={"api_key": caller.key, "nocache": "true"}, headers=INFERENCE_HEADERS)
    assert answer(reply)["workspace"] == caller.workspace
    assert answer(nobody.post("/usage/inference", json=[{"usage": 1}])) == {}
