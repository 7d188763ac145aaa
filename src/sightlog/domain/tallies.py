"""The one shape of all kept counts: (kind, key) → how many events.

What events contribute is added when they come, and taken away again when they are overwritten or deleted. Counting is
adding these up, so the kept numbers always equal a recomputation from the stored events.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import chain

from msgspec import Struct, json

from sightlog.domain.fact_columns import FactGroups
from sightlog.domain.facts import CLASS, IMAGE_METADATA, METADATA, Value
from sightlog.domain.metadata import LARGEST_INTEGER
from sightlog.domain.remembering import Remembered

SEPARATOR = "\x1f"

TYPE, CLASS_KIND, FEEDBACK = "type", "class", "feedback"
SOURCES = ("device", "stream", "workflow")
FAILS_OF = {kind: kind + "_fails" for kind in SOURCES}
COUNTED_WITH = {fails: kind for kind, fails in FAILS_OF.items()}
FIELD, VALUE = "field", "value"
IMAGE_FIELD, IMAGE_VALUE = "image_field", "image_value"
_VALUES_OF = {FIELD: VALUE, IMAGE_FIELD: IMAGE_VALUE}
BOUNDED = {VALUE, IMAGE_VALUE, CLASS_KIND, *SOURCES}
"""The kinds whose different keys are counted against a limit."""
TYPE_NAMES = {"s": "string", "n": "number", "b": "boolean"}


class Counts(Struct, frozen=True, array_like=True):
    """How many events there are behind each key of a kind. `name` is the metadata field where the keys are its values;
    else it is empty."""

    kind: str
    name: str
    of: dict[str, int]


class Contributions(Struct, frozen=True, array_like=True):
    """What some events of one use case add to what is kept of it, but for the values of their metadata."""

    counts: list[Counts]
    fields: list[tuple[str, str, int, int]]
    """FIELD or IMAGE_FIELD, a field, and between which times (microseconds) it was seen."""
    sources: list[tuple[str, str, int, int]]
    """A kind of source, its name, the newest timestamp of its events, and the place of the last of them."""


def contributions(facts: FactGroups, timestamps: Sequence[int]) -> Contributions:
    """What events with these facts and timestamps (microseconds) contribute. An event counts once for a field and for
    a class, however often it has it."""
    types = {str(name): len(places) for name, places in facts.texts.get(TYPE, {}).items()}
    sources, of_sources = _sources(facts, timestamps)
    fields, of_names = _named(facts, timestamps)
    return Contributions([Counts(TYPE, "", types), *of_sources, *of_names], fields, sources)


def _sources(facts: FactGroups, timestamps: Sequence[int]) -> tuple[list[tuple[str, str, int, int]], list[Counts]]:
    """Each source that was heard, and how many events and fails are of each."""
    heard: list[tuple[str, str, int, int]] = []
    counts: list[Counts] = []
    fails = set(facts.texts.get("result", {}).get("fail", ()))
    for kind in SOURCES:
        names: dict[str, int] = {}
        failed: dict[str, int] = {}
        for value, places in facts.texts.get(kind, {}).items():
            name, last = str(value), places[-1]
            newest = timestamps[last] if len(places) == 1 else max([timestamps[place] for place in places])
            heard.append((kind, name, newest, last))
            names[name] = len(places)
            if not fails.isdisjoint(places):
                failed[name] = len(fails.intersection(places))
        of_kind = Counts(kind, "", names), Counts(FAILS_OF[kind], "", failed)
        counts.extend(one for one in of_kind if one.of)
    return heard, counts


def _named(facts: FactGroups, timestamps: Sequence[int]) -> tuple[list[tuple[str, str, int, int]], list[Counts]]:
    """Each field of the metadata with its span; how many events have it with each type, and how many each class."""
    having: dict[tuple[str, str], set[int]] = {}
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for field, letter, groups in facts.by_field():
        kind, name = role = _ROLES[field]
        if kind == CLASS_KIND:
            having.setdefault(role, set()).update(*groups)
        elif kind in _VALUES_OF:
            places = having[kind, name + SEPARATOR + letter] = set(chain.from_iterable(groups))
            seen = timestamps if len(places) == len(timestamps) else [timestamps[place] for place in places]
            first, last = spans.get(role, (seen[0], seen[0]))
            spans[role] = min(first, *seen), max(last, *seen)
    found: dict[str, dict[str, int]] = {}
    for (kind, key), places in having.items():
        found.setdefault(kind, {})[key] = len(places)
    counts = [Counts(kind, "", keys) for kind, keys in found.items()]
    return [(*role, *span) for role, span in spans.items()], counts


ValueGroup = tuple[str, str, Iterable[Value], Iterable[int]]
"""A field, the letter of a type, values, and how many events have each."""


def value_counts(groups: Iterable[ValueGroup], uncounted: Container[str]) -> list[Counts]:
    """How many events have each value of their metadata, but for the facts' fields that are `uncounted`."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for field, letter, values, numbers in groups:
        kind, name = _ROLES[field]
        if kind not in _VALUES_OF or field in uncounted:
            continue
        of = _VALUES_OF[kind], name
        counts = found.get(of)
        if counts is None:
            counts = found[of] = {}
        for value, n in zip(values, numbers, strict=False):
            key = _VALUE_KEYS[name, letter, value]
            counts[key] = counts.get(key, 0) + n
    return [Counts(*group, counts) for group, counts in found.items()]


def _role_of(field: str) -> tuple[str, str]:
    """(the kind of count that a fact's field adds to, or nothing; the name within it)."""
    if field.startswith(METADATA):
        role = FIELD, field[len(METADATA) :]
    elif field.startswith(CLASS):
        role = CLASS_KIND, field[len(CLASS) :]
    elif field.startswith(IMAGE_METADATA):
        role = IMAGE_FIELD, field[len(IMAGE_METADATA) :]
    else:
        role = "", ""
    return role


_ROLES = Remembered(_role_of)


def value_key(name: str, letter: str, value: Value) -> str:
    """The key of a field's value. 1 and 1.0 are the same number, so they share one. A larger float than any
    integer that we take stays one, so that whoever filters for the value can send it back."""
    if letter == "n" and isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_INTEGER:
        value = int(value)
    text = value if isinstance(value, str) else json.encode(value).decode()
    return f"{name}{SEPARATOR}{letter}{SEPARATOR}{text}"


_VALUE_KEYS: Remembered[tuple[str, str, Value], str] = Remembered(lambda named: value_key(*named))


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
