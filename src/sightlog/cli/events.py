"""`sightlog events`: importing and exporting events as NDJSON, one event a line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption, WorkspaceOption
from sightlog.cli.output import counted, one_line, path_to_type, say, show_json
from sightlog.domain.errors import VisionEventsError

if TYPE_CHECKING:
    from sightlog.cli.importing import Import

app = typer.Typer(help="Events in and out, as NDJSON.", no_args_is_help=True)

# Few enough that each is a short read, so that an export never holds up the tidying of the database's log.
_EVENTS_PER_READ = 200


@app.command("import")
def import_events(
    file: Annotated[str, typer.Argument(metavar="FILE", help="One event a line, as in create; - is standard input.")],
    create: Annotated[bool, typer.Option("--create", help="Make use cases that are missing.")] = False,
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import events of any age.

    Bad lines are reported by their number and left out; the exit status is then 1. The same file may be imported
    again: an event whose id is here already is overwritten.
    """
    from sightlog.cli.connecting import connect
    from sightlog.cli.importing import Import
    from sightlog.settings import load_settings

    settings = load_settings(os.environ, data=data)
    with _opened(file) as source, connect(settings, may_create=True) as connection:
        work = Import(connection, workspace, create=create, longest_line=settings.limits.json_body_bytes)
        try:
            _import(work, source)
        except (VisionEventsError, KeyboardInterrupt):
            say(f"Stopped after line {work.lines_done:,}: {_summary(work)}.")
            say("Where events have ids, import the same file again: those that are here are overwritten.")
            raise
    if as_json:
        bad = [{"line": each.line, "message": each.message} for each in work.bad]
        show_json({"created": work.created, "overwritten": work.overwritten, "bad": bad})
    else:
        print(f"Imported {_summary(work)}.")
    if work.beyond_lookback:
        say(f"{counted(work.beyond_lookback, 'event')} will be removed soon: the workspace does not keep so old ones.")
    if work.bad:
        raise typer.Exit(1)


@app.command("export")
def export_events(
    use_case: Annotated[
        str | None, typer.Option("--use-case", metavar="ID", help="Only this one, by id or name; all when left out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output when left out.")
    ] = None,
    workspace: WorkspaceOption = None,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --output: print the summary as JSON.")] = False,
) -> None:
    """Export events, in the order of their arrival.

    One event a line, in the form that import takes: the body of create, with the use case's name and the arrival.
    """
    from sightlog.cli.connecting import connect
    from sightlog.settings import load_settings

    exported = 0
    with connect(load_settings(os.environ, data=data)) as connection:
        arguments: dict[str, Any] = {"useCase": use_case, "workspace": workspace, "limit": _EVENTS_PER_READ, "after": 0}
        chunk = connection.run("events.export", arguments)
        with sys.stdout.buffer if output is None else output.open("wb") as target:
            while True:
                target.writelines(line.encode() + b"\n" for line in chunk["lines"])
                exported += len(chunk["lines"])
                if chunk["after"] is None:
                    break
                chunk = connection.run("events.export", arguments | {"after": chunk["after"]})
            target.flush()
    if output is not None and as_json:
        show_json({"exported": exported, "output": str(output)})
    else:
        say(f"Exported {counted(exported, 'event')}{'' if output is None else f' to {path_to_type(output)}'}.")


def _import(work: "Import", source: IO[bytes]) -> None:
    reported = 0
    with _progress_bar(source) as advance:
        for bytes_done in work.run(source):
            for each in work.bad[reported:]:
                say(f"line {each.line}: {one_line(each.message)}")
            reported = len(work.bad)
            advance(bytes_done)


def _summary(work: "Import") -> str:
    text = f"{counted(work.created, 'new event')}, {work.overwritten:,} overwritten"
    return text + (f", {counted(len(work.bad), 'bad line')} left out" if work.bad else "")


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with open(file, "rb") as source:
            yield source


@contextmanager
def _progress_bar(source: IO[bytes]) -> Iterator[Any]:
    """A function that moves the bar to so many bytes; there is a bar on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda bytes_done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    total = os.fstat(source.fileno()).st_size if source.seekable() else None
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=total)
        yield lambda bytes_done: progress.update(bar, completed=bytes_done)
