"""From an address to a handler: the route table's rows, grouped by path, around Starlette's matching."""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import unquote

import starlette.routing
from msgspec import Struct

from sightlog.domain.api_keys import Scope
from sightlog.domain.errors import MethodNotAllowed, Unauthenticated, VisionEventsError
from sightlog.web import asgi
from sightlog.web.answers import Answer
from sightlog.web.context import Context
from sightlog.web.files import FileAnswer
from sightlog.web.requests import ApiRequest, ClientGone
from sightlog.web.streams import StreamAnswer

logger = logging.getLogger("sightlog.requests")

AnyAnswer = Answer | FileAnswer | StreamAnswer
Handler = Callable[[ApiRequest], Awaitable[AnyAnswer]]
ErrorAnswer = Callable[[VisionEventsError, str], Answer]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Parameter(Struct, frozen=True):
    """A parameter of a query string, for the description of the API."""

    name: str
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()


class Route(Struct, frozen=True, kw_only=True):
    """A row of the route table: it serves the route and describes it."""

    method: str
    path: str
    handler: Handler
    summary: str
    scopes: tuple[Scope, ...] = ()
    needs_key: bool = True
    body: Any = None
    reply: Any = None
    status: int = 200
    errors: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    content_types: tuple[str, ...] = ("application/json",)
    is_described: bool = True
    error_answer: ErrorAnswer | None = None


class Endpoint:
    """All methods of one path. Errors become answers here, and only here."""

    def __init__(self, routes: Sequence[Route], context: Context, error_answer: ErrorAnswer) -> None:
        self._handlers = {route.method: route.handler for route in routes}
        self._allowed = sorted(self._handlers)
        self._sending = {route.method for route in routes if Scope.WRITE in route.scopes}
        self._context = context
        self._error_answer = routes[0].error_answer or error_answer

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one request."""
        request_id = _request_id(scope)
        method = scope["method"]
        answer: AnyAnswer
        request = ApiRequest(scope, receive, self._context)
        try:
            answer = await self._answer(request, method)
        except VisionEventsError as error:
            self._remember(request, error)
            answer = self._error_answer(error, request_id)
            logger.info("%s %s %d %s %s", method, scope["path"], answer.status, error.code, request_id)
        except ClientGone:
            return
        except Exception:
            logger.exception("%s %s failed, request %s", method, scope["path"], request_id)
            answer = self._error_answer(VisionEventsError("internal error; the server's log tells more"), request_id)
        logger.debug("%s %s %d %s", method, scope["path"], answer.status, request_id)
        await answer.send(send, request_id.encode(), without_body=method == "HEAD")

    def _remember(self, request: ApiRequest, error: VisionEventsError) -> None:
        """Keep why something that was sent is refused, and who came with a wrong key: see `Refusals`."""
        is_sending = request.method in self._sending
        caller = request.caller
        if caller is None:
            is_of_interest = isinstance(error, Unauthenticated) and (is_sending or request.brings_key())
        else:
            is_of_interest = is_sending
        if is_of_interest:
            self._context.refusals.note(
                None if caller is None else caller.workspace,
                now=request.now,
                method=request.method,
                path=request.path,
                key=None if caller is None else caller.key,
                address=request.client_address,
                code=error.code,
                message=error.message,
                details=[f"{one.path}: {one.message}" if one.path else one.message for one in error.details],
            )

    async def _answer(self, request: ApiRequest, method: str) -> AnyAnswer:
        handler = self._handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            raise MethodNotAllowed(f"{method} is not possible here; {' and '.join(self._allowed)} is")
        return await handler(request)


def _keep_slashes(scope: asgi.Scope) -> None:
    """Match addresses by their parts as they were sent, so that `%2F` in a name stays inside its part. In the matched
    path a NUL stands for it, which no name can hold; `ApiRequest.path_parameters` gives it back."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" in raw.lower():
        parts = raw.partition(b"?")[0].decode("latin-1").split("/")
        scope["path"] = "/".join(unquote(part).replace("/", "\0") for part in parts)


def _request_id(scope: asgi.Scope) -> str:
    """The caller's X-Request-Id when it is a plain word, else a new one."""
    for key, value in scope["headers"]:
        if key == b"x-request-id" and _REQUEST_ID.fullmatch(value.decode("latin-1")):
            given: str = value.decode("latin-1")
            return given
    return secrets.token_hex(8)


def build_router(
    routes: Sequence[Route], not_found: Route, context: Context, error_answer: ErrorAnswer
) -> asgi.Application:
    """The application for a route table, its rows tried in their order; `not_found` answers everything else."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    served = [
        starlette.routing.Route(path, Endpoint(rows, context, error_answer), include_in_schema=False)
        for path, rows in by_path.items()
    ]
    everything = [
        Route(method=method, path="", handler=not_found.handler, summary="")
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    ]
    fallback = Endpoint(everything, context, error_answer)
    router = starlette.routing.Router(served, redirect_slashes=False, default=fallback)

    async def application(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        _keep_slashes(scope)
        await router(scope, receive, send)

    return application
