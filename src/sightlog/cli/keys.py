"""`sightlog keys`: making, listing and revoking API keys."""

from typing import Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption, WorkspaceOption
from sightlog.cli.output import say, short_time, show_json, show_table
from sightlog.domain.api_keys import parse_scopes
from sightlog.domain.errors import NotFound
from sightlog.domain.names import check_name

app = typer.Typer(help="API keys.", no_args_is_help=True)


@app.command("create")
def create_key(
    name: Annotated[str, typer.Option("--name", "-n", help="What the key is for, to know it again.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", metavar="SCOPE", help="What the key may do; may be repeated. Everything when left out."
        ),
    ] = None,
    device_id: Annotated[
        str | None, typer.Option("--device-id", metavar="ID", help="The device of events that name none.")
    ] = None,
    stream_id: Annotated[
        str | None, typer.Option("--stream-id", metavar="ID", help="The stream of events that name none.")
    ] = None,
    workflow_id: Annotated[
        str | None, typer.Option("--workflow-id", metavar="ID", help="The workflow of events that name none.")
    ] = None,
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key. Only the key goes to standard output, so that a script can capture it; it is shown this once."""
    from sightlog.cli.connecting import run_command

    # Checked here too, so that a mistake makes no data folder.
    arguments = {
        "name": check_name(name),
        "scopes": parse_scopes(scope or []) or [],
        "workspace": workspace,
        "defaults": {"deviceId": device_id, "streamId": stream_id, "workflowId": workflow_id},
    }
    made = run_command(data, "keys.create", arguments, may_create=True)
    if as_json:
        show_json(made | {"key": _shown(made["key"])})
        return
    print(made["secret"], flush=True)
    key = made["key"]
    say(f"Key {key['number']}, '{key['name']}', of the workspace '{made['workspace']}', may use: {_scopes(key)}.")
    say("It is shown this once and kept as a hash only.")


@app.command("list")
def list_keys(workspace: WorkspaceOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the keys of a workspace, revoked ones too."""
    from sightlog.cli.connecting import run_command

    listed = run_command(data, "keys.list", {"workspace": workspace})
    if as_json:
        show_json(listed | {"keys": [_shown(key) for key in listed["keys"]]})
        return
    show_table(
        ("number", "name", "key", "scopes", "created (UTC)", "last used (UTC)", "revoked (UTC)"),
        [
            (
                key["number"],
                key["name"],
                key["hint"],
                _scopes(key),
                *map(short_time, (key["createdAt"], key["lastUsedAt"], key["revokedAt"])),
            )
            for key in listed["keys"]
        ],
    )


@app.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(metavar="NUMBER", help="The key's number, or its name when only one has it.")],
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key: from now on nobody can use it."""
    from sightlog.cli.connecting import run_command

    found = _find(run_command(data, "keys.list", {"workspace": workspace})["keys"], key)
    revoked = run_command(data, "keys.revoke", {"workspace": workspace, "number": found["number"]})
    if as_json:
        show_json(_shown(revoked))
    else:
        print(f"Revoked key {revoked['number']}, '{revoked['name']}' ({revoked['hint']}).")


def _find(keys: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """By number, else by name among those that are not revoked."""
    by_number = [key for key in keys if str(key["number"]) == wanted]
    by_name = [key for key in keys if key["name"] == wanted and key["revokedAt"] is None]
    found = by_number or by_name
    if len(found) != 1:
        problem = f"{len(found)} keys have the name" if found else "no key has the number or the name"
        raise NotFound(f"{problem} '{wanted[:80]}'; `sightlog keys list` shows their numbers")
    return found[0]


def _shown(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "workspaceNumber"}


def _scopes(key: dict[str, Any]) -> str:
    return "everything" if key["scopes"] is None else " ".join(key["scopes"])
