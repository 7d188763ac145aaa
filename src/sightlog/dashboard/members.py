"""Settings, people: who may use the workspace, as what, and how they get in. For admins."""

from sightlog.dashboard.account import untrimmed
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.settings import PATH, show_link, show_settings, to_settings
from sightlog.domain.errors import Invalid, NameTaken, VisionEventsError
from sightlog.domain.users import MAY, ROLES, Role, parse_role
from sightlog.operations import members
from sightlog.web.answers import Answer
from sightlog.web.forms import Form
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form, visit


async def show_members(request: ApiRequest) -> Answer:
    """Everybody with a role in the workspace."""
    who = await visit(request, Role.ADMIN)
    listed = await request.run_errand(lambda: members.list_members(request.store, who.workspace.number))
    return show_settings(request, who, "people", "settings_people.html", members=listed)


async def show_new_member(request: ApiRequest) -> Answer:
    """The form that adds somebody."""
    return _form_for_new(request, await visit(request, Role.ADMIN), "", "")


def _form_for_new(
    request: ApiRequest, who: Visit, name: str, role: str, refused: VisionEventsError | None = None
) -> Answer:
    return show_settings(
        request,
        who,
        "people",
        "settings_new_person.html",
        refused=refused,
        name=name,
        role=role,
        roles=ROLES,
        may=MAY,
    )


async def add_member(request: ApiRequest) -> Answer:
    """Add somebody, and show a link that signs them in."""
    who = await visit(request, Role.ADMIN)
    fields = await form(request, who)
    name, role = fields.one("name"), fields.one("role")
    number = who.workspace.number
    try:
        added = await request.run_errand(
            lambda: members.add_member(request.store, number, name, parse_role(role), request.now)
        )
    except (Invalid, NameTaken) as refused:
        return _form_for_new(request, who, name, role, refused)
    if not who.session.user.may_stand_in_for(added):
        return to_settings(who, f"people/{added.number}", "created")
    return await _show_link(request, who, added.number)


async def show_member(request: ApiRequest) -> Answer:
    """One person: role, sign-in, removal."""
    who = await visit(request, Role.ADMIN)
    return await _show_member(request, who, request.path_number("number"))


async def _show_member(
    request: ApiRequest, who: Visit, number: int, refused: VisionEventsError | None = None
) -> Answer:
    member = await request.run_errand(lambda: members.get_member(request.store, who.workspace.number, number))
    sessions = await request.run_errand(lambda: request.store.people.sessions_of(number, request.now))
    return show_settings(
        request,
        who,
        "people",
        "settings_person.html",
        refused=refused,
        member=member,
        role=member.role_in(who.workspace.number),
        is_self=number == who.person.number,
        is_in_hand=who.session.user.may_stand_in_for(member),
        sessions=len(sessions),
        roles=ROLES,
        may=MAY,
    )


async def change_role(request: ApiRequest) -> Answer:
    """Give somebody another role."""
    who, number, fields = await _form_about_member(request)
    actor, place = who.session.user, who.workspace.number
    try:
        role = parse_role(fields.one("role"))
        await request.run_errand(lambda: members.change_member_role(request.store, actor, place, number, role))
    except Invalid as refused:
        return await _show_member(request, who, number, refused)
    return to_settings(who, f"people/{number}", "saved")


async def make_link(request: ApiRequest) -> Answer:
    """A link that signs somebody in, shown once."""
    who, number, _ = await _form_about_member(request)
    return await _show_link(request, who, number)


async def _show_link(request: ApiRequest, who: Visit, number: int) -> Answer:
    actor, place = who.session.user, who.workspace.number
    member, path = await request.run_errand(
        lambda: members.make_member_link(request.store, actor, place, number, request.now)
    )
    return show_link(request, who, "people", member, path)


async def set_password(request: ApiRequest) -> Answer:
    """Set somebody's password, or take it away when the form says so."""
    who, number, fields = await _form_about_member(request)
    actor, place = who.session.user, who.workspace.number
    password = None if fields.one("remove") else untrimmed(fields, "password")
    try:
        await request.run_errand(lambda: members.set_member_password(request.store, actor, place, number, password))
    except Invalid as refused:
        return await _show_member(request, who, number, refused)
    return to_settings(who, f"people/{number}", "password-removed" if password is None else "password")


async def end_sessions(request: ApiRequest) -> Answer:
    """Sign somebody out everywhere."""
    who, number, _ = await _form_about_member(request)
    actor, place = who.session.user, who.workspace.number
    await request.run_errand(lambda: members.end_member_sessions(request.store, actor, place, number))
    return to_settings(who, f"people/{number}", "ended")


async def remove_member(request: ApiRequest) -> Answer:
    """Take somebody's role away, after a question."""
    who, number, fields = await _form_about_member(request)
    actor, place = who.session.user, who.workspace.number
    if not fields.one("confirmed"):
        member = await request.run_errand(lambda: members.get_member(request.store, place, number))
        return show_settings(request, who, "people", "settings_remove_person.html", member=member)
    await request.run_errand(lambda: members.remove_member(request.store, actor, place, number, request.now))
    return to_settings(who, "people", "removed")


async def _form_about_member(request: ApiRequest) -> tuple[Visit, int, Form]:
    """An admin, the number of whom the form is about, and its fields."""
    who = await visit(request, Role.ADMIN)
    return who, request.path_number("number"), await form(request, who)


_PEOPLE = f"{PATH}/people"
_PERSON = f"{_PEOPLE}/{{number}}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _PEOPLE, show_members, "The people of a workspace"),
    page_route("POST", _PEOPLE, add_member, "Add somebody"),
    page_route("GET", f"{_PEOPLE}/new", show_new_member, "The form that adds somebody"),
    page_route("GET", _PERSON, show_member, "One person"),
    page_route("POST", f"{_PERSON}/role", change_role, "Give somebody another role"),
    page_route("POST", f"{_PERSON}/link", make_link, "Make somebody a sign-in link"),
    page_route("POST", f"{_PERSON}/password", set_password, "Set somebody's password"),
    page_route("POST", f"{_PERSON}/sessions/end", end_sessions, "Sign somebody out everywhere"),
    page_route("POST", f"{_PERSON}/remove", remove_member, "Remove somebody"),
)
