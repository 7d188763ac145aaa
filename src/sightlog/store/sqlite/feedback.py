"""Which review decides an event's feedback status, and what that status changes: the row, a tally, an index entry."""

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import json

from sightlog.domain.events import EventType
from sightlog.domain.feedback import FeedbackSummary, Review
from sightlog.domain.tallies import FEEDBACK
from sightlog.domain.times import format_timestamp
from sightlog.store.sqlite.bodies import unpack
from sightlog.store.sqlite.index.ids import EventIds
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.tallies import TallyChanges


def reviewed_ids(connection: sqlite3.Connection, workspace: int, event_ids: Iterable[str]) -> set[str]:
    """Those of the ids that some feedback points at."""
    rows = connection.execute(
        "SELECT DISTINCT related_event_id FROM feedback WHERE workspace = ? AND related_event_id IN"
        " (SELECT value FROM json_each(?))",
        (workspace, json.encode(list(event_ids)).decode()),
    )
    return {row[0] for row in rows}


def numbers_of_reviews(connection: sqlite3.Connection, workspace: int, event_id: str) -> list[int]:
    """The numbers of the feedback events that point at an event."""
    rows = connection.execute(
        "SELECT seq FROM feedback WHERE workspace = ? AND related_event_id = ?", (workspace, event_id)
    )
    return [row[0] for row in rows]


def reviewers(
    connection: sqlite3.Connection, ids: EventIds, workspace: int, event_ids: Sequence[str]
) -> dict[str, int | None]:
    """See the contract."""
    return dict(ids.fetch(connection, "event_id, reviewer", workspace, event_ids))


def forget(connection: sqlite3.Connection, workspace: int, related_event_id: str, timestamp: int, seq: int) -> None:
    """A feedback event goes."""
    connection.execute(
        "DELETE FROM feedback WHERE workspace = ? AND related_event_id = ? AND timestamp = ? AND seq = ?",
        (workspace, related_event_id, timestamp, seq),
    )


def settle(
    connection: sqlite3.Connection,
    workspace: int,
    event_ids: list[str],
    tallies: TallyChanges,
    index: SideIndex,
) -> None:
    """Bring the status of events in line with the feedback that points at them; feedback itself never has a status.
    A few statements for all of them: beside a busy thread each costs more than its work."""
    moved: dict[str | None, list[int]] = {}
    columns = f"seq, use_case, feedback_status, ({_NEWEST})"
    for seq, use_case, before, after in index.ids.fetch(connection, columns, workspace, event_ids, IS_NO_REVIEW):
        if after == before:
            continue
        moved.setdefault(after, []).append(seq)
        for status, n in ((before, -1), (after, 1)):
            if status is not None:
                tallies.add(use_case, FEEDBACK, status, n)
        index.restate(use_case, seq, after)
    for after, numbers in moved.items():
        connection.execute(
            "UPDATE events SET feedback_status = ? WHERE seq IN (SELECT value FROM json_each(?))",
            (after, json.encode(numbers).decode()),
        )


_NEWEST = (
    "SELECT f.feedback FROM feedback f WHERE f.workspace = ?2 AND f.related_event_id = event_id"
    " ORDER BY f.timestamp DESC, f.seq DESC LIMIT 1"
)
IS_NO_REVIEW = f"event_type <> '{EventType.OPERATOR_FEEDBACK.value}'"


def summarize(connection: sqlite3.Connection, workspace: int, event_id: str, *, whole: bool) -> FeedbackSummary | None:
    """An event's feedback: status, count and newest review, and with `whole` every review; None without any."""
    rows = connection.execute(
        "SELECT e.event_id, f.feedback, f.timestamp, u.name, e.body_format, e.rest, e.images"
        " FROM feedback f JOIN events e ON e.seq = f.seq LEFT JOIN users u ON u.number = e.reviewer"
        " WHERE f.workspace = ? AND f.related_event_id = ? ORDER BY f.timestamp DESC, f.seq DESC LIMIT ?",
        (workspace, event_id, 1000 if whole else 1),
    ).fetchall()
    if not rows:
        return None
    count = connection.execute(
        "SELECT count(*) FROM feedback WHERE workspace = ? AND related_event_id = ?", (workspace, event_id)
    ).fetchone()[0]
    reviews = [
        Review(
            event_id=id,
            feedback=feedback,
            timestamp=format_timestamp(timestamp),
            comment=json.decode(unpack(connection, body)[0]).get("comment"),
            reviewer=reviewer,
        )
        for id, feedback, timestamp, reviewer, *body in rows
    ]
    return FeedbackSummary(status=reviews[0].feedback, count=count, latest=reviews[0], all=reviews if whole else None)
