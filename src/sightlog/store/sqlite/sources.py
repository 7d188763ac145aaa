"""When each source (device, stream, workflow) was last heard of: its newest event, and its newest arrival."""

import sqlite3

from sightlog.domain.conditions import Match
from sightlog.domain.facts import TEXT
from sightlog.store.sqlite.connection import Row, insert_rows
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.tallies import CrowdWatch, Group, read_count

SourceKey = tuple[int, str, str]
"""A use case, a kind (device, stream, workflow), and the source's name."""


LastHeard = tuple[int, int, int]
"""A source's newest timestamp, the number of its last event, and when that arrived (microseconds)."""


class SourceChanges:
    """What is learned of sources from events that come and leave."""

    def __init__(self) -> None:
        self._heard: dict[SourceKey, LastHeard] = {}
        self.removed: dict[SourceKey, tuple[int, int]] = {}

    def hear(self, source: SourceKey, newest: int, seq: int, received_at: int) -> None:
        """Events come from this source: the newest timestamp of them, and the last number with its arrival. Numbers
        ascend from call to call."""
        known = self._heard.get(source)
        self._heard[source] = newest if known is None or newest > known[0] else known[0], seq, received_at

    def merge(self, later: "SourceChanges") -> None:
        """Add what was learned later, of greater numbers. Others may read this meanwhile."""
        for source, (newest, seq, received_at) in later._heard.items():
            self.hear(source, newest, seq, received_at)

    def heard(self, source: SourceKey) -> LastHeard | None:
        """When a source was last heard, as far as this tells."""
        return self._heard.get(source)

    def leave_out(self, connection: sqlite3.Connection, watch: CrowdWatch) -> None:
        """Leave out the sources that are too many to be kept."""
        for source in [one for one in self._heard if watch.is_crowded(connection, _group(one))]:
            del self._heard[source]

    def remove(self, source: SourceKey, timestamp: int, seq: int) -> None:
        """An event of this source leaves."""
        newest, last = self.removed.get(source, (timestamp, seq))
        self.removed[source] = max(newest, timestamp), max(last, seq)

    def rows(self) -> list[Row]:
        """The sources that were heard."""
        return [(*source, *last) for source, last in self._heard.items()]


def _group(source: SourceKey | Row) -> Group:
    use_case, kind, *_ = source
    return use_case, kind, ""


def apply_changes(connection: sqlite3.Connection, changes: SourceChanges, watch: CrowdWatch, index: SideIndex) -> None:
    """Call it after the tallies and the side index, from which a source is read anew when its last event went."""
    insert_rows(
        connection,
        "INSERT INTO sources (use_case, kind, name, last_timestamp, last_seq, last_received_at)",
        [row for row in changes.rows() if not watch.is_crowded(connection, _group(row))],
        "ON CONFLICT (use_case, kind, name) DO UPDATE SET"
        " last_timestamp = max(last_timestamp, excluded.last_timestamp),"
        " last_seq = max(last_seq, excluded.last_seq),"
        " last_received_at = max(last_received_at, excluded.last_received_at)",
    )
    for source, (timestamp, seq) in changes.removed.items():
        _after_removal(connection, index, source, timestamp, seq)


def _after_removal(
    connection: sqlite3.Connection, index: SideIndex, source: SourceKey, timestamp: int, seq: int
) -> None:
    """Forget a source without events; look again when the event that went was its last."""
    use_case, kind, name = source
    row = connection.execute(
        "SELECT last_timestamp, last_seq FROM sources WHERE use_case = ? AND kind = ? AND name = ?", source
    ).fetchone()
    if row is None:
        return
    if read_count(connection, use_case, kind, name) == 0:
        connection.execute("DELETE FROM sources WHERE use_case = ? AND kind = ? AND name = ?", source)
    elif timestamp >= row[0] or seq >= row[1]:
        view = IndexView(connection, index, use_case, in_commit=True)
        newest, last = view.last_of(Match((kind,), TEXT, "eq", name))
        connection.execute(
            "UPDATE sources SET last_timestamp = ?4, last_seq = ?5,"
            " last_received_at = (SELECT received_at FROM events WHERE seq = ?5)"
            " WHERE use_case = ?1 AND kind = ?2 AND name = ?3",
            (*source, newest, last),
        )
