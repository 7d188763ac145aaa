"""The device dialect's rows of the route table."""

from sightlog.device import events
from sightlog.device.errors import error_answer
from sightlog.domain.api_keys import MAY_READ, MAY_WRITE
from sightlog.web.routing import Parameter, Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/v2/events",
        handler=events.create_event,
        summary="Take an event from a device, its pictures in base64 (device dialect)",
        scopes=MAY_WRITE,
        status=201,
        errors=(400, 401, 403, 413, 415, 529),
        error_answer=error_answer,
    ),
    Route(
        method="GET",
        path="/v2/events/latest/query",
        handler=events.get_latest_events,
        summary="The events that arrived last (device dialect)",
        scopes=MAY_READ,
        errors=(400, 401, 403),
        parameters=(Parameter("limit", "1 to 100, 5 by default"),),
        error_answer=error_answer,
    ),
    Route(
        method="GET",
        path="/health",
        handler=events.get_health,
        summary="Whether the server is alive (device dialect)",
        needs_key=False,
        error_answer=error_answer,
    ),
)
