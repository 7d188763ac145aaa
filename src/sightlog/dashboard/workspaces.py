"""Settings, workspace: its name, its time zone, and how long it keeps events."""

from functools import cache
from zoneinfo import available_timezones

from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.settings import PATH, show_settings, to_settings
from sightlog.domain.errors import Invalid, VisionEventsError
from sightlog.domain.retention import FOR_EVER_DAYS
from sightlog.domain.users import Role
from sightlog.operations.retention import count_expired
from sightlog.operations.time_zones import server_zone
from sightlog.operations.workspaces import change_workspace
from sightlog.web.answers import Answer
from sightlog.web.forms import Form
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form, visit


async def show_workspace(request: ApiRequest) -> Answer:
    """The form with what is in force."""
    who = await visit(request, Role.ADMIN)
    fields = {
        "name": [who.workspace.name],
        "time_zone": [who.workspace.time_zone or ""],
        "days": [str(who.workspace.lookback_days)],
    }
    return _form(request, who, Form(fields))


def _form(request: ApiRequest, who: Visit, fields: Form, refused: VisionEventsError | None = None) -> Answer:
    return show_settings(
        request,
        who,
        "workspace",
        "settings_workspace.html",
        refused=refused,
        fields=fields,
        zones=_zone_names(),
        server_zone=server_zone().key,
        most_days=FOR_EVER_DAYS,
    )


async def save_workspace(request: ApiRequest) -> Answer:
    """Change it; when that would remove events, after a question."""
    who = await visit(request, Role.ADMIN)
    fields = await form(request, who)
    store, place = request.store, who.workspace
    try:
        days = _days(fields.one("days"))
        lost = await request.run_query(lambda: count_expired(store, place.number, days, request.now))
        if lost and days != place.lookback_days and not fields.one("confirmed"):
            return show_settings(
                request, who, "workspace", "settings_fewer_days.html", fields=fields, days=days, lost=lost
            )
        zone = fields.one("time_zone")
        await request.run_errand(lambda: change_workspace(store, place.slug, fields.one("name"), days, zone))
    except Invalid as refused:
        return _form(request, who, fields, refused)
    return to_settings(who, "workspace", "saved")


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= FOR_EVER_DAYS):
        raise Invalid.at("", f"how long events are kept is a number of days, 0 to {FOR_EVER_DAYS:,}")
    return int(text)


@cache
def _zone_names() -> list[str]:
    """For the form to offer; those with a slash, since the others are other names of the same."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))


_WORKSPACE = f"{PATH}/workspace"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _WORKSPACE, show_workspace, "What is set for a workspace"),
    page_route("POST", _WORKSPACE, save_workspace, "Change a workspace"),
)
