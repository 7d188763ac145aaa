"""The route table: every address of the cloud dialect, with what it needs, takes and answers.

The same rows serve the routes and describe them at /openapi.json, so that the description cannot drift.
"""

from sightlog.api import bootstrap, bundles, commands, events, exports, health, images, noop, queries, use_cases
from sightlog.api.event_replies import EventPage, WholeEvent
from sightlog.domain.aggregates import Aggregate, AggregateQuery
from sightlog.domain.api_keys import MAY_MANAGE, MAY_READ, MAY_WRITE
from sightlog.domain.event_reading import NewBatch
from sightlog.domain.events import NewEvent
from sightlog.domain.exports import CONTENT_TYPES, ExportQuery
from sightlog.domain.facets import Facets
from sightlog.domain.filters import CountQuery, EventQuery
from sightlog.domain.image_links import SIZES
from sightlog.domain.metadata_schema import MetadataSchema
from sightlog.domain.stored import Count, Deleted
from sightlog.domain.use_cases import NewUseCase
from sightlog.operations.use_cases import STATUSES
from sightlog.web.routing import Parameter, Route

_API_KEY = Parameter("api_key", "the key, instead of the Authorization header")
_STATUS = Parameter("status", "active (the default), inactive (archived) or all", choices=tuple(STATUSES))

HOT: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/vision-events",
        handler=events.create_event,
        summary="Create an event, or overwrite the one with its eventId",
        scopes=MAY_WRITE,
        body=NewEvent,
        reply=events.CreatedEvent,
        status=201,
        errors=(400, 401, 403, 413, 503, 507),
    ),
    Route(
        method="POST",
        path="/vision-events/batch",
        handler=events.create_batch,
        summary="Create 1 to 100 events, all or none",
        scopes=MAY_WRITE,
        body=NewBatch,
        reply=events.CreatedBatch,
        status=201,
        errors=(400, 401, 403, 413, 503, 507),
    ),
    Route(
        method="POST",
        path="/vision-events/query",
        handler=queries.query_events,
        summary="A page of a use case's events, newest first, by filters",
        scopes=MAY_READ,
        body=EventQuery,
        reply=EventPage,
        errors=(400, 401, 403, 404, 413, 503),
    ),
    Route(
        method="POST",
        path="/vision-events/count",
        handler=queries.count_events,
        summary="How many events match, by the same filters",
        scopes=MAY_READ,
        body=CountQuery,
        reply=Count,
        errors=(400, 401, 403, 404, 413, 503),
    ),
    Route(
        method="POST",
        path="/vision-events/aggregate",
        handler=queries.aggregate_events,
        summary="How many events match, failed or are alerts, by value and by time",
        scopes=MAY_READ,
        body=AggregateQuery,
        reply=Aggregate,
        errors=(400, 401, 403, 404, 413, 503),
    ),
    Route(
        method="GET",
        path="/vision-events/events/{eventId:path}",
        handler=events.get_event,
        summary="One event whole, with its use case, arrival, warnings and all its feedback",
        scopes=MAY_READ,
        reply=WholeEvent,
        errors=(401, 403, 404),
    ),
    Route(
        method="POST",
        path="/vision-events/export",
        handler=exports.export_events,
        summary="All events that match, newest first, as a file",
        scopes=MAY_READ,
        body=ExportQuery,
        errors=(400, 401, 403, 404, 413, 503),
        content_types=tuple(CONTENT_TYPES.values()),
    ),
)

PICTURES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/vision-events/upload",
        handler=images.upload_image,
        summary="Upload a picture, as multipart/form-data: file, and optionally name and metadata (JSON)",
        scopes=MAY_WRITE,
        reply=images.CreatedImage,
        status=201,
        errors=(400, 401, 403, 413, 415, 507),
    ),
    Route(
        method="GET",
        path="/vision-events/images/{sourceId}",
        handler=images.get_image,
        summary="A picture's bytes; by key, or by the signed link of a reply",
        scopes=MAY_READ,
        errors=(400, 401, 403, 404),
        parameters=(
            Parameter("size", "thumb or screen; without it the original", choices=SIZES),
            Parameter("expires", "of a signed link"),
            Parameter("token", "of a signed link"),
        ),
        content_types=("image/*",),
    ),
    Route(
        method="POST",
        path="/vision-events/bundle",
        handler=bundles.create_bundle,
        summary="Store a bundle: one event and its pictures in a tar or tar.gz file, as raw bytes",
        scopes=MAY_WRITE,
        reply=bundles.CreatedBundle,
        status=201,
        errors=(400, 401, 403, 413, 415, 507),
        parameters=(Parameter("useCaseId", "overrides the bundle's own"), _API_KEY),
    ),
    Route(
        method="POST",
        path="/vision-events/delete",
        handler=events.delete_events,
        summary="Remove up to 1000 events for good, with their feedback and pictures",
        scopes=MAY_MANAGE,
        body=events.EventsToDelete,
        reply=Deleted,
        errors=(400, 401, 403, 404),
    ),
)

USE_CASES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/vision-events/use-cases",
        handler=use_cases.list_use_cases,
        summary="The use cases, with their counts, last event and event types",
        scopes=MAY_READ,
        reply=use_cases.UseCaseList,
        errors=(400, 401, 403, 503),
        parameters=(_STATUS,),
    ),
    Route(
        method="POST",
        path="/vision-events/use-cases",
        handler=use_cases.create_use_case,
        summary="Create a use case",
        scopes=MAY_WRITE,
        body=NewUseCase,
        reply=use_cases.NamedUseCase,
        status=201,
        errors=(400, 401, 403, 409),
    ),
    Route(
        method="PUT",
        path="/vision-events/use-cases/{useCaseId}",
        handler=use_cases.rename_use_case,
        summary="Rename a use case",
        scopes=MAY_MANAGE,
        body=NewUseCase,
        reply=use_cases.NamedUseCase,
        errors=(400, 401, 403, 404, 409),
    ),
    Route(
        method="POST",
        path="/vision-events/use-cases/{useCaseId}/archive",
        handler=use_cases.archive_use_case,
        summary="Archive a use case: new events are refused, everything stays readable",
        scopes=MAY_MANAGE,
        reply=use_cases.Success,
        errors=(401, 403, 404),
    ),
    Route(
        method="POST",
        path="/vision-events/use-cases/{useCaseId}/unarchive",
        handler=use_cases.unarchive_use_case,
        summary="Bring an archived use case back",
        scopes=MAY_MANAGE,
        reply=use_cases.Success,
        errors=(401, 403, 404),
    ),
    Route(
        method="GET",
        path="/vision-events/custom-metadata-schema/{useCaseId}",
        handler=queries.get_custom_metadata_schema,
        summary="The observed fields of the events' custom metadata",
        scopes=MAY_READ,
        reply=MetadataSchema,
        errors=(401, 403, 404, 503),
    ),
    Route(
        method="GET",
        path="/vision-events/image-metadata-schema/{useCaseId}",
        handler=queries.get_image_metadata_schema,
        summary="The observed fields of the images' own metadata",
        scopes=MAY_READ,
        reply=MetadataSchema,
        errors=(401, 403, 404, 503),
    ),
    Route(
        method="GET",
        path="/vision-events/facets/{useCaseId}",
        handler=queries.get_facets,
        summary="The values that occur in a use case, with their counts: what a filter bar offers",
        scopes=MAY_READ,
        reply=Facets,
        errors=(401, 403, 404, 503),
    ),
)

HEALTH: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/healthz",
        handler=health.healthz,
        summary="Whether the server is alive",
        reply=health.Health,
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/readyz",
        handler=health.readyz,
        summary="Whether it can read and write",
        reply=health.Health,
        needs_key=False,
        errors=(503,),
    ),
    Route(
        method="POST",
        path="/usage/inference",
        handler=bootstrap.take_usage,
        summary="Takes the usage reports of inference servers, and keeps nothing",
        needs_key=False,
    ),
    Route(
        method="POST",
        path="/-/commands/{name}",
        handler=commands.take_command,
        summary="The command line's door",
        is_described=False,
    ),
)

BOOTSTRAP: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/",
        handler=bootstrap.check_key,
        summary="Which workspace a key belongs to",
        reply=bootstrap.KeyCheck,
        errors=(401,),
        parameters=(_API_KEY,),
    ),
)

# Last, because its address matches every single word.
WORKSPACE: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/{workspace}",
        handler=bootstrap.get_workspace_by_slug,
        summary="The workspace of the key: its name and address",
        reply=bootstrap.WorkspaceReply,
        errors=(401, 404),
        parameters=(_API_KEY,),
    ),
)

BENCHMARK: tuple[Route, ...] = (
    Route(method="POST", path="/-/noop", handler=noop.read_body, summary="", is_described=False),
    Route(method="POST", path="/-/check", handler=noop.check_body, summary="", is_described=False),
)

NOT_FOUND = Route(method="GET", path="", handler=bootstrap.not_found, summary="", is_described=False)
