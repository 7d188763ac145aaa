"""`sightlog workspaces`: making, changing and listing workspaces."""

import os
from typing import Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption
from sightlog.cli.output import short_time, show_json, show_table
from sightlog.domain.names import check_slug

app = typer.Typer(help="Workspaces.", no_args_is_help=True)


@app.command("create")
def create_workspace(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Its address: a-z, 0-9, - and _.")],
    name: Annotated[str | None, typer.Option("--name", "-n", help="Its name; the slug when left out.")] = None,
    lookback_days: Annotated[
        int | None,
        typer.Option("--lookback-days", min=0, max=36_500, help="How long it keeps its events; 0 keeps them for ever."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a workspace; `sightlog keys create --workspace SLUG` makes its first key."""
    from sightlog.cli.connecting import connect
    from sightlog.settings import load_settings

    # Checked here too, so that a mistake makes no data folder.
    arguments = {"slug": check_slug(slug), "name": name, "lookbackDays": lookback_days}
    with connect(load_settings(os.environ, data=data), may_create=True, first_slug=None) as connection:
        made = connection.run("workspaces.create", arguments)
    if as_json:
        show_json(_shown(made))
    else:
        slug = made["slug"]
        print(f"Made the workspace '{slug}'. Its first key: sightlog keys create --workspace {slug} --name NAME")


@app.command("set")
def change_workspace(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Which workspace.")],
    name: Annotated[str | None, typer.Option("--name", "-n", help="Its new name; the slug stays.")] = None,
    lookback_days: Annotated[
        int | None,
        typer.Option("--lookback-days", min=0, max=36_500, help="How long it keeps its events; 0 keeps them for ever."),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="For its days, as Europe/Berlin; '' is the server's."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a workspace. Events older than it then keeps are removed within a minute or two."""
    from sightlog.cli.connecting import run_command

    arguments = {"slug": slug, "name": name, "lookbackDays": lookback_days, "timeZone": time_zone}
    changed = run_command(data, "workspaces.set", arguments)
    if as_json:
        show_json(_shown(changed))
    else:
        print(f"The workspace '{slug}' is called '{changed['name']}' and keeps events {_kept_for(changed)}.")
        print(f"Its time zone is {_zone(changed)}.")


@app.command("list")
def list_workspaces(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the workspaces; the first one is meant where a command names none."""
    from sightlog.cli.connecting import run_command

    listed = run_command(data, "workspaces.list", {})["workspaces"]
    if as_json:
        show_json({"workspaces": [_shown(workspace) for workspace in listed]})
        return
    show_table(
        ("slug", "name", "keeps events", "time zone", "created (UTC)"),
        [
            (each["slug"], each["name"], _kept(each["lookbackDays"]), _zone(each), short_time(each["createdAt"]))
            for each in listed
        ],
    )


def _kept(lookback_days: int) -> str:
    return f"{lookback_days} days" if lookback_days else "for ever"


def _kept_for(workspace: dict[str, Any]) -> str:
    kept = _kept(workspace["lookbackDays"])
    return kept if kept == "for ever" else f"for {kept}"


def _zone(workspace: dict[str, Any]) -> str:
    return workspace["timeZone"] or "the server's"


def _shown(workspace: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in workspace.items() if name != "number"}
