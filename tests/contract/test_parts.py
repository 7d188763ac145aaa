"""The parts of a segment: what a question marks in them without reading all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.conditions import Match
from sightlog.store.sqlite.index import parts
from sightlog.store.sqlite.index.columns import Contents, number_column, text_column
from sightlog.store.sqlite.index.matching import passing_numbers
from tests.contract.plant import Plant
from tests.contract.sealing import sealing

_SIZE = 40
# Texts that hold each other, that look like the bytes around them, and whose lengths are written in different ways.
_TEXTS = st.sampled_from(["", "a", "ab", "b", "\xa1b", "ä", "line-1", "line-10", "x" * 31, "x" * 32, "x" * 300, "日本"])


def _parts(texts: list[str], numbers: list[float]) -> Contents:
    """Each text and each number belongs to the event at its place; events without a text come last."""
    places = np.arange(_SIZE)
    column = text_column(texts, np.ones(len(texts), np.int64), places[: len(texts)])
    return Contents(
        use_case=1,
        seqs=places,
        times=places,
        texts={("metadata.t", "s"): column},
        numbers={"metadata.n": number_column(np.array(numbers, np.float64), places)},
    )


def _contents(contents: Contents, letter: str) -> list[bytes]:
    return [row[3] for row in parts.parts_of(contents) if row[1] == letter and row[0] and row[2] is not None]


def _small_text_parts(texts: list[str], values_per_part: int) -> list[bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_VALUES_PER_PART", values_per_part)
        patch.setattr(parts, "_COMMON_EVENTS", 5)
        return _contents(_parts(texts, [0.0] * _SIZE), "s")


@given(st.lists(_TEXTS, min_size=_SIZE, max_size=_SIZE), st.lists(_TEXTS, min_size=1, max_size=3), st.integers(1, 20))
def test_parts_that_hold_none_of_the_named_texts_are_left_out_and_no_others(
    texts: list[str], wanted: list[str], values_per_part: int
) -> None:
    mask = np.zeros(_SIZE, np.bool_)
    for content in _small_text_parts(texts, values_per_part):
        parts.mark_named(content, wanted, mask)

    assert mask.tolist() == [text in wanted for text in texts]


@given(
    st.lists(_TEXTS, min_size=1, max_size=_SIZE),
    st.frozensets(_TEXTS),
    st.integers(1, 20),
    st.integers(0, 3),
    st.booleans(),
)
def test_whichever_values_are_unpacked_the_same_events_are_marked(
    texts: list[str], wanted: frozenset[str], values_per_part: int, left_out: int, is_known: bool
) -> None:
    """Those that pass, or the others when these are fewer; not when the parts are only some of the column's."""
    contents = _small_text_parts(texts, values_per_part)[left_out:]
    read = {value for content in contents for value in parts.read_texts(content, _SIZE).values}
    having = np.arange(_SIZE) < len(texts) if is_known else None
    mask = np.zeros(_SIZE, np.bool_)
    parts.mark_texts(contents, wanted.__contains__, mask, having)

    expected = [text in wanted and text in read for text in texts]
    assert mask.tolist() == expected + [False] * (_SIZE - len(texts))


def test_when_all_values_pass_no_event_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = _small_text_parts([f"SN-{n}" for n in range(_SIZE - 5)], 10)
    mask, having = np.zeros(_SIZE, np.bool_), np.arange(_SIZE) < _SIZE - 5
    monkeypatch.setattr(parts, "unpack_list", lambda _: pytest.fail("the events were unpacked"))
    parts.mark_texts(contents, lambda _: True, mask, having)

    assert mask.tolist() == having.tolist()


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
        parts.mark_named(content, ["none"], mask)
    parts.mark_named(content, ["SN-7"], mask)

    assert np.flatnonzero(mask).tolist() == [7]


def test_pictures_may_have_several_values_of_one_field(plant: Plant) -> None:
    """Four values of one event, in two parts of the column, look like the only values of the four events that have
    any."""
    with sealing("small segments"):
        use_case = plant.use_case()
        values = ["abcd", "z", "z", "z", "", "", ""]
        images = [[{"metadata": {"side": side}} for side in sides] for sides in values]
        plant.add(*[plant.event(use_case, eventId=f"e{n}", images=entry) for n, entry in enumerate(images)])
        assert plant.backend.rows("SELECT events FROM segments") == [(7,)]
        asked = {"field": "side", "operator": "in", "value": ["a", "b", "c", "d"]}
        assert plant.ids(use_case, imageMetadataFilters=[asked]) == ["e0"]
