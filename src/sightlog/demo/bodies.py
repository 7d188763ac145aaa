"""The parts that every event body of the demo is made of: the head, image entries, boxes and outlines."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from sightlog.demo.plants import PICTURE_HEIGHT, PICTURE_WIDTH
from sightlog.demo.timetable import Slot

Body = dict[str, Any]
Annotations = dict[str, list[dict[str, Any]]]


def wire_time(moment: datetime) -> str:
    """`2026-08-13T09:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_body(slot: Slot, event_type: str, event_data: Body, metadata: Body, annotations: Annotations) -> Body:
    """The body of a create call for this slot."""
    camera = slot.camera
    return {
        "eventId": slot.event_id,
        "eventType": event_type,
        "useCaseId": camera.use_case,
        "timestamp": wire_time(slot.moment),
        "deviceId": camera.device_id,
        "streamId": camera.stream_id,
        "workflowId": camera.workflow_id,
        "eventData": event_data,
        "customMetadata": metadata,
        "images": [image_entry(slot, annotations)],
        "displayImagePosition": 0,
    }


def image_entry(slot: Slot, annotations: Annotations) -> Body:
    """The event's one picture and what was found on it. The place where a picture's `sourceId` belongs."""
    exposure_ms = round(2.0 + 6.0 * slot.chance.random(), 1)
    found = {name: listed for name, listed in annotations.items() if listed}
    return {
        "label": "workflow",
        "metadata": {"exposure_ms": exposure_ms, "gain_db": slot.ordinal % 4 * 3},
        **found,
    }


def box(chance: Random, name: str, x: float, y: float, width: float, height: float, lowest: float = 0.8) -> Body:
    """A found object around this centre, jittered by a few pixels and kept inside the picture."""
    width = min(width + 4 * chance.random(), PICTURE_WIDTH - 2.0)
    height = min(height + 4 * chance.random(), PICTURE_HEIGHT - 2.0)
    return {
        "class": name,
        "x": round(_inside(x + 4 * chance.random() - 2, width, PICTURE_WIDTH), 1),
        "y": round(_inside(y + 4 * chance.random() - 2, height, PICTURE_HEIGHT), 1),
        "width": round(width, 1),
        "height": round(height, 1),
        "confidence": round(lowest + (0.99 - lowest) * chance.random(), 2),
    }


def outline(name: str, points: list[tuple[float, float]], confidence: float) -> Body:
    """A found shape: its outline and the box around it."""
    xs = [round(_inside(x, 2, PICTURE_WIDTH), 1) for x, _ in points]
    ys = [round(_inside(y, 2, PICTURE_HEIGHT), 1) for _, y in points]
    return {
        "class": name,
        "x": round((min(xs) + max(xs)) / 2, 1),
        "y": round((min(ys) + max(ys)) / 2, 1),
        "width": round(max(xs) - min(xs), 1),
        "height": round(max(ys) - min(ys), 1),
        "confidence": round(confidence, 2),
        "points": [[x, y] for x, y in zip(xs, ys, strict=True)],
    }


def _inside(middle: float, size: float, limit: int) -> float:
    return min(max(middle, size / 2 + 0.5), limit - size / 2 - 0.5)
