"""The dashboard's pages on a store with many events, as a signed-in person gets them: the frame with the first list,
and what arrives after it. The newest events are given a picture first, so that tiles have their overlays to draw."""

import http.client
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from benchmarks.generator import USE_CASES, EventStream
from benchmarks.load import Asking, percentile, request_bytes, run_load
from benchmarks.pictures import photo, upload
from benchmarks.queries import Patience
from benchmarks.report import say
from benchmarks.serving import Server, run_command
from sightlog.operations.workspaces import FIRST_SLUG

_WITH_PICTURES = 300


class PageTiming(Struct, frozen=True):
    """Seconds until the page was there, and its bytes."""

    name: str
    is_late: bool
    first: float
    p50: float
    p95: float
    size: int
    repeats: int


def measure_pages(folder: Path, key: str, stream: EventStream, patience: Patience) -> list[PageTiming]:
    """Ask for each page many times, one after the other, on an otherwise idle server."""
    with Server(folder, key) as server:
        event = _add_pictures(server, key, stream)
        cookie = _sign_in(server, folder)
        asking = Asking(server.host, server.port, key, cookie)
        say("pages")
        use_case = _use_case_id(asking, USE_CASES[0])
        timings = [_time(asking, *page, patience) for page in _pages(use_case, event)]
        asking.close()
    return timings


def _pages(use_case: str, event: str) -> list[tuple[str, str, bool]]:
    """(what it is, its address, whether it arrives after its page)."""
    table = f"/{FIRST_SLUG}/vision-events"
    base = f"{table}/{use_case}"
    rare = "m.serial=SN-000037"
    return [
        ("use cases", table, False),
        ("events as pictures", base, False),
        ("events as rows", f"{base}?view=rows", False),
        ("events, fails and alerts", f"{base}?segment=attention", False),
        ("events, to review", f"{base}?segment=review", False),
        ("events with a value that 0.01 % have", f"{base}?{rare}", False),
        ("an event", f"{base}/events/{quote(event)}", False),
        ("an event beside the list", f"{base}?event={quote(event)}", False),
        ("review mode", f"{base}/review?segment=review", False),
        ("overview", f"{base}/overview", False),
        ("metadata", f"{base}/metadata", False),
        ("the form for a filter", f"{base}/filter", False),
        ("a use case's figures in the table", f"{base}/figures", True),
        ("total of fails and alerts", f"{base}/total?segment=attention", True),
        ("overview: charts of 14 days", f"{base}/overview-charts?last=14d", True),
        ("overview: comparison by device", f"{base}/overview-comparison?last=14d&compare=device", True),
        ("overview: sources", f"{base}/overview-sources", True),
    ]


def _time(asking: Asking, name: str, path: str, is_late: bool, patience: Patience) -> PageTiming:
    times: list[float] = []
    size = 0
    while not times or (len(times) <= patience.repeats and sum(times) < patience.seconds):
        took, status, content = asking.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        times.append(took)
        size = len(content)
    first, *repeats = times if len(times) > 1 else times * 2
    return PageTiming(name, is_late, first, percentile(repeats, 0.5), percentile(repeats, 0.95), size, len(repeats))


def _use_case_id(asking: Asking, name: str) -> str:
    found = msgspec.json.decode(asking.ask("GET", "/vision-events/use-cases")[2])["useCases"]
    return next(str(one["id"]) for one in found if one["name"] == name)


def _add_pictures(server: Server, key: str, stream: EventStream) -> str:
    """Give the newest observations of the largest use case a picture each; the id of one."""
    with closing(http.client.HTTPConnection(server.host, server.port)) as connection:
        ids = [upload(connection, key, photo(seed)) for seed in range(8)]
    last = len(stream.chunks()) - 1
    chosen = [one for one in stream.events(last) if one["useCaseId"] == USE_CASES[0] and "images" in one]
    chosen = chosen[-_WITH_PICTURES:]
    for number, one in enumerate(chosen):
        one["images"][0]["sourceId"] = ids[number % len(ids)]
    bodies = [msgspec.json.encode({"events": chosen[start : start + 100]}) for start in range(0, len(chosen), 100)]
    requests = [request_bytes("POST", "/vision-events/batch", key, body) for body in bodies]
    run_load(server.host, server.port, requests, 1, 60)
    return str(chosen[-1]["eventId"])


def _sign_in(server: Server, folder: Path) -> str:
    """The owner's session cookie, by a sign-in link."""
    link = run_command(folder, "sign-in-link").decode().strip()
    with closing(http.client.HTTPConnection(server.host, server.port)) as connection:
        connection.request("POST", urlsplit(link).path)
        cookie = connection.getresponse().getheader("Set-Cookie")
    if cookie is None:
        raise RuntimeError("the sign-in link signed nobody in")
    return cookie.partition(";")[0]
