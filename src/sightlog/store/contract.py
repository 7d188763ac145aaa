"""What a store promises. Every backend proves each sentence of these docstrings in tests/contract/.

Every method names its workspace (by its number) or belongs to the program as a whole. Methods are synchronous and
may be called from any thread. A write returns only after its commit is on disk. Times are microseconds since 1970.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from sightlog.domain.aggregates import Aggregated
from sightlog.domain.api_keys import ApiKey, Caller, Scope, SourceDefaults
from sightlog.domain.batches import TurnedFacts
from sightlog.domain.cursor import Position
from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.facets import Facets
from sightlog.domain.filters import Selection
from sightlog.domain.images import UploadedImage
from sightlog.domain.last_visits import LastVisit
from sightlog.domain.metadata_schema import MetadataSchema
from sightlog.domain.retention import Expired
from sightlog.domain.stored import Arrivals, Count, Deleted, EventPage, Receipt, StoredEvent
from sightlog.domain.use_cases import UseCase, UseCaseStatus, UseCaseSummary
from sightlog.domain.views import SavedView
from sightlog.domain.workspaces import Workspace
from sightlog.store.packing import Packing
from sightlog.store.people import People


class Store(Protocol):
    """Workspaces, keys, use cases, events, and the statistics that always equal a recomputation from the events."""

    people: People
    """Who may use the dashboard; see `store/people.py`."""

    @property
    def packing(self) -> Packing | None:
        """With what events may be packed (`packing.pack_events`) before `add_events` gets them; None when they are
        wanted as they are. What was packed with an earlier answer is taken as well."""
        ...

    def create_workspace(self, slug: str, name: str, lookback_days: int, now: int) -> Workspace:
        """Raises NameTaken when the slug is in use."""
        ...

    def change_workspace(
        self, workspace: int, name: str | None, lookback_days: int | None, time_zone: str | None = None
    ) -> Workspace:
        """Change what is given; keys of the workspace follow it at once. An empty time zone is the server's again."""
        ...

    def list_workspaces(self) -> list[Workspace]:
        """In the order of their making."""
        ...

    def add_api_key(
        self,
        workspace: int,
        name: str,
        hash: bytes,
        hint: str,
        scopes: Sequence[Scope] | None,
        now: int,
        defaults: SourceDefaults = ...,
    ) -> ApiKey:
        """Keep a key by its hash; `scopes` None gives full access, `defaults` none by default."""
        ...

    def find_caller(self, hash: bytes) -> Caller | None:
        """Whose key this is; None for an unknown or revoked one. A revocation is seen at once."""
        ...

    def note_key_use(self, key: int, now: int) -> None:
        """Keep, once a minute at most, that a key was used. It returns before the commit, and does nothing when too
        many writes wait: whoever sends an event does not wait for this."""
        ...

    def list_api_keys(self, workspace: int) -> list[ApiKey]:
        """In the order of their making, revoked ones included."""
        ...

    def revoke_api_key(self, workspace: int, number: int, now: int) -> ApiKey:
        """Idempotent; the first time stays. Raises NotFound for another workspace's key."""
        ...

    def create_use_case(self, workspace: int, name: str, limit: int, now: int) -> UseCase:
        """Raises NameTaken when a use case, archived or not, has the same name key (`extra`: its id and status),
        and Invalid when the workspace holds `limit` use cases already."""
        ...

    def rename_use_case(self, workspace: int, id: str, name: str, now: int) -> UseCase:
        """Its own name in another spelling is fine. Raises NotFound, or NameTaken as `create_use_case`."""
        ...

    def set_use_case_status(self, workspace: int, id: str, status: UseCaseStatus, now: int) -> UseCase:
        """Archive or bring back; a status that it has already changes nothing. Raises NotFound."""
        ...

    def delete_use_case(self, workspace: int, id: str, now: int) -> UseCase:
        """From now on an archived use case is not there any more, nor is any of its events, its name is free, and
        `remove_deleted` removes it step by step. Raises NotFound, and Invalid for one that is not archived."""
        ...

    def remove_deleted(self, limit: int) -> int:
        """One step of removing what was deleted: up to `limit` events, with their pictures and all that only they
        kept, in one transaction; a use case that has none left goes itself, with its views and visits. How many
        events; 0 means that nothing is left."""
        ...

    def find_use_case(self, workspace: int, reference: str) -> UseCase | None:
        """By id, or by name (its key) when no id matches; None when neither does."""
        ...

    def list_use_cases(self, workspace: int, status: UseCaseStatus | None) -> list[UseCaseSummary]:
        """In the order of their making, with their kept counts; `status` None lists all. This list, like a schema and
        facets, may be given to others too: it is not the caller's to change."""
        ...

    def add_events(
        self,
        workspace: int,
        key: int | None,
        events: Sequence[AcceptedEvent],
        now: int,
        facts: Mapping[str, TurnedFacts] | None = None,
    ) -> "Future[list[Receipt]]":
        """Store events, all or none. Each `use_case` is resolved as `find_use_case` does, and must take events:
        else UnknownUseCase or ArchivedUseCase, with every bad event's index when it has one. An id that exists is
        overwritten as a whole, its reviewer too, also when the use case changes. Every question that comes after the
        future is done sees them, in statistics, schema and side index too. Ids within one call are distinct. `facts`
        are those of an `AcceptedBatch`, whose events do not hold them themselves. The events given stay as they are.
        Raises Busy at once when too many writes wait."""
        ...

    def find_events(
        self, workspace: int, use_case: UseCase, selection: Selection, before: Position | None, limit: int
    ) -> EventPage:
        """The newest `limit` events after `before`, by timestamp and then by id, both descending. Like every question
        about many events or counts, it raises Busy when what was stored before cannot be searched yet. When the time
        limit passes, what was found so far, with `next` set; QueryTooSlow when that is nothing."""
        ...

    def count_events(self, workspace: int, use_case: UseCase, selection: Selection, at_most: int | None) -> Count:
        """How many events match, exactly, or up to `at_most`. QueryTooSlow when the time limit passes."""
        ...

    def count_arrivals(
        self, workspace: int, use_case: UseCase, selection: Selection, after: int, at_most: int
    ) -> Arrivals:
        """How many matching events arrived, or were overwritten, after a sequence; it looks at the newest `at_most`
        arrivals of the store only, so it is quick whatever has come."""
        ...

    def aggregate(
        self,
        workspace: int,
        use_case: UseCase,
        selection: Selection,
        field: str | None,
        edges: Sequence[int] | None,
        most: int,
    ) -> Aggregated:
        """How many events match, failed, are alerts and were checked: in all, and for each value of a fact's field
        (`class.` stands for all detected classes), the `most` frequent values, and what the others have together.
        Events without a value are a group whose value is None; an event counts once for each value that it has.
        With `edges`, ascending and enclosing the selection's span, everything is counted for each bucket between two
        of them, the first of the two included. Exact; QueryTooSlow when the time limit passes."""
        ...

    def newest_times_of(
        self, workspace: int, use_case: UseCase, selection: Selection, kind: str, names: Collection[str], limit: int
    ) -> dict[str, list[int]]:
        """The timestamps of the newest `limit` matching events of each of these sources (`kind` is device, stream or
        workflow), newest first. QueryTooSlow when the time limit passes."""
        ...

    def heard_between(
        self, workspace: int, use_case: UseCase, selection: Selection, kind: str, spans: Mapping[str, tuple[int, int]]
    ) -> set[str]:
        """Which of these sources have a matching event between two times of their own (microseconds, both included).
        QueryTooSlow when the time limit passes."""
        ...

    def find_event(self, workspace: int, event_id: str) -> StoredEvent | None:
        """One event with all its reviews."""
        ...

    def event_types(self, workspace: int, use_case: UseCase, event_ids: Sequence[str]) -> dict[str, str]:
        """id → event type of those that are in the use case."""
        ...

    def reviewers(self, workspace: int, event_ids: Sequence[str]) -> dict[str, int | None]:
        """Who sent these events, of those that are there: the user's number for feedback that was given in the
        dashboard, None for whatever a key sent or has overwritten since."""
        ...

    def export_events(self, workspace: int, use_case: int | None, after: int, limit: int) -> list[StoredEvent]:
        """Events with a sequence above `after`, ascending: a page of an export, each a short read of its own."""
        ...

    def delete_events(self, workspace: int, use_case: UseCase, event_ids: Sequence[str]) -> Deleted:
        """Remove events of this use case, with the feedback that points at them and the pictures that nothing else
        names. Ids without an event in the use case are told back; that is not an error."""
        ...

    def expire_events(self, cutoffs: Mapping[int, int], limit: int) -> int:
        """One step of retention: remove up to `limit` events older than their workspace's cut-off (workspace →
        microseconds), in one transaction. How many; 0 means that there are none."""
        ...

    def expire_oldest(self, limit: int) -> int:
        """Remove the oldest `limit` events of the whole store, in one transaction. How many."""
        ...

    def list_expired(self, cutoffs: Mapping[int, int]) -> list[Expired]:
        """What `expire_events` would remove in all."""
        ...

    def used_bytes(self) -> int:
        """The pages of rows in use, and the bytes of all different pictures."""
        ...

    def add_image(self, image: UploadedImage, key: int | None, now: int) -> None:
        """Keep what is known of a picture whose blob is published; the same id again changes nothing."""
        ...

    def add_delivery(
        self, workspace: int, key: int | None, event: AcceptedEvent, images: Sequence[UploadedImage], now: int
    ) -> Receipt:
        """Store an event and the pictures that came with it, visible together or not at all. When the same event,
        with the same pictures, is there already, nothing changes. Else as `add_events` and `add_image`."""
        ...

    def latest_events(self, workspace: int, limit: int) -> list[StoredEvent]:
        """The events that arrived last, newest arrival first."""
        ...

    def find_images(self, source_ids: Iterable[str]) -> dict[str, UploadedImage]:
        """The pictures with these ids, whatever their workspace; the caller must look at it."""
        ...

    def expire_images(self, uploaded_before: int, limit: int) -> int:
        """Remove up to `limit` pictures that no event has ever named and that were uploaded before a time."""
        ...

    def is_blob_needed(self, hash: str) -> bool:
        """Whether some picture has these bytes, as of the last commit."""
        ...

    def freed_blobs(self) -> list[str]:
        """Blobs that nothing names any more and that are still to be removed; a crash does not forget them."""
        ...

    def forget_freed_blob(self, hash: str, *, was_removed: bool) -> None:
        """It was removed, or it is needed again; a blob that is neither stays on the list."""
        ...

    def metadata_schema(self, workspace: int, use_case: UseCase, *, of_images: bool) -> MetadataSchema:
        """The observed fields, by name, of the events or of their images."""
        ...

    def facets(self, workspace: int, use_case: UseCase, most: int) -> Facets:
        """The `most` most frequent values of everything that can be filtered."""
        ...

    def recent_values(self, workspace: int, use_case: UseCase, field: str, most: int) -> list[str]:
        """The most frequent texts of a fact's field (see `domain/facts.py`) among the newest events, a bounded number
        of them: for fields whose values are not counted."""
        ...

    def add_view(self, workspace: int, use_case: UseCase, name: str, query: str, limit: int, now: int) -> SavedView:
        """Raises NameTaken when a view of the use case has the same name key, and Invalid when it has `limit`."""
        ...

    def list_views(self, workspace: int, use_case: UseCase) -> list[SavedView]:
        """In the order of their names."""
        ...

    def delete_view(self, workspace: int, use_case: UseCase, number: int) -> SavedView:
        """Raises NotFound, also for another use case's."""
        ...

    def note_visit(self, workspace: int, person: int, use_case: UseCase, visit: LastVisit) -> None:
        """Keep a person's visit in the place of the one before. The one write that returns before its commit: pages
        do not wait for it, and a note that a crash loses harms nobody. Raises Busy."""
        ...

    def find_visits(self, workspace: int, person: int) -> dict[int, LastVisit]:
        """A person's visits by the numbers of the use cases."""
        ...

    def is_writing(self) -> bool:
        """Whether something is being written, or waits to be; a glance, for those who can wait."""
        ...

    def is_ready(self) -> bool:
        """Whether a read and an (empty) write transaction go through."""
        ...

    def close(self) -> None:
        """Write what waits, then let go of the files."""
        ...
