"""Files that must have reached the disk: copied, hashed, and with their folders flushed."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_CHUNK_BYTES = 1 << 20


def copy_file(source: Path, target: Path, advance: Callable[[int], None] = lambda bytes_done: None) -> None:
    """Copy into a new file that only its owner may read. The bytes are on disk after `flushed_hash`."""
    with open(source, "rb") as incoming, _new_file(target) as descriptor:
        done = 0
        while chunk := incoming.read(_CHUNK_BYTES):
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            done += len(chunk)
            advance(done)


def flushed_hash(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its size, once the file is on disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        hash = hashlib.file_digest(file, "sha256").hexdigest()
        return hash, file.tell()


def write_file(target: Path, content: bytes) -> None:
    """Write a new file that only its owner may read; it is on disk on return."""
    with _new_file(target) as descriptor:
        os.write(descriptor, content)
        os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _new_file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
