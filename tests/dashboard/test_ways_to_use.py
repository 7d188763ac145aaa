"""The lines that a page shows to paste: they are run as they stand, also for names that a shell could take apart."""

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import new_id
from tests.dashboard.conftest import SignIn, Visitor
from tests.processes import Server, clean_environment, sightlog

HOSTILE = """It's "NOW" `id` $(id) \\n <é> END"""


@pytest.fixture(scope="module")
def own_place(server: Server, sign_in_as: SignIn) -> Visitor:
    """An admin of a workspace whose only use case has a hostile name."""
    slug = new_id("paste-").lower()
    sightlog("workspaces", "create", slug, data=server.data)
    sightlog("use-cases", "create", HOSTILE, "--workspace", slug, data=server.data)
    return sign_in_as("admin", workspace=slug)


def lines_of(visitor: Visitor, *scopes: str) -> dict[str, str]:
    """By the name of the way."""
    fields = {"name": "k", "scope": [f"vision-events:{scope}" for scope in scopes]}
    page = visitor.post(f"/{visitor.workspace}/settings/keys", fields).text
    found = re.findall(
        r"<summary>([^<]+)</summary>\s*<div class=\"lines\"><pre[^>]*><code>(.*?)</code>", page, re.DOTALL
    )
    return {name: html.unescape(lines) for name, lines in found}


def run(lines: str, folder: Path) -> str:
    """In a shell, with this Python first, and without its installing anything."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = lines.replace("pip install roboflow-slim\n", "")
    done = subprocess.run(
        ["bash", "-euc", script],
        env=clean_environment(PATH=path, HOME=str(folder)),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(visitor: Visitor, server: Server) -> int:
    """How many events the use case has."""
    rows = sightlog("use-cases", "list", "--workspace", visitor.workspace, "--json", data=server.data).stdout
    counts = re.findall(r'"eventCount": (\d+)', rows)
    assert len(counts) == 1
    return int(counts[0])


def test_lines_that_send_do(server: Server, own_place: Visitor, tmp_path: Path) -> None:
    ways = lines_of(own_place, "write")
    assert list(ways) == ["SDK", "curl", "Workflow block"]
    before = stored(own_place, server)
    assert '"eventId"' in run(ways["curl"], tmp_path)
    assert stored(own_place, server) == before + 1
    run(ways["SDK"], tmp_path)
    assert stored(own_place, server) == before + 2


def test_lines_that_read_do(server: Server, own_place: Visitor, tmp_path: Path) -> None:
    run(lines_of(own_place, "write")["curl"], tmp_path)
    ways = lines_of(own_place, "read")
    assert list(ways) == ["SDK", "curl"]
    assert '"useCases"' in run(ways["curl"], tmp_path)
    assert "quality_check" in run(ways["SDK"], tmp_path)
