"""Under which names pages answer, with each way of listening, and what follows for the cookie."""

from pathlib import Path

import httpx
import pytest

from sightlog.domain.errors import Forbidden
from sightlog.web.hosts import AllowedHosts, allowed_hosts, host_of, is_this_machine
from tests.processes import serving, sightlog


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8000", "localhost"),
        ("LOCALHOST", "localhost"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("10.0.0.5:80", "10.0.0.5"),
        ("", ""),
        (":80", ""),
    ],
)
def test_name_of_a_host_header(header: str, name: str) -> None:
    assert host_of(header) == name


def answers(hosts: AllowedHosts, *headers: str) -> list[bool]:
    def is_answered(header: str) -> bool:
        try:
            hosts.check(header)
        except Forbidden:
            return False
        return True

    return [is_answered(header) for header in headers]


REBOUND = ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "evil.example:8000")


def test_loopback_answers_as_itself_only() -> None:
    hosts = allowed_hosts("127.0.0.1", "")
    assert answers(hosts, "127.0.0.1:8000", "localhost:8000", "[::1]:8000") == [True] * 3
    assert answers(hosts, "10.0.0.5", *REBOUND) == [False] * 6


def test_one_address_answers_as_that_too() -> None:
    hosts = allowed_hosts("10.0.0.5", "")
    assert answers(hosts, "10.0.0.5:8000", "localhost:8000") == [True] * 2
    assert answers(hosts, "10.0.0.6", *REBOUND) == [False] * 6


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_listening_everywhere_allows_addresses_since_rebinding_needs_a_name(everywhere: str) -> None:
    hosts = allowed_hosts(everywhere, "")
    assert answers(hosts, "10.0.0.5:8000", "192.168.7.7", "[fe80::1]:8000") == [True] * 3
    assert answers(hosts, *REBOUND, "10.0.0.5.nip.example", "0x7f000001", "10.5") == [False] * 8


def test_public_name_is_allowed_in_any_case_and_with_any_port() -> None:
    hosts = allowed_hosts("127.0.0.1", "https://Events.Example.org:8443")
    assert answers(hosts, "events.example.org", "EVENTS.example.org:8443") == [True] * 2
    assert answers(hosts, "example.org", "x.events.example.org", *REBOUND) == [False] * 7


def test_links_for_this_machine_only_are_known() -> None:
    assert is_this_machine("localhost:8000")
    assert not is_this_machine("10.0.0.5:8000")


def test_behind_https_the_cookie_is_for_https_and_this_host_only(folder: Path) -> None:
    public = "https://events.example.org"
    with serving(folder, "--public-url", public) as server:
        link = sightlog("sign-in-link", data=folder, SIGHTLOG_PUBLIC_URL=public).stdout.strip()
        assert link.startswith(public)
        headers = {"Host": "events.example.org", "Origin": public, "Sec-Fetch-Site": "same-origin"}
        with server.client(None) as http:
            cookie = http.post(httpx.URL(link).path, headers=headers).headers["set-cookie"]
            name, _, rest = cookie.partition("=")
            assert name.startswith("__Host-sightlog-")
            assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(rest.split("; "))
            assert "Domain" not in cookie
            own = {"Cookie": cookie.partition(";")[0], "Host": "events.example.org"}
            assert http.get("/go", headers=own).headers["location"].endswith("/vision-events")
            assert http.get("/go", headers=own | {"Host": "evil.example"}).status_code == 403
