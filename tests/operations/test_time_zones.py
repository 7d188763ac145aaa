"""Which zone a workspace's times are in."""

from zoneinfo import ZoneInfo

import pytest

from sightlog.domain.errors import Invalid
from sightlog.domain.workspaces import Workspace
from sightlog.operations.time_zones import check_time_zone, server_zone, zone_of


def a_workspace(time_zone: str | None) -> Workspace:
    return Workspace(number=1, slug="w", name="W", created_at="", time_zone=time_zone)


@pytest.mark.parametrize("value", ["Asia/Kolkata", ":Asia/Kolkata"])
def test_servers_zone_is_that_of_tz(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TZ", value)
    assert server_zone() == ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize("value", ["CET-1CEST,M3.5.0,M10.5.0/3", "/etc/passwd", "../..", "nowhere", ""])
def test_tz_that_names_no_zone_is_passed_over(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.delenv("TZ", raising=False)
    without = server_zone()
    monkeypatch.setenv("TZ", value)
    assert server_zone() == without


def test_workspaces_own_zone_wins_and_one_that_is_gone_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert zone_of(a_workspace("America/Lima")) == ZoneInfo("America/Lima")
    assert zone_of(a_workspace(None)) == zone_of(a_workspace("Old/Zone")) == ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "/etc/passwd", "../../etc/passwd", "Europe", "a\0b", "x" * 5000])
def test_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="Europe/Berlin"):
        check_time_zone(name)
    assert check_time_zone("Europe/Berlin") == "Europe/Berlin"
