"""The list of events in a browser: what typing, keys and clicks do that the form without scripts does too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.builders import moment, new_id
from tests.expect import Caller, Json

OpenList = Callable[..., Page]


def event(use_case: str, minutes: int, **changes: object) -> Json:
    made: Json = {
        "eventId": new_id(),
        "eventType": "quality_check",
        "useCaseId": use_case,
        "timestamp": moment(minutes=minutes),
        "eventData": {"result": "pass"},
        "deviceId": f"cam-{minutes}",
        "customMetadata": {"lot": "4711" if minutes == 3 else "x", "temp": 60 + minutes},
    }
    return made | changes


@pytest.fixture
def events(caller: Caller, use_case: str) -> list[Json]:
    """Twelve, newest first: the first one is a minute old."""
    made = [event(use_case, minutes) for minutes in range(1, 13)]
    caller.batch(*made)
    return made


@pytest.fixture
def open_list(open_page: OpenPage, caller: Caller, use_case: str, events: list[Json]) -> OpenList:
    def open_it(query: str = "?view=rows", **parameters: object) -> Page:
        page = open_page(**parameters)
        page.goto(f"/{caller.workspace}/vision-events/{use_case}{query}")
        return page

    return open_it


def listed(page: Page) -> list[str]:
    return [one.get_attribute("data-event") or "" for one in page.locator("[data-event]").all()]


def test_a_value_is_found_by_typing_and_filters(open_list: OpenList, events: list[Json]) -> None:
    page = open_list()
    page.keyboard.press("/")
    page.keyboard.type("4711")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text(re.compile("lot is 4711"))
    page.keyboard.press("Enter")
    page.wait_for_url("**m.lot=%224711%22**")
    assert listed(page) == [events[2]["eventId"]]
    expect(page.get_by_role("list", name="Filters in force")).to_contain_text("lot is 4711")


def test_a_comparison_is_written_as_one_thinks_it(open_list: OpenList, events: list[Json]) -> None:
    page = open_list()
    page.keyboard.press("/")
    page.keyboard.type("temp > 70")
    page.keyboard.press("Enter")
    page.wait_for_url("**m.temp.gt=70**")
    assert listed(page) == [one["eventId"] for one in events[10:]]


def test_who_types_faster_than_the_fields_arrive_loses_nothing(open_list: OpenList, events: list[Json]) -> None:
    page = open_list()

    def late(route: Route) -> None:
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/filter-fields**", late)
    page.keyboard.press("/")
    page.keyboard.type("temp > 70")
    page.keyboard.press("Enter")
    page.wait_for_url("**m.temp.gt=70**")


def test_a_chip_is_edited_in_place_and_removed(open_list: OpenList, events: list[Json]) -> None:
    page = open_list("?view=rows&device=cam-2")
    page.get_by_text("Device is cam-2").click()
    form = page.get_by_role("dialog", name="Device")
    form.get_by_label("cam-2", exact=False).first.uncheck()
    form.get_by_label("cam-5", exact=False).check()
    form.get_by_role("button", name="Apply").click()
    page.wait_for_url("**device=cam-5**")
    assert listed(page) == [events[4]["eventId"]]
    page.get_by_role("link", name="Remove the filter on Device").click()
    expect(page.locator("[data-event]")).to_have_count(12)


def test_keys_walk_and_select(open_list: OpenList, events: list[Json]) -> None:
    page = open_list()
    for key in ("j", "j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("3 selected")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_selected_events_are_deleted_after_a_question(open_list: OpenList, events: list[Json], caller: Caller) -> None:
    page = open_list("")
    tiles = page.locator("[data-event]")
    tiles.nth(0).hover()
    tiles.nth(0).get_by_role("checkbox").check()
    tiles.nth(2).click(modifiers=["Shift"])
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 3 events").click()
    page.wait_for_url("**notice=deleted**")
    assert listed(page) == [one["eventId"] for one in events[3:]]


def test_new_events_announce_themselves_and_move_nothing(
    open_list: OpenList, events: list[Json], caller: Caller, use_case: str
) -> None:
    page = open_list()
    before = listed(page)
    newest = event(use_case, 0)
    caller.create(newest)
    news = page.get_by_role("link", name="1 new event")
    expect(news).to_be_visible()
    assert listed(page) == before
    news.click()
    expect(page.locator("[data-event]")).to_have_count(13)
    assert listed(page)[0] == newest["eventId"]


def test_a_view_is_saved_in_a_dialog(open_list: OpenList) -> None:
    page = open_list("?device=cam-2")
    page.get_by_text("Views and requests").locator("..").click()
    page.get_by_role("link", name="Save this view …").click()
    name = new_id("Second ")[:20]
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name=name)).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_list_fits_its_window(open_list: OpenList, size: dict[str, int]) -> None:
    for query in ("", "?view=rows&device.not=nobody&colour=red"):
        page = open_list(query, size=size)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_filtering_and_paging_work_without_scripts(open_list: OpenList, events: list[Json]) -> None:
    page = open_list("", scripts=False)
    page.get_by_role("link", name="Add a filter").click()
    page.get_by_role("link", name="Device").click()
    page.get_by_label("cam-7").check()
    page.get_by_role("button", name="Apply").click()
    assert listed(page) == [events[6]["eventId"]]


def test_a_verdict_by_key_with_a_way_back(
    open_list: OpenList, events: list[Json], caller: Caller, use_case: str
) -> None:
    page = open_list()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("2")
    row = page.locator("[data-event]").nth(1)
    expect(row).to_contain_text("Incorrect")
    page.get_by_role("button", name="Undo").click()
    expect(row).not_to_contain_text("Incorrect")
    assert caller.count(use_case, feedbackStatus=["incorrect"]) == 0


def test_selected_events_are_taken_along_as_a_file(open_list: OpenList, events: list[Json]) -> None:
    page = open_list()
    page.locator("input[name=event]").nth(0).check()
    page.locator("input[name=event]").nth(1).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "events.ndjson"
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 2
    expect(page.get_by_text("2 selected")).to_be_visible()
