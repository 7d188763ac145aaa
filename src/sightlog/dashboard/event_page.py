"""The page of one event, also as a part beside its list, and the steps to its neighbours."""

from sightlog.dashboard import addresses
from sightlog.dashboard.event_views import EventView, view_of
from sightlog.dashboard.filter_bodies import read_meaning
from sightlog.dashboard.filter_urls import ListState, parse
from sightlog.dashboard.frame import redirect, render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.pictures import PictureLinks
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.cursor import Position
from sightlog.domain.errors import NotFound
from sightlog.domain.users import Role
from sightlog.operations import queries
from sightlog.operations.neighbours import newer_event, older_event
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

_OF_THE_PAGE = ("picture", "face", "to")


async def show_event(request: ApiRequest) -> Answer:
    """One event, with the way back to the list that it was opened from. Where it has moved to another use case, it is
    shown there."""
    who, use_case = await visit_use_case(request)
    event_id = request.path_parameters["eventId"]
    view = await request.run_errand(lambda: find_view(request, who, event_id))
    if view.stored.use_case_id != use_case.id:
        return redirect(addresses.event(who.workspace.slug, view.stored.use_case_id, event_id))
    state = _state(request)
    return render(
        request,
        who,
        "event.html",
        use_case=use_case,
        view=view,
        state=state,
        links=ListLinks(who.workspace.slug, use_case.id, state),
        chosen=_chosen(request.query("picture"), view),
        face_kind=request.query("face") or "",
        may_review=who.may(Role.OPERATOR) and not use_case.is_archived,
    )


def find_view(request: ApiRequest, who: Visit, event_id: str) -> EventView:
    """The view of an event. Raises NotFound."""
    try:
        stored = queries.get_event(request.store, who.caller, event_id)
    except NotFound:
        raise NotFound("this event is not here: it was deleted, has become too old, or never arrived") from None
    known = queries.find_pictures(request.store, [stored])
    reviews = stored.feedback.all if stored.feedback else None
    reviewers = request.store.reviewers(who.workspace.number, [one.event_id for one in reviews or ()])
    links = PictureLinks(request.context.signer, who.workspace.number, request.now, known)
    return view_of(stored, links, reviewers, who.person.number)


async def step(request: ApiRequest) -> Answer:
    """To the next `newer` or `older` event of the list; at its end, the event stays."""
    who, use_case = await visit_use_case(request)
    state = _state(request)
    meaning = read_meaning(state, use_case.id, WallClock(who.zone, request.now))
    find = newer_event if request.query("to") == "newer" else older_event

    def neighbour() -> tuple[str, bool]:
        stored = queries.get_event(request.store, who.caller, state.event)
        at = Position(stored.timestamp, stored.event_id)
        found = find(request.store, who.caller, meaning.filters, at)
        return found or stored.event_id, found is not None

    event_id, is_there = await request.run_query(neighbour)
    query = {**state.beside("").query(), "notice": "" if is_there else "no-more"}
    return redirect(addresses.event(who.workspace.slug, use_case.id, event_id, query))


def _state(request: ApiRequest) -> ListState:
    return parse(request.queries(), also=_OF_THE_PAGE)


def _chosen(text: str | None, view: EventView) -> int:
    """Which of the pictures is shown large."""
    if text is not None and text.isdecimal() and len(text) < 5 and int(text) < len(view.pictures):
        return int(text)
    return view.display_index


_PATH = "/{workspace}/vision-events/{useCaseId}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", f"{_PATH}/events/{{eventId:path}}", show_event, "One event"),
    page_route("GET", f"{_PATH}/step", step, "The next event of a list"),
)
