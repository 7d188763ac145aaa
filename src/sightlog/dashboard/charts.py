"""Charts as numbers that a template draws: from figures to shapes, in the units of the drawing."""

from collections.abc import Sequence

from msgspec import Struct

from sightlog.domain.aggregates import Figures, Group
from sightlog.domain.facts import Value

WIDTH, HEIGHT = 960, 160
# With fewer checks a share is drawn hollow: it says little.
LEAST_CHECKS = 20


class Piece(Struct, frozen=True):
    """A part of a column: of the series with this place."""

    series: int
    y: float
    height: float
    count: int


class Column(Struct, frozen=True):
    """A bucket of time."""

    x: float
    width: float
    pieces: list[Piece]
    count: int
    is_unfinished: bool


class Point(Struct, frozen=True):
    """A share in the middle of its bucket; hollow when it stands for few."""

    x: float
    y: float
    share: float
    figures: Figures
    is_hollow: bool


class Tick(Struct, frozen=True):
    """A line of the scale, and its words."""

    y: float
    text: str


def columns(series: Sequence[Sequence[Figures]], last_is_unfinished: bool) -> tuple[list[Column], list[Tick]]:
    """Stacked columns, a bucket each, of the counts of several series; the scale begins at 0."""
    buckets = len(series[0]) if series else 0
    totals = [sum(one[at].count for one in series) for at in range(buckets)]
    top = nice_top(max(totals, default=0))
    step = WIDTH / max(buckets, 1)
    found = []
    for at in range(buckets):
        bottom, pieces = float(HEIGHT), []
        for place, one in enumerate(series):
            height = HEIGHT * one[at].count / top
            if one[at].count:
                bottom -= height
                pieces.append(Piece(place, round(bottom, 1), round(max(height, 0.5), 1), one[at].count))
        gap = min(step * 0.2, 4)
        unfinished = last_is_unfinished and at == buckets - 1
        found.append(Column(round(step * at + gap / 2, 1), round(step - gap, 1), pieces, totals[at], unfinished))
    return found, _ticks(top, lambda value: f"{value:,.0f}")


def shares(buckets: Sequence[Figures]) -> tuple[list[Point], list[Tick]]:
    """The share of fails of each bucket with checks; the scale begins at 0."""
    found = [one.fails / one.checked for one in buckets if one.checked]
    top = nice_top(100 * max(found, default=0.0))
    step = WIDTH / max(len(buckets), 1)
    points = [
        Point(
            round(step * (at + 0.5), 1),
            round(HEIGHT - HEIGHT * (100 * one.fails / one.checked) / top, 1),
            one.fails / one.checked,
            one,
            one.checked < LEAST_CHECKS,
        )
        for at, one in enumerate(buckets)
        if one.checked
    ]
    return points, _ticks(top, lambda value: f"{value:g} %")


def nice_top(most: float) -> float:
    """The end of a scale: 1, 2 or 5 times a power of ten, at least what is shown."""
    top = 1.0
    while True:
        for factor in (1, 2, 5):
            if top * factor >= most:
                return top * factor
        top *= 10


def _ticks(top: float, words: object) -> list[Tick]:
    assert callable(words)
    return [Tick(round(HEIGHT - HEIGHT * part, 1), words(top * part)) for part in (0, 0.5, 1)]


class BarRow(Struct, frozen=True):
    """A value of a comparison; widths are of 100."""

    value: Value | None
    words: str
    figures: Figures
    width: float
    bad_width: float


def bars(groups: Sequence[Group]) -> list[BarRow]:
    """A bar for each group, as long as its count beside the largest one, and its fails and alerts within it."""
    most = max((group.count for group in groups), default=0) or 1
    return [
        BarRow(
            group.value,
            "none" if group.value is None else _words(group.value),
            group,
            round(100 * group.count / most, 2),
            round(100 * (group.fails + group.alerts) / most, 2),
        )
        for group in groups
    ]


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
