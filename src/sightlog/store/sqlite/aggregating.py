"""Counting events by a field's values and by time, over the sets of the side index: no event row is read."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sightlog.domain.aggregates import Aggregated, Figures, Group
from sightlog.domain.conditions import Match
from sightlog.domain.events import EventType
from sightlog.domain.facts import CLASS, TEXT, Value
from sightlog.domain.tallies import TYPE_NAMES
from sightlog.store.sqlite.finding import Search
from sightlog.store.sqlite.index.ordinals import Mask
from sightlog.store.sqlite.index.reading import groups_of
from sightlog.store.sqlite.index.segments import Segment
from sightlog.store.sqlite.index.tail import TailView

GroupKey = tuple[str, Value] | None
"""The letter of the type, and the value; None are the events without one."""
Sums = NDArray[np.int64]
"""A row for each bucket (one without buckets): count, fails, alerts, checked."""

_FAIL = Match(("result",), TEXT, "eq", "fail")
_CHECKED = Match(("result",), TEXT, "exists")
_ALERT = Match(("type",), TEXT, "eq", EventType.SAFETY_ALERT.value)


def aggregate(search: Search, field: str | None, edges: Sequence[int] | None, most: int) -> Aggregated:
    """See the contract. Raises QueryTooSlow. Buckets are counted only for the groups that are told of: a field may
    have as many values as there are events."""
    try:
        total, groups = _sums(search, edges), _by_value(search, field, None, None)
        ranked = sorted(groups.items(), key=lambda one: (-int(one[1][0, 0]), one[0] is None, str(one[0])))
        told = dict(ranked[:most])
        if edges is not None and told:
            told |= _by_value(search, field, edges, set(told))
    except sqlite3.OperationalError as error:
        raise search.interrupted(error) from None
    others = np.zeros((1, 4), np.int64) + sum(sums for _, sums in ranked[most:])
    return Aggregated(
        buckets=_figures(total),
        groups=[_group(key, sums, with_buckets=edges is not None) for key, sums in told.items()],
        rest=_together(others),
        other_groups=len(ranked[most:]),
    )


def _sums(search: Search, edges: Sequence[int] | None) -> Sums:
    total = _nothing(edges)
    for source, mask in search.matching():
        _Adder(source, edges).add(total, np.flatnonzero(mask))
    return total


def _by_value(
    search: Search, field: str | None, edges: Sequence[int] | None, only: set[GroupKey] | None
) -> dict[GroupKey, Sums]:
    groups: dict[GroupKey, Sums] = {}
    for source, mask in search.matching() if field is not None else ():
        adder = _Adder(source, edges)
        for key, places in _split(source, mask, field or ""):
            if only is None or key in only:
                if key not in groups:
                    groups[key] = _nothing(edges)
                adder.add(groups[key], places)
    return groups


def _nothing(edges: Sequence[int] | None) -> Sums:
    return np.zeros((1 if edges is None else len(edges) - 1, 4), np.int64)


def _group(key: GroupKey, sums: Sums, *, with_buckets: bool) -> Group:
    letter, value = key or (None, None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Group(
        value=value,
        type=None if letter is None else TYPE_NAMES[letter],
        buckets=_figures(sums) if with_buckets else None,
        **msgspec.structs.asdict(_together(sums)),
    )


def _together(sums: Sums) -> Figures:
    return _figures(sums.sum(axis=0, keepdims=True))[0]


def _figures(sums: Sums) -> list[Figures]:
    return [Figures(count=row[0], fails=row[1], alerts=row[2], checked=row[3]) for row in sums.tolist()]


class _Adder:
    """Adds places of one piece of the index to sums."""

    def __init__(self, source: TailView | Segment, edges: Sequence[int] | None) -> None:
        self._kinds = [source.find(match) for match in (_FAIL, _ALERT, _CHECKED)]
        self._buckets = None
        if edges is not None:
            self._buckets = np.searchsorted(np.array(edges, np.int64), source.times(), "right") - 1

    def add(self, sums: Sums, places: NDArray[Any]) -> None:
        if self._buckets is None:
            sums[0] += [len(places), *(int(np.count_nonzero(kind[places])) for kind in self._kinds)]
            return
        buckets = self._buckets[places]
        sums[:, 0] += np.bincount(buckets, minlength=len(sums))
        for column, kind in enumerate(self._kinds, 1):
            sums[:, column] += np.bincount(buckets[kind[places]], minlength=len(sums))


def _split(source: TailView | Segment, mask: Mask, field: str) -> Iterator[tuple[GroupKey, NDArray[Any]]]:
    """The places of a mask by their value; those without one last."""
    rest = mask.copy()
    for key, ordinals in _values(source, field):
        places = ordinals[mask[ordinals]]
        if len(places):
            rest[places] = False
            yield key, places
    if rest.any():
        yield None, np.flatnonzero(rest)


def _values(source: TailView | Segment, field: str) -> Iterator[tuple[GroupKey, NDArray[Any]]]:
    if field == CLASS:
        for name in sorted({name for name, _ in source.columns() if name.startswith(CLASS)}):
            yield (TEXT, name[len(CLASS) :]), np.flatnonzero(source.find(Match((name,), None, "exists")))
        return
    for letter, value, ordinals in groups_of(source, field):
        yield (letter, value), ordinals.astype(np.int64)
