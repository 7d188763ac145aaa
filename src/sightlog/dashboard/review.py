"""Review mode: the events of a filter that nobody has reviewed, one after another, by keyboard. It needs scripts; the
server hands out the events as cards, a few at a time."""

from sightlog.dashboard import filter_chips
from sightlog.dashboard.event_views import EventView, view_of
from sightlog.dashboard.events import SEGMENTS
from sightlog.dashboard.filter_bodies import Meaning, read_meaning
from sightlog.dashboard.filter_urls import ListState, parse
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.pictures import PictureLinks
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.stored import Count
from sightlog.domain.users import Role
from sightlog.operations import queries
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

_CARDS = 8
_BOUNDED_TOTAL = 10_000


async def show_review(request: ApiRequest) -> Answer:
    """The desk, on which a script lays the cards."""
    who, use_case = await visit_use_case(request, Role.OPERATOR)
    state = parse(request.queries()).only_filters()
    clock = WallClock(who.zone, request.now)
    chips = filter_chips.chips(state, read_meaning(state, use_case.id, clock), clock)
    links = ListLinks(who.workspace.slug, use_case.id, state)
    shown = [chip for chip in chips if not chip.problem and chip.filter.name != "feedback"]
    segment = SEGMENTS[state.segment] if state.segment in ("attention", "warnings") else ""
    return render(request, who, "review.html", use_case=use_case, links=links, segment=segment, chips=shown)


async def show_cards(request: ApiRequest) -> Answer:
    """The next events without feedback, newest first; with the first ones, how many there are."""
    who, use_case = await visit_use_case(request, Role.OPERATOR)
    state = _unreviewed(parse(request.queries()))
    meaning = read_meaning(state, use_case.id, WallClock(who.zone, request.now))
    cursor = state.cursors[-1] if state.cursors else None
    views, following = await request.run_query(lambda: _views(request, who, meaning, cursor))
    total = await request.run_query(lambda: _count(request, who, meaning)) if cursor is None else None
    return render(
        request,
        who,
        "review_cards.html",
        use_case=use_case,
        links=ListLinks(who.workspace.slug, use_case.id, state.only_filters()),
        views=views,
        following=following,
        total=total,
    )


def _unreviewed(state: ListState) -> ListState:
    """The same list, but of what has no feedback; other wishes for feedback give way."""
    cursors = state.cursors
    without = state.without_name("feedback").with_filter("feedback", [FeedbackStatus.NONE.value])
    return without.older(cursors[-1]) if cursors else without


def _views(request: ApiRequest, who: Visit, meaning: Meaning, cursor: str | None) -> tuple[list[EventView], str | None]:
    page = queries.find_page(request.store, who.caller, meaning.filters, cursor, _CARDS)
    links = PictureLinks(request.context.signer, who.workspace.number, request.now, page.pictures)
    return [view_of(event, links) for event in page.events], page.next_cursor


def _count(request: ApiRequest, who: Visit, meaning: Meaning) -> Count:
    try:
        return queries.count_matching(request.store, who.caller, meaning.filters, _BOUNDED_TOTAL)
    except QueryTooSlow:
        return Count(count=_BOUNDED_TOTAL, exact=False)


_PATH = "/{workspace}/vision-events/{useCaseId}/review"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _PATH, show_review, "Review mode"),
    page_route("GET", f"{_PATH}/cards", show_cards, "The next events of a review"),
)
