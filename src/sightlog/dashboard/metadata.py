"""The inferred schema of a use case's metadata: which fields, of which types, how often, since when."""

from sightlog.dashboard.filter_urls import ListState, parse
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.times import parse_timestamp
from sightlog.operations import queries
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route


async def show_metadata(request: ApiRequest) -> Answer:
    """The fields with their most frequent values; each count opens its events."""
    who, use_case = await visit_use_case(request)

    def page() -> Answer:
        return render(
            request,
            who,
            "metadata.html",
            use_case=use_case,
            current_page="metadata",
            schema=queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=False),
            of_images=queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=True),
            facets=queries.get_facets(request.store, who.caller, use_case.id),
            tabs=ListLinks(who.workspace.slug, use_case.id, parse(request.queries())),
            links=ListLinks(who.workspace.slug, use_case.id, ListState()),
            time_of=lambda text: parse_timestamp(text)[0],
        )

    return await request.run_errand(page)


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/{workspace}/vision-events/{useCaseId}/metadata", show_metadata, "The metadata of a use case"),
)
