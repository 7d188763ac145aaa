"""sightlog workspaces create, set, list."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.processes import sightlog


def new_slug() -> str:
    return "plant-" + uuid4().hex[:8]


def slugs(data: Path) -> list[str]:
    rows = json.loads(sightlog("workspaces", "list", "--json", data=data).stdout)["workspaces"]
    return [row["slug"] for row in rows]


def test_a_workspace_is_created_and_listed(data: Path) -> None:
    slug = new_slug()
    sightlog("workspaces", "create", slug, "--name", "Graz, hall 2", data=data)
    assert slug in slugs(data)
    printed = sightlog("workspaces", "list", data=data).stdout
    assert slug in printed
    assert "Graz, hall 2" in printed


def test_a_new_workspace_takes_keys_and_use_cases_of_its_own(data: Path) -> None:
    slug = new_slug()
    sightlog("workspaces", "create", slug, data=data)
    sightlog("use-cases", "create", "Line", "--workspace", slug, data=data)
    sightlog("keys", "create", "--name", "k", "--workspace", slug, data=data)
    found = json.loads(sightlog("use-cases", "list", "--json", "--workspace", slug, data=data).stdout)
    assert [row["workspaceId"] for row in found["useCases"]] == [slug]


def test_taken_slug_is_refused(data: Path) -> None:
    slug = new_slug()
    sightlog("workspaces", "create", slug, data=data)
    assert slug in sightlog("workspaces", "create", slug, data=data, exit_code=None).stderr
    assert slugs(data).count(slug) == 1


@pytest.mark.parametrize(
    "slug", "vision-events v2 settings sign-in docs healthz readyz openapi.json usage app static api".split()
)
def test_slug_that_could_be_a_page_or_an_endpoint_is_reserved(quiet_folder: Path, slug: str) -> None:
    failed = sightlog("workspaces", "create", slug, data=quiet_folder, exit_code=None)
    assert slug in failed.stderr or "expected" in failed.stderr
    assert slug not in slugs(quiet_folder)


@pytest.mark.parametrize("slug", ["", "Plant", "-plant", "pl ant", "plänt", "a/b", "x" * 65])
def test_malformed_slug_is_refused(quiet_folder: Path, slug: str) -> None:
    sightlog("workspaces", "create", "--", slug, data=quiet_folder, exit_code=None)
    assert slug not in slugs(quiet_folder)


def workspace(data: Path, slug: str) -> dict[str, object]:
    rows = json.loads(sightlog("workspaces", "list", "--json", data=data).stdout)["workspaces"]
    found: dict[str, object] = next(row for row in rows if row["slug"] == slug)
    return found


def test_time_zone_is_set_and_taken_away_again(data: Path) -> None:
    slug = new_slug()
    sightlog("workspaces", "create", slug, data=data)
    assert workspace(data, slug)["timeZone"] is None
    assert "Asia/Kolkata" in sightlog("workspaces", "set", slug, "--time-zone", "Asia/Kolkata", data=data).stdout
    sightlog("workspaces", "set", slug, "--name", "Pune", data=data)
    assert workspace(data, slug)["timeZone"] == "Asia/Kolkata"
    assert "Asia/Kolkata" in sightlog("workspaces", "list", data=data).stdout
    sightlog("workspaces", "set", slug, "--time-zone", "", data=data)
    assert workspace(data, slug)["timeZone"] is None


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "CEST+1:00", "Europe"])
def test_unknown_time_zone_is_refused(data: Path, zone: str) -> None:
    slug = new_slug()
    sightlog("workspaces", "create", slug, data=data)
    assert "Europe/Berlin" in sightlog("workspaces", "set", slug, "--time-zone", zone, data=data, exit_code=1).stderr
    assert workspace(data, slug)["timeZone"] is None
