"""The one shape of all kept counts: (kind, quarter-hour or 0, key) → how many events.

A contribution is what one event adds, and what is taken away again when the event is overwritten or deleted.
Counting is adding these up, so the kept numbers always equal a recomputation from the stored events.
"""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct, json

from sightlog.domain.fact_columns import FactColumns, TextFacts, by_value
from sightlog.domain.facts import CLASS, IMAGE_METADATA, METADATA, NUMBER, Value
from sightlog.domain.metadata import LARGEST_INTEGER
from sightlog.domain.times import quarter_hour_of

SEPARATOR = "\x1f"
NO_TIME = 0

TYPE, OUTCOME, CLASS_KIND, FEEDBACK = "type", "outcome", "class", "feedback"
SOURCES = ("device", "stream", "workflow")
FAILS_OF = {kind: kind + "_fails" for kind in SOURCES}
FIELD, VALUE = "field", "value"
IMAGE_FIELD, IMAGE_VALUE = "image_field", "image_value"
_WITH_VALUES = {FIELD: VALUE, IMAGE_FIELD: IMAGE_VALUE}
TYPE_NAMES = {"s": "string", "n": "number", "b": "boolean"}

TallyKey = tuple[str, int, str]
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


def contributions(columns: FactColumns, timestamps: Sequence[int]) -> Contributions:
    """What events with these facts and timestamps (microseconds) contribute."""
    adding = _Adding(columns.events, timestamps)
    for texts, places in columns.text_places():
        kind, name = _ROLES.get(texts.field) or _role_of(texts.field)
        if kind in _WITH_VALUES:
            adding.see(kind, name, texts.letter, places)
        elif kind == TYPE:
            adding.types = _by_place(columns.events, texts, places)
        elif kind == OUTCOME:
            adding.results = _by_place(columns.events, texts, places)
        elif kind == CLASS_KIND:
            adding.detect(name, places)
        elif kind:
            adding.hear(kind, texts, places)
    for field, places in columns.number_places():
        kind, name = _ROLES.get(field) or _role_of(field)
        if kind == CLASS_KIND:
            adding.detect(name, places)
        elif kind in _WITH_VALUES:
            adding.see(kind, name, NUMBER, places)
    return adding.finish()


def value_counts(columns: FactColumns, uncounted: Container[str]) -> list[Counts]:
    """How many of these events have each value of their metadata, but for the facts' fields that are `uncounted`."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for texts in columns.texts:
        kind, name = _ROLES.get(texts.field) or _role_of(texts.field)
        if kind in _WITH_VALUES and texts.field not in uncounted:
            counts = found.setdefault((_WITH_VALUES[kind], name), {})
            for value, n in zip(texts.values, texts.counts, strict=True):
                counts[_remembered_key(name, texts.letter, value)] = n
    for column in columns.numbers:
        kind, name = _ROLES.get(column.field) or _role_of(column.field)
        if kind in _WITH_VALUES and column.field not in uncounted:
            counts = found.setdefault((_WITH_VALUES[kind], name), {})
            for number, n in Counter(column.as_list()).items():
                counts[_remembered_key(name, NUMBER, number)] = n
    return [Counts(*group, NO_TIME, counts) for group, counts in found.items()]


def _by_place(events: int, texts: TextFacts, places: list[int]) -> list[str]:
    found = [""] * events
    for value, mine in by_value(texts, places):
        for place in mine:
            found[place] = str(value)
    return found


class _Adding:
    """Adds up what events contribute. An event counts once for a field and for a class, however often it has it."""

    def __init__(self, events: int, timestamps: Sequence[int]) -> None:
        self._events = events
        self._timestamps = timestamps
        self._whole_span = (min(timestamps), max(timestamps)) if timestamps else (0, 0)
        self.types = self.results = [""] * events
        self._seen: dict[str, dict[str, int]] = {}
        self._spans: dict[tuple[str, str], tuple[int, int]] = {}
        self._detected: dict[str, list[int]] = {}
        self._heard: list[tuple[str, TextFacts, list[int]]] = []

    def see(self, kind: str, name: str, letter: str, places: list[int]) -> None:
        """A field has values of one type in these events."""
        count = len(set(places))
        self._seen.setdefault(kind, {})[name + SEPARATOR + letter] = count
        span = self._whole_span if count == self._events else self._span_of(places)
        known = self._spans.get((kind, name), span)
        self._spans[(kind, name)] = min(known[0], span[0]), max(known[1], span[1])

    def _span_of(self, places: list[int]) -> tuple[int, int]:
        times = list(map(self._timestamps.__getitem__, places))
        return min(times), max(times)

    def detect(self, name: str, places: list[int]) -> None:
        """A class comes with its confidence or, as a text, without."""
        known = self._detected.get(name)
        self._detected[name] = places if known is None else known + places

    def hear(self, kind: str, names: TextFacts, places: list[int]) -> None:
        """Sources of one kind have these events."""
        self._heard.append((kind, names, places))

    def finish(self) -> Contributions:
        """All of it, after the last fact."""
        counts = [Counts(kind, "", NO_TIME, seen) for kind, seen in self._seen.items()]
        detected = {name: len(set(places)) for name, places in self._detected.items()}
        counts.append(Counts(CLASS_KIND, "", NO_TIME, detected))
        counts.append(Counts(TYPE, "", NO_TIME, Counter(self.types)))
        counts += self._outcomes()
        counts += self._of_sources()
        return Contributions(counts, [(*field, *span) for field, span in self._spans.items()], list(self._sources()))

    def _outcomes(self) -> Iterator[Counts]:
        by_time: dict[int, dict[str, int]] = {}
        outcomes = Counter(zip(map(quarter_hour_of, self._timestamps), self.types, self.results, strict=True))
        for (quarter_hour, event_type, result), n in outcomes.items():
            by_time.setdefault(quarter_hour, {})[event_type + SEPARATOR + result] = n
        return (Counts(OUTCOME, "", quarter_hour, counts) for quarter_hour, counts in by_time.items())

    def _of_sources(self) -> Iterator[Counts]:
        failed = [place for place, result in enumerate(self.results) if result == "fail"]
        for kind, names, places in self._heard:
            yield Counts(kind, "", NO_TIME, dict(zip(map(str, names.values), names.counts, strict=True)))
            if failed:
                name_of = _by_place(self._events, names, places)
                yield Counts(FAILS_OF[kind], "", NO_TIME, Counter(name_of[place] for place in failed if name_of[place]))

    def _sources(self) -> Iterator[tuple[str, str, int, int]]:
        time_of = self._timestamps.__getitem__
        for kind, names, places in self._heard:
            start = 0
            for name, count in zip(names.values, names.counts, strict=True):
                last = places[start + count - 1]
                newest = time_of(last) if count == 1 else max(map(time_of, places[start : start + count]))
                yield kind, str(name), newest, last
                start += count


# Senders name the fields and values: these memories are emptied when they have grown.
_MOST_REMEMBERED = 20_000
_ROLES: dict[str, tuple[str, str]] = {}
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


def _remembered_key(name: str, letter: str, value: Value) -> str:
    of = name, letter, value
    return _VALUE_KEYS.get(of) or _remember(_VALUE_KEYS, of, value_key(name, letter, value))


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
