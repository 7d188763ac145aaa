"""Under which host names the dashboard answers, so that no page elsewhere can make a browser talk to it by a name that
leads here (DNS rebinding)."""

import ipaddress
import socket
from urllib.parse import urlsplit

from msgspec import Struct

from sightlog.domain.errors import Forbidden

_ALWAYS = ("localhost", "127.0.0.1", "::1")


class AllowedHosts(Struct, frozen=True):
    """`names` as they may stand in a Host header, without the port; `any_address` allows every IP address, which is
    safe because rebinding needs a name."""

    names: frozenset[str]
    any_address: bool

    def check(self, header: str | None) -> None:
        """Raises Forbidden, saying which setting would allow the name."""
        name = host_of(header or "")
        if name in self.names or (self.any_address and _is_address(name)):
            return
        raise Forbidden(
            f"the dashboard does not answer as '{name[:80]}'; whoever runs this server can allow it: "
            "SIGHTLOG_PUBLIC_URL=https://THIS-NAME, the address that people use"
        )


def allowed_hosts(bound_to: str, public_url: str) -> AllowedHosts:
    """From the address that the server listens on and the one that people use."""
    everywhere = bound_to in ("0.0.0.0", "::")  # noqa: S104  # compared, not bound
    own = {bound_to.lower(), host_of(urlsplit(public_url).netloc)}
    if everywhere:
        own |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return AllowedHosts(frozenset({*_ALWAYS, *own} - {""}), everywhere)


def host_of(header: str) -> str:
    """The name of a Host header, in lowercase and without port and brackets."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def is_this_machine(header: str) -> bool:
    """Whether a Host header names an address that only this machine reaches."""
    return host_of(header) in _ALWAYS


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
