"""A list of events as a file to keep: the menu's links lead here, with the list's filters."""

from sightlog.dashboard.filter_bodies import read_meaning
from sightlog.dashboard.filter_chips import label_of
from sightlog.dashboard.filter_urls import parse
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.errors import Invalid, Problem
from sightlog.domain.exports import CONTENT_TYPES, ExportFormat
from sightlog.operations.exports import export_matching
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.streams import StreamAnswer


async def send_export(request: ApiRequest) -> StreamAnswer:
    """The events of a list. Where a list shows a filter that means nothing and leaves it out, a file, which does not
    show it, is refused."""
    who, use_case = await visit_use_case(request)
    state = parse(request.queries(), also=("format",))
    form = read_format(request.query("format") or "csv")
    meaning = read_meaning(state, use_case.id, WallClock(who.zone, request.now))
    if meaning.problems:
        problems = [Problem(one.parameter, f"{label_of(one.name)}: {text}") for one, text in meaning.problems.items()]
        raise Invalid(f"a filter means nothing, so nothing was exported: {problems[0].message}", problems)
    export = await request.run_query(
        lambda: export_matching(request.store, who.caller, meaning.filters, form, request.now)
    )
    return request.streamed(export.pieces, export.content_type, export.name)


def read_format(text: str) -> ExportFormat:
    """The form that an address names. Raises Invalid."""
    for form in CONTENT_TYPES:
        if form == text:
            return form
    raise Invalid.at("format", f"expected {' or '.join(CONTENT_TYPES)}, got '{text[:40]}'")


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/{workspace}/vision-events/{useCaseId}/export", send_export, "A list of events as a file"),
)
