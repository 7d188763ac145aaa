"""Names and events that mean no good: pages show them as text, run nothing, and stay as wide as the screen."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.builders import a_box, an_event, an_image, new_id
from tests.expect import Caller
from tests.pictures.making import whole

SCRIPT = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"
ARABIC = ("خدش عميق على السطح " * 20)[:200]


def open_whole(page: Page, address: str) -> None:
    """Open a page; fail when it reaches out of the screen or something of it ran. `watch` sees broken policies."""
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address
    assert page.title() != "taken over"


def pages_of(caller: Caller, use_case: str, event_id: str) -> list[str]:
    start = f"/{caller.workspace}/vision-events/{use_case}"
    return [start, f"{start}?view=rows", f"{start}?event={event_id}", f"{start}/events/{event_id}", f"{start}/metadata"]


def send(caller: Caller, use_case: str, *boxes: dict[str, Any], **changes: Any) -> str:
    """Send an event with a picture, where there are boxes to draw over it; its id."""
    if boxes:
        source_id = caller.upload(whole("image/jpeg"), "a.jpg")["sourceId"]
        changes["images"] = [an_image(*boxes, sourceId=source_id)]
    event = an_event(use_case=use_case, **changes)
    caller.create(event)
    return str(event["eventId"])


def test_script_in_names_and_values_is_text(open_page: OpenPage, caller: Caller) -> None:
    name = f"{new_id()} {SCRIPT}"
    use_case = caller.new_use_case(name)
    event_id = send(
        caller,
        use_case,
        a_box(SCRIPT, x=40, y=30),
        customMetadata={"note": SCRIPT, "long": "x" * 1000},
        eventData={"result": "fail", "description": SCRIPT},
        deviceId=SCRIPT,
    )
    page = open_page(size=PHONE)
    table = f"/{caller.workspace}/vision-events?{urlencode({'search': name})}"
    addresses = [table, *pages_of(caller, use_case, event_id)]
    addresses += [f"{addresses[1]}/{one}" for one in ("overview", "rename", "archive", "review", "filter?of=m.note")]
    for address in addresses:
        open_whole(page, address)
        expect(page.get_by_text(SCRIPT).first).to_be_attached()


def test_hundred_metadata_fields_stay_whole(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    fields = {f"{number:03} {'wide_field_name_' * 6}"[:100]: "unbroken" * 100 for number in range(100)}
    event_id = send(caller, use_case, customMetadata=fields)
    page = open_page(size=PHONE)
    for address in pages_of(caller, use_case, event_id):
        open_whole(page, address)
    page.goto(f"/{caller.workspace}/vision-events/{use_case}/events/{event_id}")
    for field in fields:
        assert page.get_by_text(field, exact=True).count(), field


def test_long_class_that_is_read_from_the_right_stays_whole(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    event_id = send(caller, use_case, a_box(ARABIC, x=40, y=30))
    page = open_page(size=PHONE)
    for address in pages_of(caller, use_case, event_id):
        open_whole(page, address)
    page.goto(f"/{caller.workspace}/vision-events/{use_case}/events/{event_id}")
    expect(page.locator(".class-chip")).to_contain_text(ARABIC.strip())


def test_event_without_a_picture_says_so(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    event_id = send(caller, use_case)
    page = open_page(size=PHONE)
    for address in pages_of(caller, use_case, event_id):
        open_whole(page, address)
    page.goto(f"/{caller.workspace}/vision-events/{use_case}/events/{event_id}")
    expect(page.get_by_text("This event came without a picture.")).to_be_visible()


@pytest.mark.slow
def test_thousand_boxes_are_all_drawn(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    boxes = [a_box("grain", x=1 + n % 90, y=1 + n // 20, width=2, height=2) for n in range(1000)]
    event_id = send(caller, use_case, *boxes)
    page = open_page(size=PHONE)
    for address in pages_of(caller, use_case, event_id):
        open_whole(page, address)
    page.goto(f"/{caller.workspace}/vision-events/{use_case}/events/{event_id}")
    expect(page.locator(".event-main .drawing .shape")).to_have_count(1000)
    expect(page.get_by_text("1,000 predictions")).to_be_visible()
