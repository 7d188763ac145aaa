"""The parts that every event body of the demo is made of: the head, image entries, boxes and outlines."""

from datetime import UTC, datetime
from math import exp
from random import Random
from typing import Any

from sightlog.demo.plants import PICTURE_HEIGHT, PICTURE_WIDTH
from sightlog.demo.timetable import Slot

Body = dict[str, Any]
Annotations = dict[str, list[dict[str, Any]]]
# Left, top, right and bottom, in pixels of the picture.
Bounds = tuple[float, float, float, float]


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


def box(chance: Random, name: str, bounds: Bounds, confidence: float) -> Body:
    """A found object: the edges (left, top, right, bottom) that were drawn, jittered by a few pixels."""
    left, top, right, bottom = bounds
    shake, luck = min(5.0, 0.1 * (right - left), 0.1 * (bottom - top)), chance.random
    left = max(0.5, left + shake * (luck() - 0.5))
    top = max(0.5, top + shake * (luck() - 0.5))
    right = min(PICTURE_WIDTH - 0.5, right + shake * (luck() - 0.5))
    bottom = min(PICTURE_HEIGHT - 0.5, bottom + shake * (luck() - 0.5))
    return {
        "class": name,
        "x": round((left + right) / 2, 1),
        "y": round((top + bottom) / 2, 1),
        "width": round(right - left - 0.1, 1),
        "height": round(bottom - top - 0.1, 1),
        "confidence": confidence,
    }


def confidence(chance: Random, bounds: Bounds, contrast: float = 1.0) -> float:
    """How sure a model is: less so of what is small or stands out little (`contrast`, 0 to 1)."""
    size = max(1.0, min(bounds[2] - bounds[0], bounds[3] - bounds[1]))
    sure = 0.985 - 0.3 * exp(-size / 16) - 0.3 * (1 - contrast) - 0.05 * chance.random()
    return round(min(0.99, max(0.3, sure)), 2)


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
