"""sightlog serve: what it makes, what it prints, and what it refuses."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
from pathlib import Path

import httpx

from tests.builders import an_event, new_name
from tests.expect import Caller
from tests.processes import KEY, SIGHTLOG, Server, clean_environment, free_port, serving, sightlog


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_everything_and_shows_a_key_once(folder: Path) -> None:
    with serving(folder) as first:
        key = first.first_key()
        assert len(KEY.findall(first.printed())) == 1
        assert first.url in first.printed()
        with first.client(key) as http:
            use_case = http.post("/vision-events/use-cases", json={"name": "Line"}).json()["id"]
            assert http.post("/vision-events", json=an_event(use_case=use_case)).status_code == 201
    with serving(folder) as second:
        assert not KEY.search(second.printed())
        with second.client(key) as http:
            (row,) = http.get("/vision-events/use-cases").json()["useCases"]
            assert (row["id"], row["eventCount"]) == (use_case, 1)


def test_what_is_in_the_folder_is_the_owners_only(server: Server) -> None:
    assert mode(server.data) == 0o700
    assert mode(server.data / "run.json") == 0o600
    run = json.loads((server.data / "run.json").read_text())
    assert run["pid"] == server.process.pid
    assert str(server.port) in json.dumps(run)


def test_the_folder_is_closed_to_others_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        sightlog("keys", "create", "--name", "k", data=folder)
    finally:
        os.umask(before)
    assert mode(folder) == 0o700


def test_the_folder_is_sightlog_data_here_unless_told_otherwise(tmp_path: Path) -> None:
    subprocess.run(
        [*SIGHTLOG, "keys", "create", "--name", "k"],
        env=clean_environment(),
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert (tmp_path / "sightlog-data").is_dir()


def test_data_may_be_given_to_every_command_as_an_option(quiet_folder: Path, tmp_path: Path) -> None:
    name = new_name()
    option = ("--data", str(quiet_folder))
    sightlog("use-cases", "create", name, *option, data=tmp_path / "unused")
    assert name in sightlog("use-cases", "list", *option, data=tmp_path / "unused").stdout
    assert not (tmp_path / "unused").exists()


def test_second_server_on_the_folder_refuses_and_names_the_first(server: Server) -> None:
    failed = sightlog("serve", "--port", str(free_port()), data=server.data, exit_code=None)
    assert str(server.process.pid) in failed.stderr
    assert httpx.get(server.url + "/readyz", trust_env=False).status_code == 200
    assert json.loads((server.data / "run.json").read_text())["pid"] == server.process.pid


def test_taken_port_is_told_with_the_line_to_type(folder: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        failed = sightlog("serve", "--port", str(taken), data=folder, exit_code=None)
    assert str(taken) in failed.stderr
    suggested = re.search(r"sightlog serve.*--port (\d+)", failed.stderr)
    assert suggested
    assert int(suggested.group(1)) != taken


def test_a_start_that_failed_does_not_eat_the_first_key(folder: Path) -> None:
    """The key is shown once; a taken port must not be that once."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        sightlog("serve", "--port", str(holder.getsockname()[1]), data=folder, exit_code=None)
    with serving(folder) as server:
        assert server.first_key()


def test_bad_options_and_settings_are_told_without_a_traceback(folder: Path, tmp_path: Path) -> None:
    sightlog("serve", "--port", "http", data=folder, exit_code=None)
    sightlog("serve", "--port", "70000", data=folder, exit_code=None)
    sightlog("serve", "--host", "no.such.host.invalid", data=folder, exit_code=None)
    assert "SIGHTLOG_PORTS" in sightlog("serve", data=folder, exit_code=None, SIGHTLOG_PORTS="1").stderr
    (tmp_path / "file").write_text("")
    sightlog("serve", data=tmp_path / "file", exit_code=None)
    sightlog("keys", "list", data=tmp_path / "file", exit_code=None)


def test_interrupt_from_the_keyboard_ends_it_well(folder: Path) -> None:
    with serving(folder) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=30) == 0
        assert "Traceback" not in server.printed()


def test_commands_work_after_the_server_has_ended(folder: Path) -> None:
    with serving(folder):
        sightlog("use-cases", "create", "While it runs", data=folder)
    sightlog("use-cases", "create", "After it ran", data=folder)
    printed = sightlog("use-cases", "list", data=folder).stdout
    assert "While it runs" in printed
    assert "After it ran" in printed


def test_door_of_the_commands_is_closed_to_api_keys(server: Server, caller: Caller, nobody: httpx.Client) -> None:
    """Only who may read run.json may use it."""
    for http in (caller.http, nobody):
        reply = http.post("/-/commands/keys.list", json={})
        assert reply.status_code == 401
        assert "hint" not in reply.text


def test_help_and_version_answer(quiet_folder: Path) -> None:
    printed = sightlog("--help", data=quiet_folder).stdout
    assert all(word in printed for word in ("serve", "demo", "keys", "workspaces", "use-cases", "events"))
    assert re.search(r"\d+\.\d+", sightlog("--version", data=quiet_folder).stdout)
