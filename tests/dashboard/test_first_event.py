"""A use case without any event: who sees what, keys that are made there, and why something was refused."""

import html
import re

import httpx
import pytest

from tests.builders import an_event, new_name
from tests.dashboard.conftest import SignIn, Visitor
from tests.expect import Caller
from tests.processes import Server, sightlog

WAITING = "Waiting for the first event"
SECRET = re.compile(r"sl_[0-9a-f]{64}")


def address_of(visitor: Visitor, use_case: str, *pages: str) -> str:
    return "/".join((f"/{visitor.workspace}/vision-events/{use_case}", *pages))


def text_of(visitor: Visitor, use_case: str, *pages: str) -> str:
    reply = visitor.get(address_of(visitor, use_case, *pages))
    assert reply.status_code == 200, reply.text
    return html.unescape(reply.text)


def state_of(visitor: Visitor, use_case: str) -> dict[str, object]:
    state: dict[str, object] = visitor.get(address_of(visitor, use_case, "first-event", "state")).json()
    return state


def test_empty_use_case_shows_how_to_send(viewer: Visitor, server: Server, use_case: str) -> None:
    page = text_of(viewer, use_case)
    assert WAITING in page
    assert f"export API_URL={server.url}" in page
    assert f'"useCaseId": "{use_case}"' in page
    assert f'solution: "{use_case}"' in page
    assert re.findall(r"<summary>([^<]+)</summary>", page)[:3] == ["SDK", "curl", "Workflow block"]


def test_who_may_only_look_is_told_who_makes_keys(viewer: Visitor, operator: Visitor, use_case: str) -> None:
    for visitor in (viewer, operator):
        page = text_of(visitor, use_case)
        assert "Make a key" not in page
        assert "Send a test event" not in page
        assert re.search(r"ask [^.]*owner", page)
        for pages in (("first-event",), ("first-event", "test")):
            assert visitor.post(address_of(visitor, use_case, *pages)).status_code == 403


def test_first_event_takes_the_place_of_the_page(viewer: Visitor, caller: Caller, use_case: str) -> None:
    assert state_of(viewer, use_case)["hasEvents"] is False
    event = an_event(use_case=use_case)
    caller.create(event)
    assert state_of(viewer, use_case)["hasEvents"] is True
    page = text_of(viewer, use_case)
    assert WAITING not in page
    assert event["eventId"] in page
    led = viewer.get(address_of(viewer, use_case, "first-event"))
    assert led.status_code == 303
    assert led.headers["location"] == address_of(viewer, use_case)


def test_key_that_is_made_there_is_shown_once_and_sends(
    editor: Visitor, server: Server, caller: Caller, use_case: str
) -> None:
    reply = editor.post(address_of(editor, use_case, "first-event"))
    assert "no-store" in reply.headers["cache-control"]
    (secret,) = set(SECRET.findall(reply.text))
    assert f"ROBOFLOW_API_KEY={secret}" in reply.text
    assert not SECRET.search(text_of(editor, use_case))
    with server.client(secret) as http:
        assert http.get("/vision-events/use-cases").status_code == 403
        assert http.post("/vision-events", json=an_event(use_case=use_case)).status_code == 201
    assert len(caller.ids(use_case)) == 1


def test_test_event_is_whole_and_has_its_picture(editor: Visitor, caller: Caller, use_case: str) -> None:
    reply = editor.post(address_of(editor, use_case, "first-event", "test"))
    assert reply.status_code == 303
    page = editor.get(reply.headers["location"])
    assert "The test event has come" in page.text
    (event,) = caller.query(use_case)["events"]
    assert event["customMetadata"]["test"] is True
    assert "warnings" not in event
    (image,) = event["images"]
    assert len(image["objectDetections"]) == 5
    picture = editor.get(httpx.URL(image["url"]).raw_path.decode())
    assert picture.headers["content-type"] == "image/jpeg"


def test_archived_use_case_offers_no_way_to_send(editor: Visitor, use_case: str) -> None:
    editor.post(address_of(editor, use_case, "archive"))
    page = text_of(editor, use_case)
    assert WAITING not in page
    assert "archived before any came" in page
    assert editor.post(address_of(editor, use_case, "first-event", "test")).status_code == 400


@pytest.mark.parametrize("pages", [("first-event",), ("first-event", "test")])
def test_form_without_its_token_changes_nothing(
    editor: Visitor, caller: Caller, use_case: str, pages: tuple[str, ...]
) -> None:
    assert editor.http.post(address_of(editor, use_case, *pages)).status_code == 403
    assert caller.ids(use_case) == []


@pytest.mark.parametrize("pages", [(), ("state",), ("refusals",)])
def test_use_case_of_another_workspace_is_not_there(
    editor: Visitor, strangers_use_case: str, pages: tuple[str, ...]
) -> None:
    assert editor.get(address_of(editor, strangers_use_case, "first-event", *pages)).status_code == 404


def test_refused_events_of_the_workspace_are_told(viewer: Visitor, caller: Caller, use_case: str) -> None:
    before = state_of(viewer, use_case)["newestRefusal"]
    unknown, archived = new_name("Nobody's <b>line</b>"), caller.new_use_case(new_name("Old line"))
    caller.http.post(f"/vision-events/use-cases/{archived}/archive")
    for _ in range(2):
        caller.http.post("/vision-events", json=an_event(use_case=unknown))
    caller.http.post("/vision-events", json=an_event(use_case=archived))
    caller.http.post("/vision-events", json=an_event(use_case=use_case, timestamp="yesterday", eventType="odd"))
    raw = viewer.get(address_of(viewer, use_case)).text
    page = html.unescape(raw)
    assert "<b>line</b>" not in raw
    assert f"no use case has the id or the name '{unknown}'" in page
    assert "2 times" in page
    assert f"({archived}) is archived" in page
    assert "eventType: expected one of" in page
    assert "timestamp: expected an ISO 8601" in page
    assert "with the key “tests”" in page
    assert state_of(viewer, use_case)["newestRefusal"] != before
    assert unknown in text_of(viewer, use_case, "first-event", "refusals")


def test_key_that_may_not_send_is_told(viewer: Visitor, reader: httpx.Client, use_case: str) -> None:
    reader.post("/vision-events", json=an_event(use_case=use_case))
    assert "The key may not send" in text_of(viewer, use_case, "first-event", "refusals")


def test_refusals_of_another_workspace_stay_there(viewer: Visitor, stranger: Caller, use_case: str) -> None:
    secret_name = new_name("Their secret line")
    stranger.http.post("/vision-events", json=an_event(use_case=secret_name))
    assert secret_name not in text_of(viewer, use_case, "first-event", "refusals")


def test_only_admins_see_wrong_keys_and_nobody_their_value(
    admin: Visitor, editor: Visitor, server: Server, use_case: str
) -> None:
    wrong = "sl_" + "0b" * 32
    with server.client(wrong) as http:
        assert http.post("/vision-events", json=an_event(use_case=use_case)).status_code == 401
    page = text_of(admin, use_case)
    assert "Wrong key" in page
    assert "from 127.0.0.1" in page
    assert wrong not in page
    assert "Wrong key" not in text_of(editor, use_case)


def test_questions_that_are_refused_are_nobodys_first_event(viewer: Visitor, caller: Caller, use_case: str) -> None:
    before = state_of(viewer, use_case)
    caller.http.post("/vision-events/query", json={"useCaseId": "nothing of that name"})
    assert state_of(viewer, use_case) == before


def test_use_case_with_a_hostile_name_has_lines_that_name_its_id(sign_in_as: SignIn, server: Server) -> None:
    owner = sign_in_as()
    name = new_name('\'; rm -rf "$HOME" </code><script>alert(1)</script>')
    sightlog("use-cases", "create", name, data=server.data)
    table = owner.get(f"/{owner.workspace}/vision-events", params={"search": name}).text
    (row,) = re.findall(r'class="main-link" href="([^"?]+)"', table)
    page = owner.get(row).text
    assert "<script>alert" not in page
    assert WAITING in page
    made = owner.post(f"{row}/first-event")
    assert made.status_code == 200
    assert "<script>alert" not in made.text
