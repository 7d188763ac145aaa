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
from sightlog.store.sqlite.counts_view import CountsView
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.schemas import counts_by_type

_NEVER = (0, 0, 0)


def read(view: IndexView, counts: CountsView, use_case: UseCase, most: int) -> Facets:
    """All facets of a use case, at most `most` values of each."""
    return Facets(
        use_case_id=use_case.id,
        event_types=_frequent(counts, TYPE, most),
        devices=_sources(view, counts, "device", most),
        streams=_sources(view, counts, "stream", most),
        workflows=_sources(view, counts, "workflow", most),
        detection_classes=_classes(view, counts, most),
        custom_metadata=_metadata(view, counts, (FIELD, VALUE, METADATA), most),
        image_metadata=_metadata(view, counts, (IMAGE_FIELD, IMAGE_VALUE, IMAGE_METADATA), most),
        feedback=_feedback(counts),
    )


def recent_texts(connection: sqlite3.Connection, index: SideIndex, use_case: int, field: str, most: int) -> list[str]:
    """See the contract."""
    found = IndexView(connection, index, use_case).frequent_values(field, most)
    return [str(value) for (letter, value), _ in found if letter == TEXT]


def _frequent(counts: CountsView, kind: str, most: int) -> list[FacetValue]:
    return [FacetValue(value=key, count=n) for key, n in counts.most(kind, "", most)]


def _classes(view: IndexView, counts: CountsView, most: int) -> list[FacetValue]:
    if not counts.is_crowded(CLASS_KIND):
        return _frequent(counts, CLASS_KIND, most)
    return [FacetValue(value=field[len(CLASS) :], count=n) for field, n in view.frequent_fields(CLASS, most)]


def _sources(view: IndexView, counts: CountsView, kind: str, most: int) -> list[SourceFacet]:
    if counts.is_crowded(kind):
        return [
            SourceFacet(value=str(value), count=n, fails=0, last_event_at=None, last_arrival_at=None)
            for (_, value), n in view.frequent_values(kind, most)
        ]
    frequent = counts.most(kind, "", most)
    names = [name for name, _ in frequent]
    fails, heard = counts.those(FAILS_OF[kind], names), counts.last_heard(kind, names)
    return [
        SourceFacet(
            value=name,
            count=n,
            fails=fails[name],
            last_event_at=format_timestamp(heard.get(name, _NEVER)[0]),
            last_arrival_at=format_timestamp(heard.get(name, _NEVER)[2]),
        )
        for name, n in frequent
    ]


def _metadata(view: IndexView, counts: CountsView, kinds: tuple[str, str, str], most: int) -> dict[str, MetadataFacet]:
    field_kind, value_kind, prefix = kinds
    facets = {}
    for name, types in sorted(counts_by_type(counts, field_kind).items()):
        crowded = counts.is_crowded(value_kind, name)
        if crowded:
            values = [
                MetadataValue(value=_as_sent(value), type=TYPE_NAMES[letter], count=n)
                for (letter, value), n in view.frequent_values(prefix + name, most)
            ]
        else:
            values = []
            for key, n in counts.most(value_kind, name, most):
                _, letter, value = value_of_key(key)
                values.append(MetadataValue(value=value, type=TYPE_NAMES[letter], count=n))
        facets[name] = MetadataFacet(types=types, values=values, many_values=crowded)
    return facets


def _feedback(counts: CountsView) -> list[FacetValue]:
    said = counts.of(FEEDBACK)
    reviewable = sum(n for event_type, n in counts.of(TYPE).items() if event_type != EventType.OPERATOR_FEEDBACK)
    said[FeedbackStatus.NONE] = max(0, reviewable - sum(said.values()))  # a review may be known before its event
    return [FacetValue(value=status.value, count=said.get(status, 0)) for status in FeedbackStatus]


def _as_sent(value: Value) -> Value:
    """The index keeps every number as a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
