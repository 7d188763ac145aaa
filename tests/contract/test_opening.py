"""Opening a data folder: one process at a time, migrated, never an older program on a newer database."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sightlog.domain.errors import Busy, FolderInUse, StoreGone, StoreTooNew
from sightlog.domain.limits import Limits
from sightlog.store.opening import open_store as open_folder
from sightlog.store.sqlite.connection import open_for_reading, open_for_writing
from sightlog.store.sqlite.migrating import migrations
from tests.contract.backends import Backend
from tests.contract.plant import OpenStore, Plant

HOLDER = """
import sys
from pathlib import Path
from sightlog.domain.limits import Limits
from sightlog.store.opening import open_store
store = open_store(Path(sys.argv[1]), Limits())
print("open", flush=True)
sys.stdin.read()
store.close()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "plant" / "data"


@pytest.fixture
def database(folder: Path) -> Path:
    return folder / "sightlog.db"


def pragma(database: Path, name: str) -> object:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def tables(database: Path) -> dict[str, str]:
    """Every table and index with the statement that made it."""
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())


def make_version(folder: Path, version: int) -> None:
    """A data folder as a program of an older version left it."""
    folder.mkdir(parents=True)
    with closing(open_for_writing(folder)) as connection:
        for number, text in migrations():
            if number <= version:
                connection.executescript(f"BEGIN;{text};PRAGMA user_version = {number};COMMIT;")


def test_a_new_folder_is_for_its_owners_eyes_only(folder: Path, database: Path) -> None:
    store = open_folder(folder, Limits())
    store.create_workspace("graz", "Graz", 365, 0)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    store.close()


def test_a_folder_that_others_may_read_is_closed_to_them(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    open_folder(folder, Limits()).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_fresh_database_has_the_newest_version_and_the_designs_pages(folder: Path, database: Path) -> None:
    open_folder(folder, Limits()).close()
    assert pragma(database, "user_version") == migrations()[-1][0]
    assert pragma(database, "page_size") == 8192
    assert pragma(database, "auto_vacuum") == 2
    assert pragma(database, "journal_mode") == "wal"


def test_every_commit_is_flushed_to_the_disk(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(open_for_writing(folder)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_migrations_have_numbers_of_their_own() -> None:
    numbers = [number for number, _ in migrations()]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("version", [number for number, _ in migrations()])
def test_a_folder_of_any_older_version_becomes_like_a_fresh_one(
    tmp_path: Path, folder: Path, database: Path, version: int
) -> None:
    open_folder(tmp_path / "fresh", Limits()).close()
    make_version(folder, version)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "INSERT INTO workspaces (number, slug, name, created_at, lookback_days) VALUES (7, 'graz', 'Graz', 0, 365)"
        )
        connection.commit()
    store = open_folder(folder, Limits())
    assert [workspace.slug for workspace in store.list_workspaces()] == ["graz"]
    store.close()
    assert pragma(database, "user_version") == migrations()[-1][0]
    assert tables(database) == tables(tmp_path / "fresh" / "sightlog.db")


def test_a_newer_database_is_refused_and_left_alone(folder: Path, database: Path) -> None:
    open_folder(folder, Limits()).close()
    newest = migrations()[-1][0]
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {newest + 1}")
    with pytest.raises(StoreTooNew) as caught:
        open_folder(folder, Limits())
    assert str(newest) in caught.value.message
    assert str(newest + 1) in caught.value.message
    assert pragma(database, "user_version") == newest + 1


def test_a_refusal_lets_go_of_the_folder(folder: Path, database: Path) -> None:
    open_folder(folder, Limits()).close()
    newest = migrations()[-1][0]
    for version in (newest + 1, newest):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        if version > newest:
            with pytest.raises(StoreTooNew):
                open_folder(folder, Limits())
    open_folder(folder, Limits()).close()


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the folder open."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLDER, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_refused_with_the_first_ones_pid(folder: Path, holder: subprocess.Popen[str]) -> None:
    for _ in range(2):
        with pytest.raises(FolderInUse, match=str(holder.pid)) as caught:
            open_folder(folder, Limits())
        assert caught.value.extra == {"pid": str(holder.pid)}


def test_a_process_that_ended_holds_nothing(folder: Path, holder: subprocess.Popen[str]) -> None:
    holder.communicate("")
    assert holder.returncode == 0
    open_folder(folder, Limits()).close()


def test_a_process_that_was_killed_holds_nothing(folder: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    store = open_folder(folder, Limits())
    assert store.is_ready()
    store.close()


def test_the_same_process_cannot_open_a_folder_twice_either(backend: Backend, open_store: OpenStore) -> None:
    store = open_store()
    with pytest.raises(FolderInUse, match=str(os.getpid())):
        open_store()
    store.close()
    open_store()


def test_connections_for_reading_cannot_write(folder: Path) -> None:
    open_folder(folder, Limits()).close()
    with closing(open_for_reading(folder)) as connection:
        for statement in ("DELETE FROM events", "CREATE TABLE mine (n)", "PRAGMA user_version = 99"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute(statement)


def test_a_snapshot_sees_one_moment(plant: Plant) -> None:
    """A page and its feedback, or a list and its counts, are of the same moment."""
    use_case = plant.use_case()
    plant.add(plant.event(use_case))
    with closing(open_for_reading(plant.backend.folder)) as connection:
        connection.execute("BEGIN")
        before = connection.execute("SELECT count(*) FROM events").fetchone()
        plant.add(plant.event(use_case))
        assert connection.execute("SELECT count(*) FROM events").fetchone() == before
        connection.execute("COMMIT")
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (2,)


def test_numbers_go_on_after_a_restart(plant: Plant, open_store: OpenStore) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="a"), plant.event(use_case, eventId="b"))
    plant.reopen(open_store)
    plant.add(plant.event(use_case, eventId="c"))
    found = plant.store.export_events(plant.mine, None, 0, 10)
    assert [event.event_id for event in found] == ["a", "b", "c"]
    assert len({event.sequence for event in found}) == 3
    plant.check_statistics()


def test_arrivals_do_not_go_back_when_the_clock_does(plant: Plant, open_store: OpenStore) -> None:
    """A source's newest arrival is that of its newest number, also when the clock was set back over a restart."""
    from tests.contract.plant import NOW, SECOND

    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="a", deviceId="cam-1"), now=NOW)
    plant.add(plant.event(use_case, eventId="b", deviceId="cam-1"), now=NOW - SECOND)
    plant.reopen(open_store)
    plant.add(plant.event(use_case, eventId="c", deviceId="cam-1"), now=NOW - 2 * SECOND)
    arrivals = [event.received_at for event in plant.store.export_events(plant.mine, None, 0, 10)]
    assert arrivals == sorted(arrivals)
    plant.check_statistics()


def test_deleted_or_replaced_folder_is_noticed_and_nothing_more_is_acknowledged(
    open_store: OpenStore, backend: Backend
) -> None:
    """Otherwise events would be answered with 201 and vanish with the process."""
    store = open_store()
    assert store.is_ready()
    shutil.rmtree(backend.folder)
    for write in (store.is_ready, lambda: store.create_workspace("late", "Late", 0, 1)):
        with pytest.raises(StoreGone, match="deleted, moved or replaced"):
            write()
    backend.folder.mkdir()
    backend.database.write_bytes(b"")
    with pytest.raises(StoreGone):
        store.is_ready()


def test_read_of_a_closed_store_is_refused(open_store: OpenStore) -> None:
    """A request that comes while the server ends must not wait for ever."""
    store = open_store()
    store.close()
    with pytest.raises(Busy, match="shutting down"):
        store.list_workspaces()
