"""Signing in and out: by a link that works once, or by name and password."""

from sightlog.dashboard import addresses
from sightlog.dashboard.frame import templates
from sightlog.dashboard.page_routes import page_route
from sightlog.domain.errors import Forbidden, NotFound
from sightlog.domain.users import LINK_MINUTES, token_hash
from sightlog.operations import people
from sightlog.operations.people import SignedIn
from sightlog.web import pages
from sightlog.web.answers import Answer, Header
from sightlog.web.forms import read_form
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import current_session, session_cookie, visible_workspaces

# An address must not tell its secret to what it loads or leads to, nor be kept.
_SECRET: tuple[Header, ...] = ((b"cache-control", b"no-store"),)


async def show_sign_in(request: ApiRequest) -> Answer:
    """The form for name and password, and how to get a link."""
    request.context.hosts.check(request.header(b"host"))
    return _page("sign_in.html", 200, next=local_address(request.query("next") or ""), problem=None, name="")


async def sign_in(request: ApiRequest) -> Answer:
    """By name and password."""
    request.context.hosts.check(request.header(b"host"))
    form = await read_form(request, None)
    after, name = local_address(form.one("next")), form.one("name")
    password = (form.all("password") or [""])[-1]
    try:
        signed_in = await request.run_errand(
            lambda: people.sign_in_by_password(
                request.store,
                request.context.guessing,
                name,
                password,
                _agent(request),
                request.client_address,
                request.now,
            )
        )
    except Forbidden as error:
        status = 429 if error.code == "too_many_attempts" else 403
        return _page("sign_in.html", status, next=after, problem=error.message, name=name)
    return _welcome(request, signed_in, after)


async def show_link(request: ApiRequest) -> Answer:
    """One button: a chat program that looks at the link must not use it up."""
    request.context.hosts.check(request.header(b"host"))
    hash = token_hash(request.path_parameters["token"])
    state = await request.run_errand(lambda: request.store.people.link_state(hash, request.now))
    return _page("sign_in_link.html", 200 if state == "good" else 410, state=state, minutes=LINK_MINUTES)


async def use_link(request: ApiRequest) -> Answer:
    """Sign in with the link, which then is used up."""
    request.context.hosts.check(request.header(b"host"))
    await read_form(request, None)
    token = request.path_parameters["token"]
    signed_in = await request.run_errand(
        lambda: people.sign_in_by_link(request.store, token, _agent(request), request.now)
    )
    if signed_in is None:
        return await show_link(request)
    return _welcome(request, signed_in, "/")


async def sign_out(request: ApiRequest) -> Answer:
    """End this session."""
    session = await request.run_errand(lambda: current_session(request))
    if session is not None:
        await read_form(request, session.csrf)
        await request.run_errand(lambda: request.store.people.end_session(session.user.number, session.id))
    return _to("/sign-in", (session_cookie(request.context, None),))


async def open_start(request: ApiRequest) -> Answer:
    """`/` leads to the use cases, or to signing in."""
    session = await request.run_errand(lambda: current_session(request))
    return _to("/sign-in" if session is None else "/go")


async def go_to_workspace(request: ApiRequest) -> Answer:
    """To the use cases of a workspace, which the sidebar's list names, or of the person's first one."""
    request.context.hosts.check(request.header(b"host"))
    session = await request.run_errand(lambda: current_session(request))
    if session is None:
        return _to("/sign-in")
    wanted = request.query("workspace")
    for workspace in await request.run_errand(lambda: visible_workspaces(request, session.user)):
        if wanted in (None, workspace.slug):
            return _to(addresses.use_cases(workspace.slug))
    raise NotFound(f"there is no workspace that you may see, {session.user.name}; an admin can give you a role")


def local_address(text: str) -> str:
    """Where to go after signing in: an address of this server, or its front page."""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\", "/sign-"))
    return text if is_local and text.isprintable() and "\\" not in text else "/"


def _agent(request: ApiRequest) -> str:
    return request.header(b"user-agent") or ""


def _welcome(request: ApiRequest, signed_in: SignedIn, after: str) -> Answer:
    return _to(after, (session_cookie(request.context, signed_in.token),))


def _to(address: str, headers: tuple[Header, ...] = ()) -> Answer:
    return Answer(303, b"", b"text/plain", ((b"location", address.encode()), *_SECRET, *headers))


def _page(template: str, status: int, **values: object) -> Answer:
    html = templates().get_template(template).render(**values)
    return pages.page(html, status, pages.LIVELY_POLICY, _SECRET)


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/sign-in", show_sign_in, "Sign in"),
    page_route("POST", "/sign-in", sign_in, "Sign in by name and password"),
    page_route("GET", "/sign-in/{token}", show_link, "A sign-in link"),
    page_route("POST", "/sign-in/{token}", use_link, "Use a sign-in link"),
    page_route("POST", "/sign-out", sign_out, "Sign out"),
    page_route("GET", "/go", go_to_workspace, "The use cases of a workspace"),
)
