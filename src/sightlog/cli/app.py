"""All commands together, and how the whole program ends: one line for an error that was to be expected."""

import sys
from typing import Annotated

import typer

from sightlog import __version__
from sightlog.cli import backups, bundles, checking, demo, events, keys, people, retention, serve, use_cases, workspaces
from sightlog.cli.output import one_line, say
from sightlog.domain.errors import VisionEventsError

# Plain help and errors: a boxed one would be cut into lines, and scripts read them.
app = typer.Typer(
    name="sightlog",
    help="The open, self-hosted Vision Events server.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("check")(checking.check)
app.command("rebuild")(checking.rebuild)
app.command("sign-in-link")(people.sign_in_link)
app.add_typer(people.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(workspaces.app, name="workspaces")
app.add_typer(use_cases.app, name="use-cases")
app.add_typer(events.app, name="events")
app.add_typer(bundles.app, name="bundles")
app.add_typer(retention.app, name="retention")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"sightlog {__version__}")
        raise typer.Exit


@app.callback()
def _sightlog(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The open, self-hosted Vision Events server."""


def _words_of(error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return f"{error.filename}: there is a file where a folder is to be"
    place = f"{error.filename}: " if error.filename is not None else ""
    return place + (error.strerror or str(error))


def main() -> None:
    """Run the command that was typed. Exit status: 0 done, 1 an error, 2 typed wrongly."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number instead of a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except VisionEventsError as error:
        say(f"sightlog: {one_line(error.message)}")
    except OSError as error:
        say(f"sightlog: {one_line(_words_of(error))}")
    sys.exit(1)
