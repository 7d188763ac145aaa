"""Figures into Markdown tables, and tables into the marked parts of a Markdown file."""

import os
import platform
import sqlite3
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path


def say(line: str) -> None:
    """Progress, apart from the results."""
    print(line, file=sys.stderr, flush=True)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns, but for the first, are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rate(value: float) -> str:
    """Something a second, in three figures: 12,300."""
    digits = max(0, len(str(int(value))) - 3)
    return f"{round(value, -digits):,.0f}"


def milliseconds(seconds: float) -> str:
    """In as many places as matter: 0.123, 12.3, 1,230."""
    value = seconds * 1000
    if value >= 100:
        return rate(value)
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def share(value: float) -> str:
    """Of one: 0.34; a small one keeps two figures."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def times(value: float) -> str:
    """How many times as much: 3.4 ×."""
    return f"{value:.1f} ×" if value < 100 else f"{value:,.0f} ×"


class Run:
    """When, where and by what command figures came about, and how much the machine did besides."""

    def __init__(self, module: str) -> None:
        self._command = " ".join(["python -m", module, *sys.argv[1:]])
        self._began, self._busy, self._own = time.perf_counter(), _busy_seconds(), sum(os.times()[:4])

    def heading(self) -> str:
        """The line above the tables; call it when the measurements are done and their processes have ended."""
        took = time.perf_counter() - self._began
        others = max(0.0, _busy_seconds() - self._busy - (sum(os.times()[:4]) - self._own)) / took
        return (
            f"{datetime.now(UTC):%Y-%m-%d}, `{self._command}`: {_machine()}. It took {took / 60:.1f} minutes, in which"
            f" other work used {others:.1f} cores."
        )


def _busy_seconds() -> float:
    """Processor time that all processes of the machine have used so far, where the system tells."""
    for line in _lines(Path("/proc/stat"))[:1]:
        user, nice, system = map(int, line.split()[1:4])
        return (user + nice + system) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.machine(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (
        f"{len(os.sched_getaffinity(0))} cores ({model}), {memory:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def write_parts(path: Path, parts: dict[str, str]) -> None:
    """Replace what stands between `<!-- bench: NAME -->` and `<!-- bench: end -->`; a part that the file lacks is
    added at its end."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for name, content in parts.items():
        begin, end = f"<!-- bench: {name} -->", "<!-- bench: end -->"
        before, found, after = text.partition(begin)
        rest = after.partition(end)[2] if found else "\n"
        separator = "" if found or not before else "\n"
        text = f"{before}{separator}{begin}\n{content}\n{end}{rest}"
    path.write_text(text, encoding="utf-8")
