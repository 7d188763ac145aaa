"""The table of use cases: what the dashboard opens with."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sightlog.dashboard import words
from sightlog.dashboard.addresses import use_cases as address_of_table
from sightlog.dashboard.frame import render
from sightlog.dashboard.name_search import is_found, natural_key, words_of
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sparklines import sparkline
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.events import EventType
from sightlog.domain.names import name_key
from sightlog.domain.stored import Count
from sightlog.domain.times import parse_timestamp
from sightlog.domain.use_cases import UseCaseStatus, UseCaseSummary
from sightlog.operations.overviews import count_to_review, last_event_of, overview_of
from sightlog.store.contract import Store
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, visit

COLUMNS = {
    "name": "Name",
    "events": "Total event count",
    "last": "Last event timestamp",
    "types": "Event types in use",
    "review": "To review",
}
_MOST_FIRST = ("events", "last", "types", "review")
_LOOKED_UP = ("last", "review")
# Where the columns have no headings.
ORDERS = {
    "": "In the order of their making",
    "name": "By name",
    "-events": "Most events first",
    "-last": "Newest event first",
    "-review": "Most to review first",
}
# A browser shows so many rows at once; a thousand take it a second.
PAGE = 100


class TableState(Struct, frozen=True):
    """What the address says of the table: which use cases, in which order, with which words in their names, and
    which page of them, from 1."""

    is_archived: bool
    sort: str
    is_descending: bool
    search: str
    page: int = 1

    def query(self, **changes: str) -> dict[str, str]:
        """The parameters of the address; other rows, or another order, begin with the first page."""
        given = {
            "status": "archived" if self.is_archived else "",
            "sort": ("-" if self.is_descending else "") + self.sort,
            "search": self.search,
        }
        return given | changes

    def sorted_by(self, column: str) -> dict[str, str]:
        """The address that sorts by a column; the other way round when it does already."""
        is_now = self.sort == column
        falls = not self.is_descending if is_now else column in _MOST_FIRST
        return self.query(sort=("-" if falls else "") + column)

    @property
    def here(self) -> dict[str, str]:
        """The address of what is shown. Links of the rows carry it, so that a form leads back to it."""
        return self.on_page(self.page)

    def on_page(self, page: int) -> dict[str, str]:
        """The address of another page of the same rows."""
        return self.query(page=str(page) if page > 1 else "")


class TableRow(Struct, frozen=True):
    """A use case, when its newest event was, feedback aside, and how many events wait for a review; the latter only
    when the table is sorted by it, since it is counted anew. What took too long is late: it comes with the figures."""

    use_case: UseCaseSummary
    last_event: int | None = None
    to_review: Count | None = None
    is_late: bool = False


class TablePage(Struct, frozen=True):
    """What one page of the table shows, and of how many."""

    rows: list[TableRow]
    page: int
    pages: int
    count: int


def read_state(request: ApiRequest) -> TableState:
    """From the address; what makes no sense there is left out."""
    given = request.query("sort") or ""
    sort = given.lstrip("-")
    return TableState(
        is_archived=request.query("status") == "archived",
        sort=sort if sort in COLUMNS else "",
        is_descending=given.startswith("-") and sort in COLUMNS,
        search=(request.query("search") or "").strip(),
        page=int(page) if (page := request.query("page") or "").isdecimal() and len(page) < 9 else 1,
    )


async def show_use_cases(request: ApiRequest) -> Answer:
    """The use cases of a workspace: active ones, or those that were archived."""
    who = await visit(request)
    state = read_state(request)
    status = UseCaseStatus.INACTIVE if state.is_archived else UseCaseStatus.ACTIVE
    found = await request.run_errand(lambda: request.store.list_use_cases(who.workspace.number, status))
    searched = words_of(state.search)
    wanted = [row for row in found if is_found(searched, f"{row.name} {row.id}")]
    table = await request.run_query(lambda: _page(request.store, who.workspace.number, wanted, state))
    return render(
        request,
        who,
        "use_cases.html",
        table=table,
        has_any=bool(found),
        state=state,
        columns=COLUMNS,
        orders=ORDERS,
        address=partial(address_of_table, who.workspace.slug),
    )


def _page(store: Store, workspace: int, wanted: list[UseCaseSummary], state: TableState) -> TablePage:
    """What has to be looked up is looked up for the rows that are shown, unless it decides on their order."""
    if state.sort in _LOOKED_UP:
        return page_of(in_order([_row(store, workspace, one, state) for one in wanted], state), state.page)
    page = page_of(in_order([TableRow(one) for one in wanted], state), state.page)
    return replace(page, rows=[_row(store, workspace, row.use_case, state) for row in page.rows])


def _row(store: Store, workspace: int, row: UseCaseSummary, state: TableState) -> TableRow:
    last = None if row.last_event_at is None else parse_timestamp(row.last_event_at)[0]
    has_reviews = EventType.OPERATOR_FEEDBACK in row.event_types
    if not has_reviews and state.sort != "review":
        return TableRow(row, last)
    use_case = store.find_use_case(workspace, row.id)
    if use_case is None:  # deleted this moment
        return TableRow(row, last)
    try:
        return TableRow(
            row,
            last_event_of(store, workspace, use_case) if has_reviews else last,
            count_to_review(store, workspace, use_case) if state.sort == "review" else None,
        )
    except QueryTooSlow:  # one use case must not take the table from the others
        return TableRow(row, is_late=True)


def in_order(rows: list[TableRow], state: TableState) -> list[TableRow]:
    """The rows by the chosen column; without one, in the order of their making."""
    keys: dict[str, Callable[[TableRow], Any]] = {
        "name": lambda row: natural_key(row.use_case.name),
        "events": lambda row: row.use_case.event_count,
        "last": lambda row: row.last_event or 0,
        "types": lambda row: [one in row.use_case.event_types for one in words.SHORT_EVENT_TYPES],
        "review": lambda row: 0 if row.to_review is None else row.to_review.count,
    }
    return sorted(rows, key=keys[state.sort], reverse=state.is_descending) if state.sort else rows


def page_of(rows: list[TableRow], page: int) -> TablePage:
    """The rows of a page; the nearest one where there is none of that number."""
    pages = max(1, -(-len(rows) // PAGE))
    shown = min(max(page, 1), pages)
    return TablePage(rows[(shown - 1) * PAGE : shown * PAGE], shown, pages, len(rows))


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
