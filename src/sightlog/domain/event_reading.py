"""From a request's bytes to events that can be stored: one fast typed decode, and a thorough one when it fails.

Rules, errors and warnings follow the contract, sections 4.3, 4.4 and 16.
"""

from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from sightlog.domain import problems as reading
from sightlog.domain.api_keys import SourceDefaults
from sightlog.domain.errors import Invalid, Problem
from sightlog.domain.events import EventType, NewEvent, event_type_of
from sightlog.domain.facts import Entry, entries_of
from sightlog.domain.limits import Limits
from sightlog.domain.metadata import are_keys
from sightlog.domain.names import is_event_id, new_event_id
from sightlog.domain.retention import is_beyond_lookback
from sightlog.domain.times import MICROSECONDS_PER_DAY, format_timestamp, is_formatted, parse_timestamp
from sightlog.domain.warnings import EventWarning, WarningCode

MOST_WARNINGS = 100
_OPTIONAL = (
    ("device_id", "deviceId"),
    ("stream_id", "streamId"),
    ("workflow_id", "workflowId"),
    ("display_image_position", "displayImagePosition"),
    ("event_data", "eventData"),
    ("custom_metadata", "customMetadata"),
    ("comment", "comment"),
)
_CAMEL = dict(_OPTIONAL)
_KNOWN_TOP = frozenset(name for _, name in _OPTIONAL)
# Written apart, or answered by us: an event that was copied from a reply must not repeat our own fields.
_APART = frozenset("eventId eventType timestamp useCaseId images warnings feedback receivedAt".split())


class NewBatch(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a batch: 1 to 100 events, each as in create (contract 4.4)."""

    events: Annotated[list[NewEvent], Meta(min_length=1)]


_event_decoder = msgspec.json.Decoder(NewEvent)
_batch_decoder = msgspec.json.Decoder(NewBatch)


class AcceptedEvent(Struct, kw_only=True, array_like=True):
    """An event that passed its rules, ready to be stored.

    `rest` and `images` are the JSON that queries answer with; `use_case` is the id or name that the event
    gave; `timestamp` is in microseconds. The store may add a warning, which is why it can change.
    """

    event_id: str
    use_case: str
    event_type: str
    timestamp: int
    rest: bytes
    images: bytes
    entries: list[Entry]
    warnings: list[EventWarning]
    related_event_id: str | None = None
    feedback: str | None = None
    index: int | None = None
    reviewer: int | None = None
    """Who gave this feedback in the dashboard (a user's number). Nothing that is read sets it."""
    source_ids: list[tuple[str, str]] = []
    """(path, id) of every picture that the event names."""
    packed: bytes = b""
    """What `rest` and `images`, which are empty then, were made into for the store (`store/packing.py`)."""


class Reading(Struct, frozen=True, kw_only=True):
    """Under which rules events are read: `now` in microseconds; `any_age` is for imports; `defaults` are the key's."""

    limits: Limits
    now: int
    lookback_days: int
    any_age: bool = False
    defaults: SourceDefaults | None = None


def read_event(raw: bytes, rules: Reading) -> AcceptedEvent:
    """One event from a request's body. Raises InvalidJson, or Invalid with every problem."""
    try:
        if b"\\u0000" not in raw:
            return _accept_or_raise(_with_good_names(_event_decoder.decode(raw)), rules)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    return read_plain_event(reading.read_json(raw), rules)


def read_plain_event(plain: Any, rules: Reading) -> AcceptedEvent:
    """One event from a plain JSON value, read thoroughly. Raises Invalid with every problem."""
    accepted, problems = _read_thoroughly(plain, rules)
    if accepted is None:
        raise reading.invalid(problems)
    return accepted


def read_batch(raw: bytes, rules: Reading) -> list[AcceptedEvent]:
    """The events of a batch, in their order; of an id that comes twice only the last, with a warning.
    Raises InvalidJson, or Invalid that names the index of every bad event."""
    try:
        if b"\\u0000" not in raw:
            events = _batch_decoder.decode(raw).events
            _check_batch_size(len(events), rules.limits)
            return _in_order([_accept_or_raise(_with_good_names(event), rules) for event in events])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    except Invalid as error:
        if error.details[0].path == "events":
            raise
    return _in_order(_read_plain_batch(reading.read_json(raw), rules))


def _read_plain_batch(plain: Any, rules: Reading) -> list[AcceptedEvent]:
    if not isinstance(plain, dict) or not isinstance(plain.get("events"), list):
        raise Invalid.at("events", 'expected an object with "events", an array of events')
    unknown = [Problem(name, "unknown field") for name in plain if name != "events"]
    _check_batch_size(len(plain["events"]), rules.limits)
    problems, accepted = unknown, []
    for index, item in enumerate(plain["events"]):
        event, found = _read_thoroughly(item, rules)
        problems.extend(Problem(f"events.{index}.{one.path}".rstrip("."), one.message, index) for one in found)
        if event is not None:
            accepted.append(event)
    if problems:
        raise reading.invalid(problems)
    return accepted


def _check_batch_size(count: int, limits: Limits) -> None:
    if not 1 <= count <= limits.batch_events:
        raise Invalid.at("events", f"expected 1 to {limits.batch_events} events, got {count}")


def _in_order(events: list[AcceptedEvent]) -> list[AcceptedEvent]:
    """The events with their places in the batch. An outbox that repeats itself must not be stuck for ever:
    of an id that comes twice the last one wins, with a warning."""
    for index, event in enumerate(events):
        event.index = index
    last = {event.event_id: event for event in events}
    if len(last) == len(events):
        return events
    for event in last.values():
        count = sum(other.event_id == event.event_id for other in events)
        if count > 1:
            message = f"the batch held this id {count} times; the last one was stored"
            add_warning(event, EventWarning(WarningCode.REPEATED_IN_BATCH, "eventId", message))
    return list(last.values())


def add_warning(event: AcceptedEvent, warning: EventWarning) -> None:
    """Note one more thing about an event, and that it now has warnings."""
    if not event.warnings:
        event.entries.append(("has_warnings", "b", True))
    event.warnings.append(warning)


def _read_thoroughly(plain: Any, rules: Reading) -> tuple[AcceptedEvent | None, list[Problem]]:
    survey = reading.Survey()
    known = reading.walk(survey, reading.type_info(NewEvent), plain, "")
    if survey.problems:
        _add_time_problem(survey, plain, rules)
        return None, survey.problems
    try:
        event: NewEvent = msgspec.convert(known, NewEvent)
    except msgspec.ValidationError as error:  # a rule that the walk does not know yet
        return None, [Problem("", str(error))]
    return _accept(event, plain, survey.unknown, rules)


def _add_time_problem(survey: reading.Survey, plain: Any, rules: Reading) -> None:
    """A bad time is worth saying even when other things are wrong too."""
    text = plain.get("timestamp") if isinstance(plain, dict) else None
    if isinstance(text, str):
        problem = _read_time(text, rules)[1]
        if problem:
            survey.say("timestamp", problem)


def _with_good_names(event: NewEvent) -> NewEvent:
    """A decoded event, when what its types leave to be looked at is fine too; else ValidationError."""
    if (
        (event.event_id is not None and not is_event_id(event.event_id))
        or (event.custom_metadata is not None and not are_keys(event.custom_metadata))
        or any(image.metadata is not None and not are_keys(image.metadata) for image in event.images or ())
    ):
        raise msgspec.ValidationError
    return event


def _accept_or_raise(event: NewEvent, rules: Reading) -> AcceptedEvent:
    accepted, problems = _accept(event, None, [], rules)
    if accepted is None:
        raise reading.invalid(problems)
    return accepted


def _accept(
    event: NewEvent, plain: dict[str, Any] | None, unknown: list[str], rules: Reading
) -> tuple[AcceptedEvent | None, list[Problem]]:
    """Apply the rules that are not types. `plain` is the JSON as sent, needed only when it has unknown fields."""
    if rules.defaults is not None:
        event, plain = _with_defaults(event, plain, rules.defaults)
    (timestamp, has_offset), problem = _read_time(event.timestamp, rules)
    problems = [Problem("timestamp", problem)] if problem else []
    if event.images and len(event.images) > rules.limits.images_per_event:
        message = f"expected at most {rules.limits.images_per_event} entries, got {len(event.images)}"
        problems.append(Problem("images", message))
    if problems:
        return None, problems
    event_id = event.event_id or new_event_id()
    warnings = _warnings_of(event, timestamp, has_offset, unknown, rules)
    time = event.timestamp if is_formatted(event.timestamp) else format_timestamp(timestamp)
    head = {"eventId": event_id, "eventType": event_type_of(event), "timestamp": time}
    data = event.event_data
    is_feedback = head["eventType"] == EventType.OPERATOR_FEEDBACK
    return (
        AcceptedEvent(
            event_id=event_id,
            use_case=event.use_case_id,
            event_type=head["eventType"],
            timestamp=timestamp,
            rest=msgspec.json.encode(_rest_of(event, plain if unknown else None, head)),
            images=msgspec.json.encode((plain["images"] if plain and unknown else event.images) or [])
            if event.images
            else b"[]",
            entries=entries_of(event, bool(warnings)),
            warnings=warnings,
            source_ids=_source_ids(event),
            related_event_id=data.related_event_id if is_feedback else None,  # type: ignore[union-attr]
            feedback=data.feedback if is_feedback else None,  # type: ignore[union-attr]
        ),
        [],
    )


def _with_defaults(
    event: NewEvent, plain: dict[str, Any] | None, defaults: SourceDefaults
) -> tuple[NewEvent, dict[str, Any] | None]:
    """The event with the key's device, stream and workflow where it names none; its own values win."""
    missing = {
        attribute: value
        for attribute, value in msgspec.structs.asdict(defaults).items()
        if value is not None and getattr(event, attribute) is None
    }
    if missing:
        event = msgspec.structs.replace(event, **missing)
        if plain is not None:
            plain = {**plain, **{_CAMEL[attribute]: value for attribute, value in missing.items()}}
    return event, plain


def _source_ids(event: NewEvent) -> list[tuple[str, str]]:
    return [
        (f"images.{index}.{name}", source_id)
        for index, image in enumerate(event.images or ())
        if image.source_id or image.input_source_id
        for name, source_id in image.source_ids()
    ]


def _rest_of(event: NewEvent, plain: dict[str, Any] | None, head: dict[str, str]) -> dict[str, Any]:
    """All of the event but its use case and images, as queries answer it."""
    rest: dict[str, Any] = dict(head)
    if plain is None:
        for attribute, name in _OPTIONAL:
            value = getattr(event, attribute)
            if value is not None:
                rest[name] = value
    else:
        for name, value in plain.items():
            if name not in _APART and not (value is None and name in _KNOWN_TOP):
                rest[name] = value
    rest.setdefault("eventData", {})
    rest.setdefault("customMetadata", {})
    return rest


def _read_time(text: str, rules: Reading) -> tuple[tuple[int, bool], str | None]:
    """((microseconds, has an offset), what is wrong or None). The window is the contract's (4.3)."""
    try:
        timestamp, has_offset = parse_timestamp(text)
    except ValueError as error:
        return (0, False), f"{error}, got '{text[:40]}'"
    limits = rules.limits
    problem = None
    if not rules.any_age and timestamp < rules.now - limits.oldest_event_days * MICROSECONDS_PER_DAY:
        problem = f"older than {limits.oldest_event_days} days; `sightlog events import` takes events of any age"
    elif not rules.any_age and timestamp > rules.now + limits.newest_event_days * MICROSECONDS_PER_DAY:
        problem = f"more than {limits.newest_event_days} day in the future; is the device's clock right?"
    return (timestamp, has_offset), problem


def _warnings_of(
    event: NewEvent, timestamp: int, has_offset: bool, unknown: list[str], rules: Reading
) -> list[EventWarning]:
    warnings: list[EventWarning] = []
    if not has_offset:
        message = "the timestamp has no offset and was read as UTC"
        warnings.append(EventWarning(WarningCode.NO_OFFSET, "timestamp", message))
    if event.main_field is not None:
        attribute = _snake(event.main_field)
        if event.event_data is None or getattr(event.event_data, attribute) is None:
            message = f"a {event_type_of(event)} usually carries eventData.{event.main_field}"
            warnings.append(EventWarning(WarningCode.MISSING_FIELD, f"eventData.{event.main_field}", message))
    if is_beyond_lookback(timestamp, rules.lookback_days, rules.now):
        message = f"older than the {rules.lookback_days} days that this workspace keeps; it will be removed soon"
        warnings.append(EventWarning(WarningCode.BEYOND_LOOKBACK, "timestamp", message))
    if event.images or event.display_image_position is not None:
        warnings.extend(_image_warnings(event, rules.limits))
    if unknown:
        warnings.extend(_unknown_field_warnings(unknown))
    return warnings[:MOST_WARNINGS]


def _image_warnings(event: NewEvent, limits: Limits) -> list[EventWarning]:
    warnings = []
    images = event.images or []
    position = event.display_image_position
    if position is not None and position >= len(images):
        message = f"points at image {position}, counted from 0, of {len(images)}"
        warnings.append(EventWarning(WarningCode.DISPLAY_IMAGE_OUT_OF_RANGE, "displayImagePosition", message))
    most = limits.annotations_per_list
    for index, image in enumerate(images):
        if image.annotation_count() <= most:
            continue
        for name, annotations in image.annotation_lists():
            if len(annotations) > most:
                message = f"{len(annotations)} entries; other consumers keep only {most}"
                warnings.append(EventWarning(WarningCode.TOO_MANY_ANNOTATIONS, f"images.{index}.{name}", message))
    return warnings


def _unknown_field_warnings(unknown: list[str]) -> list[EventWarning]:
    """One warning for each unknown field, however many entries of a list repeat it."""
    places: dict[str, list[str]] = {}
    for path in unknown:
        places.setdefault(".".join("*" if part.isdigit() else part for part in path.split(".")), []).append(path)
    return [
        EventWarning(
            WarningCode.UNKNOWN_FIELD,
            paths[0],
            "not a field of the contract; kept as sent" + (f" (in {len(paths)} places)" if len(paths) > 1 else ""),
        )
        for paths in places.values()
    ]


@cache
def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def read_stored(rest: bytes, images: bytes) -> NewEvent:
    """The event that was stored as these two pieces, for taking its facts away again."""
    joined = rest[:-1] + b',"useCaseId":"-","images":' + images + b"}"
    event: NewEvent
    try:
        event = _event_decoder.decode(joined)
    except msgspec.ValidationError:
        known = reading.walk(reading.Survey(), reading.type_info(NewEvent), msgspec.json.decode(joined), "")
        event = msgspec.convert(known, NewEvent)
    return event
