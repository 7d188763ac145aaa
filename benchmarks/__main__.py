"""`python -m benchmarks`, from the root of the repository: measure, print, and write docs/performance.md's tables."""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks import ingestion, queries
from benchmarks.apart import apart
from benchmarks.generator import EventStream
from benchmarks.in_process import fill
from benchmarks.meanwhile import measure_meanwhile
from benchmarks.pages import measure_pages
from benchmarks.report import Run, say, write_parts
from benchmarks.serving import make_data_folder
from benchmarks.tables import ingestion_parts, meanwhile_part, pages_part, stored_parts

QUICK_EVENTS = 20_000
DEFAULT_OUTPUT = Path("docs/performance.md")


def main() -> None:
    options = _options()
    events = options.events or (QUICK_EVENTS if options.quick else 1_000_000)
    now = time.time_ns() // 1000
    folder = Path(tempfile.mkdtemp(prefix="sightlog-bench-", dir=options.folder))
    parts: dict[str, str] = {}
    try:
        if options.only != "queries":
            run = Run("benchmarks")
            effort = ingestion.QUICK if options.quick else ingestion.FULL
            found = ingestion_parts(ingestion.measure_ingestion(folder, now, effort))
            parts |= {"ingestion run": run.heading()} | found
        if options.only != "ingestion":
            run = Run("benchmarks")
            patience = queries.QUICK if options.quick else queries.FULL
            found = _measure_stored(folder, EventStream(events, now), patience)
            parts |= {"queries run": run.heading()} | found
    finally:
        shutil.rmtree(folder)
    if options.parts_for:
        parts = {f"{name}, {options.parts_for}": content for name, content in parts.items()}
    for name, content in parts.items():
        print(f"\n{name}\n\n{content}")
    output = options.output or (None if options.quick else DEFAULT_OUTPUT)
    if output is not None:
        write_parts(output, parts)
        say(f"written to {output}")


def _measure_stored(folder: Path, stream: EventStream, patience: queries.Patience) -> dict[str, str]:
    place = folder / "filled"
    key = make_data_folder(place)
    say(f"filling: {stream.count:,} events")
    filled = apart(fill, place, key, stream)
    parts = stored_parts(filled, queries.measure_queries(place, key, stream.end, patience))
    parts["pages"] = pages_part(measure_pages(place, key, stream, patience))
    seconds, days = (2.0, 3) if patience is queries.QUICK else (10.0, 3)
    parts["meanwhile"] = meanwhile_part(measure_meanwhile(place, key, stream, seconds, days))
    return parts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, help="how many events the queries run on (1,000,000)")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; writes no file by itself")
    parser.add_argument("--output", type=Path, help=f"the file whose marked parts are replaced ({DEFAULT_OUTPUT})")
    parser.add_argument("--only", choices=("ingestion", "queries"), help="one half of it")
    parser.add_argument("--parts-for", help="a word for the names of the parts, which then stand beside the usual ones")
    parser.add_argument("--folder", type=Path, help="the disk to measure: data goes into a new folder in here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
