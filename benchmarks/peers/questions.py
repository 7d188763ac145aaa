"""The questions that all peers are asked, in the words of the Vision Events contract; each peer translates them.

Frequencies are those of benchmarks/generator.py, of the events of the largest use case.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from benchmarks.generator import CLASSES, LINES, USE_CASES

PAGE_EVENTS = 50
PAGE, COUNT, STATISTICS = "page", "count", "statistics"
Body = dict[str, Any]


class Question(Struct, frozen=True):
    """`body` is given the number of the repeat, so that values can change."""

    name: str
    kind: str
    body: Callable[[int], Body]


def _page(name: str, filters: Callable[[int], Body]) -> Question:
    return Question(name, PAGE, lambda repeat: {"useCaseId": USE_CASES[0], "limit": PAGE_EVENTS} | filters(repeat))


def _count(name: str, filters: Callable[[int], Body]) -> Question:
    return Question(name, COUNT, lambda repeat: {"useCaseId": USE_CASES[0]} | filters(repeat))


def _metadata(*conditions: tuple[str, str, Any]) -> Body:
    return {
        "customMetadataFilters": [
            {"field": field, "operator": operator, "value": value} for field, operator, value in conditions
        ]
    }


def _detection(name: str, least: float) -> Body:
    return {"detection": {"operator": "eq", "value": name, "confidence": {"operator": "gte", "value": least}}}


def _serial(repeat: int) -> tuple[str, str, str]:
    return "serial", "eq", f"SN-{repeat * 37 % 10_000:06d}"


def _line(repeat: int) -> tuple[str, str, str]:
    return "line", "eq", f"line-{repeat % LINES}"


_HOT, _VERY_HOT, _PASSED = ("temperature", "gt", 42), ("temperature", "gt", 44.979), ("passed", "eq", True)

QUESTIONS: tuple[Question, ...] = (
    _page("no filter", lambda n: {}),
    _page("metadata equal, 0.01 %", lambda n: _metadata(_serial(n))),
    _page("metadata equal, 10 %", lambda n: _metadata(_line(n))),
    _page("metadata equal, 90 %", lambda n: _metadata(_PASSED)),
    _page("metadata equal, no match", lambda n: _metadata(("serial", "eq", f"SN-none-{n}"))),
    _page("metadata range, 0.07 %", lambda n: _metadata(_VERY_HOT)),
    _page("metadata range, 10 %", lambda n: _metadata(_HOT)),
    _page("class common, confidence ≥ 0.9", lambda n: _detection(CLASSES[0], 0.9)),
    _page("class rare, confidence ≥ 0.9", lambda n: _detection(CLASSES[-1], 0.9)),
    _page("class rare, confidence ≥ 0.998", lambda n: _detection(CLASSES[-1], 0.998)),
    _page("device", lambda n: {"deviceId": {"operator": "eq", "value": f"cam-{n % 200:03d}"}}),
    _page("two: 10 % and 10 %", lambda n: _metadata(_line(n), _HOT)),
    _page("two: 0.01 % and 90 %", lambda n: _metadata(_serial(n), _PASSED)),
    _count("count of 10 %", lambda n: _metadata(_line(n))),
    Question("count, last event and types of a use case", STATISTICS, lambda n: {"useCaseId": USE_CASES[0]}),
)
