"""What is done with several events that were selected in a list. Without scripts it is a form around the list."""

from sightlog.dashboard.filter_urls import parse
from sightlog.dashboard.frame import redirect, render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.errors import Forbidden, Invalid
from sightlog.domain.use_cases import UseCase
from sightlog.domain.users import Role
from sightlog.operations import retention
from sightlog.web.answers import Answer
from sightlog.web.forms import Form
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form

MOST_SELECTED = 1000


async def act_on_selection(request: ApiRequest) -> Answer:
    """Do it with the events of the form, and come back to the list, whose filters the address has."""
    who, use_case = await visit_use_case(request, Role.OPERATOR)
    fields = await form(request, who)
    event_ids = list(dict.fromkeys(fields.all("event")))
    if not event_ids:
        raise Invalid.at("event", "select at least one event")
    if len(event_ids) > MOST_SELECTED:
        raise Invalid.at("event", f"select at most {MOST_SELECTED} events at once")
    if fields.one("action") == "delete":
        return await _delete(request, who, use_case, fields, event_ids)
    raise Invalid.at("action", "there is no such action")


async def _delete(request: ApiRequest, who: Visit, use_case: UseCase, fields: Form, event_ids: list[str]) -> Answer:
    if not who.may(Role.EDITOR):
        raise Forbidden("deleting events needs the role 'editor'")
    links = ListLinks(who.workspace.slug, use_case.id, parse(request.queries()))
    if not fields.one("confirmed"):
        return render(request, who, "delete_events.html", use_case=use_case, links=links, event_ids=event_ids)
    await request.run_errand(
        lambda: retention.delete_events(request.store, request.context.blobs, who.caller, use_case.id, event_ids)
    )
    return redirect(links.list(links.state.beside(""), notice="deleted"))


ROUTES: tuple[Route, ...] = (
    page_route(
        "POST", "/{workspace}/vision-events/{useCaseId}/selection", act_on_selection, "Do something with several events"
    ),
)
