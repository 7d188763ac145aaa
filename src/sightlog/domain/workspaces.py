"""A workspace: the tenant. Every key, use case and event belongs to exactly one."""

from msgspec import Struct


class Workspace(Struct, frozen=True, kw_only=True, rename="camel"):
    """`number` names it inside the store, `slug` on the wire. `lookback_days` 0 keeps events for ever. `time_zone` is
    an IANA name; None is the server's."""

    number: int
    slug: str
    name: str
    created_at: str
    lookback_days: int = 365
    time_zone: str | None = None
    members: int = 1
