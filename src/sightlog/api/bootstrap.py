"""What official clients ask before they ask for events: whose key this is, and what the workspace is called."""

from msgspec import Struct

from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import NotFound
from sightlog.operations.api_keys import authenticate
from sightlog.operations.workspaces import get_workspace
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest


class KeyCheck(Struct, frozen=True):
    """The reply of the key check (contract 4.1)."""

    welcome: str
    workspace: str


class OwnWorkspace(Struct, frozen=True, kw_only=True):
    """A workspace by the names that clients read (contract 4.2). `projects` is always empty here."""

    name: str
    url: str
    members: int
    projects: list[str] = []


class WorkspaceReply(Struct, frozen=True):
    """The reply about the key's workspace."""

    workspace: OwnWorkspace


def _caller(request: ApiRequest) -> Caller:
    """By the header, or by `api_key` in the query string, which is accepted on these routes only."""
    return authenticate(request.store, request.query("api_key") or request.bearer_key(), request.now)


async def check_key(request: ApiRequest) -> Answer:
    """Which workspace a key belongs to (contract 4.1)."""
    caller = _caller(request)
    return json_answer(KeyCheck("Sightlog, the self-hosted Vision Events server", caller.workspace_slug))


async def get_workspace_by_slug(request: ApiRequest) -> Answer:
    """The key's own workspace; any other is not found (contract 4.2)."""
    caller = _caller(request)
    slug = request.path_parameters["workspace"]
    if slug != caller.workspace_slug:
        raise NotFound(f"this key belongs to the workspace '{caller.workspace_slug}', not to '{slug[:64]}'")
    workspace = await request.run_errand(lambda: get_workspace(request.store, slug))
    own = OwnWorkspace(name=workspace.name, url=workspace.slug, members=workspace.members)
    return json_answer(WorkspaceReply(own))


async def take_usage(request: ApiRequest) -> Answer:
    """Inference servers report usage to their base URL; nothing is kept (contract 12)."""
    await request.body()
    return json_answer({})


async def not_found(request: ApiRequest) -> Answer:
    """Everything that is not served here."""
    raise NotFound(
        "nothing is served at this address. This server stores vision events only: models, hosted workflows and "
        "projects stay where they are. An inference server that downloads models keeps its own base URL and sends its "
        "events here with the Vision Events block: write_to_event_store: true, and event_store_url with this server's "
        "address. GET /docs tells more"
    )
