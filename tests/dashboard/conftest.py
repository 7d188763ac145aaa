"""People who are signed in to the session's server, each through a real sign-in link."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.builders import new_id
from tests.expect import Caller
from tests.processes import Server, sightlog

_TOKEN = re.compile(r'name="csrf"(?: content)?(?: value)?="([^"]+)"')


class Visitor:
    """Somebody in front of a browser without scripts: follows links, sends forms with their token."""

    def __init__(self, http: httpx.Client, workspace: str) -> None:
        self.http = http
        self.workspace = workspace

    def get(self, path: str, **parameters: object) -> httpx.Response:
        return self.http.get(path, **parameters)  # type: ignore[arg-type]

    def csrf(self) -> str:
        """The token of this session, as it stands in every page."""
        found = _TOKEN.search(self.get(f"/{self.workspace}/vision-events").text)
        assert found
        return found.group(1)

    def post(self, path: str, fields: dict[str, object] | None = None, **parameters: object) -> httpx.Response:
        data = {"csrf": self.csrf(), **(fields or {})}
        return self.http.post(path, data=data, **parameters)  # type: ignore[arg-type]


def sign_in(http: httpx.Client, link: str) -> None:
    """Open a link as a person does: look, then press the button."""
    path = httpx.URL(link).path
    assert http.get(path).status_code == 200
    assert http.post(path).status_code == 303


SignIn = Callable[..., Visitor]


@pytest.fixture(scope="session")
def sign_in_as(server: Server, caller: Caller) -> Iterator[SignIn]:
    """Makes a person with a role in the first workspace (or another) and signs in; no role: the owner."""
    with ExitStack() as stack:

        def signed_in(role: str | None = None, name: str | None = None, workspace: str | None = None) -> Visitor:
            place = workspace or caller.workspace
            name = name or (new_id(f"{role} ") if role else None)
            if role is not None and name is not None:
                sightlog("users", "add", name, "--role", role, "--workspace", place, data=server.data)
            link = sightlog("sign-in-link", *([name] if name else []), data=server.data).stdout.strip()
            http = stack.enter_context(server.client(None))
            sign_in(http, link)
            return Visitor(http, place)

        yield signed_in


@pytest.fixture(scope="session")
def owner(sign_in_as: SignIn) -> Visitor:
    return sign_in_as()


@pytest.fixture(scope="session")
def admin(sign_in_as: SignIn) -> Visitor:
    return sign_in_as("admin")


@pytest.fixture(scope="session")
def editor(sign_in_as: SignIn) -> Visitor:
    return sign_in_as("editor")


@pytest.fixture(scope="session")
def operator(sign_in_as: SignIn) -> Visitor:
    return sign_in_as("operator")


@pytest.fixture(scope="session")
def viewer(sign_in_as: SignIn) -> Visitor:
    return sign_in_as("viewer")
