"""What a store promises about people: users, their roles, their sessions and the links that sign them in.

As in `store/contract.py`: methods are synchronous, a write returns after its commit, times are microseconds.
"""

from typing import Protocol

from sightlog.domain.users import Role, Session, User


class People(Protocol):
    """Tokens come in as hashes, passwords as Argon2id hashes; neither ever goes out in clear."""

    def create(self, name: str, now: int, *, is_owner: bool = False) -> User:
        """Raises NameTaken when somebody, not removed, has the same name key."""
        ...

    def all_users(self) -> list[User]:
        """In the order of their making, without removed ones. `last_seen_at` is the last sign of life of any of their
        sessions, ended ones too."""
        ...

    def find_user(self, name: str) -> User | None:
        """By name (its key); None for an unknown or removed one."""
        ...

    def set_role(self, user: int, workspace: int, role: Role | None) -> None:
        """Give a role in a workspace, or take it away (None). Sessions follow at once."""
        ...

    def password_of(self, user: int) -> str | None:
        """The Argon2id hash, or None."""
        ...

    def set_password(self, user: int, hash: str | None) -> None:
        """Keep a password's hash; every session of the user ends."""
        ...

    def remove(self, user: int, now: int) -> None:
        """The user's roles, sessions and links go at once; the name may be given anew. Idempotent."""
        ...

    def add_link(self, hash: bytes, user: int, expires_at: int) -> None:
        """A link that signs in once until it expires. Links that have long expired are cleared away."""
        ...

    def link_state(self, hash: bytes, now: int) -> str:
        """`good`, `used`, `expired` or `unknown`. Looking at it does not use it up."""
        ...

    def use_link(self, hash: bytes, now: int) -> User | None:
        """Whom the link signs in, exactly once; None when it is used, expired or unknown."""
        ...

    def add_session(self, hash: bytes, user: int, csrf: str, agent: str, now: int) -> None:
        """Sign a user in. Sessions that are over are cleared away."""
        ...

    def find_session(self, hash: bytes, now: int) -> Session | None:
        """The session with this token's hash, unless it is over; notes, once a minute at most, that it was seen."""
        ...

    def sessions_of(self, user: int, now: int) -> list[Session]:
        """The user's sessions that are not over, newest sign of life first."""
        ...

    def end_session(self, user: int, session: int) -> None:
        """End a session of this user at once. Idempotent."""
        ...

    def end_sessions(self, user: int, *, kept: int | None = None) -> None:
        """End all sessions of this user at once, but the one to be kept."""
        ...
