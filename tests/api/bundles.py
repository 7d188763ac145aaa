"""Bundles as the tests of `POST /vision-events/bundle` send them."""

from typing import Any

import httpx
import pytest

from tests.expect import Caller
from tests.pictures.sending import a_picture

Json = dict[str, Any]

PATH = "/vision-events/bundle"
SHOWN, FRAME = "images/shown.jpg", "images/frame.png"
ENTRY: Json = {"file": SHOWN, "inputFile": FRAME, "label": "workflow"}

stores_nothing = pytest.mark.usefixtures("_nothing_is_stored")


def pictures() -> dict[str, bytes]:
    """The members that ENTRY names."""
    return {SHOWN: a_picture(), FRAME: a_picture("image/png", width=200, height=100)}


def sent(caller: Caller, content: Any, **parameters: str) -> httpx.Response:
    """The reply to a bundle."""
    return caller.http.post(PATH, content=content, params=parameters)
