"""Passwords: Argon2id, at the library's recommended cost (RFC 9106, low-memory profile)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """What is kept of a password; it names its own salt and cost."""
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def is_password(kept: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return _hasher.verify(kept, password.encode("utf-8", "surrogatepass"))
    except (Argon2Error, InvalidHashError):
        return False


def waste_time(password: str) -> None:
    """Take as long as a check takes, so that the time does not tell which names exist."""
    is_password(_nobodys(), password)


@cache
def _nobodys() -> str:
    return hash_password("nobody has this password")
