"""The side of a worker that runs in a peer's environment: the standard library only, and a client that others write.

Calls come as lines of JSON and are answered likewise. What libraries print goes to standard error.
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Protocol

Event = dict[str, Any]


class Client(Protocol):
    """What a worker asks of a peer's client."""

    def make(self, event: Event) -> Any:
        """The event as the peer takes it; done before the clock starts."""

    def send(self, made: list[Any]) -> None:
        """Store them, and return when the peer says that they are."""

    def make_empty(self) -> None:
        """Forget all events, and have all indexes."""

    def open(self) -> None:
        """Take what another worker has made empty."""

    def ask(self, kind: str, body: Event) -> tuple[float, Any]:
        """(seconds until the answer was there as Python objects, the answer in short)."""

    def facts(self) -> dict[str, Any]:
        """Versions, durability, bytes on the disk."""


class Calls:
    """The methods that can be called."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._made: list[Any] = []
        self.make_empty, self.open = client.make_empty, client.open
        self.ask, self.facts = client.ask, client.facts

    def prepare(self, path: str, first: int, count: int) -> int:
        """Make these events ready; answers how many there are."""
        self._made = [self._client.make(event) for event in _events(path, first, count)]
        return len(self._made)

    def send(self, size: int, seconds: float, threads: int) -> tuple[int, float]:
        """Send what is ready in groups; (events that were stored, seconds)."""
        groups = iter([self._made[start : start + size] for start in range(0, len(self._made), size)])
        lock, stored, failures = threading.Lock(), [0] * threads, []
        began = time.perf_counter()

        def work(number: int) -> None:
            try:
                while time.perf_counter() < began + seconds:
                    with lock:
                        group = next(groups, None)
                    if group is None:
                        return
                    self._client.send(group)
                    stored[number] += len(group)
            except Exception as error:  # noqa: BLE001  # told to the caller below
                failures.append(error)

        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        if failures:
            raise failures[0]
        return sum(stored), time.perf_counter() - began


def _events(path: str, first: int, count: int) -> Iterator[Event]:
    with open(path, encoding="utf-8") as file:
        for line in islice(file, first, first + count):
            yield json.loads(line)


def answer_calls(make_client: Callable[[dict[str, Any]], Client]) -> None:
    """Until the other side closes."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        calls = Calls(make_client(json.loads(sys.argv[1])))
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer = {"result": getattr(calls, asked["call"])(**asked["arguments"])}
            except Exception as error:  # noqa: BLE001  # the caller decides
                traceback.print_exc()
                answer = {"error": f"{type(error).__name__}: {error}"[:1000]}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
