"""`sightlog backup` and `sightlog restore`: everything in a folder, and back."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption
from sightlog.cli.output import counted, path_to_type, program_to_type, say, short_time, show_json

if TYPE_CHECKING:
    from sightlog.domain.backups import StoreContents


def backup(
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="A new folder, best on another disk.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up rows and pictures of one moment, checked, while a server goes on writing or without one."""
    from sightlog.operations.backups import make_backup
    from sightlog.settings import load_settings

    settings = load_settings(os.environ, data=data)
    with progress_bar() as progress:
        made = make_backup(settings.data, destination, progress)
    if as_json:
        show_json(made)
    else:
        print(f"Backed up {_summary(made.contents)} to {path_to_type(Path(made.path))}.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move a data folder that is there aside, under another name.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup, after checking all of it; the server must be stopped."""
    from sightlog.operations.backups import restore_backup
    from sightlog.operations.clock import microseconds_now
    from sightlog.settings import load_settings

    settings = load_settings(os.environ, data=data)
    with progress_bar() as progress:
        restored = restore_backup(source, settings.data, replace=replace, now=microseconds_now(), progress=progress)
    if as_json:
        show_json(restored)
        return
    place = path_to_type(Path(restored.path))
    print(f"Restored {_summary(restored.contents)} to {place}, as they were at {short_time(restored.made_at)} UTC.")
    if restored.moved_aside is not None:
        say(f"What was there is now {path_to_type(Path(restored.moved_aside))}.")
    say(f"Start the server: {program_to_type()} serve --data {place}")


def _summary(contents: "StoreContents") -> str:
    size = f" ({contents.blob_bytes / 1e6:,.1f} MB)" if contents.blob_bytes >= 100_000 else ""
    return f"{counted(contents.events, 'event')} and {counted(contents.images, 'picture')}{size}"


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A function that is told what is done and how far; there is a bar on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description:>8}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("", total=None)

        def show(stage: str, done: int, total: int) -> None:
            bars.update(bar, description=stage, completed=done, total=total or 1)

        yield show
