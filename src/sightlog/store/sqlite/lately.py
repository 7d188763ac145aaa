"""A memory that is bounded by bytes."""

import threading
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lately(Generic[K, V]):
    """Values by their keys, so many bytes of them: what was asked for least lately is forgotten."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[V, int]] = {}
        self.bytes = 0

    def get(self, key: K) -> V | None:
        """A value that nobody changes."""
        with self._lock:
            found = self._kept.pop(key, None)
            if found is None:
                return None
            self._kept[key] = found
            return found[0]

    def take(self, key: K) -> V | None:
        """A value for one thread, which puts it back when it is done; the others find none meanwhile."""
        with self._lock:
            value, size = self._kept.pop(key, (None, 0))
            self.bytes -= size
            return value

    def put(self, key: K, value: V, size: int) -> None:
        """Keep it, unless another thread was faster."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value, size
                self.bytes += size
            while self.bytes > self._most_bytes:
                self.bytes -= self._kept.pop(next(iter(self._kept)))[1]
