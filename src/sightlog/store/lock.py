"""The lock on a data folder: exactly one process opens a store for writing. The system drops it when a process dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

from sightlog.domain.errors import FolderInUse

LOCK_FILE = "lock"


class FolderLock:
    """Held from the making until `release`."""

    def __init__(self, folder: Path) -> None:
        """Raises FolderInUse, with the holder's pid in `extra`, when another process holds it."""
        self._file: IO[str] = open(folder / LOCK_FILE, "a+", encoding="ascii")  # noqa: SIM115  # held open
        os.chmod(folder / LOCK_FILE, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            pid = self._file.read().strip() or "unknown"
            self._file.close()
            raise FolderInUse(f"{folder} is in use by process {pid}", pid=pid) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let go; idempotent. The file stays, since removing it would race with the next holder."""
        self._file.close()
