"""Every vision-events command of the official command line, against the live server."""

import json
import re
from pathlib import Path
from typing import Any

from tests.builders import an_event, moment, new_name, some_events
from tests.clients.conftest import Cli
from tests.expect import Caller
from tests.pictures.making import saved
from tests.pictures.sending import a_picture


def as_json(cli: Cli, *arguments: str) -> Any:
    return json.loads(cli(*arguments, "--json").stdout)


def test_write(cli: Cli, caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    assert cli("write", json.dumps(event)).stdout.strip() == f"Created event {event['eventId']}"
    assert caller.ids(use_case) == [event["eventId"]]


def test_write_to_an_archived_use_case_says_how_to_bring_it_back(cli: Cli, caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    caller.archive(use_case)
    failed = cli("write", json.dumps(an_event(use_case=use_case)), exit_code=1)
    assert failed.stderr.startswith("Error: ")
    assert name in failed.stderr
    assert "unarchive" in failed.stderr
    assert "{" not in failed.stderr  # the text, not the JSON around it


def test_write_batch(cli: Cli, caller: Caller, use_case: str) -> None:
    events = some_events(3, use_case)
    assert cli("write-batch", json.dumps(events)).stdout.strip() == "Created 3 event(s)"
    assert caller.count(use_case) == 3


def test_write_bad_batch_names_the_event(cli: Cli, caller: Caller, use_case: str) -> None:
    events = some_events(3, use_case)
    events[2]["timestamp"] = "yesterday"
    failed = cli("write-batch", json.dumps(events), exit_code=1)
    assert "2" in failed.stderr
    assert "timestamp" in failed.stderr
    assert caller.count(use_case) == 0


def test_query_prints_the_events_and_the_next_page(cli: Cli, caller: Caller, use_case: str) -> None:
    caller.batch(*some_events(3, use_case))
    ids = caller.ids(use_case)

    first = cli("query", use_case, "--limit", "2").stdout
    assert "Found 2 event(s)." in first
    assert all(f"{event_id} [quality_check]" in first for event_id in ids[:2])
    cursor = first.split("--cursor ")[1].split()[0]
    second = cli("query", use_case, "--cursor", cursor).stdout
    assert "Found 1 event(s)." in second
    assert ids[2] in second
    assert "--cursor" not in second


def test_query_with_its_filters(cli: Cli, caller: Caller, use_case: str) -> None:
    wanted = an_event("custom", use_case, timestamp=moment(hours=2))
    too_old = an_event("custom", use_case, timestamp=moment(hours=9))
    too_new = an_event("custom", use_case, timestamp=moment(minutes=1))
    caller.batch(wanted, too_old, too_new, an_event(use_case=use_case, timestamp=moment(hours=2)))
    found = cli("query", use_case, "-t", "custom", "--start", moment(hours=3), "--end", moment(hours=1))
    assert "Found 1 event(s)." in found.stdout
    assert wanted["eventId"] in found.stdout


def test_query_by_the_use_cases_name(cli: Cli, caller: Caller) -> None:
    name = new_name()
    caller.create(an_event(use_case=caller.new_use_case(name)))
    assert "Found 1 event(s)." in cli("query", name).stdout


def test_errors_of_query_are_shown_as_text(cli: Cli, use_case: str) -> None:
    assert "absent" in cli("query", "absent", exit_code=1).stderr
    assert "limit" in cli("query", use_case, "--limit", "1001", exit_code=1).stderr
    assert "cursor" in cli("query", use_case, "--cursor", "nonsense", exit_code=1).stderr
    failed = cli("query", use_case, "-t", "nonsense", exit_code=1)
    assert "quality_check" in failed.stderr


def test_use_cases_are_listed_with_their_counts(cli: Cli, caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    caller.batch(*some_events(3, use_case))
    assert f"{name} (3 events)" in cli("use-cases").stdout
    assert name not in cli("use-cases", "--status", "inactive").stdout


def test_use_case_from_creation_to_archive_and_back(cli: Cli, caller: Caller) -> None:
    name, new = new_name(), new_name("Renamed")
    created = cli("create-use-case", name).stdout
    use_case = created.split("Created use case ")[1].split()[0]
    assert f"({name})" in created
    assert new in cli("rename-use-case", use_case, "--name", new).stdout
    cli("archive-use-case", use_case)
    assert caller.use_case(use_case)["status"] == "inactive"
    assert new in cli("use-cases", "-s", "inactive").stdout
    cli("unarchive-use-case", use_case)
    assert caller.use_case(use_case) | {"name": new, "status": "active"} == caller.use_case(use_case)


def test_errors_of_use_cases_are_shown_as_text(cli: Cli, caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    caller.archive(use_case)
    failed = cli("create-use-case", name, exit_code=1)
    assert use_case in failed.stderr
    assert "archived" in failed.stderr
    for command in (("archive-use-case", "absent"), ("rename-use-case", "absent", "-n", "x")):
        assert "Error: " in cli(*command, exit_code=1).stderr


def test_metadata_schema_prints_fields_with_types(cli: Cli, caller: Caller, use_case: str) -> None:
    for value in (1, 2, "three"):
        caller.create(an_event(use_case=use_case, customMetadata={"part": value, "rework": True}))
    printed = cli("metadata-schema", use_case).stdout
    assert "2 field(s):" in printed
    assert "part (number, string)" in printed
    assert "rework (boolean)" in printed


def test_wrong_key_is_told(cli: Cli) -> None:
    failed = cli("use-cases", "--workspace", "any", key="sl_" + "0d" * 32, exit_code=1)
    assert "Unauthorized" in failed.stderr
    assert "Check your API key" in failed.stderr  # the client's own hint, which it gives at that word


def test_no_error_of_ours_makes_the_client_advertise_a_plan(cli: Cli, use_case: str) -> None:
    """It looks for words such as "require" in our texts and then suggests to buy an upgrade."""
    bare = {"useCaseId": use_case}
    mistakes = [
        ("write", json.dumps(bare | {"eventType": "custom"})),
        ("write", json.dumps(bare | {"eventType": "operator_feedback", "timestamp": moment(hours=1)})),
        ("write-batch", json.dumps([bare])),
        ("write-batch", "{}"),
        ("query", use_case, "--limit", "0"),
        ("rename-use-case", use_case, "--name", ""),
    ]
    for mistake in mistakes:
        assert "plan" not in cli(*mistake, exit_code=1).stderr, mistake


def test_with_json_the_whole_reply_is_printed(cli: Cli, caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    assert as_json(cli, "write", json.dumps(event)) == {"eventId": event["eventId"], "created": True}
    assert as_json(cli, "query", use_case) == caller.query(use_case)
    assert as_json(cli, "metadata-schema", use_case) == {"useCaseId": use_case, "fields": {}}
    assert use_case in [row["id"] for row in as_json(cli, "use-cases")["useCases"]]
    failed = cli("query", "absent", "--json", exit_code=1)
    assert "absent" in json.loads(failed.stderr)["error"]["message"]


def test_upload_image(cli: Cli, caller: Caller, use_case: str, tmp_path: Path) -> None:
    data = a_picture("image/png")
    path = saved(tmp_path, data, "front.png")
    printed = cli("upload-image", str(path), "--name", "front camera", "--metadata", '{"lens": "wide"}').stdout
    (source_id,) = re.findall(r"ve-img-[0-9a-f]{32}", printed)
    assert caller.picture(source_id).content == data

    cli("write", json.dumps(an_event(use_case=use_case, images=[{"sourceId": source_id}])))
    assert list(caller.schema(use_case, of="image")) == ["lens"]
    reply = as_json(cli, "upload-image", str(path))
    assert (reply["success"], reply["contentType"], reply["bytes"]) == (True, "image/png", len(data))


def test_upload_image_that_is_none_is_told(cli: Cli, tmp_path: Path) -> None:
    failed = cli("upload-image", str(saved(tmp_path, b"text", "front.jpg")), exit_code=1)
    assert "not a picture" in failed.stderr
    assert "plan" not in failed.stderr
