"""Names are found and ordered as people do it."""

import pytest

from sightlog.dashboard.name_search import is_found, natural_key, words_of


@pytest.mark.parametrize("search", ["", "koln", "KÖLN", "L1 köln", "köln  l1", "strasse", "ya5"])
def test_words_are_found_in_any_order_without_accents_and_in_the_id(search: str) -> None:
    assert is_found(words_of(search), "Köln L1, Lange Straße tuya5")


@pytest.mark.parametrize("search", ["l2", "köln l2", "kö ln x"])
def test_every_word_must_be_there(search: str) -> None:
    assert not is_found(words_of(search), "Köln L1 tuya5")


def test_numbers_are_ordered_by_value_and_umlauts_beside_their_letter() -> None:
    names = ["Ofen", "Öl 10", "öl 2", "Zug", "10 lines", "9 lines", "Öl", "検査"]
    ordered = ["9 lines", "10 lines", "Ofen", "Öl", "öl 2", "Öl 10", "Zug", "検査"]
    assert sorted(names, key=natural_key) == ordered
