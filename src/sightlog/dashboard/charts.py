"""Charts as numbers that a template draws: from figures to shapes, in the units of the drawing."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from sightlog.domain.aggregates import Figures, Group

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
    """A share in the middle of its bucket; hollow when it stands for few, unfinished while the bucket goes on."""

    x: float
    y: float
    is_hollow: bool
    is_unfinished: bool


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
    return found, _ticks(top, short_count)


def shares(buckets: Sequence[Figures], last_is_unfinished: bool = False) -> tuple[list[Point], list[Tick]]:
    """The share of fails of each bucket with checks; the scale begins at 0."""
    found = [_share(one) for one in buckets if one.checked >= LEAST_CHECKS]
    # Where there are few checks everywhere, they make the scale; else they may lie beyond it.
    top = nice_top(100 * max(found or [_share(one) for one in buckets], default=0.0))
    step = WIDTH / max(len(buckets), 1)
    points = [
        Point(
            round(step * (at + 0.5), 1),
            round(HEIGHT - HEIGHT * min(100 * _share(one) / top, 1), 1),
            one.checked < LEAST_CHECKS,
            last_is_unfinished and at == len(buckets) - 1,
        )
        for at, one in enumerate(buckets)
        if one.checked
    ]
    return points, _ticks(top, lambda value: f"{value:g} %")


def nice_top(most: float) -> float:
    """The end of a scale: a round number that is at least what is shown, and has a round half."""
    top = 1.0
    while True:
        for factor in (1, 2, 3, 4, 5, 6, 8):
            if top * factor >= most:
                return top * factor
        top *= 10


def short_count(value: float) -> str:
    """`800`, `1.5k`, `20M`; nothing for a part of one."""
    if not value.is_integer():
        return ""
    for unit, word in ((1_000_000, "M"), (1000, "k")):
        if value >= unit:
            return f"{value / unit:g}{word}"
    return f"{value:g}"


def _ticks(top: float, words: Callable[[float], str]) -> list[Tick]:
    return [Tick(round(HEIGHT - HEIGHT * part, 1), words(top * part)) for part in (0, 0.5, 1)]


class BarRow(Struct, frozen=True):
    """A value of a comparison; widths are of 100. The share of fails is hollow when it stands for few."""

    group: Group
    width: float
    bad_width: float
    share_width: float
    is_hollow: bool


def bars(groups: Sequence[Group]) -> list[BarRow]:
    """Two bars for each group: as long as its count beside the largest one, with its fails and alerts within it; and as
    long as its share of fails beside the largest share of those with enough checks."""
    most = max((group.count for group in groups), default=0) or 1
    top = max((_share(group) for group in groups if group.checked >= LEAST_CHECKS), default=0.0) or 1.0
    return [
        BarRow(
            group,
            round(100 * group.count / most, 2),
            round(100 * (group.fails + group.alerts) / most, 2),
            round(100 * min(_share(group) / top, 1), 2),
            group.checked < LEAST_CHECKS,
        )
        for group in groups
    ]


def _share(figures: Figures) -> float:
    return figures.fails / figures.checked if figures.checked else 0.0
