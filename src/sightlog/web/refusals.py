"""What was refused lately, kept in memory: so that who waits for a first event learns why it did not come."""

import threading
from collections import deque
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

MOST_REMEMBERED = 20
_MOST_LETTERS = 600
_MOST_DETAILS = 5


class Refusal(Struct, frozen=True, kw_only=True):
    """A request that was refused, or several that were alike: `times` how many, `last` when the newest came
    (microseconds). `key` is the number of the key that came with it, None without a known one. `number` grows with
    every refusal, so that a page sees that there is something new."""

    number: int
    last: int
    method: str
    path: str
    key: int | None
    address: str
    code: str
    message: str
    details: tuple[str, ...] = ()
    times: int = 1

    def is_like(self, other: "Refusal") -> bool:
        """Whether it is the same again: a camera that tries each second should fill one line."""
        same = self.key == other.key and self.address == other.address and self.path == other.path
        return same and self.code == other.code and self.message == other.message


class Refusals:
    """The newest refusals of each workspace, and those of keys that belong to none. Never a key's value."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_workspace: dict[int | None, deque[Refusal]] = {}
        self._count = 0

    def note(
        self,
        workspace: int | None,
        *,
        now: int,
        method: str,
        path: str,
        key: int | None,
        address: str,
        code: str,
        message: str,
        details: Sequence[str] = (),
    ) -> None:
        """Remember a refusal; `workspace` is that of the key, None for an unknown key."""
        with self._lock:
            self._count += 1
            refusal = Refusal(
                number=self._count,
                last=now,
                method=method,
                path=path[:_MOST_LETTERS],
                key=key,
                address=address,
                code=code,
                message=message[:_MOST_LETTERS],
                details=tuple(one[:_MOST_LETTERS] for one in details[:_MOST_DETAILS]),
            )
            kept = self._by_workspace.setdefault(workspace, deque(maxlen=MOST_REMEMBERED))
            alike = next((one for one in kept if refusal.is_like(one)), None)
            if alike is not None:
                kept.remove(alike)
                refusal = replace(refusal, times=alike.times + 1)
            kept.append(refusal)

    def since(self, workspace: int | None, moment: int) -> list[Refusal]:
        """Those of a workspace (None: of unknown keys) since a moment, newest first."""
        with self._lock:
            return [one for one in reversed(self._by_workspace.get(workspace, ())) if one.last >= moment]
