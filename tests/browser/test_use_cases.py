"""The table of use cases and the wait for a first event. The whole path of a newcomer is in test_newcomer."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from sightlog.dashboard.use_cases import PAGE
from tests.browser.accessibility import check_accessible
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Watch
from tests.builders import an_event, moment, new_name
from tests.expect import Caller
from tests.processes import KEY, Server


def open_table(page: Page, caller: Caller, **query: str) -> None:
    """Search for a name to see its row: other tests leave hundreds of use cases."""
    page.goto(f"/{caller.workspace}/vision-events?{urlencode(query)}")


def make_use_case(page: Page, caller: Caller, name: str) -> str:
    """Its id."""
    open_table(page, caller)
    page.get_by_role("link", name="Create Use Case").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
    return page.url.split("?")[0].rsplit("/", 1)[1]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_archived_use_case_is_deleted_by_typing_its_name(
    open_page: OpenPage, watch: Watch, caller: Caller, scripts: bool
) -> None:
    watch.expected = ("400",)
    name = new_name("Bottling")
    caller.http.post(f"/vision-events/use-cases/{caller.new_use_case(name)}/archive")
    page = open_page(scripts=scripts)
    open_table(page, caller, status="archived", search=name)
    row = page.get_by_role("row", name=name)
    row.locator("summary").click()
    row.get_by_role("link", name="Delete for good").click()
    expect(page.get_by_role("dialog")).to_have_count(1 if scripts else 0)
    page.get_by_label("Type its name").fill("Bottling")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("alert")).to_contain_text("does not match")
    page.get_by_label("Type its name").fill(name)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text(f"Deleted “{name}” for good.")).to_be_visible()
    expect(page.get_by_role("row", name=name)).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_turns_into_the_first_event(open_page: OpenPage, server: Server, caller: Caller, dark: bool) -> None:
    page = open_page(dark=dark)
    id = make_use_case(page, caller, new_name("Bottling"))
    page.get_by_role("button", name="Make a key").click()
    secret = page.get_by_label("Key", exact=True).text_content() or ""
    assert KEY.fullmatch(secret)
    page.get_by_text("curl", exact=True).click()
    expect(page.get_by_label("curl")).to_contain_text(secret)
    check_accessible(page)

    with server.client(secret) as camera:
        camera.post("/vision-events", json=an_event(use_case="Botling"))
        refusal = page.get_by_role("status").get_by_text("Unknown use case", exact=True).first
        expect(refusal).to_be_visible(timeout=3_000)
        event = an_event(use_case=id)
        assert camera.post("/vision-events", json=event).status_code == 201
    expect(page.locator(f'[data-event="{event["eventId"]}"]')).to_be_visible(timeout=3_000)
    expect(page).to_have_url(re.compile(f"{id}$"))


def test_phone_shows_all_of_it_and_the_test_event(open_page: OpenPage, caller: Caller) -> None:
    page = open_page(size=PHONE)
    make_use_case(page, caller, new_name("Bottling"))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    check_accessible(page)
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("The test event has come.")).to_be_visible()
    expect(page.locator(".tile img")).to_have_count(1)


def test_new_key_is_seen_though_the_first_event_comes_before_it(open_page: OpenPage, caller: Caller) -> None:
    page = open_page()
    id = make_use_case(page, caller, new_name("Bottling"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/first-event$"), hold)
    with page.expect_request(re.compile(r"/first-event$")):
        page.get_by_role("button", name="Make a key").click(no_wait_after=True)
    caller.create(an_event(use_case=id))
    for _ in range(2):  # the second of these questions was asked when the event was there
        with page.expect_event("requestfinished", lambda asked: asked.url.endswith("/state")):
            pass
    page.wait_for_timeout(200)
    held[0].continue_()
    expect(page.get_by_label("Key", exact=True)).to_have_text(KEY)
    page.wait_for_timeout(1_500)  # nor does the page that has it leave by itself
    expect(page.get_by_label("Key", exact=True)).to_have_text(KEY)
    check_accessible(page)
    page.get_by_role("link", name="Show the events").click()
    expect(page.locator(".tile")).to_have_count(1)


def test_names_like_the_typed_one_are_told(open_page: OpenPage, caller: Caller) -> None:
    name = new_name("Bottling")
    id = caller.new_use_case(name)
    caller.create(an_event(use_case=id, customMetadata={"cap_colour": "red"}))
    page = open_page()
    open_table(page, caller)
    page.get_by_role("link", name="Create Use Case").first.click()
    page.get_by_label("Name", exact=True).fill(name.split()[1])
    expect(page.locator("dialog").get_by_text("cap_colour")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_rows_of_another_page_are_found_by_typing(open_page: OpenPage, caller: Caller, scripts: bool) -> None:
    word = new_name("Line").split()[1].replace("0", "f")  # 00 is searched for
    for number in range(PAGE + 1):
        caller.new_use_case(f"{word} {number:03}")
    page = open_page(scripts=scripts)
    open_table(page, caller, search=word, sort="-name")
    expect(page.locator(".use-cases tbody tr")).to_have_count(PAGE)
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".use-cases tbody .main-link")).to_have_text([f"{word} 000"])
    if scripts:
        check_accessible(page)
    page.get_by_label("Search use cases").fill(f"{word} 00")
    if not scripts:
        page.get_by_label("Search use cases").press("Enter")
    rows = page.locator(".use-cases tbody .main-link")
    expect(rows).to_have_text([f"{word} {number:03}" for number in (100, *range(9, -1, -1))])
    expect(page).to_have_url(re.compile(f"search={word}.00&sort=-name$"))
    if scripts:  # rows that came later have their figures too
        expect(page.locator(".use-cases .sparkline")).to_have_count(11)
    create = page.get_by_role("link", name="Create Use Case").get_attribute("href") or ""
    # Its form leads back to what was typed since.
    assert parse_qs(urlsplit(create).query) == parse_qs(urlsplit(page.url).query)
    page.get_by_label("Search use cases").fill(f"{word} 000 nowhere")
    if not scripts:
        page.get_by_label("Search use cases").press("Enter")
    expect(page.get_by_text("No active use case of that name")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1280, 1000, 390])
def test_menu_of_the_only_row_is_whole_and_gives_the_focus_back(
    open_page: OpenPage, caller: Caller, width: int
) -> None:
    name = new_name("A use case with quite a long name")
    id = caller.new_use_case(name)
    for kind in ("quality_check", "inventory_count", "safety_alert", "custom"):
        caller.create(an_event(kind, use_case=id))
    page = open_page(size={"width": width, "height": 800})
    open_table(page, caller, search=name.lower())
    expect(page.locator(".use-cases .sparkline")).to_have_count(1)
    menu = page.get_by_role("row", name=name).locator("summary")
    menu.click(timeout=2_000)
    for item in ("Rename …", "Archive …"):  # not cut off, and nothing above it
        page.get_by_role("link", name=item).click(trial=True, timeout=2_000)
    page.get_by_role("link", name="Rename").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


@pytest.mark.parametrize("width", [1440, 1280])
def test_headings_stay_while_the_window_scrolls(open_page: OpenPage, caller: Caller, width: int) -> None:
    word = new_name("Line").split()[1]
    ids = [caller.new_use_case(f"{word} {number:02} {'x' * 200}") for number in range(30)]
    for kind in ("quality_check", "inventory_count", "safety_alert", "custom"):
        caller.create(an_event(kind, use_case=ids[0]))
    hours_ago = [
        an_event(use_case=ids[0], timestamp=moment(hours=3, minutes=one), deviceId="d" * 200) for one in range(60)
    ]
    caller.batch(*hours_ago)
    page = open_page(size={"width": width, "height": 800})
    open_table(page, caller, search=word, sort="name")
    expect(page.locator(".quiet-sources a")).to_be_visible()
    box = page.locator(".table-box")
    assert box.evaluate("it => it.scrollWidth <= it.clientWidth")  # a column more is not reached by scrolling
    rows = page.locator(".use-cases tbody tr")
    menu = rows.nth(10).locator("summary")
    menu.click()
    menu.evaluate("it => scrollBy(0, it.getBoundingClientRect().top - 80)")  # below the headings, with its menu open
    for column in ("Name", "Event types in use"):
        page.get_by_role("columnheader", name=column).get_by_role("link").click(trial=True, timeout=2_000)
    heading = page.get_by_role("columnheader").last.bounding_box()
    head = page.locator(".head").bounding_box()
    assert heading
    assert head
    assert heading["y"] == head["y"] + head["height"]
    at = heading["x"] + heading["width"] / 2, heading["y"] + heading["height"] / 2
    assert page.evaluate("at => document.elementFromPoint(...at).closest('th') !== null", at)
    page.get_by_role("link", name="Archive …").click(trial=True, timeout=2_000)
    # What gets the focus is not below them.
    page.get_by_role("link", name=f"{word} 20").focus()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
    focused = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert focused >= heading["y"] + heading["height"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_all_use_cases_leads_back_to_the_table_as_it_was(open_page: OpenPage, caller: Caller, scripts: bool) -> None:
    name = new_name("Bottling")
    caller.create(an_event(use_case=caller.new_use_case(name)))
    page = open_page(scripts=scripts)
    open_table(page, caller, sort="name", search=name)
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="All use cases").click()
    expect(page.get_by_role("heading", name="Use Cases")).to_be_visible()
    asked = {"sort": ["name"], "search": [name]} if scripts else {}
    assert parse_qs(urlsplit(page.url).query) == asked


def test_phone_sorts_by_a_choice(open_page: OpenPage, caller: Caller) -> None:
    word = new_name("Sorted").split()[1]
    for letter in ("b", "a"):
        caller.new_use_case(f"{word} {letter}")
    page = open_page(size=PHONE)
    open_table(page, caller, search=word)
    page.get_by_label("Order").select_option("By name")
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.locator(".use-cases .main-link")).to_have_text([f"{word} a", f"{word} b"])


def test_phone_shows_no_figures_of_what_has_no_events(open_page: OpenPage, caller: Caller) -> None:
    word = new_name("Idle").split()[1]
    caller.new_use_case(f"{word} idle")
    caller.create(an_event(use_case=caller.new_use_case(f"{word} busy")))
    page = open_page(size=PHONE)
    open_table(page, caller, search=word, sort="name")
    busy, idle = (page.locator(f'[data-name="{word} {which}"]') for which in ("busy", "idle"))
    expect(busy.locator(".days svg")).to_be_visible()
    for cell in (".quiet-sources", ".days", "[data-figure=review]"):
        expect(busy.locator(cell)).to_be_visible()
        expect(idle.locator(cell)).to_be_hidden()


@pytest.mark.parametrize(("size", "lines"), [(DESKTOP, 1), (PHONE, 3)], ids=["desktop", "phone"])
@pytest.mark.parametrize("words", ["x" * 240, "Palletising and wrapping " * 9], ids=["one word", "words"])
def test_long_name_takes_few_lines_and_is_whole_in_its_title(
    open_page: OpenPage, caller: Caller, size: dict[str, int], lines: int, words: str
) -> None:
    name = f"{new_name()[-12:]} {words}".strip()
    caller.new_use_case(name)
    page = open_page(size=size)
    open_table(page, caller, search=name)
    link = page.locator(".use-cases .main-link")
    expect(link).to_have_attribute("title", name)
    box = link.bounding_box()
    assert box
    assert box["height"] == 16 + lines * 20
    if lines > 1:
        link.click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text(name)
        assert heading.evaluate("it => it.scrollHeight <= it.clientHeight && it.scrollWidth <= it.clientWidth")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_table_is_accessible_and_no_wider_than_the_screen(
    open_page: OpenPage, caller: Caller, size: dict[str, int] | None
) -> None:
    page = open_page() if size is None else open_page(size=size)
    word = new_name("Line").split()[1]
    for letter in ("a", "b"):
        id = caller.new_use_case(f"{word} {letter}")
        caller.create(an_event(use_case=id, eventData={"result": "fail"}))
    open_table(page, caller, search=word)
    expect(page.locator(".use-cases .sparkline")).to_have_count(2)
    check_accessible(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == page.evaluate("window.innerWidth")
