"""Is it alive, and can it read and write? Without a key, for whoever watches the machine."""

from msgspec import Struct

from sightlog.domain.errors import Busy
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest


class Health(Struct, frozen=True):
    """`ok` or `ready`; a server that is not well answers 503 or not at all."""

    status: str


async def healthz(request: ApiRequest) -> Answer:
    """Alive."""
    return json_answer(Health("ok"))


async def readyz(request: ApiRequest) -> Answer:
    """A write transaction and a read went through."""
    if not await request.run_errand(request.store.is_ready):
        raise Busy("the store does not answer")
    return json_answer(Health("ready"))
