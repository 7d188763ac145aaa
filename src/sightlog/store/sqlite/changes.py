"""What a group of changes does to everything that is derived from events: one place adds, the same place takes away.

Events are written in this order: what they overwrite goes, warnings and the facts of pictures are added to them, their
rows are inserted, and what they hold is learned, now or later (`learning.py`). Then, as after a removal: feedback is
settled, the notes of the index and what is taken away from the counts are written, and pictures that nothing names any
more go. Nothing here looks at more than the events that change.
"""

import sqlite3
from collections.abc import Iterable
from operator import itemgetter

from msgspec import json

from sightlog.domain.batches import turned
from sightlog.domain.event_reading import add_warning, read_stored
from sightlog.domain.events import EventType
from sightlog.domain.fact_columns import MOST_EVENTS
from sightlog.domain.facts import Entry, entries_of
from sightlog.domain.tallies import FEEDBACK
from sightlog.domain.warnings import EventWarning, WarningCode
from sightlog.store.sqlite import feedback, images, tallies
from sightlog.store.sqlite.bodies import COMPRESSED, BodyPacker, unpack
from sightlog.store.sqlite.connection import Row, insert_rows
from sightlog.store.sqlite.counting import CountChanges, KeptCounts
from sightlog.store.sqlite.gathering import Gathered, Pending
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.learning import Learning

_OLD_ROW = (
    "seq, event_id, workspace, use_case, timestamp, feedback_status, warnings IS NOT NULL, body_format, rest, images"
)
Leaving = tuple[int, int, list[Entry]]
"""An event's number, its timestamp, and what it held."""
OldRow = tuple[int, str, int, int, int, str | None, int, int, str | bytes, str]


class Changes:
    """Gathers what the writing and the removal of events change, and applies it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        counts: KeptCounts,
        index: SideIndex,
        learning: Learning,
        packer: BodyPacker,
    ) -> None:
        self.connection = connection
        self.learning = learning
        self.packer = packer
        self.kept = counts
        self.index = index
        self.taken_away = CountChanges()
        self.verdicts = tallies.TallyChanges()
        self.released: dict[str, None] = {}
        self.to_settle: dict[int, dict[str, None]] = {}
        self._leaving: dict[int, list[Leaving]] = {}

    def write(self, gathered: Gathered, last_seq: int) -> int:
        """Write the events that were gathered, numbered after `last_seq`; the last number given."""
        workspaces: dict[int, list[Pending]] = {}
        for seq, one in enumerate(gathered.pending, last_seq + 1):
            one.seq = seq
            workspaces.setdefault(one.workspace, []).append(one)
        for workspace, pending in workspaces.items():
            self._overwrite(workspace, pending)
            self._warn_about_feedback(workspace, pending)
            images.use(self.connection, workspace, [(one.seq, one.event) for one in pending])
        self._insert(gathered.pending)
        self.learning.add(gathered.portions)
        for workspace, pending in workspaces.items():
            ids = [one.event.event_id for one in pending]
            self._settle(workspace, feedback.reviewed_ids(self.connection, workspace, ids))
        if self._leaving or self.learning.is_due_in_commit():
            self.learning.learn()
        self._apply()
        return last_seq + len(gathered.pending)

    def delete(self, numbers: list[int]) -> None:
        """Remove events with their feedback, and whatever else only they kept."""
        waiting = list(numbers)
        seen = set(waiting)
        while waiting:
            rows = self._old_rows(waiting)
            waiting = []
            for row in rows:
                reviews = feedback.numbers_of_reviews(self.connection, row[2], row[1])
                waiting.extend(seq for seq in reviews if seq not in seen)
                seen.update(reviews)
                self._remove(row)
        self._apply()

    def _settle(self, workspace: int, event_ids: Iterable[str]) -> None:
        """Look, when all is written, at what reviews say of these events."""
        self.to_settle.setdefault(workspace, {}).update(dict.fromkeys(event_ids))

    def _apply(self) -> None:
        for use_case, leaving in self._leaving.items():
            for start in range(0, len(leaving), MOST_EVENTS):
                self._take_away(use_case, leaving[start : start + MOST_EVENTS])
        for workspace, event_ids in self.to_settle.items():
            feedback.settle(self.connection, workspace, list(event_ids), self.verdicts, self.index)
        self.index.write_notes()
        tallies.apply_changes(self.connection, self.verdicts, self.kept.watch)
        if self.taken_away.takes_away:
            self.kept.apply(self.taken_away)
        images.drop_unused(self.connection, self.released)

    def _old_rows(self, numbers: list[int]) -> list[OldRow]:
        if not numbers:
            return []
        which = "FROM events WHERE seq IN (SELECT value FROM json_each(?))"
        return self.connection.execute(f"SELECT {_OLD_ROW} {which}", (json.encode(numbers).decode(),)).fetchall()

    def _overwrite(self, workspace: int, pending: list[Pending]) -> None:
        by_id = {one.event.event_id: one for one in pending}
        numbers = self.index.ids.numbers(self.connection, workspace, list(by_id))
        if numbers:
            self.learning.learn()
        for row in self._old_rows(numbers):
            by_id[row[1]].receipt.created = False
            self._remove(row)

    def _remove(self, row: OldRow) -> None:
        """Take away one event and all that it added."""
        seq, _, workspace, use_case, timestamp, status, has_warnings, *body = row
        event = read_stored(*unpack(self.connection, body))
        entries = entries_of(event, bool(has_warnings))
        images.entries_before_release(self.connection, seq, entries)
        self._leaving.setdefault(use_case, []).append((seq, timestamp, entries))
        if status is not None:
            self.verdicts.add(use_case, FEEDBACK, status, -1)
        self.index.remove(use_case, seq)
        for field, _, value in entries:
            if field == "related_event_id":
                feedback.forget(self.connection, workspace, str(value), timestamp, seq)
                self._settle(workspace, (str(value),))
        self.released.update(dict.fromkeys(images.release(self.connection, seq)))
        self.connection.execute("DELETE FROM events WHERE seq = ?", (seq,))

    def _warn_about_feedback(self, workspace: int, pending: list[Pending]) -> None:
        """Feedback may come before its event; that is worth a warning, and so is feedback on feedback."""
        reviews = [one.event for one in pending if one.event.related_event_id is not None]
        if not reviews:
            return
        types = {one.event.event_id: one.event.event_type for one in pending}
        ids = [str(review.related_event_id) for review in reviews]
        types = dict(self.index.ids.fetch(self.connection, "event_id, event_type", workspace, ids)) | types
        for review in reviews:
            warning = _feedback_warning(types.get(review.related_event_id or ""))
            if warning is not None and warning not in review.warnings:
                add_warning(review, warning)

    def _insert(self, pending: list[Pending]) -> None:
        rows: list[Row] = []
        reviews: list[Row] = []
        frames = self.packer.pack([one.event for one in pending])
        for one, frame in zip(pending, frames, strict=True):
            event = one.event
            warnings = json.encode(event.warnings).decode() if event.warnings else None
            place = (one.seq, one.workspace, one.use_case, event.event_id, event.timestamp, event.event_type)
            rows.append((*place, one.received_at, one.key, event.reviewer, COMPRESSED, warnings, frame, ""))
            if event.related_event_id is not None:
                reviews.append((one.workspace, event.related_event_id, event.timestamp, one.seq, event.feedback))
                self._settle(one.workspace, (event.related_event_id,))
        insert_rows(
            self.connection,
            "INSERT INTO events (seq, workspace, use_case, event_id, timestamp, event_type, received_at, api_key,"
            " reviewer, body_format, warnings, rest, images)",
            rows,
        )
        insert_rows(
            self.connection,
            "INSERT INTO feedback (workspace, related_event_id, timestamp, seq, feedback)",
            reviews,
        )
        self.index.store([one.event.event_id for one in pending], [one.seq for one in pending])

    def _take_away(self, use_case: int, leaving: list[Leaving]) -> None:
        """Take what events contribute away from everything that is counted."""
        seqs, times, events = zip(*sorted(leaving, key=itemgetter(0)), strict=True)
        self.taken_away.take_away(use_case, turned(events, times), self.kept.uncounted(use_case), seqs)


def _feedback_warning(related_type: str | None) -> EventWarning | None:
    path = "eventData.relatedEventId"
    if related_type is None:
        message = "there is no such event yet; the feedback counts as soon as it is there"
        return EventWarning(WarningCode.RELATED_EVENT_NOT_FOUND, path, message)
    if related_type == EventType.OPERATOR_FEEDBACK:
        message = "the event is feedback itself; feedback on feedback is stored and does not count"
        return EventWarning(WarningCode.FEEDBACK_ON_FEEDBACK, path, message)
    return None
