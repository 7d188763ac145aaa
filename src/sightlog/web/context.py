"""What every request may use; made once by the server."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from sightlog.domain.limits import Limits
from sightlog.store.contract import Store


def microseconds_now() -> int:
    """The clock of the server, in microseconds since 1970."""
    return time.time_ns() // 1000


class Context(Struct, frozen=True, kw_only=True):
    """`queries` runs what may take long, `errands` what is short, each in threads of its own,
    so that slow queries hold up nothing else."""

    store: Store
    limits: Limits
    lookback_days: int
    public_url: str
    local_url: str
    admin_key: str
    queries: ThreadPoolExecutor
    errands: ThreadPoolExecutor
    is_demo: bool = False
    now: Callable[[], int] = microseconds_now
