"""Settings, one's own: role, password, and the sessions in which one is signed in."""

from sightlog.dashboard import addresses
from sightlog.dashboard.agents import browser_of
from sightlog.dashboard.frame import redirect
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.settings import PATH, show_link, show_settings, to_settings
from sightlog.domain.errors import Invalid, TooManyAttempts, VisionEventsError
from sightlog.domain.users import MAY
from sightlog.operations import people
from sightlog.web.answers import Answer, Header
from sightlog.web.forms import Form
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form, session_cookie, visit


async def show_account(request: ApiRequest) -> Answer:
    """Who one is here, one's password, and one's sessions."""
    return await _show(request, await visit(request))


async def _show(request: ApiRequest, who: Visit, refused: VisionEventsError | None = None) -> Answer:
    store, number = request.store, who.person.number
    sessions = await request.run_errand(lambda: store.people.sessions_of(number, request.now))
    admins = await request.run_errand(lambda: people.admins_of(store, who.workspace.number))
    return show_settings(
        request,
        who,
        "",
        "settings_account.html",
        refused=refused,
        may=MAY,
        admins=admins,
        sessions=[(session, browser_of(session.agent)) for session in sessions],
    )


async def change_password(request: ApiRequest) -> Answer:
    """Set one's own password. The session goes on, as a new one; all others end."""
    who = await visit(request)
    fields = await form(request, who)
    new = untrimmed(fields, "new")
    try:
        if new != untrimmed(fields, "again"):
            raise Invalid.at("", "the two new passwords are not the same")
        signed_in = await request.run_errand(
            lambda: people.change_own_password(
                request.store,
                request.context.guessing,
                who.session,
                untrimmed(fields, "current"),
                new,
                request.client_address,
                request.now,
            )
        )
    except (Invalid, TooManyAttempts) as refused:
        return await _show(request, who, refused)
    cookie: Header = session_cookie(request.context, signed_in.token)
    answer = redirect(addresses.with_query(addresses.settings(who.workspace.slug), {"notice": "password"}))
    return Answer(answer.status, answer.body, answer.content_type, (*answer.headers, cookie))


async def make_own_link(request: ApiRequest) -> Answer:
    """A link to sign in on another device."""
    who = await visit(request)
    await form(request, who)
    user, path = await request.run_errand(lambda: people.make_sign_in_link(request.store, who.person.name, request.now))
    return show_link(request, who, "", user, path)


async def end_session(request: ApiRequest) -> Answer:
    """End one of one's own sessions; with this one, one is signed out here."""
    who = await visit(request)
    await form(request, who)
    number = request.path_number("number")
    await request.run_errand(lambda: request.store.people.end_session(who.person.number, number))
    return to_settings(who, "", "ended")


async def end_other_sessions(request: ApiRequest) -> Answer:
    """End all of one's own sessions but this one."""
    who = await visit(request)
    await form(request, who)
    await request.run_errand(lambda: request.store.people.end_sessions(who.person.number, kept=who.session.id))
    return to_settings(who, "", "ended")


def untrimmed(fields: Form, name: str) -> str:
    """A password as it was typed: spaces at its ends belong to it."""
    return (fields.all(name) or [""])[-1]


ROUTES: tuple[Route, ...] = (
    page_route("GET", PATH, show_account, "One's account"),
    page_route("POST", f"{PATH}/password", change_password, "Set one's own password"),
    page_route("POST", f"{PATH}/link", make_own_link, "Sign in on another device"),
    page_route("POST", f"{PATH}/sessions/end-others", end_other_sessions, "End one's other sessions"),
    page_route("POST", f"{PATH}/sessions/{{number}}/end", end_session, "End one of one's sessions"),
)
