"""Whatever is done to events, in any order: everything kept equals a recomputation from the stored events."""

import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlog.domain.errors import ArchivedUseCase
from sightlog.domain.images import UploadedImage
from sightlog.domain.limits import Limits
from sightlog.domain.stored import Receipt
from sightlog.domain.times import microseconds
from sightlog.domain.use_cases import UseCase, UseCaseStatus
from sightlog.store.opening import check_derived
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.backends import Backend
from tests.contract.plant import NOW, Plant, accept_batch
from tests.contract.sealing import SEALS, sealing
from tests.evaluator import moment
from tests.profiles import examples
from tests.strategies import EVENT_IDS, QUARTER_HOURS, events, make_metadata, moment_text

Json = dict[str, Any]
Step = tuple[str, Any]

USE_CASES = ("Paint line", "Weld line")
PICTURES = ("img-1", "img-2", "img-3")
SMALL = Limits(values_per_field=3, sources_per_use_case=3)

an_event = events(USE_CASES, source_ids=(None, None, None, *PICTURES))
a_batch = st.lists(an_event, min_size=1, max_size=4)
an_id = st.sampled_from(EVENT_IDS)


@st.composite
def a_picture(draw: st.DrawFn) -> tuple[str, Json]:
    """A picture's id and what is said of it at its upload."""
    return draw(st.sampled_from(PICTURES)), make_metadata(lambda choices: draw(st.sampled_from(choices)), 2)


a_step = st.one_of(
    st.tuples(st.just("add"), a_batch),
    st.tuples(st.just("add"), a_batch),
    st.tuples(st.just("add in one commit"), st.lists(a_batch, min_size=2, max_size=3)),
    st.tuples(st.just("add to the other workspace"), a_batch),
    st.tuples(st.just("fail to add"), a_batch),
    st.tuples(st.just("archive"), st.sampled_from(USE_CASES)),
    st.tuples(st.just("unarchive"), st.sampled_from(USE_CASES)),
    st.tuples(st.just("upload"), a_picture()),
    st.tuples(st.just("delete"), st.tuples(st.sampled_from(USE_CASES), st.lists(an_id, min_size=1, max_size=3))),
    st.tuples(st.just("expire"), st.integers(0, QUARTER_HOURS)),
    st.tuples(st.just("reopen"), st.none()),
    st.tuples(st.just("be killed"), st.none()),
)


@dataclass
class Model:
    """What should be there: (workspace, id) → the use case's name and the event as sent."""

    events: dict[tuple[int, str], tuple[str, Json]] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)

    def add(self, workspace: int, batch: list[Json]) -> None:
        for event in batch:
            self.events[(workspace, event["eventId"])] = (event["useCaseId"], event)

    def remove(self, workspace: int, ids: list[str]) -> None:
        """Events go with the feedback that points at them, and the feedback on that."""
        for event_id in ids:
            if self.events.pop((workspace, event_id), None) is not None:
                self.remove(workspace, self._reviews(workspace, event_id))

    def _reviews(self, workspace: int, event_id: str) -> list[str]:
        return [
            other
            for (where, other), (_, event) in self.events.items()
            if where == workspace and event["eventData"].get("relatedEventId") == event_id
        ]


class Runner:
    """Does the steps to a real store and to the model alike."""

    def __init__(self, backend: Backend, limits: Limits) -> None:
        self.backend = backend
        self.limits = limits
        self.plant = Plant(backend, backend.open(limits))
        self.model = Model()
        self.now = NOW
        for name in USE_CASES:
            for workspace in (self.plant.mine, self.plant.theirs):
                self.plant.use_case(name, workspace)

    def do(self, step: Step) -> None:
        action, what = step
        self.now += 1
        doing: dict[str, Callable[[Any], None]] = {
            "add": lambda batch: self._add(self.plant.mine, [batch]),
            "add in one commit": self._add_in_one_commit,
            "add to the other workspace": lambda batch: self._add(self.plant.theirs, [batch]),
            "fail to add": self._fail_to_add,
            "archive": lambda name: self._set_status(name, UseCaseStatus.INACTIVE),
            "unarchive": lambda name: self._set_status(name, UseCaseStatus.ACTIVE),
            "upload": self._upload,
            "delete": self._delete,
            "expire": self._expire,
            "reopen": lambda _: self.plant.reopen(lambda: self.backend.open(self.limits)),
            "be killed": lambda _: self.plant.be_killed(lambda: self.backend.open(self.limits)),
        }
        doing[action](what)

    def _use_case(self, name: str, workspace: int | None = None) -> UseCase:
        found = self.plant.store.find_use_case(workspace or self.plant.mine, name)
        assert found is not None
        return found

    def _add(self, workspace: int, batches: list[list[Json]], *, in_one_commit: bool = False) -> None:
        with ExitStack() as stack:
            if in_one_commit:
                stack.enter_context(self.backend.stalled_writes())
            futures = [self._store(workspace, batch) for batch in batches]
        for batch, future in zip(batches, futures, strict=True):
            stored = {event["eventId"]: event for event in batch}
            used = {event["useCaseId"] for event in stored.values()}
            if workspace == self.plant.mine and used & self.model.archived:
                assert isinstance(future.exception(), ArchivedUseCase)
                continue
            fresh = {id for id in stored if (workspace, id) not in self.model.events}
            assert {receipt.event_id for receipt in future.result() if receipt.created} == fresh
            self.model.add(workspace, list(stored.values()))

    def _store(self, workspace: int, batch: list[Json]) -> "Future[list[Receipt]]":
        """Larger batches with their facts turned around, as the server does; others event by event, as imports do."""
        if len(batch) > 1:
            return self.plant.add_batch(batch, workspace, self.now)
        return self.plant.store.add_events(workspace, None, accept_batch(batch), self.now)

    def _add_in_one_commit(self, batches: list[list[Json]]) -> None:
        self._add(self.plant.mine, batches, in_one_commit=True)

    def _fail_to_add(self, batch: list[Json]) -> None:
        """As when the disk is full: all was written, and then it could not be committed."""
        store = self.plant.store
        assert isinstance(store, SqliteStore)
        with pytest.MonkeyPatch.context() as patch:
            finish = store._index.finish
            patch.setattr(store._index, "finish", lambda: [finish(), 1 / 0])
            future = self._store(self.plant.mine, batch)
            assert isinstance(future.exception(), ZeroDivisionError | ArchivedUseCase)

    def _set_status(self, name: str, status: UseCaseStatus) -> None:
        self.plant.store.set_use_case_status(self.plant.mine, self._use_case(name).id, status, self.now)
        (self.model.archived.add if status is UseCaseStatus.INACTIVE else self.model.archived.discard)(name)

    def _upload(self, picture: tuple[str, Json]) -> None:
        id, metadata = picture
        image = UploadedImage(
            source_id=id,
            workspace=self.plant.mine,
            hash=id * 8,
            content_type="image/png",
            bytes=10,
            width=1,
            height=1,
            metadata=metadata or None,
        )
        self.plant.store.add_image(image, None, self.now)

    def _delete(self, what: tuple[str, list[str]]) -> None:
        name, ids = what
        there = [id for id in dict.fromkeys(ids) if self._is_in(name, id)]
        deleted = self.plant.store.delete_events(self.plant.mine, self._use_case(name), ids)
        assert set(deleted.not_found) == set(ids) - set(there)
        assert deleted.deleted == len(there)
        self.model.remove(self.plant.mine, there)

    def _is_in(self, name: str, event_id: str) -> bool:
        return self.model.events.get((self.plant.mine, event_id), ("", {}))[0] == name

    def _expire(self, quarter_hour: int) -> None:
        cutoff = microseconds(moment(moment_text(quarter_hour, 0) + "Z"))
        old = [
            id
            for (workspace, id), (_, event) in self.model.events.items()
            if workspace == self.plant.mine and microseconds(moment(event["timestamp"])) < cutoff
        ]
        assert self.plant.store.expire_events({self.plant.mine: cutoff}, 1000) == len(old)
        self.model.remove(self.plant.mine, old)

    def check(self) -> None:
        for workspace in (self.plant.mine, self.plant.theirs):
            found = self.plant.store.export_events(workspace, None, 0, 10_000)
            stored = {event.event_id: (event.use_case_name, _shown(event.rest, event.images)) for event in found}
            assert stored == {
                id: (name, _as_answered(event))
                for (where, id), (name, event) in self.model.events.items()
                if where == workspace
            }
        self.plant.check_statistics()
        assert check_derived(self.backend.folder, lambda done, total: None) == []
        self._check_summaries()

    def _check_summaries(self) -> None:
        for row in self.plant.store.list_use_cases(self.plant.mine, None):
            mine = [
                event
                for (where, _), (name, event) in self.model.events.items()
                if where == self.plant.mine and name == row.name
            ]
            types = [event["eventType"] for event in mine]
            assert row.event_count == len(mine)
            assert row.count_by_type == {one: types.count(one) for one in types}
            assert row.last_event_at == (max(_time_of(event) for event in mine) if mine else None)


def _time_of(event: Json) -> str:
    return moment(event["timestamp"]).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _as_answered(event: Json) -> str:
    """The event as a query should answer it, as text: 1 and 1.0 differ."""
    always: Json = {"eventData": {}, "customMetadata": {}, "images": []}
    answered = always | event | {"timestamp": _time_of(event)}
    return json.dumps({name: value for name, value in answered.items() if name != "useCaseId"}, sort_keys=True)


def _shown(rest: bytes, images: bytes) -> str:
    return json.dumps(json.loads(rest) | {"images": json.loads(images)}, sort_keys=True)


def _run(kind: type[Backend], limits: Limits, steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(kind(Path(folder) / "data"), limits)
        try:
            for step in steps:
                runner.do(step)
            runner.check()
        finally:
            runner.plant.store.close()


@pytest.fixture(scope="module", params=list(SEALS))
def seals(request: pytest.FixtureRequest) -> Iterator[None]:
    """When the index seals its tails; this must never change what it holds."""
    with sealing(request.param):
        yield


@settings(max_examples=examples(1))
@given(steps=st.lists(a_step, min_size=1, max_size=12))
def test_statistics_equal_a_recomputation_after_any_sequence_of_changes(
    kind: type[Backend], seals: None, steps: list[Step]
) -> None:
    _run(kind, Limits(), steps)


@settings(max_examples=examples(1))
@given(steps=st.lists(a_step, min_size=1, max_size=12))
def test_so_they_do_when_values_and_sources_crowd(kind: type[Backend], seals: None, steps: list[Step]) -> None:
    _run(kind, SMALL, steps)
