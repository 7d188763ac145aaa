"""POST /vision-events/use-cases."""

import re
import unicodedata
from typing import Any

import httpx
import pytest

from tests.builders import new_name
from tests.expect import Caller, answer, refused


def create(caller: Caller, name: Any) -> httpx.Response:
    return caller.http.post("/vision-events/use-cases", json={"name": name})


def test_a_use_case_is_created_with_a_short_url_safe_id(caller: Caller) -> None:
    name = new_name()
    reply = answer(create(caller, name), 201)
    assert (reply["name"], reply["status"]) == (name, "active")
    assert re.fullmatch(r"[A-Za-z0-9_-]{6,32}", reply["id"])
    assert caller.use_case(reply["id"])["name"] == name


def test_the_name_is_trimmed(caller: Caller) -> None:
    name = new_name()
    assert answer(create(caller, f" \t{name}\n "), 201)["name"] == name


@pytest.mark.parametrize("name", ["x", "ü 漢 🏭 'quoted' <b>&", "../etc", "query", "0"])
def test_any_text_may_be_a_name(caller: Caller, name: str) -> None:
    name = name if len(name) == 1 else new_name(name)
    use_case = caller.new_use_case(name)
    assert caller.use_case(use_case)["name"] == name


def test_the_longest_name_has_256_characters(caller: Caller) -> None:
    longest = new_name("é" * 230).ljust(256, "é")
    assert answer(create(caller, longest), 201)["name"] == longest
    refused(create(caller, longest + "x"), 400, "invalid", path="name", says="256")


@pytest.mark.parametrize("name", ["", "   ", "\u3000", None, 5, ["a"], "a\nb", "a\x00b"])
def test_bad_name_is_refused(caller: Caller, name: Any) -> None:
    refused(create(caller, name), 400, "invalid", path="name")


@pytest.mark.parametrize(("body", "path"), [([], None), ({}, "name"), ({"name": "n", "color": 1}, "color")])
def test_body_of_the_wrong_shape_is_refused(caller: Caller, body: Any, path: str | None) -> None:
    refused(caller.http.post("/vision-events/use-cases", json=body), 400, "invalid", path=path)


@pytest.mark.parametrize(
    "spelling",
    [str, str.upper, lambda name: f" {name} ", lambda name: unicodedata.normalize("NFD", name)],
    ids=["the same", "upper case", "with spaces", "decomposed"],
)
def test_taken_name_is_refused_in_any_spelling(caller: Caller, spelling: Any) -> None:
    name = new_name("Straße é")
    use_case = caller.new_use_case(name)
    body = refused(create(caller, spelling(name)), 409, "name_taken")
    assert (body["useCaseId"], body["status"]) == (use_case, "active")


def test_name_that_an_archived_use_case_holds_is_refused_with_its_id(caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    caller.archive(use_case)
    body = refused(create(caller, name), 409, "name_taken", says="archived")
    assert (body["useCaseId"], body["status"]) == (use_case, "inactive")
    assert use_case in body["error"]


def test_another_workspace_may_use_the_same_name(caller: Caller, stranger: Caller) -> None:
    name = new_name()
    assert caller.new_use_case(name) != stranger.new_use_case(name)


def test_create_without_a_valid_key_is_refused(outsider: httpx.Client, caller: Caller) -> None:
    name = new_name()
    refused(outsider.post("/vision-events/use-cases", json={"name": name}), 401, "unauthenticated")
    caller.new_use_case(name)
