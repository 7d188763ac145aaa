"""What a place for bytes promises. Every backend proves each sentence in tests/contract/.

A blob is named by the SHA-256 of its bytes (64 hex digits), so the same bytes are kept once. Methods are synchronous
and may be called from any thread.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Incoming(Protocol):
    """Bytes on their way in; nothing is visible until `Blobs.publish`."""

    size: int

    def write(self, chunk: bytes) -> None:
        """Append bytes; they go to disk, not to memory."""
        ...

    def path(self) -> Path:
        """A file that holds what was written so far, for checking it."""
        ...

    def finish(self) -> str:
        """Flush the bytes to disk; their hash. Nothing can be written any more."""
        ...

    def discard(self) -> None:
        """Forget it; idempotent, also after `publish`."""
        ...


class Blobs(Protocol):
    """Content-addressed bytes, and small files derived from them."""

    def receive(self) -> Incoming:
        """Begin to take bytes in."""
        ...

    def publish(self, incoming: Incoming) -> str:
        """Make finished bytes durable under their hash, and return it. Whoever then commits a row that names the
        hash does both within `holding`, so that nothing removes the blob in between."""
        ...

    def path(self, hash: str) -> Path | None:
        """A file with the bytes, or None."""
        ...

    def remove_unless(self, hash: str, is_needed: Callable[[], bool]) -> bool:
        """Remove a blob and what was derived from it, unless it is needed: asked under the lock that `holding`
        takes for the same hash. Whether it was removed; a missing blob counts as removed."""
        ...

    def holding(self, *hashes: str) -> AbstractContextManager[object]:
        """While held, nothing removes these hashes: from before their publication until their rows are committed."""
        ...

    def derived(self, hash: str, variant: str, make: Callable[[Path, Path], None]) -> Path | None:
        """A file made from a blob by `make(source, target)`: made once even when many ask at the same moment, and
        kept. None when there is no such blob."""
        ...

    def existing(self, hash: str, variant: str) -> Path | None:
        """A derived file, if it was made already."""
        ...

    def free_bytes(self) -> int:
        """What the disk still has."""
        ...

    def all_hashes(self) -> Iterator[str]:
        """Every blob that is kept."""
        ...

    def clean_up(self, older_than_seconds: float) -> None:
        """Remove incoming files that nobody will finish any more."""
        ...
