"""A list of events as a file: the same events in the same filters, for everybody who may see them."""

import csv
import html
import io
import json
import re
from typing import Any

import pytest

from tests.builders import an_event, new_id, new_name
from tests.dashboard.conftest import SignIn, Visitor
from tests.expect import Caller

Json = dict[str, Any]


def menu(page: str) -> list[str]:
    """The addresses of the menu's files."""
    return [html.unescape(link) for link in re.findall(r'href="([^"]*/export\?[^"]*)"', page)]


@pytest.fixture
def events(caller: Caller, use_case: str) -> list[Json]:
    made = [
        an_event(
            use_case=use_case,
            timestamp=f"2026-11-2{n}T08:00:00Z",
            deviceId=device,
            eventData={"result": result},
            customMetadata={"lot": lot},
        )
        for n, (device, result, lot) in enumerate(
            [("cam-1", "fail", "=1+1"), ("cam-1", "pass", "4711"), ("cam-2", "fail", 4711)]
        )
    ]
    caller.batch(*made)
    return made


def test_the_menu_leads_to_just_the_events_of_the_list(viewer: Visitor, use_case: str, events: list[Json]) -> None:
    address = f"/{viewer.workspace}/vision-events/{use_case}"
    page = viewer.get(f"{address}?segment=attention&m.lot=%3D1%2B1&view=rows").text
    table, lines = menu(page)
    assert "view=" not in table
    reply = viewer.get(table)
    assert reply.headers["content-type"].startswith("text/csv")
    assert reply.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))
    assert [(row["eventId"], row["metadata.lot"]) for row in rows] == [(events[0]["eventId"], "'=1+1")]
    assert [json.loads(line)["eventId"] for line in viewer.get(lines).text.splitlines()] == [events[0]["eventId"]]


def test_without_filters_it_has_everything(viewer: Visitor, use_case: str, events: list[Json]) -> None:
    found = viewer.get(f"/{viewer.workspace}/vision-events/{use_case}/export?format=ndjson").text
    assert [json.loads(line)["eventId"] for line in found.splitlines()] == [one["eventId"] for one in events[::-1]]


def test_an_empty_list_offers_no_file(viewer: Visitor, use_case: str) -> None:
    assert menu(viewer.get(f"/{viewer.workspace}/vision-events/{use_case}").text) == []


@pytest.mark.parametrize("query", ["format=xlsx", "device.gt=x", "nonsense=1&format=ndjson", "last=soon"])
def test_what_means_nothing_exports_nothing(viewer: Visitor, use_case: str, events: list[Json], query: str) -> None:
    """A list shows that such a filter is not in force; a file cannot."""
    reply = viewer.get(f"/{viewer.workspace}/vision-events/{use_case}/export?{query}")
    assert reply.status_code == 400
    assert "content-disposition" not in reply.headers
    assert "data-error" in reply.text


def test_another_workspaces_events_stay_there(
    viewer: Visitor, caller: Caller, stranger: Caller, strangers_use_case: str, sign_in_as: SignIn
) -> None:
    stranger.create(an_event(use_case=strangers_use_case))
    for place in (viewer.workspace, stranger.workspace):
        assert viewer.get(f"/{place}/vision-events/{strangers_use_case}/export").status_code == 404
    neighbour = sign_in_as("viewer", workspace=stranger.workspace)
    assert neighbour.get(f"/{stranger.workspace}/vision-events/{strangers_use_case}/export").status_code == 200


def test_nobody_gets_a_file_without_signing_in(nobody: Any, caller: Caller, use_case: str) -> None:
    reply = nobody.get(f"/{caller.workspace}/vision-events/{use_case}/export")
    assert reply.status_code == 303
    assert reply.headers["location"].startswith("/sign-in?next=")


def test_a_name_in_any_letters_names_the_file(viewer: Visitor, caller: Caller) -> None:
    name = new_name('<script>"カメラ"\\ ü')
    use_case = caller.new_use_case(name)
    caller.create(an_event(use_case=use_case, eventId=new_id()))
    header = viewer.get(f"/{viewer.workspace}/vision-events/{use_case}/export").headers["content-disposition"]
    assert header.startswith('attachment; filename="script-')
    assert "filename*=UTF-8''%3Cscript%3E%22%E3%82%AB" in header
