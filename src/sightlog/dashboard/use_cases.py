"""The table of use cases: what the dashboard opens with."""

from sightlog.dashboard.frame import render
from sightlog.dashboard.page_routes import page_route
from sightlog.domain.use_cases import UseCaseStatus
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import visit


async def show_use_cases(request: ApiRequest) -> Answer:
    """The active use cases of a workspace."""
    who = await visit(request)
    rows = await request.run_errand(lambda: request.store.list_use_cases(who.workspace.number, UseCaseStatus.ACTIVE))
    return render(request, who, "use_cases.html", rows=rows)


ROUTES: tuple[Route, ...] = (page_route("GET", "/{workspace}/vision-events", show_use_cases, "The use cases"),)
