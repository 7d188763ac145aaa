"""sightlog bundles import: a folder that was carried here on a stick."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import an_image, new_id, new_name
from tests.expect import Caller
from tests.pictures.sending import a_bundle, a_payload, a_picture
from tests.processes import Server, sightlog

PICTURE = "images/one.jpg"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def put(stick: Path, name: str, use_case: str = "", **changes: Any) -> str:
    """Write a bundle of one event with a picture; the event's id."""
    event_id = new_id()
    payload = a_payload(use_case, an_image(file=PICTURE), eventId=event_id, **changes)
    (stick / name).write_bytes(a_bundle(payload, {PICTURE: a_picture()}))
    return event_id


def imported(server: Server, stick: Path, *options: str, exit_code: int = 0) -> dict[str, Any]:
    done = sightlog("bundles", "import", str(stick), "--json", *options, data=server.data, exit_code=exit_code)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_bundles_arrive_with_their_pictures_and_are_moved_aside(
    server: Server, caller: Caller, use_case: str, stick: Path
) -> None:
    first, second = put(stick, "event_1.tar.gz", use_case), put(stick, "event_2.tgz", use_case)
    assert imported(server, stick) == {"created": 2, "known": 0, "images": 2, "bad": []}
    assert sorted(caller.ids(use_case)) == sorted([first, second])
    (image,) = caller.event(first)["images"]
    assert (image["width"], image["height"]) == (96, 64)
    assert names(stick) == ["imported"]
    assert names(stick / "imported") == ["event_1.tar.gz", "event_2.tgz"]


def test_again_it_changes_nothing(server: Server, caller: Caller, use_case: str, stick: Path) -> None:
    """The stick may be plugged in twice."""
    event_id = put(stick, "event_1.tar.gz", use_case)
    imported(server, stick)
    before = caller.event(event_id)
    (stick / "imported" / "event_1.tar.gz").rename(stick / "event_1.tar.gz")
    assert imported(server, stick) == {"created": 0, "known": 1, "images": 0, "bad": []}
    assert caller.event(event_id)["receivedAt"] == before["receivedAt"]


def test_bad_bundle_stays_where_it_is_and_the_others_arrive(
    server: Server, caller: Caller, use_case: str, stick: Path
) -> None:
    good = put(stick, "event_2.tar.gz", use_case)
    (stick / "event_1.tar.gz").write_bytes(b"no archive")
    put(stick, "event_3.tar.gz", new_name("nobody made this"))
    (stick / "notes.txt").write_text("not a bundle", encoding="utf-8")
    found = imported(server, stick, exit_code=1)
    assert (found["created"], found["known"]) == (1, 0)
    assert [bad["file"] for bad in found["bad"]] == ["event_1.tar.gz", "event_3.tar.gz"]
    assert "no use case has the id or the name" in found["bad"][1]["message"]
    assert caller.ids(use_case) == [good]
    assert names(stick) == ["event_1.tar.gz", "event_3.tar.gz", "imported", "notes.txt"]


def test_use_case_of_the_command_wins(
    server: Server, caller: Caller, use_case: str, other_use_case: str, stick: Path
) -> None:
    event_id = put(stick, "event_1.tar", use_case)
    imported(server, stick, "--use-case", other_use_case)
    assert caller.ids(use_case) == []
    assert caller.ids(other_use_case) == [event_id]


def test_events_of_any_age_are_taken(server: Server, caller: Caller, use_case: str, stick: Path) -> None:
    """A stick may be long on its way."""
    put(stick, "event_1.tar.gz", use_case, timestamp="2019-05-01T00:00:00Z")
    assert imported(server, stick)["created"] == 1


def test_folder_that_is_not_there_is_told(server: Server, stick: Path) -> None:
    done = sightlog("bundles", "import", str(stick / "nowhere"), data=server.data, exit_code=1)
    assert "nowhere is not a folder" in done.stderr
