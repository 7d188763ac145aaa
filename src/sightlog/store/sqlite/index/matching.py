"""Conditions over sets: which events of a source of entries, a segment or a tail, meet a condition tree."""

import operator
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from sightlog.domain.conditions import AllOf, Condition, Match, Not
from sightlog.store.sqlite.index.ordinals import Floats, Mask

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class Source(Protocol):
    """Events with their entries, each at a place below `size`."""

    size: int

    def find(self, match: Match) -> Mask:
        """The places of the events that have a matching entry; the mask is the caller's to change."""
        ...

    def leave_out_gone(self, mask: Mask) -> None:
        """Take the marks of events away that are not there any more."""
        ...


def still_there(source: Source) -> Mask:
    """The places whose events are still there."""
    mask = np.ones(source.size, np.bool_)
    source.leave_out_gone(mask)
    return mask


def evaluate(condition: Condition, source: Source) -> Mask:
    """The places of the events that meet a condition; the mask is the caller's to change."""
    if isinstance(condition, Match):
        return source.find(condition)
    if isinstance(condition, Not):
        return ~evaluate(condition.condition, source)
    all_of = isinstance(condition, AllOf)
    if not condition.conditions:
        return np.full(source.size, all_of)
    mask = evaluate(condition.conditions[0], source)
    for part in condition.conditions[1:]:
        if not all_of:
            mask |= evaluate(part, source)
        elif mask.any():
            mask &= evaluate(part, source)
    return mask


def as_text(letter: str, value: Any) -> str:
    """How the index writes a value that is no number: truth values as 0 and 1."""
    return value if letter == "s" else str(int(value))


def named_texts(match: Match) -> list[str] | None:
    """The texts (or truth values as texts) that pass a match, where it names them; None with any other operator."""
    if match.operator not in ("eq", "in"):
        return None
    values = match.value if isinstance(match.value, tuple) else (match.value,)
    return [as_text(match.letter or "s", value) for value in values]


def passes_text(match: Match) -> Callable[[str], bool]:
    """Whether a text (or a truth value as a text) passes a match's operator."""
    named = named_texts(match)
    if named is not None:
        return frozenset(named).__contains__
    text = as_text(match.letter or "s", match.value)
    if match.operator == "contains":
        return lambda value: text in value
    if match.operator == "starts_with":
        return lambda value: value.startswith(text)
    compare = _COMPARISONS[match.operator]
    return lambda value: bool(compare(value, text))


def passing_numbers(match: Match, numbers: Floats) -> Mask:
    """Which of these numbers pass a match's operator."""
    if match.operator == "exists":
        return np.ones(len(numbers), np.bool_)
    if match.operator == "in":
        return np.isin(numbers, np.array(match.value, np.float64))
    found: Mask = _COMPARISONS[match.operator](numbers, float(match.value))  # type: ignore[arg-type]  # a number
    return found


def bounds_of(match: Match) -> tuple[Any, Any]:
    """Between which values, both included, everything that passes a match lies; None where there is no bound."""
    if match.operator == "in":
        values = [one if match.letter == "n" else as_text(match.letter or "s", one) for one in match.value]  # type: ignore[union-attr]
        return min(values), max(values)
    value = match.value if match.letter == "n" else as_text(match.letter or "s", match.value)
    if match.operator == "eq":
        return value, value
    if match.operator in ("gt", "gte"):
        return value, None
    if match.operator in ("lt", "lte"):
        return None, value
    if match.operator == "starts_with":
        return value, f"{value}\U0010ffff"
    return None, None
