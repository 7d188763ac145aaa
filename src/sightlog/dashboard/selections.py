"""What is done with several events that were selected in a list. Without scripts it is a form around the list."""

from typing import Any

from sightlog.dashboard.feedback import review, withdraw
from sightlog.dashboard.filter_urls import parse
from sightlog.dashboard.frame import redirect, render, wants_part
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.errors import Invalid
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.use_cases import UseCase
from sightlog.domain.users import Role
from sightlog.operations import retention
from sightlog.operations.transfer import export_selected
from sightlog.web.answers import Answer, json_answer
from sightlog.web.forms import Form
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form

MOST_SELECTED = 1000
_LEAST_ROLES = {"export": Role.VIEWER, "delete": Role.EDITOR}
VERDICTS = tuple(status.value for status in FeedbackStatus if status is not FeedbackStatus.NONE)


async def act_on_selection(request: ApiRequest) -> Answer:
    """Do it with the events of the form, and come back to the list, whose filters the address has."""
    who, use_case = await visit_use_case(request)
    fields = await form(request, who)
    action = fields.one("action")
    who, use_case = await visit_use_case(request, _LEAST_ROLES.get(action, Role.OPERATOR))
    event_ids = list(dict.fromkeys(fields.all("event")))
    if not event_ids:
        raise Invalid.at("event", "select at least one event")
    if len(event_ids) > MOST_SELECTED:
        raise Invalid.at("event", f"select at most {MOST_SELECTED} events at once")
    if action == "export":
        return await _export(request, who, use_case, event_ids)
    if action == "delete":
        return await _delete(request, who, use_case, fields, event_ids)
    if action == "take_back":
        taken = await withdraw(request, who, use_case, event_ids)
        return _done(request, who, use_case, taken, "deleted")
    if action in VERDICTS:
        given = await review(request, who, use_case, event_ids, action, "")
        return _done(request, who, use_case, given, "reviewed")
    raise Invalid.at("action", "there is no such action")


async def _export(request: ApiRequest, who: Visit, use_case: UseCase, event_ids: list[str]) -> Answer:
    lines = await request.run_errand(lambda: export_selected(request.store, who.workspace.number, use_case, event_ids))
    headers = ((b"content-disposition", b'attachment; filename="events.ndjson"'), (b"cache-control", b"no-store"))
    return Answer(200, b"".join(line + b"\n" for line in lines), b"application/x-ndjson", headers)


def _done(request: ApiRequest, who: Visit, use_case: UseCase, said: dict[str, Any], notice: str) -> Answer:
    if wants_part(request):
        return json_answer(said)
    return redirect(_links(request, who, use_case).list(notice=notice))


def _links(request: ApiRequest, who: Visit, use_case: UseCase) -> ListLinks:
    return ListLinks(who.workspace.slug, use_case.id, parse(request.queries()))


async def _delete(request: ApiRequest, who: Visit, use_case: UseCase, fields: Form, event_ids: list[str]) -> Answer:
    links = _links(request, who, use_case)
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
