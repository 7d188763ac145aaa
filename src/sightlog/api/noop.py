"""Two routes that store nothing, against which the benchmarks hold the real ones (see docs/performance.md)."""

from sightlog.domain.api_keys import MAY_WRITE
from sightlog.operations.events import check_event
from sightlog.web.answers import Answer, created
from sightlog.web.requests import ApiRequest


async def read_body(request: ApiRequest) -> Answer:
    """Read the body and answer 201: what HTTP itself costs."""
    await request.body()
    return created({})


async def check_body(request: ApiRequest) -> Answer:
    """Everything that create does but storing."""
    caller = request.require(*MAY_WRITE)
    event = check_event(caller, await request.body(), request.limits, request.now)
    return created({"eventId": event.event_id})
