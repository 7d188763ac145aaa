"""From a data folder to an open store. The only place above the backends that knows which one is in use."""

from collections.abc import Callable
from pathlib import Path

from sightlog.domain.backups import StoreContents
from sightlog.domain.limits import Limits
from sightlog.store.contract import Store
from sightlog.store.snapshots import StoreSnapshot
from sightlog.store.sqlite import backups, checking
from sightlog.store.sqlite.connection import DATABASE_FILE
from sightlog.store.sqlite.migrating import newest_version
from sightlog.store.sqlite.store import SqliteStore


def has_store(folder: Path) -> bool:
    """Whether there is a store in this folder. Nothing is made or opened."""
    return (folder / DATABASE_FILE).is_file()


def prepare_folder(folder: Path) -> None:
    """Make the data folder if it is missing; only its owner may look inside (0700)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def open_store(folder: Path, limits: Limits) -> Store:
    """Open the store in this folder for writing, and migrate it. Raises FolderInUse or StoreTooNew."""
    prepare_folder(folder)
    return SqliteStore(folder, limits)


def newest_store_version() -> int:
    """The newest version of the tables that this program knows."""
    return newest_version()


def snapshot_store(folder: Path, *, is_still: bool = False) -> StoreSnapshot:
    """The rows of this folder as they are now, whoever writes there; with `is_still` nobody does. Raises StoreTooNew,
    or BackupFailed when they cannot be read."""
    return backups.SqliteSnapshot(folder, is_still=is_still)


def check_store(folder: Path) -> StoreContents:
    """What a store that nobody writes holds. Raises BackupFailed when it is damaged, or StoreTooNew."""
    return backups.check_database(folder)


def check_derived(folder: Path, advance: Callable[[int, int], None]) -> list[str]:
    """What of all that is derived does not equal the events, in words; whoever writes there may go on. `advance` is
    told (events done, events in all). Raises StoreTooNew for tables of another version."""
    return checking.check_folder(folder, advance)


def rebuild_derived(folder: Path, limits: Limits, advance: Callable[[int, int], None]) -> None:
    """Make everything derived anew from the events. Raises FolderInUse: nothing could be stored meanwhile."""
    store = SqliteStore(folder, limits)
    try:
        store.rebuild(advance)
    finally:
        store.close()
