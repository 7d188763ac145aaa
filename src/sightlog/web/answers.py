"""Answers: status, headers and body, sent in one piece."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from sightlog.web.asgi import Send

Header = tuple[bytes, bytes]
JSON_TYPE = b"application/json"
HTML_TYPE = b"text/html; charset=utf-8"


class Answer(Struct, frozen=True):
    """A whole answer."""

    status: int
    body: bytes
    content_type: bytes = JSON_TYPE
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send, request_id: bytes, without_body: bool = False) -> None:
        """Send it with its length, its request id and `nosniff`."""
        headers: list[Header] = [
            (b"content-type", self.content_type),
            (b"content-length", str(len(self.body)).encode()),
            (b"x-request-id", request_id),
            (b"x-content-type-options", b"nosniff"),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if without_body else self.body})


def json_answer(value: Any, status: int = 200, headers: Sequence[Header] = ()) -> Answer:
    """A JSON answer of anything that msgspec encodes."""
    return Answer(status, msgspec.json.encode(value), JSON_TYPE, tuple(headers))


def created(value: Any) -> Answer:
    """201: the clients demand exactly this code (contract, fact 1)."""
    return json_answer(value, 201)
