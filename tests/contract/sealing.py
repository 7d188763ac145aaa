"""When the side index seals its tails into segments, bodies are packed and counts are written, made so small that a
handful of events crosses every border."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sightlog.store.sqlite import aggregating, bodies, counting, learning, tidying
from sightlog.store.sqlite.index import id_runs, ids, keeping, merging, parts, segments

# (events between two seals, the smallest segment, the most events that wait, the largest that come of merging, how many
# events are learned together)
SEALS = {
    "as in service": None,
    "every event its own": (1, 1, 0, 6, 1),
    "small segments": (7, 3, 5, 25, 2),
    "segments of a few dozen": (40, 20, 30, 100, 12),
}


@contextmanager
def sealing(name: str) -> Iterator[None]:
    """While it lasts, stores that are open in this process seal like this. It must never change an answer."""
    sizes = SEALS[name]
    with pytest.MonkeyPatch.context() as patch:
        if sizes is not None:
            between, smallest, waiting, largest, together = sizes
            patch.setattr(keeping, "_EVENTS_BETWEEN_SEALS", between)
            patch.setattr(keeping, "_SMALLEST_SEGMENT", smallest)
            patch.setattr(keeping, "_MOST_WAITING", waiting)
            patch.setattr(keeping, "_LARGEST_TAIL", 2 * smallest)
            patch.setattr(keeping, "_LOADED_AT_ONCE", 3)
            patch.setattr(ids, "_IDS_BETWEEN_SEALS", between)
            patch.setattr(ids, "_JOINED", 3)
            patch.setattr(ids, "_LARGEST_JOINED", 3 * between)
            patch.setattr(ids, "_MOST_IN_MEMORY", 5)
            patch.setattr(ids, "_MOST_REPEATS", 2)
            patch.setattr(aggregating, "_MOST_WITH_BUCKETS", 2)
            patch.setattr(id_runs, "_IDS_PER_PART", 2)
            patch.setattr(counting, "_EVENTS_BETWEEN_WRITES", between)
            patch.setattr(counting, "_COUNTED_AT_ONCE", 2)
            patch.setattr(learning, "_MOST_ALONE", together)
            patch.setattr(learning, "_SECONDS_OF_INTEREST", 0.0)
            patch.setattr(tidying, "_SECONDS_BETWEEN_TRIES", 0.0)
            patch.setattr(bodies, "_SAMPLES", 10)
            patch.setattr(bodies, "_BODIES_BETWEEN_LOOKS", 15)
            patch.setattr(merging, "_LARGEST", largest)
            patch.setattr(segments, "_MOST_NOTES", 2)
            patch.setattr(segments, "_MOST_SEEKS", 1)
            patch.setattr(parts, "_COMMON_EVENTS", 3)
            patch.setattr(parts, "_VALUES_PER_PART", 2)
            patch.setattr(parts, "_ORDINALS_PER_PART", 5)
            patch.setattr(parts, "_NUMBERS_PER_PART", 3)
            patch.setattr(parts, "_INTEGERS_PER_PART", 4)
        yield
