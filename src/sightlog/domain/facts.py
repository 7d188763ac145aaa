"""What can be asked of an event: its filterable facts, as (field, type, value) entries.

The side index stores these entries and the statistics count them, so that a filter, a count and the
metadata schema can never disagree about what an event holds.

    type device stream workflow external_id result location item_count item_type alert_type severity
    feedback related_event_id image_count has_warnings      one value each
    metadata.NAME  image.NAME                               custom metadata, and that of the images
    class.NAME                                              a detected class; the value is its confidence
    feedback_status                                         what the newest review says (kept by the store)
"""

from collections.abc import Iterable, Mapping

from sightlog.domain.events import EventData, NewEvent, event_type_of
from sightlog.domain.images import ImageEntry
from sightlog.domain.remembering import Remembered

TEXT, NUMBER, BOOLEAN = "s", "n", "b"
METADATA, IMAGE_METADATA, CLASS = "metadata.", "image.", "class."
FEEDBACK_STATUS = "feedback_status"
HAS_WARNINGS = "has_warnings"

Value = str | int | float | bool
Entry = tuple[str, str, Value]

_LETTERS: dict[type, str] = {str: TEXT, bool: BOOLEAN, int: NUMBER, float: NUMBER}
# The same text each time, because its hash is wanted often.
_METADATA_FIELDS = Remembered(METADATA.__add__)
_IMAGE_FIELDS = Remembered(IMAGE_METADATA.__add__)
_CLASS_FIELDS = Remembered(CLASS.__add__)

_DATA_FIELDS = (
    ("result", "result", TEXT),
    ("external_id", "external_id", TEXT),
    ("location", "location", TEXT),
    ("item_count", "item_count", NUMBER),
    ("item_type", "item_type", TEXT),
    ("alert_type", "alert_type", TEXT),
    ("severity", "severity", TEXT),
    ("feedback", "feedback", TEXT),
    ("related_event_id", "related_event_id", TEXT),
)
_FIELDS_OF: dict[type, tuple[tuple[str, str, str], ...]] = {}


def has_one_value(field: str) -> bool:
    """Whether an event has at most one value of a field, in whichever type; pictures and detections may have many."""
    return not field.startswith((IMAGE_METADATA, CLASS))


def entries_of(event: NewEvent, has_warnings: bool) -> list[Entry]:
    """The facts of an event, each once. Empty text counts as not set."""
    entries: list[Entry] = [("type", TEXT, event_type_of(event))]
    if event.device_id:
        entries.append(("device", TEXT, event.device_id))
    if event.stream_id:
        entries.append(("stream", TEXT, event.stream_id))
    if event.workflow_id:
        entries.append(("workflow", TEXT, event.workflow_id))
    if event.event_data is not None:
        _add_event_data(entries, event.event_data)
    if event.custom_metadata:
        for name, value in event.custom_metadata.items():
            entries.append((_METADATA_FIELDS[name], _LETTERS[type(value)], value))
    images = event.images or ()
    entries.append(("image_count", NUMBER, len(images)))
    if images:
        _add_images(entries, images)
    if has_warnings:
        entries.append((HAS_WARNINGS, BOOLEAN, True))
    return entries


def letter_of(value: Value) -> str:
    """The index's letter for a value's type; integers and floats are both numbers."""
    return _LETTERS[type(value)]


def _add_event_data(entries: list[Entry], data: EventData) -> None:
    kind = type(data)
    fields = _FIELDS_OF.get(kind)
    if fields is None:
        fields = _FIELDS_OF[kind] = tuple(row for row in _DATA_FIELDS if row[0] in kind.__struct_fields__)
    for attribute, field, letter in fields:
        value = getattr(data, attribute)
        if value is not None and value != "":
            entries.append((field, letter, value))


def _add_images(entries: list[Entry], images: Iterable[ImageEntry]) -> None:
    """Classes with their lowest and highest confidence, and the metadata of all images, each entry once."""
    bounds: dict[str, list[float]] = {}
    metadata: dict[Entry, None] = {}
    for image in images:
        for annotations in (
            image.object_detections,
            image.classifications,
            image.instance_segmentations,
            image.keypoints,
        ):
            for annotation in annotations or ():
                name, confidence = annotation.class_name, annotation.confidence
                seen = bounds.get(name)
                if seen is None:
                    bounds[name] = [] if confidence is None else [confidence]
                elif confidence is not None:
                    seen.append(confidence)
        if image.metadata:
            for name, value in image.metadata.items():
                metadata[(_IMAGE_FIELDS[name], letter_of(value), value)] = None
    for name, confidences in bounds.items():
        field = _CLASS_FIELDS[name]
        if not confidences:
            entries.append((field, TEXT, ""))
        elif len(confidences) == 1:
            entries.append((field, NUMBER, confidences[0]))
        else:
            low, high = min(confidences), max(confidences)
            entries.append((field, NUMBER, high))
            if low != high:
                entries.append((field, NUMBER, low))
    entries.extend(metadata)


def image_metadata_entries(metadata: Mapping[str, Value]) -> list[Entry]:
    """The facts that a picture's own metadata, given at its upload, adds to the events that name it."""
    return [(IMAGE_METADATA + name, letter_of(value), value) for name, value in metadata.items()]
