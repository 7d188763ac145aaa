"""`sightlog use-cases`: listing, making, renaming, archiving, bringing back and deleting use cases."""

from typing import Annotated, Any, Literal

import typer

from sightlog.cli.options import DataOption, JsonOption, WorkspaceOption
from sightlog.cli.output import short_time, show_json, show_table
from sightlog.domain.names import check_name

app = typer.Typer(help="Use cases.", no_args_is_help=True)

UseCaseArgument = Annotated[str, typer.Argument(metavar="ID", help="The use case's id, or its name.")]


@app.command("list")
def list_use_cases(
    status: Annotated[
        Literal["active", "inactive", "all"], typer.Option("--status", help="inactive are the archived ones.")
    ] = "active",
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List use cases with their counts."""
    from sightlog.cli.connecting import run_command

    listed = run_command(data, "use-cases.list", {"status": status, "workspace": workspace})
    if as_json:
        show_json(listed)
        return
    show_table(
        ("id", "name", "status", "events", "last event (UTC)", "event types"),
        [
            (
                each["id"],
                each["name"],
                each["status"],
                f"{each['eventCount']:,}",
                short_time(each["lastEventAt"]),
                ", ".join(each["eventTypes"]),
            )
            for each in listed["useCases"]
        ],
    )


@app.command("create")
def create_use_case(
    name: Annotated[str, typer.Argument(metavar="NAME", help="1 to 256 characters, unique in the workspace.")],
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a use case."""
    from sightlog.cli.connecting import run_command

    # Checked here too, so that a mistake makes no data folder.
    arguments = {"name": check_name(name), "workspace": workspace}
    _show(run_command(data, "use-cases.create", arguments, may_create=True), as_json)


@app.command("rename")
def rename_use_case(
    use_case: UseCaseArgument,
    name: Annotated[str, typer.Option("--name", "-n", help="The new name.")],
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rename a use case; its id stays."""
    _change("rename", {"useCase": use_case, "name": name, "workspace": workspace}, data, as_json)


@app.command("archive")
def archive_use_case(
    use_case: UseCaseArgument, workspace: WorkspaceOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Archive a use case: new events are refused, everything stays readable."""
    _change("archive", {"useCase": use_case, "workspace": workspace}, data, as_json)


@app.command("unarchive")
def unarchive_use_case(
    use_case: UseCaseArgument, workspace: WorkspaceOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Bring an archived use case back."""
    _change("unarchive", {"useCase": use_case, "workspace": workspace}, data, as_json)


@app.command("delete")
def delete_use_case(
    use_case: UseCaseArgument,
    name: Annotated[str, typer.Option("--yes", metavar="NAME", help="Its name once more: this cannot be undone.")],
    workspace: WorkspaceOption = None,
    data: DataOption = None,
) -> None:
    """Delete an archived use case for good, with its events, pictures and views."""
    from sightlog.cli.connecting import run_command

    arguments = {"useCase": use_case, "name": name, "workspace": workspace}
    done = run_command(data, "use-cases.delete", arguments)
    print(f"Deleted '{done['useCase']['name']}' ({done['useCase']['id']}).", end=" ")
    print("What it held is removed." if done["isRemoved"] else "The server removes what it held within minutes.")


def _change(verb: str, arguments: dict[str, Any], data: str | None, as_json: bool) -> None:
    from sightlog.cli.connecting import run_command

    _show(run_command(data, f"use-cases.{verb}", arguments), as_json)


def _show(use_case: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json({name: value for name, value in use_case.items() if name != "number"})
    else:
        show_table(("id", "name", "status"), [(use_case["id"], use_case["name"], use_case["status"])])
