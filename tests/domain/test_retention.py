"""How long events are kept, and what clients are told."""

import pytest

from sightlog.domain.retention import cutoff_of, is_beyond_lookback, reported_lookback_days

DAY = 86_400_000_000
NOW = 20_000 * DAY


@pytest.mark.parametrize(("days", "told"), [(1, 1), (365, 365), (0, 36_500)])
def test_clients_are_told_a_number_of_days_also_when_it_is_for_ever(days: int, told: int) -> None:
    assert reported_lookback_days(days) == told


def test_an_event_at_the_very_edge_is_still_kept() -> None:
    assert not is_beyond_lookback(NOW - 30 * DAY, 30, NOW)
    assert is_beyond_lookback(NOW - 30 * DAY - 1, 30, NOW)
    assert cutoff_of(30, NOW) == NOW - 30 * DAY


def test_nothing_is_too_old_for_a_workspace_that_keeps_everything() -> None:
    assert not is_beyond_lookback(0, 0, NOW)
    assert cutoff_of(0, NOW) is None
