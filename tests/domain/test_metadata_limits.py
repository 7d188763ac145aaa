"""What metadata may be: of events and of images alike, at each limit and just beyond it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain import metadata
from sightlog.domain.errors import Invalid, InvalidJson
from sightlog.domain.event_reading import read_event
from tests.domain.reading import RULES, an_event, problems_of
from tests.strategies import metadata_keys, metadata_values

Json = dict[str, Any]

PLACES = ["customMetadata", "images.0.metadata"]


def with_metadata(place: str, metadata: Any) -> Json:
    if place == "customMetadata":
        return an_event(customMetadata=metadata)
    return an_event(images=[{"metadata": metadata}])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {f"key {n}": n for n in range(100)},
        {"k" * 100: "v" * 1000, "aZ09_ -": "🏭" * 1000, " ": " ", "-": ""},
        {"a": 2**53, "b": -(2**53), "c": 0.1, "d": True, "e": False, "f": 1e300, "g": -0.0},
    ],
)
def test_within_the_limits_it_is_taken(place: str, metadata: Json) -> None:
    event = read_event(json.dumps(with_metadata(place, metadata)).encode(), RULES)
    stored = json.loads(event.rest) | {"images": json.loads(event.images)}
    kept = stored["customMetadata"] if place == "customMetadata" else stored["images"][0].get("metadata", {})
    assert json.dumps(kept) == json.dumps(metadata)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("metadata", "path", "message"),
    [
        ({f"key {n}": n for n in range(101)}, "", "at most 100 keys, got 101"),
        ({"": 1}, ".", "the key"),
        ({"k" * 101: 1}, "." + "k" * 101, "the key"),
        ({"a/b": 1}, ".a/b", "the key"),
        ({"a.b": 1}, ".a.b", "the key"),
        ({"é": 1}, ".é", "the key"),
        ({"a\n": 1}, ".a\n", "the key"),
        ({"a\0": 1}, ".a\0", "the key"),
        ({"a": "v" * 1001}, ".a", "at most 1000 characters, got 1001"),
        ({"a": "v\0"}, ".a", "NUL"),
        ({"a": None}, ".a", "got null"),
        ({"a": []}, ".a", "got an array"),
        ({"a": {}}, ".a", "got an object"),
        ({"a": 2**53 + 1}, ".a", "between -2^53 and 2^53"),
        ({"a": -(2**53) - 1}, ".a", "between -2^53 and 2^53"),
        ({"a": 10**30}, ".a", "between -2^53 and 2^53"),
        ([], "", "expected an object, got an array"),
        ("x", "", "expected an object, got 'x'"),
    ],
)
def test_beyond_a_limit_the_place_is_named(place: str, metadata: Any, path: str, message: str) -> None:
    found = problems_of(with_metadata(place, metadata))
    assert [problem.path for problem in found] == [place + path]
    assert message in found[0].message


@pytest.mark.parametrize("place", PLACES)
def test_every_bad_entry_is_named(place: str) -> None:
    found = problems_of(with_metadata(place, {"a/b": None, "good": 1, "c": [1], "d" * 101: "v" * 1001}))
    assert [problem.path.removeprefix(place + ".") for problem in found] == [
        "a/b",
        "a/b",
        "c",
        "d" * 101,
        "d" * 101,
    ]


@given(metadata=st.dictionaries(metadata_keys, metadata_values, max_size=10))
def test_it_comes_back_as_sent_in_the_order_it_was_sent(metadata: Json) -> None:
    event = read_event(json.dumps(an_event(customMetadata=metadata)).encode(), RULES)
    assert json.dumps(json.loads(event.rest)["customMetadata"]) == json.dumps(metadata)


@given(key=st.text(max_size=5))
def test_only_plain_letters_digits_underscores_spaces_and_dashes_make_a_key(key: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ -")
    raw = json.dumps(an_event(customMetadata={key: 1})).encode()
    if key and set(key) <= allowed:
        assert read_event(raw, RULES).event_type == "quality_check"
    else:
        with pytest.raises((Invalid, InvalidJson), match=r"key|surrogate"):
            read_event(raw, RULES)


def test_keys_are_looked_at_also_after_more_of_them_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MOST_REMEMBERED", 3)
    monkeypatch.setattr(metadata, "_good_keys", set())
    for n in range(10):
        assert metadata.are_keys({f"a{n}": 1, f"b{n}": 2})
        assert not metadata.are_keys({f"a{n}": 1, f"b/{n}": 2})
        assert len(metadata._good_keys) <= 5
