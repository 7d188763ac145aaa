"""Two HTTP clients on the loopback: many connections that post as fast as they are answered, and one that asks.

Both speak bytes: requests are made before the clock starts, answers are read no further than their length. The first
must not be what limits the server, so `ceilings.answer_at_once` measures its own limit in every run.
"""

import asyncio
import re
import socket
import time
from collections.abc import Iterator, Sequence
from typing import cast

import uvloop
from msgspec import Struct

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class Load(Struct, frozen=True):
    """What came of a load: answers a second, their times in seconds, and the client's share of a processor."""

    rate: float
    p50: float
    p99: float
    answers: int
    client_busy: float


def request_bytes(method: str, path: str, key: str, body: bytes = b"", cookie: str = "") -> bytes:
    """A whole request with its length."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    if cookie:
        head += f"Cookie: {cookie}\r\n"
    if method == "POST":
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def percentile(times: Sequence[float], share: float) -> float:
    """The time that this share of them stays under."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run_load(
    host: str, port: int, requests: Sequence[bytes], connections: int, seconds: float, *, repeat: bool = False
) -> Load:
    """Post `requests` over so many connections, each waiting for its answer before its next one, until they are
    used up or the time is over. With `repeat` they start anew instead. Raises RuntimeError unless all answers are 201.
    """
    return uvloop.run(_run(host, port, requests, connections, seconds, repeat))


async def _run(host: str, port: int, requests: Sequence[bytes], connections: int, seconds: float, repeat: bool) -> Load:
    loop = asyncio.get_running_loop()
    supply = _forever(requests) if repeat else iter(requests)
    posting = [_Posting(supply) for _ in range(connections)]
    for one in posting:
        await loop.create_connection(lambda one=one: one, host, port)  # type: ignore[misc]
    busy, began = time.process_time(), time.perf_counter()
    for one in posting:
        one.begin(began + seconds)
    await asyncio.gather(*(one.done for one in posting))
    took, busy = time.perf_counter() - began, time.process_time() - busy
    times = [each for one in posting for each in one.times]
    return Load(len(times) / took, percentile(times, 0.5), percentile(times, 0.99), len(times), busy / took)


def _forever(requests: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


class _Posting(asyncio.Protocol):
    """One connection of a load."""

    def __init__(self, supply: Iterator[bytes]) -> None:
        self.times: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._supply = supply
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(f"the server hung up: {exc}"))

    def begin(self, deadline: float) -> None:
        self._deadline = deadline
        self._send_next()

    def _send_next(self) -> None:
        self._sent = time.perf_counter()
        request = next(self._supply, None) if self._sent < self._deadline else None
        if request is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not is_whole(self._received):
            return
        if not self._received.startswith(b"HTTP/1.1 201"):
            self.done.set_exception(RuntimeError(self._received[:500].decode(errors="replace")))
            self._transport.close()
            return
        self.times.append(time.perf_counter() - self._sent)
        self._received = b""
        self._send_next()


def is_whole(received: bytes) -> bool:
    """Whether an answer has arrived completely."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(received, 0, end + 2)
    return length is not None and len(received) >= end + 4 + int(length[1])


class Asking:
    """One connection that sends a request and waits for its answer."""

    def __init__(self, host: str, port: int, key: str, cookie: str = "") -> None:
        self._key = key
        self._cookie = cookie
        self._socket = socket.create_connection((host, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[float, int, bytes]:
        """(seconds, status, body of the answer)."""
        request = request_bytes(method, path, self._key, body, self._cookie)
        began = time.perf_counter()
        self._socket.sendall(request)
        received = self._socket.recv(262_144)
        while not is_whole(received):
            more = self._socket.recv(262_144)
            if not more:
                raise RuntimeError("the server hung up")
            received += more
        took = time.perf_counter() - began
        head, _, answer = received.partition(b"\r\n\r\n")
        return took, int(head[9:12]), answer

    def close(self) -> None:
        self._socket.close()
