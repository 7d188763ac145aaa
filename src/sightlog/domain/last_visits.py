"""When a person last looked at a use case's events: what came since is new to them."""

from msgspec import Struct

_MINUTE = 60_000_000
# Whoever comes back sooner is still at the same visit.
_PAUSE = 30 * _MINUTE


class LastVisit(Struct, frozen=True):
    """`seen_at` moves on while a visit lasts; `before` is the end of the visit before it. Microseconds."""

    seen_at: int
    before: int | None

    def at(self, now: int) -> "LastVisit":
        """The same visit going on, or a new one after a pause."""
        return LastVisit(now, self.seen_at if now - self.seen_at > _PAUSE else self.before)

    def is_fresh(self, now: int) -> bool:
        """Whether it need not be written again yet: once a minute is enough."""
        return 0 <= now - self.seen_at < _MINUTE
