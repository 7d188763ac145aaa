"""From a device's body to the body of create, and from stored events to a device's reply (contract 11)."""

import base64
import binascii
from typing import Any

from msgspec import json

from sightlog.blobs.contract import Blobs
from sightlog.domain.errors import Invalid
from sightlog.domain.limits import Limits
from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import format_timestamp
from sightlog.operations.deliveries import Attached

# A device's name → ours. What is inside event_data and images is camelCase in both dialects.
_NAMES = {
    "event_schema": "eventType",
    "event_data": "eventData",
    "inference_timestamp": "timestamp",
    "solution": "useCaseId",
    "custom_metadata": "customMetadata",
    "device_id": "deviceId",
    "stream_id": "streamId",
    "workflow_id": "workflowId",
    "display_image_position": "displayImagePosition",
    "event_id": "eventId",
}
_THEIRS = {ours: theirs for theirs, ours in _NAMES.items() if theirs != "display_image_position"}
_PICTURES = (("base64Image", "sourceId"), ("inputBase64Image", "inputSourceId"))


def to_create_body(plain: Any) -> dict[str, Any]:
    """The body of create, its pictures still inside. Raises Invalid when it is no object."""
    if not isinstance(plain, dict):
        raise Invalid.at("", "expected an object")
    return {_NAMES.get(str(name), str(name)): value for name, value in plain.items()}


def in_device_words(path: str) -> str:
    """A problem's path, its first part as the device had called it."""
    first, dot, rest = path.partition(".")
    return _THEIRS.get(first, first) + dot + rest


def take_pictures(body: dict[str, Any], blobs: Blobs, limits: Limits, attached: list[Attached]) -> None:
    """Move the base64 pictures out of the body into files, noting each in `attached`. Raises Invalid."""
    entries = body.get("images")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue  # reading the event will say so
        for name, id_field in _PICTURES:
            text = entry.pop(name, None)
            if text is None:
                continue
            content = _decoded(f"images.{index}.{name}", text)
            if len(content) > limits.upload_bytes:
                raise Invalid.at(f"images.{index}.{name}", f"larger than {limits.upload_bytes:,} bytes")
            incoming = blobs.receive()
            attached.append(Attached(index, id_field, incoming))
            incoming.write(content)


def _decoded(path: str, text: Any) -> bytes:
    if not isinstance(text, str):
        raise Invalid.at(path, "expected a picture in base64, as text")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid.at(path, "not base64; send the picture's bytes in base64, without a data: prefix") from None


def to_device_event(event: StoredEvent) -> dict[str, Any]:
    """A stored event in a device's words: snake_case outside, as replies of the edge service are."""
    plain = json.decode(event.rest)
    reply: dict[str, Any] = {"id": plain.pop("eventId")}
    reply.update({_THEIRS.get(name, name): value for name, value in plain.items()})
    reply["images"] = json.decode(event.images)
    reply["solution"] = event.use_case_name
    reply["use_case_id"] = event.use_case_id
    reply["received_at"] = format_timestamp(event.received_at)
    return reply
