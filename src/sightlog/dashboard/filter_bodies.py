"""What the filters of an address mean: the body of a query, and what is wrong with those that mean nothing."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.dashboard.filter_urls import OPERATORS, Filter, ListState, value_of_text
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.errors import Invalid
from sightlog.domain.facts import NUMBER, Value
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.filters import COLUMNS, EventFilters, select
from sightlog.domain.times import format_timestamp, microseconds, parse_timestamp

Body = dict[str, Any]

SOURCES = {"device": "deviceId", "stream": "streamId", "workflow": "workflowId", "external": "externalId"}
METADATA = {"m": "customMetadataFilters", "i": "imageMetadataFilters"}
_LISTS = (*METADATA.values(), "eventFieldFilters")
_MANY = {"eq": "in", "neq": "not_in"}
_ORDERS = ("gt", "gte", "lt", "lte")
_TYPES = ("string", "number", "boolean")

_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PRESET = re.compile(r"([1-9][0-9]{0,3})(min|h|d|w)")
_MINUTES = {"min": 1, "h": 60, "d": 1440, "w": 10_080}
_MINUTE = 60_000_000
_A_TIME = "expected a date such as 2026-11-27, a time of that day such as 2026-11-27T14:00, or an instant with offset"
_A_PRESET = "expected a span such as 15min, 24h, 7d or 4w, or today or yesterday"

# The arguments of the official client that have names of their own; it takes all others by their names in the body.
_CLIENT_NAMES = {"eventTypes": "event_types", "startTime": "start_time", "endTime": "end_time"}


class Meaning(Struct, frozen=True):
    """The filters that mean something, as the body of a query, and what is wrong with the others."""

    body: Body
    problems: dict[Filter, str]

    @property
    def filters(self) -> EventFilters:
        """The body as the operations take it."""
        return msgspec.convert(self.body, EventFilters)

    def request_body(self) -> str:
        """For *Copy as API request*: what `POST /vision-events/query` takes."""
        return msgspec.json.format(msgspec.json.encode(self.body), indent=2).decode()

    def client_line(self) -> str:
        """The same for the official Python client."""
        given = [repr(self.body["useCaseId"])]
        given += [f"{_CLIENT_NAMES.get(name, name)}={value!r}" for name, value in self.body.items()][1:]
        return f"for page in workspace.query_all_vision_events({', '.join(given)}): print(page)"


def read_meaning(state: ListState, use_case_id: str, clock: WallClock) -> Meaning:
    """What the state's filters mean now (a span such as `last=24h` ends when it is asked)."""
    body: Body = {"useCaseId": use_case_id}
    problems: dict[Filter, str] = {}
    for one in state.filters:
        try:
            _merge(body, _checked(_part(one, clock)))
        except ValueError as error:
            problems[one] = str(error)
    for one in state.filters:
        if one.name == "confidence":
            try:
                body["detection"] = _with_confidence(body.get("detection"), one)
            except ValueError as error:
                problems[one] = str(error)
    return Meaning(body, problems)


def _checked(part: Body) -> Body:
    """A part that the API would take too. Raises ValueError with what it would say."""
    try:
        select(msgspec.convert({"useCaseId": "-"} | part, EventFilters))
    except Invalid as error:
        raise ValueError(error.details[0].message) from None
    except msgspec.ValidationError as error:
        raise ValueError(str(error).partition(" - at ")[0]) from None
    return part


def _merge(body: Body, part: Body) -> None:
    if any(name in body and name not in _LISTS for name in part):
        raise ValueError("a second condition on the same thing; the first one is in force")
    for name, value in part.items():
        if name in _LISTS:
            body.setdefault(name, []).extend(value)
        else:
            body[name] = value


def _part(one: Filter, clock: WallClock) -> Body:
    """The body of one filter alone. Raises ValueError."""
    if one.name in SOURCES:
        return {SOURCES[one.name]: _operation(one, list(one.values))}
    if one.family in METADATA and one.field:
        return {METADATA[one.family]: [{"field": one.field} | _metadata(one)]}
    if one.family == "field" and one.field:
        if one.field not in COLUMNS:
            raise ValueError(f"no such field; there are {', '.join(COLUMNS)}")
        values = _numbers(one) if COLUMNS[one.field][1] == NUMBER else list(one.values)
        return {"eventFieldFilters": [{"column": one.field} | _operation(one, values)]}
    if one.name in ("from", "to", "last"):
        return _span(one, clock)
    return _plain(one)


def _plain(one: Filter) -> Body:
    if one.name == "type":
        if one.operator == "not":
            return {"eventFieldFilters": [{"column": "event_type"} | _operation(one, list(one.values))]}
        return {"eventTypes": _any_of(one)}
    if one.name == "outcome":
        return {"outcomes": _any_of(one)}
    if one.name == "feedback":
        if one.operator == "not":
            _checked({"feedbackStatus": list(one.values)})
            return {"feedbackStatus": [status.value for status in FeedbackStatus if status not in one.values]}
        return {"feedbackStatus": _any_of(one)}
    if one.name == "warnings":
        return {"hasWarnings": _yes_or_no(_any_of(one))}
    if one.name == "images":
        return {"imageCount": _operation(one, _numbers(one))}
    if one.name == "class":
        return {"detection": _operation(one, list(one.values))}
    if one.name == "confidence":
        return {}
    raise ValueError("there is no such filter")


def _any_of(one: Filter) -> list[str]:
    if one.operator:
        raise ValueError(f"does not take '{one.operator}'")
    return list(one.values)


def _operation(one: Filter, values: list[Any]) -> Body:
    operator = OPERATORS[one.operator]
    if operator == "exists":
        return {"operator": operator, "value": _yes_or_no(list(one.values))}
    if len(values) == 1:
        return {"operator": operator, "value": values[0]}
    if operator not in _MANY:
        raise ValueError("takes one value")
    return {"operator": _MANY[operator], "value": values}


def _yes_or_no(values: list[str]) -> bool:
    if values not in (["yes"], ["no"]):
        raise ValueError("expected yes or no")
    return values == ["yes"]


def _numbers(one: Filter) -> list[Value]:
    if one.operator == "exists":
        return []
    return [_number(text) for text in one.values]


def _number(text: str) -> int | float:
    value = value_of_text(text)
    if isinstance(value, str | bool):
        raise ValueError(f"expected a number, got '{text[:40]}'")
    return value


def _metadata(one: Filter) -> Body:
    operator = OPERATORS[one.operator]
    if operator in _ORDERS:
        return _operation(one, _numbers(one)) | {"type": "number"}
    if operator in ("contains", "starts_with"):
        return _operation(one, list(one.values)) | {"type": "string"}
    if operator == "exists":
        return _presence(one)
    values = [value_of_text(text) for text in one.values]
    return _operation(one, values) | {"type": type_name(values[0])}


def _presence(one: Filter) -> Body:
    """`yes`, `no`, or as which type it is there: `number`, `no-number` …"""
    absent, _, type_ = one.values[0].rpartition("-")
    if len(one.values) == 1 and type_ in _TYPES and absent in ("", "no"):
        return {"operator": "exists", "value": not absent, "type": type_}
    return _operation(one, [])


def type_name(value: Value) -> str:
    """What the API calls the type of a metadata value."""
    if isinstance(value, str):
        return "string"
    return "boolean" if isinstance(value, bool) else "number"


def _with_confidence(detection: Body | None, one: Filter) -> Body:
    if detection is None:
        raise ValueError("needs a detection beside it")
    if "confidence" in detection:
        raise ValueError("a second condition on the same thing; the first one is in force")
    if len(one.values) != 1:
        raise ValueError("takes one value")
    operator = OPERATORS[one.operator or "gte"]
    made = detection | {"confidence": {"operator": operator, "value": _number(one.values[0])}}
    _checked({"detection": made})
    return made


def _span(one: Filter, clock: WallClock) -> Body:
    values = _any_of(one)
    if len(values) != 1:
        raise ValueError("takes one value")
    if one.name == "last":
        return _preset(values[0], clock)
    wire = "startTime" if one.name == "from" else "endTime"
    return {wire: format_timestamp(instant(values[0], clock, end=one.name == "to"))}


def _preset(text: str, clock: WallClock) -> Body:
    today = clock.local(clock.now).date()
    if text == "today":
        return {"startTime": format_timestamp(_midnight(today, clock))}
    if text == "yesterday":
        start, end = _midnight(today - timedelta(days=1), clock), _midnight(today, clock)
        return {"startTime": format_timestamp(start), "endTime": format_timestamp(end - 1)}
    found = _PRESET.fullmatch(text)
    if found is None:
        raise ValueError(_A_PRESET)
    minutes = int(found[1]) * _MINUTES[found[2]]
    return {"startTime": format_timestamp(clock.now - minutes * _MINUTE)}


def instant(text: str, clock: WallClock, *, end: bool) -> int:
    """The moment that a text means, in microseconds: a day's first or last one, or a time. Raises ValueError."""
    try:
        if _BARE_DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return _midnight(day + timedelta(days=1), clock) - 1 if end else _midnight(day, clock)
        moment, has_offset = parse_timestamp(text)
        if has_offset:
            return moment
        return microseconds(datetime.fromisoformat(text).replace(tzinfo=clock.zone))
    except (ValueError, OverflowError):
        raise ValueError(_A_TIME) from None


def _midnight(day: date, clock: WallClock) -> int:
    return microseconds(datetime.combine(day, time(), clock.zone))
