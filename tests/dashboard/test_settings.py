"""The settings: one's own account, and what admins do with people, keys and the workspace. All without scripts."""

import html
import re

import httpx
import pytest

from tests.builders import an_event, moment, new_id
from tests.dashboard.conftest import SignIn, Visitor, sign_in
from tests.dashboard.test_sign_in import set_password
from tests.expect import Caller
from tests.processes import KEY, Server, sightlog

LINK = re.compile(r"http://[^\s<]+/sign-in/[\w-]{40,}")
PAGES = ("people", "people/new", "keys", "keys/new", "workspace")


def place(visitor: Visitor, page: str = "") -> str:
    return f"/{visitor.workspace}/settings" + (f"/{page}" if page else "")


def number_of(visitor: Visitor, name: str) -> str:
    """Of a person, from the link in the list."""
    page = html.unescape(visitor.get(place(visitor, "people")).text)
    found = re.search(rf'settings/people/(\d+)">{re.escape(name)}<', page)
    assert found, page
    return found.group(1)


def words_of(reply: httpx.Response) -> str:
    """What a refused form says."""
    found = re.search(r"data-error>([^<]*)<", reply.text)
    assert found, reply.text
    return html.unescape(found.group(1))


def is_in(visitor: Visitor) -> bool:
    return visitor.get(f"/{visitor.workspace}/vision-events").status_code == 200


def add(admin: Visitor, role: str = "viewer") -> tuple[str, str]:
    """Somebody new: the name, and the link that the page shows."""
    name = new_id("Åsa & <b>Bo</b> ")
    reply = admin.post(place(admin, "people"), {"name": name, "role": role})
    assert reply.status_code == 200, words_of(reply)
    found = LINK.search(reply.text)
    assert found
    return name, found.group()


@pytest.mark.parametrize("page", PAGES)
def test_pages_for_admins_say_to_others_who_can_help(
    page: str, viewer: Visitor, operator: Visitor, editor: Visitor, admin: Visitor
) -> None:
    assert admin.get(place(admin, page)).status_code == 200
    for visitor in (viewer, operator, editor):
        reply = visitor.get(place(visitor, page))
        assert reply.status_code == 403
        assert "admin" in reply.text
        assert "owner" in reply.text


@pytest.mark.parametrize(
    "page",
    [
        "people",
        "people/1/role",
        "people/1/link",
        "people/1/password",
        "people/1/sessions/end",
        "people/1/remove",
        "keys",
        "keys/1/revoke",
        "workspace",
    ],
)
def test_only_admins_change_and_only_by_our_forms(page: str, editor: Visitor, admin: Visitor) -> None:
    fields = {"name": "x", "role": "admin", "scope": "vision-events:write", "confirmed": "1", "days": "0"}
    assert editor.post(place(editor, page), fields).status_code == 403
    assert admin.http.post(place(admin, page), data=fields).status_code == 403
    assert admin.http.post(place(admin, page), data=fields | {"csrf": "x" * 43}).status_code == 403


@pytest.mark.parametrize("page", ["", *PAGES])
def test_settings_of_another_workspace_are_not_there(page: str, admin: Visitor, stranger: Caller) -> None:
    assert admin.get(f"/{stranger.workspace}/settings/{page}".rstrip("/")).status_code == 404


def test_everybody_sees_their_role_and_who_gives_another(viewer: Visitor) -> None:
    page = viewer.get(place(viewer)).text
    assert "<strong>viewer</strong>" in page
    assert "Another role is given by" in page
    assert place(viewer, "people") not in page


def test_own_password_is_set_and_then_the_current_one_is_asked(server: Server, sign_in_as: SignIn) -> None:
    name = new_id("Fay ")
    visitor, elsewhere = sign_in_as("viewer", name), sign_in_as("viewer", name)
    fields = {"new": "a long enough one", "again": "a long enough one"}
    done = visitor.post(place(visitor, "password"), fields)
    assert done.status_code == 303
    assert done.headers["location"].endswith("notice=password")
    assert is_in(visitor)
    assert not is_in(elsewhere)
    again = {"new": "another good one", "again": "another good one"}
    refused = visitor.post(place(visitor, "password"), again)
    assert (refused.status_code, words_of(refused)) == (400, "the current password is another one")
    assert visitor.post(place(visitor, "password"), again | {"current": "a long enough one"}).status_code == 303
    with server.client(None) as http:
        assert http.post("/sign-in", data={"name": name, "password": "another good one"}).status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [("short", "short", "10 to 256 characters"), ("a long enough one", "a long enough 1", "not the same")],
)
def test_bad_password_is_refused_and_nobody_is_signed_out(sign_in_as: SignIn, new: str, again: str, words: str) -> None:
    visitor = sign_in_as("viewer")
    refused = visitor.post(place(visitor, "password"), {"new": new, "again": again})
    assert refused.status_code == 400
    assert words in words_of(refused)
    assert is_in(visitor)


def test_guessing_the_current_password_is_slowed_down(server: Server, sign_in_as: SignIn) -> None:
    name = new_id("Gus ")
    sign_in_as("viewer", name)
    set_password(server, name, "a long enough one")
    visitor = sign_in_as("viewer", name)
    fields = {"new": "another good one", "again": "another good one"}
    codes = [
        visitor.post(place(visitor, "password"), fields | {"current": f"guess number {n}"}).status_code
        for n in range(7)
    ]
    assert (codes[0], codes[-1]) == (400, 429)


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(sign_in_as: SignIn) -> None:
    name = new_id("Hal ")
    here, second, third, fourth = (sign_in_as("viewer", name) for _ in range(4))
    page = here.get(place(here), headers={"User-Agent": "x"}).text
    ends = re.findall(r"/settings/sessions/(\d+)/end", page)
    assert len(ends) == 3
    assert page.count("this one") == 1
    assert here.post(place(here, f"sessions/{max(map(int, ends))}/end")).status_code == 303
    assert [is_in(one) for one in (here, second, third, fourth)] == [True, True, True, False]
    assert here.post(place(here, "sessions/end-others")).status_code == 303
    assert [is_in(one) for one in (here, second, third)] == [True, False, False]


def test_session_of_somebody_else_cannot_be_ended(sign_in_as: SignIn) -> None:
    name = new_id("Ida ")
    victim, other = sign_in_as("viewer", name), sign_in_as("viewer", name)
    (end,) = re.findall(r"/settings/sessions/(\d+)/end", victim.get(place(victim)).text)
    attacker = sign_in_as("viewer")
    attacker.post(place(attacker, f"sessions/{end}/end"))
    assert is_in(other)


def test_own_link_signs_in_on_another_device(server: Server, viewer: Visitor) -> None:
    reply = viewer.post(place(viewer, "link"))
    assert reply.headers["cache-control"] == "no-store" or "no-store" in reply.headers.get_list("cache-control")
    found = LINK.search(reply.text)
    assert found
    with server.client(None) as phone:
        sign_in(phone, found.group())
        assert phone.get(place(viewer)).status_code == 200


def test_added_person_gets_a_link_once_and_is_listed(server: Server, admin: Visitor) -> None:
    name, link = add(admin, "operator")
    assert "never" in admin.get(place(admin, f"people/{number_of(admin, name)}")).text
    with server.client(None) as http:
        sign_in(http, link)
        assert "<strong>operator</strong>" in http.get(place(admin)).text
    page = admin.get(place(admin, "people")).text
    assert "<b>Bo</b>" not in page
    assert link not in page


def test_bad_new_person_is_refused_with_the_form(admin: Visitor) -> None:
    name, _ = add(admin)
    for fields, words in (
        ({"name": "", "role": "viewer"}, "1 to 256 characters"),
        ({"name": new_id("Jo "), "role": "boss"}, "viewer, operator, editor, admin"),
        ({"name": new_id("Jo ")}, "viewer, operator, editor, admin"),
        ({"name": f" {name.upper()} ", "role": "admin"}, "in this workspace already"),
    ):
        refused = admin.post(place(admin, "people"), fields)
        assert refused.status_code in (400, 409)
        assert words in words_of(refused)
        assert "<form" in refused.text


def test_changed_role_counts_at_once(sign_in_as: SignIn, admin: Visitor) -> None:
    name = new_id("Kim ")
    visitor = sign_in_as("viewer", name)
    assert visitor.get(place(visitor, "keys")).status_code == 403
    role = place(admin, f"people/{number_of(admin, name)}/role")
    assert admin.post(role, {"role": "admin"}).status_code == 303
    assert visitor.get(place(visitor, "keys")).status_code == 200
    assert admin.post(role, {"role": "viewer"}).status_code == 303
    assert visitor.get(place(visitor, "keys")).status_code == 403


def test_nobody_changes_or_removes_themselves_or_an_owner(sign_in_as: SignIn, owner: Visitor) -> None:
    name = new_id("Lea ")
    admin = sign_in_as("admin", name)
    for number, status in ((number_of(admin, name), 403), (number_of(admin, "owner"), 400)):
        assert admin.post(place(admin, f"people/{number}/role"), {"role": "viewer"}).status_code == status
        removal = admin.post(place(admin, f"people/{number}/remove"), {"confirmed": "1"})
        assert removal.status_code == status
    assert admin.get(place(admin, "people")).status_code == 200
    assert owner.get(place(owner, "people")).status_code == 200


def test_admin_cannot_become_an_owner_by_a_link_or_a_password(admin: Visitor) -> None:
    number = number_of(admin, "owner")
    for page, fields in (("link", {}), ("password", {"password": "a long enough one"}), ("sessions/end", {})):
        reply = admin.post(place(admin, f"people/{number}/{page}"), dict(fields))
        assert reply.status_code == 403
        assert not LINK.search(reply.text)


def test_admin_cannot_get_into_another_workspace_by_somebody_who_is_in_both(
    server: Server, admin: Visitor, owner: Visitor, stranger: Caller
) -> None:
    name = new_id("Max ")
    sightlog("users", "add", name, "--role", "viewer", "--workspace", stranger.workspace, data=server.data)
    added = admin.post(place(admin, "people"), {"name": name, "role": "viewer"})
    assert added.status_code == 303
    number = number_of(admin, name)
    for page, fields in (("link", {}), ("password", {"password": "a long enough one"}), ("sessions/end", {})):
        assert admin.post(place(admin, f"people/{number}/{page}"), dict(fields)).status_code == 403
    assert LINK.search(owner.post(place(owner, f"people/{number}/link")).text)
    # Taking away the role here leaves the one there.
    assert admin.post(place(admin, f"people/{number}/remove"), {"confirmed": "1"}).status_code == 303
    assert f"viewer in {stranger.workspace}" in sightlog("users", "list", data=server.data).stdout


def test_removal_asks_first_and_then_counts_at_once(server: Server, sign_in_as: SignIn, admin: Visitor) -> None:
    name = new_id("Nia ")
    visitor = sign_in_as("editor", name)
    remove = place(admin, f"people/{number_of(admin, name)}/remove")
    question = admin.post(remove)
    assert question.status_code == 200
    assert f"Remove {name}?" in question.text
    assert is_in(visitor)
    assert admin.post(remove, {"confirmed": "1"}).status_code == 303
    assert not is_in(visitor)
    assert name not in sightlog("users", "list", data=server.data).stdout


def test_password_of_a_member_is_set_and_taken_away(server: Server, admin: Visitor) -> None:
    name, _ = add(admin)
    password = place(admin, f"people/{number_of(admin, name)}/password")
    assert "10 to 256" in words_of(admin.post(password, {"password": "short"}))
    assert admin.post(password, {"password": "a long enough one"}).status_code == 303
    with server.client(None) as http:
        assert http.post("/sign-in", data={"name": name, "password": "a long enough one"}).status_code == 303
        assert admin.post(password, {"remove": "1", "password": ""}).status_code == 303
        assert http.post("/sign-in", data={"name": name, "password": "a long enough one"}).status_code == 403


@pytest.mark.parametrize("number", ["0", "99999", "abc", "1" * 40, "-1", "%C2%B2"])
def test_person_and_key_that_are_not_there(admin: Visitor, number: str) -> None:
    assert admin.get(place(admin, f"people/{number}")).status_code == 404
    assert admin.post(place(admin, f"keys/{number}/revoke"), {"confirmed": "1"}).status_code == 404


def test_key_is_shown_once_with_lines_to_paste_and_works(server: Server, admin: Visitor, use_case: str) -> None:
    name = new_id("line <2> ")
    fields = {"name": name, "scope": ["vision-events:write"], "device": "cam-3", "stream": " belt "}
    reply = admin.post(place(admin, "keys"), fields)
    assert reply.status_code == 200
    (key,) = set(KEY.findall(reply.text))
    lines = html.unescape(reply.text)
    assert f"export ROBOFLOW_API_KEY={key}" in lines
    assert f"Authorization: Bearer {key}" in lines
    assert f"EVENT_INGESTION_API_KEY={key}" in lines
    assert f"event_store_url: {server.url}" in lines
    with server.client(key) as http:
        sent = http.post("/vision-events", json=an_event(use_case=use_case, timestamp=moment()))
        assert sent.status_code == 201
        assert http.get("/vision-events/use-cases").status_code == 403
    listed = admin.get(place(admin, "keys")).text
    assert key not in listed
    assert html.escape(name) in listed
    assert "device cam-3, stream belt" in listed


def test_key_in_which_nothing_is_ticked_is_refused(admin: Visitor) -> None:
    """On the command line no scope means everything; a form must not give that away by mistake."""
    for fields, words in (
        ({"name": "k"}, "at least one"),
        ({"name": "", "scope": "vision-events:read"}, "1 to 256"),
        ({"name": "k", "scope": "vision-events:all"}, "unknown scope"),
    ):
        refused = admin.post(place(admin, "keys"), dict(fields))
        assert refused.status_code == 400
        assert words in words_of(refused)
        assert not KEY.search(refused.text)


def test_key_that_may_only_read_gets_lines_that_read(admin: Visitor) -> None:
    lines = html.unescape(admin.post(place(admin, "keys"), {"name": "bi", "scope": "vision-events:read"}).text)
    assert "query_all_vision_events" in lines
    assert "EVENT_INGESTION_API_KEY" not in lines


def test_revoking_asks_first_and_then_counts_at_once(server: Server, admin: Visitor) -> None:
    name = new_id("old ")
    page = admin.post(place(admin, "keys"), {"name": name, "scope": "vision-events:read"}).text
    (key,) = set(KEY.findall(page))
    row = re.search(
        rf">{re.escape(name)}</b>.*?settings/keys/(\d+)/revoke", admin.get(place(admin, "keys")).text, re.DOTALL
    )
    assert row
    revoke = place(admin, f"keys/{row.group(1)}/revoke")
    with server.client(key) as http:
        assert "Revoke the key" in admin.post(revoke).text
        assert http.get("/vision-events/use-cases").status_code == 200
        assert admin.post(revoke, {"confirmed": "1"}).status_code == 303
        assert http.get("/vision-events/use-cases").status_code == 401


def test_key_of_another_workspace_is_not_revoked(server: Server, admin: Visitor, stranger: Caller) -> None:
    listed = sightlog("keys", "list", "--workspace", stranger.workspace, "--json", data=server.data).stdout
    (number,) = set(re.findall(r'"number": (\d+)', listed)[:1])
    assert admin.post(place(admin, f"keys/{number}/revoke"), {"confirmed": "1"}).status_code == 404
    assert stranger.http.get("/vision-events/use-cases").status_code == 200


@pytest.fixture
def own_place(server: Server, sign_in_as: SignIn) -> Visitor:
    """An admin of a workspace that no other test looks at."""
    slug = new_id("plant-").lower()
    sightlog("workspaces", "create", slug, "--lookback-days", "0", data=server.data)
    return sign_in_as("admin", workspace=slug)


def test_workspace_is_renamed_and_its_times_are_in_its_zone(own_place: Visitor) -> None:
    fields = {"name": "Pune <1>", "time_zone": "Asia/Kolkata", "days": "30"}
    assert own_place.post(place(own_place, "workspace"), fields).status_code == 303
    page = html.unescape(own_place.get(place(own_place, "workspace")).text)
    assert 'value="Pune <1>"' in page
    assert 'value="30"' in page
    assert "Asia/Kolkata (IST)" in page
    assert own_place.post(place(own_place, "workspace"), fields | {"time_zone": ""}).status_code == 303
    assert "Asia/Kolkata (IST)" not in own_place.get(place(own_place, "workspace")).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "1 to 256"),
        ({"time_zone": "Mars/Olympus"}, "Europe/Berlin"),
        ({"time_zone": "../../../etc/passwd"}, "Europe/Berlin"),
        ({"days": "-1"}, "number of days"),
        ({"days": "1e3"}, "number of days"),
        ({"days": "36501"}, "number of days"),
        ({"days": "9" * 5000}, "number of days"),
        ({"days": ""}, "number of days"),
    ],
)
def test_bad_workspace_is_refused_with_what_was_typed(
    own_place: Visitor, fields: dict[str, object], words: str
) -> None:
    refused = own_place.post(place(own_place, "workspace"), {"name": "Typed", "time_zone": "", "days": "7", **fields})
    assert refused.status_code == 400
    assert words in words_of(refused)
    assert "Typed" in refused.text or "name" in fields
    assert 'value="0"' in own_place.get(place(own_place, "workspace")).text


def test_keeping_fewer_days_asks_before_events_are_lost(server: Server, own_place: Visitor) -> None:
    key = sightlog("keys", "create", "--name", "k", "--workspace", own_place.workspace, data=server.data).stdout.strip()
    sightlog("use-cases", "create", "Line", "--workspace", own_place.workspace, data=server.data)
    with server.client(key) as http:
        for days in (1, 20, 40):
            assert http.post("/vision-events", json=an_event(use_case="Line", timestamp=moment(days=days))).is_success
        fields = {"name": "Plant", "time_zone": "", "days": "10"}
        question = own_place.post(place(own_place, "workspace"), fields)
        assert question.status_code == 200
        assert "2 events" in question.text
        assert 'value="0"' in own_place.get(place(own_place, "workspace")).text
        assert own_place.post(place(own_place, "workspace"), fields | {"confirmed": "1"}).status_code == 303
        assert 'value="10"' in own_place.get(place(own_place, "workspace")).text
