"""sightlog keys create, list, revoke."""

import json
import re
import time
from pathlib import Path

import httpx
import pytest

from tests.builders import new_name
from tests.expect import Caller, refused
from tests.processes import KEY, Server, sightlog

USE_CASES = "/vision-events/use-cases"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def created(data: Path, name: str, *options: str) -> str:
    return sightlog("keys", "create", "--name", name, *options, data=data).stdout.strip()


def listed(data: Path, name: str, *options: str) -> dict[str, object]:
    """The row of this key in the list."""
    rows = json.loads(sightlog("keys", "list", "--json", *options, data=data).stdout)["keys"]
    row: dict[str, object] = next(row for row in rows if row["name"] == name)
    return row


def test_create_prints_the_key_alone_on_standard_output(data: Path) -> None:
    """So that `KEY=$(sightlog keys create --name line)` works."""
    name = new_name("key")
    done = sightlog("keys", "create", "--name", name, data=data)
    assert re.fullmatch(r"sl_[A-Za-z0-9_-]{40,}\n", done.stdout)
    assert re.search("[a-z]", done.stdout.removeprefix("sl_"))
    assert name in done.stderr
    assert done.stdout.strip() not in done.stderr


def test_every_key_is_another(data: Path) -> None:
    assert created(data, new_name()) != created(data, new_name())


def test_new_key_works_at_once_on_the_running_server(server: Server, nobody: httpx.Client) -> None:
    key = created(server.data, new_name())
    assert nobody.get(USE_CASES, headers=bearer(key)).status_code == 200


def test_revoked_key_stops_working_within_a_second(server: Server, nobody: httpx.Client) -> None:
    name = new_name()
    key = created(server.data, name)
    assert nobody.get(USE_CASES, headers=bearer(key)).status_code == 200
    number = str(listed(server.data, name)["number"])

    sightlog("keys", "revoke", number, data=server.data)
    deadline = time.monotonic() + 1
    while nobody.get(USE_CASES, headers=bearer(key)).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    refused(nobody.get(USE_CASES, headers=bearer(key)), 401, "unauthenticated")
    refused(nobody.post("/", params={"api_key": key}), 401, "unauthenticated")


def test_list_tells_when_a_key_was_last_used(server: Server, nobody: httpx.Client) -> None:
    name = new_name()
    key = created(server.data, name)
    assert listed(server.data, name)["lastUsedAt"] is None
    assert nobody.get(USE_CASES, headers=bearer(key)).status_code == 200
    deadline = time.monotonic() + 2  # the note does not hold up the request
    while listed(server.data, name)["lastUsedAt"] is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert listed(server.data, name)["lastUsedAt"] is not None


def test_list_shows_names_and_scopes_but_no_key(data: Path) -> None:
    name = new_name()
    key = created(data, name, "--scope", "vision-events:read", "--scope", "device.update")
    printed = sightlog("keys", "list", data=data)
    assert name in printed.stdout
    assert not KEY.search(printed.stdout + printed.stderr)

    row = listed(data, name)
    assert row["scopes"] == ["vision-events:read", "device:update"]
    assert row.get("revokedAt") is None
    assert key not in json.dumps(row)


def test_revoking_is_noted_and_may_be_repeated(data: Path) -> None:
    name = new_name()
    created(data, name)
    number = str(listed(data, name)["number"])
    sightlog("keys", "revoke", number, data=data)
    when = listed(data, name)["revokedAt"]
    assert when
    sightlog("keys", "revoke", number, data=data)
    assert listed(data, name)["revokedAt"] == when


def test_key_of_another_workspace_sees_only_that(stranger: Caller, server: Server, nobody: httpx.Client) -> None:
    name = new_name()
    key = created(server.data, name, "--workspace", stranger.workspace)
    assert nobody.post("/", params={"api_key": key}).json()["workspace"] == stranger.workspace
    assert name not in sightlog("keys", "list", data=server.data).stdout
    assert listed(server.data, name, "--workspace", stranger.workspace)


def test_create_with_json_gives_key_and_description(data: Path) -> None:
    name = new_name()
    printed = sightlog("keys", "create", "--name", name, "--json", data=data).stdout
    found = json.loads(printed)
    assert KEY.fullmatch(found["secret"])
    assert (found["key"]["name"], found["key"]["scopes"]) == (name, None)
    assert found["workspace"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("create", "--name", "k", "--scope", "everything"), "vision-events:read"),
        (("create", "--name", "k", "--workspace", "absent"), "absent"),
        (("create", "--name", " "), "1 to 256"),
        (("revoke", "999999"), "999999"),
    ],
)
def test_mistake_is_told_in_one_line_and_nothing_is_made(data: Path, arguments: tuple[str, ...], says: str) -> None:
    before = sightlog("keys", "list", "--json", data=data).stdout
    failed = sightlog("keys", *arguments, data=data, exit_code=None)
    assert failed.stdout == ""
    assert says in failed.stderr
    assert sightlog("keys", "list", "--json", data=data).stdout == before


def test_create_needs_a_name(data: Path) -> None:
    assert "--name" in sightlog("keys", "create", data=data, exit_code=2).stderr


def test_keys_are_not_in_the_folder_in_the_clear(quiet_folder: Path) -> None:
    key = created(quiet_folder, new_name())
    for file in quiet_folder.rglob("*"):
        if file.is_file():
            assert key.encode() not in file.read_bytes(), file
