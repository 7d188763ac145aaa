"""One commit: the events that its jobs add are gathered, and written together with all that is derived from them.

The order within `flush`: take away what is overwritten, insert the new rows, settle feedback, then the index,
the counts, the fields and the sources. Nothing here looks at more than the events that change.
"""

import sqlite3
from collections.abc import Sequence

from msgspec import json

from sightlog.domain.errors import ArchivedUseCase, Problem, UnknownUseCase
from sightlog.domain.event_reading import BODY_FORMAT, AcceptedEvent, add_warning, read_stored
from sightlog.domain.events import EventType
from sightlog.domain.facts import FEEDBACK_STATUS, TEXT, Entry, entries_of
from sightlog.domain.stored import Receipt
from sightlog.domain.tallies import FEEDBACK, FIELD, IMAGE_FIELD, NO_TIME, SEPARATOR, SOURCES, contributions
from sightlog.domain.use_cases import UseCase, refuse_archived, refuse_unknown
from sightlog.domain.warnings import EventWarning, WarningCode
from sightlog.store.sqlite import feedback, fields, side_index, sources, tallies, use_cases
from sightlog.store.sqlite.connection import Row, insert_rows


class WriterMemory:
    """What the writer remembers between commits; forgotten on any rollback, because the tables decide."""

    def __init__(self, connection: sqlite3.Connection, watch: tallies.CrowdWatch) -> None:
        self.connection = connection
        self.watch = watch
        self.use_cases: dict[tuple[int, str], UseCase | None] = {}
        self.last_seq = 0
        self.last_received_at = 0
        self.forget()

    def forget(self) -> None:
        self.watch.forget()
        self.use_cases.clear()
        row = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        self.last_seq = row[0] if row else 0

    def use_case(self, workspace: int, reference: str) -> UseCase | None:
        """The use case by id or name; every change of a use case goes through this writer and clears the memory."""
        key = (workspace, reference)
        if key not in self.use_cases:
            self.use_cases[key] = use_cases.find(self.connection, workspace, reference)
        return self.use_cases[key]


class _Pending:
    """An event on its way into the tables."""

    __slots__ = ("event", "key", "receipt", "received_at", "use_case", "workspace")

    def __init__(
        self, workspace: int, use_case: int, key: int | None, event: AcceptedEvent, receipt: Receipt, received_at: int
    ) -> None:
        self.workspace = workspace
        self.use_case = use_case
        self.key = key
        self.event = event
        self.receipt = receipt
        self.received_at = received_at


class SqliteTransaction:
    """Opened by the writer for each group of jobs."""

    def __init__(self, memory: WriterMemory) -> None:
        self.connection = memory.connection
        self.memory = memory
        self._pending: dict[tuple[int, str], _Pending] = {}
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.flush()
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.memory.forget()

    def forget_use_cases(self) -> None:
        """To be called by whoever changes a use case."""
        self.memory.use_cases.clear()

    def add_events(self, workspace: int, key: int | None, events: Sequence[AcceptedEvent], now: int) -> list[Receipt]:
        """Check all, then gather all; the receipts are complete once the transaction is flushed."""
        numbers = self._resolve(workspace, events)
        received_at = self.memory.last_received_at = max(self.memory.last_received_at, now)
        receipts = []
        for event, number in zip(events, numbers, strict=True):
            if (workspace, event.event_id) in self._pending:
                self.flush()
            receipt = Receipt(event_id=event.event_id, warnings=event.warnings)
            self._pending[(workspace, event.event_id)] = _Pending(workspace, number, key, event, receipt, received_at)
            receipts.append(receipt)
        return receipts

    def _resolve(self, workspace: int, events: Sequence[AcceptedEvent]) -> list[int]:
        numbers: list[int] = []
        refusals: list[UnknownUseCase | ArchivedUseCase] = []
        for event in events:
            use_case = self.memory.use_case(workspace, event.use_case)
            if use_case is None:
                refusals.append(refuse_unknown(event.use_case, event.index))
            elif use_case.is_archived:
                refusals.append(refuse_archived(use_case, event.index))
            else:
                numbers.append(use_case.number)
        if refusals:
            details: list[Problem] = [problem for refusal in refusals for problem in refusal.details]
            raise type(refusals[0])(refusals[0].message, details)
        return numbers

    def flush(self) -> None:
        """Write what was gathered."""
        if not self._pending:
            return
        pending = list(self._pending.values())
        self._pending = {}
        _Flush(self.connection, self.memory, pending).run()


class _Flush:
    """The steps of writing gathered events; the events have distinct ids."""

    def __init__(self, connection: sqlite3.Connection, memory: WriterMemory, pending: list[_Pending]) -> None:
        self.connection = connection
        self.memory = memory
        self.pending = pending
        self.tallies = tallies.TallyChanges()
        self.fields = fields.FieldChanges()
        self.sources = sources.SourceChanges()
        self.added: list[Row] = []
        self.removed: list[Row] = []
        self.to_settle: dict[tuple[int, str], None] = {}

    def run(self) -> None:
        workspaces: dict[int, list[_Pending]] = {}
        for one in self.pending:
            workspaces.setdefault(one.workspace, []).append(one)
        for workspace, pending in workspaces.items():
            self._overwrite(workspace, pending)
            self._warn_about_feedback(workspace, pending)
        self._insert()
        for workspace, pending in workspaces.items():
            ids = [one.event.event_id for one in pending]
            for event_id in feedback.reviewed_ids(self.connection, workspace, ids):
                self.to_settle[(workspace, event_id)] = None
        self._apply()

    def _apply(self) -> None:
        for workspace, event_id in self.to_settle:
            feedback.settle(self.connection, workspace, event_id, self.tallies, self.added, self.removed)
        if self.removed:
            side_index.remove_rows(self.connection, self.removed)
        side_index.add_rows(self.connection, self.added)
        tallies.apply_changes(self.connection, self.tallies, self.memory.watch)
        fields.apply_changes(self.connection, self.fields)
        sources.apply_changes(self.connection, self.sources, self.memory.watch)

    def _overwrite(self, workspace: int, pending: list[_Pending]) -> None:
        by_id = {one.event.event_id: one for one in pending}
        rows = self.connection.execute(
            "SELECT event_id, seq, use_case, timestamp, feedback_status, warnings IS NOT NULL, rest, images"
            " FROM events WHERE workspace = ? AND event_id IN (SELECT value FROM json_each(?))",
            (workspace, json.encode(list(by_id)).decode()),
        ).fetchall()
        for row in rows:
            by_id[row[0]].receipt.created = False
            self._remove(workspace, *row[1:])

    def _remove(
        self,
        workspace: int,
        seq: int,
        use_case: int,
        timestamp: int,
        status: str | None,
        has_warnings: bool,
        rest: str,
        images: str,
    ) -> None:
        """Take away one event and all that it added."""
        event = read_stored(rest.encode(), images.encode())
        entries = entries_of(event, bool(has_warnings))
        self._count(use_case, entries, timestamp, seq, 0, -1)
        if status is not None:
            self.tallies.add(use_case, (FEEDBACK, NO_TIME, status), -1)
            entries.append((FEEDBACK_STATUS, TEXT, status))
        self.removed.extend(side_index.rows_of(use_case, timestamp, seq, entries))
        for field, _, value in entries:
            if field == "related_event_id":
                self.connection.execute(
                    "DELETE FROM feedback WHERE workspace = ? AND related_event_id = ? AND timestamp = ? AND seq = ?",
                    (workspace, value, timestamp, seq),
                )
                self.to_settle[(workspace, str(value))] = None
        self.connection.execute("DELETE FROM events WHERE seq = ?", (seq,))

    def _warn_about_feedback(self, workspace: int, pending: list[_Pending]) -> None:
        """Feedback may come before its event; that is worth a warning, and so is feedback on feedback."""
        reviews = [one.event for one in pending if one.event.related_event_id is not None]
        if not reviews:
            return
        types = {one.event.event_id: one.event.event_type for one in pending}
        ids = json.encode([review.related_event_id for review in reviews]).decode()
        for event_id, event_type in self.connection.execute(
            "SELECT event_id, event_type FROM events WHERE workspace = ? AND event_id IN"
            " (SELECT value FROM json_each(?))",
            (workspace, ids),
        ):
            types.setdefault(event_id, event_type)
        for review in reviews:
            warning = _feedback_warning(types.get(review.related_event_id or ""))
            if warning is not None and warning not in review.warnings:
                add_warning(review, warning)

    def _insert(self) -> None:
        rows: list[Row] = []
        reviews: list[Row] = []
        seq = self.memory.last_seq
        for one in self.pending:
            seq += 1
            event = one.event
            warnings = json.encode(event.warnings).decode() if event.warnings else None
            place = (seq, one.workspace, one.use_case, event.event_id, event.timestamp, event.event_type)
            body = (BODY_FORMAT, warnings, event.rest.decode(), event.images.decode())
            rows.append((*place, one.received_at, one.key, *body))
            self.added.extend(side_index.rows_of(one.use_case, event.timestamp, seq, event.entries))
            self._count(one.use_case, event.entries, event.timestamp, seq, one.received_at, 1)
            if event.related_event_id is not None:
                reviews.append((one.workspace, event.related_event_id, event.timestamp, seq, event.feedback))
                self.to_settle[(one.workspace, event.related_event_id)] = None
        self.memory.last_seq = seq
        insert_rows(
            self.connection,
            "INSERT INTO events (seq, workspace, use_case, event_id, timestamp, event_type, received_at, api_key,"
            " body_format, warnings, rest, images)",
            rows,
        )
        insert_rows(
            self.connection,
            "INSERT INTO feedback (workspace, related_event_id, timestamp, seq, feedback)",
            reviews,
        )

    def _count(
        self, use_case: int, entries: list[Entry], timestamp: int, seq: int, received_at: int, sign: int
    ) -> None:
        """Add (+1) or take away (-1) what one event contributes to everything that is counted."""
        deltas = self.tallies.deltas
        for kind, quarter_hour, key in contributions(entries, timestamp):
            full = (use_case, kind, quarter_hour, key)
            deltas[full] = deltas.get(full, 0) + sign
            if kind in (FIELD, IMAGE_FIELD):
                field = (use_case, kind, key.split(SEPARATOR, 1)[0])
                if sign > 0:
                    self.fields.see(field, timestamp)
                else:
                    self.fields.removed.add(field)
            elif kind in SOURCES:
                if sign > 0:
                    self.sources.hear((use_case, kind, key), timestamp, seq, received_at)
                else:
                    self.sources.remove((use_case, kind, key), timestamp, seq)


def _feedback_warning(related_type: str | None) -> EventWarning | None:
    path = "eventData.relatedEventId"
    if related_type is None:
        message = "there is no such event yet; the feedback counts as soon as it is there"
        return EventWarning(WarningCode.RELATED_EVENT_NOT_FOUND, path, message)
    if related_type == EventType.OPERATOR_FEEDBACK:
        message = "the event is feedback itself; feedback on feedback is stored and does not count"
        return EventWarning(WarningCode.FEEDBACK_ON_FEEDBACK, path, message)
    return None
