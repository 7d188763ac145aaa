"""Blobs as files in the data folder: written to a temporary file, fsynced, linked into place, folder fsynced.

blobs/incoming/RANDOM           on its way in
blobs/ab/abcdef…                the bytes
blobs/derived/ab/abcdef….VARIANT    thumbnails and the like; they can be made again
"""

import hashlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

from sightlog.blobs.contract import Incoming

_LOCKS = 64
_HASH = re.compile("[0-9a-f]{64}")
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


class LocalIncoming:
    """See `sightlog.blobs.contract.Incoming`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / secrets.token_hex(16)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        self._file = open(descriptor, "wb", buffering=0)  # noqa: SIM115  # closed by finish or discard
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def path(self) -> Path:
        return self._path

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def finish(self) -> str:
        """Flush the bytes to disk; their hash."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()
        return self._hash.hexdigest()


class LocalBlobs:
    """See `sightlog.blobs.contract.Blobs`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._derived = folder / "derived"
        for each in (folder, self._incoming, self._derived):
            each.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        self._locks = [threading.RLock() for _ in range(_LOCKS)]
        self._making_locks = [threading.Lock() for _ in range(_LOCKS)]

    def receive(self) -> Incoming:
        return LocalIncoming(self._incoming)

    def publish(self, incoming: Incoming) -> str:
        hash = incoming.finish()
        target = self._target(hash)
        with self.holding(hash):
            if target.exists():
                incoming.discard()
                return hash
            if not target.parent.exists():
                target.parent.mkdir(mode=_FOLDER_MODE, exist_ok=True)
                _sync_folder(self._folder)
            os.rename(incoming.path(), target)
            _sync_folder(target.parent)
        return hash

    def path(self, hash: str) -> Path | None:
        target = self._target(hash)
        return target if target.is_file() else None

    def remove_unless(self, hash: str, is_needed: Callable[[], bool]) -> bool:
        with self.holding(hash):
            if is_needed():
                return False
            self._target(hash).unlink(missing_ok=True)
            folder = self._derived / hash[:2]
            if folder.is_dir():
                for file in folder.glob(hash + ".*"):
                    file.unlink(missing_ok=True)
            return True

    def holding(self, *hashes: str) -> AbstractContextManager[object]:
        held = ExitStack()
        # Always in the same order, so that two that hold several never wait for each other.
        for number in sorted({_lock_of(hash) for hash in hashes}):
            held.enter_context(self._locks[number])
        return held

    def derived(self, hash: str, variant: str, make: Callable[[Path, Path], None]) -> Path | None:
        found = self.existing(hash, variant)
        if found is not None:
            return found
        target = self._derived / hash[:2] / f"{hash}.{variant}"
        with self._making_locks[_lock_of(hash)]:
            if target.is_file():
                return target
            source = self.path(hash)
            if source is None:
                return None
            target.parent.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            temporary = self._incoming / secrets.token_hex(16)
            try:
                make(source, temporary)
                with self.holding(hash):
                    if not source.exists():
                        return None
                    os.rename(temporary, target)
            finally:
                temporary.unlink(missing_ok=True)
        return target

    def existing(self, hash: str, variant: str) -> Path | None:
        target = self._derived / hash[:2] / f"{hash}.{variant}"
        return target if target.is_file() else None

    def all_hashes(self) -> Iterator[str]:
        for folder in sorted(self._folder.iterdir()):
            if len(folder.name) == 2 and folder.is_dir():
                for file in folder.iterdir():
                    if _HASH.fullmatch(file.name):
                        yield file.name

    def clean_up(self, older_than_seconds: float) -> None:
        oldest = time.time() - older_than_seconds
        for file in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < oldest:
                    file.unlink()

    def free_bytes(self) -> int:
        """What the disk still has."""
        return shutil.disk_usage(self._folder).free

    def _target(self, hash: str) -> Path:
        return self._folder / hash[:2] / hash


def _lock_of(hash: str) -> int:
    return int(hash[:4], 16) % _LOCKS


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
