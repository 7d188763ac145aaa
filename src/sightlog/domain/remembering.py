"""What is worked out once for the same names, which senders choose and send with every event."""

from collections.abc import Callable
from typing import TypeVar

MOST_REMEMBERED = 20_000

K = TypeVar("K")
V = TypeVar("V")


class Remembered(dict[K, V]):
    """A function's values by its argument, worked out when they are first asked for. Emptied when it has grown, because
    nobody limits what senders choose."""

    def __init__(self, work_out: Callable[[K], V]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: K) -> V:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        value = self[key] = self._work_out(key)
        return value
