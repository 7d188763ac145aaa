"""`sightlog demo`: a server with an invented company's events, in a folder of its own."""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightlog import __version__
from sightlog.cli.output import counted, path_to_type, program_to_type, say
from sightlog.cli.serve import (
    PortOption,
    first_link,
    listen,
    listen_on_next_free,
    refuse_second_server,
    show_link,
    show_rows,
    start_patiently,
)
from sightlog.domain.errors import FolderInUse

if TYPE_CHECKING:
    from sightlog.settings import Settings

SLUG, NAME = "demo", "Demo plant"
_EVENTS_BETWEEN_LINES = 2500


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The demo's own folder.")] = Path("sightlog-demo"),
    port: PortOption = None,
) -> None:
    """Serve an invented company's events.

    Two weeks of them, and one more each few seconds, in a folder of their own that the next start goes on with.
    """
    from sightlog.settings import load_settings

    settings = load_settings(os.environ, data=str(folder), port=port)
    _refuse_other_data(folder)
    refuse_second_server(settings)
    if port is None:
        listener = listen_on_next_free(settings)
        if settings.port not in (0, listener.getsockname()[1]):
            say(f"Port {settings.port} is taken, so this demo listens on {listener.getsockname()[1]}.")
    else:
        listener = listen(settings, f"{program_to_type()} demo {path_to_type(folder)}")
    with listener:
        try:
            _serve(settings, listener)
        except KeyboardInterrupt:
            # Pressed before the server was up; afterwards it is the server's to end well.
            return


def _serve(settings: "Settings", listener: socket.socket) -> None:
    from sightlog.demo.bookmark import open_bookmark
    from sightlog.demo.environment import find_or_make_key, write_environment
    from sightlog.demo.feeding import Feeder
    from sightlog.domain.api_keys import Caller
    from sightlog.operations.clock import microseconds_now
    from sightlog.operations.workspaces import get_workspace
    from sightlog.server import address_of, run_server
    from sightlog.store.opening import prepare_folder

    folder = settings.data
    prepare_folder(folder)
    # Before the store, so that a folder is known as a demo's however early its making was cut short.
    bookmark = open_bookmark(folder)
    started = start_patiently(settings, slug=SLUG, name=NAME)
    workspace = get_workspace(started.store, SLUG).number
    key = started.first_key or find_or_make_key(started.store, folder, workspace, microseconds_now())
    progress = HistoryProgress()
    caller = Caller(workspace=workspace, workspace_slug=SLUG, lookback_days=0, key=None, scopes=None)
    feeder = Feeder(started.store, started.blobs, settings.limits, caller, folder, bookmark, progress.show)

    def when_ready() -> None:
        address = address_of(listener)
        write_environment(folder, address, key, SLUG)
        _show_screen(folder, address, first_link(started))
        feeder.start()

    def before_close() -> None:
        feeder.stop()
        progress.end()

    run_server(settings, started.store, started.blobs, listener, when_ready, before_close, is_demo=True)


def _refuse_other_data(folder: Path) -> None:
    """Nobody's real events are to be mixed with invented ones."""
    from sightlog.demo.bookmark import has_bookmark
    from sightlog.store.opening import has_store

    if has_store(folder) and not has_bookmark(folder):
        place = path_to_type(folder)
        raise FolderInUse(
            f"{place} holds data that is not the demo's; name another folder: {program_to_type()} demo DIR"
        )


class HistoryProgress:
    """The line on standard error that tells how far the history is: a bar on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._told = 0

    def show(self, stored: int, about: int) -> None:
        """So many of about so many events are stored; all of them when the two are equal."""
        if stored == about:
            self.end()
            say(f"Filled in {counted(stored, 'event')}; from now on there is one more each few seconds.")
            self._told = 0
        elif sys.stderr.isatty():
            self._move_bar(stored, about)
        elif stored >= self._told + _EVENTS_BETWEEN_LINES:
            self._told = stored
            say(f"Filling the history, newest first: {stored:,} of about {about:,} events.")

    def end(self) -> None:
        """Leave the terminal as it was; idempotent."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _move_bar(self, stored: int, about: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("Filling the history, newest first")
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=stored, total=about)


def _show_screen(folder: Path, address: str, link: str | None) -> None:
    place = path_to_type(folder)
    print(f"Sightlog {__version__}, the demo. Nothing leaves this machine. Ctrl-C ends it.\n")
    show_link(address, link, f" --data {place}")
    show_rows([("Data folder", f"{place} (kept for the next start; delete it to start over)")])
    print("\nIn a second terminal, in this folder:\n")
    for line in _lines_to_type(folder):
        print(f"  {line}")
    print(flush=True)


def _lines_to_type(folder: Path) -> list[str]:
    """What makes a second terminal talk to the demo: with the official client, and with none."""
    environment = path_to_type(folder / "demo.env")
    # Without a slash the shell would look for it on PATH.
    lines = [f". {environment}" if environment.startswith(("/", "'/")) else f". ./{environment}"]
    client = Path(sys.executable).with_name("roboflow")
    if client.is_file():
        lines.append(f"{path_to_type(client)} vision-events use-cases")
    elif shutil.which("roboflow"):
        lines.append("roboflow vision-events use-cases")
    else:
        lines.append("roboflow vision-events use-cases    # after: pip install roboflow-slim")
    lines.append('curl -s -H "Authorization: Bearer $ROBOFLOW_API_KEY" "$API_URL/vision-events/use-cases"')
    return lines
