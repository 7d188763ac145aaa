"""`python -m benchmarks.peers`, from the root of the repository: install the peers, measure all side by side, print,
and write docs/peers.md's tables."""

import argparse
import functools
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from benchmarks.generator import EventStream
from benchmarks.peers.fiftyone import FiftyOne
from benchmarks.peers.mongodb import MongoDb
from benchmarks.peers.postgresql import PostgreSql
from benchmarks.peers.rounds import (
    FULL,
    QUICK,
    WAYS,
    Effort,
    PeerMaker,
    Results,
    fill_peers,
    measure_ingestion,
    measure_questions,
    start_peers,
    write_events,
)
from benchmarks.peers.sightlog import Sightlog
from benchmarks.peers.tables import peer_parts
from benchmarks.report import Run, say, write_parts

DEFAULT_EVENTS, QUICK_EVENTS = 100_000, 5_000
DEFAULT_OUTPUT = Path("docs/peers.md")
NAMES = ("sightlog", "postgresql", "mongodb", "fiftyone")


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    effort = QUICK if options.quick else FULL
    events = options.events or (QUICK_EVENTS if options.quick else DEFAULT_EVENTS)
    options.cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="sightlog-peers-run-", dir=options.folder))
    folder.chmod(0o711)  # PostgreSQL may run as somebody else.
    run = Run("benchmarks.peers")
    try:
        results = _measure(_makers(options.only or NAMES, options.cache, folder), folder, events, effort)
    finally:
        shutil.rmtree(folder)
    parts = {"peers run": run.heading()} | peer_parts(results)
    for name, content in parts.items():
        print(f"\n{name}\n\n{content}")
    output = options.output or (None if options.quick else DEFAULT_OUTPUT)
    if output is not None:
        write_parts(output, parts)
        say(f"written to {output}")


def _measure(makers: list[tuple[str, PeerMaker]], folder: Path, events: int, effort: Effort) -> Results:
    now = time.time_ns() // 1000
    sent, filling = folder / "sent.ndjson", folder / "filling.ndjson"
    say("making events")
    write_events(EventStream(sum(way.events for way in WAYS), now, seed=21), sent)
    write_events(EventStream(events, now), filling)
    with ExitStack() as stack:
        peers, missing = start_peers(makers, stack)
        ingestion = measure_ingestion(peers, sent, effort)
        # What is not durable is shown in ingestion only: its answers are the same.
        kept = [peer for peer in peers if peer.durable]
        took = fill_peers(kept, filling)
        answers, found = measure_questions(kept, effort)
        return Results(
            events=events,
            missing=missing,
            durable={peer.name: peer.durable for peer in peers},
            facts={peer.name: peer.facts() for peer in peers},
            ingestion=ingestion,
            filling=took,
            answers=answers,
            found=found,
        )


def _makers(names: Sequence[str], cache: Path, folder: Path) -> list[tuple[str, PeerMaker]]:
    makers: list[tuple[str, PeerMaker]] = []
    for name in NAMES:
        if name not in names:
            continue
        if name == "sightlog":
            makers.append(("Sightlog", functools.partial(Sightlog, folder)))
        elif name == "postgresql":
            makers.append(("PostgreSQL + FastAPI", functools.partial(PostgreSql, cache, folder)))
        else:
            kind = MongoDb if name == "mongodb" else FiftyOne
            makers += [
                (f"{kind.__name__}", functools.partial(kind, cache, folder)),
                (f"{kind.__name__}, not durable", functools.partial(kind, cache, folder, durable=False)),
            ]
    return makers


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--events", type=int, help=f"how many events the questions run on ({DEFAULT_EVENTS:,})")
    parser.add_argument("--quick", action="store_true", help="a short run; writes no file by itself")
    parser.add_argument("--only", nargs="+", choices=NAMES, help="these peers")
    parser.add_argument("--output", type=Path, help=f"the file whose marked parts are replaced ({DEFAULT_OUTPUT})")
    parser.add_argument("--folder", type=Path, help="the disk to measure: data goes into a new folder in here")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "sightlog-peers",
        help="where the peers are installed, once (%(default)s)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
