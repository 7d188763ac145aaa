"""`sightlog check` and `sightlog rebuild`: whether everything derived equals the events, and making it so."""

import os
from typing import Annotated

import typer

from sightlog.cli.backups import progress_bar
from sightlog.cli.options import DataOption, JsonOption
from sightlog.cli.output import say, show_json


def check(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Compare indexes, statistics and schema with the events, also while a server runs. Exit status 1 when they
    differ."""
    from sightlog.settings import load_settings
    from sightlog.store.opening import check_derived, has_store

    folder = load_settings(os.environ, data=data).data
    if not has_store(folder):
        say(f"sightlog: there is no data in {folder}")
        raise typer.Exit(1)
    with progress_bar() as progress:
        problems = check_derived(folder, lambda done, total: progress("checking", done, total))
    if as_json:
        show_json({"problems": problems})
    else:
        for problem in problems:
            print(problem)
        print(
            "Run `sightlog rebuild` to make them anew from the events; no event is lost."
            if problems
            else "Indexes, statistics and schema equal the events."
        )
    if problems:
        raise typer.Exit(1)


def rebuild(
    data: DataOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make indexes, statistics and schema anew from the events. The server must be stopped: nothing can be stored
    meanwhile."""
    from sightlog.domain.errors import FolderInUse
    from sightlog.settings import load_settings
    from sightlog.store.opening import has_store, rebuild_derived

    settings = load_settings(os.environ, data=data)
    if not has_store(settings.data):
        say(f"sightlog: there is no data in {settings.data}")
        raise typer.Exit(1)
    if not yes:
        typer.confirm("Every event is read twice, about a minute for a million of them. Go on?", abort=True, err=True)
    try:
        with progress_bar() as progress:
            rebuild_derived(settings.data, settings.limits, lambda done, total: progress("rebuilding", done, total))
    except FolderInUse as error:
        say(f"sightlog: {error.message}; stop the server first, because nothing could be stored meanwhile")
        raise typer.Exit(1) from None
    print("Indexes, statistics and schema are made anew.")
