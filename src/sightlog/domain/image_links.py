"""Signed links to pictures, which a browser or a script can open without a key until they expire.

The signature covers workspace, picture, size and expiry. The expiry is the end of the next UTC day, so that a link
stays the same all day and caches.
"""

import hashlib
import hmac
import re

from msgspec import Struct

from sightlog.domain.times import MICROSECONDS_PER_DAY

SIZES = ("original", "thumb", "screen")
_SECONDS = re.compile("[0-9]{1,12}")


class LinkSigner(Struct, frozen=True):
    """Makes and checks links with a secret of the data folder; `base` is the public address, or empty."""

    secret: bytes
    base: str

    def link(self, workspace: int, source_id: str, now: int, size: str = "original") -> str:
        """A link to a picture, absolute when there is a public address, else relative to the server."""
        expires = (now // MICROSECONDS_PER_DAY + 2) * 86_400
        shown = "" if size == "original" else f"size={size}&"
        token = self.sign(workspace, source_id, size, expires)
        return f"{self.base}/vision-events/images/{source_id}?{shown}expires={expires}&token={token}"

    def sign(self, workspace: int, source_id: str, size: str, expires: int) -> str:
        """The signature of a link, 64 hex digits."""
        text = f"{workspace}\n{source_id}\n{size}\n{expires}".encode()
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()

    def is_valid(self, workspace: int, source_id: str, size: str, expires: str, token: str, now: int) -> bool:
        """Whether a link's parameters are ours, for this picture, and not expired (seconds since 1970)."""
        if not _SECONDS.fullmatch(expires) or int(expires) * 1_000_000 < now:
            return False
        return hmac.compare_digest(self.sign(workspace, source_id, size, int(expires)).encode(), token.encode())
