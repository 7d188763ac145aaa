"""Saved views: the form that names the filters of a list, and taking one away."""

from urllib.parse import parse_qs, urlencode

from sightlog.dashboard.filter_bodies import read_meaning
from sightlog.dashboard.filter_chips import chips
from sightlog.dashboard.filter_urls import parse
from sightlog.dashboard.frame import redirect, render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.users import Role
from sightlog.operations import views
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import form

# Whoever may say something about events may also keep a view for everybody.
LEAST_ROLE = Role.OPERATOR


async def show_views(request: ApiRequest) -> Answer:
    """The form for a new view, and the views that there are."""
    who, use_case = await visit_use_case(request)
    state = parse(request.queries()).only_filters()
    clock = WallClock(who.zone, request.now)
    found = await request.run_errand(lambda: views.list_views(request.store, who.workspace.number, use_case))
    return render(
        request,
        who,
        "views.html",
        use_case=use_case,
        links=ListLinks(who.workspace.slug, use_case.id, state),
        state=state,
        chips=chips(state, read_meaning(state, use_case.id, clock), clock),
        query=urlencode(state.query(), doseq=True),
        views=found,
        may_save=who.may(LEAST_ROLE),
    )


async def save_view(request: ApiRequest) -> Answer:
    """Keep the filters under a name, and show them."""
    who, use_case = await visit_use_case(request, LEAST_ROLE)
    fields = await form(request, who)
    state = parse(parse_qs(fields.one("query"))).only_filters()
    query = urlencode(state.query(), doseq=True)
    await request.run_errand(
        lambda: views.save_view(request.store, who.workspace.number, use_case, fields.one("name"), query, request.now)
    )
    return redirect(ListLinks(who.workspace.slug, use_case.id, state).list())


async def delete_view(request: ApiRequest) -> Answer:
    """Take a view away from everybody."""
    who, use_case = await visit_use_case(request, LEAST_ROLE)
    fields = await form(request, who)
    number = request.path_number("number")
    await request.run_errand(lambda: views.delete_view(request.store, who.workspace.number, use_case, number))
    state = parse(parse_qs(fields.one("query")))
    return redirect(ListLinks(who.workspace.slug, use_case.id, state).list())


_PATH = "/{workspace}/vision-events/{useCaseId}/views"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _PATH, show_views, "The saved views"),
    page_route("POST", _PATH, save_view, "Save a view"),
    page_route("POST", _PATH + "/{number}/delete", delete_view, "Delete a view"),
)
