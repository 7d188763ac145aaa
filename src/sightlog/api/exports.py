"""Taking events out as a file."""

from sightlog.domain.api_keys import MAY_READ
from sightlog.operations import exports
from sightlog.web.requests import ApiRequest
from sightlog.web.streams import StreamAnswer


async def export_events(request: ApiRequest) -> StreamAnswer:
    """All events that match, newest first, while they are read."""
    caller = request.require(*MAY_READ)
    raw = await request.body()
    export = await request.run_query(lambda: exports.export_events(request.store, caller, raw, request.now))
    return request.streamed(export.pieces, export.content_type, export.name)
