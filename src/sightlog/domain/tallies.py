"""The one shape of all kept counts: (kind, quarter-hour or 0, key) → how many events.

A contribution is what one event adds, and what is taken away again when the event is overwritten or deleted.
Counting is adding these up, so the kept numbers always equal a recomputation from the stored events.
"""

from collections.abc import Iterable, Iterator

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


def contributions(entries: Iterable[Entry], timestamp: int) -> Iterator[TallyKey]:
    """The counts that one event with these facts and this time (microseconds) is part of, each once."""
    event_type = result = ""
    sources: list[tuple[str, str]] = []
    seen: set[TallyKey] = set()
    for field, letter, value in entries:
        if field.startswith(METADATA):
            name = field[len(METADATA) :]
            yield FIELD, NO_TIME, name + SEPARATOR + letter
            yield VALUE, NO_TIME, value_key(name, letter, value)
        elif field == "type":
            event_type = str(value)
        elif field == "result":
            result = str(value)
        elif field in SOURCES:
            sources.append((field, str(value)))
        elif field.startswith(CLASS):
            seen.add((CLASS_KIND, NO_TIME, field[len(CLASS) :]))
        elif field.startswith(IMAGE_METADATA):
            name = field[len(IMAGE_METADATA) :]
            seen.add((IMAGE_FIELD, NO_TIME, name + SEPARATOR + letter))
            seen.add((IMAGE_VALUE, NO_TIME, value_key(name, letter, value)))
    yield TYPE, NO_TIME, event_type
    yield OUTCOME, quarter_hour_of(timestamp), event_type + SEPARATOR + result
    for kind, name in sources:
        yield kind, NO_TIME, name
        if result == "fail":
            yield FAILS_OF[kind], NO_TIME, name
    yield from seen


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
