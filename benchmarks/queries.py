"""Queries over HTTP: each alone, many times with changing values, beside a route that answers at once and beside
the newest rows read by their index without any server of ours."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
from msgspec import Struct, structs

from benchmarks.ceilings import newest_rows
from benchmarks.generator import AUDITED, CLASSES, LINES, OPERATORS_PER_LINE, USE_CASES, USUAL_FIRMWARE
from benchmarks.load import Asking, percentile
from benchmarks.report import say
from benchmarks.serving import Memory, Server
from sightlog.domain.times import MICROSECONDS_PER_DAY, format_timestamp
from sightlog.store.sqlite.connection import DATABASE_FILE

PAGE_EVENTS = 50
_EVENTS, _QUERY, _COUNT = "/vision-events", "/vision-events/query", "/vision-events/count"
Body = dict[str, Any]


class Question(Struct, frozen=True):
    """A request to time: `body` is given the number of the repeat, so that values can change; without it, a GET.
    `event` is stored before each time, so that nothing can be answered as it was the last time."""

    name: str
    path: str
    body: Callable[[int], Body] | None = None
    event: Body | None = None


class Timing(Struct, frozen=True):
    """Seconds: the first time, and the repeats'. `answer` is how many events came first, or the count, or the status
    of a refusal."""

    name: str
    first: float
    p50: float
    p99: float
    repeats: int
    answer: str
    cold: float | None = None
    """The first time after the server's start with none of the database in the system's cache."""


class Answers(Struct, frozen=True):
    """The timings by group, and the server's start and memory on that many events."""

    queries: list[Timing]
    counts: list[Timing]
    overviews: list[Timing]
    nothing: Timing
    newest_rows: float
    start_seconds: float
    idle_memory: Memory
    memory: Memory


class Patience(Struct, frozen=True):
    """How often to repeat each question, and for how many seconds at most."""

    repeats: int
    seconds: float
    cold: bool = True


FULL = Patience(300, 4.0)
QUICK = Patience(20, 0.5, cold=False)


def _metadata(field: str, operator: str, value: Any) -> Body:
    return {"customMetadataFilters": [{"field": field, "operator": operator, "value": value}]}


def _both(*filters: Body) -> Body:
    together = [one for given in filters for one in given["customMetadataFilters"]]
    return {"customMetadataFilters": together}


def _detection(name: str, least: float) -> Body:
    confidence = {"operator": "gte", "value": least}
    return {"detection": {"operator": "eq", "value": name, "confidence": confidence}}


def _serial(repeat: int) -> str:
    return f"SN-{repeat * 37 % 10_000:06d}"


def _line(repeat: int) -> str:
    return f"line-{repeat % LINES}"


def _operators_of_other_line(repeat: int) -> list[str]:
    first = (repeat + 3) % LINES * OPERATORS_PER_LINE
    return [f"op-{first + number:02d}" for number in range(OPERATORS_PER_LINE)]


_ALL_OPERATORS = [f"op-{number:02d}" for number in range(LINES * OPERATORS_PER_LINE)]
_AUDITED: Body = {"useCaseId": AUDITED}
# The rows of the report: (what is asked, the filters of the nth repeat).
_FILTERS: tuple[tuple[str, Callable[[int], Body]], ...] = (
    ("no filter", lambda n: {}),
    ("metadata equal, 0.01 %", lambda n: _metadata("serial", "eq", _serial(n))),
    ("metadata equal, 10 %", lambda n: _metadata("line", "eq", _line(n))),
    ("metadata equal, 90 %", lambda n: _metadata("passed", "eq", True)),
    ("metadata equal, no match (many values)", lambda n: _metadata("serial", "eq", f"SN-none-{n}")),
    ("metadata equal, no match (few values)", lambda n: _metadata("line", "eq", f"line-none-{n}")),
    ("metadata range, 0.07 %", lambda n: _metadata("temperature", "gt", 44.979)),
    ("metadata range, 10 %", lambda n: _metadata("temperature", "gt", 42)),
    ("metadata contains, 0.2 % (10,000 values)", lambda n: _metadata("serial", "contains", str(100 + n * 7 % 900))),
    ("class rare, confidence ≥ 0.9", lambda n: _detection(CLASSES[-1], 0.9)),
    ("class rare, confidence ≥ 0.998", lambda n: _detection(CLASSES[-1], 0.998)),
    ("class common, confidence ≥ 0.9", lambda n: _detection(CLASSES[0], 0.9)),
    ("class common, confidence ≥ 0.9985", lambda n: _detection(CLASSES[0], 0.9985)),
    ("device", lambda n: {"deviceId": {"operator": "eq", "value": f"cam-{n % 200:03d}"}}),
    ("type", lambda n: {"eventTypes": ["safety_alert"]}),
    ("result", lambda n: {"eventFieldFilters": [{"column": "result", "operator": "eq", "value": "fail"}]}),
    ("feedback incorrect", lambda n: {"feedbackStatus": ["incorrect"]}),
    ("feedback none, nearly all", lambda n: {"feedbackStatus": ["none"]}),
    ("feedback none, nearly nothing", lambda n: {"feedbackStatus": ["none"]} | _AUDITED),
    ("warnings, 0.1 %", lambda n: {"hasWarnings": True}),
    ("metadata neq, nearly nothing", lambda n: _metadata("firmware", "neq", USUAL_FIRMWARE)),
    ("metadata not_in, nearly nothing", lambda n: _metadata("operator", "not_in", _ALL_OPERATORS)),
    ("metadata exists: false, nearly nothing", lambda n: _metadata("operator", "exists", False)),
    ("two: 10 % and 10 %", lambda n: _both(_metadata("line", "eq", _line(n)), _metadata("temperature", "gt", 42))),
    ("two: 0.01 % and 90 %", lambda n: _both(_metadata("serial", "eq", _serial(n)), _metadata("passed", "eq", True))),
    (
        "two: 10 % and 10 %, nothing in common",
        lambda n: _both(_metadata("line", "eq", _line(n)), _metadata("operator", "in", _operators_of_other_line(n))),
    ),
)
_COUNTS: tuple[tuple[str, Callable[[int], Body]], ...] = (
    ("count of 1 %", lambda n: _metadata("temperature", "gt", 44.7)),
    ("count of 10 %", lambda n: _metadata("line", "eq", _line(n))),
    ("count of 10 %, at most 10,000", lambda n: _metadata("line", "eq", _line(n)) | {"atMost": 10_000}),
)


def questions(end: int) -> list[Question]:
    """The queries of the report, against the largest use case unless they name another."""
    day = {
        "startTime": format_timestamp(end - 11 * MICROSECONDS_PER_DAY),
        "endTime": format_timestamp(end - 10 * MICROSECONDS_PER_DAY),
    }
    rows = (*_FILTERS, ("one day, ten days ago", lambda n: day))
    return [Question(name, _QUERY, _on_largest(filters, {"limit": PAGE_EVENTS})) for name, filters in rows]


def _on_largest(filters: Callable[[int], Body], more: Body) -> Callable[[int], Body]:
    return lambda repeat: {"useCaseId": USE_CASES[0]} | more | filters(repeat)


def measure_queries(folder: Path, key: str, end: int, patience: Patience) -> Answers:
    """Start a server on a filled folder and ask everything; the system's file cache is as the filling left it."""
    with Server(folder, key) as server:
        idle = server.memory()
        asking = Asking(server.host, server.port, key)
        say("queries: pages")
        queries = [_time(asking, question, patience) for question in questions(end)]
        say("queries: counts and overviews")
        counts = [_time(asking, Question(name, _COUNT, _on_largest(one, {})), patience) for name, one in _COUNTS]
        overviews = [_time(asking, question, patience) for question in _overviews(asking)]
        nothing = _time(asking, Question("no-op route", "/-/noop", _on_largest(lambda n: {}, {})), patience)
        asking.close()
        starts = (server.start_seconds, idle, server.memory())
    newest = _time_newest_rows(folder / DATABASE_FILE, patience)
    if patience.cold:
        say("queries: with a cold cache")
        rows = zip(queries, questions(end), strict=True)
        queries = [structs.replace(timing, cold=_time_cold(folder, key, question)) for timing, question in rows]
    return Answers(
        queries=queries,
        counts=counts,
        overviews=overviews,
        nothing=nothing,
        newest_rows=newest,
        start_seconds=starts[0],
        idle_memory=starts[1],
        memory=starts[2],
    )


def _time_cold(folder: Path, key: str, question: Question) -> float:
    """The first answer of a server to this question, with the database's pages only on the disk."""
    for file in (folder / DATABASE_FILE, folder / f"{DATABASE_FILE}-wal"):
        if file.exists():
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)
    with Server(folder, key) as server:
        asking = Asking(server.host, server.port, key)
        asking.ask("GET", "/vision-events/use-cases")
        took, _ = _ask(asking, question, 0)
        asking.close()
    return took


def _overviews(asking: Asking) -> list[Question]:
    page = msgspec.json.decode(asking.ask("POST", _QUERY, msgspec.json.encode({"useCaseId": USE_CASES[0]}))[2])
    use_case = quote(USE_CASES[0])
    sent = ("eventType", "timestamp", "deviceId", "streamId", "workflowId", "eventData", "customMetadata")
    event = {name: value for name, value in page["events"][0].items() if name in sent} | {"useCaseId": USE_CASES[0]}
    return [
        Question("use-case list", "/vision-events/use-cases"),
        Question("metadata schema", f"/vision-events/custom-metadata-schema/{use_case}"),
        Question("facets", f"/vision-events/facets/{use_case}"),
        Question("use-case list, after a new event", "/vision-events/use-cases", event=event),
        Question("schema, after a new event", f"/vision-events/custom-metadata-schema/{use_case}", event=event),
        Question("facets, after a new event", f"/vision-events/facets/{use_case}", event=event),
        Question("one event by its id", f"/vision-events/events/{page['events'][-1]['eventId']}"),
        Question("unfiltered count", _COUNT, _on_largest(lambda n: {}, {})),
    ]


def _time(asking: Asking, question: Question, patience: Patience) -> Timing:
    first, answer = _ask(asking, question, 0)
    times: list[float] = []
    deadline = time.perf_counter() + patience.seconds
    while not times or (len(times) < patience.repeats and time.perf_counter() < deadline):
        times.append(_ask(asking, question, len(times) + 1)[0])
    return Timing(question.name, first, percentile(times, 0.5), percentile(times, 0.99), len(times), answer)


def _ask(asking: Asking, question: Question, repeat: int) -> tuple[float, str]:
    """(seconds, what was answered in short)."""
    if question.event is not None:
        _, status, answer = asking.ask("POST", _EVENTS, msgspec.json.encode(question.event | {"eventId": str(uuid4())}))
        if status != 201:
            raise RuntimeError(f"{status}: {answer.decode(errors='replace')[:500]}")
    if question.body is None:
        took, status, answer = asking.ask("GET", question.path)
    else:
        took, status, answer = asking.ask("POST", question.path, msgspec.json.encode(question.body(repeat)))
    if status not in (200, 201):
        return took, f"error {status}"
    if question.path == _QUERY:
        page = msgspec.json.decode(answer)
        return took, f"{len(page['events'])}{'+' if page['hasMore'] else ''}"
    return took, f"{msgspec.json.decode(answer)['count']:,}" if question.path == _COUNT else ""


def _time_newest_rows(database: Path, patience: Patience) -> float:
    read = newest_rows(database)
    times = []
    for _ in range(patience.repeats):
        began = time.perf_counter()
        assert read()
        times.append(time.perf_counter() - began)
    return percentile(times, 0.5)
