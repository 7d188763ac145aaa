"""A person's feedback: on one event or many, all or none, and taken back by whoever gave it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sightlog.blobs.contract import Blobs
from sightlog.blobs.opening import open_blobs
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import ArchivedUseCase, Forbidden, Invalid, NotFound
from sightlog.domain.limits import Limits
from sightlog.domain.use_cases import UseCase, UseCaseStatus
from sightlog.operations.feedback import give_feedback, take_back
from sightlog.store.contract import Store
from sightlog.store.opening import open_store
from tests.builders import an_event
from tests.contract.plant import NOW, accept

ANN, BEN = 1, 2


class Desk:
    """A use case with three events, and people who review them."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self.store = store
        self.blobs = blobs
        workspace = store.create_workspace("mine", "mine", 365, NOW).number
        self.caller = Caller(workspace=workspace, workspace_slug="mine", lookback_days=365, key=None, scopes=None)
        for name in ("Ann", "Ben"):
            store.people.create(name, NOW)
        self.use_case = store.create_use_case(workspace, "Line", 10, NOW)
        for event_id in ("a", "b", "c"):
            self.add(an_event(use_case=self.use_case.id, eventId=event_id, timestamp="2026-08-13T08:00:00Z"))

    def add(self, event: dict[str, Any]) -> None:
        self.store.add_events(self.caller.workspace, 7, [accept(event)], NOW).result()

    def give(self, person: int, *ids: str, verdict: str = "incorrect", comment: str = "", second: int = 0) -> list[str]:
        now = NOW + second * 1_000_000
        return give_feedback(self.store, self.caller, person, self.use_case, ids, verdict, comment, Limits(), now)

    def take_back(self, person: int, *ids: str, use_case: UseCase | None = None) -> int:
        return take_back(self.store, self.blobs, self.caller, person, use_case or self.use_case, ids)

    def said(self, event_id: str) -> list[tuple[str, str | None, str | None]]:
        stored = self.store.find_event(self.caller.workspace, event_id)
        assert stored is not None
        if stored.feedback is None:
            return []
        return [(one.feedback, one.reviewer, one.comment) for one in stored.feedback.all or []]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(tmp_path / "data", Limits())
    yield Desk(store, open_blobs(tmp_path / "data"))
    store.close()


def test_feedback_carries_who_gave_it_and_the_comment(desk: Desk) -> None:
    desk.give(ANN, "a", comment="a reflection")
    assert desk.said("a") == [("incorrect", "Ann", "a reflection")]


def test_two_people_review_the_same_event_and_the_later_one_decides(desk: Desk) -> None:
    desk.give(ANN, "a", verdict="incorrect")
    desk.give(BEN, "a", verdict="correct", second=1)
    assert desk.said("a") == [("correct", "Ben", None), ("incorrect", "Ann", None)]


def test_many_at_once_are_all_or_none(desk: Desk) -> None:
    given = desk.give(ANN, "a", "b", "a")
    assert len(given) == 2
    assert desk.said("b") == [("incorrect", "Ann", None)]
    with pytest.raises(NotFound, match="deleted meanwhile"):
        desk.give(ANN, "c", "gone")
    assert desk.said("c") == []


@pytest.mark.parametrize(
    ("ids", "changes", "words"),
    [
        ([], {}, "1 to 1000 events"),
        ([str(n) for n in range(1001)], {}, "1 to 1000 events"),
        (["a"], {"verdict": "maybe"}, "feedback"),
        (["a"], {"comment": "x" * 10_001}, "comment"),
    ],
)
def test_bad_feedback_is_refused(desk: Desk, ids: list[str], changes: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        desk.give(ANN, *ids, **changes)
    assert desk.said("a") == []


def test_feedback_on_feedback_is_refused(desk: Desk) -> None:
    (given,) = desk.give(ANN, "a")
    with pytest.raises(Invalid, match="feedback itself"):
        desk.give(BEN, given)


def test_an_archived_use_case_takes_no_feedback(desk: Desk) -> None:
    desk.store.set_use_case_status(desk.caller.workspace, desk.use_case.id, UseCaseStatus.INACTIVE, NOW)
    with pytest.raises(ArchivedUseCase):
        desk.give(ANN, "a")


def test_ones_own_feedback_is_taken_back(desk: Desk) -> None:
    desk.give(BEN, "a", verdict="correct")
    given = desk.give(ANN, "a", "b", second=1)
    assert desk.take_back(ANN, *given) == 2
    assert desk.said("a") == [("correct", "Ben", None)]
    assert desk.said("b") == []
    assert desk.take_back(ANN, *given) == 0


def test_nobody_takes_back_what_somebody_else_said(desk: Desk) -> None:
    (bens,) = desk.give(BEN, "a")
    (anns,) = desk.give(ANN, "b")
    desk.add(
        an_event("operator_feedback", desk.use_case.id, eventId="by key", timestamp="2026-08-13T08:00:00Z")
        | {"eventData": {"relatedEventId": "c", "feedback": "correct"}}
    )
    for other in (bens, "by key", "c"):
        with pytest.raises(Forbidden, match="not your feedback"):
            desk.take_back(ANN, anns, other)
    assert desk.said("a") != []
    assert desk.said("b") != []
    assert desk.said("c") != []


def test_feedback_is_taken_back_also_after_its_event_moved(desk: Desk) -> None:
    (given,) = desk.give(ANN, "a")
    other = desk.store.create_use_case(desk.caller.workspace, "Other", 10, NOW)
    desk.add(an_event(use_case=other.id, eventId="a", timestamp="2026-08-13T08:00:00Z"))
    assert desk.take_back(ANN, given, use_case=other) == 1
    assert desk.said("a") == []
