"""Review mode by keyboard only: one event after another, undo, skip, comment, and the summary at its end."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, OpenPage, Watch
from tests.builders import a_box, an_event, an_image, feedback_on, moment
from tests.expect import Caller
from tests.pictures.making import whole

COUNT = 11


@pytest.fixture
def made(caller: Caller, use_case: str) -> list[str]:
    """More events than come at once, newest first; one more has feedback already."""
    source_id = caller.upload(whole("image/jpeg"), "a.jpg")["sourceId"]
    fail = {"eventData": {"result": "fail"}, "images": [an_image(a_box(x=40, y=30), sourceId=source_id)]}
    events = [an_event(use_case=use_case, timestamp=moment(minutes=n + 1), **fail) for n in range(COUNT)]
    known = an_event(use_case=use_case, timestamp=moment(minutes=2), **fail)
    caller.batch(*events, known, feedback_on(known["eventId"], "correct", use_case), an_event(use_case=use_case))
    return [event["eventId"] for event in events]


def start(page: Page, caller: Caller, use_case: str, query: str = "?outcome=fail") -> None:
    page.goto(f"/{caller.workspace}/vision-events/{use_case}/review{query}")


def expect_card(page: Page, event_id: str, done: int) -> None:
    expect(page.locator(".review-card-place .review-card")).to_have_attribute("data-id", event_id)
    expect(page.locator(".review-count")).to_have_text(f"{done} of {COUNT}")


def status(caller: Caller, event_id: str) -> str:
    return str(caller.event(event_id).get("feedback", {}).get("status", "none"))


def test_all_are_reviewed_with_the_keyboard_alone(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str]
) -> None:
    page = open_page()
    start(page, caller, use_case)
    expect_card(page, made[0], 0)
    page.keyboard.press("1")
    expect_card(page, made[1], 1)
    page.keyboard.press("2")
    expect_card(page, made[2], 2)
    page.keyboard.press("u")
    expect_card(page, made[1], 1)
    page.keyboard.press("3")
    expect_card(page, made[2], 2)
    page.keyboard.press("s")
    expect_card(page, made[3], 3)
    page.keyboard.press("c")
    page.keyboard.type("a reflection, not a 1")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    for done in range(4, COUNT):
        expect_card(page, made[done], done)
        page.keyboard.press("1")
    expect(page.get_by_role("heading", name="All reviewed")).to_be_visible()
    expect(page.locator(".review-sum")).to_have_text("11 events: 8 correct, 1 incorrect, 1 inconclusive, 1 skipped.")
    page.wait_for_timeout(300)
    assert [status(caller, one) for one in made] == ["correct", "inconclusive", "none", "incorrect", *["correct"] * 7]
    assert caller.event(made[1])["feedback"]["count"] == 1
    latest = caller.event(made[3])["feedback"]["latest"]
    assert (latest["comment"], latest["reviewer"]) == ("a reflection, not a 1", "owner")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"outcome=fail"))
    expect(page.locator("[data-event]")).to_have_count(COUNT + 1)


def test_the_next_pictures_are_there_before_they_are_asked_for(
    open_page: OpenPage, caller: Caller, use_case: str
) -> None:
    ids = [caller.upload(whole("image/jpeg"), f"{n}.jpg")["sourceId"] for n in range(3)]
    events = [
        an_event(use_case=use_case, timestamp=moment(minutes=n + 1), images=[an_image(sourceId=one)])
        for n, one in enumerate(ids)
    ]
    caller.batch(*events)
    page = open_page()
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    start(page, caller, use_case, "")
    expect(page.locator(".review-card-place .stage img")).to_be_visible()
    page.wait_for_timeout(500)
    assert all(any(one in url for url in loaded) for one in ids)


def test_a_verdict_that_could_not_be_saved_comes_back(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str], watch: Watch
) -> None:
    watch.expected = ("net::ERR_FAILED",)
    page = open_page()
    start(page, caller, use_case)
    expect_card(page, made[0], 0)

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/feedback", fail)
    page.keyboard.press("2")
    expect(page.locator(".toast")).to_contain_text("not saved")
    expect_card(page, made[0], 0)
    page.unroute("**/feedback", fail)
    page.keyboard.press("2")
    expect_card(page, made[1], 1)
    page.wait_for_timeout(300)
    assert status(caller, made[0]) == "incorrect"


def test_nothing_to_review_says_so(open_page: OpenPage, caller: Caller, use_case: str, made: list[str]) -> None:
    page = open_page()
    start(page, caller, use_case, "?device=nobody")
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()


def test_without_scripts_it_says_what_it_needs(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    page = open_page(scripts=False)
    start(page, caller, use_case)
    expect(page.get_by_role("heading", name="Review mode needs JavaScript")).to_be_visible()


def test_on_a_phone_the_verdicts_are_large_enough_for_a_thumb(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str]
) -> None:
    page = open_page(size=PHONE)
    start(page, caller, use_case)
    expect_card(page, made[0], 0)
    for button in page.locator(".review-bar button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["width"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Correct", exact=True).click()
    expect_card(page, made[1], 1)
