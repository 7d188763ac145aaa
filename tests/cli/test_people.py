"""sightlog sign-in-link and sightlog users, on a folder with and without a server."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.builders import new_id
from tests.processes import SIGHTLOG, clean_environment, free_port, serving, sightlog

LINK = re.compile(r"https?://[^/\s]+(/sign-in/[\w-]{43})\n")


def person(data: Path, name: str) -> dict[str, object] | None:
    rows = json.loads(sightlog("users", "list", "--json", data=data).stdout)["users"]
    return next((row for row in rows if row["name"] == name), None)


def roles_of(data: Path, name: str) -> object:
    found = person(data, name)
    assert found is not None
    return found["roles"]


def first_workspace(data: Path) -> str:
    slug: str = json.loads(sightlog("workspaces", "list", "--json", data=data).stdout)["workspaces"][0]["slug"]
    return slug


def passwd(data: Path, name: str, password: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*SIGHTLOG, "users", "passwd", name],
        input=password + "\n",
        text=True,
        check=False,
        env=clean_environment(SIGHTLOG_DATA=str(data)),
        capture_output=True,
    )


def test_link_stands_alone_on_standard_output(data: Path) -> None:
    done = sightlog("sign-in-link", data=data)
    assert LINK.fullmatch(done.stdout)
    assert "owner, once, within 15 minutes" in done.stderr
    assert sightlog("sign-in-link", data=data).stdout != done.stdout


def test_link_begins_as_one_says(data: Path) -> None:
    assert sightlog("sign-in-link", "--url", "https://a.example/", data=data).stdout.startswith(
        "https://a.example/sign-in/"
    )
    public = sightlog("sign-in-link", data=data, SIGHTLOG_PUBLIC_URL="https://b.example")
    assert public.stdout.startswith("https://b.example/sign-in/")


def test_link_for_nobody_names_who_there_is(data: Path) -> None:
    name = new_id("Ann ")
    sightlog("users", "add", name, "--role", "viewer", data=data)
    failed = sightlog("sign-in-link", "Nobody", data=data, exit_code=1)
    assert failed.stdout == ""
    assert name in failed.stderr


def test_link_that_was_made_without_a_server_works_once_one_runs(folder: Path) -> None:
    """Also in a folder that did not exist, and a used link and a link of before are not the same."""
    port = free_port()
    made = sightlog("sign-in-link", data=folder, SIGHTLOG_PORT=str(port))
    link = LINK.fullmatch(made.stdout)
    assert link
    assert f"http://127.0.0.1:{port}/" in made.stdout
    assert "sightlog serve" in made.stderr
    with serving(folder, port=port) as server:
        assert "/sign-in/" in server.printed()
        assert [httpx.post(server.url + link[1], trust_env=False).status_code for _ in range(2)] == [303, 410]


def test_start_shows_a_link_until_somebody_has_signed_in(folder: Path) -> None:
    with serving(folder) as server:
        assert LINK.search(server.printed())
    with serving(folder) as server:
        link = LINK.search(server.printed())
        assert link
        with server.client(None) as http:
            assert http.post(link[1]).status_code == 303
            page = http.get("/", follow_redirects=True).text
            csrf = re.search(r'name="csrf" value="([^"]+)"', page)
            assert csrf
            assert http.post("/sign-out", data={"csrf": csrf[1]}).status_code == 303
    with serving(folder) as server:
        assert not LINK.search(server.printed())
        assert "sign-in-link" in server.printed()


def test_roles_are_given_changed_and_kept_apart(data: Path) -> None:
    name, first = new_id("Åsa "), first_workspace(data)
    other = new_id("plant-").lower()
    sightlog("workspaces", "create", other, data=data)
    sightlog("users", "add", name, "--role", "viewer", data=data)
    assert roles_of(data, name) == {first: "viewer"}
    sightlog("users", "add", name.upper(), "--role", "editor", data=data)
    sightlog("users", "add", name, "--role", "admin", "--workspace", other, data=data)
    assert roles_of(data, name) == {first: "editor", other: "admin"}
    assert f"editor in {first}, admin in {other}" in sightlog("users", "list", data=data).stdout


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("", ("--role", "viewer"), "1 to 256"),
        ("x" * 257, ("--role", "viewer"), "1 to 256"),
        ("a\nb", ("--role", "viewer"), "control"),
        ("Ann", ("--role", "boss"), "viewer, operator, editor, admin"),
        ("Ann", ("--role", "viewer", "--workspace", "nowhere"), "nowhere"),
    ],
)
def test_bad_person_is_refused(data: Path, name: str, options: tuple[str, ...], words: str) -> None:
    assert words in sightlog("users", "add", name, *options, data=data, exit_code=1).stderr
    assert person(data, name) is None


def test_password_is_set_from_a_pipe_and_removed(data: Path) -> None:
    name = new_id("Bea ")
    sightlog("users", "add", name, "--role", "viewer", data=data)
    short = passwd(data, name, "short")
    assert (short.returncode, "10 to 256" in short.stderr) == (1, True)
    done = passwd(data, name, "a long enough one")
    assert done.returncode == 0
    assert "a long enough one" not in done.stdout + done.stderr
    assert (person(data, name) or {})["hasPassword"] is True
    sightlog("users", "passwd", name, "--remove", data=data)
    assert (person(data, name) or {})["hasPassword"] is False


def test_password_of_nobody_is_refused(data: Path) -> None:
    assert "nobody is called" in passwd(data, "Nobody", "a long enough one").stderr


def test_removed_person_is_gone_and_the_name_is_free(data: Path) -> None:
    name = new_id("Cy ")
    sightlog("users", "add", name, "--role", "admin", data=data)
    sightlog("users", "remove", name, data=data)
    assert person(data, name) is None
    assert "nobody is called" in sightlog("users", "remove", name, data=data, exit_code=1).stderr
    sightlog("users", "add", name, "--role", "viewer", data=data)
    assert roles_of(data, name) == {first_workspace(data): "viewer"}


def test_last_owner_is_neither_removed_nor_given_another_role(data: Path) -> None:
    sightlog("sign-in-link", data=data)
    assert "last owner" in sightlog("users", "remove", "owner", data=data, exit_code=1).stderr
    assert "owns this server" in sightlog("users", "add", "owner", "--role", "viewer", data=data, exit_code=1).stderr
    assert (person(data, "owner") or {})["isOwner"] is True
