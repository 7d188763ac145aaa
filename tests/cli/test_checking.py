"""`sightlog check` and `sightlog rebuild`, on a folder with and without a server."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.builders import an_event
from tests.processes import serving, sightlog


def test_a_folder_is_checked_while_a_server_writes_there_and_rebuilt_only_without_it(folder: Path) -> None:
    with serving(folder) as server, server.client(server.first_key()) as http:
        http.post("/vision-events/use-cases", json={"name": "Line"}).raise_for_status()
        http.post("/vision-events", json=an_event(useCaseId="Line")).raise_for_status()
        assert json.loads(sightlog("check", "--json", data=folder).stdout) == {"problems": []}
        refused = sightlog("rebuild", "--yes", data=folder, exit_code=1).stderr
        assert "stop the server first" in refused
        assert len(refused.splitlines()) == 1
    assert "equal the events" in sightlog("check", data=folder).stdout


def test_what_differs_is_told_and_rebuilt(folder: Path) -> None:
    with serving(folder) as server, server.client(server.first_key()) as http:
        http.post("/vision-events/use-cases", json={"name": "Line"}).raise_for_status()
        http.post("/vision-events", json=an_event(useCaseId="Line")).raise_for_status()
    with closing(sqlite3.connect(folder / "sightlog.db")) as connection:
        connection.execute("UPDATE tallies SET n = 7 WHERE kind = 'type'")
        connection.commit()
    told = sightlog("check", data=folder, exit_code=1).stdout
    assert "is 7 and should be 1" in told
    assert "sightlog rebuild" in told
    sightlog("rebuild", "--yes", data=folder)
    sightlog("check", data=folder)


def test_a_folder_without_data_is_refused_and_not_made(folder: Path) -> None:
    for command in (("check",), ("rebuild", "--yes")):
        assert "no data" in sightlog(*command, data=folder, exit_code=1).stderr
    assert not folder.exists()
