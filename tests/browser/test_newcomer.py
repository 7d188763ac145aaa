"""A newcomer's whole path, with scripts and without: from the printed link to an archived use case and back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.builders import an_event, new_id, new_name
from tests.clients.conftest import Sdk, client_environment, sdk
from tests.expect import Caller
from tests.processes import Server, sightlog

__all__ = ["client_environment", "sdk"]  # fixtures of the official client


def create_use_case(page: Page, name: str, scripts: bool) -> str:
    """Make a use case by the button of the table; its id, which the address of its page ends with."""
    page.get_by_role("link", name="Create Use Case").first.click()
    expect(page.get_by_role("dialog")).to_have_count(1 if scripts else 0)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
    return page.url.partition("?")[0].rpartition("/")[2]


def find(page: Page, name: str) -> Locator:
    """The row of a use case, found by its name among the hundreds that other tests leave."""
    box = page.get_by_label("Search use cases")
    box.fill(name)
    box.press("Enter")
    page.wait_for_url("**search=*")
    return page.get_by_role("row", name=name)


def archive(page: Page, caller: Caller, name: str) -> None:
    """Archive by the row's menu, without which there is a page of its own."""
    page.goto(f"/{caller.workspace}/vision-events")
    row = find(page, name)
    row.locator("summary").click()
    row.get_by_role("link", name="Archive").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("New events are refused; everything stays readable.")).to_be_visible()
    expect(find(page, name)).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_newcomer_sees_the_first_event_reviews_it_archives_and_brings_back(
    open_page: OpenPage, caller: Caller, sdk: Sdk, scripts: bool
) -> None:
    page = open_page(scripts=scripts)
    name = new_name("Newcomer's line")
    use_case = create_use_case(page, name, scripts)
    first = an_event(use_case=use_case, customMetadata={"shift": "night"}, eventData={"result": "fail"})
    sdk("write_vision_event", first)
    sdk("write_vision_event", an_event(use_case=use_case, customMetadata={"shift": "day"}))
    if scripts:  # the page turns into the event by itself
        expect(page.get_by_text("Waiting for the first event")).to_have_count(0)
    page.goto(f"/{caller.workspace}/vision-events/{use_case}")
    expect(page.locator("[data-event]")).to_have_count(2)

    page.goto(f"/{caller.workspace}/vision-events/{use_case}/filter?of=m.shift")
    page.get_by_label("night").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("[data-event]")).to_have_count(1)
    page.locator("[data-event] .open").first.click()
    page.get_by_role("button", name="Incorrect").click()
    expect(page.locator(".reviews li")).to_contain_text("owner")
    assert caller.event(first["eventId"])["feedback"]["latest"]["reviewer"] == "owner"

    archive(page, caller, name)
    page.get_by_role("link", name="View archived use cases").click()
    expect(page.get_by_role("heading", name="Archived use cases")).to_be_visible()
    find(page, name).get_by_role("link", name=name).click()
    expect(page.get_by_text("Archived: new events are refused")).to_be_visible()
    expect(page.locator("[data-event]").first).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    page.goto(f"/{caller.workspace}/vision-events")
    expect(find(page, name)).to_be_visible()
    sdk("write_vision_event", an_event(use_case=use_case))


def test_two_people_review_the_same_event_and_the_newest_decides(
    open_page: OpenPage, caller: Caller, use_case: str, server: Server
) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    other = new_id("Ola ")
    sightlog("users", "add", other, "--role", "operator", data=server.data)
    address = f"/{caller.workspace}/vision-events/{use_case}/events/{event['eventId']}"
    mine, hers = open_page(), open_page(signed_in=other)
    mine.goto(address)
    hers.goto(address)
    mine.get_by_role("button", name="Incorrect").click()
    expect(mine.locator(".reviews li")).to_have_count(1)
    hers.get_by_role("button", name="Correct", exact=False).first.click()
    expect(hers.locator(".reviews li")).to_have_count(2)
    mine.reload()
    reviews = mine.locator(".reviews")
    expect(reviews).to_contain_text("owner")
    expect(reviews).to_contain_text(other)
    expect(mine.get_by_role("button", name="Take back")).to_have_count(1)
    latest = caller.event(event["eventId"])["feedback"]["latest"]
    assert (latest["reviewer"], latest["feedback"]) == (other, "correct")
