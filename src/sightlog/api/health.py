"""Is it alive, and can it read and write? Without a key, for whoever watches the machine."""

from sightlog.domain.errors import Busy
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest


async def healthz(request: ApiRequest) -> Answer:
    """Alive."""
    return json_answer({"status": "ok"})


async def readyz(request: ApiRequest) -> Answer:
    """A write transaction and a read went through."""
    if not await request.run_errand(request.store.is_ready):
        raise Busy("the store does not answer")
    return json_answer({"status": "ready"})
