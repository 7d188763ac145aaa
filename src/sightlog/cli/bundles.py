"""`sightlog bundles`: taking in bundles that were carried here, for sites without a network."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct

from sightlog.cli.options import DataOption, JsonOption, WorkspaceOption
from sightlog.cli.output import counted, one_line, path_to_type, say, show_json
from sightlog.domain.errors import FolderInUse, NotFound, VisionEventsError

app = typer.Typer(help="Bundles: events with their pictures, as tar files.", no_args_is_help=True)

ENDINGS = (".tar", ".tar.gz", ".tgz")
DONE_FOLDER = "imported"


class Work(Struct, kw_only=True):
    """What became of the bundles so far."""

    created: int = 0
    known: int = 0
    images: int = 0
    bad: list[dict[str, str]] = []


@app.command("import")
def import_bundles(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the bundles are.")],
    use_case: Annotated[
        str | None, typer.Option("--use-case", metavar="ID", help="Put all of them here; needed when they name none.")
    ] = None,
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a folder of bundles, with events of any age.

    What is done is moved aside, into the folder's own "imported". A bad bundle stays where it is and is reported; the
    exit status is then 1. A bundle that comes again changes nothing.
    """
    from sightlog.cli.connecting import connect
    from sightlog.settings import load_settings

    files = _bundles_in(folder)
    work = Work()
    with connect(load_settings(os.environ, data=data), may_create=True) as connection:
        for file in _with_progress(files):
            arguments = {"path": str(file.absolute()), "useCase": use_case, "workspace": workspace}
            try:
                delivered = connection.run("bundles.import", arguments)
            except FolderInUse:
                raise
            except VisionEventsError as error:
                work.bad.append({"file": file.name, "message": error.message})
                say(f"{file.name}: {one_line(error.message)}")
                continue
            _count(work, delivered)
            _move_aside(file)
    if as_json:
        show_json(work)
    else:
        bad = f"; {counted(len(work.bad), 'bad bundle')} left in place" if work.bad else ""
        print(f"Imported {counted(work.created, 'new event')}; here already: {work.known:,}{bad}.")
        if files and not work.bad:
            say(f"The files are now in {path_to_type(folder / DONE_FOLDER)}.")
    if work.bad:
        raise typer.Exit(1)


def _bundles_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotFound(f"{folder} is not a folder")
    # Their names begin with their times, so this is the order in which they were written.
    return sorted(file for file in folder.iterdir() if file.name.endswith(ENDINGS) and file.is_file())


def _count(work: Work, delivered: dict[str, Any]) -> None:
    if delivered["receipt"]["created"]:
        work.created += 1
        work.images += delivered["images"]
    else:
        work.known += 1


def _move_aside(file: Path) -> None:
    done = file.parent / DONE_FOLDER
    done.mkdir(exist_ok=True)
    file.replace(done / file.name)


def _with_progress(files: list[Path]) -> Any:
    """The files, behind a progress bar when a person watches."""
    if not sys.stderr.isatty():
        return files
    from rich.console import Console
    from rich.progress import track

    return track(files, description="", console=Console(stderr=True), transient=True)
