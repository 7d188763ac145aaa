"""sightlog use-cases list, create, rename, archive, unarchive, delete."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.builders import an_event, new_name
from tests.expect import Caller
from tests.processes import Server, sightlog


def created(data: Path, name: str) -> str:
    found = json.loads(sightlog("use-cases", "create", name, "--json", data=data).stdout)
    assert found["name"] == name
    id_: str = found["id"]
    return id_


def listed(data: Path, *options: str) -> dict[str, Any]:
    found = json.loads(sightlog("use-cases", "list", "--json", *options, data=data).stdout)
    assert found["lookbackDays"] == 365
    return {row["id"]: row for row in found["useCases"]}


def test_from_creation_to_archive_and_back(data: Path) -> None:
    name, new = new_name(), new_name("Renamed")
    use_case = created(data, name)
    assert listed(data)[use_case]["name"] == name

    sightlog("use-cases", "rename", use_case, "--name", new, data=data)
    sightlog("use-cases", "archive", use_case, data=data)
    assert use_case not in listed(data)
    row = listed(data, "--status", "inactive")[use_case]
    assert (row["name"], row["status"]) == (new, "inactive")
    sightlog("use-cases", "unarchive", use_case, data=data)
    assert listed(data, "--status", "all")[use_case]["status"] == "active"


def test_a_use_case_may_be_given_by_its_name(data: Path) -> None:
    name = new_name()
    use_case = created(data, name)
    sightlog("use-cases", "archive", name.upper(), data=data)
    assert use_case in listed(data, "--status", "inactive")


def test_deleting_for_good_asks_for_the_name_and_for_archiving_first(data: Path) -> None:
    name = new_name()
    use_case, other = created(data, name), created(data, new_name("Other"))
    wrong = sightlog("use-cases", "delete", use_case, "--yes", name + "x", data=data, exit_code=None).stderr
    assert name in wrong
    active = sightlog("use-cases", "delete", use_case, "--yes", name, data=data, exit_code=None).stderr
    assert "archive it first" in active
    assert "--yes" in sightlog("use-cases", "delete", use_case, data=data, exit_code=None).stderr
    sightlog("use-cases", "archive", use_case, data=data)
    assert use_case in sightlog("use-cases", "delete", use_case, "--yes", name, data=data).stdout
    left = listed(data, "--status", "all")
    assert use_case not in left
    assert other in left
    assert created(data, name) != use_case


def test_deleting_frees_what_it_held(quiet_folder: Path, tmp_path: Path) -> None:
    use_case = created(quiet_folder, new_name())
    kept = created(quiet_folder, new_name("Other"))
    events = [an_event(use_case=use_case if n % 2 else kept) for n in range(6)]
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(json.dumps(event) for event in events))
    sightlog("events", "import", str(file), data=quiet_folder)
    name = listed(quiet_folder)[use_case]["name"]
    sightlog("use-cases", "archive", use_case, data=quiet_folder)
    done = sightlog("use-cases", "delete", use_case, "--yes", name, data=quiet_folder).stdout
    assert "What it held is removed." in done
    assert listed(quiet_folder)[kept]["eventCount"] == 3
    with closing(sqlite3.connect(quiet_folder / "sightlog.db")) as connection:
        counted = "SELECT count(*) FROM events JOIN use_cases ON use_cases.number = use_case WHERE id = ?"
        assert connection.execute(counted, (kept,)).fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM use_cases WHERE id = ?", (use_case,)).fetchone() == (0,)


def test_list_for_people_shows_name_and_count(data: Path) -> None:
    name = new_name()
    use_case = created(data, name)
    printed = sightlog("use-cases", "list", data=data).stdout
    assert name in printed
    assert use_case in printed


def test_the_running_server_sees_it_at_once(server: Server, caller: Caller) -> None:
    use_case = created(server.data, new_name())
    assert caller.use_case(use_case)["workspaceId"] == caller.workspace


def test_mistakes_are_told_without_a_traceback(data: Path) -> None:
    name = new_name()
    use_case = created(data, name)
    sightlog("use-cases", "archive", use_case, data=data)
    taken = sightlog("use-cases", "create", name, data=data, exit_code=None).stderr
    assert use_case in taken
    assert "archived" in taken
    assert "absent" in sightlog("use-cases", "archive", "absent", data=data, exit_code=None).stderr
    sightlog("use-cases", "rename", "absent", "--name", "x", data=data, exit_code=None)
    sightlog("use-cases", "create", "  ", data=data, exit_code=None)
    assert "inactive" in sightlog("use-cases", "list", "--status", "old", data=data, exit_code=None).stderr
