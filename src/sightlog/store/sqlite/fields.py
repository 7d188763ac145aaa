"""Between which times a metadata field was seen. The span only widens, and is forgotten with the field's last event."""

import sqlite3
from collections.abc import Iterable

from sightlog.store.sqlite.connection import Row, insert_rows
from sightlog.store.sqlite.tallies import read_group

FieldKey = tuple[int, str, str]
"""A use case, FIELD or IMAGE_FIELD, and the field's name."""


class FieldChanges:
    """What is learned of fields from events that come and leave."""

    def __init__(self) -> None:
        self._spans: dict[FieldKey, tuple[int, int]] = {}
        self.removed: set[FieldKey] = set()

    def see(self, use_case: int, fields: Iterable[tuple[str, str, int, int]]) -> None:
        """Events have these fields; see `Contributions`."""
        for kind, name, first, last in fields:
            self._widen((use_case, kind, name), first, last)

    def merge(self, later: "FieldChanges") -> None:
        """Add what was learned later. Others may read this meanwhile."""
        for field, (first, last) in later._spans.items():
            self._widen(field, first, last)

    def _widen(self, field: FieldKey, first: int, last: int) -> None:
        known = self._spans.get(field, (first, last))
        self._spans[field] = min(first, known[0]), max(last, known[1])

    def spans(self) -> dict[FieldKey, tuple[int, int]]:
        """A copy: each field with the span of all its types."""
        return self._spans.copy()

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
