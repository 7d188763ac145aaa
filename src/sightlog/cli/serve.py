"""`sightlog serve`: starting the server, and the one screen that it shows."""

import errno
import os
import shlex
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sightlog import __version__
from sightlog.cli.options import DataOption
from sightlog.cli.output import path_to_type, program_to_type, say
from sightlog.domain.errors import FolderInUse

if TYPE_CHECKING:
    from sightlog.server import Started
    from sightlog.settings import Settings

PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65_535, help="The port to listen on (SIGHTLOG_PORT).")
]
_PORTS_TO_TRY = 100


def serve(
    data: DataOption = None,
    host: Annotated[
        str | None, typer.Option("--host", help="The address to listen on (SIGHTLOG_HOST; 127.0.0.1).")
    ] = None,
    port: PortOption = None,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="The address that people use (SIGHTLOG_PUBLIC_URL)."),
    ] = None,
    lookback_days: Annotated[
        int | None,
        typer.Option(
            "--lookback-days", min=0, max=36_500, help="How long new workspaces keep events (SIGHTLOG_LOOKBACK_DAYS)."
        ),
    ] = None,
    device_port: Annotated[
        int | None,
        typer.Option(
            "--device-port",
            min=0,
            max=65_535,
            help="Listen here too; the workflow block's device mode points at 8001 (SIGHTLOG_DEVICE_PORT).",
        ),
    ] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None,
        typer.Option("--log-level", help="How much is logged (SIGHTLOG_LOG_LEVEL; info)."),
    ] = None,
) -> None:
    """Serve, from a data folder that is made when it is missing."""
    from sightlog.server import address_of, run_server
    from sightlog.settings import load_settings

    flags: dict[str, Any] = {
        "data": data,
        "host": host,
        "port": port,
        "public_url": public_url,
        "lookback_days": lookback_days,
        "device_port": device_port,
        "log_level": log_level,
    }
    settings = load_settings(os.environ, **flags)
    # The port first: without it no folder is made.
    with listen(settings, _line_to_type("serve", flags)) as listener, ExitStack() as stack:
        devices = [stack.enter_context(_listen_for_devices(settings))] if settings.device_port else []
        try:
            started = start_patiently(settings)

            def when_ready() -> None:
                _show_screen(settings, address_of(listener), started.first_key, first_link(started))

            run_server(settings, started.store, started.blobs, listener, when_ready, more_listeners=devices)
        except KeyboardInterrupt:
            # Pressed before the server was up; afterwards it is the server's to end well.
            return


def listen(settings: "Settings", line: str) -> socket.socket:
    """The listening socket. When the port is taken, says how to type `line` instead, and exits."""
    from sightlog.server import bind

    try:
        return bind(settings.host, settings.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            say(f"sightlog: cannot listen on {settings.host}, port {settings.port}: {error.strerror or error}")
            raise typer.Exit(1) from None
    refuse_second_server(settings)
    say(f"sightlog: port {settings.port} is taken; type: {line} --port {_next_free_port(settings)}")
    raise typer.Exit(1)


def _listen_for_devices(settings: "Settings") -> socket.socket:
    from sightlog.server import bind

    try:
        return bind(settings.host, settings.device_port)
    except OSError as error:
        reason = error.strerror or error
        say(f"sightlog: cannot listen for devices on {settings.host}, port {settings.device_port}: {reason}")
        raise typer.Exit(1) from None


def listen_on_next_free(settings: "Settings") -> socket.socket:
    """The listening socket, on the wanted port or one of those above it."""
    from sightlog.server import bind

    for port in range(settings.port, min(settings.port + _PORTS_TO_TRY, 65_535)):
        try:
            return bind(settings.host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return bind(settings.host, 0)


def start_patiently(settings: "Settings", **first_workspace: str) -> "Started":
    """Open the store, waiting a little for another command to end. Raises FolderInUse, at once for a server."""
    from sightlog.cli.connecting import PATIENCE_SECONDS, PAUSE_SECONDS
    from sightlog.server import start_store

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return start_store(settings, **first_workspace)
        except FolderInUse as in_use:
            _refuse_if_server(settings, in_use)
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE_SECONDS)


def refuse_second_server(settings: "Settings") -> None:
    """Raises FolderInUse when a server holds the folder: that says more than that its port is taken."""
    from sightlog.store.lock import FolderLock
    from sightlog.store.opening import has_store

    if has_store(settings.data):
        try:
            FolderLock(settings.data).release()
        except FolderInUse as in_use:
            _refuse_if_server(settings, in_use)


def _refuse_if_server(settings: "Settings", in_use: FolderInUse) -> None:
    from sightlog.cli.connecting import server_of

    pid = str(in_use.extra["pid"])
    server = server_of(settings.data, pid)
    if server is not None:
        place = path_to_type(settings.data)
        raise FolderInUse(f"a server runs on {place} already: {server.address}, process {pid}", pid=pid) from None


def _next_free_port(settings: "Settings") -> int:
    import msgspec

    with listen_on_next_free(msgspec.structs.replace(settings, port=settings.port + 1)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _line_to_type(command: str, flags: dict[str, Any]) -> str:
    """The command as it was typed, without the port."""
    words = [command]
    for name, value in flags.items():
        if value is not None and name != "port":
            words += ["--" + name.replace("_", "-"), str(value)]
    return f"{program_to_type()} {shlex.join(words)}"


def show_rows(rows: list[tuple[str, str]]) -> None:
    """Rows of a screen: what it is, and how it reads."""
    for name, text in rows:
        print(f"  {name:<13}{text}".rstrip())


def first_link(started: "Started") -> str | None:
    """The path of a sign-in link for the owner, as long as nobody has ever signed in."""
    from sightlog.operations.clock import microseconds_now
    from sightlog.operations.people import has_anybody_signed_in, make_sign_in_link

    if has_anybody_signed_in(started.store):
        return None
    return make_sign_in_link(started.store, None, microseconds_now())[1]


def show_link(address: str, link: str | None, data: str) -> None:
    """Where to open the dashboard: by the one-time link, or by an address that asks to sign in."""
    if link is None:
        show_rows([("Open", address), ("", f"another sign-in link: {program_to_type()} sign-in-link{data}")])
    else:
        show_rows([("Open", address + link), ("", "signs the owner in, once, within 15 minutes; another:")])
        show_rows([("", f"{program_to_type()} sign-in-link{data}")])


def _show_screen(settings: "Settings", address: str, first_key: str | None, link: str | None) -> None:
    from sightlog.settings import default_of

    place = path_to_type(settings.data)
    data = "" if settings.data == Path(default_of("data")) else f" --data {place}"
    more_keys = f"{program_to_type()} keys create{data} --name NAME"
    print(f"Sightlog {__version__} is running. Ctrl-C ends it.\n")
    show_link(settings.public_url or address, link, data)
    if settings.public_url:
        show_rows([("Listens at", address)])
    if settings.device_port:
        show_rows([("For devices", f"port {settings.device_port} too")])
    show_rows([("API", f"{settings.public_url or address}/docs"), ("Data folder", place)])
    print()
    if first_key is None:
        show_rows([("More keys", more_keys)])
    else:
        show_rows([("API key", first_key), ("", "shown this once; more keys:"), ("", more_keys)])
    print(flush=True)
