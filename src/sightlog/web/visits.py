"""Who is looking at a page: the session behind the cookie, the workspace in the address, and the role there."""

import hashlib
from zoneinfo import ZoneInfo

from msgspec import Struct

from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import Forbidden, NotFound, SignInNeeded
from sightlog.domain.users import SESSION_DAYS, Role, Session, User, scopes_of
from sightlog.domain.workspaces import Workspace
from sightlog.operations.people import admins_of, find_session
from sightlog.operations.time_zones import zone_of
from sightlog.web.answers import Header
from sightlog.web.context import Context
from sightlog.web.forms import Form, read_form
from sightlog.web.requests import ApiRequest


class Person(Struct, frozen=True):
    """Who is signed in, with the role in the workspace that is looked at."""

    number: int
    name: str
    role: Role


class Visit(Struct, frozen=True, kw_only=True):
    """One look at a page. `workspaces` are those that the person may see; `caller` is for operations that ask one;
    `csrf` is the token that forms of the page carry; `zone` is where the workspace's days begin."""

    person: Person
    workspace: Workspace
    workspaces: list[Workspace]
    caller: Caller
    csrf: str
    zone: ZoneInfo
    session: Session

    def may(self, role: Role) -> bool:
        """Whether the person's role includes this one."""
        return self.person.role.may(role)


async def visit(request: ApiRequest, least: Role = Role.VIEWER) -> Visit:
    """Who is looking at this page, whose address names the workspace. Raises SignInNeeded, NotFound for a workspace
    that the person may not see, and Forbidden for a role that does not suffice, saying who can give it."""
    request.context.hosts.check(request.header(b"host"))
    return await request.run_errand(lambda: _visit(request, least))


def _visit(request: ApiRequest, least: Role) -> Visit:
    session = current_session(request)
    if session is None:
        raise SignInNeeded("sign in first", next=request.address if request.method in ("GET", "HEAD") else "/")
    user = session.user
    visible = visible_workspaces(request, user)
    slug = request.path_parameters["workspace"]
    workspace = next((one for one in visible if one.slug == slug), None)
    if workspace is None:
        raise NotFound(f"there is no workspace '{slug[:64]}' that you may see")
    role = user.role_in(workspace.number)
    assert role is not None
    if not role.may(least):
        admins = ", ".join(admins_of(request.store, workspace.number)) or "the owner of this server"
        raise Forbidden(f"this needs the role '{least}', and yours is '{role}'; {admins} can give it")
    return Visit(
        person=Person(user.number, user.name, role),
        workspace=workspace,
        workspaces=visible,
        caller=Caller(
            workspace=workspace.number,
            workspace_slug=workspace.slug,
            lookback_days=workspace.lookback_days,
            key=None,
            scopes=scopes_of(role),
        ),
        csrf=session.csrf,
        zone=zone_of(workspace),
        session=session,
    )


async def form(request: ApiRequest, who: Visit) -> Form:
    """The fields of a form that one of our pages sent in this session. Raises Forbidden or Invalid."""
    return await read_form(request, who.csrf)


def visible_workspaces(request: ApiRequest, user: User) -> list[Workspace]:
    """The workspaces in which somebody has a role, in the order of their making."""
    return [one for one in request.store.list_workspaces() if user.role_in(one.number) is not None]


def current_session(request: ApiRequest) -> Session | None:
    """The session of the request's cookie; None without one, or when it is over."""
    token = _cookies(request.header(b"cookie") or "").get(cookie_name(request.context))
    return None if token is None else find_session(request.store, token, request.now)


def _cookies(header: str) -> dict[str, str]:
    """The cookies of a header. Python's own reader gives up on all of them when one has a form that it does not know,
    and whatever else runs on this machine under another port sets cookies here too."""
    pairs = (one.partition("=") for one in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def cookie_name(context: Context) -> str:
    """Cookies do not tell ports apart, so two servers on one machine need names of their own."""
    own = hashlib.sha256(b"session" + context.signer.secret).hexdigest()[:8]
    return f"__Host-sightlog-{own}" if _is_https(context) else f"sightlog-{own}"


def session_cookie(context: Context, token: str | None) -> Header:
    """The header that sets the cookie, or, with None, takes it away."""
    age = SESSION_DAYS * 86_400 if token is not None else 0
    secure = "; Secure" if _is_https(context) else ""
    value = f"{cookie_name(context)}={token or ''}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", value.encode()


def _is_https(context: Context) -> bool:
    return context.public_url.startswith("https://")
