"""Slowing down who guesses passwords: after some wrong ones, a name and an address must wait, longer each time.

Behind a proxy everybody has the same address. So an address may be wrong far more often than a name, and waits seconds
where a name waits minutes.
"""

import threading

from sightlog.domain.errors import TooManyAttempts

_FREE_ATTEMPTS = {"name": 5, "address": 50}
_LONGEST_WAIT_SECONDS = {"name": 300, "address": 10}
_FIRST_WAIT_SECONDS = 2
_FORGOTTEN_AFTER_SECONDS = 3600
_MOST_REMEMBERED = 10_000
_SECOND = 1_000_000


class Guessing:
    """Counts wrong passwords by name and by address, in memory; a restart forgets them."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def check(self, name: str, address: str, now: int) -> None:
        """Raises TooManyAttempts while the name or the address must wait."""
        with self._lock:
            waits = [self._wait(key, now) for key in _keys(name, address)]
        longest = max(waits)
        if longest > 0:
            raise TooManyAttempts(f"too many wrong passwords; try again in {longest} seconds, or use a sign-in link")

    def note_failure(self, name: str, address: str, now: int) -> None:
        """Count a wrong password."""
        with self._lock:
            for key in _keys(name, address):
                count, _ = self._recent(key, now)
                self._failures.pop(key, None)
                self._failures[key] = (count + 1, now)
            while len(self._failures) > _MOST_REMEMBERED:
                del self._failures[next(iter(self._failures))]

    def forget(self, name: str) -> None:
        """The right password came."""
        with self._lock:
            self._failures.pop(_keys(name, "")[0], None)

    def _recent(self, key: str, now: int) -> tuple[int, int]:
        count, last = self._failures.get(key, (0, 0))
        return (0, 0) if now - last > _FORGOTTEN_AFTER_SECONDS * _SECOND else (count, last)

    def _wait(self, key: str, now: int) -> int:
        """Seconds still to wait."""
        count, last = self._recent(key, now)
        kind = key.partition(" ")[0]
        beyond = count - _FREE_ATTEMPTS[kind]
        if beyond < 0:
            return 0
        whole: int = min(_FIRST_WAIT_SECONDS * 2 ** min(beyond, 20), _LONGEST_WAIT_SECONDS[kind])
        return max(0, whole - (now - last) // _SECOND)


def _keys(name: str, address: str) -> tuple[str, str]:
    return "name " + name.strip().casefold()[:256], "address " + address
