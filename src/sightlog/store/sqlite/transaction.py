"""One commit: the events that its jobs add are gathered, and written together when it ends."""

from collections.abc import Mapping, Sequence
from copy import copy

from sightlog.domain.batches import TurnedFacts
from sightlog.domain.errors import ArchivedUseCase, Problem, UnknownUseCase, VisionEventsError
from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.fact_columns import MOST_EVENTS
from sightlog.domain.images import UploadedImage
from sightlog.domain.limits import Limits
from sightlog.domain.stored import Receipt
from sightlog.domain.use_cases import UseCase, refuse_archived, refuse_unknown
from sightlog.store.sqlite import events, images, removing, use_cases
from sightlog.store.sqlite.bodies import BodyPacker
from sightlog.store.sqlite.changes import Changes
from sightlog.store.sqlite.connection import StoreConnection
from sightlog.store.sqlite.counting import KeptCounts
from sightlog.store.sqlite.gathering import Gathered, Pending
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.learning import Learning


class WriterMemory:
    """What the writer remembers between commits; forgotten on any rollback, because the tables decide."""

    def __init__(self, connection: StoreConnection, limits: Limits) -> None:
        self.connection = connection
        self.packer = BodyPacker(connection)
        self.index = SideIndex(connection)
        self.counts = KeptCounts(connection, limits, self.index)
        self.use_cases: dict[tuple[int, str], UseCase] = {}
        self.last_seq = 0
        self.version = 0
        """How many commits were made, or failed."""
        newest = connection.execute("SELECT received_at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        self.last_received_at = newest[0] if newest else 0
        self.forget()
        self.learning = Learning(self.index, self.counts, self.last_seq)

    def forget(self) -> None:
        self.counts.rolled_back()
        self.packer.forget()
        self.use_cases.clear()
        row = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        self.last_seq = row[0] if row else 0

    def use_case(self, workspace: int, reference: str) -> UseCase | None:
        """The use case by id or name; every change of a use case goes through this writer and clears the memory."""
        key = (workspace, reference)
        use_case = self.use_cases.get(key) or use_cases.find(self.connection, workspace, reference)
        if use_case is not None:  # what is not there is not remembered: senders could fill the memory with names
            self.use_cases[key] = use_case
        return use_case


class SqliteTransaction:
    """Opened by the writer for each group of jobs."""

    def __init__(self, memory: WriterMemory) -> None:
        self.connection = memory.connection
        self.memory = memory
        self._gathered = Gathered()
        self.memory.index.recover()
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._write_gathered()
        self.memory.index.finish()
        self.connection.execute("COMMIT")
        self.memory.index.committed()
        self.memory.counts.committed()
        self.memory.learning.committed(self.memory.last_seq)
        self.memory.packer.offer()
        self.memory.version += 1  # last: an answer that is kept for a version must hold all of it

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.memory.learning.rolled_back()
        try:
            self.memory.forget()
        finally:
            self.memory.index.rolled_back()
            self.memory.version += 1

    def forget_use_cases(self) -> None:
        """To be called by whoever changes a use case."""
        self.memory.use_cases.clear()

    def add_events(
        self,
        workspace: int,
        key: int | None,
        accepted: Sequence[AcceptedEvent],
        now: int,
        facts: Mapping[str, TurnedFacts] | None = None,
    ) -> list[Receipt]:
        """Check all, then gather all; the receipts are complete once the transaction is flushed."""
        numbers = self._resolve(workspace, accepted)
        received_at = self.memory.last_received_at = max(self.memory.last_received_at, now)
        pending = []
        for event, number in zip(map(_own, accepted), numbers, strict=True):
            receipt = Receipt(event_id=event.event_id, warnings=event.warnings, index=event.index)
            pending.append(Pending(workspace, number, key, event, receipt, received_at))
        for start in range(0, len(pending), MOST_EVENTS):
            self._gather(pending[start : start + MOST_EVENTS], facts)
        return [one.receipt for one in pending]

    def _gather(self, pending: Sequence[Pending], facts: Mapping[str, TurnedFacts] | None) -> None:
        if self._gathered.has_any(pending) or len(self._gathered.pending) + len(pending) > MOST_EVENTS:
            self._write_gathered()
        self._gathered.add(pending, facts)

    def add_delivery(
        self, workspace: int, key: int | None, event: AcceptedEvent, pictures: Sequence[UploadedImage], now: int
    ) -> Receipt:
        """An event with its pictures; one that is there already, as a whole, stays as it is."""
        number = self._resolve(workspace, [event])[0]
        if events.is_same(self.connection, self.memory.index.ids, workspace, number, event):
            return Receipt(event_id=event.event_id, warnings=event.warnings, created=False)
        for picture in pictures:
            images.add(self.connection, picture, key, now)
        receipt = self.add_events(workspace, key, [event], now)[0]
        self._write_gathered()
        return receipt

    def _resolve(self, workspace: int, accepted: Sequence[AcceptedEvent]) -> list[int]:
        """The number of each event's use case, each of which is looked for once."""
        references = {event.use_case for event in accepted}
        found = {reference: self.memory.use_case(workspace, reference) for reference in references}
        numbers = {name: one.number for name, one in found.items() if one is not None and not one.is_archived}
        if len(numbers) < len(found):
            raise _refusal(accepted, found)
        return [numbers[event.use_case] for event in accepted]

    def flush(self) -> None:
        """Write what was gathered, and learn it: for whatever does more than adding events."""
        self._write_gathered()
        self.memory.learning.learn()

    def _write_gathered(self) -> None:
        gathered, self._gathered = self._gathered, Gathered()
        if gathered.pending:
            self.memory.last_seq = self._changes().write(gathered, self.memory.last_seq)

    def delete_events(self, numbers: list[int]) -> None:
        """Remove events by their numbers, with their feedback."""
        self._changes().delete(numbers)

    def remove_deleted(self, limit: int) -> int:
        """Remove up to `limit` events of deleted use cases, and those use cases that have none. How many events."""
        for use_case in use_cases.deleted_ones(self.connection):
            numbers = removing.of_use_case(self.connection, self.memory.index, use_case, limit)
            if numbers:
                self.delete_events(numbers)
                return len(numbers)
            use_cases.drop(self.connection, use_case)
            self.memory.index.number()
            self.memory.counts.watch.forget()
        return 0

    def _changes(self) -> Changes:
        memory = self.memory
        return Changes(self.connection, memory.counts, memory.index, memory.learning, memory.packer)


def _refusal(accepted: Sequence[AcceptedEvent], found: Mapping[str, UseCase | None]) -> VisionEventsError:
    """Why events are not taken: as the first one, with the details of all of them."""
    refusals: list[UnknownUseCase | ArchivedUseCase] = []
    for event in accepted:
        use_case = found[event.use_case]
        if use_case is None:
            refusals.append(refuse_unknown(event.use_case, event.index))
        elif use_case.is_archived:
            refusals.append(refuse_archived(use_case, event.index))
    details: list[Problem] = [problem for refusal in refusals for problem in refusal.details]
    return type(refusals[0])(refusals[0].message, details)


def _own(event: AcceptedEvent) -> AcceptedEvent:
    """The event itself, or a copy where the commit may add to it, as with pictures and feedback: what is added must be
    gone when the commit fails and the event is tried again."""
    if not event.source_ids and event.related_event_id is None:
        return event
    copied = copy(event)
    copied.entries = event.entries[:]
    copied.warnings = event.warnings[:]
    return copied
