"""Each backend that the contract is proven for: how to open it, to look into its tables, and to hold its writes up."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sightlog.domain.limits import Limits
from sightlog.store.contract import Store
from sightlog.store.opening import open_store
from sightlog.store.sqlite.index.loading import read_state
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.store import SqliteStore
from tests.recompute import Kept, read_tally_key


class SqliteBackend:
    """A data folder with SQLite in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "sightlog.db"

    def open(self, limits: Limits | None = None) -> Store:
        return open_store(self.folder, limits or Limits())

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What a statement answers, in a snapshot of its own."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def stalled_writes(self) -> Iterator[None]:
        """Nothing can be committed until the end, as if another program wrote for a long time."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Files cannot grow until the end."""
        sizes = [file.stat().st_size for file in self.folder.iterdir()]
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes), before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def kept(self, workspace: int, store: Store) -> tuple[Kept, set[tuple[int, str, str]]]:
        """Everything derived that is kept for a workspace, and which groups are crowded."""
        kept = self._counted(workspace, store)
        kept.index.update(self._index(workspace, store))
        reviews = "SELECT related_event_id, timestamp, seq, feedback FROM feedback WHERE workspace = ?"
        kept.reviews.update(self.rows(reviews, workspace))
        statuses = "SELECT event_id, feedback_status FROM events WHERE workspace = ?"
        kept.statuses.update(self.rows(statuses, workspace))
        crowded = "SELECT c.use_case, c.kind, c.name FROM crowded c JOIN use_cases ON number = use_case"
        return kept, set(self.rows(f"{crowded} WHERE workspace = ?", workspace))

    def _counted(self, workspace: int, store: Store) -> Kept:
        """What the tables say is counted, and what waits to be written to them."""
        assert isinstance(store, SqliteStore)
        kept = Kept()
        mine = {number for (number,) in self.rows("SELECT number FROM use_cases WHERE workspace = ?", workspace)}
        with store._learned(store._readers) as (connection, waiting, _):
            changes = waiting.seen_by(read_state(connection)).changes
            for use_case, kind, key, n in connection.execute("SELECT * FROM tallies").fetchall():
                if use_case in mine:
                    kept.tallies[(use_case, kind, *read_tally_key(kind, key))] += n
            for (use_case, kind, _), counts in changes.tallies.groups():
                for key, n in counts.items() if use_case in mine else ():
                    kept.tallies[(use_case, kind, *read_tally_key(kind, key))] += n
            spans = connection.execute("SELECT * FROM fields").fetchall() + changes.fields.rows()
            heard = connection.execute("SELECT * FROM sources").fetchall() + changes.sources.rows()
        for use_case, kind, name, first, last in spans:
            if use_case in mine:
                known = kept.fields.get((use_case, kind, name), (first, last))
                kept.fields[(use_case, kind, name)] = min(first, known[0]), max(last, known[1])
        for use_case, kind, name, *last in heard:
            if use_case in mine:
                known = kept.sources.get((use_case, kind, name), last)
                kept.sources[(use_case, kind, name)] = tuple(map(max, known, last))
        return kept

    def _index(self, workspace: int, store: Store) -> Iterator[tuple[Any, ...]]:
        """(use case, field, type, value, timestamp, number) of all entries, each exactly once."""
        assert isinstance(store, SqliteStore)
        numbers = self.rows("SELECT number FROM use_cases WHERE workspace = ?", workspace)
        with store._readers.snapshot() as connection:
            for (use_case,) in numbers:
                entries = list(IndexView(connection, store._index, use_case).entries())
                assert len(entries) == len(set(entries))
                for field, letter, value, timestamp, seq in entries:
                    yield use_case, field, letter, value, timestamp, seq

    def picture_metadata(self) -> dict[int, list[str]]:
        """Event's number → the metadata, as JSON, of the pictures that were there when it came."""
        found: dict[int, list[str]] = {}
        uses = "SELECT seq, metadata FROM image_uses JOIN images USING (source_id)"
        for seq, metadata in self.rows(f"{uses} WHERE was_found AND metadata IS NOT NULL"):
            found.setdefault(seq, []).append(metadata)
        return found


Backend = SqliteBackend
BACKENDS = {"sqlite": SqliteBackend}
