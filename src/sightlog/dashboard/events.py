"""The events of a use case: newest first, as a grid of pictures or as rows, filtered by the address."""

from msgspec import Struct

from sightlog.dashboard import filter_chips, first_event
from sightlog.dashboard.event_rows import EventRow, row_of
from sightlog.dashboard.filter_bodies import Meaning, read_meaning
from sightlog.dashboard.filter_urls import ListState, parse
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.pictures import PictureLinks
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.errors import Invalid, InvalidCursor, QueryTooSlow
from sightlog.domain.stored import Count
from sightlog.domain.use_cases import UseCase
from sightlog.domain.views import SavedView
from sightlog.operations import queries, views
from sightlog.operations.last_visits import note_visit
from sightlog.operations.queries import QueryPage
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

SEGMENTS = {"all": "All", "attention": "Fails & alerts", "review": "To review", "warnings": "With warnings"}
NOTHING = {
    "attention": "No fails, no alerts",
    "review": "Every fail and alert is reviewed",
    "warnings": "No event has warnings",
}
# Full rows of tiles at most widths, and what one can write in 30 ms.
_TILES, _ROWS = 48, 60
_BOUNDED_TOTAL = 10_000
_SHOWN_FIELDS = 2


class Listed(Struct, frozen=True, kw_only=True):
    """What the store says for one page of the list. `problem` is why there is none."""

    page: QueryPage | None
    problem: str
    is_lost: bool
    fields: list[str]
    rows: list[EventRow]
    views: list[SavedView]
    seen_before: int | None
    total: int | None


async def show_events(request: ApiRequest) -> Answer:
    """A page of the list; of a use case without any event, how to send the first one."""
    who, use_case = await visit_use_case(request)
    # Writing the page takes as long as asking for it, and would hold up everything else in the event loop.
    return await request.run_query(lambda: _list_page(request, who, use_case))


def _list_page(request: ApiRequest, who: Visit, use_case: UseCase) -> Answer:
    state = parse(request.queries())
    clock = WallClock(who.zone, request.now)
    meaning = read_meaning(state, use_case.id, clock)
    listed = _ask(request, who, use_case, state, meaning)
    if listed.total == 0 and not use_case.is_archived:
        return first_event.show(request, who, use_case)
    if listed.is_lost:
        state = state.newest()
    chips = filter_chips.chips(state, meaning, clock)
    return render(
        request,
        who,
        "events.html",
        use_case=use_case,
        state=state,
        links=ListLinks(who.workspace.slug, use_case.id, state),
        segments=SEGMENTS,
        nothing=NOTHING,
        chips=chips,
        presets=filter_chips.PRESETS,
        time_chips=[chip for chip in chips if chip.filter.name in ("last", "from", "to")],
        listed=listed,
        new_rows=count_new(listed, state),
        view=state.view or "grid",
        older=state.older(listed.page.next_cursor) if listed.page and listed.page.next_cursor else None,
    )


def _ask(request: ApiRequest, who: Visit, use_case: UseCase, state: ListState, meaning: Meaning) -> Listed:
    store, caller = request.store, who.caller
    cursor = state.cursors[-1] if state.cursors else None
    limit = _ROWS if state.view == "rows" else _TILES
    page, problem, is_lost = None, "", False
    try:
        page = queries.find_page(store, caller, meaning.filters, cursor, limit)
    except InvalidCursor:
        is_lost = True
        page = queries.find_page(store, caller, meaning.filters, None, limit)
    except QueryTooSlow as error:
        problem = error.message
    fields = _usual_fields(request, who, use_case)
    is_whole = len(meaning.body) == 1
    pictures = PictureLinks(request.context.signer, caller.workspace, request.now, page.pictures if page else {})
    return Listed(
        page=page,
        problem=problem,
        is_lost=is_lost,
        fields=fields,
        rows=[row_of(event, fields, pictures) for event in page.events] if page else [],
        views=views.list_views(store, caller.workspace, use_case),
        seen_before=note_visit(store, caller.workspace, who.person.number, use_case, request.now),
        total=queries.count_matching(store, caller, meaning.filters, None).count if is_whole else None,
    )


def _usual_fields(request: ApiRequest, who: Visit, use_case: UseCase) -> list[str]:
    """The metadata fields that most events carry, most first."""
    schema = queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=False)
    return sorted(schema.fields, key=lambda name: (-schema.fields[name].count, name))[:_SHOWN_FIELDS]


def count_new(listed: Listed, state: ListState) -> int:
    """How many rows of the newest page are of after the last visit; 0 also when no row shows where that was."""
    if listed.seen_before is None or state.cursors:
        return 0
    new = sum(row.time > listed.seen_before for row in listed.rows)
    return new if new < len(listed.rows) or not (listed.page and listed.page.next_cursor) else 0


async def show_total(request: ApiRequest) -> Answer:
    """How many events match: bounded at first, and with `exact`, which comes after it, to the last one."""
    who, use_case = await visit_use_case(request)
    state = parse(request.queries(), also=("exact",))
    meaning = read_meaning(state, use_case.id, WallClock(who.zone, request.now))
    is_exact = request.query("exact") is not None

    def count() -> Count:
        try:
            at_most = None if is_exact else _BOUNDED_TOTAL
            return queries.count_matching(request.store, who.caller, meaning.filters, at_most)
        except QueryTooSlow:
            return Count(count=_BOUNDED_TOTAL, exact=False)

    counted = await request.run_query(count)
    links = ListLinks(who.workspace.slug, use_case.id, state)
    return render(request, who, "total.html", use_case=use_case, counted=counted, is_last=is_exact, links=links)


async def ask_live(request: ApiRequest) -> Answer:
    """How many matching events came since a list was made; a question for each second."""
    who, use_case = await visit_use_case(request)
    state = parse(request.queries(), also=("after",))
    after = request.query("after") or ""
    if not after.isdecimal() or len(after) > 18:
        raise Invalid.at("after", "expected the lastSequence of the answer before")
    meaning = read_meaning(state, use_case.id, WallClock(who.zone, request.now))
    return json_answer(
        await request.run_errand(lambda: queries.count_arrivals(request.store, who.caller, meaning.filters, int(after)))
    )


_PATH = "/{workspace}/vision-events/{useCaseId}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _PATH, show_events, "The events of a use case"),
    page_route("GET", f"{_PATH}/total", show_total, "How many events a list has"),
    page_route("GET", f"{_PATH}/live", ask_live, "How many events a list has not shown yet"),
)
