"""A workspace: the tenant. Every key, use case and event belongs to exactly one."""

from msgspec import Struct


class Workspace(Struct, frozen=True, kw_only=True, rename="camel"):
    """`number` names it inside the store, `slug` on the wire. `lookback_days` 0 keeps events for ever."""

    number: int
    slug: str
    name: str
    created_at: str
    lookback_days: int = 365
    members: int = 1
