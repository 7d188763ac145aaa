"""People who use the dashboard: their roles, their sessions, and the links that sign them in."""

import hashlib
import secrets
from enum import StrEnum

from msgspec import Struct

from sightlog.domain.api_keys import Scope
from sightlog.domain.errors import Invalid

LINK_MINUTES = 15
SESSION_IDLE_DAYS = 14
SESSION_DAYS = 90
LEAST_PASSWORD_LETTERS = 10
MOST_PASSWORD_LETTERS = 256


class Role(StrEnum):
    """What a person may do in a workspace; each role may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    ADMIN = "admin"

    def may(self, least: "Role") -> bool:
        """Whether this role includes another one."""
        return ROLES.index(self) >= ROLES.index(least)


ROLES = tuple(Role)
MAY = {
    Role.VIEWER: "read",
    Role.OPERATOR: "also give feedback",
    Role.EDITOR: "also manage use cases and delete events",
    Role.ADMIN: "also manage people and keys",
}
_SCOPES = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.OPERATOR: frozenset({Scope.READ}),
    Role.EDITOR: frozenset({Scope.READ, Scope.WRITE, Scope.MANAGE}),
    Role.ADMIN: frozenset({Scope.READ, Scope.WRITE, Scope.MANAGE}),
}


class User(Struct, frozen=True, kw_only=True, rename="camel"):
    """A person. `roles` has a role for each workspace, by its number; an owner is an admin of all of them."""

    number: int
    name: str
    is_owner: bool
    has_password: bool
    created_at: int
    roles: dict[int, Role] = {}
    last_seen_at: int | None = None

    def role_in(self, workspace: int) -> Role | None:
        """The role in a workspace, by its number; None for who has no business there."""
        return Role.ADMIN if self.is_owner else self.roles.get(workspace)

    def may_stand_in_for(self, other: "User") -> bool:
        """Whether this person may sign the other one in, or set their password: only when that opens nothing which
        this person may not manage anyway."""
        if self.is_owner or other.number == self.number:
            return True
        return not other.is_owner and all(self.role_in(workspace) is Role.ADMIN for workspace in other.roles)


class Session(Struct, frozen=True, kw_only=True):
    """Somebody who is signed in. `id` names the session in lists; the secret in the cookie is kept as a hash only.
    Times in microseconds."""

    id: int
    user: User
    csrf: str
    created_at: int
    last_seen_at: int
    agent: str

    def is_over(self, now: int) -> bool:
        """Whether it was idle, or is old, for too long."""
        day = 86_400_000_000
        return now > self.last_seen_at + SESSION_IDLE_DAYS * day or now > self.created_at + SESSION_DAYS * day


def new_token() -> str:
    """The secret of a link, a session or a form: 256 random bits, fit for addresses and cookies."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def scopes_of(role: Role) -> frozenset[Scope]:
    """What a role may do in terms of keys, for operations that ask a caller."""
    return _SCOPES[role]


def parse_role(text: str) -> Role:
    """A role by its name. Raises Invalid."""
    if text not in ROLES:
        raise Invalid.at("role", f"expected one of {', '.join(ROLES)}, got '{text[:40]}'")
    return Role(text)


def check_password(password: str) -> str:
    """The password. Raises Invalid for one that is too short, or too long to be hashed in good time."""
    if not LEAST_PASSWORD_LETTERS <= len(password) <= MOST_PASSWORD_LETTERS:
        raise Invalid.at("password", f"expected {LEAST_PASSWORD_LETTERS} to {MOST_PASSWORD_LETTERS} characters")
    return password
