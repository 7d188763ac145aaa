"""Events as rows of a table for spreadsheets: one column for each field of the events and of their metadata."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

from sightlog.domain.events import NewEvent
from sightlog.domain.facts import METADATA
from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import moment_of

# Spreadsheets read the file as UTF-8 only when it begins so.
BYTE_ORDER_MARK = "\ufeff"

_BEFORE_DATA = ("eventId", "eventType", "timestamp", "deviceId", "streamId", "workflowId")
_AFTER_DATA = (
    "comment",
    "feedbackStatus",
    "feedbackComment",
    "feedbackReviewer",
    "detectionClasses",
    "imageCount",
    "warnings",
    "receivedAt",
)
_ANNOTATIONS = ("objectDetections", "classifications", "instanceSegmentations", "keypoints")
# What makes a spreadsheet take a cell for a formula, also in the wide letters of East Asian keyboards.
_FORMULA_BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")


def _data_columns() -> tuple[str, ...]:
    """The fields of all types' event data, each once."""
    names: dict[str, None] = {}
    for kind in get_args(NewEvent):
        data = next(field for field in msgspec.structs.fields(kind) if field.name == "event_data").type
        struct = next((one for one in get_args(data) if one is not type(None)), data)
        names.update(dict.fromkeys(struct.__struct_encode_fields__))
    return tuple(names)


COLUMNS = (*_BEFORE_DATA, *_data_columns(), *_AFTER_DATA)
"""The columns before those of the metadata; the names of the event data are those of the wire."""


class EventTable:
    """Writes events as CSV. `fields` are the metadata fields, which become columns named `metadata.FIELD`; all times
    are those of a zone, with its offset."""

    def __init__(self, fields: Iterable[str], zone: ZoneInfo) -> None:
        self._fields = sorted(fields)
        self._zone = zone

    def head(self) -> str:
        """The names of the columns: always the same ones for the same fields."""
        return _csv([[*COLUMNS, *(METADATA + name for name in self._fields)]])

    def rows(self, events: Iterable[StoredEvent]) -> str:
        """A line for each event."""
        return _csv([self._row(event) for event in events])

    def _row(self, event: StoredEvent) -> list[str]:
        plain = msgspec.json.decode(event.rest)
        images = msgspec.json.decode(event.images)
        warnings = [] if event.warnings is None else msgspec.json.decode(event.warnings)
        review = event.feedback.latest if event.feedback else None
        values = {
            **plain.get("eventData", {}),
            **{name: plain.get(name) for name in (*_BEFORE_DATA, "comment")},
            "feedbackStatus": review.feedback if review else None,
            "feedbackComment": review.comment if review else None,
            "feedbackReviewer": review.reviewer if review else None,
            "detectionClasses": ", ".join(_classes(images)),
            "imageCount": len(images),
            "warnings": ", ".join(sorted({warning["code"] for warning in warnings})),
        }
        cells = {name: cell(values.get(name)) for name in COLUMNS}
        cells["timestamp"], cells["receivedAt"] = self._time(event.timestamp), self._time(event.received_at)
        metadata = plain.get("customMetadata", {})
        return [*cells.values(), *(cell(metadata.get(name)) for name in self._fields)]

    def _time(self, timestamp: int) -> str:
        return moment_of(timestamp).astimezone(self._zone).isoformat(timespec="microseconds")


def cell(value: Any) -> str:
    """A value as a spreadsheet may have it. Text that it would take for a formula begins with an apostrophe; numbers
    and truth values are written as they came, and so is everything that is no plain value, as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_BEGINNINGS) else value
    return msgspec.json.encode(value).decode()


def _classes(images: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({one["class"] for image in images for name in _ANNOTATIONS for one in image.get(name) or ()})


def _csv(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()
