"""Answers that are written while they are sent, for what is too long to be held in memory."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from sightlog.domain.errors import VisionEventsError
from sightlog.web import asgi
from sightlog.web.answers import Header

logger = logging.getLogger("sightlog.requests")

NextPiece = Callable[[], Awaitable[bytes | None]]


class StreamAnswer:
    """A file to keep, of unknown length. When a piece cannot be made, the connection is closed before the end of the
    body, which every client reports as an error: half a file never looks whole. Nothing more is made for a client
    that hung up."""

    def __init__(self, receive: asgi.Receive, next_piece: NextPiece, content_type: str, name: str) -> None:
        """`next_piece` gives None at the end; `name` is what the file is called."""
        self.status = 200
        self._receive = receive
        self._next_piece = next_piece
        self._content_type = content_type
        self._name = name

    async def send(self, send: asgi.Send, request_id: bytes, without_body: bool = False) -> None:
        """Send it with its name, its request id and `nosniff`."""
        headers: list[Header] = [
            (b"content-type", self._content_type.encode()),
            (b"content-disposition", _attachment(self._name)),
            (b"cache-control", b"no-store"),
            (b"x-request-id", request_id),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if not without_body:
            hung_up = asyncio.ensure_future(self._wait_until_hung_up())
            try:
                if not await self._send_pieces(send, hung_up, request_id):
                    return  # without the end of the body: the server closes the connection
            finally:
                hung_up.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _send_pieces(self, send: asgi.Send, hung_up: "asyncio.Future[None]", request_id: bytes) -> bool:
        """Whether all of them were sent."""
        try:
            while (piece := await self._next_piece()) is not None:
                if hung_up.done():
                    return False
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except VisionEventsError as error:
            logger.warning("'%s' broke off: %s, request %s", self._name, error.message, request_id.decode())
            return False
        except Exception:
            logger.exception("'%s' broke off, request %s", self._name, request_id.decode())
            return False
        return True

    async def _wait_until_hung_up(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _attachment(name: str) -> bytes:
    """The header by which browsers keep a file under its name; old ones under its plain letters."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}".encode()
