"""Querying, counting, facets and the inferred schemas."""

from sightlog.api.event_replies import page_reply
from sightlog.domain.api_keys import MAY_READ
from sightlog.operations import aggregates, queries
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest


async def query_events(request: ApiRequest) -> Answer:
    """A page of events, newest first."""
    caller = request.require(*MAY_READ)
    raw = await request.body()
    signer = request.context.signer

    def reply() -> bytes:
        page = queries.query_events(request.store, caller, raw)
        return page_reply(page, signer, caller.workspace, request.now)

    return Answer(200, await request.run_query(reply))


async def count_events(request: ApiRequest) -> Answer:
    """How many events match."""
    caller = request.require(*MAY_READ)
    raw = await request.body()
    return json_answer(await request.run_query(lambda: queries.count_events(request.store, caller, raw)))


async def aggregate_events(request: ApiRequest) -> Answer:
    """How many events, fails and alerts, by value and by time."""
    caller = request.require(*MAY_READ)
    raw = await request.body()
    return json_answer(await request.run_query(lambda: aggregates.aggregate_events(request.store, caller, raw)))


async def get_facets(request: ApiRequest) -> Answer:
    """What a filter bar offers."""
    caller = request.require(*MAY_READ)
    reference = request.path_parameters["useCaseId"]
    return json_answer(await request.run_errand(lambda: queries.get_facets(request.store, caller, reference)))


async def get_custom_metadata_schema(request: ApiRequest) -> Answer:
    """The observed fields of the events."""
    return await _schema(request, of_images=False)


async def get_image_metadata_schema(request: ApiRequest) -> Answer:
    """The observed fields of the images."""
    return await _schema(request, of_images=True)


async def _schema(request: ApiRequest, *, of_images: bool) -> Answer:
    caller = request.require(*MAY_READ)
    reference = request.path_parameters["useCaseId"]
    return json_answer(
        await request.run_errand(
            lambda: queries.get_metadata_schema(request.store, caller, reference, of_images=of_images)
        )
    )
