"""Wires everything into one ASGI application, and runs it."""

import gc
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import uvicorn
from msgspec import Struct

from sightlog.api import bootstrap, docs_page, routes
from sightlog.api.errors import error_answer
from sightlog.blobs.contract import Blobs
from sightlog.blobs.opening import open_blobs, read_link_secret
from sightlog.dashboard import routes as dashboard_routes
from sightlog.dashboard import sign_in
from sightlog.device import routes as device_routes
from sightlog.domain.image_links import LinkSigner
from sightlog.operations.batch_reading import BatchReader
from sightlog.operations.clock import microseconds_now
from sightlog.operations.guessing import Guessing
from sightlog.operations.janitor import Janitor
from sightlog.operations.sources import Rhythms
from sightlog.operations.space import SpaceGuard
from sightlog.operations.workspaces import FIRST_NAME, FIRST_SLUG, make_first_workspace
from sightlog.running import RUN_FILE, RunningServer, write_private
from sightlog.settings import Settings
from sightlog.store.contract import Store
from sightlog.store.opening import open_store
from sightlog.web import asgi, pages
from sightlog.web.answers import Answer
from sightlog.web.context import Context
from sightlog.web.hosts import allowed_hosts
from sightlog.web.refusals import Refusals
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Parameter, Route, build_router
from sightlog.web.waiting import Completions

# The writer's thread needs the interpreter many times a commit; the default of 5 ms would make it wait that long
# each time that the event loop is busy.
_SWITCH_INTERVAL_SECONDS = 0.0005
# A batch under way is tens of thousands of objects, none of them garbage. With the defaults (700, 10, 10) the collector
# walked them again and again, for a third of the time of an event.
_COLLECTOR_THRESHOLDS = (250_000, 10, 10)

_MOST_WAITING_CONNECTIONS = 2048


class Started(Struct, frozen=True):
    """A store that is open, and a key when nobody could have one yet."""

    store: Store
    blobs: Blobs
    first_key: str | None


def start_store(settings: Settings, slug: str = FIRST_SLUG, name: str = FIRST_NAME) -> Started:
    """Open the data folder, and give a new one its first workspace. Raises FolderInUse, StoreTooNew."""
    store = open_store(settings.data, settings.limits)
    try:
        first_key = make_first_workspace(store, settings.lookback_days, microseconds_now(), slug, name)
        return Started(store, open_blobs(settings.data), first_key)
    except BaseException:
        store.close()
        raise


def build_application(
    settings: Settings, store: Store, blobs: Blobs, address: str, admin_key: str, *, is_demo: bool = False
) -> asgi.Application:
    """The ASGI application on an open store; the store stays the caller's to close."""
    context = Context(
        store=store,
        limits=settings.limits,
        lookback_days=settings.lookback_days,
        public_url=settings.public_url,
        local_url=address,
        admin_key=admin_key,
        queries=ThreadPoolExecutor(4, "query"),
        errands=ThreadPoolExecutor(4, "errand"),
        shrinking=ThreadPoolExecutor(1, "shrinking", initializer=_give_way),
        blobs=blobs,
        signer=LinkSigner(read_link_secret(settings.data), settings.public_url),
        space=SpaceGuard(blobs, settings.limits.min_free_bytes),
        completions=Completions(),
        batches=BatchReader(lambda: store.packing),
        device_use_case=settings.device_use_case,
        hosts=allowed_hosts(settings.host, settings.public_url),
        guessing=Guessing(),
        rhythms=Rhythms(),
        refusals=Refusals(),
        is_demo=is_demo,
    )
    table = route_table(settings.benchmark_routes)
    router = build_router(table, routes.NOT_FOUND, context, error_answer)

    async def application(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] == "http":
            await router(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _answer_lifespan(receive, send, context.batches.close)

    return application


def route_table(with_benchmark_routes: bool = False) -> tuple[Route, ...]:
    """Every route that is served, in the order in which they are tried."""
    extra = routes.BENCHMARK if with_benchmark_routes else ()
    first = (*routes.HOT, *routes.PICTURES, *routes.USE_CASES, *device_routes.ROUTES, *routes.HEALTH)
    described = (*first, *routes.BOOTSTRAP, *routes.WORKSPACE)
    front = (FRONT_DOOR, *docs_page.routes_for((FRONT_DOOR, *described)), *pages.ROUTES, *dashboard_routes.ROUTES)
    return (*first, *extra, *routes.BOOTSTRAP, *front, *routes.WORKSPACE)


async def open_front_door(request: ApiRequest) -> Answer:
    """`GET /` leads people to the dashboard, and is the key check for clients that bring `api_key` (contract 4.1)."""
    if request.query("api_key") is not None:
        return await bootstrap.check_key(request)
    return await sign_in.open_start(request)


FRONT_DOOR = Route(
    method="GET",
    path="/",
    handler=open_front_door,
    summary="Which workspace a key belongs to, as inference servers ask; without a key, the way to the dashboard",
    needs_key=False,
    reply=bootstrap.KeyCheck,
    errors=(401,),
    parameters=(Parameter("api_key", "the key"),),
)


async def _answer_lifespan(receive: asgi.Receive, send: asgi.Send, close: Callable[[], Awaitable[None]]) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # At once, so that of two servers which start together only one has the port.
        listener.listen(_MOST_WAITING_CONNECTIONS)
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def address_of(listener: socket.socket) -> str:
    """The address to type on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def tune_interpreter() -> None:
    """For a process whose work is to take events in."""
    sys.setswitchinterval(_SWITCH_INTERVAL_SECONDS)
    gc.freeze()
    gc.set_threshold(*_COLLECTOR_THRESHOLDS)


def run_server(
    settings: Settings,
    store: Store,
    blobs: Blobs,
    listener: socket.socket,
    when_ready: Callable[[], None] | None = None,
    before_close: Callable[[], None] | None = None,
    *,
    more_listeners: Sequence[socket.socket] = (),
    is_demo: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT: then take no more connections, answer what is under way, commit, close.

    `when_ready` is called once requests are answered, `before_close` when the last one was, before the store closes.
    """
    tune_interpreter()
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    address = address_of(listener)
    admin_key = secrets.token_hex(32)
    application = build_application(settings, store, blobs, address, admin_key, is_demo=is_demo)
    config = uvicorn.Config(
        application,
        log_config=None,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,
    )
    run_file = settings.data / RUN_FILE
    write_private(run_file, msgspec.json.encode(RunningServer(address, os.getpid(), admin_key)))
    janitor = Janitor(store, blobs, settings.limits)
    try:
        _Server(config, when_ready).run(sockets=[listener, *more_listeners])
    finally:
        run_file.unlink(missing_ok=True)
        janitor.close()
        if before_close is not None:
            before_close()
        store.close()


def _give_way() -> None:
    """Let the thread that makes small pictures run after everything else; on Linux, threads have a priority each."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class _Server(uvicorn.Server):
    """uvicorn, saying when it listens, and ending with status 0 after a signal."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._when_ready is not None and not self.should_exit:
            self._when_ready()

    def handle_exit(self, sig: int, frame: object) -> None:
        # uvicorn would raise the signal again after its orderly end; an orderly end is a success.
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        else:
            self.should_exit = True
