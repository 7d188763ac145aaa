"""The sources of a use case: when each was last heard, whether that is quiet, and its last fourteen days."""

from functools import reduce

from msgspec import Struct

from sightlog.dashboard.filter_urls import ListState
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sparklines import Bar, sparkline
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.aggregates import Figures
from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.use_cases import UseCase
from sightlog.operations.overviews import DAYS, days_of_sources, last_days
from sightlog.operations.sources import KINDS, SourceState, states_of
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit


class SourceRow(Struct, frozen=True):
    """A source with its days; `in_all` are the fourteen days together."""

    state: SourceState
    today: Figures
    in_all: Figures
    bars: list[Bar]


async def show_sources(request: ApiRequest) -> Answer:
    """Devices, streams and workflows, those that are quiet first."""
    who, use_case = await visit_use_case(request)

    def page() -> Answer:
        rows = _rows(request, who, use_case)
        return render(
            request,
            who,
            "overview_sources.html",
            use_case=use_case,
            kinds={kind: [row for row in rows if row.state.kind == kind] for kind in KINDS},
            day_starts=last_days(who.zone, request.now)[:-1],
            links=ListLinks(who.workspace.slug, use_case.id, ListState()),
        )

    return await request.run_query(page)


def _rows(request: ApiRequest, who: Visit, use_case: UseCase) -> list[SourceRow]:
    store, workspace = request.store, who.workspace.number
    states = states_of(store, request.context.rhythms, workspace, use_case, KINDS, request.now)
    days: dict[tuple[str, str], list[Figures]] = {}
    for kind in {state.kind for state in states}:
        try:
            found = days_of_sources(store, workspace, use_case, kind, who.zone, request.now)
        except QueryTooSlow:
            continue  # who is quiet matters more than what each has done
        days |= {(kind, name): figures for name, figures in found.items()}
    rows = [_row(state, days.get((state.kind, state.name)) or [Figures()] * DAYS) for state in states]
    return sorted(rows, key=lambda row: not row.state.is_quiet)


def _row(state: SourceState, days: list[Figures]) -> SourceRow:
    return SourceRow(state, days[-1], reduce(Figures.plus, days), sparkline(days))


ROUTES: tuple[Route, ...] = (
    page_route(
        "GET", "/{workspace}/vision-events/{useCaseId}/overview-sources", show_sources, "The sources of a use case"
    ),
)
