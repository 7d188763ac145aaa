"""Facets: the most frequent values of everything that can be filtered, read from the kept counts.

Only where a group is crowded, so that its counts were dropped, do the newest events speak for it, a bounded number.
"""

import sqlite3

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
from sightlog.store.sqlite.tallies import is_crowded, read_group, read_most

_SOURCES = (
    "SELECT t.key, t.n, f.n, s.last_timestamp, s.last_received_at FROM tallies t"
    " LEFT JOIN tallies f ON f.use_case = t.use_case AND f.kind = ?3 AND f.quarter_hour = 0 AND f.key = t.key"
    " LEFT JOIN sources s ON s.use_case = t.use_case AND s.kind = t.kind AND s.name = t.key"
    " WHERE t.use_case = ?1 AND t.kind = ?2 AND t.quarter_hour = 0 ORDER BY t.n DESC, t.key LIMIT ?4"
)


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
    found = IndexView(connection, index, use_case).frequent_values(field, most)
    return [str(value) for (letter, value), _ in found if letter == TEXT]


def _frequent(connection: sqlite3.Connection, use_case: int, kind: str, most: int) -> list[FacetValue]:
    rows = connection.execute(
        "SELECT key, n FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 ORDER BY n DESC, key LIMIT ?",
        (use_case, kind, most),
    )
    return [FacetValue(value=key, count=n) for key, n in rows]


def _classes(connection: sqlite3.Connection, view: IndexView, most: int) -> list[FacetValue]:
    if not is_crowded(connection, view.use_case, CLASS_KIND):
        return _frequent(connection, view.use_case, CLASS_KIND, most)
    return [FacetValue(value=field[len(CLASS) :], count=n) for field, n in view.frequent_fields(CLASS, most)]


def _sources(connection: sqlite3.Connection, view: IndexView, kind: str, most: int) -> list[SourceFacet]:
    use_case = view.use_case
    if is_crowded(connection, use_case, kind):
        return [
            SourceFacet(value=str(value), count=n, fails=0, last_event_at=None, last_arrival_at=None)
            for (_, value), n in view.frequent_values(kind, most)
        ]
    rows = connection.execute(_SOURCES, (use_case, kind, FAILS_OF[kind], most))
    return [
        SourceFacet(
            value=value,
            count=n,
            fails=fails or 0,
            last_event_at=format_timestamp(last_timestamp or 0),
            last_arrival_at=format_timestamp(last_received_at or 0),
        )
        for value, n, fails, last_timestamp, last_received_at in rows
    ]


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
                for (letter, value), n in view.frequent_values(prefix + name, most)
            ]
        else:
            values = []
            for key, n in read_most(connection, use_case, value_kind, name, most):
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


def _as_sent(value: Value) -> Value:
    """The index keeps every number as a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
