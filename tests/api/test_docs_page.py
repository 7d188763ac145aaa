"""GET /docs and GET /: pages that anybody can read, that load nothing from elsewhere, and whose commands work."""

import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from sightlog.api.openapi_example_bodies import QUALITY, SAFETY, WAREHOUSE
from tests.expect import Caller
from tests.processes import Server, serving

PAGES = ["/docs"]
NEEDS_A_FILE = ("event.tar.gz", "-o plate-small.jpg")


class Page(HTMLParser):
    """What a page holds: its tags with their attributes, and the text of each `pre`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.commands: list[str] = []
        self._in_pre = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "pre":
            self._in_pre = True
            self.commands.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_pre = self._in_pre and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._in_pre:
            self.commands[-1] += data

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


@pytest.fixture(scope="module", params=PAGES)
def page(nobody: httpx.Client, request: pytest.FixtureRequest) -> Page:
    return Page(nobody.get(request.param).text)


@pytest.fixture(scope="module")
def docs(nobody: httpx.Client) -> Page:
    return Page(nobody.get("/docs").text)


@pytest.mark.parametrize("path", PAGES)
def test_page_opens_without_a_key_under_a_strict_policy(nobody: httpx.Client, path: str) -> None:
    reply = nobody.get(path)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "script-src" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-frame-options"] == "DENY"
    assert reply.headers["referrer-policy"] == "no-referrer"


def test_page_has_no_script_and_nothing_inline(page: Page) -> None:
    assert not {"script", "style", "iframe"} & {tag for tag, _ in page.tags}
    assert not page.attributes("style")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_page_loads_nothing_from_elsewhere_and_what_it_loads_is_there(page: Page, nobody: httpx.Client) -> None:
    loaded = page.attributes("src") + [found["href"] for tag, found in page.tags if tag == "link"]
    assert len(set(loaded)) == 2
    for address in loaded:
        assert address.startswith("/static/")
        file = nobody.get(address)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]


def test_every_link_leads_somewhere(page: Page, nobody: httpx.Client) -> None:
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    for address in {found["href"] for tag, found in page.tags if tag == "a"}:
        if address.startswith("#"):
            assert address[1:] in ids, address
        else:
            assert nobody.get(address, follow_redirects=True).status_code == 200, address


def test_page_is_readable_for_machines_that_read_aloud(page: Page) -> None:
    assert page.tags[0] == ("html", {"lang": "en"})
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert [tag for tag, _ in page.tags].count("main") == 1
    assert all("alt" in found for tag, found in page.tags if tag == "img")
    assert all("aria-label" in found for tag, found in page.tags if tag in ("pre", "nav"))


def test_docs_show_every_operation(docs: Page, nobody: httpx.Client) -> None:
    paths = nobody.get("/openapi.json").json()["paths"]
    operations = {operation["operationId"] for item in paths.values() for operation in item.values()}
    assert operations <= set(docs.attributes("id"))


def test_pages_show_no_key(nobody: httpx.Client, caller: Caller, server: Server) -> None:
    for path in (*PAGES, "/openapi.json"):
        text = nobody.get(path).text
        assert caller.key not in text
        assert server.first_key() not in text


def test_unknown_file_is_not_found(nobody: httpx.Client) -> None:
    for name in ("pages.css", "nothing.css", "..%2F..%2Fpages.py", "000000000000/pages.css"):
        assert nobody.get(f"/static/{name}").status_code == 404


def test_browsers_find_an_icon_where_they_look_for_it(nobody: httpx.Client) -> None:
    icon = nobody.get("/favicon.ico")
    assert icon.status_code == 200
    assert icon.headers["content-type"] == "image/svg+xml"
    assert b"<script" not in icon.content


@pytest.fixture(scope="module")
def shop_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of its own with the demo's use cases, and a picture to upload."""
    folder = tmp_path_factory.mktemp("shop-window")
    with serving(folder / "data") as server, server.client(server.first_key()) as http:
        for name in (QUALITY, WAREHOUSE, SAFETY):
            assert http.post("/vision-events/use-cases", json={"name": name}).status_code == 201
        yield http


def test_commands_of_the_docs_work_as_printed_and_in_their_order(shop_window: httpx.Client, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 48), "grey").save(tmp_path / "plate.jpg")
    key = shop_window.headers["authorization"].removeprefix("Bearer ")
    ran = 0
    with httpx.Client(timeout=30, trust_env=False) as http:
        for command in Page(shop_window.get("/docs").text).commands:
            if command.startswith("curl ") and not any(name in command for name in NEEDS_A_FILE):
                reply = http.send(as_request(http, command.replace("$ROBOFLOW_API_KEY", key), tmp_path))
                assert reply.status_code in (200, 201), (command, reply.text)
                is_table = reply.headers["content-type"].startswith("text/csv")
                assert reply.text if is_table else reply.json() is not None
                ran += 1
    assert ran > 20


def as_request(http: httpx.Client, command: str, folder: Path) -> httpx.Request:
    """What curl would send for this command."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    url, method, headers, body = "", "", {}, {}  # type: ignore[var-annotated]
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(words)
        elif word == "-d":
            body = {"content": next(words).encode()}
        elif word == "-F":
            field, _, name = next(words).partition("=@")
            body = {"files": {field: (name, (folder / name).read_bytes())}}
        else:
            assert not word.startswith("-"), word
            url = word
    sent: dict[str, Any] = body
    return http.build_request(method or ("POST" if body else "GET"), url, headers=headers, **sent)
