"""Keeping some of the disk free: below the limit new data is refused while reading goes on."""

import time

from sightlog.blobs.contract import Blobs
from sightlog.domain.errors import StorageFull

_SECONDS_BETWEEN_LOOKS = 1.0


class SpaceGuard:
    """Looks at the disk at most once a second."""

    def __init__(self, blobs: Blobs, min_free_bytes: int) -> None:
        self._blobs = blobs
        self._min_free_bytes = min_free_bytes
        self._looked_at = float("-inf")
        self._free_bytes = 0

    def require_space(self) -> None:
        """Raises StorageFull when the disk has less free space than must stay free."""
        if not self._min_free_bytes:
            return
        if time.monotonic() - self._looked_at > _SECONDS_BETWEEN_LOOKS:
            self._looked_at = time.monotonic()
            self._free_bytes = self._blobs.free_bytes()
        if self._free_bytes < self._min_free_bytes:
            raise StorageFull(
                f"the disk has {self._free_bytes:,} bytes free and {self._min_free_bytes:,} must stay free "
                "(SIGHTLOG_MIN_FREE_BYTES); nothing was stored. Free some space, or let retention remove old events"
            )
