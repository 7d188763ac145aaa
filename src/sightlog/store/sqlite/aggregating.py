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
# So many groups have buckets while it is not known yet which are told of.
_MOST_WITH_BUCKETS = 2_000


def aggregate(search: Search, field: str | None, edges: Sequence[int] | None, most: int) -> Aggregated:
    """See the contract. Raises QueryTooSlow. A field may have as many values as there are events: then buckets are
    counted only for the groups that are told of, in a second round."""
    found = _Found(field, edges)
    try:
        found.take_in(search)
        ranked = sorted(found.groups.items(), key=lambda one: (-_count(one[1]), one[0] is None, str(one[0])))
        told = dict(ranked[:most])
        if found.has_too_many and edges is not None and told:
            again = _Found(field, edges, set(told))
            again.take_in(search)
            told |= again.groups
    except sqlite3.OperationalError as error:
        raise search.interrupted(error) from None
    others = np.zeros((1, 4), np.int64) + sum(sums for _, sums in ranked[most:])
    return Aggregated(
        buckets=_figures(found.total),
        groups=[_group(key, sums, with_buckets=edges is not None) for key, sums in told.items()],
        rest=_together(others),
        other_groups=len(ranked[most:]),
    )


class _Found:
    """The sums of all events, and those by a field's values; or `only` those of some values."""

    def __init__(self, field: str | None, edges: Sequence[int] | None, only: set[GroupKey] | None = None) -> None:
        self._field = field
        self._edges = edges
        self._only = only
        self.total = np.zeros((1 if edges is None else len(edges) - 1, 4), np.int64)
        self.groups: dict[GroupKey, Sums] = {}
        self.has_too_many = False
        """Whether there are too many groups for buckets of each; they have one row each then."""

    def take_in(self, search: Search) -> None:
        """Add what a search finds."""
        for source, mask in search.matching():
            adder = _Adder(source, self._edges)
            if self._only is None:
                places = np.flatnonzero(mask)
                self.total += adder.sums(places, np.zeros(len(places), np.int64), 1)[0]
            if self._field is not None:
                self._add_groups(adder, *_split(source, mask, self._field))

    def _add_groups(
        self, adder: "_Adder", keys: list[GroupKey], codes: NDArray[np.int64], places: NDArray[Any]
    ) -> None:
        if self._only is not None:
            keys, codes, places = _chosen(self._only, keys, codes, places)
        found = adder.sums(places, codes, len(keys), with_buckets=not self.has_too_many)
        for key, sums in zip(keys, found, strict=True):
            before = self.groups.get(key)
            if before is not None:
                before += sums
            elif sums[:, 0].any():
                self.groups[key] = sums.copy()
        if self._only is None and len(self.groups) > _MOST_WITH_BUCKETS and not self.has_too_many:
            self.has_too_many = True
            self.groups = {key: sums.sum(axis=0, keepdims=True) for key, sums in self.groups.items()}


class _Adder:
    """Adds up the events of one piece of the index."""

    def __init__(self, source: TailView | Segment, edges: Sequence[int] | None) -> None:
        self._kinds = [source.find(match) for match in (_FAIL, _ALERT, _CHECKED)]
        self._buckets: NDArray[np.int64] | None = None
        if edges is not None:
            self._buckets = np.searchsorted(np.array(edges, np.int64), source.times(), "right") - 1
            self._size = len(edges) - 1

    def sums(
        self, places: NDArray[Any], codes: NDArray[np.int64], groups: int, *, with_buckets: bool = True
    ) -> NDArray[np.int64]:
        """The sums of so many groups, by group, bucket and column; `codes` says to which group each place belongs."""
        cells, size = codes, 1
        if self._buckets is not None and with_buckets:
            cells, size = codes * self._size + self._buckets[places], self._size
        columns = [np.bincount(cells, minlength=groups * size)]
        columns += [np.bincount(cells[kind[places]], minlength=groups * size) for kind in self._kinds]
        return np.stack(columns, axis=1).reshape(groups, size, 4)


def _count(sums: Sums) -> int:
    return int(sums[0, 0] if len(sums) == 1 else sums[:, 0].sum())


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


def _split(
    source: TailView | Segment, mask: Mask, field: str
) -> tuple[list[GroupKey], NDArray[np.int64], NDArray[Any]]:
    """The groups of a mask's events, and for each event in a group the group's place among them and its own place.
    Those without a value are the last group. An event may be in several."""
    keys: list[GroupKey] = []
    found: list[NDArray[Any]] = []
    for key, ordinals in _values(source, field):
        keys.append(key)
        found.append(ordinals[mask[ordinals]])
    rest = mask.copy()
    for places in found:
        rest[places] = False
    keys.append(None)
    found.append(np.flatnonzero(rest))
    return keys, np.repeat(np.arange(len(keys)), list(map(len, found))), np.concatenate(found)


def _chosen(
    only: set[GroupKey], keys: list[GroupKey], codes: NDArray[np.int64], places: NDArray[Any]
) -> tuple[list[GroupKey], NDArray[np.int64], NDArray[Any]]:
    """The same of some groups."""
    is_chosen = np.array([key in only for key in keys], np.bool_)
    kept = is_chosen[codes]
    renumbered = np.cumsum(is_chosen) - 1
    return [key for key in keys if key in only], renumbered[codes[kept]], places[kept]


def _values(source: TailView | Segment, field: str) -> Iterator[tuple[GroupKey, NDArray[Any]]]:
    if field == CLASS:
        for name in sorted({name for name, _ in source.columns() if name.startswith(CLASS)}):
            yield (TEXT, name[len(CLASS) :]), np.flatnonzero(source.find(Match((name,), None, "exists")))
        return
    for letter, value, ordinals in groups_of(source, field):
        yield (letter, value), ordinals
