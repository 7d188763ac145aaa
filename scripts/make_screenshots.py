"""Makes the pictures of docs/images/ from the demo: `make screenshots`.

The demo runs on a folder of its own in the temporary folder, which is removed at the end.
"""

import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.processes import SIGHTLOG, clean_environment, free_port, sightlog

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1440, 900
_SECONDS_TO_PAINT = 300
_SECONDS_BETWEEN_LOOKS = 2
# As many fails as a screen shows. Of older ones the demo draws only some, and after a quiet weekend day the newest are
# old: then it is done when nothing new has been painted for a while.
_PAINTED = 15
_SECONDS_WITHOUT_NEWS = 45
_QUALITY = 88

_IS_WHOLE = """() => {
  const isSeen = (one) => one.getBoundingClientRect().top < innerHeight;
  const waits = [...document.querySelectorAll("late-part")].some((one) => isSeen(one) && one.querySelector(".waiting"));
  return !waits && [...document.images].every((one) => one.complete || !isSeen(one));
}"""

Json = dict[str, Any]


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[str, Path]]:
    """The demo's address and data folder."""
    data, port = folder / "demo", free_port()
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [*SIGHTLOG, "demo", str(data), "--port", str(port)], env=clean_environment(), stdout=log, stderr=log
        )
        try:
            yield f"http://127.0.0.1:{port}", data
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for_pictures(address: str, data: Path) -> tuple[str, str]:
    """Until the newest fails are painted: (the use case's id, the id of the newest fail)."""
    deadline = time.monotonic() + _SECONDS_TO_PAINT
    most, since = 0, time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        try:
            key = (data / "demo.env").read_text("utf-8").partition("ROBOFLOW_API_KEY=")[2].split()[0].strip("'\"")
            use_case, fails = newest_fails(address, key)
        except (OSError, httpx.HTTPError, IndexError, KeyError):
            continue  # it has not begun yet
        painted = [event for event in fails if event["images"] and event["images"][0].get("url")]
        if len(painted) > most:
            most, since = len(painted), time.monotonic()
        if most == _PAINTED or (most and time.monotonic() - since > _SECONDS_WITHOUT_NEWS):
            return use_case, painted[0]["eventId"]
    raise TimeoutError(f"the demo had not painted its newest fails after {_SECONDS_TO_PAINT} s")


def newest_fails(address: str, key: str) -> tuple[str, list[Json]]:
    """The first use case and its newest fails."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=address, headers=headers, trust_env=False) as http:
        use_case = http.get("/vision-events/use-cases").json()["useCases"][0]["id"]
        body = {"useCaseId": use_case, "outcomes": ["fail"], "limit": _PAINTED}
        return use_case, http.post("/vision-events/query", json=body).json()["events"]


def open_page(browser: Browser, address: str, data: Path, scheme: Any) -> Page:
    """A page of somebody who is signed in."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(sightlog("sign-in-link", data=data).stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/vision-events")
    return page


def shoot(page: Page, path: str, name: str) -> None:
    """One picture, small enough for a repository."""
    page.goto(path)
    # Not wait_for_function, which the pages' policy refuses.
    while not page.evaluate(_IS_WHOLE):
        page.wait_for_timeout(100)
    page.wait_for_timeout(300)
    target = IMAGES / f"{name}.webp"
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").save(target, quality=_QUALITY, method=6)
    print(f"{target.relative_to(IMAGES.parents[1])}: {target.stat().st_size // 1000} kB")


def main() -> None:
    """Make them all anew."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("this needs Chromium: sh scripts/setup.sh browser")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        running_demo(Path(temporary)) as (address, data),
        sync_playwright() as playwright,
    ):
        use_case, fail = wait_for_pictures(address, data)
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page_of = f"/demo/vision-events/{use_case}"
        light = open_page(browser, address, data, "light")
        shoot(light, "/demo/vision-events", "use-cases")
        shoot(light, f"{page_of}?segment=attention", "events")
        shoot(light, f"{page_of}?segment=attention&event={fail}", "event")
        shoot(light, f"{page_of}/overview?compare=metadata.line_id", "overview")
        shoot(light, f"{page_of}/metadata", "metadata")
        dark = open_page(browser, address, data, "dark")
        shoot(dark, f"{page_of}?segment=attention&event={fail}", "event-dark")
        browser.close()


if __name__ == "__main__":
    main()
