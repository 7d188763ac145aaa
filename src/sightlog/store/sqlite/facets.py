"""Facets: the most frequent values of everything that can be filtered, read from the kept counts.

Only where a group is crowded, so that its counts were dropped, do the newest events speak for it, a bounded number.
"""

import sqlite3

from msgspec import json

from sightlog.domain.events import EventType
from sightlog.domain.facets import Facets, FacetValue, MetadataFacet, MetadataValue, SourceFacet
from sightlog.domain.facts import CLASS, IMAGE_METADATA, METADATA
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.tallies import (
    CLASS_KIND,
    FAILS_OF,
    FEEDBACK,
    FIELD,
    IMAGE_FIELD,
    IMAGE_VALUE,
    OUTCOME,
    TYPE,
    TYPE_NAMES,
    VALUE,
    value_of_key,
)
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.store.sqlite.fields import counts_by_type
from sightlog.store.sqlite.sources import last_heard
from sightlog.store.sqlite.tallies import is_crowded, read_group, read_keys

_NEWEST_BUCKETS = 8
_NEWEST_ENTRIES = 20_000


def read(connection: sqlite3.Connection, use_case: UseCase, most: int) -> Facets:
    """All facets of a use case, at most `most` values of each."""
    number = use_case.number
    return Facets(
        use_case_id=use_case.id,
        event_types=_frequent(connection, number, TYPE, most),
        devices=_sources(connection, number, "device", most),
        streams=_sources(connection, number, "stream", most),
        workflows=_sources(connection, number, "workflow", most),
        detection_classes=_classes(connection, number, most),
        custom_metadata=_metadata(connection, number, (FIELD, VALUE, METADATA), most),
        image_metadata=_metadata(connection, number, (IMAGE_FIELD, IMAGE_VALUE, IMAGE_METADATA), most),
        feedback=_feedback(connection, number),
    )


def recent_texts(connection: sqlite3.Connection, use_case: int, field: str, most: int) -> list[str]:
    """See the contract."""
    return [value for value, letter, _ in _newest_values(connection, use_case, field, most) if letter == "s"]


def _frequent(connection: sqlite3.Connection, use_case: int, kind: str, most: int) -> list[FacetValue]:
    rows = connection.execute(
        "SELECT key, n FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 ORDER BY n DESC, key LIMIT ?",
        (use_case, kind, most),
    )
    return [FacetValue(value=key, count=n) for key, n in rows]


def _classes(connection: sqlite3.Connection, use_case: int, most: int) -> list[FacetValue]:
    if not is_crowded(connection, use_case, CLASS_KIND):
        return _frequent(connection, use_case, CLASS_KIND, most)
    rows = connection.execute(
        f"SELECT substr(field, {len(CLASS) + 1}), count(DISTINCT seq) AS n FROM (SELECT field, seq FROM side_index"
        " WHERE use_case = ? AND bucket IN (SELECT value FROM json_each(?)) AND field >= ? AND field < ? LIMIT ?)"
        " GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
        (use_case, _newest_buckets(connection, use_case), CLASS, CLASS[:-1] + "/", _NEWEST_ENTRIES, most),
    )
    return [FacetValue(value=value, count=n) for value, n in rows]


def _sources(connection: sqlite3.Connection, use_case: int, kind: str, most: int) -> list[SourceFacet]:
    if is_crowded(connection, use_case, kind):
        return [
            SourceFacet(value=value, count=n, fails=0, last_event_at=None, last_arrival_at=None)
            for value, _, n in _newest_values(connection, use_case, kind, most)
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
    connection: sqlite3.Connection, use_case: int, kinds: tuple[str, str, str], most: int
) -> dict[str, MetadataFacet]:
    field_kind, value_kind, prefix = kinds
    facets = {}
    for name, types in sorted(counts_by_type(connection, use_case, field_kind).items()):
        crowded = is_crowded(connection, use_case, value_kind, name)
        if crowded:
            values = [
                MetadataValue(value=bool(value) if letter == "b" else value, type=TYPE_NAMES[letter], count=n)
                for value, letter, n in _newest_values(connection, use_case, prefix + name, most)
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


def _newest_buckets(connection: sqlite3.Connection, use_case: int) -> str:
    rows = connection.execute(
        "SELECT DISTINCT quarter_hour FROM tallies WHERE use_case = ? AND kind = ? ORDER BY quarter_hour DESC LIMIT ?",
        (use_case, OUTCOME, _NEWEST_BUCKETS),
    )
    return json.encode([row[0] for row in rows]).decode()


def _newest_values(connection: sqlite3.Connection, use_case: int, field: str, most: int) -> list[tuple[str, str, int]]:
    """(value, type's letter, count) among the newest events of a field whose counts were dropped."""
    return connection.execute(
        "SELECT value, type, count(*) AS n FROM (SELECT value, type FROM side_index WHERE use_case = ?"
        " AND bucket IN (SELECT value FROM json_each(?)) AND field = ? LIMIT ?) GROUP BY 1, 2"
        " ORDER BY n DESC, 1 LIMIT ?",
        (use_case, _newest_buckets(connection, use_case), field, _NEWEST_ENTRIES, most),
    ).fetchall()
