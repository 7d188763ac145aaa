"""Making everything derived anew from the events, for a store that nobody else uses."""

from collections.abc import Callable
from itertools import islice

from sightlog.domain.tallies import FEEDBACK
from sightlog.store.sqlite.connection import StoreConnection, committing, insert_rows
from sightlog.store.sqlite.counting import KeptCounts
from sightlog.store.sqlite.index.ids import EventIds
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.loading import events_after
from sightlog.store.sqlite.recounting import Recount

_EVENTS_AT_ONCE = 4_000
_DERIVED = ("tallies", "crowded", "fields", "sources", "feedback")
_SIDE_INDEX = ("segments", "segment_parts", "segment_summaries", "segment_notes", "index_waiting")

Advance = Callable[[int, int], None]


def rebuild(connection: StoreConnection, counts: KeptCounts, index: SideIndex, advance: Advance) -> None:
    """Make the counts, the schema, the reviews and the side index anew. What a group of counts had lost by being
    crowded comes back when it is small again. `advance` is told (events done, events in all); each is read twice.
    The ids come first. Interrupted in the first half, nothing else has changed; in the second, the next start goes
    on."""
    total: int = 2 * connection.execute("SELECT count(*) FROM events").fetchone()[0]
    index.ids.rebuild(connection)
    try:
        with committing(connection):
            for table in _DERIVED + _SIDE_INDEX:
                connection.execute(f"DELETE FROM {table}")
            connection.execute("UPDATE index_state SET commits = commits + 1, watermark = 0, counted_to = 0")
            _settle_reviews(connection, index.ids)
            counts.count_all(lambda done: advance(done, total))
    except BaseException:
        counts.rolled_back()
        raise
    counts.committed()
    index.load(lambda done: advance(total // 2 + done, total))


def _settle_reviews(connection: StoreConnection, ids: EventIds) -> None:
    """Which feedback points at which event, and what the newest says."""
    found = Recount(connection)
    feedback = events_after(connection, 0, "event_type = 'operator_feedback'")
    while events := list(islice(feedback, _EVENTS_AT_ONCE)):
        found.add(events)
    insert_rows(
        connection,
        "INSERT INTO feedback (workspace, related_event_id, timestamp, seq, feedback)",
        [(*key, *review) for key, reviews in found.reviews.items() for review in reviews],
    )
    connection.execute("UPDATE events SET feedback_status = NULL WHERE feedback_status IS NOT NULL")
    statuses = [(said, seq) for seq, _, _, said in found.reviewed(ids)]
    connection.executemany("UPDATE events SET feedback_status = ? WHERE seq = ?", statuses)
    connection.execute(
        "INSERT INTO tallies (use_case, kind, key, n) SELECT use_case, ?, feedback_status, count(*)"
        " FROM events WHERE feedback_status IS NOT NULL GROUP BY use_case, feedback_status",
        (FEEDBACK,),
    )
