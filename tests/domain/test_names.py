"""Names, slugs and ids."""

import re
import string
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sightlog.domain.errors import Invalid
from sightlog.domain.names import (
    RESERVED_SLUGS,
    check_name,
    check_slug,
    is_event_id,
    name_key,
    new_event_id,
    new_use_case_id,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paint line", "PAINT LINE"),
        ("Paint line", "  paint line\t"),
        ("Prüfung", "Pru\u0308fung"),
        ("STRASSE", "straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("\u212b", "å"),  # the Ångström sign
    ],
)
def test_these_are_the_same_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Line 1", "Line 2"), ("Line 1", "Line  1"), ("Lině", "Line"), ("①", "1"), ("a", "а")]
)
def test_these_are_different_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(max_size=30))
def test_trimming_and_upper_case_do_not_change_the_key_of_plain_text(text: str) -> None:
    plain = "".join(letter for letter in text if letter in string.ascii_letters + string.digits + " äöü漢")
    assert name_key(f" {plain.upper()} ") == name_key(plain)


def test_a_name_is_trimmed() -> None:
    assert check_name("  Paint line \n") == "Paint line"


@pytest.mark.parametrize("length", [1, 256])
def test_a_name_of_1_to_256_characters_is_taken(length: int) -> None:
    assert check_name("é" * length) == "é" * length


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "x" * 257])
def test_a_name_of_another_length_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="1 to 256 characters") as caught:
        check_name(name)
    assert [problem.path for problem in caught.value.details] == ["name"]


@pytest.mark.parametrize("name", ["a\0b", "a\nb", "a\x7fb", "a\x1bb", "a\ud800b"])
def test_a_name_with_control_characters_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="control characters"):
        check_name(name)


@pytest.mark.parametrize("slug", ["a", "graz", "plant-1", "plant_1", "0", "a" * 64])
def test_these_are_slugs(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "Graz", "-a", "_a", "a b", "a/b", "é", "a" * 65, "a\n", "a.b"])
def test_these_are_not(slug: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_slug(slug)
    assert [problem.path for problem in caught.value.details] == ["slug"]


@pytest.mark.parametrize("slug", ["vision-events", "v2", "settings", "sign-in", "docs", "healthz", "readyz", "static"])
def test_a_slug_that_could_be_a_page_is_reserved(slug: str) -> None:
    with pytest.raises(Invalid, match="reserved"):
        check_slug(slug)
    assert slug in RESERVED_SLUGS


def test_use_case_ids_are_short_url_safe_and_do_not_repeat() -> None:
    ids = {new_use_case_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[a-z0-9]{12}", id) for id in ids)


def test_event_ids_are_random_uuids_of_version_4() -> None:
    ids = {new_event_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {UUID(id).version for id in ids} == {4}
    assert all(str(UUID(id)) == id for id in ids)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r\x00\x1f\x7f\x85\u200b\u2028 a"), max_size=260))
@example("a" * 256)
@example("a" * 257)
@example("\u200b" * 256)
@example("a\n")
def test_an_event_id_is_what_its_pattern_says(text: str) -> None:
    """Also where the quick look does not ask the pattern."""
    assert is_event_id(text) == bool(re.fullmatch(r"[^\x00-\x1f\x7f]{1,256}", text))
