"""Signing in: by a link that works once, by a password, and never by where somebody comes from."""

import subprocess
import sys

import httpx
import pytest

from tests.builders import new_id
from tests.dashboard.conftest import SignIn, Visitor, sign_in
from tests.expect import Caller
from tests.processes import SIGHTLOG, Server, clean_environment, sightlog


def link_for(server: Server, *name: str) -> str:
    return sightlog("sign-in-link", *name, data=server.data).stdout.strip()


def set_password(server: Server, name: str, password: str) -> None:
    subprocess.run(
        [*SIGHTLOG, "users", "passwd", name],
        input=password + "\n",
        text=True,
        check=True,
        env=clean_environment(SIGHTLOG_DATA=str(server.data)),
        capture_output=True,
    )


def test_front_page_leads_to_signing_in_and_then_to_the_use_cases(nobody: httpx.Client, owner: Visitor) -> None:
    assert nobody.get("/").headers["location"] == "/sign-in"
    start = owner.http.get("/", follow_redirects=True)
    assert start.status_code == 200
    assert start.url.path.endswith("/vision-events")


def test_page_leads_to_signing_in_and_back(nobody: httpx.Client, caller: Caller) -> None:
    reply = nobody.get(f"/{caller.workspace}/vision-events?view=rows")
    assert reply.status_code == 303
    assert reply.headers["location"] == f"/sign-in?next=%2F{caller.workspace}%2Fvision-events%3Fview%3Drows"


def test_link_is_alone_on_standard_output_and_names_this_server(server: Server) -> None:
    printed = sightlog("sign-in-link", data=server.data)
    assert printed.stdout.startswith(f"{server.url}/sign-in/")
    assert printed.stdout.count("\n") == 1
    elsewhere = sightlog("sign-in-link", "--url", "https://events.example", data=server.data).stdout
    assert elsewhere.startswith("https://events.example/sign-in/")


def test_looking_at_a_link_does_not_use_it_up(server: Server, nobody: httpx.Client) -> None:
    """Chat programs open links to preview them."""
    path = httpx.URL(link_for(server)).path
    for _ in range(3):
        page = nobody.get(path)
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
    with server.client(None) as http:
        assert http.post(path).status_code == 303


def test_link_works_once_and_then_explains_how_to_get_another(server: Server) -> None:
    link = link_for(server)
    with server.client(None) as first:
        sign_in(first, link)
    with server.client(None) as second:
        for reply in (second.get(httpx.URL(link).path), second.post(httpx.URL(link).path)):
            assert reply.status_code == 410
            assert "used already" in reply.text
            assert "sightlog sign-in-link" in reply.text
            assert "set-cookie" not in reply.headers


def test_unknown_link_signs_nobody_in(nobody: httpx.Client) -> None:
    reply = nobody.post("/sign-in/AAAA")
    assert reply.status_code == 410
    assert "not known" in reply.text


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(server: Server) -> None:
    with server.client(None) as http:
        cookie = http.post(httpx.URL(link_for(server)).path).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_odd_cookies_of_other_programs_on_this_machine_do_no_harm(server: Server, viewer: Visitor) -> None:
    """Cookies do not tell ports apart."""
    own = "; ".join(f"{name}={value}" for name, value in viewer.http.cookies.items())
    path = f"/{viewer.workspace}/vision-events"
    with server.client(None) as http:
        for cookies in (f'a={{"b": [1, 2]}}; {own}', f"{own}; two words=1; =; ;", f'x="\\"; {own}; y'):
            assert http.get(path, headers={"Cookie": cookies}).status_code == 200
        assert http.get(path, headers={"Cookie": own.replace("=", "x=", 1)}).status_code == 303


def test_sign_in_by_password(server: Server, sign_in_as: SignIn) -> None:
    name = new_id("Ann ")
    sign_in_as("viewer", name)
    set_password(server, name, "a long enough one")
    with server.client(None) as http:
        wrong = http.post("/sign-in", data={"name": name, "password": "not this one"})
        assert wrong.status_code == 403
        assert "no such name, or the password is wrong" in wrong.text
        unknown = http.post("/sign-in", data={"name": new_id("Nobody "), "password": "not this one"})
        assert "no such name, or the password is wrong" in unknown.text
        right = http.post("/sign-in", data={"name": name.upper(), "password": "a long enough one", "next": "/docs"})
        assert (right.status_code, right.headers["location"]) == (303, "/docs")


def test_guessing_is_slowed_down_and_other_people_are_not(server: Server, sign_in_as: SignIn) -> None:
    name, other = new_id("Guessed "), new_id("Other ")
    for each in (name, other):
        sign_in_as("viewer", each)
        set_password(server, each, "a long enough one")
    with server.client(None) as http:
        codes = [http.post("/sign-in", data={"name": name, "password": f"guess {n}"}).status_code for n in range(8)]
        assert codes[0] == 403
        assert codes[-1] == 429
        # Also the right one has to wait; a link still works.
        refused = http.post("/sign-in", data={"name": name, "password": "a long enough one"})
        assert "try again in" in refused.text
        sign_in(http, link_for(server, name))


@pytest.mark.parametrize("hostile", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_nobody_is_led_elsewhere_after_signing_in(server: Server, sign_in_as: SignIn, hostile: str) -> None:
    name = new_id("Bea ")
    sign_in_as("viewer", name)
    set_password(server, name, "a long enough one")
    with server.client(None) as http:
        reply = http.post("/sign-in", data={"name": name, "password": "a long enough one", "next": hostile})
    assert reply.headers["location"] == "/"


def test_new_password_ends_sessions(server: Server, sign_in_as: SignIn) -> None:
    name = new_id("Cy ")
    visitor = sign_in_as("viewer", name)
    page = f"/{visitor.workspace}/vision-events"
    assert visitor.get(page).status_code == 200
    set_password(server, name, "a long enough one")
    assert visitor.get(page).status_code == 303


def test_removed_person_is_out_at_once(server: Server, sign_in_as: SignIn) -> None:
    name = new_id("Dee ")
    visitor = sign_in_as("editor", name)
    link = link_for(server, name)
    sightlog("users", "remove", name, data=server.data)
    assert visitor.get(f"/{visitor.workspace}/vision-events").status_code == 303
    with server.client(None) as http:
        assert http.post(httpx.URL(link).path).status_code == 410


def test_sign_out_ends_the_session_on_the_server_too(server: Server, sign_in_as: SignIn) -> None:
    visitor = sign_in_as("viewer")
    cookies = dict(visitor.http.cookies)
    assert visitor.post("/sign-out").status_code == 303
    with server.client(None) as http:
        http.cookies.update(cookies)
        assert http.get(f"/{visitor.workspace}/vision-events").status_code == 303


def test_form_without_the_token_or_from_elsewhere_is_refused(sign_in_as: SignIn) -> None:
    visitor = sign_in_as("viewer")
    assert visitor.http.post("/sign-out", data={}).status_code == 403
    assert visitor.http.post("/sign-out", data={"csrf": "x" * 43}).status_code == 403
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert visitor.post("/sign-out", headers=headers).status_code == 403
    assert visitor.get(f"/{visitor.workspace}/vision-events").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "192.168.7.7"])
def test_dashboard_answers_under_its_own_names_only(owner: Visitor, host: str) -> None:
    """A name elsewhere that leads to this machine must not reach the pages."""
    reply = owner.get(f"/{owner.workspace}/vision-events", headers={"Host": host})
    assert reply.status_code == 403
    assert owner.get(f"/{owner.workspace}/vision-events", headers={"Host": "localhost:1"}).status_code == 200


def test_workspace_without_a_role_is_not_there(stranger: Caller, viewer: Visitor, owner: Visitor) -> None:
    assert viewer.get(f"/{stranger.workspace}/vision-events").status_code == 404
    assert owner.get(f"/{stranger.workspace}/vision-events").status_code == 200


def test_last_owner_stays(server: Server) -> None:
    refused = sightlog("users", "remove", "owner", data=server.data, exit_code=1)
    assert "last owner" in refused.stderr


def test_users_are_listed_with_roles_and_short_passwords_are_refused(server: Server, caller: Caller) -> None:
    name = new_id("Eve ")
    sightlog("users", "add", name, "--role", "operator", data=server.data)
    assert f"operator in {caller.workspace}" in sightlog("users", "list", data=server.data).stdout
    assert "viewer, operator" in sightlog("users", "add", name, "--role", "boss", data=server.data, exit_code=1).stderr
    refused = subprocess.run(
        [sys.executable, "-m", "sightlog", "users", "passwd", name],
        input="short\n",
        text=True,
        check=False,
        env=clean_environment(SIGHTLOG_DATA=str(server.data)),
        capture_output=True,
    )
    assert refused.returncode == 1
    assert "10 to 256 characters" in refused.stderr
