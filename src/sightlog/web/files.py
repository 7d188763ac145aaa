"""Answers that are files: ranges, ETag and long caching, because a picture's content never changes."""

from pathlib import Path

from starlette.responses import FileResponse

from sightlog.web import asgi


class FileAnswer:
    """A file as it is on disk. Browsers show it as a picture or not at all: its type is fixed, nothing is sniffed,
    and it may neither run nor load anything."""

    def __init__(self, scope: asgi.Scope, receive: asgi.Receive, path: Path, content_type: str, etag: str) -> None:
        self.status = 200
        self._scope = scope
        self._receive = receive
        self._path = path
        self._content_type = content_type
        self._etag = f'"{etag}"'

    async def send(self, send: asgi.Send, request_id: bytes, without_body: bool = False) -> None:
        """Send it, a part of it, or that it has not changed."""
        headers = {
            "etag": self._etag,
            "cache-control": "private, max-age=31536000, immutable",
            "content-security-policy": "default-src 'none'; sandbox",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-request-id": request_id.decode(),
        }
        if self._is_known_to_caller():
            self.status = 304
            raw = [(name.encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": 304, "headers": raw})
            await send({"type": "http.response.body", "body": b""})
            return
        response = FileResponse(self._path, headers=headers, media_type=self._content_type)
        await response(self._scope, self._receive, send)

    def _is_known_to_caller(self) -> bool:
        for name, value in self._scope["headers"]:
            if name == b"if-none-match":
                tags = [tag.strip().removeprefix("W/") for tag in value.decode("latin-1").split(",")]
                return "*" in tags or self._etag in tags
        return False
