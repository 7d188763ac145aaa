"""The filters of a query, from the wire to a condition tree (contract 8; semantics: its section 16 and our design)."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from sightlog.domain.conditions import AllOf, AnyOf, Condition, Match, Not
from sightlog.domain.errors import InvalidFilter, Problem
from sightlog.domain.events import EventType, Outcome
from sightlog.domain.facts import (
    BOOLEAN,
    CLASS,
    FEEDBACK_STATUS,
    HAS_WARNINGS,
    IMAGE_METADATA,
    METADATA,
    NUMBER,
    TEXT,
    Value,
    letter_of,
)
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.metadata import LARGEST_INTEGER, MetadataKey
from sightlog.domain.times import parse_bound

TEXT_OPERATORS = ("eq", "neq", "in", "not_in", "contains", "starts_with", "exists")
NUMBER_OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "not_in", "exists")
BOOLEAN_OPERATORS = ("eq", "neq", "exists")
COUNT_OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "not_in")
DETECTION_OPERATORS = ("eq", "neq", "in", "not_in")
CONFIDENCE_OPERATORS = ("gt", "gte", "lt", "lte")

_OPERATORS_OF = {TEXT: TEXT_OPERATORS, NUMBER: NUMBER_OPERATORS, BOOLEAN: BOOLEAN_OPERATORS}
_LETTERS = {"string": TEXT, "number": NUMBER, "boolean": BOOLEAN}
_WORDS = {TEXT: "a string", NUMBER: "a number", BOOLEAN: "true or false"}
COLUMNS = {
    "event_type": ("type", TEXT),
    "result": ("result", TEXT),
    "location": ("location", TEXT),
    "item_count": ("item_count", NUMBER),
    "item_type": ("item_type", TEXT),
    "alert_type": ("alert_type", TEXT),
    "severity": ("severity", TEXT),
    "feedback": ("feedback", TEXT),
    "related_event_id": ("related_event_id", TEXT),
}
MOST_VALUES = 1000


class ValueFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter on one value, such as the device."""

    example: ClassVar[str] = '{"operator": "eq", "value": "cam-5"}'

    operator: str
    value: Any


class NumberFilter(ValueFilter, frozen=True, forbid_unknown_fields=True):
    """A filter on a number, such as how many pictures there are."""

    example: ClassVar[str] = '{"operator": "gte", "value": 2}'


class ConfidenceFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """A bound on the confidence of the same annotation."""

    example: ClassVar[str] = '{"operator": "gte", "value": 0.8}'

    operator: str
    value: Any


class DetectionFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """A detected class in any of the four annotation lists."""

    example: ClassVar[str] = '{"operator": "in", "value": ["scratch", "dent"]}'

    operator: str
    value: Any
    confidence: ConfidenceFilter | None = None


class MetadataFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter on a metadata field; without `type`, the JSON type of `value` decides."""

    example: ClassVar[str] = '{"field": "line", "operator": "eq", "value": "L2"}'

    field: MetadataKey
    operator: str
    value: Any
    type: Literal["string", "number", "boolean"] | None = None


class EventFieldFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter on one of the nine columns (snake case, unlike the JSON names)."""

    example: ClassVar[str] = '{"column": "result", "operator": "eq", "value": "fail"}'

    column: str
    operator: str
    value: Any


class EventFilters(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What query, count and their kind have in common. All filters combine with AND."""

    use_case_id: Annotated[str, Meta(min_length=1, max_length=256)]
    start_time: str | None = None
    end_time: str | None = None
    event_type: str | None = None
    event_types: Annotated[list[str], Meta(min_length=1, max_length=20)] | None = None
    device_id: ValueFilter | None = None
    stream_id: ValueFilter | None = None
    workflow_id: ValueFilter | None = None
    external_id: ValueFilter | None = None
    detection: DetectionFilter | None = None
    custom_metadata_filters: Annotated[list[MetadataFilter], Meta(max_length=50)] | None = None
    image_metadata_filters: Annotated[list[MetadataFilter], Meta(max_length=50)] | None = None
    event_field_filters: Annotated[list[EventFieldFilter], Meta(max_length=50)] | None = None
    image_count: NumberFilter | None = None
    has_warnings: bool | None = None
    feedback_status: Annotated[list[str], Meta(min_length=1, max_length=4)] | None = None
    outcomes: Annotated[list[str], Meta(min_length=1, max_length=3)] | None = None


class EventQuery(EventFilters, frozen=True, kw_only=True):
    """The body of a query (contract 8)."""

    limit: Annotated[int, Meta(ge=1, le=1000)] | None = None
    cursor: Annotated[str, Meta(max_length=2000)] | None = None


class CountQuery(EventFilters, frozen=True, kw_only=True):
    """The body of a count; with `atMost` it stops there and says so."""

    at_most: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)] | None = None


class Span(Struct, frozen=True):
    """Which times are asked for, in microseconds, both inclusive; None is open."""

    start: int | None = None
    end: int | None = None


class Selection(Struct, frozen=True):
    """What a body's filters mean: a span, a condition, and the names of the filters for messages."""

    span: Span
    condition: AllOf
    names: tuple[str, ...]


def select(filters: EventFilters) -> Selection:
    """Turn filters into a selection. Raises InvalidFilter with every filter that makes no sense."""
    found = _Found()
    span = _span(found, filters)
    _add_types(found, filters)
    for name, field, given in (
        ("deviceId", "device", filters.device_id),
        ("streamId", "stream", filters.stream_id),
        ("workflowId", "workflow", filters.workflow_id),
        ("externalId", "external_id", filters.external_id),
    ):
        if given is not None:
            found.add(name, lambda at, f=field, g=given: typed(at, f, TEXT, g.operator, g.value, TEXT_OPERATORS))
    if filters.image_count is not None:
        count = filters.image_count
        operators = COUNT_OPERATORS
        found.add("imageCount", lambda at: typed(at, "image_count", NUMBER, count.operator, count.value, operators))
    if filters.detection is not None:
        detection = filters.detection
        found.add("detection", lambda at: _detection(at, detection))
    for name, prefix, many in (
        ("customMetadataFilters", METADATA, filters.custom_metadata_filters),
        ("imageMetadataFilters", IMAGE_METADATA, filters.image_metadata_filters),
    ):
        for index, one in enumerate(many or ()):
            found.add(f"{name}.{index}", lambda at, p=prefix, o=one: _metadata(at, p, o))
    for index, column in enumerate(filters.event_field_filters or ()):
        found.add(f"eventFieldFilters.{index}", lambda at, c=column: _column(at, c))
    if filters.has_warnings is not None:
        warned: Condition = Match((HAS_WARNINGS,), BOOLEAN, "eq", True)
        found.conditions.append(warned if filters.has_warnings else Not(warned))
        found.names.append("hasWarnings")
    if filters.feedback_status is not None:
        statuses = filters.feedback_status
        found.add("feedbackStatus", lambda at: _feedback(at, statuses))
    if filters.outcomes is not None:
        outcomes = filters.outcomes
        found.add("outcomes", lambda at: _outcomes(at, outcomes))
    if found.problems:
        first = found.problems[0]
        raise InvalidFilter(f"{first.path}: {first.message}", found.problems)
    return Selection(span, AllOf(tuple(found.conditions)), tuple(found.names))


class _Found:
    """Collects conditions and problems, so that one answer can tell all of them."""

    def __init__(self) -> None:
        self.conditions: list[Condition] = []
        self.names: list[str] = []
        self.problems: list[Problem] = []

    def add(self, path: str, make: Any) -> None:
        try:
            self.conditions.append(make(path))
            self.names.append(path)
        except InvalidFilter as error:
            self.problems.extend(error.details)

    def bound(self, path: str, text: str | None, *, end: bool) -> int | None:
        if text is None:
            return None
        try:
            return parse_bound(text, end=end)
        except ValueError as error:
            self.problems.append(Problem(path, f"{error}, or a date; got '{text[:40]}'"))
            return None


def _span(found: _Found, filters: EventFilters) -> Span:
    start = found.bound("startTime", filters.start_time, end=False)
    end = found.bound("endTime", filters.end_time, end=True)
    if start is not None and end is not None and start > end:
        found.problems.append(Problem("endTime", f"lies before startTime: {filters.end_time} < {filters.start_time}"))
    return Span(start, end)


def _refuse(path: str, message: str) -> InvalidFilter:
    return InvalidFilter(f"{path}: {message}", [Problem(path, message)])


def typed(path: str, field: str, letter: str, operator: str, value: Any, allowed: tuple[str, ...]) -> Condition:
    """The condition for a field that is compared as one type. Raises InvalidFilter naming what is allowed."""
    if operator not in allowed:
        raise _refuse(f"{path}.operator", f"unknown operator '{operator[:40]}'; allowed here: {', '.join(allowed)}")
    if operator == "exists":
        return _exists(path, field, None, value)
    if operator in ("in", "not_in"):
        values = _values(path, letter, value)
        condition = Match((field,), letter, "in", values)
        return condition if operator == "in" else Not(condition)
    checked = _value(f"{path}.value", letter, value)
    if operator == "neq":
        return Not(Match((field,), letter, "eq", checked))
    return Match((field,), letter, operator, checked)  # type: ignore[arg-type]  # it is one of `allowed`


def _exists(path: str, field: str, letter: str | None, value: Any) -> Condition:
    if not isinstance(value, bool):
        raise _refuse(f"{path}.value", "exists takes true or false")
    present = Match((field,), letter, "exists")
    return present if value else Not(present)


def _values(path: str, letter: str, value: Any) -> tuple[Value, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
        raise _refuse(f"{path}.value", f"expected an array of 1 to {MOST_VALUES} values, each {_WORDS[letter]}")
    return tuple(_value(f"{path}.value.{index}", letter, item) for index, item in enumerate(value))


def _value(path: str, letter: str, value: Any) -> Value:
    if not isinstance(value, str | int | float | bool) or letter_of(value) != letter:
        raise _refuse(path, f"expected {_WORDS[letter]}, got {_JSON_WORDS[type(value)]}")
    if isinstance(value, str) and "\0" in value:
        raise _refuse(path, "holds a NUL character")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise _refuse(path, f"expected a number between -2^53 and 2^53, got {value}")
    return value


_JSON_WORDS: dict[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


def _add_types(found: _Found, filters: EventFilters) -> None:
    """`eventType` and `eventTypes`; where both are given, both must hold."""
    if filters.event_type is not None:
        found.add("eventType", lambda at: _types(at, [filters.event_type or ""]))
    if filters.event_types is not None:
        found.add("eventTypes", lambda at: _types(at, filters.event_types or []))


def _types(path: str, names: list[str]) -> Condition:
    for name in names:
        if name not in EventType.__members__.values():
            known = ", ".join(EventType)
            raise _refuse(path, f"unknown event type '{name[:40]}'; allowed: {known}")
    return Match(("type",), TEXT, "in", tuple(names))


def _metadata(path: str, prefix: str, given: MetadataFilter) -> Condition:
    field = prefix + given.field
    letter = _LETTERS.get(given.type or "")
    if given.operator == "exists":
        return _exists(path, field, letter, given.value)
    if letter is None:
        sample = given.value[0] if isinstance(given.value, list) and given.value else given.value
        if not isinstance(sample, str | int | float | bool):
            raise _refuse(f"{path}.value", "expected a string, a number, true or false, or an array of them")
        letter = letter_of(sample)
    return typed(path, field, letter, given.operator, given.value, _OPERATORS_OF[letter])


def _column(path: str, given: EventFieldFilter) -> Condition:
    if given.column not in COLUMNS:
        message = f"unknown column '{given.column[:40]}'; allowed: {', '.join(COLUMNS)}"
        raise _refuse(f"{path}.column", message)
    field, letter = COLUMNS[given.column]
    return typed(path, field, letter, given.operator, given.value, _OPERATORS_OF[letter])


def _detection(path: str, given: DetectionFilter) -> Condition:
    if given.operator not in DETECTION_OPERATORS:
        known = ", ".join(DETECTION_OPERATORS)
        raise _refuse(f"{path}.operator", f"unknown operator '{given.operator[:40]}'; allowed here: {known}")
    if given.operator in ("in", "not_in"):
        names = _values(path, TEXT, given.value)
    else:
        names = (_value(f"{path}.value", TEXT, given.value),)
    found = _classes(f"{path}.confidence", tuple(CLASS + str(name) for name in names), given.confidence)
    return found if given.operator in ("eq", "in") else Not(found)


def _classes(path: str, fields: tuple[str, ...], confidence: ConfidenceFilter | None) -> Condition:
    """One of the classes is there, on an annotation whose confidence passes the bound."""
    if confidence is None:
        return Match(fields, None, "exists")
    if confidence.operator not in CONFIDENCE_OPERATORS:
        known = ", ".join(CONFIDENCE_OPERATORS)
        raise _refuse(f"{path}.operator", f"unknown operator '{confidence.operator[:40]}'; allowed here: {known}")
    bound = _value(f"{path}.value", NUMBER, confidence.value)
    if not 0 <= float(bound) <= 1:
        raise _refuse(f"{path}.value", f"expected a number between 0 and 1, got {bound}")
    return Match(fields, NUMBER, confidence.operator, bound)  # type: ignore[arg-type]  # it is one of the four


def _feedback(path: str, statuses: list[str]) -> Condition:
    known = [status.value for status in FeedbackStatus]
    for status in statuses:
        if status not in known:
            raise _refuse(path, f"unknown status '{status[:40]}'; allowed: {', '.join(known)}")
    choices: list[Condition] = []
    reviewed = tuple(status for status in statuses if status != FeedbackStatus.NONE)
    if reviewed:
        choices.append(Match((FEEDBACK_STATUS,), TEXT, "in", reviewed))
    if FeedbackStatus.NONE in statuses:
        unreviewed = Not(Match((FEEDBACK_STATUS,), None, "exists"))
        choices.append(AllOf((unreviewed, Not(Match(("type",), TEXT, "eq", EventType.OPERATOR_FEEDBACK.value)))))
    return AnyOf(tuple(choices))


def _outcomes(path: str, outcomes: list[str]) -> Condition:
    """One of the results, or a safety alert: what no two of the other filters can say together."""
    for outcome in outcomes:
        if outcome not in Outcome.__members__.values():
            raise _refuse(path, f"unknown outcome '{outcome[:40]}'; allowed: {', '.join(Outcome)}")
    choices: list[Condition] = []
    results = tuple(outcome for outcome in outcomes if outcome != Outcome.ALERT)
    if results:
        choices.append(Match(("result",), TEXT, "in", results))
    if Outcome.ALERT in outcomes:
        choices.append(Match(("type",), TEXT, "eq", EventType.SAFETY_ALERT.value))
    return AnyOf(tuple(choices))
