"""How long a workspace keeps its events, and how that is told to clients."""

from msgspec import Struct

from sightlog.domain.times import MICROSECONDS_PER_DAY

FOR_EVER_DAYS = 36_500


def reported_lookback_days(lookback_days: int) -> int:
    """Clients expect a number (contract 9): 0, which keeps events for ever, is reported as 36500."""
    return lookback_days or FOR_EVER_DAYS


def is_beyond_lookback(timestamp: int, lookback_days: int, now: int) -> bool:
    """Whether an event of this time is older than the workspace keeps (times in microseconds)."""
    return lookback_days > 0 and timestamp < now - lookback_days * MICROSECONDS_PER_DAY


def cutoff_of(lookback_days: int, now: int) -> int | None:
    """Events before this time (microseconds) are to be removed; None keeps them for ever."""
    return now - lookback_days * MICROSECONDS_PER_DAY if lookback_days > 0 else None


class Expired(Struct, frozen=True, kw_only=True, rename="camel"):
    """What retention would remove of a use case; `oldest` in microseconds."""

    use_case: str
    events: int
    oldest: int
