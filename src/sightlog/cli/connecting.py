"""Where commands are run: on the store itself, or through the server that holds the data folder."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from sightlog.blobs.opening import open_blobs
from sightlog.cli.output import path_to_type, say
from sightlog.domain.errors import FolderInUse, Invalid, NotFound, VisionEventsError
from sightlog.operations.clock import microseconds_now
from sightlog.operations.commands import Arguments, CommandContext
from sightlog.operations.commands import run_command as run_on_store
from sightlog.operations.workspaces import FIRST_NAME, FIRST_SLUG, create_workspace
from sightlog.running import RUN_FILE, RunningServer
from sightlog.settings import Settings, load_settings
from sightlog.store.contract import Store
from sightlog.store.opening import has_store, open_store

# As long as a server may take to start, or another command to end.
PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.1
_ANSWER_SECONDS = 300.0


class Connection(Protocol):
    """Runs commands by their name; see `operations.commands`."""

    def run(self, name: str, arguments: Arguments) -> Any:
        """The command's result, a plain JSON value. Raises VisionEventsError."""
        ...


class OwnStore:
    """Runs commands on a store that this process has opened."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._blobs = open_blobs(settings.data)

    def run(self, name: str, arguments: Arguments) -> Any:
        context = CommandContext(
            store=self._store,
            blobs=self._blobs,
            limits=self._settings.limits,
            lookback_days=self._settings.lookback_days,
            now=microseconds_now(),
        )
        _encode(arguments)
        return run_on_store(name, context, arguments)


class ThroughServer:
    """Runs commands through the server that holds the folder."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    def run(self, name: str, arguments: Arguments) -> Any:
        try:
            status, content = self._post(f"/-/commands/{name}", _encode(arguments))
        except (OSError, HTTPException) as error:
            raise FolderInUse(f"{self._named} did not answer: {str(error) or type(error).__name__}") from None
        try:
            answer = msgspec.json.decode(content)
            if status != 200:
                raise _error_of(answer)
        except (msgspec.DecodeError, KeyError, TypeError):
            raise FolderInUse(f"{self._named} gave an answer that is not Sightlog's (status {status})") from None
        return answer

    def answers(self) -> bool:
        """Whether something listens there."""
        try:
            connection = self._connect()
            connection.connect()
            connection.close()
        except OSError:
            return False
        return True

    @property
    def _named(self) -> str:
        return f"the server at {self._server.address} (process {self._server.pid})"

    def _connect(self) -> HTTPConnection:
        address = urlsplit(self._server.address)
        return HTTPConnection(address.hostname or "", address.port, timeout=_ANSWER_SECONDS)

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Always on a new connection: between two chunks of an import the server may have closed an old one."""
        connection = self._connect()
        try:
            headers = {"Authorization": f"Bearer {self._server.admin_key}", "Content-Type": "application/json"}
            connection.request("POST", path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()


def run_command(data: str | None, name: str, arguments: Arguments, *, may_create: bool = False) -> Any:
    """Run one command on the data folder and return its result."""
    with connect(load_settings(os.environ, data=data), may_create=may_create) as connection:
        return connection.run(name, arguments)


@contextmanager
def connect(
    settings: Settings, *, may_create: bool = False, first_slug: str | None = FIRST_SLUG
) -> Iterator[Connection]:
    """A connection for several commands. With `may_create` a missing data folder is made, with a workspace of
    this slug unless that is None. Raises NotFound when there is none, and FolderInUse."""
    folder = settings.data
    is_new = not has_store(folder)
    if is_new and not may_create:
        raise NotFound(
            f"there is no data at {path_to_type(folder)}; `sightlog serve` makes a data folder, --data DIR names one"
        )
    opened = _open_or_find_server(settings)
    if isinstance(opened, ThroughServer):
        yield opened
        return
    try:
        if is_new:
            say(f"Made the data folder {path_to_type(folder)}.")
        if may_create and first_slug is not None and not opened.list_workspaces():
            create_workspace(opened, first_slug, FIRST_NAME, settings.lookback_days, microseconds_now())
            say(f"Made its first workspace, '{first_slug}'.")
        yield OwnStore(opened, settings)
    finally:
        opened.close()


def server_of(folder: Path, pid: str) -> RunningServer | None:
    """The server that holds the folder's lock, by its run.json; None when it is another program that does, or a
    server that is not up yet. (A server that was killed leaves its run.json behind, with another pid.)"""
    try:
        server = msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=RunningServer)
    except (OSError, msgspec.DecodeError):
        return None
    return server if str(server.pid) == pid else None


def _open_or_find_server(settings: Settings) -> "Store | ThroughServer":
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return open_store(settings.data, settings.limits)
        except FolderInUse as in_use:
            pid = str(in_use.extra["pid"])
        server = server_of(settings.data, pid)
        if server is not None:
            through = ThroughServer(server)
            if through.answers():
                return through
        if time.monotonic() > deadline:
            place = path_to_type(settings.data)
            if server is None:
                raise FolderInUse(
                    f"{place} is in use by process {pid}, which takes no commands; try again when it has ended", pid=pid
                )
            raise FolderInUse(
                f"{place} is held by the server at {server.address} (process {pid}), which does not answer", pid=pid
            )
        time.sleep(PAUSE_SECONDS)


def _encode(arguments: Arguments) -> bytes:
    try:
        return msgspec.json.encode(arguments)
    except UnicodeEncodeError:
        raise Invalid("what was typed is not UTF-8 text") from None


def _error_of(answer: Any) -> VisionEventsError:
    """The error that the server answered with, as if it had been raised here."""
    message, code = answer["error"], answer["code"]
    family = [VisionEventsError]
    for member in family:
        family.extend(member.__subclasses__())
    kinds = {member.code: member for member in family}
    if code == "internal":
        message = f"the server failed: {message} (request {answer['requestId']})"
    return kinds.get(code, VisionEventsError)(message)
