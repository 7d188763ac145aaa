"""Small bars of one a day, as numbers that a template draws."""

from collections.abc import Sequence

from msgspec import Struct

from sightlog.domain.aggregates import Figures

HEIGHT, BAR_WIDTH, GAP = 24, 5, 2


class Bar(Struct, frozen=True):
    """A day's bar from the bottom up, its lower part the fails and alerts; units are those of the drawing."""

    x: int
    height: float
    bad_height: float
    count: int
    bad: int


def sparkline(days: Sequence[Figures]) -> list[Bar]:
    """Bars that fill the height at the largest day; a day with events is never invisible, nor are its fails."""
    most = max((day.count for day in days), default=0) or 1
    bars = []
    for place, day in enumerate(days):
        bad = day.fails + day.alerts
        height = max(HEIGHT * day.count / most, 1.0) if day.count else 0.0
        bad_height = max(height * bad / day.count, 1.0) if bad else 0.0
        bars.append(
            Bar(
                place * (BAR_WIDTH + GAP),
                round(height, 1),
                round(bad_height, 1),
                day.count,
                bad,
            )
        )
    return bars
