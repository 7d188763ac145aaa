"""Cursors: they come back as they went out, and nothing else is taken for one."""

import base64
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.cursor import Position, read_cursor, write_cursor
from sightlog.domain.errors import InvalidCursor
from tests.strategies import storable_text

positions = st.builds(Position, st.integers(-(10**17), 10**17), storable_text.filter(bool))
CURSOR = write_cursor("usecase1", Position(1_786_611_600_000_000, "event-7"))


@given(use_case=storable_text, position=positions)
def test_a_position_comes_back(use_case: str, position: Position) -> None:
    text = write_cursor(use_case, position)
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")
    assert read_cursor(text, use_case) == position


@given(position=positions, ids=st.lists(storable_text, min_size=2, max_size=2, unique=True))
def test_a_cursor_of_another_use_case_is_refused(position: Position, ids: list[str]) -> None:
    with pytest.raises(InvalidCursor, match="another use case") as caught:
        read_cursor(write_cursor(ids[0], position), ids[1])
    assert [problem.path for problem in caught.value.details] == ["cursor"]


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor) as caught:
        read_cursor(text, "usecase1")
    assert [problem.path for problem in caught.value.details] == ["cursor"]


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        CURSOR[:-1],
        CURSOR[1:],
        CURSOR + "x",
        " " + CURSOR,
        CURSOR.upper(),
        _encoded([1, "usecase1", 5]),
        _encoded([1, "usecase1", 5, "id", "more"]),
        _encoded([2, "usecase1", 5, "id"]),
        _encoded(["1", "usecase1", 5, "id"]),
        _encoded([1, "usecase1", 5.5, "id"]),
        _encoded([1, "usecase1", None, "id"]),
        _encoded([1, "usecase1", 2**62, "id"]),
        _encoded([1, "usecase1", -(2**62), "id"]),
        _encoded([1, "usecase1", 2**70, "id"]),
        _encoded({"version": 1}),
        _encoded("x"),
        "A" * 2000,
    ],
)
def test_a_cursor_that_was_changed_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(text, "usecase1")


def test_a_cursor_for_an_id_of_any_length_is_short_enough_to_be_sent() -> None:
    """A query takes cursors of up to 2000 characters."""
    assert len(write_cursor("x" * 12, Position(2**61, "🏭" * 256))) <= 2000
