"""`python -m benchmarks.interpreter_lock`: what a busy thread costs the thread that writes.

sqlite3 lets go of the interpreter's lock at every step of a statement and wants it back at once. When a busy thread
wakes up in time to take it, it gives it back only after the switch interval. With executemany each row is a step, and
may wait that long; a statement with many rows is one step. The server therefore writes many rows a statement
(`insert_rows`) and shortens the interval; this prints what each of the two is worth. Who wins a race for the lock
changes with whatever else the machine does, so each measurement is repeated.
"""

import argparse
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from msgspec import Struct

from benchmarks.apart import apart
from benchmarks.report import Run, milliseconds, rate, say, share, table, write_parts
from sightlog.store.sqlite.connection import Row, insert_rows, open_for_writing

FACTS_PER_EVENT = 15
_EVENTS_PER_COMMIT = 100
_COMMITS = 300
_INTERVALS = (0.005, 0.0005)
_BODY = "x" * 1200
_TABLES = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, event_id TEXT UNIQUE, body TEXT);
CREATE TABLE facts (bucket, field, value, seq, PRIMARY KEY (bucket, field, value, seq)) WITHOUT ROWID;
"""
_EVENTS, _FACTS = "INSERT INTO events (seq, event_id, body)", "INSERT INTO facts (bucket, field, value, seq)"

Insert = Callable[[sqlite3.Connection, str, list[Row]], None]


class Found(Struct, frozen=True):
    """Events a second of the writing thread, and turns a second of the busy one."""

    events: float
    turns: float


def _insert_row_by_row(connection: sqlite3.Connection, into: str, rows: list[Row]) -> None:
    connection.executemany(f"{into} VALUES ({', '.join('?' * len(rows[0]))})", rows)


WAYS: dict[str, Insert] = {
    "executemany, a row a step": _insert_row_by_row,
    "many rows a statement": insert_rows,
}


class _Busy(threading.Thread):
    """Does what an event loop under load does: Python, without a pause."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.turns = 0
        self._stopped = False

    def run(self) -> None:
        while not self._stopped:
            sum(range(100))
            self.turns += 1

    def stop(self) -> None:
        self._stopped = True
        self.join()


def measure(way: str | None, interval: float, seconds: float, *, busy: bool) -> Found:
    """Let a writing thread, a busy one, or both run for so long in this process; without a way nothing is written."""
    groups = [_rows(number * _EVENTS_PER_COMMIT) for number in range(_COMMITS)] if way else []
    sys.setswitchinterval(interval)
    thread = _Busy()
    with tempfile.TemporaryDirectory(prefix="sightlog-bench-") as folder:
        connection = open_for_writing(Path(folder))
        connection.executescript(_TABLES)
        if busy:
            thread.start()
        began = time.perf_counter()
        if way is None:
            time.sleep(seconds)
        events = _write(connection, WAYS[way], groups, began + seconds) if way else 0
        took = time.perf_counter() - began
        if busy:
            thread.stop()
        connection.close()
    return Found(events / took, thread.turns / took)


def _write(
    connection: sqlite3.Connection, insert: Insert, groups: list[tuple[list[Row], list[Row]]], deadline: float
) -> int:
    """Commit group after group until the time is over; how many events that were."""
    for number, (events, facts) in enumerate(groups):
        if time.perf_counter() > deadline:
            return number * _EVENTS_PER_COMMIT
        connection.execute("BEGIN IMMEDIATE")
        insert(connection, _EVENTS, events)
        insert(connection, _FACTS, facts)
        connection.execute("COMMIT")
    return len(groups) * _EVENTS_PER_COMMIT


def _rows(first: int) -> tuple[list[Row], list[Row]]:
    """The rows of one commit, the facts in no order, as a store gets them that does not sort."""
    random = Random(first)
    numbers = range(first, first + _EVENTS_PER_COMMIT)
    facts: list[Row] = [
        (first // 1000, f"field-{field:02d}", random.random(), number)
        for number in numbers
        for field in range(FACTS_PER_EVENT)
    ]
    random.shuffle(facts)
    return [(number, f"{random.getrandbits(128):032x}", _BODY) for number in numbers], facts


def lock_table(seconds: float, repeats: int) -> str:
    """Every combination, each time in a process of its own."""
    alone = apart(measure, None, _INTERVALS[0], seconds, busy=True).turns
    rows = []
    for interval in _INTERVALS:
        for way in WAYS:
            say(f"  {way}, {milliseconds(interval)} ms")
            calm = _repeated(way, interval, seconds, repeats, busy=False)
            beside = _repeated(way, interval, seconds, repeats, busy=True)
            rows.append(_row(f"{way}; {milliseconds(interval)} ms", calm, beside, alone))
    head = (
        "how rows are written; switch interval",
        "alone, events/s",
        "**beside a busy thread**",
        "lowest, highest",
        "**of alone**",
        "left to the busy thread",
    )
    return table(head, rows)


def _repeated(way: str, interval: float, seconds: float, repeats: int, *, busy: bool) -> list[Found]:
    return [apart(measure, way, interval, seconds, busy=busy) for _ in range(repeats)]


def _row(name: str, calm: Sequence[Found], beside: Sequence[Found], alone: float) -> tuple[str, ...]:
    rates = [found.events for found in beside]
    before, median = statistics.median(found.events for found in calm), statistics.median(rates)
    turns = statistics.median(found.turns for found in beside)
    return (
        name,
        rate(before),
        f"**{rate(median)}**",
        f"{rate(min(rates))}, {rate(max(rates))}",
        f"**{share(median / before)}**",
        share(turns / alone),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.interpreter_lock", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each measurement takes at most (2)")
    parser.add_argument("--repeats", type=int, default=5, help="how often each is taken (5)")
    parser.add_argument("--output", type=Path, help="a Markdown file whose marked part is replaced")
    options = parser.parse_args()
    run = Run("benchmarks.interpreter_lock")
    found = lock_table(options.seconds, options.repeats)
    text = f"{run.heading()}\n\n{found}"
    print(text)
    if options.output is not None:
        write_parts(options.output, {"interpreter lock": text})


if __name__ == "__main__":
    main()
