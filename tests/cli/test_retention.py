"""`sightlog retention run` beside a server: in calls that are answered soon, however much there is to remove."""

import json
from pathlib import Path

import pytest

from sightlog.cli import retention
from sightlog.operations.commands import Arguments
from sightlog.operations.workspaces import FIRST_SLUG
from tests.builders import an_event, moment
from tests.processes import serving, sightlog


class ThreeCalls:
    """A connection whose third call finishes."""

    def __init__(self) -> None:
        self.calls: list[Arguments] = []

    def run(self, name: str, arguments: Arguments) -> dict[str, int | bool]:
        assert name == "retention.run"
        self.calls.append(arguments)
        return {"tooOld": 1_000, "forRoom": 1, "isFinished": len(self.calls) == 3}


def test_it_calls_until_nothing_is_left_and_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    connection = ThreeCalls()
    assert retention._run_to_the_end(connection) == {"tooOld": 3_000, "forRoom": 3}
    assert [call["seconds"] <= 10 for call in connection.calls] == [True] * 3
    told = capsys.readouterr()
    assert told.err.splitlines() == ["1,001 removed so far ...", "2,002 removed so far ..."]
    assert told.out == ""


def test_beside_a_server_everything_goes(folder: Path) -> None:
    with serving(folder) as server, server.client(server.first_key()) as camera:
        use_case = json.loads(sightlog("use-cases", "create", "Paint line", "--json", data=folder).stdout)["id"]
        for days in (3, 3, 0):
            event = an_event(use_case=use_case, timestamp=moment(days=days))
            assert camera.post("/vision-events", json=event).status_code == 201
        sightlog("workspaces", "set", FIRST_SLUG, "--lookback-days", "2", data=folder)
        removed = json.loads(sightlog("retention", "run", "--json", data=folder).stdout)
    assert removed == {"tooOld": 2, "forRoom": 0, "unusedImages": 0, "ofDeleted": 0}
