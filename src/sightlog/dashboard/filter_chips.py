"""The filters in words, as the chips above a list: what each one says, and the list without it."""

from msgspec import Struct

from sightlog.dashboard import words
from sightlog.dashboard.filter_bodies import Meaning, instant
from sightlog.dashboard.filter_urls import Filter, ListState, value_of_text
from sightlog.dashboard.wall_clock import WallClock

LABELS = {
    "last": "Time",
    "from": "From",
    "to": "Until",
    "type": "Event type",
    "outcome": "Outcome",
    "device": "Device",
    "stream": "Stream",
    "workflow": "Workflow",
    "external": "External id",
    "class": "Detection",
    "confidence": "Confidence",
    "feedback": "Feedback",
    "warnings": "Warnings",
    "images": "Pictures",
    "field.result": "Result",
    "field.severity": "Severity",
    "field.alert_type": "Alert type",
    "field.location": "Location",
    "field.item_type": "Item type",
    "field.item_count": "Item count",
    "field.feedback": "Verdict of the review",
    "field.related_event_id": "Reviewed event",
    "field.event_type": "Event type",
}
RELATIONS = {
    "": "is",
    "not": "is not",
    "gt": ">",
    "gte": "≥",
    "lt": "<",
    "lte": "≤",
    "contains": "contains",
    "starts": "starts with",
    "exists": "is there",
}
OUTCOMES = {"pass": "Pass", "fail": "Fail", "alert": "Alert"}
PRESETS = {
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
}
_UNITS = {"min": "minute", "h": "hour", "d": "day", "w": "week"}
_SHOWN_VALUES = 4


class Chip(Struct, frozen=True):
    """One filter in words; `problem` says why it is not in force, `without` is the list without it."""

    filter: Filter
    label: str
    relation: str
    value: str
    problem: str
    without: ListState


def chips(state: ListState, meaning: Meaning, clock: WallClock) -> list[Chip]:
    """A chip for each filter, but for those that the segment above the list shows already."""
    hidden = ("outcome", "feedback", "warnings") if state.segment else ()
    return [
        Chip(
            filter=one,
            label=label_of(one.name),
            relation=_relation(one),
            value=_value(one, clock),
            problem=meaning.problems.get(one, ""),
            without=state.without_name("class", "confidence") if one.name == "class" else state.without(one),
        )
        for one in state.filters
        if one.name not in hidden
    ]


def label_of(name: str) -> str:
    """What people call a filter."""
    family, _, field = name.partition(".")
    if field and family == "m":
        return field
    if field and family == "i":
        return f"Picture: {field}"
    return LABELS.get(name, name)


def value_words(name: str, text: str) -> str:
    """One value of a filter as people read it."""
    table = {"type": words.EVENT_TYPES, "field.event_type": words.EVENT_TYPES, "outcome": OUTCOMES}
    table |= {"feedback": words.FEEDBACK, "field.feedback": words.FEEDBACK, "last": PRESETS}
    if name in table:
        return table[name].get(text, text)
    if name.startswith(("m.", "i.")):
        value = value_of_text(text)
        return value if isinstance(value, str) else text
    return text


def _relation(one: Filter) -> str:
    if one.name in ("last", "from", "to", "warnings") or one.operator == "exists":
        return ""
    if one.name == "confidence":
        return RELATIONS[one.operator or "gte"]
    return RELATIONS[one.operator]


def _value(one: Filter, clock: WallClock) -> str:
    if one.name in ("from", "to"):
        return _moment(one, clock)
    if one.name == "last":
        return _span(one.values[-1])
    if one.operator == "exists":
        return _presence(one.values[0])
    if one.name == "warnings":
        return {"yes": "some", "no": "none"}.get(one.values[0], one.values[0])
    as_text = one.operator in ("contains", "starts")
    shown = [text if as_text else value_words(one.name, text) for text in one.values[:_SHOWN_VALUES]]
    more = len(one.values) - len(shown)
    return " or ".join([*shown, *([f"{more} more"] if more else [])])


def _presence(text: str) -> str:
    if text in ("yes", "no"):
        return "is there" if text == "yes" else "is missing"
    absent, _, type_ = text.rpartition("-")
    article = "true or false" if type_ == "boolean" else f"a {type_}"
    return f"is not {article}" if absent else f"is {article}"


def _span(text: str) -> str:
    if text in PRESETS:
        return PRESETS[text]
    digits = text.rstrip("minhdw")
    unit = _UNITS.get(text[len(digits) :])
    return f"Last {words.plural(int(digits), unit)}" if unit and digits.isdecimal() else text


def _moment(one: Filter, clock: WallClock) -> str:
    text = one.values[-1]
    try:
        moment = instant(text, clock, end=one.name == "to")
    except ValueError:
        return text
    if len(text) == len("2026-11-27"):
        return clock.day(moment)
    local = clock.local(moment)
    return f"{clock.day(moment)} {local:%H:%M:%S}".removesuffix(":00")
