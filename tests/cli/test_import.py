"""sightlog events import: NDJSON in; bad lines are told by number and the rest goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import an_event, new_name, some_events
from tests.expect import Caller
from tests.processes import Server, sightlog

Json = dict[str, Any]


def write_lines(path: Path, *lines: Any) -> Path:
    """Events as JSON, text as it is."""
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def imported(data: Path, file: Path, *options: str, exit_code: int | None = 0) -> Json:
    done = sightlog("events", "import", str(file), "--json", *options, data=data, exit_code=exit_code)
    found: Json = json.loads(done.stdout)
    return found


def new_use_case(data: Path, name: str) -> str:
    made: Json = json.loads(sightlog("use-cases", "create", name, "--json", data=data).stdout)
    return str(made["id"])


def row_of(data: Path, name: str) -> Json:
    found = json.loads(sightlog("use-cases", "list", "--json", "--status", "all", data=data).stdout)
    row: Json = next(row for row in found["useCases"] if row["name"] == name)
    return row


def test_every_line_is_stored(data: Path, tmp_path: Path) -> None:
    name = new_name()
    use_case = new_use_case(data, name)
    file = write_lines(tmp_path / "events.ndjson", *some_events(250, use_case))
    assert imported(data, file) == {"created": 250, "overwritten": 0, "bad": []}
    assert row_of(data, name)["eventCount"] == 250


def test_again_it_changes_nothing(data: Path, tmp_path: Path) -> None:
    """An import that was broken off is simply started again."""
    name = new_name()
    use_case = new_use_case(data, name)
    events = some_events(20, use_case, deviceId="cam-1", customMetadata={"shift": "night"})
    imported(data, write_lines(tmp_path / "half.ndjson", *events[:10]))
    file = write_lines(tmp_path / "events.ndjson", *events)
    assert imported(data, file) == {"created": 10, "overwritten": 10, "bad": []}
    once = row_of(data, name)
    assert imported(data, file) == {"created": 0, "overwritten": 20, "bad": []}
    assert row_of(data, name) == once


def test_bad_lines_are_told_by_number_and_the_rest_is_stored(data: Path, tmp_path: Path) -> None:
    name = new_name()
    use_case = new_use_case(data, name)
    good = some_events(3, use_case)
    file = write_lines(
        tmp_path / "events.ndjson",
        good[0],
        "not JSON",
        "",
        good[1],
        an_event(use_case=use_case, timestamp="yesterday"),
        [],
        '{"cut": ',
        an_event(use_case="absent"),
        good[2],
    )
    found = imported(data, file, exit_code=1)
    assert found["created"] == 3
    assert [bad["line"] for bad in found["bad"]] == [2, 5, 6, 7, 8]
    assert all(bad["message"] for bad in found["bad"])
    assert row_of(data, name)["eventCount"] == 3

    told = sightlog("events", "import", str(file), data=data, exit_code=1)
    assert "line 5" in told.stdout + told.stderr
    assert "timestamp" in told.stdout + told.stderr


def test_line_numbers_are_right_far_down_in_the_file(data: Path, tmp_path: Path) -> None:
    use_case = new_use_case(data, new_name())
    events: list[Any] = some_events(1203, use_case)
    events[1200] = "not JSON"
    found = imported(data, write_lines(tmp_path / "events.ndjson", *events), exit_code=1)
    assert found["created"] == 1202
    assert [bad["line"] for bad in found["bad"]] == [1201]


def test_create_makes_missing_use_cases_by_their_names(data: Path, tmp_path: Path) -> None:
    first, second = new_name("Line"), new_name("Aisle")
    events = [an_event(use_case=first), an_event(use_case=second), an_event(use_case=first.upper())]
    file = write_lines(tmp_path / "events.ndjson", *events)
    assert len(imported(data, file, exit_code=1)["bad"]) == 3
    assert imported(data, file, "--create")["created"] == 3
    assert row_of(data, first)["eventCount"] == 2
    assert row_of(data, second)["eventCount"] == 1


def test_events_of_any_age_are_taken_and_no_warning_is_made_up(quiet_folder: Path, tmp_path: Path) -> None:
    """Without a server, which might remove it again at once."""
    use_case = new_use_case(quiet_folder, new_name())
    old = an_event(use_case=use_case, timestamp="1999-12-31T23:59:59Z", useCaseName="x", receivedAt="y")
    imported(quiet_folder, write_lines(tmp_path / "events.ndjson", old))
    exported = sightlog("events", "export", "--use-case", use_case, data=quiet_folder).stdout.strip()
    assert json.loads(exported)["eventId"] == old["eventId"]
    assert "warnings" not in json.loads(exported)


def test_an_archived_use_case_takes_no_imported_events(data: Path, tmp_path: Path) -> None:
    name = new_name()
    use_case = new_use_case(data, name)
    sightlog("use-cases", "archive", use_case, data=data)
    found = imported(data, write_lines(tmp_path / "e.ndjson", an_event(use_case=use_case)), exit_code=1)
    assert "archived" in found["bad"][0]["message"]
    assert row_of(data, name)["eventCount"] == 0


def test_of_an_id_that_comes_twice_the_last_line_is_stored(
    server: Server, caller: Caller, use_case: str, tmp_path: Path
) -> None:
    event = an_event(use_case=use_case)
    lines = [event | {"deviceId": name} for name in ("first", "second", "last")]
    imported(server.data, write_lines(tmp_path / "events.ndjson", *lines))
    assert caller.event(event["eventId"])["deviceId"] == "last"
    assert caller.count(use_case) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_no_mistake(quiet_folder: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "empty.ndjson"
    file.write_bytes(content)
    assert imported(quiet_folder, file) == {"created": 0, "overwritten": 0, "bad": []}


def test_bytes_that_are_not_utf8_are_bad_lines(quiet_folder: Path, tmp_path: Path) -> None:
    name = new_name()
    use_case = new_use_case(quiet_folder, name)
    good = json.dumps(an_event(use_case=use_case)).encode()
    file = tmp_path / "events.ndjson"
    file.write_bytes(b'{"eventId": "\xff\xfe"}\n\x00\x00\n' + good)
    assert [bad["line"] for bad in imported(quiet_folder, file, exit_code=1)["bad"]] == [1, 2]
    assert row_of(quiet_folder, name)["eventCount"] == 1


def test_missing_file_is_told(data: Path, tmp_path: Path) -> None:
    failed = sightlog("events", "import", str(tmp_path / "absent.ndjson"), data=data, exit_code=None)
    assert "absent.ndjson" in failed.stderr
