"""`sightlog sign-in-link` and `sightlog users`: who may use the dashboard."""

import getpass
import os
import sys
from typing import Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption, WorkspaceOption
from sightlog.cli.output import say, short_time, show_json, show_table
from sightlog.domain.errors import Invalid
from sightlog.domain.names import check_name
from sightlog.domain.users import LINK_MINUTES, check_password, parse_role

app = typer.Typer(help="People who use the dashboard.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")]
RoleOption = Annotated[str, typer.Option("--role", help="viewer, operator, editor or admin.")]


def sign_in_link(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="For whom; the owner when left out.")] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="BASE", help="The address that the link begins with.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Print a link that signs somebody in to the dashboard, once, within 15 minutes. Only the link goes to standard
    output."""
    from sightlog.cli.connecting import run_command
    from sightlog.settings import load_settings

    made = run_command(data, "people.link", {"name": name}, may_create=True)
    settings = load_settings(os.environ, data=data)
    base = url or settings.public_url or made["address"]
    if not base:
        base = f"http://127.0.0.1:{settings.port}"
        say("No server runs on this data folder now; start one with `sightlog serve`, then open:")
    print(base.rstrip("/") + made["path"], flush=True)
    say(f"Signs in {made['user']['name']}, once, within {LINK_MINUTES} minutes.")


@app.command("add")
def add_user(
    name: NameArgument,
    role: RoleOption,
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give somebody a role in a workspace; who is new is added."""
    from sightlog.cli.connecting import run_command

    # Checked here too, so that a mistake makes no data folder.
    arguments = {"name": check_name(name), "role": parse_role(role).value, "workspace": workspace}
    added = run_command(data, "people.add", arguments, may_create=True)
    if as_json:
        show_json(_shown(added["user"]))
        return
    print(f"'{added['user']['name']}' is {role} in the workspace '{added['workspace']}'.")
    say(f"To sign in: sightlog sign-in-link '{name}', or a password: sightlog users passwd '{name}'")


@app.command("list")
def list_users(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List people with their roles."""
    from sightlog.cli.connecting import run_command

    listed = run_command(data, "people.list", {})["users"]
    if as_json:
        show_json({"users": [_shown(user) for user in listed]})
        return
    show_table(
        ("name", "roles", "password", "last seen (UTC)"),
        [
            (user["name"], _roles(user), "yes" if user["hasPassword"] else "no", short_time(user["lastSeenAt"]))
            for user in listed
        ],
    )


@app.command("passwd")
def set_password(
    name: NameArgument,
    remove: Annotated[bool, typer.Option("--remove", help="Take the password away; links still work.")] = False,
    data: DataOption = None,
) -> None:
    """Set somebody's password; their sessions end. From a pipe, its first line is taken."""
    from sightlog.cli.connecting import run_command

    password = None if remove else check_password(_read_password())
    run_command(data, "people.password", {"name": name, "password": password})
    print(f"The password of '{name}' is {'removed' if remove else 'set'}.")


@app.command("remove")
def remove_user(name: NameArgument, data: DataOption = None) -> None:
    """Remove somebody: roles, sessions and links go at once. What they reviewed keeps their name."""
    from sightlog.cli.connecting import run_command

    run_command(data, "people.remove", {"name": name})
    print(f"'{name}' is removed.")


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != first:
        raise Invalid.at("password", "the two are not the same")
    return first


def _roles(user: dict[str, Any]) -> str:
    if user["isOwner"]:
        return "owner (admin everywhere)"
    return ", ".join(f"{role} in {slug}" for slug, role in user["roles"].items()) or "none"


def _shown(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name != "number"}
