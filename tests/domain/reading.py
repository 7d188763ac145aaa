"""Reading events in tests: valid ones to begin with, under the usual rules."""

import json
from typing import Any

import pytest

from sightlog.domain.errors import Invalid, Problem
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_batch, read_event
from sightlog.domain.limits import Limits
from sightlog.domain.times import parse_timestamp

Json = dict[str, Any]

NOW = parse_timestamp("2026-08-13T09:00:00Z")[0]
RULES = Reading(limits=Limits(), now=NOW, lookback_days=365)


def an_event(event_type: str = "quality_check", **changes: Any) -> Json:
    """A valid event; Ellipsis leaves a field out."""
    data: dict[str, Json] = {
        "quality_check": {"result": "pass"},
        "inventory_count": {"itemCount": 12},
        "safety_alert": {"alertType": "fire"},
        "custom": {"value": "anything"},
        "operator_feedback": {"relatedEventId": "other", "feedback": "correct"},
    }
    event: Json = {
        "eventId": "event-7",
        "eventType": event_type,
        "useCaseId": "paint line",
        "timestamp": "2026-08-13T08:00:00Z",
        "eventData": data.get(event_type, {}),
    }
    return {name: value for name, value in (event | changes).items() if value is not ...}


def raw(value: Any) -> bytes:
    """JSON as a client sends it."""
    return json.dumps(value, ensure_ascii=False).encode()


def read(event: Json, rules: Reading = RULES) -> AcceptedEvent:
    return read_event(raw(event), rules)


def body(event: AcceptedEvent) -> Json:
    """What a query would answer of it."""
    found: Json = json.loads(event.rest)
    return found | {"images": json.loads(event.images)}


def problems_of(event: Any, rules: Reading = RULES) -> list[Problem]:
    """What is wrong with an event."""
    with pytest.raises(Invalid) as caught:
        read_event(json.dumps(event).encode(), rules)
    _check_text(caught.value)
    return caught.value.details


def problems_of_batch(batch: Any, rules: Reading = RULES) -> list[Problem]:
    """What is wrong with a batch."""
    with pytest.raises(Invalid) as caught:
        read_batch(json.dumps(batch).encode(), rules)
    _check_text(caught.value)
    return caught.value.details


def _check_text(error: Invalid) -> None:
    """The text of the error tells the first problem, and how many more there are."""
    first, more = error.details[0], len(error.details) - 1
    assert first.message in error.message
    assert first.path in error.message
    assert (f"(and {more} more)" in error.message) is (more > 0)


def warnings_of(event: Json, rules: Reading = RULES) -> list[tuple[str, str]]:
    """(code, path) of every warning of an event."""
    found = read(event, rules)
    assert all(warning.message for warning in found.warnings)
    assert (("has_warnings", "b", True) in found.entries) is bool(found.warnings)
    return [(warning.code.value, warning.path) for warning in found.warnings]
