"""What axe says of every page, on a bright desk and in a hand at night. test_settings has the settings."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_accessible
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Watch
from tests.builders import a_box, an_event, an_image, moment, new_name
from tests.expect import Caller
from tests.pictures.making import whole

PAGES = {
    "grid": "",
    "rows": "?view=rows",
    "filtered": "?result=fail&m.line=3",
    "no match": "?result=pass",
    "filters": "/filter",
    "filter by a value": "/filter?of=m.line",
    "filter by time": "/filter?of=from",
    "views": "/views",
    "request": "/request",
    "overview": "/overview",
    "metadata": "/metadata",
    "review": "/review",
    "rename": "/rename",
    "archive": "/archive",
}


@pytest.fixture
def failed(caller: Caller, use_case: str) -> str:
    """A failed check with a picture, a warning and a review, one alert, and one event without a picture."""
    source_id = caller.upload(whole("image/jpeg"), "a.jpg")["sourceId"]
    boxes = [a_box("plate", 0.95, x=48, y=32, width=80, height=50), a_box("screw", 0.8, x=20, y=16, width=14, height=9)]
    fail = an_event(
        use_case=use_case,
        eventData={"result": "fail"},
        images=[an_image(*boxes, sourceId=source_id)],
        customMetadata={"line": 3, "operator": "Pia"},
        deviceId="cam-7",
        unknownField=1,
    )
    others = [
        an_event("safety_alert", use_case, timestamp=moment(minutes=20), customMetadata={"line": "3"}),
        an_event("inventory_count", use_case, timestamp=moment(minutes=30)),
    ]
    caller.batch(fail, *others)
    return str(fail["eventId"])


@pytest.mark.slow
@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desk, light", "phone, dark"])
def test_every_page_of_a_use_case_is_accessible(
    open_page: OpenPage, caller: Caller, use_case: str, failed: str, size: dict[str, int], dark: bool
) -> None:
    page = open_page(size=size, dark=dark)
    addresses = [*PAGES.values(), f"/events/{failed}", f"?event={failed}"]
    problems = []
    for address in addresses:
        page.goto(f"/{caller.workspace}/vision-events/{use_case}{address}")
        try:
            check_accessible(page)
        except AssertionError as problem:
            problems.append(str(problem))
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            problems.append(f"{address} is wider than the screen")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desk, light", "phone, dark"])
def test_use_cases_archived_ones_and_their_forms_are_accessible(
    open_page: OpenPage, caller: Caller, failed: str, size: dict[str, int], dark: bool
) -> None:
    archived, shown = caller.new_use_case(new_name("Old line")), new_name("Table")
    caller.new_use_case(shown)
    page = open_page(size=size, dark=dark)
    start = f"/{caller.workspace}/vision-events"
    page.goto(f"{start}/{archived}/archive")
    page.get_by_role("button", name="Archive").click()
    # Only these: other tests leave hundreds of use cases, and axe looks at every cell.
    table, gone = f"?search={quote(shown)}", "?search=nothing+of+that+name"
    for address in (table, gone, "?status=archived&search=Old+line", "/new", f"/{archived}"):
        page.goto(start + address)
        check_accessible(page)
    page.goto(start + table)
    page.get_by_role("link", name="Create Use Case").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check_accessible(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_that_say_no_and_the_way_in_are_accessible(
    open_page: OpenPage, caller: Caller, watch: Watch, dark: bool
) -> None:
    watch.expected = ("404 (Not Found)",)
    page = open_page(size=PHONE, dark=dark)
    page.goto(f"/{caller.workspace}/vision-events/nobody-made-this")
    check_accessible(page)
    guest = open_page(signed_in=False, dark=dark)
    guest.goto("/sign-in")
    check_accessible(guest)
