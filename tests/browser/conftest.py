"""A real browser on the session's server. A page that logs an error, breaks its policy or asks another host fails the
test that opened it."""

import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.processes import Server, sightlog

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "these tests need Chromium: sh scripts/setup.sh browser"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


class Watch:
    """What a page did that no page may."""

    def __init__(self, server: Server) -> None:
        self.problems: list[str] = []
        self.expected: tuple[str, ...] = ()
        self._host = urlsplit(server.url).netloc

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self._host:
            self.problems.append(f"asked another host: {request.url}")

    def check(self) -> None:
        """Raise AssertionError for everything that a page did but what the test expects."""
        problems = [one for one in self.problems if not any(word in one for word in self.expected)]
        assert not problems, problems


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    """Looks at every page of a test; `expected` names what the test provokes on purpose."""
    watching = Watch(server)
    yield watching
    watching.check()


@pytest.fixture
def open_page(browser: Browser, server: Server, watch: Watch) -> Iterator[OpenPage]:
    """Opens a page of a new browser profile: `open_page(signed_in=True, size=PHONE, dark=True, scripts=False)`.
    `signed_in` may be a name; True is the owner."""
    contexts: list[BrowserContext] = []

    def open_it(
        signed_in: bool | str = True, size: dict[str, int] = DESKTOP, dark: bool = False, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport=size,  # type: ignore[arg-type]  # it is one of the two above
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        if signed_in:
            name = [signed_in] if isinstance(signed_in, str) else []
            page.goto(sightlog("sign-in-link", *name, data=server.data).stdout.strip())
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/vision-events")
        return page

    yield open_it
    for context in contexts:
        context.close()
