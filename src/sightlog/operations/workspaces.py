"""Making and listing workspaces, and the first one of a new data folder."""

from sightlog.domain.errors import Invalid, NotFound
from sightlog.domain.names import check_name, check_slug
from sightlog.domain.retention import FOR_EVER_DAYS
from sightlog.domain.workspaces import Workspace
from sightlog.operations.api_keys import create_api_key
from sightlog.operations.time_zones import check_time_zone
from sightlog.store.contract import Store

FIRST_SLUG = "my-workspace"
FIRST_NAME = "My workspace"


def create_workspace(store: Store, slug: str, name: str | None, lookback_days: int, now: int) -> Workspace:
    """Raises Invalid for a malformed or reserved slug, NameTaken for one that is held."""
    return store.create_workspace(check_slug(slug), check_name(name or slug), lookback_days, now)


def change_workspace(
    store: Store, slug: str, name: str | None, lookback_days: int | None, time_zone: str | None = None
) -> Workspace:
    """Change its name, how long it keeps its events (0: for ever), or its time zone (empty: the server's). Raises
    NotFound or Invalid."""
    checked = None if name is None else check_name(name)
    if lookback_days is not None and not 0 <= lookback_days <= FOR_EVER_DAYS:
        raise Invalid.at("lookbackDays", f"expected 0 to {FOR_EVER_DAYS} days")
    zone = check_time_zone(time_zone) if time_zone else time_zone
    return store.change_workspace(get_workspace(store, slug).number, checked, lookback_days, zone)


def get_workspace(store: Store, slug: str | None) -> Workspace:
    """By its slug; the only one, or the first, when none is given. Raises NotFound."""
    workspaces = store.list_workspaces()
    for workspace in workspaces:
        if slug in (None, workspace.slug):
            return workspace
    if not workspaces:
        raise NotFound("there is no workspace yet; make one with `sightlog workspaces create SLUG`")
    raise NotFound(f"there is no workspace '{slug}'; there is: {', '.join(workspace.slug for workspace in workspaces)}")


def make_first_workspace(
    store: Store, lookback_days: int, now: int, slug: str = FIRST_SLUG, name: str = FIRST_NAME
) -> str | None:
    """Give a new data folder a workspace and a key; the key's secret, or None when keys were made before."""
    workspaces = store.list_workspaces() or [create_workspace(store, slug, name, lookback_days, now)]
    if any(store.list_api_keys(workspace.number) for workspace in workspaces):
        return None
    return create_api_key(store, workspaces[0].number, "first key", [], now)[1]
