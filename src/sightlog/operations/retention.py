"""Retention is deletion: what is too old, or too much, is removed in small steps that leave room for others."""

import threading
import time
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from sightlog.blobs.contract import Blobs
from sightlog.domain.api_keys import Caller
from sightlog.domain.limits import Limits
from sightlog.domain.retention import Expired, cutoff_of
from sightlog.domain.stored import Deleted
from sightlog.operations.use_cases import use_case_of
from sightlog.store.contract import Store

_EVENTS_PER_STEP = 200
# How long the pause after a step is, in steps.
_PAUSE = 3.0
_MICROSECONDS_PER_HOUR = 3_600_000_000
# Whose step it is. Two runs at once, the janitor's and a command's, take turns, so that they weigh no more than one.
_turn = threading.Lock()


class Removed(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one run of retention removed: by age, to make room, pictures that no event ever named, and events of
    deleted use cases. It is not finished when it was stopped before all of that was gone."""

    too_old: int = 0
    for_room: int = 0
    unused_images: int = 0
    of_deleted: int = 0
    is_finished: bool = True

    @property
    def total(self) -> int:
        """Events and pictures."""
        return self.too_old + self.for_room + self.unused_images + self.of_deleted


class Removable(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a run would remove: per use case by age; and by how many bytes the store is over its limit."""

    too_old: list[Expired]
    bytes_used: int
    bytes_over: int


def delete_events(store: Store, blobs: Blobs, caller: Caller, reference: str, event_ids: list[str]) -> Deleted:
    """Remove events of a use case for good, with their feedback and pictures. Raises NotFound for the use case."""
    deleted = store.delete_events(caller.workspace, use_case_of(store, caller, reference), event_ids)
    remove_freed_blobs(store, blobs)
    return deleted


def plan_retention(store: Store, limits: Limits, now: int) -> Removable:
    """What `run_retention` would remove now."""
    used = store.used_bytes()
    over = max(0, used - limits.max_bytes) if limits.max_bytes else 0
    return Removable(too_old=store.list_expired(_cutoffs(store, now)), bytes_used=used, bytes_over=over)


def count_expired(store: Store, workspace: int, lookback_days: int, now: int) -> int:
    """How many events of a workspace would go if it kept them for so many days."""
    cutoff = cutoff_of(lookback_days, now)
    return 0 if cutoff is None else sum(one.events for one in store.list_expired({workspace: cutoff}))


def run_retention(store: Store, blobs: Blobs, limits: Limits, now: int, stop: threading.Event | None = None) -> Removed:
    """Remove what is too old and, above SIGHTLOG_MAX_BYTES, the oldest. Ends early when `stop` is set."""
    stop = stop or threading.Event()
    # What overwrites have freed, and what an interrupted run has left.
    remove_freed_blobs(store, blobs)
    of_deleted = remove_deleted(store, blobs, stop)
    too_old = for_room = 0
    cutoffs = _cutoffs(store, now)
    while not stop.is_set():
        removed = _step(store, blobs, lambda: store.expire_events(cutoffs, _EVENTS_PER_STEP), stop)
        too_old += removed
        if removed < _EVENTS_PER_STEP:
            break
    unused = _remove_unused(store, blobs, limits, now, stop)
    # From one event on, twice as many each time: a few events with large pictures may be all there is.
    count = 1
    while limits.max_bytes and store.used_bytes() > limits.max_bytes and not stop.is_set():
        removed = _step(store, blobs, partial(store.expire_oldest, count), stop)
        for_room += removed
        if removed == 0:
            break
        count = min(2 * count, _EVENTS_PER_STEP)
    return Removed(
        too_old=too_old,
        for_room=for_room,
        unused_images=unused,
        of_deleted=of_deleted,
        is_finished=not stop.is_set(),
    )


def run_retention_for(store: Store, blobs: Blobs, limits: Limits, now: int, seconds: float) -> Removed:
    """The same for a while: what is left is for the next call. So nobody has to wait long for an answer."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    timer.start()
    try:
        return run_retention(store, blobs, limits, now, stop)
    finally:
        timer.cancel()


def remove_deleted(store: Store, blobs: Blobs, stop: threading.Event | None = None) -> int:
    """Remove what is left of deleted use cases. How many events."""
    stop = stop or threading.Event()
    in_all = 0
    while not stop.is_set():
        removed = _step(store, blobs, lambda: store.remove_deleted(_EVENTS_PER_STEP), stop)
        in_all += removed
        if removed == 0:
            break
    return in_all


def _remove_unused(store: Store, blobs: Blobs, limits: Limits, now: int, stop: threading.Event) -> int:
    """Remove the pictures that no event has named in time. How many."""
    uploaded_before = now - limits.unused_image_hours * _MICROSECONDS_PER_HOUR
    in_all = 0
    while not stop.is_set():
        removed = _step(store, blobs, lambda: store.expire_images(uploaded_before, _EVENTS_PER_STEP), stop)
        in_all += removed
        if removed < _EVENTS_PER_STEP:
            break
    return in_all


def remove_freed_blobs(store: Store, blobs: Blobs) -> None:
    """Unlink the files that commits have freed. Interrupted anywhere, it is done by the next run."""
    for hash in store.freed_blobs():
        with blobs.holding(hash):
            was_removed = blobs.remove_unless(hash, partial(store.is_blob_needed, hash))
            store.forget_freed_blob(hash, was_removed=was_removed)


def remove_orphans(store: Store, blobs: Blobs, stop: threading.Event) -> int:
    """Remove files that no row names: what a crash between the two leaves behind. How many."""
    removed = 0
    for hash in blobs.all_hashes():
        if stop.is_set():
            break
        if not store.is_blob_needed(hash):
            removed += blobs.remove_unless(hash, partial(store.is_blob_needed, hash))
    return removed


def _step(store: Store, blobs: Blobs, remove: Callable[[], int], stop: threading.Event) -> int:
    """One step, and then a pause of three times its time: ingestion has at least three quarters of the writer."""
    with _turn:
        began = time.monotonic()
        removed = remove()
        if removed:
            remove_freed_blobs(store, blobs)
            stop.wait(_PAUSE * (time.monotonic() - began))
    return removed


def _cutoffs(store: Store, now: int) -> dict[int, int]:
    cutoffs = {workspace.number: cutoff_of(workspace.lookback_days, now) for workspace in store.list_workspaces()}
    return {number: cutoff for number, cutoff in cutoffs.items() if cutoff is not None}
