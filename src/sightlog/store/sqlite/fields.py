"""Between which times a metadata field was seen. The span only widens, and is forgotten with the field's last event."""

import sqlite3
from collections.abc import Iterable

from sightlog.domain.metadata_schema import MetadataSchema, SchemaField
from sightlog.domain.tallies import FIELD, IMAGE_FIELD, SEPARATOR, TYPE_NAMES
from sightlog.domain.times import format_timestamp
from sightlog.store.sqlite.connection import Row, insert_rows
from sightlog.store.sqlite.tallies import read_group

FieldKey = tuple[int, str, str]
"""A use case, FIELD or IMAGE_FIELD, and the field's name."""


class FieldChanges:
    """What one commit learns of fields."""

    def __init__(self) -> None:
        self._spans: dict[FieldKey, tuple[int, int]] = {}
        self.removed: set[FieldKey] = set()

    def see(self, use_case: int, fields: Iterable[tuple[str, str, int, int]]) -> None:
        """Events have these fields; see `Contributions`."""
        for kind, name, first, last in fields:
            field = use_case, kind, name
            known = self._spans.get(field, (first, last))
            self._spans[field] = min(first, known[0]), max(last, known[1])

    def remove(self, use_case: int, fields: Iterable[tuple[str, str, int, int]]) -> None:
        """Events with these fields leave."""
        self.removed.update((use_case, kind, name) for kind, name, _, _ in fields)

    def rows(self) -> list[Row]:
        """Each field with the span of all its types."""
        return [(*field, *span) for field, span in self._spans.items()]


def apply_changes(connection: sqlite3.Connection, changes: FieldChanges) -> None:
    """Widen the spans; call it after the tallies, since a field whose count is nothing is forgotten."""
    insert_rows(
        connection,
        "INSERT INTO fields (use_case, kind, name, first_seen, last_seen)",
        changes.rows(),
        "ON CONFLICT (use_case, kind, name) DO UPDATE SET"
        " first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)",
    )
    for use_case, kind, name in changes.removed:
        if not read_group(connection, use_case, kind, name):
            connection.execute(
                "DELETE FROM fields WHERE use_case = ? AND kind = ? AND name = ?", (use_case, kind, name)
            )


def counts_by_type(connection: sqlite3.Connection, use_case: int, kind: str) -> dict[str, dict[str, int]]:
    """field → type's name → events, each most frequent first."""
    counts: dict[str, dict[str, int]] = {}
    rows = read_group(connection, use_case, kind)
    for key, n in sorted(rows, key=lambda row: (-row[1], row[0])):
        name, letter = key.split(SEPARATOR)
        counts.setdefault(name, {})[TYPE_NAMES[letter]] = n
    return counts


def read_schema(connection: sqlite3.Connection, use_case: int, use_case_id: str, *, of_images: bool) -> MetadataSchema:
    """The observed fields, in the order of their names."""
    kind = IMAGE_FIELD if of_images else FIELD
    spans = {
        name: (first, last)
        for name, first, last in connection.execute(
            "SELECT name, first_seen, last_seen FROM fields WHERE use_case = ? AND kind = ?", (use_case, kind)
        )
    }
    counts = counts_by_type(connection, use_case, kind)
    fields = {}
    for name in sorted(counts):
        first, last = spans[name]
        fields[name] = SchemaField(
            types=list(counts[name]),
            count=sum(counts[name].values()),
            count_by_type=counts[name],
            first_seen_at=format_timestamp(first),
            last_seen_at=format_timestamp(last),
        )
    return MetadataSchema(use_case_id=use_case_id, fields=fields)
