"""The one shape of all kept counts: (kind, quarter-hour or 0, key) → how many events.

What events contribute is added when they come, and taken away again when they are overwritten or deleted. Counting is
adding these up, so the kept numbers always equal a recomputation from the stored events.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct, json

from sightlog.domain.facts import CLASS, IMAGE_METADATA, METADATA, Entry, Value
from sightlog.domain.metadata import LARGEST_INTEGER
from sightlog.domain.times import quarter_hour_of

SEPARATOR = "\x1f"
NO_TIME = 0

TYPE, OUTCOME, CLASS_KIND, FEEDBACK = "type", "outcome", "class", "feedback"
SOURCES = ("device", "stream", "workflow")
FAILS_OF = {kind: kind + "_fails" for kind in SOURCES}
COUNTED_WITH = {fails: kind for kind, fails in FAILS_OF.items()}
FIELD, VALUE = "field", "value"
IMAGE_FIELD, IMAGE_VALUE = "image_field", "image_value"
_VALUES_OF = {FIELD: VALUE, IMAGE_FIELD: IMAGE_VALUE}
BOUNDED = {VALUE, IMAGE_VALUE, CLASS_KIND, *SOURCES}
"""The kinds whose different keys are counted against a limit."""
TYPE_NAMES = {"s": "string", "n": "number", "b": "boolean"}

K = TypeVar("K")
V = TypeVar("V")


class Counts(Struct, frozen=True, array_like=True):
    """How many events there are behind each key of a kind and a quarter-hour. `name` is the metadata field where the
    keys are its values; else it is empty."""

    kind: str
    name: str
    quarter_hour: int
    of: dict[str, int]


class Contributions(Struct, frozen=True, array_like=True):
    """What some events of one use case add to what is kept of it, but for the values of their metadata."""

    counts: list[Counts]
    fields: list[tuple[str, str, int, int]]
    """FIELD or IMAGE_FIELD, a field, and between which times (microseconds) it was seen."""
    sources: list[tuple[str, str, int, int]]
    """A kind of source, its name, the newest timestamp of its events, and the place of the last of them."""


def contributions(events: Iterable[Iterable[Entry]], timestamps: Sequence[int]) -> Contributions:
    """What events with these facts and timestamps (microseconds) contribute. An event counts once for a field and for
    a class, however often it has it."""
    adding = _Adding()
    for place, (entries, timestamp) in enumerate(zip(events, timestamps, strict=True)):
        adding.add(place, entries, timestamp)
    return adding.finish()


class _Adding:
    """Adds up what events contribute. This runs for every event: those that are alike are counted together first."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[int, str, str], int] = {}
        self._shapes: dict[tuple[str, ...], list[int]] = {}
        self._classes: dict[str, int] = {}
        self._sources: dict[tuple[str, str], list[int]] = {}

    def add(self, place: int, entries: Iterable[Entry], timestamp: int) -> None:
        """Add the event at a place."""
        event_type = result = previous = ""
        sources: list[tuple[str, str]] = []
        shape: list[str] = []
        for field, letter, value in entries:
            kind, name = _ROLES.get(field) or _role_of(field)
            if kind in _VALUES_OF:
                shape.append(field)
                shape.append(letter)
            elif kind == CLASS_KIND:
                if field != previous:  # with its highest confidence and its lowest: one after the other
                    self._classes[name] = self._classes.get(name, 0) + 1
                previous = field
            elif kind == TYPE:
                event_type = str(value)
            elif kind == OUTCOME:
                result = str(value)
            elif kind:
                sources.append((kind, str(value)))
        outcome = quarter_hour_of(timestamp), event_type, result
        self._outcomes[outcome] = self._outcomes.get(outcome, 0) + 1
        self._see(tuple(shape), timestamp)
        for source in sources:
            self._hear(source, place, timestamp, result == "fail")

    def _see(self, shape: tuple[str, ...], timestamp: int) -> None:
        """An event has these fields: each is followed by its type's letter."""
        seen = self._shapes.get(shape)
        if seen is None:
            self._shapes[shape] = [1, timestamp, timestamp]
            return
        seen[0] += 1
        if timestamp > seen[2]:
            seen[2] = timestamp
        elif timestamp < seen[1]:
            seen[1] = timestamp

    def _hear(self, source: tuple[str, str], place: int, timestamp: int, is_fail: bool) -> None:
        heard = self._sources.get(source)
        if heard is None:
            self._sources[source] = [1, int(is_fail), timestamp, place]
            return
        heard[0] += 1
        heard[1] += is_fail
        heard[2] = max(heard[2], timestamp)
        heard[3] = place

    def finish(self) -> Contributions:
        """All of it, after the last event."""
        counts: list[Counts] = [Counts(CLASS_KIND, "", NO_TIME, self._classes)]
        fields = self._finish_fields(counts)
        self._finish_sources(counts)
        self._finish_outcomes(counts)
        sources = [(*source, newest, place) for source, (_, _, newest, place) in self._sources.items()]
        return Contributions(counts, fields, sources)

    def _finish_fields(self, counts: list[Counts]) -> list[tuple[str, str, int, int]]:
        found: dict[str, dict[str, int]] = {FIELD: {}, IMAGE_FIELD: {}}
        spans: dict[tuple[str, str], tuple[int, int]] = {}
        for shape, (n, first, last) in self._shapes.items():
            pairs = zip(shape[::2], shape[1::2], strict=True)
            for field, key in dict.fromkeys(_field_of(*pair) for pair in pairs):
                of_kind = found[field[0]]
                of_kind[key] = of_kind.get(key, 0) + n
                known = spans.get(field)
                spans[field] = (first, last) if known is None else (min(known[0], first), max(known[1], last))
        counts.extend(Counts(kind, "", NO_TIME, keys) for kind, keys in found.items() if keys)
        return [(*field, *span) for field, span in spans.items()]

    def _finish_sources(self, counts: list[Counts]) -> None:
        found: dict[str, dict[str, int]] = {}
        for (kind, name), (n, fails, _, _) in self._sources.items():
            found.setdefault(kind, {})[name] = n
            if fails:
                found.setdefault(FAILS_OF[kind], {})[name] = fails
        counts.extend(Counts(kind, "", NO_TIME, names) for kind, names in found.items())

    def _finish_outcomes(self, counts: list[Counts]) -> None:
        types: dict[str, int] = {}
        by_time: dict[int, dict[str, int]] = {}
        for (quarter_hour, event_type, result), n in self._outcomes.items():
            types[event_type] = types.get(event_type, 0) + n
            by_time.setdefault(quarter_hour, {})[event_type + SEPARATOR + result] = n
        counts.append(Counts(TYPE, "", NO_TIME, types))
        counts.extend(Counts(OUTCOME, "", quarter_hour, keys) for quarter_hour, keys in by_time.items())


ValueGroup = tuple[str, str, Iterable[Value], Iterable[int]]
"""A field, the letter of a type, values, and how many events have each."""


def values_of(entries: Iterable[Entry]) -> Iterator[ValueGroup]:
    """The values of events that are given by their entries, one at a time."""
    return ((field, letter, (value,), (1,)) for field, letter, value in entries)


def value_counts(groups: Iterable[ValueGroup], uncounted: Container[str]) -> list[Counts]:
    """How many events have each value of their metadata, but for the facts' fields that are `uncounted`."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for field, letter, values, numbers in groups:
        kind, name = _ROLES.get(field) or _role_of(field)
        if kind not in _VALUES_OF or field in uncounted:
            continue
        of = _VALUES_OF[kind], name
        counts = found.get(of)
        if counts is None:
            counts = found[of] = {}
        for value, n in zip(values, numbers, strict=False):
            key = _VALUE_KEYS.get((name, letter, value)) or _key_of_value(name, letter, value)
            counts[key] = counts.get(key, 0) + n
    return [Counts(*group, NO_TIME, counts) for group, counts in found.items()]


# Senders name the fields and values: these memories are emptied when they have grown.
_MOST_REMEMBERED = 20_000
_ROLES: dict[str, tuple[str, str]] = {}
_FIELD_KEYS: dict[tuple[str, str], tuple[tuple[str, str], str]] = {}
_VALUE_KEYS: dict[tuple[str, str, Value], str] = {}


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


def _field_of(field: str, letter: str) -> tuple[tuple[str, str], str]:
    """A metadata field, (kind, name), and the key that counts it with a type."""
    known = _FIELD_KEYS.get((field, letter))
    if known is None:
        kind, name = _role_of(field)
        known = _remember(_FIELD_KEYS, (field, letter), ((kind, name), name + SEPARATOR + letter))
    return known


def _key_of_value(name: str, letter: str, value: Value) -> str:
    return _remember(_VALUE_KEYS, (name, letter, value), value_key(name, letter, value))


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
    if kind not in BOUNDED:
        return None
    return kind, key[: key.index(SEPARATOR)] if kind in (VALUE, IMAGE_VALUE) else ""
