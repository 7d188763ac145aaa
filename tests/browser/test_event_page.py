"""One event in a browser: looking closely, what was predicted, feedback by keys, and the way through its list."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.builders import a_box, an_event, an_image, moment
from tests.expect import Caller
from tests.pictures.making import whole

BOXES = [
    a_box("plate", 0.95, x=48, y=32, width=80, height=50),
    a_box("screw", 0.8, x=20, y=16, width=14, height=12),
    a_box("screw", 0.4, x=76, y=16, width=14, height=12),
]


@pytest.fixture
def made(caller: Caller, use_case: str) -> list[str]:
    """Three events with a picture, newest first."""
    source_id = caller.upload(whole("image/jpeg"), "a.jpg")["sourceId"]
    events = [
        an_event(use_case=use_case, timestamp=moment(minutes=n), images=[an_image(*BOXES, sourceId=source_id)])
        for n in range(1, 4)
    ]
    caller.batch(*events)
    return [event["eventId"] for event in events]


def go(page: Page, caller: Caller, use_case: str, event_id: str = "") -> None:
    page.goto(f"/{caller.workspace}/vision-events/{use_case}" + (f"/events/{event_id}" if event_id else ""))


_OVERLAPPING = """() => {
    const labels = [...document.querySelectorAll('.live-labels .shape-label:not([hidden])')];
    const boxes = labels.map((one) => one.getBoundingClientRect());
    const place = document.querySelector('.canvas').getBoundingClientRect();
    const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const isOutside = (a) => a.left < place.left - 1 || a.right > place.right + 1
        || a.top < place.top - 1 || a.bottom > place.bottom + 1;
    return boxes.flatMap((a, n) => [
        ...boxes.slice(0, n).filter((b) => covers(a, b)).map(() => 'overlap'), ...(isOutside(a) ? ['outside'] : []),
    ]);
}"""


def overlapping(page: Page) -> list[Any]:
    """Pairs of labels that cover one another, and labels that reach out of the picture's place."""
    found: list[Any] = page.evaluate(_OVERLAPPING)
    return found


def stage_width(page: Page) -> float:
    width: float = page.locator(".stage").evaluate("(stage) => stage.getBoundingClientRect().width")
    return width


def test_outlines_and_list_light_each_other_and_labels_keep_clear(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str]
) -> None:
    page = open_page()
    go(page, caller, use_case, made[0])
    expect(page.locator(".live-labels .shape-label:not([hidden])")).to_have_count(3)
    assert overlapping(page) == []
    page.locator(".predictions li", has_text="plate").hover()
    expect(page.locator(".drawing .is-lit")).to_have_attribute("data-name", "plate")
    page.locator(".drawing [data-name=screw]").first.hover()
    expect(page.locator(".predictions .is-lit")).to_contain_text("screw")
    expect(page.locator(".live-labels .is-lit")).to_contain_text("80 %")


def test_looking_closely_by_keys_wheel_and_double_click(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str]
) -> None:
    page = open_page()
    go(page, caller, use_case, made[0])
    expect(page.locator(".zoom-buttons")).to_be_attached()
    fitted = stage_width(page)
    page.keyboard.press("+")
    assert stage_width(page) == pytest.approx(1.5 * fitted, rel=0.01)
    page.keyboard.press("0")
    assert stage_width(page) == pytest.approx(fitted, rel=0.01)
    box = page.locator(".canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "(fitted) => document.querySelector('.stage').getBoundingClientRect().width > 1.2 * fitted", arg=fitted
    )
    stroke = page.locator(".drawing .line").first.evaluate("(line) => getComputedStyle(line).vectorEffect")
    assert stroke == "non-scaling-stroke"
    before = page.locator(".stage").bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3 - 60, box["y"] + box["height"] / 3 - 40, steps=3)
    page.mouse.up()
    after = page.locator(".stage").bounding_box()
    assert before
    assert after
    assert after["x"] < before["x"]
    assert overlapping(page) == []
    page.locator(".canvas").dblclick()
    assert stage_width(page) == pytest.approx(fitted, rel=0.01)


def test_confidence_and_classes_choose_what_shows_also_for_the_next_event(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str]
) -> None:
    page = open_page()
    go(page, caller, use_case)
    page.locator("[data-event] .open").first.click()
    listed = page.locator(".predictions li:not([hidden])")
    expect(listed).to_have_count(3)
    page.get_by_label("Least confidence in percent").fill("50")
    expect(listed).to_have_count(2)
    expect(page.locator(".shown-count")).to_have_text("2 shown")
    page.locator(".class-chip", has_text="plate").click()
    expect(listed).to_have_count(1)
    page.locator(".class-chip", has_text="plate").blur()
    page.get_by_role("link", name="Older event").click()
    expect(page.locator("article.event")).to_have_attribute("data-id", made[1])
    expect(listed).to_have_count(1)
    expect(page.locator(".event-main .drawing .shape:not([hidden])")).to_have_count(1)


def test_feedback_by_key_with_undo_and_the_comment(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str]
) -> None:
    page = open_page()
    go(page, caller, use_case, made[0])
    page.get_by_label("Comment").fill("a reflection")
    page.keyboard.press("Tab")
    page.locator("h2").first.click()
    page.keyboard.press("2")
    expect(page.locator(".reviews li")).to_contain_text("owner")
    expect(page.locator(".reviews li")).to_contain_text("a reflection")
    assert caller.event(made[0])["feedback"]["latest"]["reviewer"] == "owner"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".reviews li")).to_have_count(0)
    assert "feedback" not in caller.event(made[0])
    page.keyboard.press("1")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".nobody")).to_be_visible()


def test_walking_through_the_list_and_back(open_page: OpenPage, caller: Caller, use_case: str, made: list[str]) -> None:
    page = open_page()
    go(page, caller, use_case, made[0])
    page.keyboard.press("j")
    page.wait_for_url(re.compile(made[1]))
    page.keyboard.press("k")
    page.wait_for_url(re.compile(made[0]))
    page.keyboard.press("Escape")
    expect(page.locator("[data-event]")).to_have_count(3)


def test_deleting_asks_in_a_dialog(open_page: OpenPage, caller: Caller, use_case: str, made: list[str]) -> None:
    page = open_page()
    go(page, caller, use_case, made[0])
    page.get_by_role("button", name="Delete this event").click()
    page.get_by_role("dialog").get_by_role("link", name="Keep them").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Delete this event").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("[data-event]")).to_have_count(2)


def test_input_and_output_switch_in_place(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    output, frame = (caller.upload(whole("image/jpeg"), name)["sourceId"] for name in ("out.jpg", "in.jpg"))
    event = an_event(use_case=use_case, images=[an_image(*BOXES, sourceId=output, inputSourceId=frame)])
    caller.create(event)
    page = open_page()
    go(page, caller, use_case, event["eventId"])
    page.get_by_role("link", name="Output").click()
    expect(page.locator(f".stage img[src*='{output}']")).to_be_visible()
    expect(page.locator(".drawing")).to_have_count(0)
    page.get_by_role("link", name="Input").click()
    expect(page.locator(".drawing .shape")).to_have_count(3)


def test_a_picture_that_lies_on_its_side_is_turned_with_its_drawing(
    open_page: OpenPage, caller: Caller, use_case: str
) -> None:
    """EXIF orientation 6: stored 120 wide and 80 high, shown 80 wide and 120 high, as what it was predicted on."""
    exif = Image.Exif()
    exif[0x112] = 6
    file = BytesIO()
    Image.new("RGB", (120, 80), "grey").save(file, "JPEG", exif=exif)
    source_id = caller.upload(file.getvalue(), "turned.jpg")["sourceId"]
    event = an_event(use_case=use_case, images=[an_image(a_box(x=40, y=100, width=20, height=20), sourceId=source_id)])
    caller.create(event)
    page = open_page()
    go(page, caller, use_case)
    expect(page.locator(".tile .drawing")).to_have_attribute("viewBox", "0 0 80 120")
    go(page, caller, use_case, event["eventId"])
    expect(page.locator(".stage .drawing")).to_have_attribute("viewBox", "0 0 80 120")
    stage, box = page.locator(".stage").bounding_box(), page.locator(".drawing .line").bounding_box()
    assert stage
    assert box
    assert stage["height"] / stage["width"] == pytest.approx(1.5, rel=0.02)
    assert (box["y"] + box["height"] / 2 - stage["y"]) / stage["height"] == pytest.approx(100 / 120, rel=0.02)


def test_tall_pictures_are_whole_in_the_list(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    file = BytesIO()
    Image.new("RGB", (90, 160), "grey").save(file, "JPEG")
    source_id = caller.upload(file.getvalue(), "tall.jpg")["sourceId"]
    caller.create(an_event(use_case=use_case, images=[an_image(a_box(x=45, y=80), sourceId=source_id)]))
    page = open_page()
    go(page, caller, use_case)
    mat, image = (page.locator(f".tile {one}").bounding_box() for one in (".mat", ".mat > img"))
    assert mat == image


def test_a_thousand_boxes_stay_usable(open_page: OpenPage, caller: Caller, use_case: str) -> None:
    boxes = [
        a_box(f"part {n % 9}", x=(37 * n) % 960, y=(53 * n) % 540, width=14 + n % 40, height=20) for n in range(1000)
    ]
    event = an_event(use_case=use_case, images=[an_image(*boxes)])
    caller.create(event)
    page = open_page()
    go(page, caller, use_case, event["eventId"])
    expect(page.locator(".live-labels .shape-label:not([hidden])").first).to_be_visible()
    assert overlapping(page) == []
    spent = page.evaluate("""async () => {
        const zoom = document.querySelector('event-picture').zoom;
        const began = performance.now();
        for (let n = 0; n < 10; n++) { zoom.onKey(n % 2 ? '-' : '+'); await new Promise(requestAnimationFrame); }
        return performance.now() - began;
    }""")
    assert spent < 4000


def test_on_a_phone_and_without_scripts(open_page: OpenPage, caller: Caller, use_case: str, made: list[str]) -> None:
    page = open_page(size=PHONE, scripts=False)
    go(page, caller, use_case, made[0])
    expect(page.get_by_text("need JavaScript")).to_be_visible()
    expect(page.locator(".drawing .shape")).to_have_count(3)
    page.get_by_role("button", name="Incorrect").click()
    expect(page.locator(".reviews li")).to_contain_text("Incorrect")
    page.get_by_role("link", name="Older event").click()
    page.wait_for_url(re.compile(made[1]))


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_a_phone(
    open_page: OpenPage, caller: Caller, use_case: str, made: list[str], dark: bool
) -> None:
    page = open_page(size=PHONE, dark=dark)
    for event_id in (made[0], ""):
        go(page, caller, use_case, event_id)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
