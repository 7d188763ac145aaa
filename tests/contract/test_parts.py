"""The parts of a segment: what a question marks in them without reading all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.conditions import Match
from sightlog.store.sqlite.index import parts
from sightlog.store.sqlite.index.columns import Contents, number_column, text_column
from sightlog.store.sqlite.index.matching import named_texts, passes_text, passing_numbers

_SIZE = 40
# Texts that hold each other, that look like the bytes around them, and whose lengths are written in different ways.
_TEXTS = st.sampled_from(["", "a", "ab", "b", "\xa1b", "ä", "line-1", "line-10", "x" * 31, "x" * 32, "x" * 300, "日本"])


def _parts(texts: list[str], numbers: list[float]) -> Contents:
    places = np.arange(_SIZE)
    return Contents(
        use_case=1,
        seqs=places,
        times=places,
        texts={("metadata.t", "s"): text_column(texts, np.ones(_SIZE, np.int64), places)},
        numbers={"metadata.n": number_column(np.array(numbers, np.float64), places)},
    )


def _contents(contents: Contents, letter: str) -> list[bytes]:
    return [row[3] for row in parts.parts_of(contents) if row[1] == letter and row[0] and row[2] is not None]


@given(st.lists(_TEXTS, min_size=_SIZE, max_size=_SIZE), st.lists(_TEXTS, min_size=1, max_size=3), st.integers(1, 20))
def test_parts_that_hold_none_of_the_named_texts_are_left_out_and_no_others(
    texts: list[str], wanted: list[str], values_per_part: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_VALUES_PER_PART", values_per_part)
        patch.setattr(parts, "_COMMON_EVENTS", 5)
        contents = _contents(_parts(texts, [0.0] * _SIZE), "s")
    match = Match(("metadata.t",), "s", "in", tuple(wanted))
    mask = np.zeros(_SIZE, np.bool_)
    for content in contents:
        parts.mark_texts(content, passes_text(match), mask, named_texts(match) or [])

    assert mask.tolist() == [text in wanted for text in texts]


@given(
    st.lists(st.floats(-5, 5), min_size=_SIZE, max_size=_SIZE),
    st.floats(-6, 6),
    st.sampled_from(["gt", "gte", "lt", "lte", "eq"]),
)
def test_numbers_that_pass_are_marked(numbers: list[float], bound: float, operator: str) -> None:
    match = Match(("metadata.n",), "n", operator, bound)  # type: ignore[arg-type]  # one of the operators
    mask = np.zeros(_SIZE, np.bool_)
    for content in _contents(_parts([""] * _SIZE, numbers), "n"):
        parts.mark_numbers(content, lambda found: passing_numbers(match, found), mask)

    expected = {"gt": "__gt__", "gte": "__ge__", "lt": "__lt__", "lte": "__le__", "eq": "__eq__"}[operator]
    assert mask.tolist() == [getattr(number, expected)(bound) for number in numbers]


def test_a_part_without_the_named_text_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = _contents(_parts([f"SN-{n}" for n in range(_SIZE)], [0.0] * _SIZE), "s")[0]
    mask = np.zeros(_SIZE, np.bool_)
    with monkeypatch.context() as patch:
        patch.setattr(parts.msgpack, "decode", lambda _: pytest.fail("the part was read"))
        parts.mark_texts(content, "none".__eq__, mask, ["none"])
    parts.mark_texts(content, "SN-7".__eq__, mask, ["SN-7"])

    assert np.flatnonzero(mask).tolist() == [7]
