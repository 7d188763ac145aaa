"""Requests byte by byte, for what a well-behaved client would not send."""

import json
import socket
from contextlib import suppress
from typing import Any

from tests.expect import Caller
from tests.processes import Server


class Socket:
    """A bare connection."""

    def __init__(self, server: Server) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, content: bytes) -> None:
        # The server may have answered and hung up already; what it said is what counts.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(content)

    def answer(self) -> tuple[int, dict[str, Any]]:
        """The status and body of one reply."""
        received = b""
        while b"\r\n\r\n" not in received or not received.rstrip().endswith(b"}"):
            more = self._socket.recv(65536)
            if not more:
                break
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), json.loads(body[body.index(b"{") :])


def head(caller: Caller, *headers: str, path: str = "/vision-events") -> bytes:
    """The lines of a POST before its body."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {caller.key}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()
