"""Every page of the dashboard: the rows of its modules, in the order in which they are tried."""

from sightlog.dashboard import (
    account,
    api_keys,
    event_page,
    events,
    exports,
    feedback,
    filters,
    first_event,
    members,
    overview,
    review,
    selections,
    sign_in,
    use_case_forms,
    use_cases,
    views,
    workspaces,
)
from sightlog.web.routing import Route

ROUTES: tuple[Route, ...] = (
    *sign_in.ROUTES,
    *use_case_forms.ROUTES,
    *use_cases.ROUTES,
    *events.ROUTES,
    *event_page.ROUTES,
    *exports.ROUTES,
    *feedback.ROUTES,
    *review.ROUTES,
    *filters.ROUTES,
    *first_event.ROUTES,
    *overview.ROUTES,
    *selections.ROUTES,
    *views.ROUTES,
    *account.ROUTES,
    *members.ROUTES,
    *api_keys.ROUTES,
    *workspaces.ROUTES,
)
