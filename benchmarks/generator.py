"""The events of every benchmark: made from their number and a seed, valid by the contract, about 1.2 kB of JSON each.

Four use cases share them unevenly. What the queries look for has a known frequency:
serial 0.01 % each, line 10 % each, passed 90 % true, temperature even between 15 and 45, firmware and operator there
in all but 0.01 %, three detections of twenty classes from common to rare. One event in a hundred arrives hours late.
The smallest use case is reviewed nearly completely, the others by two events in a hundred. The events name no pictures.
"""

from collections import deque
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.domain.times import MICROSECONDS_PER_DAY, format_timestamp

CHUNK_EVENTS = 10_000
USE_CASES = ("Body shop", "Paint line", "Warehouse", "Final audit")
_USE_CASE_BOUNDS = (0.55, 0.80, 0.95, 1.0)
AUDITED = USE_CASES[3]
CLASSES = tuple(
    "person scratch dent forklift bottle cap_missing label crack pallet box"
    " helmet vest glove truck spill smoke bolt nut weld barcode".split()
)
LINES = 10
OPERATORS_PER_LINE = 5
USUAL_FIRMWARE = "2.4.1"
_DAYS = 30
_HOUR = 3_600_000_000
_REVIEW_LAG_EVENTS = 40
_COMMENT = (
    "Taken at the end of the cell by the second camera, lamp B on, exposure 4 ms, gain 12 dB, belt at 0.8 m/s;"
    " checked again against the reference part of the shift, which was within its tolerance."
)

Event = dict[str, Any]


class EventStream(Struct, frozen=True):
    """`count` events spread over the thirty days before `end` (microseconds), in the order of their arrival."""

    count: int
    end: int
    seed: int = 20

    @property
    def spacing(self) -> int:
        """Microseconds between two events."""
        return _DAYS * MICROSECONDS_PER_DAY // self.count

    def chunks(self) -> range:
        """The numbers of the chunks."""
        return range(-(-self.count // CHUNK_EVENTS))

    def events(self, chunk: int) -> list[Event]:
        """The events of one chunk; always the same ones for the same number."""
        first = chunk * CHUNK_EVENTS
        return _Chunk(self, first, min(CHUNK_EVENTS, self.count - first)).make()

    def single_bodies(self, chunk: int) -> list[bytes]:
        """The chunk as bodies for `POST /vision-events`."""
        return [msgspec.json.encode(event) for event in self.events(chunk)]

    def batch_bodies(self, chunk: int, size: int = 100) -> list[bytes]:
        """The chunk as bodies for `POST /vision-events/batch`."""
        events = self.events(chunk)
        return [msgspec.json.encode({"events": events[start : start + size]}) for start in range(0, len(events), size)]


class _Chunk:
    """Makes one chunk. Reviews follow their event within it, so that a chunk depends on nothing but its number."""

    def __init__(self, stream: EventStream, first: int, size: int) -> None:
        self._stream = stream
        self._first = first
        self._size = size
        self._random = Random(f"{stream.seed}.{first}")
        self._to_review: deque[tuple[int, Event]] = deque()

    def make(self) -> list[Event]:
        events: list[Event] = []
        while len(events) < self._size:
            position = len(events)
            if self._is_review_due(position):
                events.append(self._review(position, self._to_review.popleft()[1]))
            else:
                events.append(self._observation(position))
        return events

    def _is_review_due(self, position: int) -> bool:
        """Reviews come a little later than their event, and all of them before the chunk ends."""
        if not self._to_review:
            return False
        return self._to_review[0][0] <= position or len(self._to_review) >= self._size - position

    def _timestamp(self, position: int) -> str:
        random = self._random.random
        number = self._first + position
        moment = self._stream.end - int((self._stream.count - number - random()) * self._stream.spacing)
        late = random()
        if late < 0.0005:
            moment -= int(random() * 7 * MICROSECONDS_PER_DAY)
        elif late < 0.01:
            moment -= int(random() * 6 * _HOUR)
        return format_timestamp(moment // 1000 * 1000)

    def _head(self, position: int, event_type: str, use_case: str) -> Event:
        bits = self._random.getrandbits
        return {
            "eventId": f"{bits(32):08x}-{bits(16):04x}-4{bits(12):03x}-a{bits(12):03x}-{bits(48):012x}",
            "eventType": event_type,
            "useCaseId": use_case,
            "timestamp": self._timestamp(position),
        }

    def _observation(self, position: int) -> Event:
        random = self._random.random
        share = random()
        use_case = next(name for name, bound in zip(USE_CASES, _USE_CASE_BOUNDS, strict=True) if share < bound)
        event_type = _TYPES[int(random() ** 2 * len(_TYPES))]
        passed = random() < 0.9
        device = int(random() ** 1.5 * 200)
        event = self._head(position, event_type, use_case) | {
            "deviceId": f"cam-{device:03d}",
            "streamId": f"stream-{device % 40:02d}",
            "workflowId": f"inspection-{int(random() * 20):02d}",
            "eventData": self._event_data(event_type, passed),
            "customMetadata": self._metadata(passed),
            "comment": _COMMENT,
            "images": [self._image()],
        }
        if random() < (0.999 if use_case == AUDITED else 0.02):
            self._to_review.append((position + _REVIEW_LAG_EVENTS, event))
        return event

    def _event_data(self, event_type: str, passed: bool) -> Event:
        random = self._random.random
        if event_type == "quality_check":
            return {"result": "pass" if passed else "fail", "confidence": round(0.5 + random() / 2, 3)}
        if event_type == "inventory_count":
            return {
                "location": f"hall {int(random() * 5) + 1}",
                "itemCount": int(random() * 400),
                "itemType": f"part {int(random() * 60)}",
            }
        if event_type == "safety_alert":
            alert_type = ("no_helmet", "forklift_near", "spill", "smoke")[int(random() * 4)]
            return {"alertType": alert_type, "severity": ("low", "medium", "high")[int(random() * 3)]}
        return {} if random() < 0.01 else {"value": f"cycle of {int(random() * 90) + 10} s"}

    def _metadata(self, passed: bool) -> Event:
        random = self._random.random
        line = int(random() * LINES)
        metadata: Event = {
            "serial": f"SN-{int(random() * 10_000):06d}",
            "line": f"line-{line}",
            "temperature": round(15 + random() * 30, 3),
            "passed": passed,
            "firmware": USUAL_FIRMWARE if random() > 0.0001 else "2.5.0-beta",
        }
        if random() > 0.0001:
            metadata["operator"] = f"op-{line * OPERATORS_PER_LINE + int(random() * OPERATORS_PER_LINE):02d}"
        return metadata

    def _image(self) -> Event:
        bits = self._random.getrandbits
        outline = [[bits(10) + 100, bits(9) + 100] for _ in range(28)]
        return {
            "label": "station camera, left",
            "objectDetections": [self._detection(), self._detection()],
            "instanceSegmentations": [self._detection() | {"points": outline}],
        }

    def _detection(self) -> Event:
        random = self._random.random
        return {
            "class": CLASSES[int(random() * random() * len(CLASSES))],
            "confidence": round(0.30 + random() * 0.699, 4),
            "x": round(random() * 1900, 1),
            "y": round(random() * 1060, 1),
            "width": round(20 + random() * 300, 1),
            "height": round(20 + random() * 300, 1),
        }

    def _review(self, position: int, reviewed: Event) -> Event:
        verdict = self._random.random()
        feedback = "correct" if verdict < 0.8 else "incorrect" if verdict < 0.95 else "inconclusive"
        return self._head(position, "operator_feedback", reviewed["useCaseId"]) | {
            "deviceId": reviewed["deviceId"],
            "eventData": {"relatedEventId": reviewed["eventId"], "feedback": feedback},
            "customMetadata": reviewed["customMetadata"],
        }


# Squared random numbers pick from here, so the first ones are the common ones: 65 %, 10 %, 9 % and 16 %.
_TYPES = ("quality_check", "quality_check", "quality_check", "inventory_count", "safety_alert", "custom", "custom")
