"""What a store promises of its backups: rows of one moment, copied while another process goes on writing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from sightlog.domain.backups import StoreContents


class StoreSnapshot(Protocol):
    """One moment of a data folder's rows; nothing that is committed meanwhile shows. Close it after use."""

    def contents(self) -> StoreContents:
        """How much there is."""
        ...

    def blobs(self) -> Iterator[tuple[str, int]]:
        """(hash, bytes) of every blob that the rows name, in the order of their hashes."""
        ...

    def names_blob(self, hash: str) -> bool:
        """Whether the rows name this blob."""
        ...

    def write_to(self, folder: Path, advance: Callable[[int, int], None]) -> None:
        """Copy the rows into a folder that has none, durably and without holding up the writer. `advance` is told
        (done, in all), in a unit of the backend's."""
        ...

    def close(self) -> None:
        """Let the moment go."""
        ...
