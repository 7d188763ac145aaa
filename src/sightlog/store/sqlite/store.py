"""The store on SQLite: every promise of the contract, handed to the module that keeps it."""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sightlog.domain.aggregates import Aggregated
from sightlog.domain.api_keys import NO_DEFAULTS, ApiKey, Caller, Scope, SourceDefaults
from sightlog.domain.batches import TurnedFacts
from sightlog.domain.cursor import Position
from sightlog.domain.errors import Busy
from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.facets import Facets
from sightlog.domain.filters import Selection
from sightlog.domain.images import UploadedImage
from sightlog.domain.last_visits import LastVisit
from sightlog.domain.limits import Limits
from sightlog.domain.metadata_schema import MetadataSchema
from sightlog.domain.retention import Expired
from sightlog.domain.stored import Arrivals, Count, Deleted, EventPage, Receipt, StoredEvent
from sightlog.domain.use_cases import UseCase, UseCaseStatus, UseCaseSummary
from sightlog.domain.views import SavedView
from sightlog.domain.workspaces import Workspace
from sightlog.store.lock import FolderLock
from sightlog.store.packing import Packing
from sightlog.store.people import People
from sightlog.store.sqlite import (
    aggregating,
    api_keys,
    events,
    facets,
    feedback,
    images,
    last_visits,
    rebuilding,
    removing,
    schemas,
    source_times,
    use_cases,
    views,
    workspaces,
)
from sightlog.store.sqlite.answers import Answers
from sightlog.store.sqlite.connection import FileWatch, open_for_writing, translated
from sightlog.store.sqlite.counting import Waiting
from sightlog.store.sqlite.counts_view import CountsView
from sightlog.store.sqlite.finding import Search
from sightlog.store.sqlite.index.loading import read_state
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.merger import Merger
from sightlog.store.sqlite.migrating import migrate
from sightlog.store.sqlite.people import SqlitePeople
from sightlog.store.sqlite.readers import Readers
from sightlog.store.sqlite.tidying import Tidying
from sightlog.store.sqlite.transaction import SqliteTransaction, WriterMemory
from sightlog.store.writer import Writer

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")
logger = logging.getLogger(__name__)

# After each step of removal, so many free pages go back to the file system.
_PAGES_GIVEN_BACK = 256
_MICROSECONDS_BETWEEN_NOTES = 60_000_000
_MOST_CALLERS = 10_000
# By which use cases are remembered: ids, and names in any case and with blanks.
_MOST_SPELLINGS = 1_000


class SqliteStore:
    """See `sightlog.store.contract.Store`. Holds the folder's lock until `close`."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Raises FolderInUse or StoreTooNew."""
        self._lock = FolderLock(folder)
        self._limits = limits
        self._callers: dict[bytes, Caller] = {}
        self._use_cases: dict[tuple[int, str], UseCase] = {}
        self._answers = Answers()
        self._keys_used: dict[int, int] = {}
        self._is_closed = False
        with ExitStack() as undoing:
            undoing.callback(self._lock.release)
            try:
                self._connection = open_for_writing(folder)
                undoing.callback(self._connection.close)
                migrate(self._connection)
                memory = self._memory = WriterMemory(self._connection, limits)
            except sqlite3.Error as error:
                raise translated(error) from error
            self._index = memory.index
            undoing.pop_all()
        watch = FileWatch(folder)

        def begin() -> SqliteTransaction:
            watch.check()
            return SqliteTransaction(memory)

        self._writer: Writer[SqliteTransaction] = Writer(
            begin, limits.waiting_writes, translated, Tidying(memory, begin)
        )
        # Apart, so that slow queries hold up neither short reads nor the question who is calling.
        self._readers = Readers(folder, 4)
        self._short_readers = Readers(folder, 4)
        self._key_readers = Readers(folder, 1)
        self._merging_readers = Readers(folder, 1)
        self._merger = Merger(self._merging_readers, self._write_rows, memory.index.sealed)
        self.people: People = SqlitePeople(self._write_rows, self._short_readers)

    @property
    def packing(self) -> Packing | None:
        return self._memory.packer.ahead

    def create_workspace(self, slug: str, name: str, lookback_days: int, now: int) -> Workspace:
        return self._write(lambda t: workspaces.create(t.connection, slug, name, lookback_days, now))

    def change_workspace(
        self, workspace: int, name: str | None, lookback_days: int | None, time_zone: str | None = None
    ) -> Workspace:
        changed = self._write(lambda t: workspaces.change(t.connection, workspace, name, lookback_days, time_zone))
        self._callers = {}
        return changed

    def list_workspaces(self) -> list[Workspace]:
        with self._short_readers.snapshot() as connection:
            return workspaces.all_of_them(connection)

    def add_api_key(
        self,
        workspace: int,
        name: str,
        hash: bytes,
        hint: str,
        scopes: Sequence[Scope] | None,
        now: int,
        defaults: SourceDefaults = NO_DEFAULTS,
    ) -> ApiKey:
        return self._write(lambda t: api_keys.add(t.connection, workspace, name, hash, hint, scopes, defaults, now))

    def find_caller(self, hash: bytes) -> Caller | None:
        def find(connection: sqlite3.Connection) -> Caller | None:
            return api_keys.find_caller(connection, hash)

        return _look_up(self._callers, hash, _MOST_CALLERS, self._key_readers, find)

    def note_key_use(self, key: int, now: int) -> None:
        if now - self._keys_used.get(key, 0) < _MICROSECONDS_BETWEEN_NOTES:
            return
        self._keys_used[key] = now
        with suppress(Busy):
            self._writer.submit(lambda t: api_keys.note_use(t.connection, key, now))

    def list_api_keys(self, workspace: int) -> list[ApiKey]:
        with self._short_readers.snapshot() as connection:
            return api_keys.all_of_them(connection, workspace)

    def revoke_api_key(self, workspace: int, number: int, now: int) -> ApiKey:
        revoked = self._write(lambda t: api_keys.revoke(t.connection, workspace, number, now))
        self._callers = {}
        return revoked

    def create_use_case(self, workspace: int, name: str, limit: int, now: int) -> UseCase:
        return self._change_use_case(lambda t: use_cases.create(t.connection, workspace, name, limit, now))

    def rename_use_case(self, workspace: int, id: str, name: str, now: int) -> UseCase:
        return self._change_use_case(lambda t: use_cases.rename(t.connection, workspace, id, name, now))

    def set_use_case_status(self, workspace: int, id: str, status: UseCaseStatus, now: int) -> UseCase:
        return self._change_use_case(lambda t: use_cases.set_status(t.connection, workspace, id, status, now))

    def delete_use_case(self, workspace: int, id: str, now: int) -> UseCase:
        return self._change_use_case(lambda t: use_cases.delete(t.connection, workspace, id, now))

    def remove_deleted(self, limit: int) -> int:
        def remove(transaction: SqliteTransaction) -> int:
            removed = transaction.remove_deleted(limit)
            _give_pages_back(transaction)
            return removed

        return self._write(remove)

    def find_use_case(self, workspace: int, reference: str) -> UseCase | None:
        def find(connection: sqlite3.Connection) -> UseCase | None:
            return use_cases.find(connection, workspace, reference)

        return _look_up(self._use_cases, (workspace, reference), _MOST_SPELLINGS, self._short_readers, find)

    def list_use_cases(self, workspace: int, status: UseCaseStatus | None) -> list[UseCaseSummary]:
        def find() -> list[UseCaseSummary]:
            with self._learned(self._short_readers) as (connection, waiting, _):
                slug = workspaces.slug_of(connection, workspace)
                return use_cases.summaries(connection, self._index, waiting, workspace, slug, status)

        return self._give(("use cases", workspace, status), find)

    def add_events(
        self,
        workspace: int,
        key: int | None,
        events: Sequence[AcceptedEvent],
        now: int,
        facts: Mapping[str, TurnedFacts] | None = None,
    ) -> "Future[list[Receipt]]":
        return self._writer.submit(lambda t: t.add_events(workspace, key, events, now, facts))

    def find_events(
        self, workspace: int, use_case: UseCase, selection: Selection, before: Position | None, limit: int
    ) -> EventPage:
        with self._search(use_case, selection) as search:
            connection = search.connection
            found, timed_out = search.find(before, limit + 1)
            connection.set_progress_handler(None, 0)
            numbers = [seq for _, _, seq, _ in found[:limit]]
            page = events.by_numbers(connection, workspace, numbers, [row for *_, row in found if row is not None])
            last_sequence = search.last_sequence
        has_more = len(found) > limit or timed_out
        following = Position(page[-1].timestamp, page[-1].event_id) if has_more and page else None
        return EventPage(events=page, next=following, last_sequence=last_sequence)

    def count_events(self, workspace: int, use_case: UseCase, selection: Selection, at_most: int | None) -> Count:
        with self._search(use_case, selection) as search:
            count = search.count(at_most)
        if at_most is not None and count > at_most:
            return Count(count=at_most, exact=False)
        return Count(count=count)

    def count_arrivals(
        self, workspace: int, use_case: UseCase, selection: Selection, after: int, at_most: int
    ) -> Arrivals:
        with self._learned(self._short_readers, self._limits.query_seconds) as (connection, waiting, learned_to):
            search = Search(connection, self._index, waiting, use_case.number, selection, learned_to=learned_to)
            arrived = events.numbers_after(connection, use_case.number, after, at_most)
            count = search.count_among([seq for seq in arrived if seq <= search.last_sequence])
            return Arrivals(count=count, last_sequence=search.last_sequence)

    def aggregate(
        self,
        workspace: int,
        use_case: UseCase,
        selection: Selection,
        field: str | None,
        edges: Sequence[int] | None,
        most: int,
    ) -> Aggregated:
        with self._search(use_case, selection) as search:
            return aggregating.aggregate(search, field, edges, most)

    def newest_times_of(
        self, workspace: int, use_case: UseCase, selection: Selection, kind: str, names: Collection[str], limit: int
    ) -> dict[str, list[int]]:
        with self._search(use_case, selection) as search:
            return source_times.newest_times(search, kind, names, limit)

    def heard_between(
        self, workspace: int, use_case: UseCase, selection: Selection, kind: str, spans: Mapping[str, tuple[int, int]]
    ) -> set[str]:
        with self._search(use_case, selection) as search:
            return source_times.heard_between(search, kind, spans)

    def find_event(self, workspace: int, event_id: str) -> StoredEvent | None:
        with self._short_readers.snapshot() as connection:
            return events.by_id(connection, self._index.ids, workspace, event_id)

    def event_types(self, workspace: int, use_case: UseCase, event_ids: Sequence[str]) -> dict[str, str]:
        with self._short_readers.snapshot() as connection:
            return events.types_of(connection, self._index.ids, workspace, use_case.number, event_ids)

    def reviewers(self, workspace: int, event_ids: Sequence[str]) -> dict[str, int | None]:
        with self._short_readers.snapshot() as connection:
            return feedback.reviewers(connection, self._index.ids, workspace, event_ids)

    def export_events(self, workspace: int, use_case: int | None, after: int, limit: int) -> list[StoredEvent]:
        with self._short_readers.snapshot() as connection:
            return events.arrived_after(connection, workspace, use_case, after, limit)

    def delete_events(self, workspace: int, use_case: UseCase, event_ids: Sequence[str]) -> Deleted:
        def delete(transaction: SqliteTransaction) -> Deleted:
            found = removing.named(transaction.connection, self._index.ids, workspace, use_case.number, event_ids)
            transaction.delete_events(list(found.values()))
            _give_pages_back(transaction)
            missing = [event_id for event_id in dict.fromkeys(event_ids) if event_id not in found]
            return Deleted(deleted=len(found), not_found=missing)

        return self._write(delete)

    def expire_events(self, cutoffs: Mapping[int, int], limit: int) -> int:
        return self._remove(lambda connection: removing.older_than_kept(connection, self._index, cutoffs, limit))

    def expire_oldest(self, limit: int) -> int:
        return self._remove(lambda connection: removing.oldest(connection, self._index, limit))

    def list_expired(self, cutoffs: Mapping[int, int]) -> list[Expired]:
        with self._learned(self._readers) as (connection, _, _):
            return removing.count_older_than_kept(connection, self._index, cutoffs)

    def used_bytes(self) -> int:
        with self._short_readers.snapshot() as connection:
            return removing.used_bytes_of_rows(connection) + images.blob_bytes(connection)

    def add_image(self, image: UploadedImage, key: int | None, now: int) -> None:
        self._write(lambda t: images.add(t.connection, image, key, now))

    def add_delivery(
        self, workspace: int, key: int | None, event: AcceptedEvent, images: Sequence[UploadedImage], now: int
    ) -> Receipt:
        return self._write(lambda t: t.add_delivery(workspace, key, event, images, now))

    def latest_events(self, workspace: int, limit: int) -> list[StoredEvent]:
        with self._learned(self._short_readers) as (connection, _, _):
            return events.latest(connection, self._index, workspace, limit)

    def find_images(self, source_ids: Iterable[str]) -> dict[str, UploadedImage]:
        with self._short_readers.snapshot() as connection:
            return images.find(connection, source_ids)

    def expire_images(self, uploaded_before: int, limit: int) -> int:
        return self._write(lambda t: images.drop_never_used(t.connection, uploaded_before, limit))

    def is_blob_needed(self, hash: str) -> bool:
        with self._short_readers.snapshot() as connection:
            return images.is_blob_needed(connection, hash)

    def freed_blobs(self) -> list[str]:
        with self._short_readers.snapshot() as connection:
            return [row[0] for row in connection.execute("SELECT hash FROM freed_blobs")]

    def forget_freed_blob(self, hash: str, *, was_removed: bool) -> None:
        self._write(lambda t: images.forget_freed(t.connection, hash, was_removed=was_removed))

    def metadata_schema(self, workspace: int, use_case: UseCase, *, of_images: bool) -> MetadataSchema:
        def find() -> MetadataSchema:
            with self._learned(self._short_readers) as (connection, waiting, _):
                counts = CountsView(connection, waiting.seen_by(read_state(connection)), use_case.number)
                return schemas.read_schema(counts, use_case.id, of_images=of_images)

        return self._give(("schema", use_case, of_images), find)

    def facets(self, workspace: int, use_case: UseCase, most: int) -> Facets:
        def find() -> Facets:
            with self._learned(self._short_readers) as (connection, waiting, _):
                state = read_state(connection)
                counts = CountsView(connection, waiting.seen_by(state), use_case.number)
                return facets.read(IndexView(connection, self._index, use_case.number, state), counts, use_case, most)

        return self._give(("facets", use_case, most), find)

    def recent_values(self, workspace: int, use_case: UseCase, field: str, most: int) -> list[str]:
        with self._learned(self._short_readers) as (connection, _, _):
            return facets.recent_texts(connection, self._index, use_case.number, field, most)

    def add_view(self, workspace: int, use_case: UseCase, name: str, query: str, limit: int, now: int) -> SavedView:
        return self._write(lambda t: views.add(t.connection, use_case.number, name, query, limit, now))

    def list_views(self, workspace: int, use_case: UseCase) -> list[SavedView]:
        with self._short_readers.snapshot() as connection:
            return views.all_of_them(connection, use_case.number)

    def delete_view(self, workspace: int, use_case: UseCase, number: int) -> SavedView:
        return self._write(lambda t: views.delete(t.connection, use_case.number, number))

    def note_visit(self, workspace: int, person: int, use_case: UseCase, visit: LastVisit) -> None:
        self._writer.submit(lambda t: last_visits.put(t.connection, person, use_case.number, visit))

    def find_visits(self, workspace: int, person: int) -> dict[int, LastVisit]:
        with self._short_readers.snapshot() as connection:
            return last_visits.of_person(connection, person)

    def rebuild(self, advance: Callable[[int, int], None]) -> None:
        """Make everything derived anew; see `rebuilding.rebuild`. For a store that nobody else uses meanwhile, and that
        is closed afterwards."""
        self._merger.close()
        self._write(lambda _: None)
        self._writer.close()
        rebuilding.rebuild(self._connection, self._memory.counts, self._index, advance)
        self._memory.forget()

    def is_writing(self) -> bool:
        return self._writer.is_busy()

    def is_ready(self) -> bool:
        self._writer.run(lambda t: None)
        with self._short_readers.snapshot() as connection:
            return bool(connection.execute("SELECT 1").fetchone())

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._write_counts()
        self._merger.close()
        self._writer.close()
        for readers in (self._readers, self._short_readers, self._key_readers, self._merging_readers):
            readers.close()
        self._connection.close()
        self._lock.release()

    def _give(self, question: tuple[object, ...], find: Callable[[], R]) -> R:
        """The answer to a question, which is found anew when something was written since."""
        return self._answers.give(self._memory.version, question, find)

    @contextmanager
    def _search(self, use_case: UseCase, selection: Selection) -> Iterator[Search]:
        """A selection on a use case, in a snapshot of its own and with the time limit of queries."""
        seconds = self._limits.query_seconds
        with self._learned(self._readers, seconds) as (connection, waiting, learned_to):
            yield Search(connection, self._index, waiting, use_case.number, selection, seconds, learned_to)

    @contextmanager
    def _learned(
        self, readers: Readers, seconds: float | None = None
    ) -> Iterator[tuple[sqlite3.Connection, Waiting, int]]:
        """A snapshot for reading by the side index and what is counted, with what waits to be counted, and up to which
        number it certainly has all events: everything that was answered before."""
        learning = self._memory.learning
        if learning.is_behind():
            learning.wait(self._writer.look)
        learned_to, waiting = learning.learned_to, self._memory.counts.waiting  # before it begins
        with readers.snapshot(seconds) as connection:
            yield connection, waiting, learned_to

    def _remove(self, choose: Callable[[sqlite3.Connection], list[int]]) -> int:
        def remove(transaction: SqliteTransaction) -> int:
            numbers = choose(transaction.connection)
            transaction.delete_events(numbers)
            _give_pages_back(transaction)
            return len(numbers)

        return self._write(remove)

    def _write(self, job: Callable[[SqliteTransaction], R]) -> R:
        """Run a job after the events that its group gathered, so that it sees them."""

        def after_events(transaction: SqliteTransaction) -> R:
            transaction.flush()
            return job(transaction)

        return self._writer.run(after_events)

    def _write_rows(self, job: Callable[[sqlite3.Connection], R]) -> R:
        """Run a job that needs nothing but the connection."""
        return self._write(lambda transaction: job(transaction.connection))

    def _write_counts(self) -> None:
        """So that the tables of a folder that nobody has open say it all. The next start would do it too."""
        try:
            if self._memory.counts.waiting.changes.events or self._memory.learning.is_behind():
                self._write(lambda transaction: transaction.memory.counts.write_waiting())
        except Exception as error:  # noqa: BLE001  # a stop goes on whatever it was
            logger.warning("the newest counts are left to the next start: %s", error)

    def _change_use_case(self, change: Callable[[SqliteTransaction], UseCase]) -> UseCase:
        def and_forget(transaction: SqliteTransaction) -> UseCase:
            changed = change(transaction)
            transaction.forget_use_cases()
            return changed

        try:
            return self._write(and_forget)
        finally:
            self._use_cases = {}


def _look_up(
    remembered: dict[K, V], key: K, most: int, readers: Readers, find: Callable[[sqlite3.Connection], V | None]
) -> V | None:
    """What is remembered, or found now and remembered, up to `most` of it; what is not there is not. Only this process
    writes the store, so it is right until something changes. Whoever changes it puts a new memory in the place of this
    one, so that a look-up which began before cannot bring a key that was revoked back to life."""
    found = remembered.get(key)
    if found is None:
        with readers.snapshot() as connection:
            found = find(connection)
        if found is not None and len(remembered) < most:
            remembered[key] = found
    return found


def _give_pages_back(transaction: SqliteTransaction) -> None:
    transaction.connection.execute(f"PRAGMA incremental_vacuum({_PAGES_GIVEN_BACK})").fetchall()
