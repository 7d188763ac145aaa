"""The sources of a use case: when each was last heard, whether that is quiet, and its last fourteen days."""

from functools import reduce

from msgspec import Struct

from sightlog.dashboard.filter_urls import ListState
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.overview import PAGE
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sparklines import Bar, sparkline
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.aggregates import Figures
from sightlog.domain.errors import Invalid, QueryTooSlow
from sightlog.domain.use_cases import UseCase
from sightlog.operations.overviews import DAYS, days_of_sources, last_days
from sightlog.operations.sources import KINDS, MOST_SOURCES, SourceState, states_of
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

# Of a kind, before they are asked for: the quiet ones and those with the most events.
MOST_ROWS = 20


class SourceRow(Struct, frozen=True):
    """A source with its days; `in_all` are the fourteen days together."""

    state: SourceState
    today: Figures
    in_all: Figures
    bars: list[Bar]


class SourceTable(Struct, frozen=True):
    """The sources of a kind that are shown, and how many others there are."""

    kind: str
    rows: list[SourceRow]
    others: int
    others_quiet: int


async def show_sources(request: ApiRequest) -> Answer:
    """Devices, streams and workflows, those that are quiet first: some of each, or all of the kind that was chosen."""
    who, use_case = await visit_use_case(request)
    chosen = _read_kind(request)

    def page() -> Answer:
        return render(
            request,
            who,
            "overview_sources.html",
            use_case=use_case,
            current_page=PAGE,
            chosen=chosen,
            most=MOST_SOURCES,
            tables=_tables(request, who, use_case, chosen),
            day_starts=last_days(who.zone, request.now)[:-1],
            links=ListLinks(who.workspace.slug, use_case.id, ListState()),
        )

    return await request.run_query(page)


def _read_kind(request: ApiRequest) -> str | None:
    kind = request.query("kind")
    if kind is not None and kind not in KINDS:
        raise Invalid.at("kind", f"expected one of {', '.join(KINDS)}, got '{kind[:40]}'")
    return kind


def _tables(request: ApiRequest, who: Visit, use_case: UseCase, chosen: str | None) -> list[SourceTable]:
    kinds, most = (KINDS, MOST_ROWS) if chosen is None else ((chosen,), MOST_SOURCES)
    states = states_of(request.store, request.context.rhythms, who.workspace.number, use_case, kinds, request.now)
    states.sort(key=lambda state: not state.is_quiet)
    tables = []
    for kind in kinds:
        of_kind = [state for state in states if state.kind == kind]
        days = _days(request, who, use_case, kind) if of_kind else {}
        rows = [_row(state, days.get(state.name) or [Figures()] * DAYS) for state in of_kind[:most]]
        others = of_kind[most:]
        tables.append(SourceTable(kind, rows, len(others), sum(state.is_quiet for state in others)))
    return tables


def _days(request: ApiRequest, who: Visit, use_case: UseCase, kind: str) -> dict[str, list[Figures]]:
    try:
        return days_of_sources(request.store, who.workspace.number, use_case, kind, who.zone, request.now)
    except QueryTooSlow:
        return {}  # who is quiet matters more than what each has done


def _row(state: SourceState, days: list[Figures]) -> SourceRow:
    return SourceRow(state, days[-1], reduce(Figures.plus, days), sparkline(days))


ROUTES: tuple[Route, ...] = (
    page_route(
        "GET", "/{workspace}/vision-events/{useCaseId}/overview-sources", show_sources, "The sources of a use case"
    ),
)
