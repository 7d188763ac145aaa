"""The files in deploy/ agree with the program, with each other and with docs/operate.md; what can be run is run."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sightlog.server import route_table
from sightlog.settings import SETTINGS, default_of, load_settings
from tests.docs.blocks import ROOT
from tests.processes import SIGHTLOG, Server, clean_environment, free_port, sightlog

DEPLOY = ROOT / "deploy"
OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
VARIABLE = re.compile(r"\bSIGHTLOG_[A-Z_]+")


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    parser.read_string(read(name))
    return parser


def variables(lines: str) -> dict[str, str]:
    """NAME=VALUE for each line of an environment file, those that stand as a comment too."""
    return dict(re.findall(r"^#?(SIGHTLOG_[A-Z_]+)=(.*)$", lines, re.MULTILINE))


@pytest.fixture(scope="module")
def image() -> dict[str, str]:
    """The environment of the image."""
    return dict(re.findall(r"\b([A-Z_]+)=(\S+)", DOCKERFILE.partition("\nENV ")[2].partition("\nUSER")[0]))


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    """The one service of the compose file."""
    services = yaml.safe_load(read("compose.yaml"))["services"]
    assert list(services) == ["server"]
    return dict(services["server"])


@pytest.mark.parametrize("file", sorted(path.name for path in DEPLOY.iterdir() if path.is_file()))
def test_every_variable_is_a_setting(file: str) -> None:
    """An unknown SIGHTLOG_ variable would end the start."""
    assert set(VARIABLE.findall(read(file))) <= {row.variable for row in SETTINGS}


def test_the_environment_file_can_be_read_by_the_server() -> None:
    given = variables(read("sightlog.env"))
    settings = load_settings(given)
    assert (settings.host, settings.port) == (default_of("host"), default_of("port"))
    assert settings.public_url.startswith("https://")
    assert settings.limits.min_free_bytes > 0


def test_the_units_keep_to_one_user_one_folder_and_one_program() -> None:
    server, backup = unit("sightlog.service")["Service"], unit("sightlog-backup.service")["Service"]
    assert server["User"] == backup["User"] == "sightlog"
    assert server["Environment"] == backup["Environment"]
    folder = server["Environment"].removeprefix("SIGHTLOG_DATA=")
    assert folder.startswith(f"/var/lib/{server['StateDirectory']}/"), "a restore moves the data folder aside"
    program, _, words = server["ExecStart"].partition(" ")
    assert words == "serve"
    script, backups, keep = backup["ExecStart"].split()
    assert Path(script) == Path(program).with_name("sightlog-backup")
    assert int(keep) == 14
    assert "fourteen" in OPERATE
    for shown in (folder, program, backups, server["EnvironmentFile"], str(Path(program).parent) + "/"):
        assert shown in OPERATE, f"docs/operate.md does not show {shown}"
    assert "02:15" in unit("sightlog-backup.timer")["Timer"]["OnCalendar"]


def test_every_file_is_told() -> None:
    for path in DEPLOY.iterdir():
        if path.suffix not in (".service", ".timer", ".py", ".dockerignore"):
            assert path.name in OPERATE, f"docs/operate.md does not tell what deploy/{path.name} is for"
    assert {"sightlog.service", "sightlog-backup.service", "sightlog-backup.timer"} == set(UNITS)
    assert all(name in OPERATE for name in UNITS)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """The programs and the user are not there on this machine; everything else is as it stands."""
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd-analyze is not installed")
    for name in UNITS:
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", read(name), flags=re.MULTILINE)
        (tmp_path / name).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    checked = subprocess.run(
        [systemd, "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_image_runs_as_nobody_of_importance(image: dict[str, str], service: dict[str, Any]) -> None:
    user = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert len(user) == 1
    assert int(user[0][0]) > 0
    assert f"--uid {user[0][0]} " in DOCKERFILE
    assert user[0][0] in OPERATE
    assert DOCKERFILE.rindex("\nUSER ") > DOCKERFILE.rindex("\nRUN "), "nothing needs root after this line"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "user" not in service


def test_the_image_and_the_compose_file_agree(image: dict[str, str], service: dict[str, Any]) -> None:
    volumes = re.findall(r'"(/[a-z]+)"', DOCKERFILE.partition("\nVOLUME ")[2].partition("\n")[0])
    mounted = dict(volume.split(":") for volume in service["volumes"])
    assert sorted(mounted.values()) == sorted(volumes)
    assert set(mounted) == set(yaml.safe_load(read("compose.yaml"))["volumes"])
    assert str(Path(image["SIGHTLOG_DATA"]).parent) in volumes, "the data folder is a folder on the volume"
    ports = {int(port) for port in DOCKERFILE.partition("\nEXPOSE ")[2].partition("\n")[0].split()}
    assert ports == {int(image["SIGHTLOG_PORT"]), int(image["SIGHTLOG_DEVICE_PORT"])} == {8000, 8001}
    assert {tuple(map(int, port.split(":")[1:])) for port in service["ports"]} == {(port, port) for port in ports}
    given = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", str(value)) for name, value in service["environment"].items()}
    ours = {name: value for name, value in image.items() if VARIABLE.fullmatch(name)}
    settings = load_settings(ours | given)
    assert settings.host == "0.0.0.0"
    assert settings.limits.min_free_bytes > 0
    for shown in (image["SIGHTLOG_DATA"], *volumes, *map(str, ports)):
        assert shown in OPERATE


def test_what_is_copied_into_the_image_is_there_and_not_ignored(service: dict[str, Any]) -> None:
    let_in = re.findall(r"^!(\S+)$", read("Dockerfile.dockerignore"), re.MULTILINE)
    copied = [
        source
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for source in sources.split()
    ]
    assert sorted(let_in) == sorted(copied)
    assert all((ROOT / source).exists() for source in copied)
    assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
    assert ROOT / service["build"]["dockerfile"] == DEPLOY / "Dockerfile"


def test_the_health_check_tells_a_server_that_answers_from_one_that_does_not(server: Server) -> None:
    command = re.search(r"^HEALTHCHECK .*\\\n\s+CMD \[(.+)\]$", DOCKERFILE, re.MULTILINE)
    assert command is not None
    program, script = (word.strip(' "') for word in command[1].split(","))
    assert (program, Path(script).name) == ("python", "healthcheck.py")
    assert "/readyz" in {route.path for route in route_table()}

    def check(port: int) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(DEPLOY / "healthcheck.py")],
            env=clean_environment(SIGHTLOG_PORT=str(port), http_proxy="http://127.0.0.1:9"),
            capture_output=True,
            text=True,
            check=False,
        )

    assert check(server.port).returncode == 0
    refused = check(free_port())
    assert refused.returncode == 1
    assert "/readyz" in refused.stderr
    assert "Traceback" not in refused.stderr


def run_backup(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The backup script where it would be installed, beside `sightlog`."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "sightlog"
    program.write_text(f'#!/bin/sh\nexec {" ".join(SIGHTLOG)} "$@"\n')
    program.chmod(0o755)
    script = Path(shutil.copy(DEPLOY / "sightlog-backup", programs))
    return subprocess.run(
        [str(script), *words],
        env=clean_environment(SIGHTLOG_DATA=str(folder / "data")),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_backup_script_keeps_the_newest(tmp_path: Path) -> None:
    sightlog("keys", "create", "--name", "first", data=tmp_path / "data")
    backups = tmp_path / "many backups"
    for name in ("2025-01-01T021500Z", "2025-01-02T021500Z", "2025-01-03T021500Z", "by hand", "2025-01-01T021500Z.old"):
        (backups / name).mkdir(parents=True)
    done = run_backup(tmp_path, str(backups), "3")
    assert done.returncode == 0, done.stderr
    left = sorted(os.listdir(backups))
    assert len(left) == 5, "two of the old ones, the new one, and what is named otherwise"
    assert {"by hand", "2025-01-01T021500Z.old", "2025-01-02T021500Z", "2025-01-03T021500Z"} < set(left)
    assert any((backups / name / "backup.json").exists() for name in left)


def test_the_backup_script_removes_nothing_when_the_backup_fails(tmp_path: Path) -> None:
    old = tmp_path / "backups" / "2025-01-01T021500Z"
    old.mkdir(parents=True)
    (tmp_path / "backups" / "2025-01-02T021500Z").mkdir()
    done = run_backup(tmp_path, str(tmp_path / "backups"), "1")
    assert done.returncode != 0
    assert "sightlog:" in done.stderr
    assert old.exists()


@pytest.mark.parametrize("words", [(), ("somewhere",), ("somewhere", "0"), ("somewhere", "many")])
def test_the_backup_script_refuses_nonsense(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run_backup(tmp_path, *words)
    assert done.returncode == 2
    assert done.stderr
