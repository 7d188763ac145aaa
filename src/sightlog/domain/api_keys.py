"""API keys: random secrets with scopes. Only their hash is kept."""

import hashlib
import secrets
from enum import StrEnum

from msgspec import Struct

from sightlog.domain.errors import Invalid

PREFIX = "sl_"


class Scope(StrEnum):
    """What a key may do. The first four are the contract's (2.3); `manage` is ours."""

    READ = "vision-events:read"
    WRITE = "vision-events:write"
    MANAGE = "vision-events:manage"
    DEVICE_READ = "device:read"
    DEVICE_UPDATE = "device:update"


MAY_READ = (Scope.READ, Scope.DEVICE_READ)
MAY_WRITE = (Scope.WRITE, Scope.DEVICE_UPDATE)
MAY_MANAGE = (Scope.MANAGE,)

# The guide page spells two of them with a dot and in camel case (contract, conflict 1).
ALIASES = {scope.value.replace("vision-events:", "visionEvents.").replace(":", "."): scope for scope in Scope}


class SourceDefaults(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What an event's source is when the event does not say: the workflow block never does (contract 12)."""

    device_id: str | None = None
    stream_id: str | None = None
    workflow_id: str | None = None


NO_DEFAULTS = SourceDefaults()


class ApiKey(Struct, frozen=True, kw_only=True, rename="camel"):
    """A key without its secret. `scopes` None means full access. Times are formatted timestamps; `last_used_at` is a
    minute or so behind."""

    number: int
    name: str
    hint: str
    scopes: list[Scope] | None
    workspace_number: int
    created_at: str
    revoked_at: str | None = None
    last_used_at: str | None = None
    defaults: SourceDefaults = NO_DEFAULTS


class Caller(Struct, frozen=True, kw_only=True):
    """Who is asking: the workspace, its slug, and what the key may do. `key` is None for the command line."""

    workspace: int
    workspace_slug: str
    lookback_days: int
    key: int | None
    scopes: frozenset[Scope] | None
    defaults: SourceDefaults | None = None

    def may(self, any_of: tuple[Scope, ...]) -> bool:
        """Whether one of these scopes is held; a key without named scopes has all."""
        return self.scopes is None or not self.scopes.isdisjoint(any_of)


def new_secret() -> str:
    """A new key: 256 random bits behind `sl_`. The SDK takes a key without a lowercase letter for a
    dummy (contract, fact 3); the prefix settles that."""
    return PREFIX + secrets.token_hex(32)


def hash_of(secret: str) -> bytes:
    """What is stored of a key. SHA-256 is enough, because a key is 256 random bits and not a password."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def hint_of(secret: str) -> str:
    """The end of a key, by which its owner recognises it in a list."""
    return "…" + secret[-4:]


def parse_scopes(texts: list[str]) -> list[Scope] | None:
    """Scopes by their names, in the contract's colon spelling or the guide's dotted one; none means all."""
    if not texts:
        return None
    known = {scope.value: scope for scope in Scope} | ALIASES
    unknown = [text for text in texts if text not in known]
    if unknown:
        raise Invalid.at("scopes", f"unknown scope '{unknown[0]}'; known: {', '.join(scope.value for scope in Scope)}")
    return list(dict.fromkeys(known[text] for text in texts))
