"""What is remembered of sealed segments: which of their events match, and what was asked for lately, within bounds."""

import numpy as np
import pytest

from sightlog.domain.conditions import Match
from sightlog.store.sqlite.index import remembered
from sightlog.store.sqlite.index.ordinals import Mask
from sightlog.store.sqlite.index.remembered import SegmentMemory
from sightlog.store.sqlite.lately import Lately

SIZE = 1_000


def mask_of(places: list[int]) -> Mask:
    mask = np.zeros(SIZE, np.bool_)
    mask[places] = True
    return mask


def match_of(text: str) -> Match:
    return Match(("metadata.shift",), "s", "eq", text)


@pytest.mark.parametrize("places", [[], [0, 999], list(range(0, 1_000, 3)), list(range(1_000))])
def test_a_match_is_remembered_with_its_events_in_a_mask_of_ones_own(places: list[int]) -> None:
    memory, mask = SegmentMemory(), mask_of(places)
    memory.remember(7, match_of("a"), mask)
    mask[:] = False
    for _ in range(2):
        found = memory.find(7, match_of("a"), SIZE)
        assert found is not None
        assert np.flatnonzero(found).tolist() == places
        found[:] = True
    assert memory.find(8, match_of("a"), SIZE) is None
    assert memory.find(7, match_of("b"), SIZE) is None


def test_types_are_not_mixed_up() -> None:
    memory = SegmentMemory()
    same = [Match(("metadata.n",), letter, "eq", value) for letter, value in (("n", 1.0), ("b", True), ("s", "1"))]
    for place, match in enumerate(same):
        memory.remember(7, match, mask_of([place]))
    for place, match in enumerate(same):
        found = memory.find(7, match, SIZE)
        assert found is not None
        assert np.flatnonzero(found).tolist() == [place]


def test_long_texts_are_counted_and_very_long_ones_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_MOST_BYTES_OF_MATCHES", 100_000)
    memory, mask = SegmentMemory(), mask_of([5])
    texts = [f"{number:02}" * 1_000 for number in range(60)]
    for text in texts:
        memory.remember(1, match_of(text), mask)
        assert memory.matches.bytes <= 100_000
    known = [memory.find(1, match_of(text), SIZE) is not None for text in texts]
    assert 30 < known.count(True) < 50
    assert known == sorted(known)  # the last ones
    for value in ("z" * 10**6, ("z" * 3_000, "y" * 3_000)):
        match = Match(("metadata.shift",), "s", "eq" if isinstance(value, str) else "in", value)
        memory.remember(1, match, mask)
        assert memory.find(1, match, SIZE) is None


def test_what_was_asked_for_least_lately_is_forgotten() -> None:
    kept: Lately[str, str] = Lately(30)
    for name in "abc":
        kept.put(name, name.upper(), 10)
    assert kept.get("a") == "A"
    kept.put("d", "D", 10)
    assert [kept.get(name) for name in "abcd"] == ["A", None, "C", "D"]
    kept.put("large", "L", 25)
    assert [kept.get(name) for name in ("a", "c", "d", "large")] == [None, None, None, "L"]
    assert kept.bytes == 25


def test_what_is_taken_belongs_to_one_until_it_is_put_back() -> None:
    kept: Lately[str, list[int]] = Lately(100)
    first, second = [1], [2]
    kept.put("a", first, 10)
    assert kept.take("a") is first
    assert kept.take("a") is None
    assert kept.bytes == 0
    kept.put("a", second, 20)  # another made one meanwhile
    kept.put("a", first, 10)
    assert kept.get("a") is second
    assert kept.bytes == 20
