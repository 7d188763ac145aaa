"""The one shape of all kept counts: (kind, quarter-hour or 0, key) → how many events.

A contribution is what one event adds, and what is taken away again when the event is overwritten or deleted.
Counting is adding these up, so the kept numbers always equal a recomputation from the stored events.
"""

from collections.abc import Container, Iterable
from typing import TypeVar

from msgspec import json

from sightlog.domain.facts import CLASS, IMAGE_METADATA, METADATA, Entry, Value
from sightlog.domain.metadata import LARGEST_INTEGER
from sightlog.domain.times import quarter_hour_of

SEPARATOR = "\x1f"
NO_TIME = 0

TYPE, OUTCOME, CLASS_KIND, FEEDBACK = "type", "outcome", "class", "feedback"
SOURCES = ("device", "stream", "workflow")
FAILS_OF = {kind: kind + "_fails" for kind in SOURCES}
FIELD, VALUE = "field", "value"
IMAGE_FIELD, IMAGE_VALUE = "image_field", "image_value"
TYPE_NAMES = {"s": "string", "n": "number", "b": "boolean"}

TallyKey = tuple[str, int, str]
K = TypeVar("K")
V = TypeVar("V")


def contributions(entries: Iterable[Entry], timestamp: int) -> list[TallyKey]:
    """The counts that one event with these facts and this time (microseconds) is part of, each once."""
    fields, sources, others = sorted_contributions(entries, timestamp)
    return fields + sources + others


def sorted_contributions(
    entries: Iterable[Entry], timestamp: int, uncounted: Container[str] = frozenset()
) -> tuple[list[TallyKey], list[TallyKey], list[TallyKey]]:
    """The contributions to fields, to sources, and all others. The values of facts' fields that are `uncounted` are
    left out. This runs for every event: what can be known of a field is looked up once."""
    event_type = result = ""
    fields: list[TallyKey] = []
    sources: list[TallyKey] = []
    others: list[TallyKey] = []
    seen: set[TallyKey] = set()
    for entry in entries:
        field, letter, value = entry
        kind, name = _ROLES.get(field) or _role_of(field)
        if kind == "":
            continue
        if kind == FIELD:
            fields.append(_field_key(kind, name, letter))
            if field not in uncounted:
                others.append(_value_tally(VALUE, name, entry))
        elif kind == CLASS_KIND:
            seen.add((CLASS_KIND, NO_TIME, name))
        elif kind == IMAGE_FIELD:
            seen.add(_field_key(kind, name, letter))
            if field not in uncounted:
                others.append(_value_tally(IMAGE_VALUE, name, entry))
        elif kind == TYPE:
            event_type = str(value)
        elif kind == OUTCOME:
            result = str(value)
        else:
            sources.append((kind, NO_TIME, str(value)))
    others.append((TYPE, NO_TIME, event_type))
    others.append((OUTCOME, quarter_hour_of(timestamp), event_type + SEPARATOR + result))
    if result == "fail":
        others.extend((FAILS_OF[kind], NO_TIME, name) for kind, _, name in sources)
    for key in seen:
        (fields if key[0] == IMAGE_FIELD else others).append(key)
    return fields, sources, others


# Senders name the fields and values: these memories are emptied when they have grown.
_MOST_REMEMBERED = 20_000
_ROLES: dict[str, tuple[str, str]] = {}
_FIELD_KEYS: dict[tuple[str, str, str], TallyKey] = {}
_VALUE_TALLIES: dict[Entry, TallyKey] = {}


def _role_of(field: str) -> tuple[str, str]:
    """(the kind of count that a fact's field adds to, or nothing; the name within it)."""
    if field.startswith(METADATA):
        role = FIELD, field[len(METADATA) :]
    elif field.startswith(CLASS):
        role = CLASS_KIND, field[len(CLASS) :]
    elif field.startswith(IMAGE_METADATA):
        role = IMAGE_FIELD, field[len(IMAGE_METADATA) :]
    elif field in SOURCES or field == TYPE:
        role = field, ""
    else:
        role = OUTCOME if field == "result" else "", ""
    return _remember(_ROLES, field, role)


def _field_key(kind: str, name: str, letter: str) -> TallyKey:
    return _FIELD_KEYS.get((kind, name, letter)) or _remember(
        _FIELD_KEYS, (kind, name, letter), (kind, NO_TIME, name + SEPARATOR + letter)
    )


def _value_tally(kind: str, name: str, entry: Entry) -> TallyKey:
    return _VALUE_TALLIES.get(entry) or _remember(_VALUE_TALLIES, entry, (kind, NO_TIME, value_key(name, *entry[1:])))


def _remember(memory: dict[K, V], key: K, value: V) -> V:
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
    return value


def value_key(name: str, letter: str, value: Value) -> str:
    """The key of a field's value. 1 and 1.0 are the same number, so they share one. A larger float than any
    integer that we take stays one, so that whoever filters for the value can send it back."""
    if letter == "n" and isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_INTEGER:
        value = int(value)
    text = value if isinstance(value, str) else json.encode(value).decode()
    return f"{name}{SEPARATOR}{letter}{SEPARATOR}{text}"


def value_of_key(key: str) -> tuple[str, str, Value]:
    """The field's name, its type's letter and the value that a value key stands for."""
    name, letter, text = key.split(SEPARATOR, 2)
    return name, letter, text if letter == "s" else json.decode(text)


def group_of(kind: str, key: str) -> tuple[str, str] | None:
    """The group whose different keys are counted against a limit: the values of one field, or the sources
    or classes of a use case. None for counts that cannot grow without bound."""
    if kind in (VALUE, IMAGE_VALUE):
        return kind, key[: key.index(SEPARATOR)]
    if kind in SOURCES or kind == CLASS_KIND:
        return kind, ""
    return None
