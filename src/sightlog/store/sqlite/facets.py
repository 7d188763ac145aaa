"""Facets: the most frequent values of everything that can be filtered, read from the kept counts.

Only where a group is crowded, so that its counts were dropped, do the newest events speak for it, a bounded number.
"""

import heapq
import sqlite3
from collections.abc import Iterable
from typing import TypeVar

from sightlog.domain.events import EventType
from sightlog.domain.facets import Facets, FacetValue, MetadataFacet, MetadataValue, SourceFacet
from sightlog.domain.facts import CLASS, IMAGE_METADATA, METADATA, TEXT, Value
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.tallies import (
    CLASS_KIND,
    FAILS_OF,
    FEEDBACK,
    FIELD,
    IMAGE_FIELD,
    IMAGE_VALUE,
    TYPE,
    TYPE_NAMES,
    VALUE,
    value_of_key,
)
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.store.sqlite.fields import counts_by_type
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.sources import last_heard
from sightlog.store.sqlite.tallies import is_crowded, read_group, read_keys

_NEWEST_ENTRIES = 2_000

K = TypeVar("K")


def read(connection: sqlite3.Connection, index: SideIndex, use_case: UseCase, most: int) -> Facets:
    """All facets of a use case, at most `most` values of each."""
    number = use_case.number
    view = IndexView(connection, index, number)
    return Facets(
        use_case_id=use_case.id,
        event_types=_frequent(connection, number, TYPE, most),
        devices=_sources(connection, view, "device", most),
        streams=_sources(connection, view, "stream", most),
        workflows=_sources(connection, view, "workflow", most),
        detection_classes=_classes(connection, view, most),
        custom_metadata=_metadata(connection, view, (FIELD, VALUE, METADATA), most),
        image_metadata=_metadata(connection, view, (IMAGE_FIELD, IMAGE_VALUE, IMAGE_METADATA), most),
        feedback=_feedback(connection, number),
    )


def recent_texts(connection: sqlite3.Connection, index: SideIndex, use_case: int, field: str, most: int) -> list[str]:
    """See the contract."""
    counts = IndexView(connection, index, use_case).newest_values(field, _NEWEST_ENTRIES)
    return [str(value) for (letter, value), _ in _first(counts.items(), most) if letter == TEXT]


def _frequent(connection: sqlite3.Connection, use_case: int, kind: str, most: int) -> list[FacetValue]:
    rows = connection.execute(
        "SELECT key, n FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 ORDER BY n DESC, key LIMIT ?",
        (use_case, kind, most),
    )
    return [FacetValue(value=key, count=n) for key, n in rows]


def _classes(connection: sqlite3.Connection, view: IndexView, most: int) -> list[FacetValue]:
    if not is_crowded(connection, view.use_case, CLASS_KIND):
        return _frequent(connection, view.use_case, CLASS_KIND, most)
    counts = view.newest_fields(CLASS, _NEWEST_ENTRIES)
    return [FacetValue(value=field[len(CLASS) :], count=n) for field, n in _first(counts.items(), most)]


def _sources(connection: sqlite3.Connection, view: IndexView, kind: str, most: int) -> list[SourceFacet]:
    use_case = view.use_case
    if is_crowded(connection, use_case, kind):
        return [
            SourceFacet(value=str(value), count=n, fails=0, last_event_at=None, last_arrival_at=None)
            for (_, value), n in _first(view.newest_values(kind, _NEWEST_ENTRIES).items(), most)
        ]
    facets = []
    for facet in _frequent(connection, use_case, kind, most):
        heard = last_heard(connection, use_case, kind, facet.value) or (0, 0)
        facets.append(
            SourceFacet(
                value=facet.value,
                count=facet.count,
                fails=read_keys(connection, use_case, FAILS_OF[kind], [facet.value]),
                last_event_at=format_timestamp(heard[0]),
                last_arrival_at=format_timestamp(heard[1]),
            )
        )
    return facets


def _metadata(
    connection: sqlite3.Connection, view: IndexView, kinds: tuple[str, str, str], most: int
) -> dict[str, MetadataFacet]:
    use_case = view.use_case
    field_kind, value_kind, prefix = kinds
    facets = {}
    for name, types in sorted(counts_by_type(connection, use_case, field_kind).items()):
        crowded = is_crowded(connection, use_case, value_kind, name)
        if crowded:
            values = [
                MetadataValue(value=_as_sent(value), type=TYPE_NAMES[letter], count=n)
                for (letter, value), n in _first(view.newest_values(prefix + name, _NEWEST_ENTRIES).items(), most)
            ]
        else:
            rows = sorted(read_group(connection, use_case, value_kind, name), key=lambda row: (-row[1], row[0]))[:most]
            values = []
            for key, n in rows:
                _, letter, value = value_of_key(key)
                values.append(MetadataValue(value=value, type=TYPE_NAMES[letter], count=n))
        facets[name] = MetadataFacet(types=types, values=values, many_values=crowded)
    return facets


def _feedback(connection: sqlite3.Connection, use_case: int) -> list[FacetValue]:
    counts = dict(read_group(connection, use_case, FEEDBACK))
    types = read_group(connection, use_case, TYPE)
    reviewable = sum(n for event_type, n in types if event_type != EventType.OPERATOR_FEEDBACK)
    counts[FeedbackStatus.NONE] = reviewable - sum(counts.values())
    return [FacetValue(value=status.value, count=counts.get(status, 0)) for status in FeedbackStatus]


def _first(counts: Iterable[tuple[K, int]], most: int) -> list[tuple[K, int]]:
    """The most frequent, in the order of the values where they are equally frequent."""
    return heapq.nsmallest(most, counts, key=lambda row: (-row[1], str(row[0])))


def _as_sent(value: Value) -> Value:
    """The index keeps every number as a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
