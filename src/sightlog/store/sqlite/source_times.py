"""When sources were heard: many of them in one walk over the side index, because a plant that stops for the night has
two hundred silent cameras at once."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sightlog.domain.conditions import Match
from sightlog.domain.facts import TEXT
from sightlog.store.sqlite.finding import Search
from sightlog.store.sqlite.index.ordinals import Integers
from sightlog.store.sqlite.index.reading import groups_of
from sightlog.store.sqlite.index.segments import Segment
from sightlog.store.sqlite.index.tail import TailView

# So few are looked up one by one: cheaper than all values of the field.
_FEW = 8


def newest_times(search: Search, field: str, names: Collection[str], limit: int) -> dict[str, list[int]]:
    """See the contract. Raises QueryTooSlow."""
    found: dict[str, Integers] = {name: np.empty(0, np.int64) for name in names}
    waiting = set(names)
    try:
        for source, mask in search.matching():
            if isinstance(source, Segment):
                newest_left = source.info.last_time
                waiting -= {name for name in waiting if _is_done(found[name], limit, newest_left)}
            if not waiting:
                break
            times = source.times()
            for name, places in _places(source, field, waiting):
                own = times[places[mask[places]]]
                found[name] = np.sort(np.concatenate((found[name], own)))[::-1][:limit]
    except sqlite3.OperationalError as error:
        raise search.interrupted(error) from None
    return {name: times.tolist() for name, times in found.items()}


def heard_between(search: Search, field: str, spans: Mapping[str, tuple[int, int]]) -> set[str]:
    """See the contract. Raises QueryTooSlow."""
    heard: set[str] = set()
    try:
        for source, mask in search.matching():
            times = source.times()
            for name, places in _places(source, field, spans.keys() - heard):
                start, end = spans[name]
                own = times[places[mask[places]]]
                if ((own >= start) & (own <= end)).any():
                    heard.add(name)
            if len(heard) == len(spans):
                break
    except sqlite3.OperationalError as error:
        raise search.interrupted(error) from None
    return heard


def _is_done(newest_first: Integers, limit: int, newest_left: int) -> bool:
    return len(newest_first) == limit and bool(newest_first[-1] >= newest_left)


def _places(source: TailView | Segment, field: str, names: Collection[str]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Each of the names that occurs, with the places of its events."""
    if len(names) <= _FEW:
        for name in names:
            places = np.flatnonzero(source.find(Match((field,), TEXT, "eq", name)))
            if len(places):
                yield name, places
        return
    for _, value, ordinals in groups_of(source, field):
        if value in names:
            yield str(value), ordinals
