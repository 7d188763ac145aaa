"""sightlog events export: NDJSON out, which imports to the same events."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import EVENT_TYPES, SENTENCE, a_box, an_event, an_image, feedback_on, new_name, some_events
from tests.expect import Caller
from tests.processes import Server, sightlog

Json = dict[str, Any]


def exported(data: Path, *options: str) -> list[Json]:
    printed = sightlog("events", "export", *options, data=data).stdout
    return [json.loads(line) for line in printed.split("\n") if line]  # U+2028 ends no line of NDJSON


@pytest.fixture(scope="module")
def varied(caller: Caller) -> tuple[str, list[Json]]:
    """A use case with one event of everything that an event can hold."""
    use_case = caller.new_use_case(new_name("Straße"))
    image = an_image(a_box(x=320, y=240.0), metadata={"exposure": 12, "lens": SENTENCE})
    full = an_event(
        use_case=use_case,
        deviceId="cam-1",
        streamId="line",
        workflowId="wf",
        comment=SENTENCE,
        displayImagePosition=0,
        images=[image],
        customMetadata={"z": 1, "a": 1.0, "text": SENTENCE, "yes": True, "large": 2**53},
        unknown={"deep": [1, 2.0, None, SENTENCE]},
    )
    events = [full, *[an_event(event_type, use_case) for event_type in EVENT_TYPES]]
    events.append(feedback_on(full["eventId"], "incorrect", use_case, comment="a reflection"))
    for event in events:
        caller.create(event)
    return use_case, events


def test_a_line_is_the_create_body_with_use_case_and_arrival(
    server: Server, caller: Caller, varied: tuple[str, list[Json]]
) -> None:
    use_case, events = varied
    lines = exported(server.data, "--use-case", use_case)
    assert [line["eventId"] for line in lines] == [event["eventId"] for event in events]  # in order of arrival
    name = caller.use_case(use_case)["name"]
    for line, event in zip(lines, events, strict=True):
        assert line.items() >= event.items()
        assert line["useCaseName"] == name
        assert line["receivedAt"].endswith("Z")
        assert line.keys().isdisjoint({"warnings", "feedback"})


def test_export_into_a_fresh_folder_and_back_is_equal(
    server: Server, varied: tuple[str, list[Json]], folder: Path, tmp_path: Path
) -> None:
    """Ids of use cases and times of arrival are the new server's own; everything else is the same, also in spelling."""
    use_case, _ = varied
    file = tmp_path / "export.ndjson"
    lines = exported(server.data, "--use-case", use_case)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    sightlog("events", "import", str(file), "--create", data=folder)

    def bare(events: list[Json]) -> list[str]:
        own = {"useCaseId", "receivedAt"}
        return [json.dumps([(name, one[name]) for name in sorted(one.keys() - own)]) for one in events]

    assert bare(exported(folder)) == bare(lines)
    sightlog("events", "import", str(file), data=folder)
    assert sorted(bare(exported(folder))) == sorted(bare(lines))


def test_every_event_comes_once_over_many_short_reads(data: Path, tmp_path: Path) -> None:
    name = new_name()
    made: Json = json.loads(sightlog("use-cases", "create", name, "--json", data=data).stdout)
    events = some_events(2500, made["id"])
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    sightlog("events", "import", str(file), data=data)
    ids = [line["eventId"] for line in exported(data, "--use-case", name)]
    assert len(ids) == 2500
    assert set(ids) == {event["eventId"] for event in events}


def test_without_a_use_case_all_of_the_workspace_is_exported_and_nothing_of_another(
    server: Server, caller: Caller, stranger: Caller, use_case: str, strangers_use_case: str
) -> None:
    ours, theirs = an_event(use_case=use_case), an_event(use_case=strangers_use_case)
    caller.create(ours)
    stranger.create(theirs)
    caller.archive(use_case)
    found = {line["eventId"] for line in exported(server.data)}
    assert ours["eventId"] in found
    assert theirs["eventId"] not in found
    there = exported(server.data, "--workspace", stranger.workspace)
    assert theirs["eventId"] in {line["eventId"] for line in there}


def test_unknown_use_case_is_told_and_nothing_printed(data: Path) -> None:
    failed = sightlog("events", "export", "--use-case", "absent", data=data, exit_code=None)
    assert failed.stdout == ""
    assert "absent" in failed.stderr


def test_reader_that_goes_away_is_no_traceback(server: Server, varied: tuple[str, list[Json]]) -> None:
    """`sightlog events export | head -1`."""
    import subprocess

    from tests.processes import SIGHTLOG, clean_environment

    process = subprocess.Popen(
        [*SIGHTLOG, "events", "export"],
        env=clean_environment(SIGHTLOG_DATA=str(server.data)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read().decode()
    process.stderr.close()
    process.wait(timeout=30)
    assert "Traceback" not in told
    assert "Exception ignored" not in told
