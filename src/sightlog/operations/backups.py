"""Backups: a folder with everything that a data folder holds at one moment, made while others go on writing, and its
way back. Both are built in a temporary folder, checked there to the last byte, and only then given their name.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from sightlog import __version__
from sightlog.blobs.backups import BlobFiles
from sightlog.blobs.files import FOLDER_MODE, copy_file, flush_folder, flushed_hash, write_file
from sightlog.blobs.opening import LINK_SECRET_FILE, blob_files
from sightlog.domain.backups import BACKUP_FORMAT, FileFacts, Manifest, StoreContents
from sightlog.domain.errors import BackupFailed, FolderInUse, Invalid, NotFound, Problem, StoreTooNew
from sightlog.domain.times import format_timestamp, moment_of
from sightlog.operations.clock import microseconds_now
from sightlog.store.lock import LOCK_FILE, FolderLock
from sightlog.store.opening import check_store, has_store, newest_store_version, snapshot_store
from sightlog.store.snapshots import StoreSnapshot

MANIFEST_FILE = "backup.json"

_DATA_FOLDER, _BACKUP = "the data folder", "the backup"
_HASH_PREFIXES = 256

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how far it is, and how far it will go."""


class Backup(Struct, frozen=True, kw_only=True, rename="camel"):
    """A backup that was made."""

    path: str
    made_at: str
    sightlog_version: str
    contents: StoreContents


class Restored(Struct, frozen=True, kw_only=True, rename="camel"):
    """A backup that was restored; `moved_aside` is where the folder's former content is now."""

    path: str
    moved_aside: str | None
    made_at: str
    sightlog_version: str
    contents: StoreContents


def make_backup(folder: Path, destination: Path, progress: Progress) -> Backup:
    """Make a backup of a data folder, whether or not a server holds it. All that was acknowledged before its
    `made_at` is in it. Raises NotFound, Invalid for a destination that cannot be one, BackupFailed, StorageFull,
    StoreTooNew."""
    if not has_store(folder):
        raise NotFound(f"there is no data at {folder}")
    destination = destination.resolve()
    _check_destination(folder.resolve(), destination)
    with _temporary_folder(destination) as temporary:
        made_at = _take_everything(folder, temporary, progress)
        contents = _check(temporary, _DATA_FOLDER, progress)
        manifest = Manifest(
            format=BACKUP_FORMAT,
            sightlog_version=__version__,
            made_at=format_timestamp(made_at),
            contents=contents,
            files={file.name: _facts_of(file) for file in sorted(temporary.iterdir()) if file.is_file()},
        )
        write_file(temporary / MANIFEST_FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        _flush(temporary)
        temporary.rename(destination)
    flush_folder(destination.parent)
    return Backup(path=str(destination), made_at=manifest.made_at, sightlog_version=__version__, contents=contents)


def restore_backup(source: Path, folder: Path, *, replace: bool, now: int, progress: Progress) -> Restored:
    """Make a data folder from a backup. With `replace`, a data folder that is there is moved aside. Unless all of the
    backup is whole, nothing changes. Raises NotFound, Invalid for a folder that cannot be restored to, FolderInUse,
    BackupFailed, StorageFull, StoreTooNew."""
    manifest = _read_manifest(source)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _held(folder, replace), _temporary_folder(folder) as temporary:
        _take_files(source, temporary, manifest, progress)
        _take_named_blobs(source, temporary)
        contents = _check(temporary, _BACKUP, progress)
        if contents != manifest.contents:
            raise BackupFailed(f"{MANIFEST_FILE} and the rows say different things; one of them was changed")
        _flush(temporary)
        aside = _put_in_place(temporary, folder, now)
    flush_folder(folder.parent)
    return Restored(
        path=str(folder),
        moved_aside=None if aside is None else str(aside),
        made_at=manifest.made_at,
        sightlog_version=manifest.sightlog_version,
        contents=contents,
    )


def _check_destination(folder: Path, destination: Path) -> None:
    if destination.is_relative_to(folder):
        raise Invalid(f"{destination} lies in the data folder; a backup belongs elsewhere, best on another disk")
    if not destination.parent.is_dir():
        raise NotFound(f"there is no folder {destination.parent}; make it first, or mount its disk")
    if destination.is_mount():
        raise Invalid(f"{destination} is a whole disk; name a new folder on it, such as {destination / 'sightlog'}")
    if destination.exists() and not (destination.is_dir() and not any(destination.iterdir())):
        raise Invalid(f"{destination} is there already; each backup is a new folder")


@contextmanager
def _temporary_folder(beside: Path) -> Iterator[Path]:
    """A folder that is gone at the end, unless it was renamed."""
    folder = beside.with_name(f".{beside.name}.unfinished-{secrets.token_hex(4)}")
    folder.mkdir(mode=FOLDER_MODE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _take_everything(folder: Path, target: Path, progress: Progress) -> int:
    """Pictures first, so that few are left to take in the moment of the rows. When that was."""
    source_blobs, blobs = blob_files(folder), blob_files(target)
    for hash in source_blobs.all_hashes():
        blobs.take(source_blobs, hash)
        progress("pictures", int(hash[:2], 16), _HASH_PREFIXES)
    made_at = microseconds_now()
    with closing(_snapshot_with_all_blobs(folder, source_blobs, blobs)) as snapshot:
        snapshot.write_to(target, lambda done, total: progress("rows", done, total))
        blobs.keep_only(snapshot.names_blob)
    secret = folder / LINK_SECRET_FILE
    if secret.is_file():
        copy_file(secret, target / LINK_SECRET_FILE)
    return made_at


def _snapshot_with_all_blobs(folder: Path, source: BlobFiles, target: BlobFiles) -> StoreSnapshot:
    """A moment of the rows all of whose blobs are taken. A file may vanish between the rows' moment and its taking,
    but its row goes first: so in a later moment, which did not see the row go, it was missing all along."""
    vanished: set[str] = set()
    while True:
        snapshot = snapshot_store(folder)
        try:
            missing = {hash for hash, _ in snapshot.blobs() if not target.take(source, hash)}
            lost = sorted(missing & vanished)
            if lost:
                raise _not_whole(_DATA_FOLDER, [Problem(_blob_name(hash), "is missing") for hash in lost])
            if not missing:
                return snapshot
        except BaseException:
            snapshot.close()
            raise
        snapshot.close()
        vanished = missing


def _read_manifest(source: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((source / MANIFEST_FILE).read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no backup at {source}: it has no {MANIFEST_FILE}") from None
    except msgspec.DecodeError as error:
        raise BackupFailed(f"{MANIFEST_FILE} of {source} is damaged: {error}") from None
    if manifest.format > BACKUP_FORMAT:
        raise StoreTooNew(
            f"{source} was made by Sightlog {manifest.sightlog_version}; this is {__version__}, which does not know "
            "its form. Restore it with that newer version."
        )
    newest = newest_store_version()
    if manifest.contents.schema_version > newest:
        raise StoreTooNew(
            f"the backup was made by Sightlog {manifest.sightlog_version}, whose tables have version "
            f"{manifest.contents.schema_version}; this one knows up to {newest}. Restore it with that newer version."
        )
    return manifest


@contextmanager
def _held(folder: Path, replace: bool) -> Iterator[None]:
    """Make sure that nobody uses the folder, and that nothing in it is lost."""
    if folder.is_mount():
        raise Invalid(f"{folder} is a whole disk or volume; restore to a folder on it, such as {folder / 'data'}")
    if not folder.exists():
        yield
        return
    if not folder.is_dir():
        raise Invalid(f"{folder} is not a folder")
    is_empty = _is_empty(folder)
    if not is_empty and not has_store(folder):
        raise Invalid(f"{folder} holds other files but no database of Sightlog; name another folder")
    try:
        lock = FolderLock(folder)
    except FolderInUse as in_use:
        raise FolderInUse(f"{in_use.message}; stop it first", **in_use.extra) from None
    try:
        if not is_empty and not replace:
            raise Invalid(f"{folder} holds data; --replace moves it aside, under another name")
        yield
    finally:
        lock.release()


def _is_empty(folder: Path) -> bool:
    return all(entry.name == LOCK_FILE for entry in folder.iterdir())


def _take_files(source: Path, target: Path, manifest: Manifest, progress: Progress) -> None:
    for name, facts in manifest.files.items():
        if Path(name).name != name or name in ("..", MANIFEST_FILE, LOCK_FILE):
            raise BackupFailed(f"{MANIFEST_FILE} names a file that no backup has: {name[:80]!r}")
        problem = _take_file(source / name, target / name, facts, progress)
        if problem is not None:
            raise _not_whole(_BACKUP, [Problem(name, problem)])
    if not has_store(target):
        raise BackupFailed(f"{MANIFEST_FILE} names no database")


def _take_file(source: Path, target: Path, facts: FileFacts, progress: Progress) -> str | None:
    """Copy a file; what is wrong with it."""
    try:
        size = source.stat().st_size
        if size != facts.bytes:
            return f"has {size:,} bytes instead of {facts.bytes:,}"
        copy_file(source, target, lambda done: progress("rows", done, size))
    except FileNotFoundError:
        return "is missing"
    return None if _facts_of(target) == facts else "has other bytes than it was made with"


def _take_named_blobs(source: Path, target: Path) -> None:
    source_blobs, blobs = blob_files(source), blob_files(target)
    with closing(snapshot_store(target, is_still=True)) as snapshot:
        for hash, _ in snapshot.blobs():
            blobs.take(source_blobs, hash)


def _check(folder: Path, what: str, progress: Progress) -> StoreContents:
    """Read all of a finished folder, and flush it. Raises BackupFailed naming what is missing or changed in `what` it
    was taken from."""
    progress("checking", 0, 1)
    contents = check_store(folder)
    blobs = blob_files(folder)
    problems = []
    with closing(snapshot_store(folder, is_still=True)) as snapshot:
        done = 0
        for hash, size in snapshot.blobs():
            problem = blobs.problem_of(hash, size)
            if problem is not None:
                problems.append(Problem(_blob_name(hash), problem))
            done += size
            progress("checking", done, contents.blob_bytes)
    if problems:
        raise _not_whole(what, problems)
    return contents


def _not_whole(what: str, problems: list[Problem]) -> BackupFailed:
    first = f"{problems[0].path} {problems[0].message}"
    more = f" (and {len(problems) - 1:,} more)" if len(problems) > 1 else ""
    return BackupFailed(f"{what} is not whole: {first}{more}", problems)


def _blob_name(hash: str) -> str:
    return f"blobs/{hash[:2]}/{hash}"


def _facts_of(file: Path) -> FileFacts:
    hash, size = flushed_hash(file)
    return FileFacts(size, hash)


def _flush(folder: Path) -> None:
    blob_files(folder).flush_folders()
    flush_folder(folder)


def _put_in_place(temporary: Path, folder: Path, now: int) -> Path | None:
    """Give the finished folder its name; where the former one is now, if it held anything."""
    aside = None
    if folder.exists():
        if _is_empty(folder):
            (folder / LOCK_FILE).unlink(missing_ok=True)
        else:
            aside = folder.with_name(f"{folder.name}-before-restore-{moment_of(now):%Y%m%dT%H%M%SZ}")
            if aside.exists():
                raise Invalid(f"{aside} is there already; try again in a second")
            folder.rename(aside)
    try:
        temporary.rename(folder)
    except BaseException:
        if aside is not None:
            aside.rename(folder)
        raise
    return aside
