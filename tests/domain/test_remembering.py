"""What is worked out once."""

import pytest

from sightlog.domain import remembering
from sightlog.domain.remembering import Remembered


def test_each_value_is_worked_out_once_until_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 3)
    asked: list[str] = []

    def work_out(name: str) -> str:
        asked.append(name)
        return name.upper()

    remembered = Remembered(work_out)
    assert [remembered[name] for name in ("a", "b", "a", "c", "a")] == ["A", "B", "A", "C", "A"]
    assert asked == ["a", "b", "c"]
    assert remembered["d"] == "D"
    assert dict(remembered) == {"d": "D"}
    assert remembered["a"] == "A"
    assert asked == ["a", "b", "c", "d", "a"]
