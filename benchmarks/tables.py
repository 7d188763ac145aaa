"""The tables of docs/performance.md."""

from collections.abc import Sequence

from benchmarks.in_process import Fill, rate_between
from benchmarks.ingestion import (
    BATCH,
    BATCH_CONNECTIONS,
    BATCH_EVENTS,
    CHECK,
    NOTHING,
    PAUSE_SECONDS,
    SINGLE,
    SINGLE_CONNECTIONS,
    Cell,
    Ingestion,
)
from benchmarks.meanwhile import Meanwhile
from benchmarks.pages import PageTiming
from benchmarks.queries import Answers, Timing
from benchmarks.report import milliseconds, rate, share, table, times


def ingestion_parts(found: Ingestion) -> dict[str, str]:
    """The parts about writing."""
    return {
        "single posts": _single_posts(found),
        "one lonely client": _lonely_client(found),
        "batches": _batches(found),
        "in process": _in_process(found),
    }


def _single_posts(found: Ingestion) -> str:
    head = (
        "connections",
        "no-op route, requests/s",
        "read and check only, events/s",
        "**stored, events/s**",
        "**of read and check**",
        "p50 ms",
        "p99 ms",
        "processor: server, client",
    )
    rows = []
    for count in SINGLE_CONNECTIONS:
        nothing, check, single = (found.singles[count, path] for path in (NOTHING, CHECK, SINGLE))
        rows.append(
            (
                str(count),
                rate(nothing.load.rate),
                rate(check.load.rate),
                f"**{rate(single.load.rate)}**",
                f"**{share(single.load.rate / check.load.rate)}**",
                milliseconds(single.load.p50),
                milliseconds(single.load.p99),
                _processors(single),
            )
        )
    ceiling = found.client_ceiling
    note = (
        f"The client alone, against a process that answers at once (16 connections): {rate(ceiling.rate)} requests/s"
        f" with {share(ceiling.client_busy)} of a processor. On the no-op route it used"
        f" {share(found.singles[16, NOTHING].load.client_busy)} of one, the server"
        f" {share(found.singles[16, NOTHING].server_busy)}."
    )
    return f"{table(head, rows)}\n\n{note}"


def _processors(cell: Cell) -> str:
    return f"{share(cell.server_busy)}, {share(cell.load.client_busy)}"


def _lonely_client(found: Ingestion) -> str:
    nothing, single = found.singles[1, NOTHING].load.p50, found.singles[1, SINGLE].load.p50
    head = ("p50, ms", "no-op route", "4 KiB and its flush", "their sum", "**single post**", "**times the sum**")
    ways = {
        "flushes one after the other": found.flush,
        f"with {PAUSE_SECONDS * 1000:g} ms between flushes": found.flush_with_pauses,
    }
    rows = []
    for name, flush in ways.items():
        total = nothing + flush
        rows.append((name, *map(milliseconds, (nothing, flush, total, single)), times(single / total)))
    return table(head, rows)


def _batches(found: Ingestion) -> str:
    head = (
        "connections",
        "no-op route, events/s",
        "**stored, events/s**",
        "**of raw rows**",
        "p50 ms",
        "p99 ms",
        "processor: server, client",
    )
    rows = []
    for count in BATCH_CONNECTIONS:
        nothing, batch = found.batches[count, NOTHING], found.batches[count, BATCH]
        events = batch.load.rate * BATCH_EVENTS
        rows.append(
            (
                str(count),
                rate(nothing.load.rate * BATCH_EVENTS),
                f"**{rate(events)}**",
                f"**{share(events / found.raw.by_100)}**",
                milliseconds(batch.load.p50),
                milliseconds(batch.load.p99),
                _processors(batch),
            )
        )
    return table(head, rows)


def _in_process(found: Ingestion) -> str:
    raw, store = found.raw, found.store
    rows = [
        ("raw rows in groups of 100", rate(raw.by_100), "1", f"{1e6 / raw.by_100:.1f}"),
        ("raw rows in groups of 1,600", rate(raw.by_1600), share(raw.by_1600 / raw.by_100), f"{1e6 / raw.by_1600:.1f}"),
    ]
    for name, value in (
        ("typed decode of a batch, nothing else", store.decode),
        ("decode, check, derive the facts; nothing stored", store.read),
        ("store alone, events read before, one batch at a time", store.store_only),
        ("store alone, events read before, up to 16 batches waiting", store.store_only_16_waiting),
        ("read and store, one batch at a time", store.read_and_store),
        ("read and store, up to 16 batches waiting", store.read_and_store_16_waiting),
        ("read by the second process and store, 16 batches under way", store.read_apart_and_store),
    ):
        rows.append((name, rate(value), share(value / raw.by_100), f"{1e6 / value:.1f}"))
    note = f"Memory of the server after its loads: {found.memory.own:.0f} MB."
    return f"{table(('fresh file, no HTTP', 'events/s', 'of raw rows', 'µs an event'), rows)}\n\n{note}"


def stored_parts(fill: Fill, answers: Answers) -> dict[str, str]:
    """The parts about a store with many events."""
    return {
        "filling": _filling(fill, answers),
        "queries": _timings(answers.queries, answers),
        "counts": _timings(answers.counts, answers),
        "overviews": _timings(answers.overviews, answers),
    }


def _filling(fill: Fill, answers: Answers) -> str:
    marks = fill.marks
    events = marks[-1][0]
    tenth = max(1, (len(marks) - 1) // 10)
    rows = [
        ("events", f"{events:,}"),
        ("stored a second, on the whole", rate(rate_between(marks[0], marks[-1]))),
        ("stored a second, the first tenth", rate(rate_between(marks[0], marks[tenth]))),
        ("stored a second, the last tenth", rate(rate_between(marks[-1 - tenth], marks[-1]))),
        ("JSON as sent, bytes an event", rate(fill.json_bytes / events)),
        ("on disk, bytes an event", rate(fill.disk_bytes / events)),
        ("on disk, of the JSON", f"**{share(fill.disk_bytes / fill.json_bytes)}**"),
    ]
    rows += [
        (f"of it `{name}`, bytes an event", f"{size / events:,.0f}")
        for name, size in fill.bytes_by_table.items()
        if size > fill.disk_bytes / 200
    ]
    rows += [
        ("server: start until ready", f"{answers.start_seconds:.1f} s"),
        ("server: memory when started", f"{answers.idle_memory.own:.0f} MB"),
        ("server: memory after all queries", f"{answers.memory.own:.0f} MB"),
        ("the same with mapped pages of the database", f"{answers.memory.with_files:.0f} MB"),
    ]
    return table(("", ""), rows)


def _timings(timings: Sequence[Timing], answers: Answers) -> str:
    head = (
        "newest 50 in the largest use case",
        "answer",
        "p50 ms",
        "p99 ms",
        "first ms",
        "cold ms",
        "of no-op",
        "repeats",
    )
    if timings is not answers.queries:
        head = ("question", *head[1:])
    rows = [_timing_row(timing, answers.nothing.p50) for timing in timings]
    if timings is answers.queries:
        ceilings = [
            _timing_row(answers.nothing, answers.nothing.p50),
            (
                "*ceiling: rows by their numbers, no server*",
                "50",
                milliseconds(answers.newest_rows),
                "",
                "",
                "",
                "",
                "",
            ),
        ]
        rows = ceilings + rows
    return table(head, rows)


def pages_part(found: Sequence[PageTiming]) -> str:
    """The dashboard's pages: frames with their first list, and then what arrives after them."""
    rows = [
        (
            one.name,
            milliseconds(one.p50),
            milliseconds(one.p95),
            milliseconds(one.first),
            f"{one.size / 1000:,.0f}",
            "late" if one.is_late else "< 50",
        )
        for one in sorted(found, key=lambda one: one.is_late)
    ]
    return table(("page", "p50 ms", "p95 ms", "first ms", "kB", "goal for p95, ms"), rows)


def meanwhile_part(found: Meanwhile) -> str:
    """What goes on beside what, and how much of its rate alone is left."""

    def of_alone(value: float) -> str:
        return share(value / found.alone)

    removal = f"{found.removed:,} events in {found.removal_seconds:.0f} s"
    times_before = times(found.queries_beside_removal / found.queries_beside_ingestion)
    rows = [
        ("*ceiling: raw rows on top of as many, in groups of 100, a second*", rate(found.raw_rows), "", ""),
        ("batches stored, events/s", rate(found.alone), "", ""),
        ("the same, of raw rows", share(found.alone / found.raw_rows), "", "≥ 0.5 at ten million"),
        ("batches stored beside an export", rate(found.beside_export), of_alone(found.beside_export), "≥ 0.7"),
        ("export, MB/s", f"{found.export_alone / 1e6:.1f}", "", "≥ 30"),
        ("export beside ingestion, MB/s", f"{found.export_beside / 1e6:.1f}", "", ""),
        ("growth of the server's memory in an export, MB", f"{found.export_growth:.0f}", "", "flat"),
        (
            f"batches stored beside a removal ({removal})",
            rate(found.beside_removal),
            of_alone(found.beside_removal),
            "≥ 0.7",
        ),
        ("queries on an idle server, p99 ms", milliseconds(found.queries_alone), "", ""),
        ("queries beside ingestion, p99 ms", milliseconds(found.queries_beside_ingestion), "", ""),
        (
            "queries beside ingestion and a removal, p99 ms",
            milliseconds(found.queries_beside_removal),
            f"{times_before} beside ingestion",
            "≤ 2 ×",
        ),
        ("start after kill -9 until ready, s", f"{found.start_after_kill:.1f}", "", "< 3"),
    ]
    return table(("", "", "of alone", "goal"), rows)


def _timing_row(timing: Timing, nothing: float) -> tuple[str, ...]:
    return (
        timing.name,
        timing.answer,
        milliseconds(timing.p50),
        milliseconds(timing.p99),
        milliseconds(timing.first),
        "" if timing.cold is None else milliseconds(timing.cold),
        times(timing.p50 / nothing),
        str(timing.repeats),
    )
