"""A request as handlers see it: who is calling, what came, and where work may run."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs

from sightlog.domain.api_keys import Caller, Scope
from sightlog.domain.errors import Forbidden, NotFound, TooLarge
from sightlog.operations.api_keys import authenticate
from sightlog.web import asgi
from sightlog.web.context import Context
from sightlog.web.files import FileAnswer
from sightlog.web.streams import StreamAnswer

R = TypeVar("R")

_GATHERED_BYTES = 262_144
_LONGEST_REST_SECONDS = 0.1
_MOST_DIGITS = 15


class ApiRequest:
    """One request. `body` may be read once."""

    def __init__(self, scope: asgi.Scope, receive: asgi.Receive, context: Context) -> None:
        self.context = context
        self.store = context.store
        self.limits = context.limits
        self.now = context.now()
        # Whose key came with it, once it is known.
        self.caller: Caller | None = None
        self._scope = scope
        self._receive = receive

    @property
    def method(self) -> str:
        method: str = self._scope["method"]
        return method

    @property
    def path(self) -> str:
        """The path, percent-decoded, without the query string."""
        path: str = self._scope["path"]
        return path

    @property
    def path_parameters(self) -> dict[str, str]:
        """The named parts of the address, percent-decoded once."""
        parameters: dict[str, str] = self._scope["path_params"]
        return {name: value.replace("\0", "/") for name, value in parameters.items()}

    @property
    def address(self) -> str:
        """The path and the query string, as they came."""
        path: bytes = self._scope.get("raw_path") or self._scope["path"].encode()
        query: bytes = self._scope["query_string"]
        return (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")

    @property
    def client_address(self) -> str:
        """Where the connection comes from: behind a proxy, the proxy. Never a reason to trust anybody."""
        client = self._scope.get("client")
        return str(client[0]) if client else ""

    def path_number(self, name: str) -> int:
        """A number in the address. Raises NotFound for anything else."""
        text = self.path_parameters[name]
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
            raise NotFound("nothing has this number")
        return int(text)

    def header(self, name: bytes) -> str | None:
        """A header by its lowercase name."""
        for key, value in self._scope["headers"]:
            if key == name:
                text: str = value.decode("latin-1")
                return text
        return None

    def query(self, name: str) -> str | None:
        """A parameter of the query string; the last one when it comes twice."""
        found = self.queries().get(name)
        return found[-1] if found else None

    def queries(self) -> dict[str, list[str]]:
        """All parameters of the query string, each with its values in their order."""
        return parse_qs(self._scope["query_string"].decode("latin-1"), keep_blank_values=True)

    def bearer_key(self) -> str | None:
        """The key of the Authorization header."""
        given = self.header(b"authorization")
        if given is None:
            return None
        scheme, _, secret = given.partition(" ")
        return secret.strip() if scheme.lower() == "bearer" else None

    def brings_key(self) -> bool:
        """Whether a key came with it, in any of the places for one; a wrong one too."""
        headers = (b"authorization", b"x-api-key")
        return any(self.header(name) is not None for name in headers) or self.query("api_key") is not None

    def require(self, *any_of: Scope, key_in_query: bool = False) -> Caller:
        """Who is calling, by the header. Raises Unauthenticated, or Forbidden without one of these scopes."""
        secret = self.bearer_key()
        if secret is None and key_in_query:
            secret = self.query("api_key")
        return self.allow(authenticate(self.store, secret, self.now), any_of)

    def allow(self, caller: Caller, any_of: tuple[Scope, ...]) -> Caller:
        """The caller, when its key has one of these scopes. Raises Forbidden."""
        self.caller = caller
        if not caller.may(any_of):
            names = " or ".join(f"'{scope.value}'" for scope in any_of)
            raise Forbidden(f"insufficient permissions: this call needs a key with the scope {names}")
        return caller

    async def body(self, limit: int | None = None) -> bytes:
        """The whole body. Raises TooLarge as soon as it is known to be over the limit (of JSON, when not given)."""
        limit = limit or self.limits.json_body_bytes
        announced = self.header(b"content-length")
        if announced is not None and announced.isdigit() and int(announced) > limit:
            raise _too_large(limit)
        message = await self._receive()
        chunk: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(chunk) > limit:
                raise _too_large(limit)
            return chunk
        return await self._rest_of_body(chunk, limit)

    async def _rest_of_body(self, first: bytes, limit: int) -> bytes:
        chunks, size, more = [first], len(first), True
        while more:
            if size > limit:
                raise _too_large(limit)
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
        if size > limit:
            raise _too_large(limit)
        return b"".join(chunks)

    async def stream(self) -> AsyncIterator[bytes]:
        """The body's chunks as they arrive, without a limit of its own. Raises ClientGone when it is cut off."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            yield message.get("body", b"")
            more = message.get("more_body", False)

    async def gathered_stream(self) -> AsyncIterator[bytes]:
        """The body in larger pieces, so that not every packet costs a trip to another thread."""
        waiting: list[bytes] = []
        async for chunk in self.stream():
            waiting.append(chunk)
            if sum(map(len, waiting)) > _GATHERED_BYTES:
                yield b"".join(waiting)
                waiting = []
        yield b"".join(waiting)

    def file(self, path: Path, content_type: str, etag: str) -> FileAnswer:
        """The answer that is a file."""
        return FileAnswer(self._scope, self._receive, path, content_type, etag)

    def streamed(self, pieces: Iterator[bytes], content_type: str, name: str) -> StreamAnswer:
        """The answer that is a file under a name, each of its pieces made in one of the query threads."""
        return StreamAnswer(self._receive, lambda: self.run_query(lambda: next(pieces, None)), content_type, name)

    async def run_shrinking(self, work: Callable[[], R]) -> R:
        """Run what makes a small picture, beside everything else and after it. While events are written,
        the thread rests after each picture as long as it worked: a flood of them must not slow ingestion."""
        pool = self.context.shrinking

        def work_and_rest() -> R:
            began = time.monotonic()
            try:
                return work()
            finally:
                if self.store.is_writing():
                    pool.submit(time.sleep, min(time.monotonic() - began, _LONGEST_REST_SECONDS))

        return await self._run(pool, work_and_rest)

    async def run_query(self, work: Callable[[], R]) -> R:
        """Run what may take long in one of the query threads."""
        return await self._run(self.context.queries, work)

    async def run_errand(self, work: Callable[[], R]) -> R:
        """Run what is short, but waits for the disk, in one of the errand threads."""
        return await self._run(self.context.errands, work)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


class ClientGone(Exception):
    """The client hung up before its request was whole; nobody is there to answer."""


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is longer than {limit:,} bytes")
