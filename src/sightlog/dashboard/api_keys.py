"""Settings, keys: what programs bring. Made and revoked by admins; a key is shown once."""

from msgspec import Struct

from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sending import Way, ways_to_use
from sightlog.dashboard.settings import PATH, show_settings, to_settings
from sightlog.domain.api_keys import ApiKey, Scope, SourceDefaults
from sightlog.domain.errors import Invalid, NotFound, VisionEventsError
from sightlog.domain.times import parse_timestamp
from sightlog.domain.use_cases import UseCaseStatus
from sightlog.domain.users import Role
from sightlog.operations.api_keys import create_api_key
from sightlog.store.contract import Store
from sightlog.web.answers import Answer
from sightlog.web.forms import Form
from sightlog.web.pages import shown_address
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form, visit

# The device scopes are other words for the first two; keys that have them show them.
CHOICES = {
    Scope.WRITE: ("Send", "events, pictures and bundles; create use cases"),
    Scope.READ: ("Read", "query events, pictures and schemas; list use cases"),
    Scope.MANAGE: ("Manage", "rename, archive and bring back use cases; delete events"),
}
_SCOPE_WORDS = {
    Scope.WRITE: "send",
    Scope.READ: "read",
    Scope.MANAGE: "manage",
    Scope.DEVICE_READ: "read (device)",
    Scope.DEVICE_UPDATE: "send (device)",
}


class KeyRow(Struct, frozen=True, kw_only=True):
    """A key as the table shows it; times in microseconds."""

    key: ApiKey
    may: str
    defaults: list[tuple[str, str]]
    created_at: int
    last_used_at: int | None
    revoked_at: int | None


async def show_keys(request: ApiRequest) -> Answer:
    """The keys of the workspace, newest first; those that are revoked apart."""
    who = await visit(request, Role.ADMIN)
    keys = await request.run_errand(lambda: request.store.list_api_keys(who.workspace.number))
    rows = [_row(key) for key in reversed(keys)]
    return show_settings(
        request,
        who,
        "keys",
        "settings_keys.html",
        good=[row for row in rows if row.revoked_at is None],
        revoked=[row for row in rows if row.revoked_at is not None],
    )


def _row(key: ApiKey) -> KeyRow:
    named = (("device", key.defaults.device_id), ("stream", key.defaults.stream_id))
    return KeyRow(
        key=key,
        may="everything" if key.scopes is None else ", ".join(_SCOPE_WORDS[scope] for scope in key.scopes),
        defaults=[
            (name, value) for name, value in (*named, ("workflow", key.defaults.workflow_id)) if value is not None
        ],
        created_at=parse_timestamp(key.created_at)[0],
        last_used_at=None if key.last_used_at is None else parse_timestamp(key.last_used_at)[0],
        revoked_at=None if key.revoked_at is None else parse_timestamp(key.revoked_at)[0],
    )


async def show_new_key(request: ApiRequest) -> Answer:
    """The form for a new key."""
    return _form_for_new(request, await visit(request, Role.ADMIN), Form({"scope": [Scope.WRITE]}))


def _form_for_new(request: ApiRequest, who: Visit, fields: Form, refused: VisionEventsError | None = None) -> Answer:
    return show_settings(request, who, "keys", "settings_new_key.html", refused=refused, fields=fields, choices=CHOICES)


async def create_key(request: ApiRequest) -> Answer:
    """Make a key, and show it this once, with lines to paste."""
    who = await visit(request, Role.ADMIN)
    fields = await form(request, who)
    defaults = SourceDefaults(
        device_id=fields.one("device") or None,
        stream_id=fields.one("stream") or None,
        workflow_id=fields.one("workflow") or None,
    )
    scopes = fields.all("scope")
    store, place = request.store, who.workspace.number
    try:
        if not scopes:
            # For the command line, none means everything; a form in which nothing is ticked must not.
            raise Invalid.at("", "choose at least one thing that the key may do")
        key, secret = await request.run_errand(
            lambda: create_api_key(store, place, fields.one("name"), scopes, request.now, defaults)
        )
        use_case = await request.run_errand(lambda: _some_use_case(store, place))
    except Invalid as refused:
        return _form_for_new(request, who, fields, refused)
    ways: list[Way] = ways_to_use(shown_address(request.context), secret, use_case, key.scopes)
    return show_settings(
        request,
        who,
        "keys",
        "settings_key.html",
        is_shown_once=True,
        key=key,
        secret=secret,
        ways=ways,
        use_case=use_case,
    )


def _some_use_case(store: Store, workspace: int) -> str | None:
    """One for the lines to paste: the name of the newest that takes events."""
    found = store.list_use_cases(workspace, UseCaseStatus.ACTIVE)
    return found[-1].name if found else None


async def revoke_key(request: ApiRequest) -> Answer:
    """Revoke a key, after a question."""
    who = await visit(request, Role.ADMIN)
    fields = await form(request, who)
    store, place, number = request.store, who.workspace.number, request.path_number("number")
    if fields.one("confirmed"):
        await request.run_errand(lambda: store.revoke_api_key(place, number, request.now))
        return to_settings(who, "keys", "revoked")
    keys = await request.run_errand(lambda: store.list_api_keys(place))
    row = next((_row(key) for key in keys if key.number == number), None)
    if row is None:
        raise NotFound("no key has this number")
    return show_settings(request, who, "keys", "settings_revoke_key.html", row=row)


_KEYS = f"{PATH}/keys"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _KEYS, show_keys, "The keys of a workspace"),
    page_route("POST", _KEYS, create_key, "Make a key"),
    page_route("GET", f"{_KEYS}/new", show_new_key, "The form for a new key"),
    page_route("POST", f"{_KEYS}/{{number}}/revoke", revoke_key, "Revoke a key"),
)
