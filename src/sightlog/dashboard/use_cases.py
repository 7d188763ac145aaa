"""The table of use cases: what the dashboard opens with."""

from functools import partial

from msgspec import Struct

from sightlog.dashboard import words
from sightlog.dashboard.addresses import use_cases as address_of_table
from sightlog.dashboard.frame import render
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sparklines import sparkline
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.names import name_key
from sightlog.domain.use_cases import UseCaseStatus, UseCaseSummary
from sightlog.operations.overviews import overview_of
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, visit

COLUMNS = {"name": "Name", "events": "Total event count", "last": "Last event timestamp", "types": "Event types in use"}


class TableState(Struct, frozen=True):
    """What the address says of the table: which use cases, in which order, with which words in their names."""

    is_archived: bool
    sort: str
    is_descending: bool
    search: str

    def query(self, **changes: str) -> dict[str, str]:
        """The parameters of the address."""
        given = {
            "status": "archived" if self.is_archived else "",
            "sort": ("-" if self.is_descending else "") + self.sort,
            "search": self.search,
        }
        return given | changes

    def sorted_by(self, column: str) -> dict[str, str]:
        """The address that sorts by a column; the other way round when it does already."""
        is_now = self.sort == column
        falls = not self.is_descending if is_now else column in ("events", "last")
        return self.query(sort=("-" if falls else "") + column)


def read_state(request: ApiRequest) -> TableState:
    """From the address; what makes no sense there is left out."""
    given = request.query("sort") or ""
    sort = given.lstrip("-")
    return TableState(
        is_archived=request.query("status") == "archived",
        sort=sort if sort in COLUMNS else "",
        is_descending=given.startswith("-") and sort in COLUMNS,
        search=(request.query("search") or "").strip(),
    )


async def show_use_cases(request: ApiRequest) -> Answer:
    """The use cases of a workspace: active ones, or those that were archived."""
    who = await visit(request)
    state = read_state(request)
    status = UseCaseStatus.INACTIVE if state.is_archived else UseCaseStatus.ACTIVE
    found = await request.run_errand(lambda: request.store.list_use_cases(who.workspace.number, status))
    rows = [row for row in found if name_key(state.search) in name_key(row.name)]
    return render(
        request,
        who,
        "use_cases.html",
        rows=in_order(rows, state),
        has_any=bool(found),
        state=state,
        columns=COLUMNS,
        address=partial(address_of_table, who.workspace.slug),
    )


def in_order(rows: list[UseCaseSummary], state: TableState) -> list[UseCaseSummary]:
    """The rows by the chosen column; without one, in the order of their making."""
    keys = {
        "name": lambda row: name_key(row.name),
        "events": lambda row: row.event_count,
        "last": lambda row: row.last_event_at or "",
        "types": lambda row: [words.SHORT_EVENT_TYPES[one] for one in row.event_types],
    }
    return sorted(rows, key=keys[state.sort], reverse=state.is_descending) if state.sort else rows


async def show_figures(request: ApiRequest) -> Answer:
    """What comes after the table: last event, what is to review, who is quiet, and the last fourteen days."""
    who, use_case = await visit_use_case(request)

    def page() -> Answer:
        seen = request.store.find_visits(who.workspace.number, who.person.number).get(use_case.number)
        overview = overview_of(
            request.store,
            request.context.rhythms,
            who.workspace.number,
            use_case,
            who.zone,
            request.now,
            None if seen is None else seen.seen_at,
        )
        return render(
            request, who, "use_case_figures.html", use_case=use_case, overview=overview, bars=sparkline(overview.days)
        )

    return await request.run_query(page)


def like_names(visitor: Visit, request: ApiRequest, text: str) -> list[UseCaseSummary]:
    """Use cases, archived ones too, whose name has a word in common with a text."""
    wanted = set(name_key(text).split())
    found = request.store.list_use_cases(visitor.workspace.number, None)
    return [row for row in found if any(word in name_key(row.name) for word in wanted)][:5]


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/{workspace}/vision-events", show_use_cases, "The use cases"),
    page_route("GET", "/{workspace}/vision-events/{useCaseId}/figures", show_figures, "A use case at a glance"),
)
