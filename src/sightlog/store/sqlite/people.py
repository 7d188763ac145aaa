"""People on SQLite: what `store/people.py` promises, handed to the modules that keep it."""

import sqlite3
from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from sightlog.domain.users import Role, Session, User
from sightlog.store.sqlite import sessions, users
from sightlog.store.sqlite.readers import Readers

R = TypeVar("R")

_MICROSECONDS_BETWEEN_NOTES = 60_000_000


class _Write(Protocol):
    """Runs a job in the writer's transaction."""

    def __call__(self, job: Callable[[sqlite3.Connection], R]) -> R: ...


class SqlitePeople:
    """See `sightlog.store.people.People`. Sessions are remembered, because every picture of a page asks for one; any
    change of people puts a new memory in place, so that a look-up which began before it cannot bring one back."""

    def __init__(self, write: _Write, readers: Readers) -> None:
        self._write = write
        self._readers = readers
        self._remembered: dict[bytes, Session] = {}

    def create(self, name: str, now: int, *, is_owner: bool = False) -> User:
        return self._change(lambda c: users.create(c, name, now, is_owner=is_owner))

    def all_users(self) -> list[User]:
        return self._read(users.all_of_them)

    def find_user(self, name: str) -> User | None:
        return self._read(lambda c: users.by_name(c, name))

    def set_role(self, user: int, workspace: int, role: Role | None) -> None:
        self._change(lambda c: users.set_role(c, user, workspace, role))

    def password_of(self, user: int) -> str | None:
        return self._read(lambda c: users.password_of(c, user))

    def set_password(self, user: int, hash: str | None) -> None:
        self._change(lambda c: users.set_password(c, user, hash))

    def remove(self, user: int, now: int) -> None:
        self._change(lambda c: users.remove(c, user, now))

    def add_link(self, hash: bytes, user: int, expires_at: int) -> None:
        self._write(lambda c: users.add_link(c, hash, user, expires_at))

    def link_state(self, hash: bytes, now: int) -> str:
        return self._read(lambda c: users.link_state(c, hash, now))

    def use_link(self, hash: bytes, now: int) -> User | None:
        return self._write(lambda c: users.use_link(c, hash, now))

    def add_session(self, hash: bytes, user: int, csrf: str, agent: str, now: int) -> None:
        self._write(lambda c: sessions.add(c, hash, user, csrf, agent, now))

    def find_session(self, hash: bytes, now: int) -> Session | None:
        remembered = self._remembered
        session = remembered.get(hash) or self._read(lambda c: sessions.find(c, hash))
        if session is None or session.is_over(now):
            remembered.pop(hash, None)
            return None
        if now - session.last_seen_at > _MICROSECONDS_BETWEEN_NOTES:
            number, user = session.id, session.user.number
            self._write(lambda c: sessions.note_seen(c, number, user, now))
            session = msgspec.structs.replace(session, last_seen_at=now)
        remembered[hash] = session
        return session

    def sessions_of(self, user: int, now: int) -> list[Session]:
        return [session for session in self._read(lambda c: sessions.of_user(c, user)) if not session.is_over(now)]

    def end_session(self, user: int, session: int) -> None:
        self._change(lambda c: sessions.end(c, user, session))

    def end_sessions(self, user: int, *, kept: int | None = None) -> None:
        self._change(lambda c: sessions.end_all(c, user, kept))

    def _read(self, question: Callable[[sqlite3.Connection], R]) -> R:
        with self._readers.snapshot() as connection:
            return question(connection)

    def _change(self, job: Callable[[sqlite3.Connection], R]) -> R:
        done = self._write(job)
        self._remembered = {}
        return done
