"""Every page of the dashboard: the rows of its modules, in the order in which they are tried."""

from sightlog.dashboard import events, filters, selections, sign_in, use_cases, views
from sightlog.web.routing import Route

ROUTES: tuple[Route, ...] = (
    *sign_in.ROUTES,
    *use_cases.ROUTES,
    *events.ROUTES,
    *filters.ROUTES,
    *selections.ROUTES,
    *views.ROUTES,
)
