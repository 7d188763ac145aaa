"""The settings in a browser: with scripts forms open in dialogs, without them as pages; both do the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import check_accessible
from tests.browser.conftest import PHONE, OpenPage, Watch
from tests.builders import new_id
from tests.expect import Caller
from tests.processes import KEY, Server, sightlog

PAGES = ("", "people", "people/new", "keys", "keys/new", "workspace")


def open_settings(page: Page, caller: Caller, name: str) -> None:
    page.goto(f"/{caller.workspace}/settings")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name=name).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_is_added_opens_the_link_and_is_removed(open_page: OpenPage, caller: Caller, scripts: bool) -> None:
    name = new_id("Pia ")
    admin, guest = open_page(scripts=scripts), open_page(signed_in=False, scripts=scripts)
    open_settings(admin, caller, "People")
    admin.get_by_role("link", name="Add somebody").click()
    expect(admin.locator("dialog")).to_have_count(1 if scripts else 0)
    admin.get_by_label("Name").fill(name)
    admin.get_by_label("Operator").check()
    admin.get_by_role("button", name="Add").click()
    link = admin.get_by_label("Sign-in link").text_content()
    assert link

    guest.goto(link)
    guest.get_by_role("button", name="Sign in").click()
    guest.wait_for_url("**/vision-events")
    guest.goto(f"/{caller.workspace}/settings")
    expect(guest.get_by_role("heading", name=name)).to_be_visible()
    expect(guest.get_by_role("navigation", name="Settings").get_by_role("link")).to_have_text(["Account"])

    admin.get_by_role("link", name="Done").click()
    admin.get_by_role("link", name=name).click()
    admin.get_by_role("button", name="Remove from").click()
    admin.get_by_role("button", name="Remove").click()
    expect(admin.get_by_role("status").first).to_contain_text("Removed")
    guest.reload()
    expect(guest).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_key_is_made_and_revoked(open_page: OpenPage, caller: Caller, scripts: bool) -> None:
    name = new_id("edge box ")
    page = open_page(scripts=scripts, size=PHONE)
    open_settings(page, caller, "Keys")
    page.get_by_role("link", name="Create a key").click()
    page.locator("input[name=name]").fill(name)
    page.get_by_role("group", name="It may").get_by_label("Read").check()
    page.get_by_text("Source of events that name none").click()
    page.get_by_role("textbox", name="Device").fill("cam-7")
    page.get_by_role("button", name="Create").click()
    key = page.get_by_label("Key", exact=True).text_content() or ""
    assert KEY.fullmatch(key)
    page.get_by_text("curl", exact=True).click()
    expect(page.get_by_label("curl")).to_contain_text(key)
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        check_accessible(page)

    page.get_by_role("link", name="Done").click()
    row = page.get_by_role("row", name=name)
    expect(row).to_contain_text("device cam-7")
    row.get_by_role("button").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("revoked key")).to_be_visible()
    expect(page.get_by_role("row", name=name)).to_be_hidden()


def test_key_is_copied_by_a_click(open_page: OpenPage, caller: Caller) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/{caller.workspace}/settings/keys/new")
    page.locator("input[name=name]").fill(new_id("k "))
    page.get_by_role("button", name="Create").click()
    copy = page.get_by_role("button", name="Copy").first
    copy.click()
    expect(copy).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert KEY.fullmatch(copied)
    assert copied == page.get_by_label("Key", exact=True).text_content()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible_and_as_wide_as_a_phone(open_page: OpenPage, caller: Caller, dark: bool) -> None:
    page = open_page(size=PHONE, dark=dark)
    for each in PAGES:
        page.goto(f"/{caller.workspace}/settings/{each}".rstrip("/"))
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], each
    page.goto(f"/{caller.workspace}/settings/people")
    page.get_by_role("main").get_by_role("link", name="owner").click()
    check_accessible(page)


def test_pages_for_signing_in_are_accessible(open_page: OpenPage, watch: Watch) -> None:
    watch.expected = ("410 (Gone)",)  # of the link that is unknown
    page = open_page(signed_in=False, size=PHONE)
    page.goto("/sign-in")
    check_accessible(page)
    page.goto("/sign-in/unknown")
    check_accessible(page)


def test_longest_names_push_nothing_away(open_page: OpenPage, caller: Caller, server: Server) -> None:
    name = new_id() + "W" * 200
    sightlog("users", "add", name, "--role", "viewer", data=server.data)
    sightlog("keys", "create", "--name", name, "--device-id", name, data=server.data)
    page = open_page(size=PHONE)
    for each in ("people", "keys"):
        page.goto(f"/{caller.workspace}/settings/{each}")
        box = page.locator(".table-box").first
        expect(box).to_contain_text(name[:60])
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0
