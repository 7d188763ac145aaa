"""Answers that are written while they are sent, over a real connection: what the other end sees when one breaks off."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from sightlog.domain.errors import QueryTooSlow
from sightlog.web import asgi
from sightlog.web.streams import StreamAnswer
from tests.processes import free_port

Piece = Callable[[int], Awaitable[bytes | None]]


class Source:
    """Makes pieces by their number, and counts them."""

    def __init__(self, make: Piece) -> None:
        self.made = 0
        self._make = make

    async def next_piece(self) -> bytes | None:
        self.made += 1
        return await self._make(self.made)


@contextmanager
def answering(make: Piece) -> Iterator[tuple[str, Source]]:
    """A server that answers every request with these pieces."""
    source = Source(make)

    async def application(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        await StreamAnswer(receive, source.next_piece, "text/plain", "file.txt").send(
            send, b"7", scope["method"] == "HEAD"
        )

    port = free_port()
    config = uvicorn.Config(application, port=port, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}/", source
    finally:
        server.should_exit = True
        thread.join(10)


async def three(number: int) -> bytes | None:
    return b"piece" if number <= 3 else None


def test_all_pieces_arrive_and_then_the_end() -> None:
    with answering(three) as (url, source):
        reply = httpx.get(url, trust_env=False)
        assert reply.content == b"piece" * 3
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert httpx.head(url, trust_env=False).content == b""
        assert source.made == 4  # nothing is made for a question without a body


@pytest.mark.parametrize("error", [QueryTooSlow("too slow"), RuntimeError("a fault")])
def test_a_body_that_breaks_off_does_not_look_whole(error: Exception) -> None:
    async def broken(number: int) -> bytes | None:
        if number == 3:
            raise error
        return b"piece"

    with answering(broken) as (url, _), httpx.stream("GET", url, trust_env=False) as reply:
        assert reply.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            reply.read()


def test_nothing_more_is_made_for_who_has_hung_up() -> None:
    async def endless(_: int) -> bytes | None:
        await asyncio.sleep(0.005)
        return b"piece"

    with answering(endless) as (url, source):
        with httpx.stream("GET", url, trust_env=False) as reply:
            next(reply.iter_raw())
        time.sleep(0.3)
        made = source.made
        time.sleep(0.3)
        assert source.made == made
