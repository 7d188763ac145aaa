"""What the command line does, by name, so that it can be done here or by a server that holds the folder.

Arguments and results are plain JSON values; one table says what there is.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.blobs.contract import Blobs
from sightlog.domain.api_keys import Caller, SourceDefaults
from sightlog.domain.errors import NotFound
from sightlog.domain.event_reading import Reading
from sightlog.domain.limits import Limits
from sightlog.domain.retention import reported_lookback_days
from sightlog.domain.times import format_timestamp
from sightlog.domain.users import User, parse_role
from sightlog.domain.workspaces import Workspace
from sightlog.operations import api_keys, deliveries, people, retention, transfer, use_cases, workspaces
from sightlog.store.contract import Store


class CommandContext(Struct, frozen=True, kw_only=True):
    """With what commands work; `now` in microseconds."""

    store: Store
    blobs: Blobs
    limits: Limits
    lookback_days: int
    now: int
    address: str = ""
    """Of the server that runs the command; empty without one."""


Arguments = dict[str, Any]


def run_command(name: str, context: CommandContext, arguments: Arguments) -> Any:
    """Do it and return a plain JSON value. Raises NotFound for an unknown name, or the operation's own errors."""
    command = COMMANDS.get(name)
    if command is None:
        raise NotFound(f"there is no command '{name}'; is the server of another version than the command line?")
    return msgspec.to_builtins(command(context, arguments))


def _workspace(context: CommandContext, arguments: Arguments) -> Workspace:
    return workspaces.get_workspace(context.store, arguments.get("workspace"))


def _create_workspace(context: CommandContext, arguments: Arguments) -> Any:
    days = context.lookback_days if arguments.get("lookbackDays") is None else arguments["lookbackDays"]
    return workspaces.create_workspace(context.store, arguments["slug"], arguments.get("name"), days, context.now)


def _change_workspace(context: CommandContext, arguments: Arguments) -> Any:
    return workspaces.change_workspace(
        context.store,
        arguments["slug"],
        arguments.get("name"),
        arguments.get("lookbackDays"),
        arguments.get("timeZone"),
    )


def _list_workspaces(context: CommandContext, arguments: Arguments) -> Any:
    return {"workspaces": context.store.list_workspaces()}


def _create_key(context: CommandContext, arguments: Arguments) -> Any:
    workspace = _workspace(context, arguments)
    scopes = arguments.get("scopes") or []
    defaults = msgspec.convert(arguments.get("defaults") or {}, SourceDefaults)
    key, secret = api_keys.create_api_key(
        context.store, workspace.number, arguments["name"], scopes, context.now, defaults
    )
    return {"key": key, "secret": secret, "workspace": workspace.slug}


def _list_keys(context: CommandContext, arguments: Arguments) -> Any:
    workspace = _workspace(context, arguments)
    return {"keys": context.store.list_api_keys(workspace.number), "workspace": workspace.slug}


def _revoke_key(context: CommandContext, arguments: Arguments) -> Any:
    return context.store.revoke_api_key(_workspace(context, arguments).number, arguments["number"], context.now)


def _list_use_cases(context: CommandContext, arguments: Arguments) -> Any:
    workspace = _workspace(context, arguments)
    found = use_cases.list_use_cases(context.store, workspace.number, arguments.get("status"))
    return {"useCases": found, "lookbackDays": reported_lookback_days(workspace.lookback_days)}


def _create_use_case(context: CommandContext, arguments: Arguments) -> Any:
    workspace = _workspace(context, arguments)
    return use_cases.create_use_case(context.store, workspace.number, arguments["name"], context.limits, context.now)


def _rename_use_case(context: CommandContext, arguments: Arguments) -> Any:
    number = _workspace(context, arguments).number
    return use_cases.rename_use_case(context.store, number, arguments["useCase"], arguments["name"], context.now)


def _archive_use_case(context: CommandContext, arguments: Arguments) -> Any:
    number = _workspace(context, arguments).number
    return use_cases.archive_use_case(context.store, number, arguments["useCase"], context.now)


def _unarchive_use_case(context: CommandContext, arguments: Arguments) -> Any:
    number = _workspace(context, arguments).number
    return use_cases.unarchive_use_case(context.store, number, arguments["useCase"], context.now)


def _delete_use_case(context: CommandContext, arguments: Arguments) -> Any:
    number = _workspace(context, arguments).number
    deleted = use_cases.delete_use_case(context.store, number, arguments["useCase"], arguments["name"], context.now)
    # A server removes the rest within a minute, and its command need not wait for it.
    if not context.address:
        retention.remove_deleted(context.store, context.blobs)
    return {"useCase": deleted, "isRemoved": not context.address}


def _import_lines(context: CommandContext, arguments: Arguments) -> Any:
    workspace = _workspace(context, arguments)
    create = bool(arguments.get("create"))
    return transfer.import_lines(context.store, workspace, arguments["lines"], create, context.limits, context.now)


def _export_lines(context: CommandContext, arguments: Arguments) -> Any:
    number = _workspace(context, arguments).number
    reference = arguments.get("useCase")
    use_case = None if reference is None else use_cases.get_use_case(context.store, number, reference).number
    return transfer.export_lines(context.store, number, use_case, arguments["after"], arguments["limit"])


def _import_bundle(context: CommandContext, arguments: Arguments) -> Any:
    """The path is one of this machine: whoever may run commands may read the folder's owner's files."""
    workspace = _workspace(context, arguments)
    caller = Caller(
        workspace=workspace.number,
        workspace_slug=workspace.slug,
        lookback_days=workspace.lookback_days,
        key=None,
        scopes=None,
    )
    rules = Reading(limits=context.limits, now=context.now, lookback_days=workspace.lookback_days, any_age=True)
    path = Path(arguments["path"])
    return deliveries.deliver_bundle(context.store, context.blobs, caller, path, arguments.get("useCase"), rules)


def _run_retention(context: CommandContext, arguments: Arguments) -> Any:
    if arguments.get("dryRun"):
        return retention.plan_retention(context.store, context.limits, context.now)
    seconds = arguments["seconds"]
    return retention.run_retention_for(context.store, context.blobs, context.limits, context.now, seconds)


def _make_link(context: CommandContext, arguments: Arguments) -> Any:
    user, path = people.make_sign_in_link(context.store, arguments.get("name"), context.now)
    return {"user": _shown_user(context, user), "path": path, "address": context.address}


def _add_user(context: CommandContext, arguments: Arguments) -> Any:
    workspace = _workspace(context, arguments)
    role = parse_role(arguments["role"])
    user = people.add_user(context.store, arguments["name"], workspace.number, role, context.now)
    return {"user": _shown_user(context, user), "workspace": workspace.slug}


def _list_users(context: CommandContext, arguments: Arguments) -> Any:
    return {"users": [_shown_user(context, user) for user in context.store.people.all_users()]}


def _set_password(context: CommandContext, arguments: Arguments) -> Any:
    people.set_password(context.store, people.get_user(context.store, arguments["name"]), arguments["password"])


def _remove_user(context: CommandContext, arguments: Arguments) -> Any:
    people.remove_user(context.store, people.get_user(context.store, arguments["name"]), context.now)


def _shown_user(context: CommandContext, user: User) -> dict[str, Any]:
    """A user as a JSON value: workspaces by their slugs, times as timestamps."""
    slugs = {workspace.number: workspace.slug for workspace in context.store.list_workspaces()}
    shown: dict[str, Any] = msgspec.to_builtins(user)
    shown["roles"] = {slugs[number]: role for number, role in user.roles.items()}
    shown["createdAt"] = format_timestamp(user.created_at)
    shown["lastSeenAt"] = None if user.last_seen_at is None else format_timestamp(user.last_seen_at)
    return shown


COMMANDS: dict[str, Callable[[CommandContext, Arguments], Any]] = {
    "workspaces.create": _create_workspace,
    "workspaces.set": _change_workspace,
    "workspaces.list": _list_workspaces,
    "keys.create": _create_key,
    "keys.list": _list_keys,
    "keys.revoke": _revoke_key,
    "use-cases.list": _list_use_cases,
    "use-cases.create": _create_use_case,
    "use-cases.rename": _rename_use_case,
    "use-cases.archive": _archive_use_case,
    "use-cases.unarchive": _unarchive_use_case,
    "use-cases.delete": _delete_use_case,
    "events.import": _import_lines,
    "events.export": _export_lines,
    "bundles.import": _import_bundle,
    "retention.run": _run_retention,
    "people.link": _make_link,
    "people.add": _add_user,
    "people.list": _list_users,
    "people.password": _set_password,
    "people.remove": _remove_user,
}
