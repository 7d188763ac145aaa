"""Every format that is taken in is shown by a browser, from its smaller versions."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, Watch
from tests.expect import Caller
from tests.pictures.making import BLUE, CONTENT_TYPES, GREEN, RED, YELLOW, whole

# Loads a picture and tells its size and the colour in the middle of each quarter.
_LOOK = """
async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement("canvas");
  const [width, height] = [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  const drawing = canvas.getContext("2d");
  drawing.drawImage(picture, 0, 0);
  const colour = (x, y) => [...drawing.getImageData(x * width, y * height, 1, 1).data].slice(0, 3);
  return {width, height, colours: [colour(.25, .25), colour(.75, .25), colour(.25, .75), colour(.75, .75)]};
}
"""


@pytest.fixture(scope="module")
def uploaded(caller: Caller) -> dict[str, str]:
    """Content type → id of a picture."""
    return {content_type: caller.upload(whole(content_type))["sourceId"] for content_type in CONTENT_TYPES}


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.mark.parametrize("size", ["screen", "thumb"])
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_browser_shows_it(page: Page, uploaded: dict[str, str], content_type: str, size: str) -> None:
    seen = page.evaluate(_LOOK, f"/vision-events/images/{uploaded[content_type]}?size={size}")
    assert (seen["width"], seen["height"]) == (96, 64)
    for found, expected in zip(seen["colours"], (RED, GREEN, BLUE, YELLOW), strict=True):
        assert all(abs(one - other) < 30 for one, other in zip(found, expected, strict=True)), seen["colours"]


def test_picture_is_closed_to_who_is_not_signed_in(open_page: OpenPage, watch: Watch, uploaded: dict[str, str]) -> None:
    watch.expected = ("401 (Unauthorized)",)
    page = open_page(signed_in=False)
    page.goto("/sign-in")
    status = page.evaluate(
        "async (address) => (await fetch(address)).status",
        f"/vision-events/images/{uploaded['image/jpeg']}?size=screen",
    )
    assert status == 401
