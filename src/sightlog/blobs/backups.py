"""The blob files of a data folder or a backup, taken from one to the other: as hard links where the file system allows
it, which is safe because a blob's bytes never change, and else as copies."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from sightlog.blobs.files import FOLDER_MODE, copy_file, flush_folder, flushed_hash

_HASH = re.compile(r"[0-9a-f]{64}")


class BlobFiles:
    """The blob files below a folder's `blobs`. Whoever else works there only ever adds and removes whole files."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before the first `take`."""
        self._folder = folder
        self._can_link = True

    def all_hashes(self) -> Iterator[str]:
        """Every blob that is there, in the order of their first two digits."""
        if not self._folder.is_dir():
            return
        for folder in sorted(self._folder.iterdir()):
            if len(folder.name) == 2 and folder.is_dir():
                for file in os.listdir(folder):
                    if _HASH.fullmatch(file):
                        yield file

    def take(self, source: "BlobFiles", hash: str) -> bool:
        """Take a blob from another folder, unless it is here already. False when it is not there either."""
        if not _HASH.fullmatch(hash):
            return False
        target = self._path(hash)
        if target.exists():
            return True
        for folder in (self._folder, target.parent):
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        try:
            self._link_or_copy(source._path(hash), target)
        except FileNotFoundError:
            return False
        return True

    def problem_of(self, hash: str, size: int) -> str | None:
        """What is wrong with a blob, which is read and flushed for that; None when all is well."""
        try:
            real_hash, real_size = flushed_hash(self._path(hash))
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        if real_size != size:
            return f"has {real_size:,} bytes instead of {size:,}"
        return None if real_hash == hash else "has other bytes than it was made with"

    def keep_only(self, is_needed: Callable[[str], bool]) -> None:
        """Remove what is not needed."""
        for hash in self.all_hashes():
            if not is_needed(hash):
                self._path(hash).unlink()

    def flush_folders(self) -> None:
        """Make the files' names durable."""
        if self._folder.is_dir():
            for folder in (*self._folder.iterdir(), self._folder):
                flush_folder(folder)

    def _link_or_copy(self, source: Path, target: Path) -> None:
        if self._can_link:
            try:
                os.link(source, target)
                return
            except FileNotFoundError:
                raise
            except OSError:
                # Another file system, or one without hard links, or with too many to this file.
                self._can_link = False
        try:
            copy_file(source, target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _path(self, hash: str) -> Path:
        return self._folder / hash[:2] / hash
