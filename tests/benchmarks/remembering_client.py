"""A peer's client that keeps events in a file of its own, for the tests of workers: `python -m` runs it."""

import time
from pathlib import Path
from typing import Any

from benchmarks.peers.worker import Event, answer_calls


class RememberingClient:
    """Each thread appends lines; `refuses` names an event that cannot be stored."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._file = Path(options["file"])
        self._refuses = options.get("refuses")

    def make(self, event: Event) -> str:
        print("libraries may print")
        return str(event["eventId"])

    def send(self, made: list[str]) -> None:
        if self._refuses in made:
            raise ValueError(f"{self._refuses} cannot be stored")
        with self._file.open("a") as file:
            file.write("".join(f"{one}\n" for one in made))

    def make_empty(self) -> None:
        self._file.write_text("")

    def open(self) -> None:
        assert self._file.exists(), "the first worker makes it"

    def ask(self, kind: str, body: Event) -> tuple[float, Any]:
        began = time.perf_counter()
        return time.perf_counter() - began, [kind, body, self._file.read_text().splitlines()]

    def facts(self) -> dict[str, Any]:
        return {}


if __name__ == "__main__":
    answer_calls(RememberingClient)
