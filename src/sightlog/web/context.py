"""What every request may use; made once by the server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from sightlog.blobs.contract import Blobs
from sightlog.domain.image_links import LinkSigner
from sightlog.domain.limits import Limits
from sightlog.operations.batch_reading import BatchReader
from sightlog.operations.clock import microseconds_now
from sightlog.operations.guessing import Guessing
from sightlog.operations.sources import Rhythms
from sightlog.operations.space import SpaceGuard
from sightlog.store.contract import Store
from sightlog.web.hosts import AllowedHosts
from sightlog.web.refusals import Refusals
from sightlog.web.waiting import Completions


class Context(Struct, frozen=True, kw_only=True):
    """`queries` runs what may take long, `errands` what is short, `shrinking` makes small pictures; each in threads
    of its own, so that none of them holds up another."""

    store: Store
    limits: Limits
    lookback_days: int
    public_url: str
    local_url: str
    admin_key: str
    queries: ThreadPoolExecutor
    errands: ThreadPoolExecutor
    shrinking: ThreadPoolExecutor
    blobs: Blobs
    signer: LinkSigner
    space: SpaceGuard
    completions: Completions
    batches: BatchReader
    device_use_case: str
    hosts: AllowedHosts
    guessing: Guessing
    rhythms: Rhythms
    refusals: Refusals
    is_demo: bool = False
    now: Callable[[], int] = microseconds_now
